//! `cargo xtask check`: the quick half.

use crate::process::Process;
use crate::report::Report;
use crate::{Outcome, deny, generate, rules, web};

/// All of it, and the report.
pub(crate) fn run() -> Outcome {
    let mut report = Report::default();
    if report.step("web packages", || web::packages("web")) {
        report.step("web app", web::build_if_changed);
    }
    steps(&mut report);
    report.close()
}

/// The steps, after the web app was built: the server holds it.
pub(crate) fn steps(report: &mut Report) {
    report.step("format", || {
        Process::cargo(&["fmt", "--all", "--check"]).go()
    });
    report.step("dependency rules", rules::dependencies);
    report.step("tidy rules", rules::tidy);
    report.step("clippy", || {
        Process::cargo(&[
            "clippy",
            "--quiet",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ])
        .go()
    });
    report.step("rustdoc", || {
        Process::cargo(&[
            "doc",
            "--quiet",
            "--workspace",
            "--no-deps",
            "--document-private-items",
            "--locked",
        ])
        .env("RUSTDOCFLAGS", "--deny warnings")
        .go()
    });
    report.step("licences, bans, sources", deny::check);
    report.step("generated files", generate::check);
    report.step("web types", || web::script("check"));
    report.step("web lint", || web::script("lint"));
    report.step("browser test lint", web::lint_browser_tests);
    report.tests("web unit tests", web::unit_tests);
}
