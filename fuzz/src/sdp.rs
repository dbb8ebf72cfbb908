//! The SDP filter (P-3): of any text nothing comes out that tells where its sender is, and filtering what came out
//! changes nothing.

#[path = "../../crates/call/tests/disclosure/mod.rs"]
mod disclosure;

use birdcall_call::filter::{Policy, candidate, description};
use birdcall_protocol::call::{Path, SdpType};
use birdcall_protocol::limits::{MAX_CANDIDATE, MAX_SDP};
use std::net::IpAddr;

const RELAYED: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(203, 0, 113, 1));

fn policies() -> [Policy; 3] {
    [
        (Path::Relay, Some(RELAYED)),
        (Path::Relay, None),
        (Path::Direct, Some(RELAYED)),
    ]
    .map(|(path, relayed)| Policy { path, relayed })
}

/// Filters any text as a description, an offer and an answer.
///
/// # Panics
///
/// What came out tells something, is too long, or is changed by filtering it again.
pub fn check_description(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for policy in policies() {
        for sdp_type in [SdpType::Offer, SdpType::Answer] {
            let Ok(output) = description(sdp_type, &text, &policy) else {
                continue;
            };
            assert!(output.len() <= MAX_SDP, "{} bytes", output.len());
            let told = disclosure::in_description(&output, policy.path, policy.relayed);
            assert!(told.is_empty(), "{told:#?}");
            if policy.path == Path::Relay {
                // Besides, in case the list of what a line may look like is too kind.
                for line in output
                    .lines()
                    .filter(|line| !line.starts_with("a=fingerprint:"))
                {
                    for address in disclosure::addresses(line) {
                        let neutral = line.starts_with("o=- ") && address.is_loopback();
                        assert!(neutral || policy.relayed == Some(address), "{line}");
                    }
                }
            }
            let again = description(sdp_type, &output, &policy);
            assert_eq!(again.as_ref(), Ok(&output), "filtered again");
        }
    }
}

/// Filters any text as a candidate.
///
/// # Panics
///
/// As for [`check_description`].
pub fn check_candidate(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for policy in policies() {
        let Ok(Some(output)) = candidate(&text, &policy) else {
            continue;
        };
        assert!(output.len() <= MAX_CANDIDATE, "{} bytes", output.len());
        let told = disclosure::in_candidate(&output, policy.path, policy.relayed);
        assert!(told.is_empty(), "{told:?}: {output}");
        if policy.path == Path::Relay {
            let others = disclosure::addresses(&output);
            let foreign = others
                .iter()
                .any(|address| policy.relayed != Some(*address));
            assert!(!foreign, "{output}");
        }
        let again = candidate(&output, &policy);
        assert_eq!(again, Ok(Some(output)), "filtered again");
    }
}
