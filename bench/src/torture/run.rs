//! A run: what is broken when, and mended.

use super::bus::{Line, Way};
use super::checker::{self, Bounds, Finding};
use super::client::Client;
use super::database::Kept;
use super::disk::{self, Disk};
use super::history::{Fault, History, What};
use super::nodes::{How, Nodes, RINGS};
use super::tables;
use super::world::{Phase, World};
use super::{Database, Torture};
use crate::Outcome;
use crate::nats::Nats;
use crate::people::{self, Crowd};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::{JoinSet, block_in_place};

/// How often it is looked what is due.
const TICK: Duration = Duration::from_millis(20);

/// How often it is said how far it is.
const TELL_EVERY: Duration = Duration::from_secs(15);

/// Between two faults, in milliseconds. Shorter leaves nodes no time to do anything.
const PAUSE: std::ops::Range<u64> = 300..2_500;

/// How long a killed node stays away, and how long anything else stays broken, in milliseconds.
const AWAY: std::ops::Range<u64> = 0..1_500;
const BROKEN: std::ops::Range<u64> = 500..4_000;

/// The disk that nodes share, in MiB.
const DISK: u32 = 256;

/// How long everybody may take to end what was begun: longer than a call lives of which nobody hears (C-19).
const PATIENCE: Duration = Duration::from_secs(150);

/// The longest that a call may take: its ring, then as long as a side may be silent (80 s in `call::Timing`), what people
/// here talk, and a while in which nobody could be told.
const LONGEST_CALL: Duration = Duration::from_secs(RINGS.as_secs() + 80 + 15 + 30);

const DEVICES: usize = 2;
const GROUP: usize = 4;

/// What is to be broken, and what is broken until when.
struct Torment {
    nodes: Nodes,
    nats: Option<(Nats, Vec<Line>)>,
    kept: Kept,
    disk: Option<Disk>,
    random: StdRng,
    mends: Vec<(Instant, Fault, Option<usize>)>,
    /// How often what was done.
    counts: BTreeMap<Fault, u64>,
}

