//! Loads: what the clients' thread does for some seconds.

use crate::Outcome;
use crate::leg::Leg;
use crate::machine::{Meter, own_time};
use crate::statistics::percentile;
use crate::work::Pace;
use nix::errno::Errno;
use nix::sys::socket::sockopt::ReceiveTimestampns;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, MultiHeaders, recvmmsg, setsockopt};
use nix::sys::time::TimeSpec;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::io::IoSliceMut;
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

/// Packets taken from a socket at once.
const BATCH: usize = 16;

/// The largest datagram of any load.
const LARGEST: usize = 2_048;

/// A packet that has not arrived after this long is lost.
const PATIENCE: Duration = Duration::from_millis(250);

/// How long a load lasts before it is measured, and then.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Times {
    pub(crate) warm_up: Duration,
    pub(crate) measured: Duration,
}

/// What one load showed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    /// Length of the measured part.
    pub(crate) seconds: f64,
    /// The server's processor time in it.
    pub(crate) cpu: f64,
    /// Packets that arrived in it.
    pub(crate) arrived: u64,
    /// Packets of the whole load.
    pub(crate) sent: u64,
    /// Of these, those that never arrived.
    pub(crate) lost: u64,
    /// Datagrams that were not what was sent, or came twice.
    pub(crate) wrong: u64,
    /// One way through the server, in nanoseconds: median and 99th percentile. Only at call rate.
    pub(crate) latency: Option<[u64; 2]>,
    /// How far the clients were behind their own schedule at most, in seconds.
    pub(crate) late: f64,
    /// The share of their core that the clients had. They never rest, so the rest is what other programs took.
    pub(crate) clients: f64,
}

impl Measured {
    /// Processor microseconds of a packet, which are also seconds of a million packets.
    pub(crate) fn cost(&self) -> f64 {
        self.cpu * 1e6 / self.arrived.max(1) as f64
    }

    /// Packets in a second on a whole core.
    pub(crate) fn per_core(&self) -> f64 {
        self.arrived as f64 / self.cpu.max(1e-9)
    }

    /// The share of its core that the server took.
    pub(crate) fn busy(&self) -> f64 {
        self.cpu / self.seconds
    }

    /// One way through the server in milliseconds: the median (0), or the 99th percentile (1).
    pub(crate) fn millis(&self, which: usize) -> f64 {
        self.latency
            .map_or(f64::NAN, |both| both[which] as f64 / 1e6)
    }

    /// The share of packets that never arrived.
    pub(crate) fn loss(&self) -> f64 {
        self.lost as f64 / self.sent.max(1) as f64
    }
}

/// Clients under load.
struct Load<'a> {
    legs: Vec<Leg>,
    batch: Batch,
    meter: &'a Meter,
    times: Times,
    arrived: u64,
    latencies: Vec<u64>,
    late: Duration,
    began: Option<(Instant, Figures)>,
    ended: Option<(Duration, Figures)>,
}

/// What is read at the beginning and at the end of the measured part.
#[derive(Debug, Clone, Copy, Default)]
struct Figures {
    server: Duration,
    clients: Duration,
    arrived: u64,
}

/// Puts a load on a server.
pub(crate) fn run(
    legs: Vec<Leg>,
    pace: Pace,
    meter: &Meter,
    times: Times,
    seed: u64,
) -> Outcome<Measured> {
    let stamps = matches!(pace, Pace::Rate { .. });
    if stamps {
        for leg in &legs {
            setsockopt(&leg.socket, ReceiveTimestampns, &true)
                .map_err(|error| format!("time stamps of packets: {error}"))?;
        }
    }
    let mut load = Load {
        batch: Batch::new(stamps),
        legs,
        meter,
        times,
        arrived: 0,
        latencies: Vec::new(),
        late: Duration::ZERO,
        began: None,
        ended: None,
    };
    match pace {
        Pace::Backlog(packets) => load.backlog(packets)?,
        Pace::Rate { burst, per_second } => load.rate(burst, per_second, seed)?,
        Pace::Burst(packets) => load.bursts(packets)?,
    }
    load.finish()
}

