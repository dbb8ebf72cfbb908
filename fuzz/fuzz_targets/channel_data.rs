//! Any bytes as ChannelData.
#![cfg_attr(fuzzing, no_main)]

birdcall_fuzz::target!(birdcall_fuzz::channel_data::check);
