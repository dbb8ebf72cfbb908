//! Protections that can be switched off one by one, in builds made for tests only. Each shows that the tests
//! would notice if it were gone.

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
