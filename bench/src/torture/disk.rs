//! A disk of its own for what nodes share, small enough to be filled: a file system in memory that only this program and
//! what it starts can see, so that it is gone with the last of them.

use crate::Outcome;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Takes this thread, and all that it starts from here on, into a name space of its own for what is mounted. It has to be
/// the only thread there is.
pub(super) fn apart() -> Outcome {
    let own = unshare(CloneFlags::CLONE_NEWNS).and_then(|()| {
        let flags = MsFlags::MS_REC | MsFlags::MS_PRIVATE;
        mount(None::<&str>, "/", None::<&str>, flags, None::<&str>)
    });
    own.map_err(|error| format!("no disk of its own can be mounted: {error}"))
}

/// The disk.
pub(super) struct Disk {
    folder: PathBuf,
    filler: PathBuf,
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Who may mount may unmount; else it goes with this program.
        let _ = umount2(&self.folder, MntFlags::MNT_DETACH);
    }
}

impl Disk {
    /// Mounts one of so many MiB there. It stays mounted until it is dropped.
    pub(super) fn mount(folder: &Path, mib: u32) -> Outcome<Self> {
        let size = format!("size={mib}m,mode=1777");
        let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV;
        mount(
            Some("torture"),
            folder,
            Some("tmpfs"),
            flags,
            Some(size.as_str()),
        )
        .map_err(|error| format!("{}: {error}", folder.display()))?;
        Ok(Self {
            folder: folder.to_owned(),
            filler: folder.join("filler"),
        })
    }

    /// Fills it to the last byte.
    pub(super) fn fill(&self) -> Outcome {
        let say = |error: std::io::Error| format!("{}: {error}", self.filler.display());
        let options = OpenOptions::new().create(true).append(true).clone();
        let mut file = options.open(&self.filler).map_err(say)?;
        let zeros = vec![0; 1 << 20];
        for size in [1 << 20, 1 << 12, 1] {
            write_while_it_goes(&mut file, &zeros[..size]);
        }
        Ok(())
    }

    /// Empties it again.
    pub(super) fn empty(&self) {
        // Not there: it was not filled.
        let _ = std::fs::remove_file(&self.filler);
    }
}

fn write_while_it_goes(file: &mut File, bytes: &[u8]) {
    while matches!(file.write(bytes), Ok(1..)) {}
}
