//! A link with weather: frames get lost, wait and queue up, as `tc netem` would have it.
//!
//! It is a program of its own because netem is a part of the kernel that many machines lack, those of continuous
//! integration among them, and because figures of two machines can then be compared. Both ends of the link are network
//! interfaces (TAP): one is moved into the namespace of a host, the other stays with the router. It starts with the
//! names of both, says [`READY`], and then reads a line for each change of weather, until its standard input ends.
//!
//! [`mod@line`] decides about one frame, [`tap`] is an interface, this file moves frames.

mod line;
mod tap;

use crate::Outcome;
use line::{Line, Weather};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::fs::File;
use std::io::{BufRead, Read, Write};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

/// What it says when both interfaces are there, and after each change of weather.
const READY: &str = "ready";

/// Largest frame of an interface whose packets have 1500 bytes.
const LARGEST: usize = 2_048;

/// The weather, which both directions share; each has a queue of its own.
type Now = Arc<Mutex<Weather>>;

/// Moves frames until standard input ends.
pub(crate) fn serve(near: &str, far: &str, seed: u64) -> Outcome {
    let ends = [tap::open(near)?, tap::open(far)?];
    let [near, far] = ends.map(Arc::new);
    let now: Now = Arc::default();
    carry(Arc::clone(&near), Arc::clone(&far), Arc::clone(&now), seed);
    carry(far, near, Arc::clone(&now), seed.wrapping_add(1));
    say_ready();
    for text in std::io::stdin().lock().lines().map_while(Result::ok) {
        let weather = text
            .parse()
            .map_err(|error: String| format!("`{text}`: {error}"))?;
        *now.lock().unwrap_or_else(PoisonError::into_inner) = weather;
        say_ready();
    }
    Ok(())
}

fn say_ready() {
    println!("{READY}");
    // Who reads it is gone when this fails, and then standard input ends too.
    let _ = std::io::stdout().flush();
}

/// One direction: a thread that takes frames in, and one that waits for the time of each.
fn carry(from: Arc<File>, to: Arc<File>, now: Now, seed: u64) {
    let (queue, queued) = mpsc::channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut line = Line::default();
        let mut chance = StdRng::seed_from_u64(seed);
        let mut frame = vec![0; LARGEST];
        loop {
            match (&*from).read(&mut frame) {
                Ok(length) => {
                    let weather = *now.lock().unwrap_or_else(PoisonError::into_inner);
                    let draw = chance.random();
                    let leaves = line.pass(weather, length, Instant::now(), draw);
                    if let Some(leaves) = leaves
                        && queue.send((leaves, frame[..length].to_vec())).is_err()
                    {
                        return;
                    }
                }
                // The interface is down: this process is about to end, or it is being moved.
                Err(_) => thread::sleep(std::time::Duration::from_millis(1)),
            }
        }
    });
    thread::spawn(move || {
        for (leaves, frame) in queued {
            thread::sleep(leaves.saturating_duration_since(Instant::now()));
            // An interface that is down loses what is sent to it, as a cable would.
            let _ = (&*to).write(&frame);
        }
    });
}
