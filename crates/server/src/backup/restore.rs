use super::{
    DATABASE, FORM, Held, MANIFEST, MOST_MANIFEST, Manifest, NODE_KEY, Table, pass, sync_folder,
};
use birdcall_store::snapshot;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// The folder in a data folder that holds what is being restored. While it is there, the data folder is not whole, and no
/// server starts on it.
pub const UNFINISHED: &str = "restoring";

/// What may be in a data folder that counts as empty: the lock, and what file systems put there.
const NOTHING: &[&str] = &["birdcall.lock", "lost+found"];

type Archive = ZipArchive<BufReader<File>>;

/// Makes an instance out of a backup, in a data folder that is empty or not there. It is unpacked and checked beside its
/// place first; a restore that was killed is begun anew by the next one.
///
/// # Errors
/// A sentence; the folder is empty then.
pub async fn restore(from: &Path, data: &Path) -> Result<Manifest, String> {
    let (archive, manifest) = open(from)?;
    let made = !data.exists();
    fs::create_dir_all(data).map_err(|error| format!("cannot make {}: {error}", data.display()))?;
    let lock = crate::serve::lock(data)?;
    let done = into_folder(archive, manifest, from, data).await;
    if done.is_err() {
        // As it was found.
        let _ = fs::remove_file(data.join("birdcall.lock"));
        if made {
            let _ = fs::remove_dir(data);
        }
    }
    drop(lock);
    done
}

async fn into_folder(
    archive: Archive,
    manifest: Manifest,
    from: &Path,
    data: &Path,
) -> Result<Manifest, String> {
    let draft = data.join(UNFINISHED);
    clear_unfinished(data, &draft, &manifest)?;
    if let Some(first) = first_in(data)? {
        return Err(format!(
            "{} is not empty ({first} is there); restore into an empty folder, and exchange it for the other",
            data.display()
        ));
    }
    DirBuilder::new()
        .mode(0o700)
        .create(&draft)
        .map_err(|error| format!("cannot write to {}: {error}", data.display()))?;
    let checked = unpack_and_check(archive, &manifest, from, &draft).await;
    if let Err(sentence) = checked {
        let _ = fs::remove_dir_all(&draft);
        return Err(sentence);
    }
    move_up(&manifest, &draft, data).map_err(|error| {
        format!(
            "cannot write to {}: {error}; it is not whole, restore again",
            data.display()
        )
    })?;
    Ok(manifest)
}

/// A backup that is whole as far as its own directory tells, and that this program understands.
fn open(from: &Path) -> Result<(Archive, Manifest), String> {
    let file =
        File::open(from).map_err(|error| format!("cannot read {}: {error}", from.display()))?;
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|_| {
        format!(
            "{} is not a whole backup: it was cut off, or is something else",
            from.display()
        )
    })?;
    let mut text = String::new();
    let none = || format!("{} is not a backup of birdcall", from.display());
    archive
        .by_name(MANIFEST)
        .map_err(|_| none())?
        .take(MOST_MANIFEST)
        .read_to_string(&mut text)
        .map_err(|_| changed(from, MANIFEST))?;
    let loose: serde_json::Value = serde_json::from_str(&text).map_err(|_| none())?;
    let version = loose["version"].as_str().unwrap_or("unknown");
    let newer = || {
        format!(
            "{} was made by a newer version of birdcall ({version}): restore it with that one",
            from.display()
        )
    };
    if loose["form"]
        .as_u64()
        .is_some_and(|form| form > u64::from(FORM))
    {
        return Err(newer());
    }
    let manifest: Manifest = serde_json::from_value(loose.clone()).map_err(|_| none())?;
    if manifest.schema > snapshot::newest_schema() {
        return Err(newer());
    }
    let safe = |held: &Held| {
        let path = Path::new(&held.name);
        path.components()
            .all(|part| matches!(part, std::path::Component::Normal(_)))
    };
    let needed = [DATABASE, NODE_KEY];
    let named = |name: &&str| manifest.files.iter().any(|held| held.name == **name);
    if !manifest.files.iter().all(safe) || !needed.iter().all(named) {
        return Err(none());
    }
    Ok((archive, manifest))
}

