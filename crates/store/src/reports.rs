//! Reports to the operator with their evidence, warnings, closed accounts, and the trail of what the operator did.

use crate::sql::{self, columns};
use crate::words::{from_word, handle, natural, small, to_word};
use crate::{Reader, StoreError, Tx};
use birdcall_protocol::report::{Report, ReportReason, ReportState, Warning};
use birdcall_protocol::{Handle, PersonId, Timestamp};

/// A report to keep.
pub struct NewReportRow<'a> {
    /// Who reports.
    pub reporter: PersonId,
    /// About whom.
    pub about: PersonId,
    /// What is wrong.
    pub reason: ReportReason,
    /// In the reporter's words.
    pub words: &'a str,
    /// What was chosen, as it is now.
    pub evidence: &'a [Evidence],
    /// Now.
    pub at: Timestamp,
}

/// An entry of a conversation, copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// Its place.
    pub seq: u64,
    /// When it was written.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Handle,
    /// What it is, as JSON.
    pub body: String,
    /// Its sound or picture: media type and bytes.
    pub media: Option<(String, Vec<u8>)>,
}

/// A report as the operator sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its number.
    pub number: u64,
    /// Who reports.
    pub reporter: Handle,
    /// About whom.
    pub about: Handle,
    /// What it says.
    pub report: Report,
}

/// Something that the operator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActRow {
    /// Its place in the trail.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who, as the operating system says.
    pub who: String,
    /// What.
    pub act: Act,
    /// To whom.
    pub person: Option<PersonId>,
    /// On which report.
    pub report: Option<u64>,
    /// With which words.
    pub words: String,
}

/// What an operator can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Looked at a report and its evidence.
    Read,
    /// Answered a report.
    Answer,
    /// Closed a report.
    Close,
    /// Warned a person.
    Warn,
    /// Closed an account.
    Disable,
    /// Opened an account again.
    Enable,
    /// Gave a person another password.
    Password,
    /// Gave the badge.
    Verify,
    /// Took the badge.
    Unverify,
}

/// Something that the operator does now.
pub struct NewAct<'a> {
    /// Who, as the operating system says.
    pub who: &'a str,
    /// What.
    pub act: Act,
    /// To whom.
    pub person: Option<PersonId>,
    /// On which report.
    pub report: Option<u64>,
    /// With which words.
    pub words: &'a str,
    /// Now.
    pub at: Timestamp,
}

columns! {
    struct Row {
        id: i64,
        reporter: String,
        about: String,
        reason: String,
        words: String,
        at: i64,
        state: String,
        answer: Option<String>,
        answered: Option<i64>,
        entries: i64,
    }
}

impl Row {
    fn report(self) -> Result<ReportRow, StoreError> {
        let about = handle(&self.about)?;
        Ok(ReportRow {
            number: natural(self.id),
            reporter: handle(&self.reporter)?,
            about: about.clone(),
            report: Report {
                about,
                reason: from_word(self.reason)?,
                words: self.words,
                entries: small(self.entries),
                at: Timestamp(self.at),
                state: from_word(self.state)?,
                answer: self.answer,
                answered: self.answered.map(Timestamp),
            },
        })
    }
}

/// The columns of a report, from `reports r`, `people a` (about) and `people b` (by).
macro_rules! report_columns {
    () => {
        "r.id, b.handle AS reporter, a.handle AS about, r.reason, r.words, r.at, r.state, \
         r.answer, r.answered, \
         (SELECT count(*) FROM report_entries e WHERE e.report = r.id) AS entries \
         FROM reports r JOIN people a ON a.id = r.about JOIN people b ON b.id = r.reporter"
    };
}

