//! The rules of messages between two people (M-4): when a conversation is a request, and when one side is told what
//! the other does. Both are about what one person may learn of another, so nothing here shows on the author's side.

use birdcall_protocol::talk::Standing;

/// What is known of the reader's side when somebody writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opening {
    /// How the conversation stands there.
    pub standing: Standing,
    /// The reader sees nothing in it: it is new, or they have deleted it.
    pub empty: bool,
    /// The reader has typed a message to the author.
    pub wrote: bool,
    /// The reader follows the author or has them in the address book.
    pub knows: bool,
}

/// How the conversation stands on the reader's side once the message is there.
///
/// What was accepted stays so as long as something of it is left. A request that was deleted opens as a request again.
#[must_use]
pub fn standing(facts: Opening) -> Standing {
    if facts.wrote || facts.knows {
        Standing::Accepted
    } else if facts.empty {
        Standing::Request
    } else {
        facts.standing
    }
}

/// What stands between two people when one reads or types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// Both have typed a message to the other: they answered each other.
    pub answered: bool,
    /// The conversation is a request for neither.
    pub accepted: bool,
    /// Either has blocked the other.
    pub blocked: bool,
    /// Both have "Read receipts and typing" on.
    pub wanted: bool,
}

/// Whether the other side is told that one has read, or types. If not, they see what they would see of somebody who is
/// away.
#[must_use]
pub fn may_tell(facts: Telling) -> bool {
    facts.answered && facts.accepted && facts.wanted && !facts.blocked
}
