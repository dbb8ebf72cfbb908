//! What a filtered description or candidate tells of its sender (P-3). It knows nothing of how the filter works: it has
//! a list of its own of what a line may look like, and looks for addresses and host names besides.
//!
//! The fuzz targets read this file too.

use birdcall_protocol::call::Path;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// URIs of header extensions look like host names. They are written out here once more, so that a filter that lets
/// another one through is seen.
const URIS: [&str; 9] = [
    "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    "http://www.webrtc.org/experiments/rtp-hdrext/color-space",
    "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00",
    "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
    "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
];

/// One sentence for each thing in a filtered description that tells something of its sender, or that would make its
/// receiver talk to somebody else.
pub(crate) fn in_description(output: &str, path: Path, own: Option<IpAddr>) -> Vec<String> {
    let mut told = Vec::new();
    if !output.is_empty() && !output.ends_with("\r\n") {
        told.push("a line without its end".to_owned());
    }
    for line in output.split_terminator("\r\n") {
        if let Err(what) = judge(line, path, own) {
            told.push(format!("{what}: {line}"));
        }
    }
    told
}

/// The same for a trickled candidate.
pub(crate) fn in_candidate(output: &str, path: Path, own: Option<IpAddr>) -> Vec<String> {
    let candidate = output.strip_prefix("candidate:");
    match candidate {
        Some(value) => candidate_tells(value, path, own)
            .err()
            .into_iter()
            .map(str::to_owned)
            .collect(),
        None if output.is_empty() => Vec::new(),
        None => vec!["no candidate".to_owned()],
    }
}

type Verdict = Result<(), &'static str>;

fn judge(line: &str, path: Path, own: Option<IpAddr>) -> Verdict {
    let (letter, value) = line.split_once('=').ok_or("no line of a description")?;
    match letter {
        "v" => exactly(value, "0"),
        "s" => exactly(value, "-"),
        "t" => exactly(value, "0 0"),
        "c" => exactly(value, "IN IP4 0.0.0.0"),
        "o" => match words(value).as_slice() {
            ["-", id, version, "IN", "IP4", "127.0.0.1"] => numbers(&[id, version]),
            _ => Err("an origin"),
        },
        "b" => match value.split_once(':') {
            Some(("AS" | "TIAS", bits)) => numbers(&[bits]),
            _ => Err("a bandwidth"),
        },
        "m" => match words(value).as_slice() {
            [
                "audio" | "video",
                "0" | "9",
                "UDP/TLS/RTP/SAVPF",
                payloads @ ..,
            ] => numbers(payloads),
            _ => Err("a media section"),
        },
        "a" => attribute(value, path, own),
        _ => Err("a line that is not needed"),
    }
}

fn attribute(text: &str, path: Path, own: Option<IpAddr>) -> Verdict {
    let (name, value) = text.split_once(':').unwrap_or((text, ""));
    match name {
        "candidate" => candidate_tells(value, path, own),
        "fingerprint" => match words(value).as_slice() {
            [digest, bytes] => {
                let length = match *digest {
                    "sha-256" => 32,
                    "sha-384" => 48,
                    "sha-512" => 64,
                    _ => return Err("a digest"),
                };
                let pairs: Vec<&str> = bytes.split(':').collect();
                let fits = pairs.len() == length
                    && pairs
                        .iter()
                        .all(|pair| pair.len() == 2 && pair.bytes().all(|b| b.is_ascii_hexdigit()));
                holds(fits, "a fingerprint")
            }
            _ => Err("a fingerprint"),
        },
        "extmap" => match words(value).as_slice() {
            [_, uri] if URIS.contains(uri) => Ok(()),
            [_, uri] => holds(
                uri.starts_with("urn:") && !uri.contains(['.', '@', '/']),
                "a URI",
            ),
            _ => Err("a header extension"),
        },
        "rtcp" => exactly(value, "9 IN IP4 0.0.0.0"),
        "ssrc" => match value.split_once(' ') {
            Some((source, rest)) => {
                numbers(&[source])?;
                match rest.split_once(':') {
                    Some(("cname" | "msid", rest)) => plain(rest),
                    _ => Err("an attribute of a source"),
                }
            }
            None => Err("a source"),
        },
        "msid-semantic" => exactly(value, "WMS *"),
        "sendrecv" | "sendonly" | "recvonly" | "inactive" | "rtcp-mux" | "rtcp-rsize"
        | "bundle-only" | "extmap-allow-mixed" | "end-of-candidates" => exactly(value, ""),
        "setup" => holds(matches!(value, "actpass" | "active" | "passive"), "a role"),
        "ice-options" => {
            let known = |word: &&str| matches!(*word, "trickle" | "renomination" | "ice2");
            holds(words(value).iter().all(known), "an ICE option")
        }
        "group" | "ice-ufrag" | "ice-pwd" | "mid" | "msid" | "rtpmap" | "fmtp" | "rtcp-fb"
        | "ssrc-group" => plain(value),
        _ => Err("an attribute that is not needed"),
    }
}

