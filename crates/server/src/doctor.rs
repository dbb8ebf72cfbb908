//! Looks at everything that a call needs, from the outside in, and says of each thing whether it is well, and if not,
//! what to do. It changes nothing and needs no lock, so it runs beside the server.

mod beyond;
mod certificate;
mod kept;
mod ports;
mod turn;
mod web;

use crate::config::Config;
use serde::Serialize;
use std::fmt;
use std::time::Duration;

/// How long a port may take to answer. Raising it keeps the operator waiting for each thing that is not there.
const PATIENCE: Duration = Duration::from_secs(4);

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Well.
    Ok,
    /// Calls go on, and somebody should look.
    Warning,
    /// Calls do not work, or soon will not.
    Wrong,
}

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: the same words in every run.
    pub about: &'static str,
    /// How it is.
    pub state: State,
    /// A sentence.
    pub says: String,
    /// What mends it, mostly a command.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Wrong => "WRONG",
        };
        writeln!(out, "{state:<8} {:<14} {}", self.about, self.says)?;
        if let Some(mend) = &self.mend {
            writeln!(out, "{:<23} → {mend}", "")?;
        }
        Ok(())
    }
}

/// All findings, in the order they were made.
#[derive(Debug, Default)]
pub struct Report(Vec<Finding>);

impl Report {
    /// All of them.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }

    /// Whether nothing is wrong; warnings are not.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.0.iter().all(|finding| finding.state < State::Wrong)
    }

    /// A configuration that could not even be read: nothing else can be looked at.
    #[must_use]
    pub fn unreadable(sentence: String) -> Self {
        let mut report = Self::default();
        report.wrong(
            "configuration",
            sentence,
            "mend it and look at the outcome: birdcall config",
        );
        report
    }

    fn ok(&mut self, about: &'static str, says: impl Into<String>) {
        self.add(about, State::Ok, says.into(), None);
    }

    fn warning(&mut self, about: &'static str, says: impl Into<String>, mend: impl Into<String>) {
        self.add(about, State::Warning, says.into(), Some(mend.into()));
    }

    fn wrong(&mut self, about: &'static str, says: impl Into<String>, mend: impl Into<String>) {
        self.add(about, State::Wrong, says.into(), Some(mend.into()));
    }

    fn add(&mut self, about: &'static str, state: State, says: String, mend: Option<String>) {
        self.0.push(Finding {
            about,
            state,
            says,
            mend,
        });
    }
}

/// Looks at everything.
pub async fn examine(config: &Config) -> Report {
    let mut report = Report::default();
    configuration(config, &mut report);
    let key = kept::examine(config, &mut report).await;
    certificate::examine(config, &mut report);
    ports::examine(config, key.as_ref(), &mut report).await;
    beyond::examine(config, &mut report).await;
    report
}

/// Asks the server alone whether it answers and is ready, which is cheap enough to be done all the time.
pub async fn ask(config: &Config) -> Report {
    let mut report = Report::default();
    ports::web_port(config, &mut report).await;
    report
}

/// What fits together in itself and yet not with calls.
fn configuration(config: &Config, report: &mut Report) {
    let about = "configuration";
    let before = report.0.len();
    let loopback = config.listen.ip().is_loopback();
    if config.trust_proxy && !loopback {
        report.warning(
            about,
            format!(
                "behind_proxy believes X-Forwarded-For, and {} can be reached without the proxy: whoever does \
                 passes for any address",
                config.listen
            ),
            "listen where only the proxy is: listen = \"127.0.0.1:8080\", or keep others out by a firewall",
        );
    }
    if config.tls.is_none() && !config.trust_proxy && !loopback {
        report.wrong(
            about,
            "without HTTPS browsers give no microphone, except on this machine itself",
            "set tls_cert and tls_key, or behind_proxy = true if a proxy speaks TLS in front",
        );
    }
    if config.tls.is_some() && config.trust_proxy {
        report.warning(
            about,
            "there is a certificate, and behind_proxy too: is somebody in front or not?",
            "drop behind_proxy, unless the proxy itself speaks TLS to this server",
        );
    }
    if config.relay_listen.is_none() && config.relay_urls.is_empty() {
        report.warning(
            about,
            "there is no relay: only people who follow each other can call, and see each other's address",
            "relay = true, or relay_urls of a relay on another machine",
        );
    }
    for origin in &config.origins {
        let rest = origin
            .strip_prefix("https://")
            .or_else(|| origin.strip_prefix("http://"));
        if rest.is_none_or(|rest| rest.is_empty() || rest.contains('/')) {
            report.wrong(
                about,
                format!("{origin} in origins is never the origin of a page"),
                "write it as browsers do, without a path: https://call.example",
            );
        }
    }
    if config.demo {
        report.warning(
            about,
            "there are demo people, whose password everybody knows",
            "drop demo, and close them: birdcall user disable ann",
        );
    }
    if report.0.len() == before {
        report.ok(about, "fits together");
    }
}
