//! What this server needs of others: NATS, the mail server, the provider of accounts.

use super::{PATIENCE, Report};
use crate::config::{Config, MailTo, is_loopback};
use crate::mail::port::Port;
use reqwest::Client;
use serde_json::Value;
use std::time::{Duration, SystemTime};
use tokio::time::timeout;

/// How far this clock and another may be apart. Tokens of the provider are good for minutes.
const APART: Duration = Duration::from_secs(30);

pub(super) async fn examine(config: &Config, report: &mut Report) {
    nats(config, report).await;
    mail(config, report).await;
    provider(config, report).await;
}

/// What wakes the other nodes. Each server that is named is asked by itself.
async fn nats(config: &Config, report: &mut Report) {
    let about = "NATS";
    let Some(cluster) = &config.cluster else {
        return;
    };
    if cluster.nats.is_empty() {
        report.warning(
            about,
            "nodes have none, and look by themselves: a ring on another node comes later",
            "nats = [\"nats://10.0.0.5:4222\"] on every node",
        );
    }
    for (place, url) in cluster.named().iter().flatten().zip(&cluster.nats) {
        let options = async_nats::ConnectOptions::new().connection_timeout(PATIENCE);
        let asked = timeout(PATIENCE, options.connect(url.as_str())).await;
        if let Ok(Ok(_)) = asked {
            report.ok(about, format!("{place} takes us"));
        } else {
            // Without it calls go on, only slower.
            report.warning(
                about,
                format!("{place} does not take us"),
                "start it, or mend nats and the way to it: systemctl status nats-server",
            );
        }
    }
}

async fn mail(config: &Config, report: &mut Report) {
    let about = "mail";
    let Some(mail) = &config.mail else { return };
    // A folder would be made by opening it; whoever only looks makes nothing.
    if let MailTo::Folder(folder) = &mail.to {
        if folder.is_dir() {
            report.ok(
                about,
                format!("{}, a folder: nobody gets it", folder.display()),
            );
        } else {
            report.warning(
                about,
                format!("{} is no folder yet", folder.display()),
                "the next start makes it: birdcall serve",
            );
        }
        return;
    }
    let port = match Port::open(mail) {
        Ok(port) => port,
        Err(sentence) => {
            report.wrong(
                about,
                sentence,
                "mend mail_url, mail_password_file or mail_ca",
            );
            return;
        }
    };
    match timeout(PATIENCE, port.greet()).await {
        Ok(Ok(())) => report.ok(about, format!("{} takes us", mail.url)),
        Ok(Err(why)) => report.warning(
            about,
            format!("{} does not take us: {why}", mail.url),
            "mend mail_url and mail_password_file; mails wait until then",
        ),
        Err(_) => report.warning(
            about,
            format!("{} does not answer", mail.url),
            "mend mail_url, or open the way to it; mails wait until then",
        ),
    }
}

async fn provider(config: &Config, report: &mut Report) {
    let about = "provider";
    let Some(oidc) = &config.oidc else { return };
    if let Err(sentence) = oidc.secret() {
        report.wrong(
            about,
            sentence,
            "put the client's secret into that file, for its owner alone",
        );
        return;
    }
    let issuer = &oidc.issuer;
    let mend =
        "mend oidc_issuer; what it is stands in the provider's .well-known/openid-configuration";
    let client = Client::builder()
        .no_proxy()
        .https_only(!is_loopback(issuer))
        .timeout(PATIENCE)
        .build();
    let Ok(client) = client else {
        report.wrong(
            about,
            "this machine knows no certificate authority",
            "apt-get install ca-certificates",
        );
        return;
    };
    // OpenID Connect Discovery 1.0, 4.
    let url = format!(
        "{}/.well-known/openid-configuration",
        issuer.trim_end_matches('/')
    );
    let answer = match client.get(url).send().await {
        Ok(answer) if answer.status().is_success() => answer,
        Ok(answer) => {
            let says = format!("{issuer} answers with status {}", answer.status().as_u16());
            report.warning(about, says, mend);
            return;
        }
        Err(_) => {
            let says = format!("{issuer} does not answer: nobody signs in by it");
            report.warning(about, says, mend);
            return;
        }
    };
    let there = answer
        .headers()
        .get(reqwest::header::DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    let body: Value = answer
        .text()
        .await
        .ok()
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    if body["issuer"] == issuer.as_str() {
        report.ok(about, format!("{issuer} is there"));
    } else {
        let says = format!("what answers at {issuer} says that it is another");
        report.wrong(about, says, mend);
    }
    if let Some(there) = there
        && let Some(apart) = apart(there, SystemTime::now()).filter(|apart| *apart > APART)
    {
        report.warning(
            "clock",
            format!(
                "{issuer} has another time, {} seconds away",
                apart.as_secs()
            ),
            "timedatectl set-ntp true, and look: timedatectl",
        );
    }
}

fn apart(one: SystemTime, other: SystemTime) -> Option<Duration> {
    one.duration_since(other)
        .or_else(|_| other.duration_since(one))
        .ok()
}
