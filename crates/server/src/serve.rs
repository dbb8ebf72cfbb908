//! From start to end of a server: the data folder's lock, the database, the listeners, the sweeper.

use crate::acme::{self, Answers, Keeper};
use crate::app::App;
use crate::backup::UNFINISHED;
use crate::bus::Bus;
use crate::clock::Clock;
use crate::config::Config;
use crate::hub::CloseReason;
use crate::listen::{Certificates, Door, Peer, serve_turn};
use crate::push::{self, Push};
use crate::{bus, calls, demo, drain, export, http, leaving, mail, names, operator, relay, search};
use axum::Router;
use birdcall_store::{Options, Store};
use prometheus_client::registry::Registry;
use std::fs::{File, TryLockError};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How long requests under way may go on after the server was told to stop.
const LAST_REQUESTS: Duration = Duration::from_secs(5);

/// A server that runs. Stopped by `stop`, killed by being dropped.
pub struct Running {
    /// The server itself.
    pub app: App,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where figures are served, if they are.
    pub metrics: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    /// What goes on without anybody asking.
    background: Vec<JoinHandle<()>>,
    // Held as long as it runs.
    _lock: Lock,
}

/// Starts a server.
///
/// # Errors
/// A sentence that says what is in the way.
pub async fn start(config: Config, clock: Clock) -> Result<Running, String> {
    let lock = prepare(&config)?;
    let store = open_store(&config).await?;
    let alone = config.cluster.is_none();
    let fits = store.claim(alone).await;
    if !fits.map_err(|error| format!("cannot open {}: {error}", config.database))? {
        let what = if alone {
            "another server works on it; several have to be told so, each by `cluster = true`"
        } else {
            "a server works on it that does not know of others; it lacks `cluster = true`"
        };
        return Err(format!("{}: {what}", config.database));
    }
    run_on(config, clock, store, lock).await
}

/// Starts a server on a store that is open already, which it closes when it is stopped.
///
/// # Errors
/// A sentence that says what is in the way.
pub async fn start_on(config: Config, clock: Clock, store: Store) -> Result<Running, String> {
    let lock = prepare(&config)?;
    run_on(config, clock, store, lock).await
}

/// Makes the data folder, and takes its lock.
fn prepare(config: &Config) -> Result<Lock, String> {
    std::fs::create_dir_all(&config.data)
        .map_err(|error| format!("cannot make {}: {error}", config.data.display()))?;
    let lock = lock(&config.data)?;
    if config.data.join(UNFINISHED).exists() {
        return Err(format!(
            "{} is not whole, a restore did not come to its end: run `birdcall restore` again",
            config.data.display()
        ));
    }
    export::sweep(&config.data);
    Ok(lock)
}

async fn run_on(config: Config, clock: Clock, store: Store, lock: Lock) -> Result<Running, String> {
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let metrics_listen = config.metrics_listen;
    let push = Push::start(&config, &store)
        .await
        .map_err(|error| format!("cannot get ready for push: {error}"))?;
    let key = relay::key::read_or_make(&config.key_file)?;
    let bus = Bus::start(&config, &store, &key).await?;
    let app = App::new(config, store, clock, push, bus)?;
    let certificates = match (&app.config.tls, &app.config.acme) {
        (Some(files), None) => Some(Certificates::open(files)?),
        // The first one is still to come.
        (Some(files), Some(_)) => {
            Some(Certificates::open(files).unwrap_or_else(|_| Certificates::none_yet(files)))
        }
        (None, _) => None,
    };
    let (tls, relay) = (certificates.as_ref(), app.relay.here());
    let door = Door::with_relay(listener, tls, relay)?;
    let streams = relay.map(|relay| serve_turn(relay, tls));
    let streams = streams.transpose()?;
    names::fold_all(&app.store)
        .await
        .map_err(|error| format!("cannot fold names: {error}"))?;
    if app.config.demo {
        demo::people(&app).await?;
    }
    // A relay that does not know which calls are over would let their credentials in.
    let over = relay::over_lately(&app)
        .await
        .map_err(|error| format!("cannot read the calls that are over: {error}"))?;
    for call in over {
        app.relay.revoke(call);
    }
    bus::arrive(&app)
        .await
        .map_err(|error| format!("cannot join the other nodes: {error}"))?;
    let (stop, stopped) = watch::channel(false);
    let mut tasks = vec![tokio::spawn(run(
        door,
        http::router(app.clone()),
        stopped.clone(),
    ))];
    let mut metrics = None;
    if let Some(wanted) = metrics_listen {
        let figures = app.counters.registry();
        let (address, task) = serve_figures(wanted, figures, stopped.clone()).await?;
        metrics = Some(address);
        tasks.push(task);
    }
    let mut background = vec![
        tokio::spawn(bus::run(app.clone())),
        tokio::spawn(calls::sweep(app.clone())),
        tokio::spawn(calls::later::run(app.clone())),
        tokio::spawn(relay::keep_told(app.clone())),
        tokio::spawn(operator::watch(app.clone())),
        tokio::spawn(push::run(app.clone())),
        tokio::spawn(mail::run(app.clone())),
        tokio::spawn(leaving::run(app.clone())),
        tokio::spawn(search::fold_what_is_older(app.clone())),
    ];
    if matches!(app.clock, Clock::System) {
        // By a clock that is turned by hand nobody is late.
        background.push(tokio::spawn(beat(app.clone())));
    }
    background.extend(streams);
    if let Some(certificates) = certificates {
        if let Some(wanted) = app.config.acme.clone() {
            let answers = Answers::default();
            if let Some(listen) = wanted.http_listen {
                let router = acme::router(answers.clone(), address.port());
                tasks.push(listen_plainly(listen, router, stopped).await?.1);
            }
            let kept = Arc::clone(&certificates);
            let keeper = Keeper::new(wanted, &app.config.data, kept, answers);
            background.push(tokio::spawn(keeper.run()));
        }
        background.push(tokio::spawn(certificates.follow()));
    }
    Ok(Running {
        app,
        address,
        metrics,
        stop,
        tasks,
        background,
        _lock: lock,
    })
}

