//! What a notification says where the service worker does not run (it says the same, with names instead of handles).

use birdcall_protocol::call::{CallKind, RingStop};
use birdcall_protocol::push::{DECLARATIVE, PushEvent, PushMessage, PushNotification};

/// The beginning of a message that is shown, in characters. Raising it fills push messages, which are small.
pub(super) const BEGINNING: usize = 300;

/// A message about something that happened, for a page of `origin`. `silent` ones make no sound.
pub(crate) fn message(
    event: PushEvent,
    origin: Option<&str>,
    silent: bool,
    badge: Option<u32>,
) -> PushMessage {
    let (title, body) = words(&event);
    let path = page(&event);
    PushMessage {
        web_push: DECLARATIVE,
        notification: PushNotification {
            title,
            body,
            navigate: format!("{}{path}", origin.unwrap_or_default()),
            tag: tag(&event),
            lang: "en".to_owned(),
            silent,
        },
        app_badge: badge,
        birdcall: event,
    }
}

fn words(event: &PushEvent) -> (String, String) {
    match event {
        // C-11: no text of the caller's; a handle is ASCII.
        PushEvent::Ring { caller, kind, .. } => {
            (format!("@{caller} is calling"), call(*kind).to_owned())
        }
        PushEvent::RingStopped { caller, reason, .. } => {
            let title = match reason {
                RingStop::AnsweredElsewhere => "Answered on another device",
                RingStop::DeclinedElsewhere => "Declined on another device",
                RingStop::Cancelled
                | RingStop::NoAnswer
                | RingStop::NotAllowed
                | RingStop::Failed => "The call is over",
            };
            (title.to_owned(), format!("@{caller} called"))
        }
        PushEvent::Missed { caller, kind, .. } => (
            format!("Missed call from @{caller}"),
            call(*kind).to_owned(),
        ),
        PushEvent::Message {
            from,
            text,
            voice,
            picture,
            ..
        } => {
            let body = match (text, voice) {
                (Some(text), _) => text.clone(),
                (None, Some(seconds)) => {
                    format!("Voice message, {}:{:02}", seconds / 60, seconds % 60)
                }
                (None, None) if *picture => "Picture".to_owned(),
                (None, None) => "New message".to_owned(),
            };
            (format!("@{from}"), body)
        }
        PushEvent::MessageGone { from, .. } => {
            (format!("@{from}"), "This message was deleted".to_owned())
        }
        PushEvent::Test { .. } => (
            "This device rings".to_owned(),
            "You asked for this test. Press to finish it.".to_owned(),
        ),
    }
}

fn call(kind: CallKind) -> &'static str {
    match kind {
        CallKind::Audio => "Audio call",
        CallKind::Video => "Video call",
    }
}

fn page(event: &PushEvent) -> String {
    match event {
        PushEvent::Ring { caller, .. }
        | PushEvent::RingStopped { caller, .. }
        | PushEvent::Missed { caller, .. } => format!("/messages/{caller}"),
        PushEvent::Message { from, .. } | PushEvent::MessageGone { from, .. } => {
            format!("/messages/{from}")
        }
        PushEvent::Test { test, .. } => format!("/settings/devices?test={test}"),
    }
}

/// One notification for each call and each conversation.
fn tag(event: &PushEvent) -> String {
    match event {
        PushEvent::Ring { call, .. }
        | PushEvent::RingStopped { call, .. }
        | PushEvent::Missed { call, .. } => call.to_string(),
        PushEvent::Message { from, .. } | PushEvent::MessageGone { from, .. } => {
            format!("message-{from}")
        }
        PushEvent::Test { .. } => "test".to_owned(),
    }
}

/// The beginning of a text, cut between characters, with a mark where it was cut.
pub(super) fn beginning(text: &str) -> String {
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(beginning("hello"), "hello");
        let long = "ä".repeat(BEGINNING + 5);
        let cut = beginning(&long);
        assert_eq!(cut.chars().count(), BEGINNING + 1);
        assert!(cut.ends_with('…'));
        assert_eq!(beginning(&long[..2 * BEGINNING]), long[..2 * BEGINNING]);
    }
}
