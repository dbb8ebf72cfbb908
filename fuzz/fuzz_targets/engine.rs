//! Any sequence of requests, payloads, noise and pauses, from two calls and a stranger (P-4).
#![cfg_attr(fuzzing, no_main)]

birdcall_fuzz::target!(birdcall_fuzz::engine::check);
