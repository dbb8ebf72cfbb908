//! Any datagram as a STUN message, and any message written and read again.
#![cfg_attr(fuzzing, no_main)]

birdcall_fuzz::target!(birdcall_fuzz::stun::check);
