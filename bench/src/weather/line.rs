//! What becomes of one frame: lost, queued, delayed. It knows no clock and draws no chance.

use std::str::FromStr;
use std::time::{Duration, Instant};

/// The longest time that a frame may wait for those before it. Larger fills with sound that nobody wants any more
/// (bufferbloat), smaller loses the first frames of each picture.
const QUEUE: Duration = Duration::from_millis(500);

/// How a link is. The default is a clear day: nothing happens to a frame.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Weather {
    /// The share of frames that get lost, each by itself, from 0 to 1.
    loss: f64,
    /// How long each way takes.
    delay: Duration,
    /// Bits of a second in each direction; `None` for as many as come.
    rate: Option<u64>,
}

impl FromStr for Weather {
    type Err = String;

    /// For example `loss 5 delay 100 rate 1000000`: percent, milliseconds, bits of a second; what is not named is clear.
    fn from_str(text: &str) -> Result<Self, String> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut weather = Self::default();
        for pair in words.chunks(2) {
            let [name, value] = pair else {
                return Err(format!("{pair:?} has no value"));
            };
            let number: u32 = value
                .parse()
                .map_err(|_| format!("{value} is no whole number"))?;
            match *name {
                "loss" if number <= 100 => weather.loss = f64::from(number) / 100.0,
                "delay" => weather.delay = Duration::from_millis(number.into()),
                "rate" if number > 0 => weather.rate = Some(number.into()),
                _ => return Err(format!("`{name} {value}` is no weather")),
            }
        }
        Ok(weather)
    }
}

/// One direction of a link.
#[derive(Debug, Default)]
pub(super) struct Line {
    /// When the last bit of the frame before is on its way.
    free: Option<Instant>,
}

impl Line {
    /// When a frame of so many bytes arrives at the other end, if it does. `draw` is a number from 0 to 1.
    pub(super) fn pass(
        &mut self,
        weather: Weather,
        bytes: usize,
        now: Instant,
        draw: f64,
    ) -> Option<Instant> {
        if draw < weather.loss {
            return None;
        }
        let starts = self.free.unwrap_or(now).max(now);
        if weather.rate.is_some() && starts - now > QUEUE {
            return None;
        }
        let sent = starts + on_the_wire(bytes, weather.rate);
        self.free = weather.rate.map(|_| sent);
        Some(sent + weather.delay)
    }
}

fn on_the_wire(bytes: usize, rate: Option<u64>) -> Duration {
    rate.map_or(Duration::ZERO, |rate| {
        Duration::from_nanos(bytes as u64 * 8 * 1_000_000_000 / rate)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    #[test]
    fn weather_is_read_and_nonsense_refused() {
        let storm: Weather = "loss 20 delay 300 rate 100000".parse().unwrap();
        let wanted = Weather {
            loss: 0.2,
            delay: ms(300),
            rate: Some(100_000),
        };
        assert_eq!(storm, wanted);
        assert_eq!("".parse(), Ok(Weather::default()));
        for wrong in ["loss", "loss 101", "loss x", "rate 0", "rain 3"] {
            assert!(wrong.parse::<Weather>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn on_a_clear_day_everything_arrives_at_once() {
        let now = Instant::now();
        let mut line = Line::default();
        for _ in 0..1_000 {
            assert_eq!(line.pass(Weather::default(), 1_500, now, 0.0), Some(now));
        }
    }

    #[test]
    fn chance_decides_which_frames_are_lost() {
        let (now, mut line) = (Instant::now(), Line::default());
        let weather = "loss 5 delay 100".parse().unwrap();
        assert_eq!(line.pass(weather, 100, now, 0.049), None);
        assert_eq!(line.pass(weather, 100, now, 0.051), Some(now + ms(100)));
    }

    #[test]
    fn frames_wait_for_each_other_up_to_the_length_of_the_queue() {
        let (now, mut line) = (Instant::now(), Line::default());
        let weather: Weather = "rate 100000 delay 10".parse().unwrap();
        // 1,250 bytes take 100 ms at this rate.
        let mut arrivals = std::iter::from_fn(|| line.pass(weather, 1_250, now, 0.0));
        let first: Vec<Instant> = arrivals.by_ref().collect();
        let wanted: Vec<Instant> = (1..=6).map(|it| now + ms(it * 100 + 10)).collect();
        assert_eq!(first, wanted, "the seventh would have waited for 600 ms");
        let later = now + ms(400);
        assert_eq!(
            line.pass(weather, 1_250, later, 0.0),
            Some(now + ms(710)),
            "there is room again"
        );
    }
}