impl Reader {
    /// A person's own reports, the newest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn reports_by(
        &mut self,
        reporter: PersonId,
        limit: u32,
    ) -> Result<Vec<Report>, StoreError> {
        let rows = sql::query_as::<Row>(concat!(
            "SELECT ",
            report_columns!(),
            " WHERE r.reporter = $1 ORDER BY r.at DESC, r.id DESC LIMIT $2",
        ))
        .bind(reporter.as_i64())
        .bind(i64::from(limit))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| row.report().map(|row| row.report))
            .collect()
    }

    /// All reports, or those in one state, the oldest first.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn reports(
        &mut self,
        state: Option<ReportState>,
    ) -> Result<Vec<ReportRow>, StoreError> {
        sql::query_as::<Row>(concat!(
            "SELECT ",
            report_columns!(),
            " WHERE $1 = '' OR r.state = $1 ORDER BY r.id",
        ))
        .bind(state.map(to_word).transpose()?.unwrap_or_default())
        .fetch_all(self.sql())
        .await?
        .into_iter()
        .map(Row::report)
        .collect()
    }

    /// The report with that number.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn report(&mut self, number: u64) -> Result<Option<ReportRow>, StoreError> {
        sql::query_as::<Row>(concat!("SELECT ", report_columns!(), " WHERE r.id = $1"))
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .fetch_optional(self.sql())
            .await?
            .map(Row::report)
            .transpose()
    }

    /// What a report carries, in the order of the conversation.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn evidence(&mut self, number: u64) -> Result<Vec<Evidence>, StoreError> {
        columns! {
            struct Row {
                seq: i64,
                at: i64,
                author: String,
                body: String,
                media_type: Option<String>,
                media: Option<Vec<u8>>,
            }
        }
        let rows: Vec<Row> = sql::query_as(
            "SELECT seq, at, author, body, media_type, media FROM report_entries \
             WHERE report = $1 ORDER BY seq",
        )
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(Evidence {
                    seq: natural(row.seq),
                    at: Timestamp(row.at),
                    author: handle(&row.author)?,
                    body: row.body,
                    media: row.media_type.zip(row.media),
                })
            })
            .collect()
    }

    /// What the operator has to say to a person.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn warning(&mut self, person: PersonId) -> Result<Option<Warning>, StoreError> {
        let row: Option<(String, i64)> =
            sql::query_as("SELECT words, at FROM warnings WHERE person = $1")
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(row.map(|(words, at)| Warning {
            words,
            at: Timestamp(at),
        }))
    }

    /// Whether the operator has closed the account.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_disabled(&mut self, person: PersonId) -> Result<bool, StoreError> {
        let row: Option<(Option<i64>,)> =
            sql::query_as("SELECT disabled FROM people WHERE id = $1")
                .bind(person.as_i64())
                .fetch_optional(self.sql())
                .await?;
        Ok(matches!(row, Some((Some(_),))))
    }

    /// What the operator did after a place in the trail, in order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn acts_after(&mut self, number: u64) -> Result<Vec<ActRow>, StoreError> {
        columns! {
            struct Row {
                id: i64,
                at: i64,
                who: String,
                act: String,
                person: Option<i64>,
                report: Option<i64>,
                words: String,
            }
        }
        let rows: Vec<Row> = sql::query_as(
            "SELECT id, at, who, act, person, report, words FROM operator_acts WHERE id > $1 \
             ORDER BY id",
        )
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .fetch_all(self.sql())
        .await?;
        rows.into_iter()
            .map(|row| {
                Ok(ActRow {
                    number: natural(row.id),
                    at: Timestamp(row.at),
                    who: row.who,
                    act: from_word(row.act)?,
                    person: row.person.map(PersonId::from_i64),
                    report: row.report.map(natural),
                    words: row.words,
                })
            })
            .collect()
    }

    /// The newest place in the trail; 0 where there is none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn newest_act(&mut self) -> Result<u64, StoreError> {
        let (newest,): (i64,) = sql::query_as("SELECT COALESCE(max(id), 0) FROM operator_acts")
            .fetch_one(self.sql())
            .await?;
        Ok(natural(newest))
    }
}

