//! The worker: takes from the outbox what is due, sends it, and does what the answer means.

use super::port::{Port, Sent};
use super::words::{About, words};
use crate::app::App;
use crate::raced;
use birdcall_protocol::Timestamp;
use birdcall_store::{MailKind, MailRow, Purpose, StoreError};
use lettre::Message;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use std::collections::HashMap;
use std::time::Duration;
use tokio::task::{Id, JoinSet};

/// Mails under way at a time. Mail servers count connections; a community sends few.
const AT_ONCE: usize = 4;

/// For how long a mail is claimed: a whole conversation with a slow server. Raising it leaves a mail longer with a
/// server that was killed.
const CLAIM: Duration = Duration::from_secs(120);

/// How long until the next try: the first after ten seconds, then twice as long each time up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(30 * 60);

/// With nothing due, it looks again after this long, should it not be woken.
const IDLE: Duration = Duration::from_secs(60);

/// After the database failed, for a while nothing is tried.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs until the server goes down.
pub async fn run(app: App) {
    let mut under_way = JoinSet::new();
    let mut busy = HashMap::new();
    loop {
        let now = app.clock.now();
        let next = match start(&app, now, &mut under_way, &mut busy).await {
            Ok(next) => next,
            Err(error) => {
                raced::say(&error, "the outbox of mails was not read");
                now + PAUSE
            }
        };
        tokio::select! {
            () = app.clock.sleep_until(next) => {}
            () = app.mail.wake.notified() => {}
            Some(done) = under_way.join_next_with_id() => {
                let id = done.map_or_else(|error| error.id(), |(id, ())| id);
                busy.remove(&id);
            }
        }
    }
}

/// Starts what is due, as far as there is room; says when to look again.
async fn start(
    app: &App,
    now: Timestamp,
    under_way: &mut JoinSet<()>,
    busy: &mut HashMap<Id, u64>,
) -> Result<Timestamp, StoreError> {
    let mut reader = app.store.read().await?;
    let due = reader.due_mails(now, 2 * AT_ONCE as u32).await?;
    let next = reader.next_mail(now).await?;
    drop(reader);
    for row in due {
        if under_way.len() >= AT_ONCE {
            // One that is done wakes us.
            break;
        }
        if busy.values().any(|id| *id == row.id) {
            continue;
        }
        let (app, id) = (app.clone(), row.id);
        let task = under_way.spawn(async move {
            if let Err(error) = deliver(&app, row).await {
                raced::say(&error, "a mail was not sent");
                // What failed is still due: not at once again.
                app.clock.sleep_until(app.clock.now() + PAUSE).await;
            }
        });
        busy.insert(task.id(), id);
    }
    let idle = app.bus.idle(IDLE);
    Ok(next.map_or(now + idle, |next| next.min(now + idle)))
}

/// Sends one row, if it is still to be sent.
async fn deliver(app: &App, row: MailRow) -> Result<(), StoreError> {
    let now = app.clock.now();
    let mail = match &app.mail.port {
        Some(port) if now < row.until => compose(app, port, &row)
            .await?
            .map(|message| (port, message)),
        // The operator has taken mail away, or it is too late.
        Some(_) | None => None,
    };
    let claimed = app.again(|| async {
        let mut tx = app.store.write().await?;
        let claimed = match mail {
            Some(_) => tx.claim_mail(&row, now + CLAIM).await?,
            None => {
                tx.finish_mail(&row).await?;
                false
            }
        };
        tx.commit().await?;
        Ok::<_, StoreError>(claimed)
    });
    let (true, Some((port, message))) = (claimed.await?, mail) else {
        return Ok(());
    };
    let sent = port.send(message, &name(&row)).await;
    app.counters.mailed(sent);
    let now = app.clock.now();
    let again = now + pause(row.tries);
    // What was sent is not to be sent again because this lost a race.
    app.again(|| async {
        let mut tx = app.store.write().await?;
        match sent {
            Sent::Later if again < row.until => tx.put_mail_off(&row, again).await?,
            Sent::Taken | Sent::Later | Sent::Refused => tx.finish_mail(&row).await?,
        }
        tx.commit().await
    })
    .await
}

fn pause(tries: u32) -> Duration {
    let doubled = Duration::from_secs(10).saturating_mul(2_u32.saturating_pow(tries.min(16)));
    doubled.min(LONGEST_PAUSE)
}

/// The same for each try, so that a mail that is sent twice (the server was killed in between) can be told for one.
fn name(row: &MailRow) -> String {
    format!("{:013}-{:016x}", row.until.0, row.id)
}

/// The mail of a row; `None`: it is of no use any more, or cannot be written.
async fn compose(app: &App, port: &Port, row: &MailRow) -> Result<Option<Message>, StoreError> {
    let mut reader = app.store.read().await?;
    let person = reader.person_by_id(row.person).await?;
    let purpose = match row.kind {
        MailKind::EmailCode => Some(Purpose::Email),
        MailKind::PasswordCode => Some(Purpose::Password),
        MailKind::EmailTaken
        | MailKind::EmailRemoved
        | MailKind::PasswordChanged
        | MailKind::Deletion => None,
    };
    let mut code = None;
    if let (Some(purpose), Some(seed)) = (purpose, &row.seed) {
        let stands = reader.mailed_code(row.person, purpose).await?;
        if stands.is_none_or(|code| code.seed != *seed) {
            // Another one was asked for since, or it was used.
            return Ok(None);
        }
        code = Some(app.mail.codes.code(row.person, purpose, seed));
    }
    let day = reader.leaving(row.person).await?.map(day);
    let about = match (row.kind, &code, &day) {
        (MailKind::EmailCode, Some(code), _) => About::EmailCode(code),
        (MailKind::PasswordCode, Some(code), _) => About::PasswordCode(code),
        (MailKind::EmailTaken, ..) => About::EmailTaken,
        (MailKind::EmailRemoved, ..) => About::EmailRemoved,
        (MailKind::PasswordChanged, ..) => About::PasswordChanged,
        (MailKind::Deletion, _, Some(day)) => About::Deletion(day),
        // They have kept their account since.
        (MailKind::Deletion, _, None) => return Ok(None),
        (MailKind::EmailCode | MailKind::PasswordCode, None, _) => return Ok(None),
    };
    let (subject, text) = words(&person.handle, &about);
    let Ok(address) = row.address.as_str().parse() else {
        tracing::error!("an address that mail cannot be sent to");
        return Ok(None);
    };
    let sent = std::time::UNIX_EPOCH + app.clock.now().since(Timestamp(0));
    let domain = port.from().email.domain();
    let built = Message::builder()
        .from(port.from().clone())
        .to(Mailbox::new(None, address))
        .date(sent)
        .message_id(Some(format!("<{}@{domain}>", name(row))))
        .subject(subject)
        // RFC 3834: no answer of a machine is wanted.
        .raw_header(HeaderValue::new(
            HeaderName::new_from_ascii_str("Auto-Submitted"),
            "auto-generated".to_owned(),
        ))
        .header(ContentType::TEXT_PLAIN)
        .body(text);
    Ok(built
        .inspect_err(|_| tracing::error!("a mail could not be put together"))
        .ok())
}

/// A day as people write it, in UTC.
fn day(moment: Timestamp) -> String {
    let moment = jiff::Timestamp::from_millisecond(moment.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    moment
        .to_zoned(jiff::tz::TimeZone::UTC)
        .strftime("%-d %B %Y")
        .to_string()
}
