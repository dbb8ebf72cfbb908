//! `cargo xtask test`: everything, as continuous integration runs it.

use crate::counts::Counts;
use crate::process::Process;
use crate::report::Report;
use crate::{Outcome, browser, check, deny, fuzz, install, server, torture, web};

/// Installs, checks, tests, and sums up.
pub(crate) fn everything() -> Outcome {
    let mut report = Report::default();
    let browsers = report.step("what browser tests need", install::for_browsers);
    report.step("coturn, a foreign client of the relay", install::coturn);
    report.step("PostgreSQL", install::postgres);
    report.step("pebble, an authority for certificates", install::pebble);
    let ready = report.step("web packages", || web::packages("web"))
        && report.step("web app and its size", web::build);
    let packages = report.step("browser test packages", || web::packages("e2e"));
    report.step("cargo-deny", deny::install);
    check::steps(&mut report);
    report.tests("Rust tests", rust);
    report.step("fuzzing, short", fuzz::short);
    let mut programs = None;
    report.step("programs that tests start", || {
        programs = Some(server::build_all()?);
        Ok(())
    });
    let built = || {
        programs
            .as_ref()
            .ok_or_else(|| "its programs were not built; see above".to_owned())
    };
    // Nodes are waited for until they are back, and calls until they are over: three have time for each other. Fuzzing, which
    // takes all there is, left them too little to lose anything.
    report.beside(&[
        ("torture, short", &|| torture::short_of(built()?)),
        ("torture on PostgreSQL, short", &|| {
            torture::short_on_postgres(built()?)
        }),
        ("torture without a protection", &|| {
            torture::short_without(built()?)
        }),
    ]);
    report.tests("browser tests", || {
        if browsers && packages && ready {
            browser::run(&[])
        } else {
            Err("something they need is missing; see above".to_owned())
        }
    });
    report.close()
}

/// Some browser tests only, for work on them.
pub(crate) fn browser_only(words: &[&str]) -> Outcome {
    let mut report = Report::default();
    if report.step("preparation", browser::prepare) {
        report.tests("browser tests", || browser::run(words));
    }
    report.close()
}

fn rust() -> Outcome<Counts> {
    let shown = Process::cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]).shown()?;
    Ok(Counts::of_cargo(&shown))
}
