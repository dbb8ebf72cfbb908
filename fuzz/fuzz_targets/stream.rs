//! Any bytes of a stream, cut anywhere.
#![cfg_attr(fuzzing, no_main)]

birdcall_fuzz::target!(birdcall_fuzz::stream::check);
