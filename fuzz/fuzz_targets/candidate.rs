//! Any text as a trickled candidate (P-3).
#![cfg_attr(fuzzing, no_main)]

birdcall_fuzz::target!(birdcall_fuzz::sdp::check_candidate);