async fn unpack_and_check(
    mut archive: Archive,
    manifest: &Manifest,
    from: &Path,
    draft: &Path,
) -> Result<(), String> {
    for held in &manifest.files {
        unpack(&mut archive, held, from, draft)?;
    }
    let database = draft.join(DATABASE);
    let damaged = |what: &str| format!("the database in {} is damaged: {what}", from.display());
    let faults = snapshot::faults(&database).await;
    if let Some(first) = faults.map_err(|error| damaged(&error.to_string()))?.first() {
        return Err(damaged(first));
    }
    let contents = snapshot::contents(&database).await;
    let contents = contents.map_err(|error| damaged(&error.to_string()))?;
    let tables: Vec<Table> = contents.tables.into_iter().map(Into::into).collect();
    if contents.schema != manifest.schema || tables != manifest.tables {
        let odd = manifest.tables.iter().find(|table| !tables.contains(table));
        let odd = odd.map_or("its tables", |table| &table.name);
        return Err(damaged(&format!("{odd} is not as it was written")));
    }
    Ok(())
}

fn unpack(archive: &mut Archive, held: &Held, from: &Path, draft: &Path) -> Result<(), String> {
    let path = draft.join(&held.name);
    let full = |error: io::Error| format!("cannot write {}: {error}", path.display());
    if let Some(folder) = path.parent() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(full)?;
    }
    let mut to = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .map_err(full)?;
    let mut packed = match archive.by_name(&held.name) {
        Ok(packed) => packed,
        Err(ZipError::Io(error)) => {
            return Err(format!("cannot read {}: {error}", from.display()));
        }
        Err(_) => return Err(changed(from, &held.name)),
    };
    // No more than it has to have: a changed backup must not fill the disk.
    let mut packed = (&mut packed).take(held.bytes + 1);
    let (bytes, sha256) = match pass(&mut packed, &mut to) {
        Ok(passed) => passed,
        Err(error) if error.kind() == io::ErrorKind::StorageFull => return Err(full(error)),
        Err(_) => return Err(changed(from, &held.name)),
    };
    if (bytes, sha256.as_str()) != (held.bytes, held.sha256.as_str()) {
        return Err(changed(from, &held.name));
    }
    to.sync_all().map_err(full)
}

fn changed(from: &Path, name: &str) -> String {
    format!(
        "{} was changed since it was made: {name} is not as it was written",
        from.display()
    )
}

/// Names in the data folder, the database's the last one.
fn move_up(manifest: &Manifest, draft: &Path, data: &Path) -> io::Result<()> {
    for top in tops(manifest) {
        fs::rename(draft.join(top), data.join(top))?;
    }
    sync_folder(data)?;
    // From here on it is whole.
    fs::remove_dir_all(draft)?;
    sync_folder(data)
}

/// What a restore puts into a data folder.
fn tops(manifest: &Manifest) -> Vec<&Path> {
    let mut tops: Vec<&Path> = manifest
        .files
        .iter()
        .filter_map(|held| Path::new(&held.name).components().next())
        .map(|first| Path::new(first.as_os_str()))
        .collect();
    tops.sort_by_key(|top| (*top == Path::new(DATABASE), top.to_path_buf()));
    tops.dedup();
    tops
}

/// Takes away what a restore left that was killed: whatever it may have put there is in the backup still.
fn clear_unfinished(data: &Path, draft: &Path, manifest: &Manifest) -> Result<(), String> {
    if !draft.exists() {
        return Ok(());
    }
    let say = |error: io::Error| format!("cannot clear {}: {error}", data.display());
    for top in tops(manifest) {
        let path: PathBuf = data.join(top);
        let gone = if path.is_dir() {
            fs::remove_dir_all(&path)
        } else {
            fs::remove_file(&path)
        };
        match gone {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(say(error)),
            _ => {}
        }
    }
    fs::remove_dir_all(draft).map_err(say)
}

fn first_in(data: &Path) -> Result<Option<String>, String> {
    let say = |error: io::Error| format!("cannot read {}: {error}", data.display());
    for entry in fs::read_dir(data).map_err(say)? {
        let name = entry.map_err(say)?.file_name();
        let name = name.to_string_lossy();
        if !NOTHING.contains(&name.as_ref()) {
            return Ok(Some(name.into_owned()));
        }
    }
    Ok(None)
}
