//! The relay as a process of its own.

use crate::{Outcome, ServeRelay};
use birdcall_relay::credential::NodeKey;
use birdcall_relay::engine::Limits;
use birdcall_relay::{Options, Relay};
use std::io::{Read, Write};
use std::time::Duration;

/// What a server writes before the address at which it listens.
pub(crate) const LISTENING: &str = "listening ";

/// Starts the relay and keeps it until standard input ends.
pub(crate) fn relay(how: &ServeRelay) -> Outcome {
    let key = key(&how.key).ok_or("the key is not 64 hexadecimal digits")?;
    let relay = Relay::start(Options {
        listen: ([127, 0, 0, 1], 0).into(),
        key: NodeKey::new(key),
        limits: Limits {
            // What is measured is the relay, and not how it slows down a leg.
            bytes_per_second: u32::MAX,
            burst: u32::MAX,
            ..Limits::default()
        },
        gather: Duration::from_micros(how.gather),
    })
    .map_err(|error| format!("the relay could not be started: {error}"))?;
    println!("{LISTENING}{}", relay.address());
    wait_for_the_end();
    relay.stop();
    Ok(())
}

/// Blocks until whoever started this process is gone or wants it to end.
pub(crate) fn wait_for_the_end() {
    // Nobody reads what could not be written, and the end of the input is all that is waited for.
    let _ = std::io::stdout().flush();
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

fn key(digits: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    (digits.len() == 64 && digits.is_ascii()).then_some(())?;
    for (index, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_64_digits() {
        assert_eq!(key(&"0f".repeat(32)), Some([15; 32]));
        assert_eq!(key(&"0f".repeat(31)), None);
        assert_eq!(key(&"xx".repeat(32)), None);
    }
}
