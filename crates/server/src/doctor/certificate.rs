use super::Report;
use crate::config::Config;
use crate::listen::certificate;
use std::os::unix::fs::PermissionsExt;
use std::time::{SystemTime, UNIX_EPOCH};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// With fewer days left than this somebody should look. Renewals come a month before the end.
const FEW_DAYS: i64 = 14;

const DAY: i64 = 24 * 60 * 60;

pub(super) fn examine(config: &Config, report: &mut Report) {
    let about = "certificate";
    let Some((cert, key)) = &config.tls else {
        return;
    };
    if config.acme.is_some() && !cert.exists() {
        report.wrong(
            about,
            "the authority has given none yet",
            "it has to reach this server on port 443, or on port 80 with acme_http_listen; why it did not: \
             journalctl -u birdcall | grep certificate",
        );
        return;
    }
    let name = cert.display();
    let chain = match certificate::read(cert, key) {
        Ok(chain) => chain,
        Err(sentence) => {
            report.wrong(
                about,
                sentence,
                "tls_cert is the chain and tls_key its key, both PEM; as its user: sudo -u birdcall head -1 FILE",
            );
            return;
        }
    };
    let Some(Ok((_, leaf))) = chain.first().map(|leaf| X509Certificate::from_der(leaf)) else {
        report.wrong(about, format!("{name} cannot be read"), "get a new one");
        return;
    };
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs() as i64);
    let validity = leaf.validity();
    let (from, until) = (
        validity.not_before.timestamp(),
        validity.not_after.timestamp(),
    );
    let names = names(&leaf);
    let days = (until - now) / DAY;
    let renew = "renew it, for example certbot renew; the server takes the new file by itself";
    if now > until {
        report.wrong(about, format!("{name} ended {} days ago", -days), renew);
    } else if now < from {
        report.wrong(
            about,
            format!("{name} is not good yet, or the clock is wrong"),
            "timedatectl",
        );
    } else if names.is_empty() {
        report.wrong(
            about,
            format!("{name} holds no name that browsers look at (subjectAltName)"),
            "get one with the name of the page",
        );
    } else if days < FEW_DAYS {
        report.warning(about, format!("{name} ends in {days} days"), renew);
    } else if leaf.subject() == leaf.issuer() {
        report.warning(
            about,
            format!("{name} vouches for itself, which browsers do not believe"),
            "get one from an authority, for example by acme_domains",
        );
    } else {
        report.ok(about, format!("{} for {days} more days", names.join(", ")));
    }
    if let Ok(meta) = std::fs::metadata(key)
        && meta.permissions().mode() & 0o004 != 0
    {
        report.warning(
            about,
            format!("everybody on this machine may read {}", key.display()),
            format!("chmod o-r {}", key.display()),
        );
    }
}

fn names(leaf: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(names)) = leaf.subject_alternative_name() else {
        return Vec::new();
    };
    let text = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress([a, b, c, d]) => Some(format!("{a}.{b}.{c}.{d}")),
        GeneralName::IPAddress(bytes) => {
            let bytes: [u8; 16] = (*bytes).try_into().ok()?;
            Some(std::net::Ipv6Addr::from(bytes).to_string())
        }
        _ => None,
    };
    names.value.general_names.iter().filter_map(text).collect()
}
