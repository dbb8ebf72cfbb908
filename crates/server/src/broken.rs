//! Protections that can be switched off one by one, in builds made for tests only. Each shows that the tests
//! would notice if it were gone.

/// How long after the acknowledgement a message is on disk without `M-4`. Lowering it makes it a matter of luck whether
/// somebody who kills the server notices; other writers wait meanwhile.
pub const AFTERWARDS: std::time::Duration = std::time::Duration::from_millis(20);

/// Whether a rule of `C-6` (its beat), `M-4` (acknowledged only after a durable commit), `P-2`, `P-3`, `P-4` is switched
/// off.
#[must_use]
pub fn without(rule: &str) -> bool {
    let off = std::env::var("BIRDCALL_WITHOUT").is_ok_and(|off| off == rule);
    if off {
        tracing::warn!(rule, "a protection is switched off in this build for tests");
    }
    off
}