pub(super) fn run(wanted: &Torture) -> Outcome {
    let seed = wanted.seed.unwrap_or_else(|| rand::rng().random());
    println!("seed {seed}");
    // Before there is any other thread.
    let apart = disk::apart();
    if let Err(why) = &apart {
        println!("{why}: no disk is filled in this run");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let outcome = runtime.block_on(async {
        tokio::select! {
            outcome = whole(wanted, seed, apart.is_ok()) => outcome,
            interrupted = interrupted() => interrupted.and(Err("interrupted".to_owned())),
        }
    });
    runtime.shutdown_background();
    outcome
}

/// Waits until somebody wants an end.
async fn interrupted() -> Outcome {
    let mut terminated = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
    Ok(())
}

async fn whole(wanted: &Torture, seed: u64, own_disk: bool) -> Outcome {
    let folder = tempfile::Builder::new()
        .prefix("birdcall-torture-")
        .tempdir()
        .map_err(|error| error.to_string())?;
    let crowd = Crowd {
        people: wanted.groups * GROUP,
        group: GROUP,
        devices: DEVICES,
    };
    let (phases, phase) = watch::channel(Phase::Gathering);
    let world = Arc::new(World::new(seed, crowd, phase)?);
    let mut torment = prepare(wanted, seed, folder.path(), crowd, own_disk).await?;
    if let Some(stopper) = torment.kept.stopper() {
        // This thread may be waiting for PostgreSQL then, which can take minutes, and could not tell it to end.
        tokio::spawn(async move {
            if interrupted().await.is_ok() {
                stopper.give_up();
            }
        });
    }
    torment.nodes.ready(&world.whereabouts).await?;
    let mut clients = JoinSet::new();
    for device in world.history(|history| history.devices.clone()) {
        clients.spawn(Client::new(Arc::clone(&world), device).live());
    }
    println!(
        "{} nodes, {} people with {DEVICES} devices each, {}",
        wanted.nodes,
        crowd.people,
        if torment.nats.is_some() {
            "NATS"
        } else {
            "no NATS"
        }
    );
    let everybody = world.history(|history| history.devices.len());
    torment.waits(&world, everybody).await?;
    phases.send_replace(Phase::Busy);
    let begun = Instant::now();
    torment.breaks(&world, wanted).await?;
    torment.mend_all(&world).await?;
    println!(
        "{:>6.0} s  all is whole again",
        begun.elapsed().as_secs_f64()
    );
    for next in [Phase::Quiet, Phase::Reading, Phase::Settled] {
        world.done.store(0, Ordering::Relaxed);
        if next == Phase::Settled {
            world.happens(What::Settled);
        }
        phases.send_replace(next);
        torment.waits(&world, everybody).await?;
    }
    clients.shutdown().await;
    let panics = torment.nodes.panics();
    for words in panics {
        world.happens(What::Crashed { words });
    }
    drop(torment.nodes);
    let bounds = Bounds { call: LONGEST_CALL };
    world.history(|history| {
        let found = checker::check(history, bounds);
        tables::print(history, &torment.counts, &found, begun.elapsed());
        judge(wanted, seed, history, &found, folder.path())
    })
}

/// Everything that is to be broken, whole.
async fn prepare(
    wanted: &Torture,
    seed: u64,
    folder: &Path,
    crowd: Crowd,
    own_disk: bool,
) -> Outcome<Torment> {
    // PostgreSQL runs as somebody else where this runs as root.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder, open).map_err(|error| error.to_string())?;
    let shared = folder.join("shared");
    std::fs::create_dir_all(&shared).map_err(|error| error.to_string())?;
    let disk = match own_disk {
        true => Some(Disk::mount(&shared, DISK)?),
        false => None,
    };
    let kept = match wanted.database {
        Database::Sqlite => Kept::file(&shared),
        Database::Postgres => Kept::postgres(&shared)?,
    };
    let database = kept.database()?;
    people::write(&database, crowd).await?;
    let secret: [u8; 32] = rand::random();
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    let key = folder.join("node.key");
    std::fs::write(&key, digits).map_err(|error| error.to_string())?;
    let count = usize::from(wanted.nodes);
    let mut nats = None;
    if wanted.nats && count > 1 {
        let server = Nats::start(&folder.join("nats")).await?;
        let mut lines = Vec::new();
        for _ in 0..count {
            lines.push(Line::to(server.port()).await?);
        }
        nats = Some((server, lines));
    }
    let lines = nats.iter().flat_map(|(_, lines)| lines);
    let how = How {
        program: std::path::absolute(&wanted.program).map_err(|error| error.to_string())?,
        key,
        database: kept.url(),
        folder: folder.to_owned(),
        nats: lines.map(Line::url).collect(),
        without: wanted.without.clone(),
    };
    Ok(Torment {
        nodes: Nodes::new(how, count)?,
        nats,
        kept,
        disk,
        random: StdRng::seed_from_u64(seed),
        mends: Vec::new(),
        counts: BTreeMap::new(),
    })
}

impl Torment {
    /// Breaks things until it is enough.
    async fn breaks(&mut self, world: &World, wanted: &Torture) -> Outcome {
        let begun = Instant::now();
        let end = begun + Duration::from_secs(wanted.seconds);
        let mut next = begun + Duration::from_secs(2);
        let mut tell = begun + TELL_EVERY;
        while Instant::now() < end && self.kills() < wanted.kills {
            self.tend(world).await?;
            let now = Instant::now();
            if now >= next {
                self.something(world)?;
                let pause = self.random.random_range(PAUSE);
                next = now + Duration::from_millis(pause);
            }
            if now >= tell {
                tell = now + TELL_EVERY;
                let kills = self.kills();
                println!(
                    "{:>6.0} s  {kills} kills; {}",
                    begun.elapsed().as_secs_f64(),
                    tables::so_far(world)
                );
            }
            tokio::time::sleep(TICK).await;
        }
        Ok(())
    }

    fn kills(&self) -> u64 {
        self.counts
            .get(&Fault::NodeKilled)
            .copied()
            .unwrap_or_default()
    }

    /// Starts nodes that are due, mends what is due.
    async fn tend(&mut self, world: &World) -> Outcome {
        for words in self.nodes.tend(&world.whereabouts)? {
            world.happens(What::Crashed { words });
        }
        let now = Instant::now();
        let (due, later) = self.mends.iter().partition(|(until, _, _)| *until <= now);
        self.mends = later;
        let due: Vec<_> = due;
        for (_, fault, node) in due {
            self.mend(world, fault, node).await?;
        }
        Ok(())
    }

    /// Breaks something that is whole.
    fn something(&mut self, world: &World) -> Outcome {
        let fault = match self.random.random_range(0..100) {
            0..60 => Fault::NodeKilled,
            60..66 => Fault::NatsKilled,
            66..72 => Fault::NatsPaused,
            72..78 => Fault::LineCut,
            78..84 => Fault::LineSilent,
            84..89 => Fault::DatabaseStopped,
            89..94 => Fault::DatabaseKilled,
            _ => Fault::DiskFull,
        };
        let of_nats = |fault: &Fault| {
            matches!(
                fault,
                Fault::NatsKilled | Fault::NatsPaused | Fault::LineCut | Fault::LineSilent
            )
        };
        let of_database = |fault: &Fault| {
            matches!(
                fault,
                Fault::DatabaseStopped | Fault::DatabaseKilled | Fault::DiskFull
            )
        };
        let broken: Vec<Fault> = self.mends.iter().map(|(_, fault, _)| *fault).collect();
        if of_nats(&fault) && broken.iter().any(of_nats)
            || of_database(&fault) && broken.iter().any(of_database)
        {
            return Ok(());
        }
        let mut node = None;
        match (fault, &mut self.nats, &self.disk) {
            (Fault::NodeKilled, _, _) => {
                let away = Duration::from_millis(self.random.random_range(AWAY));
                node = self.nodes.kill(&mut self.random, away, &world.whereabouts);
                if node.is_none() {
                    return Ok(());
                }
            }
            (Fault::NatsKilled, Some((nats, _)), _) => nats.kill(),
            (Fault::NatsPaused, Some((nats, _)), _) => nats.pause(true)?,
            (Fault::LineCut | Fault::LineSilent, Some((_, lines)), _) => {
                let n = self.random.random_range(0..lines.len());
                node = Some(n);
                lines[n].set(match fault {
                    Fault::LineCut => Way::Cut,
                    _ => Way::Silent,
                });
            }
            (Fault::DatabaseStopped | Fault::DatabaseKilled, _, _) => {
                let Some(server) = self.kept.server() else {
                    return Ok(());
                };
                block_in_place(|| match fault {
                    Fault::DatabaseStopped => server.stop(),
                    _ => server.kill(),
                });
            }
            (Fault::DiskFull, _, Some(disk)) => disk.fill()?,
            // There is none.
            _ => return Ok(()),
        }
        world.happens(What::Broken { fault, node });
        *self.counts.entry(fault).or_default() += 1;
        if fault != Fault::NodeKilled {
            let broken = Duration::from_millis(self.random.random_range(BROKEN));
            self.mends.push((Instant::now() + broken, fault, node));
        }
        Ok(())
    }

    async fn mend(&mut self, world: &World, fault: Fault, node: Option<usize>) -> Outcome {
        match (fault, &mut self.nats, &self.disk, node) {
            (Fault::NatsKilled, Some((nats, _)), _, _) => nats.again().await?,
            (Fault::NatsPaused, Some((nats, _)), _, _) => nats.pause(false)?,
            (Fault::LineCut | Fault::LineSilent, Some((_, lines)), _, Some(n)) => {
                lines[n].set(Way::Open);
            }
            (Fault::DatabaseStopped | Fault::DatabaseKilled, _, _, _) => self.kept.again()?,
            (Fault::DiskFull, _, Some(disk), _) => {
                disk.empty();
                self.kept.again()?;
            }
            _ => {}
        }
        world.happens(What::Mended { fault, node });
        Ok(())
    }

    /// Mends everything, and waits until all nodes are ready.
    async fn mend_all(&mut self, world: &World) -> Outcome {
        for (_, fault, node) in std::mem::take(&mut self.mends) {
            self.mend(world, fault, node).await?;
        }
        // One that does not come back is a finding, and the others are asked what they know.
        if let Err(words) = self.nodes.ready(&world.whereabouts).await {
            println!("{words}");
            world.happens(What::Crashed { words });
        }
        Ok(())
    }

    /// Waits until everybody has done what the phase asks for, or for as long as it takes to see that somebody will not.
    async fn waits(&mut self, world: &World, everybody: usize) -> Outcome {
        let begun = Instant::now();
        while world.done.load(Ordering::Relaxed) < everybody && begun.elapsed() < PATIENCE {
            self.tend(world).await?;
            tokio::time::sleep(TICK).await;
        }
        let done = world.done.load(Ordering::Relaxed);
        if done < everybody {
            println!(
                "{} of {everybody} devices were not done after {} s",
                everybody - done,
                PATIENCE.as_secs()
            );
        }
        Ok(())
    }
}

/// Whether it is as it has to be. Findings are written into files.
fn judge(
    wanted: &Torture,
    seed: u64,
    history: &History,
    found: &[Finding],
    folder: &Path,
) -> Outcome {
    let out: PathBuf = wanted.out.join(format!("seed-{seed}"));
    let say = |error: std::io::Error| format!("{}: {error}", out.display());
    if !found.is_empty() {
        std::fs::create_dir_all(&out).map_err(say)?;
        tables::write(history, found, &out).map_err(say)?;
        for n in 0..wanted.nodes {
            let log = format!("node-{n}.log");
            std::fs::copy(folder.join(&log), out.join(&log)).map_err(say)?;
        }
        println!("findings and logs are in {}", out.display());
    }
    // Of the protection that can be taken away something is lost, and nothing else will do as a sign.
    let lost = found
        .iter()
        .any(|finding| finding.fault == checker::Fault::Lost);
    match &wanted.without {
        None if found.is_empty() => Ok(()),
        None => Err(format!("{} findings", found.len())),
        Some(_) if lost => Ok(()),
        Some(rule) => Err(format!(
            "nothing was lost without {rule}: it sees too little"
        )),
    }
}
