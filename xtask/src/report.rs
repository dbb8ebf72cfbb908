//! Steps: each has a name, is timed, and may fail without keeping the next from running.

use crate::Outcome;
use crate::counts::Counts;
use std::time::{Duration, Instant};

/// What was done so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    counts: Vec<(String, Counts)>,
}

struct Step {
    name: String,
    took: Duration,
    failure: Option<String>,
}

impl Report {
    /// Runs one step. Whether it succeeded is remembered, and answered for those who need it.
    pub(crate) fn step(&mut self, name: &str, work: impl FnOnce() -> Outcome) -> bool {
        println!("\n== {name}");
        let start = Instant::now();
        let failure = work().err();
        let took = start.elapsed();
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
        let total: Duration = self.steps.iter().map(|step| step.took).sum();
        println!("{:>9}  in all\n", seconds(total));

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
