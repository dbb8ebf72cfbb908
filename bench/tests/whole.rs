//! The bench itself: it starts its servers, puts a load on them, and counts what arrives.
#![cfg(target_os = "linux")]

use serde_json::Value;
use std::process::Command;

#[test]
fn what_is_relayed_arrives_as_it_was_sent() {
    let output = Command::new(env!("CARGO_BIN_EXE_birdcall-bench"))
        .args(["relay", "--quick", "--json", "--seed", "7"])
        .args(["--servers", "ours", "forwarder"])
        .args(["--only", "saturated 160 B"])
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let result: Value = serde_json::from_slice(&output.stdout).unwrap();
    let load = &result["loads"]["saturated 160 B"];
    for server in ["ours", "ours+gather", "forwarder", "forwarder+gso"] {
        let figures = &load[server];
        assert!(
            figures["cpu_us_per_packet"].as_f64() > Some(0.0),
            "{server}: {result}"
        );
        assert_eq!(figures["wrong"], 0.0, "{server}: {result}");
        // A machine that is busy enough may be too late for the last of them.
        assert!(figures["loss"].as_f64() < Some(0.5), "{server}: {result}");
    }
    let indications = &result["loads"]["saturated 160 B, indications"];
    assert_eq!(indications["ours"]["wrong"], 0.0, "{result}");
    assert!(indications["forwarder"].is_null(), "{result}");
}
