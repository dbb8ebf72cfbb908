use super::{DATABASE, FORM, Held, MANIFEST, Manifest, NODE_KEY, pass, sync_folder};
use crate::config::Config;
use crate::random;
use birdcall_protocol::Timestamp;
use birdcall_store::{Database, snapshot};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// Folders that belong to an instance, with all that is in them.
const FOLDERS: &[&str] = &["acme"];

/// The folder that a backup is put together in, with a number behind. It is on the disk the backup goes to, so the last
/// step is a new name.
const DRAFT: &str = ".birdcall-backup-";

/// How hard to press: pictures and sounds are pressed already, and the server wants its processors.
const PRESSED: i64 = 1;

/// Writes a backup of a server that may be running. `to` is a file that is not there yet, or a folder, where it gets a
/// name with the moment in it. Only its owner may read it.
///
/// # Errors
/// A sentence; nothing is at `to` then.
pub async fn make(
    config: &Config,
    to: &Path,
    at: Timestamp,
) -> Result<(PathBuf, Manifest), String> {
    let Database::File(database) = &config.database else {
        return Err(format!(
            "the database is PostgreSQL's, and this is no copy of it: back it up with pg_dump, and {} with it",
            config.key_file.display()
        ));
    };
    if !database.exists() {
        return Err(format!(
            "there is no {}; --data names the folder of the server",
            database.display()
        ));
    }
    let to = place(to, at);
    if to.exists() {
        return Err(format!("{} is there already", to.display()));
    }
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let draft = Draft::begin(&folder)?;
    let copy = draft.folder.join(DATABASE);
    let say = |error: birdcall_store::StoreError| format!("cannot copy the database: {error}");
    snapshot::copy(database, &copy).await.map_err(say)?;
    let faults = snapshot::faults(&copy).await.map_err(say)?;
    if let Some(first) = faults.first() {
        return Err(format!(
            "the database is damaged ({first}); keep the backups you have, and see `birdcall doctor`"
        ));
    }
    let contents = snapshot::contents(&copy).await.map_err(say)?;
    let mut parts = vec![
        (DATABASE.to_owned(), copy),
        (NODE_KEY.to_owned(), config.key_file.clone()),
    ];
    beside(&config.data, &mut parts)?;
    let written = tokio::task::spawn_blocking(move || {
        let manifest = Manifest {
            form: FORM,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            schema: contents.schema,
            made: at,
            files: Vec::new(),
            tables: contents.tables.into_iter().map(Into::into).collect(),
        };
        draft.write(manifest, &parts, &to).map(|done| (to, done))
    });
    written.await.map_err(|error| error.to_string())?
}

/// The file that is to be.
fn place(to: &Path, at: Timestamp) -> PathBuf {
    if !to.is_dir() {
        return to.to_owned();
    }
    let moment = jiff::Timestamp::from_millisecond(at.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    to.join(format!("birdcall-{}.zip", moment.strftime("%Y%m%d-%H%M%S")))
}

/// Files of the data folder beside the database and the key.
fn beside(data: &Path, parts: &mut Vec<(String, PathBuf)>) -> Result<(), String> {
    for folder in FOLDERS {
        let path = data.join(folder);
        let entries = match fs::read_dir(&path) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(format!("cannot read {}: {error}", path.display())),
        };
        for entry in entries.flatten() {
            if let Some(name) = entry.file_name().to_str()
                && !name.contains(".part")
                && entry.path().is_file()
            {
                parts.push((format!("{folder}/{name}"), entry.path()));
            }
        }
    }
    Ok(())
}

/// A backup that is being put together; gone when dropped.
struct Draft {
    folder: PathBuf,
    /// Held for as long as somebody works on it.
    _lock: File,
}

impl Draft {
    /// Also takes away what those left behind that were killed.
    fn begin(folder: &Path) -> Result<Self, String> {
        let say = |error: io::Error| format!("cannot write to {}: {error}", folder.display());
        for entry in fs::read_dir(folder).map_err(say)?.flatten() {
            let left = entry
                .file_name()
                .to_str()
                .is_some_and(|name| name.starts_with(DRAFT));
            if left
                && File::open(entry.path().join("lock")).is_ok_and(|lock| lock.try_lock().is_ok())
            {
                // Whoever cannot take it away goes on: it is in nobody's way.
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        let own = folder.join(format!("{DRAFT}{:016x}", random::mail()));
        DirBuilder::new().mode(0o700).create(&own).map_err(say)?;
        let lock = File::create(own.join("lock")).map_err(say)?;
        lock.try_lock().map_err(|error| error.to_string())?;
        Ok(Self {
            folder: own,
            _lock: lock,
        })
    }

    fn write(
        &self,
        mut manifest: Manifest,
        parts: &[(String, PathBuf)],
        to: &Path,
    ) -> Result<Manifest, String> {
        for (name, path) in parts {
            let (bytes, sha256) = File::open(path)
                .and_then(|mut file| pass(&mut file, &mut io::sink()))
                .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
            manifest.files.push(Held {
                name: name.clone(),
                bytes,
                sha256,
            });
        }
        let path = self.folder.join("backup.zip");
        let finish = || -> io::Result<()> {
            let file = OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)?;
            press(&file, &manifest, parts)?;
            file.sync_all()?;
            // A link takes nobody's place.
            fs::hard_link(&path, to)?;
            sync_folder(
                to.parent()
                    .filter(|at| !at.as_os_str().is_empty())
                    .unwrap_or(Path::new(".")),
            )
        };
        finish().map_err(|error| format!("cannot write {}: {error}", to.display()))?;
        Ok(manifest)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // What is left is taken away by the next one.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn press(file: &File, manifest: &Manifest, parts: &[(String, PathBuf)]) -> io::Result<()> {
    let mut zip = ZipWriter::new(BufWriter::new(file));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(PRESSED))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o600);
    zip.start_file(MANIFEST, options)?;
    serde_json::to_writer_pretty(&mut zip, manifest)?;
    for ((name, path), held) in parts.iter().zip(&manifest.files) {
        zip.start_file(
            name,
            options.large_file(held.bytes > u64::from(u32::MAX) / 2),
        )?;
        let mut from = BufReader::new(File::open(path)?);
        let (_, sha256) = pass(&mut from, &mut zip)?;
        if sha256 != held.sha256 {
            let changed = format!("{} was changed meanwhile", path.display());
            return Err(io::Error::other(changed));
        }
    }
    zip.finish()?.flush()
}
