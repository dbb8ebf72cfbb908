//! Bounds of everything a client may send. Each says what raising it costs.

/// Longest handle, in characters. Raising it breaks the layout of every list.
pub const MAX_HANDLE: usize = 20;

/// Longest display name, in characters (Unicode scalar values).
pub const MAX_NAME: usize = 50;

/// Longest text about oneself, in characters.
pub const MAX_BIO: usize = 200;

/// Longest direct message, in characters (M-4). Each one is held in memory once a connected device of both people.
pub const MAX_MESSAGE: usize = 4_000;

/// Longest search in messages, in characters.
pub const MAX_SEARCH: usize = 100;

/// Words of a search that are looked for; what stands behind them is left out. Each costs a look at every message.
pub const MAX_SEARCH_WORDS: usize = 8;
/// Longest beginning of a text that a quote shows, in characters. Raising it makes pages with many replies larger.
pub const MAX_QUOTE: usize = 200;

/// Longest emoji of a reaction, in bytes. The longest that Unicode recommends has 35.
pub const MAX_REACTION: usize = 64;

/// Shortest password, in characters (NIST SP 800-63B asks for 8).
pub const MIN_PASSWORD: usize = 8;

/// Longest password, in bytes; hashing time does not depend on it, the request's size does.
pub const MAX_PASSWORD: usize = 256;

/// Longest name of a device.
pub const MAX_DEVICE_NAME: usize = 60;

/// Longest key that a client gives a message or an invite to make it idempotent.
pub const MAX_KEY: usize = 36;

/// Longest session description. Chromium's with audio, video and every codec is about 8 KiB.
pub const MAX_SDP: usize = 32 * 1024;

/// Longest ICE candidate line.
pub const MAX_CANDIDATE: usize = 512;

/// Longest frame a client may send: a description in JSON, escaped.
pub const MAX_FRAME: usize = 64 * 1024;

/// Longest HTTP body a client may send.
pub const MAX_BODY: usize = 64 * 1024;

/// Refused frames in a row after which a socket is closed with code 1008.
pub const MAX_REFUSED_FRAMES: u32 = 50;

/// Entries of a conversation, calls or people in one answer.
pub const MAX_PAGE: u32 = 100;

/// People in one answer of somebody's followers.
pub const MAX_FOLLOW_PAGE: u32 = 50;

/// Longest text of a report, and of an operator's answer to it, in characters.
pub const MAX_REPORT_WORDS: usize = 1_000;

/// Entries that a report may carry. Each voice message or picture among them stands in the database once more.
pub const MAX_REPORT_ENTRIES: usize = 20;

/// Live devices of a person; the one unused longest is signed out when another signs in.
pub const MAX_DEVICES: u32 = 20;

/// Passkeys of a person. Each one is named to every authenticator that makes another.
pub const MAX_PASSKEYS: u32 = 20;

/// Entries of an address book. All of one are answered at once: raising it makes that answer, about 1 MB, longer.
pub const MAX_ADDRESS_BOOK: u32 = 10_000;

/// Entries in one part of an import. Raising it keeps other writers waiting longer; each costs about 50 µs.
pub const MAX_IMPORT: usize = 200;

/// Exceptions from who may call. Raising it costs a row each, and a longer list to look through.
pub const MAX_EXCEPTIONS: u32 = 1_000;

/// People looked at to say how many can call now. Raising it makes each change of a box cost more: about 5 ms now.
pub const MAX_PREVIEW: u32 = 1_000;

/// Longest voice message, in seconds (M-5).
pub const MAX_VOICE_SECONDS: u32 = 120;

/// Largest voice message, in bytes. Two minutes of Opus at 32 kbit/s are 480 KiB; each one stands in the database.
pub const MAX_VOICE: usize = 1024 * 1024;

/// All voice messages of one author together, in bytes, as long as anybody can hear them. Raising it lets one person
/// take more of the disk.
pub const MAX_VOICE_TOTAL: u64 = 64 * 1024 * 1024;

/// Largest picture that may be sent, in bytes. Phones make up to 10 MB; each one stands in memory while it is decoded.
pub const MAX_PICTURE: usize = 12 * 1024 * 1024;

/// Most pixels of a picture that may be sent, whatever its file's size. Phones make 12 to 24 million; each million costs
/// up to ten megabytes while it is decoded.
pub const MAX_PICTURE_PIXELS: u64 = 24_000_000;

/// People who may break through "Do not disturb".
pub const MAX_BREAK_THROUGH: u32 = 1_000;

/// Longest name of a time zone; the longest in the database of 2026 has 32.
pub const MAX_ZONE: usize = 64;

/// Longest push endpoint. The push services of today use up to 300.
pub const MAX_PUSH_ENDPOINT: usize = 1_000;

/// Longest e-mail address: a path of RFC 5321, 4.5.3.1.3, without its brackets.
pub const MAX_EMAIL: usize = 254;

/// Longest local part of one (RFC 5321, 4.5.3.1.1).
pub const MAX_EMAIL_LOCAL: usize = 64;

/// Longest text to a picture, in characters.
pub const MAX_CAPTION: usize = 1_000;

/// Longest description of what a picture shows, in characters.
pub const MAX_ALT: usize = 500;

/// Longest form that a picture comes in: the file, and what is written to it.
pub const MAX_PICTURE_FORM: usize = MAX_PICTURE + 64 * 1024;

/// All pictures in messages of one author together, in bytes, as long as anybody can see them. A picture takes about
/// half a megabyte. Raising it lets one person take more of the disk.
pub const MAX_PICTURE_TOTAL: u64 = 512 * 1024 * 1024;
