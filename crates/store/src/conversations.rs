//! Conversations: messages and finished calls between two people, in order.

use crate::between::Writes;
use crate::entries::{Row, entries_seen};
use crate::error::added;
use crate::feed::News;
use crate::fold::fold;
use crate::people::{Listed, listed_columns};
use crate::pictures::NewPicture;
use crate::requests::{Side, Talk};
use crate::sql::{self, columns};
use crate::words::{from_word, handle, natural, small, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::body::{ConversationSummary, Entry, EntryBody};
use birdcall_protocol::call::{CallKind, CallOutcome};
use birdcall_protocol::frame::Changed;
use birdcall_protocol::talk::Standing;
use birdcall_protocol::{CallId, Handle, PersonId, Timestamp};

/// Unread entries are counted up to this; raising it makes opening an unread conversation read more rows.
const UNREAD_COUNTED: i64 = 100;

/// Counts what is unread: of a conversation, behind a place, for a person, up to a number.
macro_rules! unread_entries {
    ($conversation:literal, $read:literal, $me:literal, $most:literal) => {
        concat!(
            "(SELECT count(*) FROM (SELECT 1 AS one FROM entries e WHERE e.conversation = ",
            $conversation,
            " AND e.seq > ",
            $read,
            " AND e.author <> ",
            $me,
            " AND e.only_for IS NULL AND e.deleted IS NULL \
             AND (e.call IS NULL OR e.outcome IN ('no_answer', 'cancelled', 'busy')) \
             AND NOT EXISTS (SELECT 1 FROM deleted_entries d WHERE d.person = ",
            $me,
            " AND d.conversation = e.conversation AND d.seq = e.seq) LIMIT ",
            $most,
            ") AS few)"
        )
    };
}

/// A message to add.
pub struct NewMessage<'a> {
    /// Who wrote it.
    pub from: PersonId,
    /// To whom.
    pub to: PersonId,
    /// The client's key.
    pub key: &'a str,
    /// What it says.
    pub content: Content<'a>,
    /// The place of the entry that it answers.
    pub reply_to: Option<u64>,
    /// The other side must not see it (they blocked the author).
    pub hidden: bool,
    /// Now.
    pub at: Timestamp,
    /// The id of the conversation, should it be the first entry: 63 random bits.
    pub conversation: u64,
}

/// What a message says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content<'a> {
    /// By text. The only kind that counts as a first message (C-1: typed by a human).
    Text(&'a str),
    /// By voice.
    Voice {
        /// How long, in seconds.
        seconds: u32,
        /// What kind of sound, as it is served.
        media_type: &'a str,
        /// The sound.
        sound: &'a [u8],
    },
    /// By a picture. What was written to it was typed.
    Picture(NewPicture<'a>),
}

/// A finished call to add.
pub struct CallEntry {
    /// The call.
    pub call: CallId,
    /// Who called.
    pub caller: PersonId,
    /// Who was called.
    pub callee: PersonId,
    /// What it started as.
    pub kind: CallKind,
    /// How it turned out.
    pub outcome: CallOutcome,
    /// Seconds of talk.
    pub seconds: u32,
    /// Only the caller may see it (C-6).
    pub caller_only: bool,
    /// Now.
    pub at: Timestamp,
    /// The id of the conversation, should it be the first entry: 63 random bits.
    pub conversation: u64,
}

impl NewMessage<'_> {
    /// Whether an entry is this message. What its author did to it since does not matter.
    fn is(&self, entry: &Entry) -> bool {
        match (&entry.body, self.content) {
            (EntryBody::Deleted {}, _) => true,
            (EntryBody::Message { text }, Content::Text(mine)) => {
                entry.edited.is_some() || text == mine
            }
            (EntryBody::Voice { seconds }, Content::Voice { seconds: mine, .. }) => {
                *seconds == mine
            }
            (EntryBody::Picture { text, alt, .. }, Content::Picture(mine)) => {
                text.as_deref() == mine.text && alt.as_deref() == mine.alt
            }
            _ => false,
        }
    }
}