impl Load<'_> {
    fn backlog(&mut self, packets: u32) -> Outcome {
        let start = Instant::now();
        while self.goes_on(start)? {
            let expected = self.arrived + u64::from(packets) * self.legs.len() as u64;
            self.meter.stop_server()?;
            for _ in 0..packets {
                for leg in &mut self.legs {
                    leg.say()?;
                }
            }
            self.meter.let_server_go_on()?;
            self.wait_for(expected)?;
        }
        Ok(())
    }

    fn rate(&mut self, burst: u32, per_second: f64, seed: u64) -> Outcome {
        let period = Duration::from_secs_f64(1.0 / per_second);
        let mut turns: Vec<(Duration, usize)> = phases(self.legs.len(), period, seed);
        turns.sort_unstable();
        let start = Instant::now();
        let mut turn = 0;
        while self.goes_on(start)? {
            let (phase, index) = turns[turn % turns.len()];
            let due = period * (turn / turns.len()) as u32 + phase;
            if let Some(late) = start.elapsed().checked_sub(due) {
                if self.began.is_some() {
                    self.late = self.late.max(late);
                }
                for _ in 0..burst {
                    self.legs[index].say()?;
                }
                turn += 1;
            }
            self.receive()?;
        }
        Ok(())
    }

    fn bursts(&mut self, packets: u32) -> Outcome {
        let start = Instant::now();
        while self.goes_on(start)? {
            let expected = self.arrived + u64::from(packets);
            let count = self.legs.len();
            for packet in 0..packets as usize {
                self.legs[packet % count].say()?;
            }
            self.wait_for(expected)?;
        }
        Ok(())
    }

    /// Receives until so many have arrived, or the patience is over.
    fn wait_for(&mut self, arrived: u64) -> Outcome {
        let sent = Instant::now();
        while self.arrived < arrived && sent.elapsed() < PATIENCE {
            self.receive()?;
        }
        Ok(())
    }

    /// Notes the beginning and the end of the measured part. False: it is over.
    fn goes_on(&mut self, start: Instant) -> Outcome<bool> {
        match self.began {
            None => {
                if start.elapsed() >= self.times.warm_up {
                    self.latencies.clear();
                    self.began = Some((Instant::now(), self.figures()?));
                }
                Ok(true)
            }
            Some((began, first)) => {
                let elapsed = began.elapsed();
                if elapsed < self.times.measured {
                    return Ok(true);
                }
                let last = self.figures()?;
                let spent = Figures {
                    server: last.server.saturating_sub(first.server),
                    clients: last.clients.saturating_sub(first.clients),
                    arrived: last.arrived - first.arrived,
                };
                self.ended = Some((elapsed, spent));
                Ok(false)
            }
        }
    }

    fn figures(&self) -> Outcome<Figures> {
        Ok(Figures {
            server: self.meter.read()?,
            clients: own_time()?,
            arrived: self.arrived,
        })
    }

    /// Takes what has arrived. It asks every socket in turn and waits for none: a server that had to wake clients would
    /// pay for something that it does not do where clients are on other machines.
    fn receive(&mut self) -> Outcome {
        for leg in &mut self.legs {
            let socket = leg.socket.as_raw_fd();
            let (arrived, latencies) = (&mut self.arrived, &mut self.latencies);
            self.batch.receive(socket, |datagram, stamp| {
                let sent = leg.hear(datagram);
                *arrived += u64::from(sent.is_some());
                latencies.extend(
                    sent.zip(stamp)
                        .map(|(sent, stamp)| stamp.saturating_sub(sent)),
                );
            })?;
        }
        Ok(())
    }

    /// Waits for the last packets and sums up.
    fn finish(mut self) -> Outcome<Measured> {
        let sent: u64 = self.legs.iter().map(|leg| u64::from(leg.sent)).sum();
        let end = Instant::now();
        let mut latencies = std::mem::take(&mut self.latencies);
        while self.arrived < sent && end.elapsed() < PATIENCE {
            self.receive()?;
        }
        let (seconds, spent) = self.ended.unwrap_or_default();
        let latency = percentile(&mut latencies, 50).zip(percentile(&mut latencies, 99));
        Ok(Measured {
            seconds: seconds.as_secs_f64(),
            cpu: spent.server.as_secs_f64(),
            arrived: spent.arrived,
            sent,
            lost: sent - self.arrived,
            wrong: self.legs.iter().map(|leg| leg.wrong).sum(),
            latency: latency.map(|(median, late)| [median, late]),
            late: self.late.as_secs_f64(),
            clients: spent.clients.as_secs_f64() / seconds.as_secs_f64().max(1e-9),
        })
    }
}

/// Where packets are received.
struct Batch {
    memory: Vec<u8>,
    headers: MultiHeaders<()>,
}

impl Batch {
    /// With the times at which the kernel took them from the server, if wanted: what it costs the clients to be woken
    /// and to read them is not the server's.
    fn new(stamps: bool) -> Self {
        let room = stamps.then(|| nix::cmsg_space!(TimeSpec));
        Self {
            memory: vec![0; BATCH * LARGEST],
            headers: MultiHeaders::preallocate(BATCH, room),
        }
    }

    /// Takes all that is there, each with its time in nanoseconds.
    fn receive(&mut self, socket: RawFd, mut each: impl FnMut(&[u8], Option<u64>)) -> Outcome {
        loop {
            let mut slices: Vec<[IoSliceMut<'_>; 1]> = self
                .memory
                .chunks_exact_mut(LARGEST)
                .map(|chunk| [IoSliceMut::new(chunk)])
                .collect();
            let flags = MsgFlags::MSG_DONTWAIT;
            let messages = match recvmmsg(socket, &mut self.headers, slices.iter_mut(), flags, None)
            {
                Ok(messages) => messages,
                Err(Errno::EAGAIN | Errno::EINTR) => return Ok(()),
                Err(error) => return Err(format!("packets could not be received: {error}")),
            };
            let mut count = 0;
            for message in messages {
                count += 1;
                let stamp = message.cmsgs().ok().and_then(|mut controls| {
                    controls.find_map(|control| match control {
                        ControlMessageOwned::ScmTimestampns(time) => {
                            Some(Duration::from(time).as_nanos() as u64)
                        }
                        _ => None,
                    })
                });
                each(message.iovs().next().unwrap_or_default(), stamp);
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }
}

/// When each leg begins within the first period, and its number.
fn phases(legs: usize, period: Duration, seed: u64) -> Vec<(Duration, usize)> {
    let mut chance = StdRng::seed_from_u64(seed);
    (0..legs)
        .map(|index| (period.mul_f64(chance.random::<f64>()), index))
        .collect()
}
