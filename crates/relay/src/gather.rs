//! When to let packets gather before they are received.
//!
//! At the rate of real calls the cost of a packet is waking up for it. Whoever sleeps a millisecond wakes up once for all
//! that came meanwhile; whoever does so while little comes wakes up more often than for each packet. So the rate is
//! measured, of packets and of wake-ups, for frames of video come many at once and are woken up for once anyway.
//!
//! No clock and no socket is in here: the driver says what it received and when.

use std::time::Duration;

/// How long a rate is measured before it decides. Raising it makes the beginning of gathering later and its end too.
const PERIOD_MILLIS: u64 = 100;

/// The part of the limit that a window takes. The rest is for a timer that is late, and for what is done with a batch
/// before the last of its packets is sent. Raising it saves a little work and lets some packets wait for too long.
const WINDOW: f64 = 0.75;

/// Gathering begins at as many packets and as many wake-ups in a window. At two wake-ups it saves the second and costs
/// half a window of delay; with fewer it costs more than it saves.
const PACKETS_TO_BEGIN: f64 = 3.0;
const WAKE_UPS_TO_BEGIN: f64 = 2.0;

/// It does not begin where as many packets are woken up for at once: they gather by themselves.
const PACKETS_A_WAKE_UP: f64 = 8.0;

/// It ends when so large a part of the windows is empty: with 1.5 arrivals in a window on average, at random times, that
/// is e^-1.5 of them.
const EMPTY_TO_END: f64 = 0.22;

/// Packets that a window is meant for; where more come it is shorter. With so many, waking up costs next to nothing.
const ENOUGH: f64 = 32.0;

/// So many packets at once are a sign that the thread is behind: it goes on without a window.
const BEHIND: usize = 64;

/// A window shorter than this part of the longest is none: at such a rate the thread is busy most of the time, and what
/// comes while it is gathers too.
const SHORTEST: f64 = 0.5;

/// Decides whether, and for how long.
#[derive(Debug)]
pub(crate) struct Gather {
    /// The longest window, in milliseconds.
    longest: f64,
    window: Option<Duration>,
    behind: bool,
    period: Period,
}

#[derive(Debug, Default)]
struct Period {
    began: u64,
    /// The count of wake-ups when it began.
    wake_ups: u64,
    packets: u64,
    windows: u32,
    empty: u32,
}

impl Gather {
    /// No packet is to be held back for longer than `limit`; zero is never.
    pub(crate) fn new(limit: Duration) -> Self {
        Self {
            longest: limit.as_secs_f64() * 1_000.0 * WINDOW,
            window: None,
            behind: false,
            period: Period::default(),
        }
    }

    /// How long to wait before the next packets are received.
    pub(crate) fn window(&self) -> Option<Duration> {
        self.window.filter(|_| !self.behind)
    }

    /// Notes what was received: how many packets, and whether that was at the end of a window.
    pub(crate) fn note(&mut self, packets: usize, waited: bool) {
        self.behind = packets >= BEHIND;
        self.period.packets += packets as u64;
        if waited {
            self.period.windows += 1;
            self.period.empty += u32::from(packets == 0);
        }
    }

    /// Decides anew once a period is over. `wake_ups` counts how often the thread went to sleep and was woken up, since
    /// whenever; it is asked for only then.
    pub(crate) fn decide(&mut self, millis: u64, wake_ups: impl FnOnce() -> u64) {
        let length = millis.saturating_sub(self.period.began);
        if self.longest == 0.0 || length < PERIOD_MILLIS {
            return;
        }
        let wake_ups = wake_ups();
        let windows = length as f64 / self.longest;
        let packets = self.period.packets as f64 / windows;
        let pays = match self.window {
            None => {
                let woken = wake_ups.saturating_sub(self.period.wake_ups) as f64 / windows;
                packets >= PACKETS_TO_BEGIN
                    && woken >= WAKE_UPS_TO_BEGIN
                    && packets / woken < PACKETS_A_WAKE_UP
            }
            Some(_) => {
                let empty = f64::from(self.period.empty) / f64::from(self.period.windows);
                // Without any window it is not a number, which is not below anything.
                packets >= 1.0 && empty < EMPTY_TO_END
            }
        };
        let part = (ENOUGH / packets.max(1.0)).min(1.0);
        self.window = (pays && part >= SHORTEST)
            .then(|| Duration::from_secs_f64(self.longest * part / 1_000.0));
        self.period = Period {
            began: millis,
            wake_ups,
            ..Period::default()
        };
    }
}

#[cfg(test)]
mod tests {
    use super::Gather;
    use std::time::Duration;

    /// A thread that takes 10 µs for a packet and sleeps while there is none, on a clock of its own.
    struct Thread {
        gather: Gather,
        micros: u64,
        wake_ups: u64,
        most_delayed: u64,
    }