impl Tx {
    /// Keeps a report with its evidence; says its number.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_report(&mut self, new: &NewReportRow<'_>) -> Result<u64, StoreError> {
        let (number,): (i64,) = sql::query_as("SELECT COALESCE(max(id), 0) + 1 FROM reports")
            .fetch_one(self.sql())
            .await?;
        sql::query(
            "INSERT INTO reports (id, reporter, about, reason, words, at, state) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(number)
        .bind(new.reporter.as_i64())
        .bind(new.about.as_i64())
        .bind(to_word(new.reason)?)
        .bind(new.words)
        .bind(new.at.0)
        .bind(to_word(ReportState::Open)?)
        .execute(self.sql())
        .await?;
        for entry in new.evidence {
            let (media_type, media) = entry
                .media
                .as_ref()
                .map(|(kind, bytes)| (kind, bytes))
                .unzip();
            sql::query(
                "INSERT INTO report_entries (report, seq, at, author, body, media_type, media) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7)",
            )
            .bind(number)
            .bind(i64::try_from(entry.seq).unwrap_or(i64::MAX))
            .bind(entry.at.0)
            .bind(entry.author.as_str())
            .bind(&entry.body)
            .bind(media_type)
            .bind(media)
            .execute(self.sql())
            .await?;
        }
        Ok(natural(number))
    }

    /// Puts an answer to a report.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn answer_report(
        &mut self,
        number: u64,
        answer: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE reports SET answer = $1, answered = $2 WHERE id = $3")
            .bind(answer)
            .bind(at.0)
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Closes a report.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn close_report(&mut self, number: u64) -> Result<(), StoreError> {
        sql::query("UPDATE reports SET state = $1 WHERE id = $2")
            .bind(to_word(ReportState::Closed)?)
            .bind(i64::try_from(number).unwrap_or(i64::MAX))
            .execute(self.sql())
            .await?;
        Ok(())
    }

    /// Puts a warning, instead of one that stands.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn warn(
        &mut self,
        person: PersonId,
        words: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sql::query(
            "INSERT INTO warnings (person, words, at) VALUES ($1, $2, $3) \
             ON CONFLICT (person) DO UPDATE SET words = excluded.words, at = excluded.at",
        )
        .bind(person.as_i64())
        .bind(words)
        .bind(at.0)
        .execute(self.sql())
        .await?;
        Ok(())
    }

    /// A person has read their warning of that moment; `false` if another stands, or none.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn warning_read(
        &mut self,
        person: PersonId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let done = sql::query("DELETE FROM warnings WHERE person = $1 AND at = $2")
            .bind(person.as_i64())
            .bind(at.0)
            .execute(self.sql())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Closes an account: every session of it ends. Or opens it again.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_disabled(
        &mut self,
        person: PersonId,
        since: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        sql::query("UPDATE people SET disabled = $1 WHERE id = $2")
            .bind(since.map(|at| at.0))
            .bind(person.as_i64())
            .execute(self.sql())
            .await?;
        if since.is_some() {
            sql::query("DELETE FROM devices WHERE person = $1")
                .bind(person.as_i64())
                .execute(self.sql())
                .await?;
        }
        Ok(())
    }

    /// Adds to the trail.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn add_act(&mut self, new: &NewAct<'_>) -> Result<(), StoreError> {
        let number = self.newest_act().await? + 1;
        sql::query(
            "INSERT INTO operator_acts (id, at, who, act, person, report, words) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(i64::try_from(number).unwrap_or(i64::MAX))
        .bind(new.at.0)
        .bind(new.who)
        .bind(to_word(new.act)?)
        .bind(new.person.map(PersonId::as_i64))
        .bind(
            new.report
                .map(|number| i64::try_from(number).unwrap_or(i64::MAX)),
        )
        .bind(new.words)
        .execute(self.sql())
        .await?;
        Ok(())
    }
}
