//! Any datagram: what is read of it lies in it, and reading never panics.
#![no_main]

use birdcall_relay::codec::{CHANNELS, Datagram, MessageKey, read, read_xor_address};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match read(bytes) {
        Some(Datagram::Stun(message)) => {
            let key = MessageKey::new(b"key");
            let mut attributes = message.attributes();
            for attribute in &mut attributes {
                assert_eq!(&bytes[message.range_of(&attribute)], attribute.value);
                message.integrity_holds(&attribute, &key);
                message.fingerprint_holds(&attribute);
                read_xor_address(attribute.value, &message.transaction());
            }
            attributes.whole();
        }
        Some(Datagram::Channel { number, payload }) => {
            assert!(CHANNELS.contains(&number));
            assert!(bytes.len() - payload.len() < 8);
        }
        None => {}
    }
});
