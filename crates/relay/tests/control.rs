//! Control datagrams: what is written is read again, and nothing else is.

use birdcall_relay::control::{Control, MOST_CALLS, Seal};
use birdcall_relay::credential::NodeKey;
use proptest::prelude::*;

fn seal(byte: u8) -> Seal {
    Seal::new(&NodeKey::new([byte; 32]))
}

fn control() -> impl Strategy<Value = Control> {
    let calls = prop::collection::vec(any::<u64>(), 0..=MOST_CALLS);
    prop_oneof![
        (any::<u64>(), calls).prop_map(|(sequence, calls)| Control::Revoke { sequence, calls }),
        (any::<u64>(), any::<u64>()).prop_map(|(sequence, boot)| Control::Done { sequence, boot }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn what_is_written_is_read_again_under_the_same_key_only(control in control()) {
        let bytes = seal(1).write(&control);
        prop_assert!(bytes.len() <= 1200);
        prop_assert_eq!(seal(1).read(&bytes), Some(control));
        prop_assert_eq!(seal(2).read(&bytes), None);
    }

    #[test]
    fn a_changed_or_cut_datagram_is_not_read(control in control(), at in any::<prop::sample::Index>(), bit in 0_u32..8) {
        let bytes = seal(1).write(&control);
        let at = at.index(bytes.len());
        prop_assert_eq!(seal(1).read(&bytes[..at]), None);
        let mut changed = bytes;
        changed[at] ^= 1_u8 << bit;
        prop_assert_eq!(seal(1).read(&changed), None);
    }
}