/// What became of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// It is there, in this place.
    Fresh(Entry),
    /// It was there already, by the same key.
    Again(Entry),
    /// The key stands for another message.
    KeyReused,
    /// Its author does not see the entry that it answers. One that was deleted for both can be answered: that may
    /// happen while the answer is on its way.
    NothingToAnswer,
}

/// What follows from a message, beside that it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    /// How the conversation stands for its author from now on.
    pub author: Standing,
    /// How it stands for its reader, if the message is not hidden from them.
    pub reader: Standing,
    /// The reader is told that the author has read what stood before.
    pub tells_seen: bool,
}

/// An entry, with what its reader's devices show around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The entry.
    pub entry: Entry,
    /// The other person of the conversation.
    pub with: Handle,
    /// What is unread there, counted up to 100.
    pub unread: u32,
    /// The conversation waits for its reader's yes.
    pub request: bool,
}

/// One's own mark in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Head {
    /// The newest place one has read.
    pub read: u64,
    /// What is unread, counted up to 100.
    pub unread: u32,
}

impl Reader {
    /// C-1: whether `from` has typed a message to `to`, who could see it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn wrote(&mut self, from: PersonId, to: PersonId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> =
            sql::query_as("SELECT wrote FROM members WHERE person = $1 AND other = $2")
                .bind(from.as_i64())
                .bind(to.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.is_some_and(|(wrote,)| wrote != 0))
    }

    /// One's conversations, the newest first, without message requests.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn conversations(
        &mut self,
        me: PersonId,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, StoreError> {
        self.listed(me, Standing::Accepted, limit).await
    }

    /// Conversations that stand that way, the newest first. Requests of people one has blocked are not shown.
    pub(crate) async fn listed(
        &mut self,
        me: PersonId,
        standing: Standing,
        limit: u32,
    ) -> Result<Vec<ConversationSummary>, StoreError> {
        columns! {
            struct Row {
                conversation: i64,
                last_seq: i64,
                read_seq: i64,
                with: Listed,
            }
        }
        let rows: Vec<Row> = sql::query_as(concat!(
            "SELECT m.conversation, m.last_seq, m.read_seq, ",
            listed_columns!(),
            " FROM members m JOIN people p ON p.id = m.other \
             WHERE m.person = $1 AND m.last_seq > 0 AND m.state = $3 \
             AND (m.state = 'accepted' OR NOT EXISTS \
             (SELECT 1 FROM blocks b WHERE b.blocker = m.person AND b.blocked = m.other)) \
             ORDER BY m.last_at DESC LIMIT $2",
        ))
        .bind(me.as_i64())
        .bind(i64::from(limit))
        .bind(to_word(standing)?)
        .fetch_all(self.sql())
        .await?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(last) = self.row_at(me, row.conversation, row.last_seq).await? else {
                continue;
            };
            list.push(ConversationSummary {
                with: row.with.person()?,
                last: last.bare()?,
                unread: self.unread(me, row.conversation, row.read_seq).await?,
            });
        }
        Ok(list)
    }

    /// Whether there is something to see in the conversation with `other`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn has_talked(&mut self, me: PersonId, other: PersonId) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = sql::query_as(
            "SELECT 1 FROM members WHERE person = $1 AND other = $2 AND last_seq > 0",
        )
        .bind(me.as_i64())
        .bind(other.as_i64())
        .fetch_optional(self.sql())
        .await?;
        Ok(row.is_some())
    }

    /// One's own mark in the conversation with `other`.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn head(&mut self, me: PersonId, other: PersonId) -> Result<Head, StoreError> {
        let Some((conversation, read)) = self.member(me, other).await? else {
            return Ok(Head::default());
        };
        Ok(Head {
            read: natural(read),
            unread: self.unread(me, conversation, read).await?,
        })
    }

    /// Up to `limit` entries before `before` (or the newest), oldest first, and whether there are older ones.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn entries(
        &mut self,
        me: PersonId,
        other: PersonId,
        before: Option<u64>,
        limit: u32,
    ) -> Result<(Vec<Entry>, bool), StoreError> {
        let Some((conversation, _)) = self.member(me, other).await? else {
            return Ok((Vec::new(), false));
        };
        let before = before.map_or(i64::MAX, |seq| i64::try_from(seq).unwrap_or(i64::MAX));
        let mut rows: Vec<Row> = sql::query_as(entries_seen!(
            "AND e.conversation = $2 AND e.seq < $3 ORDER BY e.seq DESC LIMIT $4"
        ))
        .bind(me.as_i64())
        .bind(conversation)
        .bind(before)
        .bind(i64::from(limit) + 1)
        .fetch_all(self.sql())
        .await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        rows.reverse();
        let entries = self.whole(me, conversation, rows).await?;
        Ok((entries, more))
    }

    /// The entry at `seq` of the conversation with `other` and what stands around it, if one may see it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn shown(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<Option<Shown>, StoreError> {
        let around: Option<(i64, String, i64, String, i64)> = sql::query_as(concat!(
            "SELECT m.conversation, m.state, m.last_seq, p.handle, ",
            unread_entries!("m.conversation", "m.read_seq", "m.person", "$3"),
            " FROM members m JOIN people p ON p.id = m.other WHERE m.person = $1 AND m.other = $2"
        ))
        .bind(me.as_i64())
        .bind(other.as_i64())
        .bind(UNREAD_COUNTED)
        .fetch_optional(self.sql())
        .await?;
        let Some((conversation, state, last, with, unread)) = around else {
            return Ok(None);
        };
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let entry = self.entry_at(me, conversation, seq).await?;
        let standing: Standing = from_word(state)?;
        let request = standing == Standing::Request && last > 0;
        entry
            .map(|entry| {
                Ok(Shown {
                    entry,
                    with: handle(&with)?,
                    unread: small(unread),
                    request,
                })
            })
            .transpose()
    }

    /// Conversation and newest place read.
    pub(crate) async fn member(
        &mut self,
        me: PersonId,
        other: PersonId,
    ) -> Result<Option<(i64, i64)>, StoreError> {
        sql::query_as("SELECT conversation, read_seq FROM members WHERE person = $1 AND other = $2")
            .bind(me.as_i64())
            .bind(other.as_i64())
            .fetch_optional(self.sql())
            .await
    }

    /// Messages of the other side and missed calls after `read`. A call that was answered or declined on some device
    /// is no news to its callee.
    async fn unread(
        &mut self,
        me: PersonId,
        conversation: i64,
        read: i64,
    ) -> Result<u32, StoreError> {
        let (count,): (i64,) =
            sql::query_as(concat!("SELECT ", unread_entries!("$1", "$2", "$3", "$4")))
                .bind(conversation)
                .bind(read)
                .bind(me.as_i64())
                .bind(UNREAD_COUNTED)
                .fetch_one(self.sql())
                .await?;
        Ok(small(count))
    }
}