/// On a relayed path only what the relay gave the sender; on a direct one no related address, no host name but those
/// of mDNS, and no relay but ours.
fn candidate_tells(value: &str, path: Path, own: Option<IpAddr>) -> Verdict {
    let words = words(value);
    let [
        foundation,
        component,
        transport,
        priority,
        host,
        port,
        "typ",
        kind,
        rest @ ..,
    ] = words.as_slice()
    else {
        return Err("no candidate");
    };
    plain(foundation)?;
    numbers(&[component, priority, port])?;
    let relayed = *kind == "relay";
    let address: Option<IpAddr> = host.parse().ok();
    if path == Path::Relay || relayed {
        holds(
            relayed && address.is_some() && address == own,
            "another address than the sender's relayed one",
        )?;
        holds(*transport == "udp", "another transport than the relay's")?;
        // Browsers compute it from the address of the network card.
        exactly(foundation, port)?;
    }
    match address {
        Some(address) => holds(
            address == address.to_canonical() && !address.is_unspecified(),
            "an odd address",
        )?,
        None => holds(*kind == "host" && is_local_name(host), "a host name")?,
    }
    let mut rest = rest;
    if *kind != "host" {
        let ["raddr", "0.0.0.0" | "::", "rport", "0", after @ ..] = rest else {
            return Err("a related address");
        };
        rest = after;
    }
    for pair in rest.chunks(2) {
        match pair {
            ["tcptype", "active" | "passive" | "so"] => holds(*transport == "tcp", "a TCP type")?,
            ["generation", number] => numbers(&[number])?,
            ["ufrag", ufrag] => plain(ufrag)?,
            _ => return Err("an extension of a candidate"),
        }
    }
    Ok(())
}

fn is_local_name(host: &str) -> bool {
    let Some(uuid) = host.strip_suffix(".local") else {
        return false;
    };
    uuid.len() == 36 && uuid.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-')
}

fn words(value: &str) -> Vec<&str> {
    value.split(' ').collect()
}

fn exactly(value: &str, expected: &str) -> Verdict {
    holds(value == expected, "something else than the constant")
}

fn numbers(words: &[&str]) -> Verdict {
    let number = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    holds(words.iter().all(number), "no number")
}

/// Neither an address nor a host name is written without one of these, and no browser needs them here.
fn plain(value: &str) -> Verdict {
    let fits = |c: char| c.is_ascii_graphic() && !".:@%[]\\\"<>".contains(c) || c == ' ';
    holds(
        value.chars().all(fits),
        "a character that addresses and names are written with",
    )
}

fn holds(holds: bool, what: &'static str) -> Verdict {
    if holds { Ok(()) } else { Err(what) }
}

/// Every address in a text, however it is embedded: each piece between two borders that can be read as one.
pub(crate) fn addresses(text: &str) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for run in text.split(|c: char| !(c.is_ascii_hexdigit() || c == ':' || c == '.')) {
        // Of `a:198.51.100.7` and `198.51.100.7.evil` every place is looked at.
        for part in run.split(':') {
            let numbers: Vec<&str> = part.split('.').collect();
            for four in numbers.windows(4) {
                found.extend(four.join(".").parse::<Ipv4Addr>().map(IpAddr::V4));
            }
        }
        found.extend(run.parse::<Ipv6Addr>().map(IpAddr::V6));
    }
    found.retain(|address| !address.is_unspecified());
    found
}
