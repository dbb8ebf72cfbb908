//! Where ids and tokens come from: the operating system's generator, seeded into a cryptographic one.

use birdcall_protocol::ids::BookEntryId;
use birdcall_protocol::{CallId, DeviceId, PasskeyId, PersonId, TestId};

/// A new person's id.
#[must_use]
pub fn person() -> PersonId {
    PersonId::new(rand::random())
}

/// A new device's id.
#[must_use]
pub fn device() -> DeviceId {
    DeviceId::new(rand::random())
}

/// A new call's id.
#[must_use]
pub fn call() -> CallId {
    CallId::new(rand::random())
}

/// A new test's id.
#[must_use]
pub fn test() -> TestId {
    TestId::new(rand::random())
}

/// A new passkey's id.
#[must_use]
pub fn passkey() -> PasskeyId {
    PasskeyId::new(rand::random())
}

/// What authenticators shall know a person by: 128 bits.
#[must_use]
pub fn user_handle() -> [u8; 16] {
    rand::random()
}

/// A new entry of an address book.
#[must_use]
pub fn book_entry() -> BookEntryId {
    BookEntryId::new(rand::random())
}

/// The id of a push in the outbox: 63 bits.
#[must_use]
pub fn push() -> u64 {
    rand::random::<u64>() >> 1
}

/// The id of a mail in the outbox: 63 bits.
#[must_use]
pub fn mail() -> u64 {
    rand::random::<u64>() >> 1
}

/// The id of a conversation, should one begin.
#[must_use]
pub fn conversation() -> u64 {
    rand::random()
}

/// A session's token: 256 bits in hexadecimal.
#[must_use]
pub fn token() -> String {
    let bytes: [u8; 32] = rand::random();
    hex(&bytes)
}

/// The name of a picture: 128 bits in hexadecimal.
#[must_use]
pub fn avatar() -> String {
    let bytes: [u8; 16] = rand::random();
    hex(&bytes)
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
