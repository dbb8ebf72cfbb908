//! Credentials: what was issued is taken, and nothing else.

use birdcall_relay::credential::{
    BadUsername, Claim, Issuer, LONGEST_LIFE, Leg, NodeKey, PASSWORD_LENGTH, USERNAME_LENGTH,
};
use proptest::prelude::*;

const NOW: u64 = 1_800_000_000;

fn issuer() -> Issuer {
    Issuer::new(&NodeKey::new([7; 32]))
}

fn claim() -> Claim {
    Claim {
        call: 0x0123_4567_89AB_CDEF,
        leg: Leg::Callee,
        device: u64::MAX,
        expires: NOW + 60,
    }
}

#[test]
fn what_was_issued_is_taken_until_it_expires() {
    let credential = issuer().issue(&claim());
    assert_eq!(credential.username.len(), USERNAME_LENGTH);
    assert_eq!(credential.password.len(), PASSWORD_LENGTH);
    let (username, password) = (
        credential.username.as_bytes(),
        credential.password.as_bytes(),
    );
    assert_eq!(issuer().check(username, password, NOW), Some(claim()));
    assert_eq!(issuer().check(username, password, NOW + 59), Some(claim()));
    assert_eq!(issuer().check(username, password, NOW + 60), None);
    assert_eq!(
        issuer().claim(username, NOW + 60),
        Err(BadUsername::Expired)
    );
}

#[test]
fn a_life_longer_than_the_longest_is_not_taken() {
    let long = |life| {
        let expires = NOW + life;
        issuer().issue(&Claim { expires, ..claim() })
    };
    let longest = long(LONGEST_LIFE);
    assert!(issuer().claim(longest.username.as_bytes(), NOW).is_ok());
    let longer = long(LONGEST_LIFE + 1);
    assert_eq!(
        issuer().claim(longer.username.as_bytes(), NOW),
        Err(BadUsername::Expired)
    );
}

#[test]
fn another_key_takes_nothing() {
    let credential = issuer().issue(&claim());
    let other = Issuer::new(&NodeKey::new([8; 32]));
    let (username, password) = (
        credential.username.as_bytes(),
        credential.password.as_bytes(),
    );
    assert_eq!(other.check(username, password, NOW), None);
    assert_ne!(other.key(username), issuer().key(username));
}

#[test]
fn nothing_secret_is_printed() {
    let key = NodeKey::new([7; 32]);
    let credential = issuer().issue(&claim());
    let printed = format!("{key:?} {:?} {credential:?}", issuer());
    assert!(!printed.contains(&credential.password), "{printed}");
    assert!(!printed.contains(&credential.username), "{printed}");
    assert!(!printed.contains("7, 7"), "{printed}");
}

proptest! {
    #[test]
    fn every_claim_comes_back(call: u64, device: u64, callee: bool, life in 1..=LONGEST_LIFE) {
        let leg = if callee { Leg::Callee } else { Leg::Caller };
        let claim = Claim { call, leg, device, expires: NOW + life };
        let credential = issuer().issue(&claim);
        let (username, password) =
            (credential.username.as_bytes(), credential.password.as_bytes());
        prop_assert_eq!(issuer().check(username, password, NOW), Some(claim));
    }

    #[test]
    fn a_changed_character_is_refused(at in 0..USERNAME_LENGTH + PASSWORD_LENGTH, by in 1_u8..=255) {
        let credential = issuer().issue(&claim());
        let mut both = [credential.username.as_bytes(), credential.password.as_bytes()].concat();
        both[at] = both[at].wrapping_add(by);
        let (username, password) = both.split_at(USERNAME_LENGTH);
        prop_assert_eq!(issuer().check(username, password, NOW), None);
    }

    #[test]
    fn no_user_name_of_strangers_panics(username: Vec<u8>, password: Vec<u8>) {
        prop_assert_eq!(issuer().check(&username, &password, NOW), None);
    }
}

#[test]
fn a_device_has_another_name_in_each_call() {
    let alias = |call, device| issuer().alias(call, device);
    assert_eq!(alias(1, 9), alias(1, 9));
    assert_ne!(alias(1, 9), alias(2, 9));
    assert_ne!(alias(1, 9), alias(1, 8));
    assert_ne!(alias(1, 9), 9);
    let other = Issuer::new(&NodeKey::new([8; 32]));
    assert_ne!(
        alias(1, 9),
        other.alias(1, 9),
        "it cannot be computed without the key"
    );
}