    impl Thread {
        fn new(limit: Duration) -> Self {
            Self {
                gather: Gather::new(limit),
                micros: 0,
                wake_ups: 0,
                most_delayed: 0,
            }
        }

        /// Takes packets that come at these times, and says how often it woke up for them.
        fn take(&mut self, arrivals: &[u64]) -> u64 {
            let before = self.wake_ups;
            let mut next = 0;
            while next < arrivals.len() {
                let window = self.gather.window();
                if let Some(window) = window {
                    self.micros += window.as_micros() as u64;
                    self.wake_ups += 1;
                }
                let there = arrivals[next..].partition_point(|at| *at <= self.micros);
                let there = there.min(64);
                if window.is_some() {
                    self.gather.note(there, true);
                }
                if there == 0 {
                    self.micros = arrivals[next];
                    self.wake_ups += 1;
                    self.gather.note(1, false);
                } else if window.is_none() {
                    self.gather.note(there, false);
                }
                let there = there.max(1);
                self.most_delayed = self.most_delayed.max(self.micros - arrivals[next]);
                self.micros += 10 * there as u64;
                next += there;
                let wake_ups = self.wake_ups;
                self.gather.decide(self.micros / 1000, || wake_ups);
            }
            self.wake_ups - before
        }

        /// A second of packets, in bursts, at times that are random but always the same.
        fn second(&mut self, packets: u64, burst: u64) -> u64 {
            let mut seed = 1_u64;
            let mut arrivals: Vec<u64> = (0..packets / burst)
                .flat_map(|_| {
                    seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    let at = self.micros + (seed >> 33) % 1_000_000;
                    std::iter::repeat_n(at, burst as usize)
                })
                .collect();
            arrivals.sort_unstable();
            self.take(&arrivals)
        }
    }

    const MILLI: Duration = Duration::from_millis(1);
    const LONGEST: Duration = Duration::from_micros(750);

    #[test]
    fn a_hundred_legs_of_audio_are_gathered_and_wait_no_longer_than_the_limit() {
        let mut thread = Thread::new(MILLI);
        assert!(thread.second(5_000, 1) < 2_000);
        thread.most_delayed = 0;
        let woken = thread.second(5_000, 1);
        assert!(woken < 1_500, "{woken}");
        assert_eq!(thread.gather.window(), Some(LONGEST));
        assert!(thread.most_delayed <= 1_000, "{}", thread.most_delayed);
    }

    #[test]
    fn a_few_calls_are_not() {
        for packets in [50, 500, 1_000, 1_500] {
            let mut thread = Thread::new(MILLI);
            let woken = thread.second(packets, 1);
            assert_eq!(thread.gather.window(), None);
            assert!(woken <= packets);
            assert_eq!(thread.most_delayed / 1_000, 0);
        }
    }

    #[test]
    fn frames_that_come_at_once_are_not_either() {
        let mut thread = Thread::new(MILLI);
        thread.second(5_400, 9);
        assert_eq!(thread.gather.window(), None);
    }

    #[test]
    fn whoever_waits_for_answers_is_not_slowed_down() {
        // A hundred requests at once, and the next hundred when they have been answered.
        let mut thread = Thread::new(MILLI);
        for _ in 0..300 {
            let at = thread.micros + 100;
            thread.take(&[at; 100]);
        }
        assert_eq!(thread.gather.window(), None);
    }

    #[test]
    fn it_ends_when_the_calls_do() {
        let mut thread = Thread::new(MILLI);
        thread.second(5_000, 1);
        assert_eq!(thread.gather.window(), Some(LONGEST));
        thread.second(2_500, 1);
        assert_eq!(thread.gather.window(), Some(LONGEST));
        thread.second(1_000, 1);
        assert_eq!(thread.gather.window(), None);
        thread.second(2_000, 1);
        assert_eq!(thread.gather.window(), None);
        // Silence ends it with the first packet after.
        thread.second(5_000, 1);
        assert_eq!(thread.gather.window(), Some(LONGEST));
        thread.micros += 10_000_000;
        thread.take(&[thread.micros]);
        assert_eq!(thread.gather.window(), None);
    }

    #[test]
    fn the_window_is_shorter_where_much_comes_and_none_where_packets_gather_by_themselves() {
        let mut thread = Thread::new(MILLI);
        thread.second(50_000, 1);
        let window = thread.gather.window().unwrap();
        assert!((550..=700).contains(&window.as_micros()), "{window:?}");
        // More than the thread can take: it never sleeps.
        thread.second(400_000, 1);
        assert_eq!(thread.gather.window(), None);
    }

    #[test]
    fn a_limit_of_zero_is_never() {
        let mut thread = Thread::new(Duration::ZERO);
        assert!(thread.second(5_000, 1) > 4_500);
        assert_eq!(thread.gather.window(), None);
    }
}
