//! Steps: each has a name, is timed, and may fail without keeping the next from running.

use crate::counts::Counts;
use crate::{Outcome, output};
use std::thread;
use std::time::{Duration, Instant};

/// What was done so far.
pub(crate) struct Report {
    begun: Instant,
    steps: Vec<Step>,
    counts: Vec<(String, Counts)>,
}

struct Step {
    name: String,
    took: Duration,
    failure: Option<String>,
}

/// A step that may run beside others: its name, and what it does.
pub(crate) type Beside<'a> = (&'a str, &'a (dyn Fn() -> Outcome + Sync));

impl Default for Report {
    fn default() -> Self {
        Self {
            begun: Instant::now(),
            steps: Vec::new(),
            counts: Vec::new(),
        }
    }
}

impl Report {
    /// Runs one step. Whether it succeeded is remembered, and answered for those who need it.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = work().err();
        self.note(name, start.elapsed(), failure)
    }

    /// Runs steps at once that wait more than they compute. What each says is shown in one piece, in the order given; one
    /// that fails keeps none from running.
    pub(crate) fn beside(&mut self, steps: &[Beside<'_>]) {
        let names: Vec<&str> = steps.iter().map(|(name, _)| *name).collect();
        println!("\n== at once: {}", names.join("; "));
        thread::scope(|scope| {
            let running: Vec<_> = steps
                .iter()
                .map(|(_, work)| {
                    scope.spawn(move || {
                        let start = Instant::now();
                        let (outcome, record) = output::recorded(work);
                        (outcome, record, start.elapsed())
                    })
                })
                .collect();
            for (name, thread) in names.into_iter().zip(running) {
                let (outcome, record, took) = thread.join().unwrap_or_else(|_| {
                    let panicked = Err("it panicked; see above".to_owned());
                    (panicked, Vec::new(), Duration::ZERO)
                });
                println!("\n== {name}");
                output::show(&record);
                self.note(name, took, outcome.err());
            }
        });
    }

    fn note(&mut self, name: &str, took: Duration, failure: Option<String>) -> bool {
        match &failure {
            None => println!("== {name}: ok, {}", seconds(took)),
            Some(sentence) => println!("== {name}: FAILED, {}\n{sentence}", seconds(took)),
        }
        let succeeded = failure.is_none();
        self.steps.push(Step {
            name: name.to_owned(),
            took,
            failure,
        });
        succeeded
    }

    /// Runs a step that is itself many tests, and counts them.
    pub(crate) fn tests(&mut self, kind: &str, work: impl FnOnce() -> Outcome<Counts>) -> bool {
        let mut counts = None;
        let succeeded = self.step(kind, || {
            let counted = work()?;
            counts = Some(counted);
            counted.judge()
        });
        let mut counted = counts.unwrap_or_default();
        if !succeeded && counted.failed == 0 {
            // The tests could not be built or run at all.
            counted.failed = 1;
        }
        self.counts.push((kind.to_owned(), counted));
        succeeded
    }

    /// Prints how long each step took and what passed; the error names what failed.
    pub(crate) fn close(self) -> Outcome {
        println!("\n== durations");
        for step in &self.steps {
            println!("{:>9}  {}", seconds(step.took), step.name);
        }
        // Less than the sum where steps ran at once.
        println!("{:>9}  in all\n", seconds(self.begun.elapsed()));

        let counted = |name: &str| self.counts.iter().any(|(kind, _)| kind == name);
        let mut checks = Counts::default();
        for step in self.steps.iter().filter(|step| !counted(&step.name)) {
            match step.failure {
                None => checks.passed += 1,
                Some(_) => checks.failed += 1,
            }
        }
        let mut sum = checks;
        println!("checks: {checks}");
        for (kind, counts) in &self.counts {
            println!("{kind}: {counts}");
            sum = sum + *counts;
        }

        let failures: Vec<String> = self
            .steps
            .iter()
            .filter_map(|step| Some(format!("{}: {}", step.name, step.failure.as_ref()?)))
            .collect();
        if failures.is_empty() {
            println!("{sum}");
            return Ok(());
        }
        println!("\nfailed:");
        for failure in &failures {
            println!("  {failure}");
        }
        println!("{sum}");
        // All is said; the sum stays the last line.
        Err(String::new())
    }
}

fn seconds(span: Duration) -> String {
    format!("{:.1} s", span.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    #[test]
    fn steps_beside_each_other_run_at_once_and_each_failure_counts() {
        let meeting = Barrier::new(3);
        let fails = || -> Outcome {
            meeting.wait();
            Err("as it should".to_owned())
        };
        let fine = || -> Outcome {
            meeting.wait();
            Ok(())
        };
        let panics = || -> Outcome {
            meeting.wait();
            panic!("in a test of this")
        };
        let mut report = Report::default();
        report.beside(&[("one", &fails), ("two", &fine), ("three", &panics)]);
        let failed: Vec<_> = report.steps.iter().map(|it| it.failure.is_some()).collect();
        assert_eq!(failed, [true, false, true]);
        assert!(report.close().is_err());
    }
}