/// Starts the listener of Prometheus' figures.
///
/// # Errors
/// A sentence.
pub async fn serve_figures(
    wanted: SocketAddr,
    figures: Arc<Registry>,
    stopped: watch::Receiver<bool>,
) -> Result<(SocketAddr, JoinHandle<()>), String> {
    listen_plainly(wanted, http::metrics_router(figures), stopped).await
}

/// Starts a listener without TLS.
async fn listen_plainly(
    wanted: SocketAddr,
    router: Router,
    stopped: watch::Receiver<bool>,
) -> Result<(SocketAddr, JoinHandle<()>), String> {
    let say = |error: std::io::Error| format!("cannot listen on {wanted}: {error}");
    let listener = TcpListener::bind(wanted).await.map_err(say)?;
    let address = listener.local_addr().map_err(say)?;
    let door = Door::new(listener, None)?;
    let task = tokio::spawn(run(door, router, stopped));
    Ok((address, task))
}

/// Opens the database of a configuration.
///
/// # Errors
/// A sentence.
pub async fn open_store(config: &Config) -> Result<Store, String> {
    let options = Options {
        max_pages: config.max_pages,
        races: config.races.clone(),
        ..Options::default()
    };
    Store::connect(&config.database, &options)
        .await
        .map_err(|error| format!("cannot open {}: {error}", config.database))
}

impl Running {
    /// Goes down in peace: nothing new begins here, and where there are other nodes they get what is here. Ends when there
    /// is nothing left, or when the time for it is over.
    pub async fn drain(&self) {
        drain::run(&self.app).await;
    }

    /// Stops: no new requests, sockets told to come back later, what is under way is finished, the database closed.
    /// Calls go on: media needs no server, and devices come back within C-19's minute.
    pub async fn stop(mut self) {
        for task in self.background.drain(..) {
            task.abort();
            // Until what it held is free, the relay's port among it.
            let _ = task.await;
        }
        let _ = self.stop.send(true);
        self.app.hub.close_all(CloseReason::GoingDown);
        for task in self.tasks.drain(..) {
            let _ = tokio::time::timeout(LAST_REQUESTS, task).await;
        }
        if let Err(error) = bus::depart(&self.app).await {
            tracing::warn!(%error, "the other nodes were not told");
        }
        self.app.store.close().await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        for task in self.tasks.iter().chain(&self.background) {
            task.abort();
        }
    }
}

/// Holds a data folder until it is dropped.
///
/// It says so then: a program that this process is just starting has the open file too, until it runs, and the lock with
/// it.
pub(crate) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // It goes with the last one who has the file if this fails.
        let _ = self.0.unlock();
    }
}

/// What is locked in a data folder.
pub(crate) fn lock_file(data: &Path) -> PathBuf {
    data.join("birdcall.lock")
}

async fn beat(app: App) {
    app.beat.run().await;
}

async fn run(door: Door, router: Router, mut stopped: watch::Receiver<bool>) {
    let service = router.into_make_service_with_connect_info::<Peer>();
    let served = axum::serve(door, service).with_graceful_shutdown(async move {
        // An error means that the sender is gone, which is a stop too.
        let _ = stopped.wait_for(|stop| *stop).await;
    });
    if let Err(error) = served.await {
        tracing::error!(%error, "the listener ended");
    }
}

/// Two servers on one folder would both believe that their sockets are all there are.
///
/// # Errors
/// A sentence: one runs, or the folder cannot be written to.
pub(crate) fn lock(data: &Path) -> Result<Lock, String> {
    let path = lock_file(data);
    let file =
        File::create(&path).map_err(|error| format!("cannot make {}: {error}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => Err(format!(
            "another birdcall runs on {} (it holds {})",
            data.display(),
            path.display()
        )),
        Err(TryLockError::Error(error)) => Err(format!("cannot lock {}: {error}", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_free_when_its_server_is_gone_whoever_still_has_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let held = lock(folder.path()).unwrap();
        assert!(lock(folder.path()).is_err());
        // As a process has it that was forked and does not run its program yet.
        let inherited = held.0.try_clone().unwrap();
        drop(held);
        drop(lock(folder.path()).unwrap());
        drop(inherited);
    }
}
