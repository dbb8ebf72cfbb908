//! A whole instance in one file, made while it runs, and an instance made out of such a file.
//!
//! ```text
//! birdcall-….zip
//!   manifest.json   which version made it and when, and what has to be in it ([`Manifest`])
//!   birdcall.db     the database as it was in one moment
//!   node.key        what credentials, mailed codes and stored secrets hang on
//!   acme/…          account and certificates, if this server gets them by itself
//! ```
//! What the configuration names elsewhere (certificate files, passwords of mail and provider) is not in it.

mod make;
mod restore;

pub use make::make;
pub use restore::{UNFINISHED, restore};

use birdcall_protocol::Timestamp;
use birdcall_store::snapshot::TableSum;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

/// The form of what is written now. A program refuses forms that are newer than its own.
const FORM: u32 = 1;

/// The file that says what is in a backup.
const MANIFEST: &str = "manifest.json";

/// The database, in a backup and in a data folder.
const DATABASE: &str = "birdcall.db";

/// The node key, in a backup and in a data folder.
const NODE_KEY: &str = "node.key";

/// A manifest may be this long; real ones have some kilobytes.
const MOST_MANIFEST: u64 = 1024 * 1024;

/// How much is read at once.
const CHUNK: usize = 64 * 1024;

/// What a backup says of itself.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the whole.
    form: u32,
    /// The version of the program that made it.
    pub version: String,
    /// The number of the newest migration its database has had.
    schema: i64,
    /// When, as the machine's clock said.
    pub made: Timestamp,
    /// What has to be in it.
    files: Vec<Held>,
    /// What has to be in the database.
    tables: Vec<Table>,
}

impl Manifest {
    /// Bytes of all files, before they were pressed.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    /// Tables.
    #[must_use]
    pub fn tables(&self) -> usize {
        self.tables.len()
    }
}

/// A file of a backup.
#[derive(Debug, Serialize, Deserialize)]
struct Held {
    name: String,
    bytes: u64,
    /// SHA-256, in hexadecimal digits.
    sha256: String,
}

/// A table of its database.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Table {
    name: String,
    rows: u64,
    sum: String,
}

impl From<TableSum> for Table {
    fn from(sum: TableSum) -> Self {
        Self {
            name: sum.name,
            rows: sum.rows,
            sum: sum.sum,
        }
    }
}

/// Copies all there is and says how long it was and its SHA-256.
fn pass(from: &mut impl Read, to: &mut impl Write) -> io::Result<(u64, String)> {
    let (mut hash, mut length) = (Sha256::new(), 0);
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = from.read(&mut buffer)?;
        if read == 0 {
            return Ok((length, crate::random::hex(&hash.finalize())));
        }
        hash.update(&buffer[..read]);
        to.write_all(&buffer[..read])?;
        length += read as u64;
    }
}

/// Makes what was done in a folder survive a loss of power.
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
