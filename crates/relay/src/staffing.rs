//! How many threads send.
//!
//! One thread receives and decides; nearly all the rest of the work is the kernel's, and it is sending. So while one
//! thread is enough it does both, since to wake another costs more than it takes off; when it is not, others send for it.
//! No clock and no thread is in here: the driver says how long each has worked.

/// How long the work of the threads is measured before it decides. Raising it makes more of a burst wait for help.
const PERIOD_MILLIS: u64 = 1_000;

/// The part of a core that a thread may be busy for before another one helps.
const BUSY: f64 = 0.6;

/// One that helps goes when those who stay would be no busier than this. Raising it towards [`BUSY`] makes threads come
/// and go.
const IDLE: f64 = 0.4;

/// Decides.
#[derive(Debug)]
pub(crate) struct Staffing {
    most: usize,
    senders: usize,
    began: u64,
    /// Microseconds that each had worked when the period began, the one that receives first.
    worked: Vec<u64>,
}

impl Staffing {
    /// No more threads that send than this.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            senders: 0,
            began: 0,
            worked: Vec::new(),
        }
    }

    /// Once a period is over: how many threads are to send from now on beside the one that receives, if that changes.
    /// `worked` says for how many microseconds each thread has worked so far, the one that receives first.
    pub(crate) fn decide(
        &mut self,
        millis: u64,
        worked: impl FnOnce() -> Vec<u64>,
    ) -> Option<usize> {
        let length = millis.saturating_sub(self.began);
        if self.most == 0 || length < PERIOD_MILLIS {
            return None;
        }
        let worked = worked();
        let busy: Vec<f64> = worked
            .iter()
            .enumerate()
            .map(|(index, micros)| {
                let before = self.worked.get(index).copied().unwrap_or(0);
                micros.saturating_sub(before) as f64 / (length * 1_000) as f64
            })
            .collect();
        self.began = millis;
        self.worked = worked;
        let busiest = busy.iter().copied().fold(0.0, f64::max);
        let all: f64 = busy.iter().sum();
        let wanted = if busiest > BUSY {
            (self.senders + 1).min(self.most)
        } else if self.senders > 0 && all / (self.senders as f64) < IDLE {
            self.senders - 1
        } else {
            self.senders
        };
        (wanted != self.senders).then(|| {
            self.senders = wanted;
            // Threads that send begin anew, and with them what they have worked.
            self.worked.truncate(1);
            wanted
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Staffing;

    /// Seconds of work that is spread as it is in truth: a quarter of it is receiving, the rest is sending.
    struct Threads {
        staffing: Staffing,
        millis: u64,
        senders: usize,
        receiver: u64,
        each_sender: u64,
    }

    impl Threads {
        fn new(most: usize) -> Self {
            Self {
                staffing: Staffing::new(most),
                millis: 0,
                senders: 0,
                receiver: 0,
                each_sender: 0,
            }
        }

        /// A second in which there is as much work as so many cores could do. Says how many send afterwards.
        fn second(&mut self, cores: f64) -> usize {
            let core = |part: f64| (part.min(1.0) * 1_000_000.0) as u64;
            if self.senders == 0 {
                self.receiver += core(cores);
            } else {
                self.receiver += core(cores / 4.0);
                self.each_sender += core(cores * 0.75 / self.senders as f64);
            }
            for _ in 0..10 {
                self.millis += 100;
                let worked = || {
                    let mut worked = vec![self.receiver];
                    worked.resize(1 + self.senders, self.each_sender);
                    worked
                };
                if let Some(senders) = self.staffing.decide(self.millis, worked) {
                    self.senders = senders;
                    self.each_sender = 0;
                }
            }
            self.senders
        }
    }

    #[test]
    fn one_thread_is_enough_until_it_is_busy() {
        let mut threads = Threads::new(3);
        for cores in [0.1, 0.5, 0.59, 0.3] {
            assert_eq!(threads.second(cores), 0);
        }
        assert_eq!(threads.second(0.61), 1);
    }

    #[test]
    fn more_come_one_by_one_and_no_more_than_there_may_be() {
        let mut threads = Threads::new(3);
        let seen = [1.0, 2.0, 2.0, 2.0, 2.0].map(|cores| threads.second(cores));
        assert_eq!(seen, [1, 2, 3, 3, 3]);
        let mut alone = Threads::new(0);
        assert_eq!(alone.second(2.0), 0);
    }

    #[test]
    fn they_go_when_there_is_less_to_do_and_do_not_come_and_go() {
        let mut threads = Threads::new(3);
        for _ in 0..3 {
            threads.second(2.0);
        }
        assert_eq!(threads.senders, 3);
        let seen = [1.1, 0.9, 0.7, 0.5, 0.5, 0.5, 0.39].map(|cores| threads.second(cores));
        assert_eq!(seen, [2, 2, 1, 1, 1, 1, 0]);
        // The same work, over and over, settles.
        for tenths in 1..30 {
            let mut threads = Threads::new(3);
            let cores = f64::from(tenths) / 10.0;
            for _ in 0..6 {
                threads.second(cores);
            }
            let settled = threads.senders;
            for _ in 0..20 {
                assert_eq!(threads.second(cores), settled, "{cores}");
            }
        }
    }
}