impl Tx {
    /// Adds a message, once for each key of its author, and tells both people's devices.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_message(&mut self, new: &NewMessage<'_>) -> Result<Added, StoreError> {
        let facts = self.writes_between(new.from, new.to, new.key).await?;
        let standing = |side: fn(&Talk) -> Side| {
            let talk = facts.talk.as_ref();
            talk.map_or(Standing::Accepted, |talk| side(talk).standing)
        };
        let effect = Effect {
            author: standing(|talk| talk.one),
            reader: standing(|talk| talk.other),
            tells_seen: false,
        };
        self.add_message_with(new, &facts, effect).await
    }

    /// The same, with what is known and what follows from it.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_message_with(
        &mut self,
        new: &NewMessage<'_>,
        facts: &Writes,
        effect: Effect,
    ) -> Result<Added, StoreError> {
        if facts.known
            && let Some(before) = self.by_key(new).await?
        {
            return Ok(before);
        }
        if let Some(seq) = new.reply_to
            && self.entry(new.from, new.to, seq).await?.is_none()
        {
            return Ok(Added::NothingToAnswer);
        }
        let conversation = match facts.conversation {
            Some(conversation) => conversation,
            None => {
                self.conversation(new.from, new.to, new.conversation)
                    .await?
            }
        };
        let seq = self.next_place(conversation).await?;
        let reply_to = new
            .reply_to
            .map(|place| i64::try_from(place).unwrap_or(i64::MAX));
        let (text, voice) = match new.content {
            Content::Text(text) => (Some(text), None),
            Content::Voice { seconds, .. } => (None, Some(i64::from(seconds))),
            Content::Picture(picture) => (picture.text, None),
        };
        sql::query(
            "INSERT INTO entries (conversation, seq, at, author, only_for, client_key, text, \
             voice, reply_to, folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(conversation)
        .bind(seq)
        .bind(new.at.0)
        .bind(new.from.as_i64())
        .bind(new.hidden.then(|| new.from.as_i64()))
        .bind(new.key)
        .bind(text)
        .bind(voice)
        .bind(reply_to)
        .bind(text.map(fold))
        .execute(self.sql())
        .await?;
        if let Content::Voice {
            media_type, sound, ..
        } = new.content
        {
            self.add_sound(conversation, seq, new.from, media_type, sound)
                .await?;
        }
        if let Content::Picture(picture) = new.content {
            self.add_picture(conversation, seq, new.from, &picture)
                .await?;
        }
        // What one writes oneself one has read, and with it what stood before.
        sql::query(
            "UPDATE members SET last_seq = $1, last_at = $2, \
             read_seq = CASE WHEN person = $3 THEN $1 ELSE read_seq END, \
             wrote = CASE WHEN person = $3 AND $5 = 1 THEN 1 ELSE wrote END, \
             typed = CASE WHEN person = $3 AND $6 = 1 THEN 1 ELSE typed END, \
             state = CASE WHEN person = $3 THEN $7 ELSE $8 END \
             WHERE (person = $3 AND other = $4) OR (person = $4 AND other = $3 AND $9 = 0)",
        )
        .bind(seq)
        .bind(new.at.0)
        .bind(new.from.as_i64())
        .bind(new.to.as_i64())
        .bind(i64::from(!new.hidden && text.is_some()))
        .bind(i64::from(text.is_some()))
        .bind(to_word(effect.author)?)
        .bind(to_word(effect.reader)?)
        .bind(i64::from(new.hidden))
        .execute(self.sql())
        .await?;
        let talk = facts.talk.as_ref();
        let place = natural(seq);
        let (from, to) = (new.from, new.to);
        let requests = News::Changed(Changed::Requests);
        let accepts = |side: fn(&Talk) -> Side, now: Standing| {
            let before = talk.map_or(Standing::Accepted, |talk| side(talk).standing);
            before != now && now == Standing::Accepted
        };
        let mut news = Vec::with_capacity(5);
        if !new.hidden {
            let other = from;
            news.push((to, News::Entry { other, seq: place }));
        }
        news.push((
            from,
            News::Entry {
                other: to,
                seq: place,
            },
        ));
        if accepts(|talk| talk.one, effect.author) {
            news.push((from, requests));
        }
        if !new.hidden && accepts(|talk| talk.other, effect.reader) {
            news.push((to, requests));
        }
        if effect.tells_seen && self.move_seen(to, from, new.at).await? {
            news.push((to, News::Seen { other: from }));
        }
        self.tell_all(&news).await?;
        if let (Content::Text(text), None) = (new.content, new.reply_to) {
            return Ok(Added::Fresh(Entry {
                seq: place,
                at: new.at,
                from: facts.author.clone(),
                body: EntryBody::Message {
                    text: text.to_owned(),
                },
                edited: None,
                reply_to: None,
                reactions: Vec::new(),
            }));
        }
        match self.entry_at(new.from, conversation, seq).await? {
            Some(entry) => Ok(Added::Fresh(entry)),
            None => Err(StoreError::Broken("a message is gone".into())),
        }
    }

    /// Adds a finished call and tells those who may see it, of the entry and of their list of calls.
    ///
    /// # Errors
    /// `Conflict`: it is there already.
    pub async fn add_call_entry(&mut self, new: &CallEntry) -> Result<(), StoreError> {
        let conversation = self
            .conversation(new.caller, new.callee, new.conversation)
            .await?;
        let seq = self.next_place(conversation).await?;
        let done = sql::query(
            "INSERT INTO entries (conversation, seq, at, author, only_for, call, call_kind, \
             outcome, seconds) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING",
        )
        .bind(conversation)
        .bind(seq)
        .bind(new.at.0)
        .bind(new.caller.as_i64())
        .bind(new.caller_only.then(|| new.caller.as_i64()))
        .bind(new.call.as_i64())
        .bind(to_word(new.kind)?)
        .bind(to_word(new.outcome)?)
        .bind(i64::from(new.seconds))
        .execute(self.sql())
        .await?;
        added(done)?;
        sql::query(
            "UPDATE members SET last_seq = $1, last_at = $2 \
             WHERE (person = $3 AND other = $4) OR (person = $4 AND other = $3 AND $5 = 0)",
        )
        .bind(seq)
        .bind(new.at.0)
        .bind(new.caller.as_i64())
        .bind(new.callee.as_i64())
        .bind(i64::from(new.caller_only))
        .execute(self.sql())
        .await?;
        let (caller, callee, seq) = (new.caller, new.callee, natural(seq));
        let calls = News::Changed(Changed::Calls);
        let mut news = Vec::with_capacity(4);
        if !new.caller_only {
            news.push((callee, News::Entry { other: caller, seq }));
            news.push((callee, calls));
        }
        news.push((caller, News::Entry { other: callee, seq }));
        news.push((caller, calls));
        self.tell_all(&news).await
    }

    /// Marks the conversation read up to `seq`; marks never go back. `false` if it was read that far before.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mark_read(
        &mut self,
        me: PersonId,
        other: PersonId,
        seq: u64,
    ) -> Result<bool, StoreError> {
        let wanted = i64::try_from(seq).unwrap_or(i64::MAX);
        // Nobody reads further than there is something to see.
        let done = sql::query(
            "UPDATE members SET read_seq = CASE WHEN $1 < last_seq THEN $1 ELSE last_seq END \
             WHERE person = $2 AND other = $3 AND read_seq < $1 AND read_seq < last_seq",
        )
        .bind(wanted)
        .bind(me.as_i64())
        .bind(other.as_i64())
        .execute(self.sql())
        .await?;
        let moved = done.rows_affected() == 1;
        if moved {
            self.tell(me, News::Read { other, seq }).await?;
        }
        Ok(moved)
    }

    async fn by_key(&mut self, new: &NewMessage<'_>) -> Result<Option<Added>, StoreError> {
        let row: Option<(i64, i64)> = sql::query_as(
            "SELECT conversation, seq FROM entries WHERE author = $1 AND client_key = $2",
        )
        .bind(new.from.as_i64())
        .bind(new.key)
        .fetch_optional(self.sql())
        .await?;
        let Some((conversation, seq)) = row else {
            return Ok(None);
        };
        let same_place = self
            .member(new.from, new.to)
            .await?
            .is_some_and(|(here, _)| here == conversation);
        let entry = self.entry_at(new.from, conversation, seq).await?;
        Ok(Some(match entry {
            Some(entry) if same_place && new.is(&entry) => Added::Again(entry),
            _ => Added::KeyReused,
        }))
    }

    async fn next_place(&mut self, conversation: i64) -> Result<i64, StoreError> {
        let (seq,): (i64,) = sql::query_as(
            "UPDATE conversations SET newest = newest + 1 WHERE id = $1 RETURNING newest",
        )
        .bind(conversation)
        .fetch_one(self.sql())
        .await?;
        Ok(seq)
    }

    async fn conversation(
        &mut self,
        one: PersonId,
        other: PersonId,
        fresh: u64,
    ) -> Result<i64, StoreError> {
        if let Some((conversation, _)) = self.member(one, other).await? {
            return Ok(conversation);
        }
        let id = (fresh & i64::MAX as u64) as i64;
        sql::query("INSERT INTO conversations (id, newest) VALUES ($1, 0)")
            .bind(id)
            .execute(self.sql())
            .await?;
        for (person, with) in [(one, other), (other, one)] {
            sql::query(
                "INSERT INTO members (person, other, conversation, read_seq, last_seq, last_at, \
                 wrote) VALUES ($1, $2, $3, 0, 0, 0, 0)",
            )
            .bind(person.as_i64())
            .bind(with.as_i64())
            .bind(id)
            .execute(self.sql())
            .await?;
        }
        Ok(id)
    }
}
