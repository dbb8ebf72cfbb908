//! The gate, on every combination of its facts, against the rules written down a second time (C-1 to C-6).

use birdcall_call::{GateFacts, Verdict, gate};
use birdcall_protocol::body::Audience;
use birdcall_protocol::book::CallRule;
use birdcall_protocol::call::UnrungReason;

/// All combinations of twelve facts, each with every exception.
fn combinations() -> impl Iterator<Item = GateFacts> {
    let rules = [None, Some(CallRule::Always), Some(CallRule::Never)];
    let bits = (0_u32..1 << 12).flat_map(move |bits| rules.map(|rule| (bits, rule)));
    bits.map(|(bits, rule)| {
        let bit = |place: u32| bits & (1 << place) != 0;
        GateFacts {
            rule,
            first_message: bit(0),
            calling_on: bit(1),
            audience: Audience {
                address_book: bit(2),
                following: bit(3),
                verified: bit(4),
                everyone: bit(5),
            },
            in_address_book: bit(6),
            callee_follows: bit(7),
            caller_verified: bit(8),
            blocked: bit(9),
            quiet: bit(10),
            over_limit: bit(11),
        }
    })
}

/// The rules as a list of objections, each with what it leads to; the first that applies decides.
fn oracle(facts: &GateFacts) -> Verdict {
    let boxes = [
        (facts.audience.address_book, facts.in_address_book),
        (facts.audience.following, facts.callee_follows),
        (facts.audience.verified, facts.caller_verified),
        (facts.audience.everyone, true),
    ];
    let fitting_boxes = boxes.iter().filter(|pair| **pair == (true, true)).count();
    let silent = Verdict::Silent;
    let objections = [
        (!facts.first_message, Verdict::FirstMessageNeeded),
        (facts.blocked, silent(UnrungReason::Blocked)),
        (!facts.calling_on, silent(UnrungReason::Off)),
        (
            facts.rule == Some(CallRule::Never),
            silent(UnrungReason::Exception),
        ),
        (
            facts.rule.is_none() && fitting_boxes == 0,
            silent(UnrungReason::Audience),
        ),
        (facts.quiet, silent(UnrungReason::DoNotDisturb)),
        (facts.over_limit, silent(UnrungReason::Limits)),
    ];
    let decisive = objections.into_iter().find(|(applies, _)| *applies);
    decisive.map_or(Verdict::Ring, |(_, verdict)| verdict)
}

#[test]
fn the_full_truth_table() {
    let mut count = 0;
    for facts in combinations() {
        assert_eq!(gate(&facts), oracle(&facts), "{facts:?}");
        count += 1;
    }
    assert_eq!(count, 3 * 4096);
}

/// What must hold whatever the order of the rules is: these are about the verdicts, not about how they are found.
#[test]
fn what_no_combination_may_break() {
    for facts in combinations() {
        let verdict = gate(&facts);
        let rings = verdict == Verdict::Ring;
        // C-1 holds under every audience, C-2 and C-4 beat every box.
        assert!(
            !rings || (facts.first_message && facts.calling_on && !facts.blocked && !facts.quiet),
            "{facts:?}"
        );
        // No box ticked: nobody can call (C-3).
        let ticked = facts.audience
            != Audience {
                address_book: false,
                following: false,
                verified: false,
                everyone: false,
            };
        assert!(
            !rings || ticked || facts.rule == Some(CallRule::Always),
            "{facts:?}"
        );
        // "Never" is never.
        assert!(!rings || facts.rule != Some(CallRule::Never), "{facts:?}");
        // "Always" changes nothing but what the boxes say.
        if facts.rule == Some(CallRule::Always) {
            let everyone = GateFacts {
                rule: None,
                audience: Audience {
                    everyone: true,
                    ..facts.audience
                },
                ..facts
            };
            assert_eq!(verdict, gate(&everyone), "{facts:?}");
        }
        // What is told openly depends on nothing that the caller may not know (C-6).
        assert_eq!(
            verdict == Verdict::FirstMessageNeeded,
            !facts.first_message,
            "{facts:?}"
        );
        // Ticking one more box never keeps a call from ringing.
        let wider = GateFacts {
            audience: Audience {
                everyone: true,
                ..facts.audience
            },
            ..facts
        };
        assert!(!rings || gate(&wider) == Verdict::Ring, "{facts:?}");
    }
}

/// A friend: wrote, is followed, nothing stands against it.
const FRIEND: GateFacts = GateFacts {
    first_message: true,
    calling_on: true,
    audience: Audience {
        address_book: true,
        following: true,
        verified: false,
        everyone: false,
    },
    in_address_book: false,
    callee_follows: true,
    caller_verified: false,
    rule: None,
    blocked: false,
    quiet: false,
    over_limit: false,
};

#[test]
fn each_box_alone_and_in_pairs() {
    // Who: in the address book, followed, verified, a stranger.
    let callers = [
        (true, false, false),
        (false, true, false),
        (false, false, true),
        (false, false, false),
    ];
    // Ticked boxes, in the order of C-3, and who may call then.
    for (ticked, may_call) in [
        ("----", [false, false, false, false]),
        ("b---", [true, false, false, false]),
        ("-f--", [false, true, false, false]),
        ("--v-", [false, false, true, false]),
        ("---e", [true, true, true, true]),
        ("bf--", [true, true, false, false]),
        ("b-v-", [true, false, true, false]),
        ("b--e", [true, true, true, true]),
        ("-fv-", [false, true, true, false]),
        ("-f-e", [true, true, true, true]),
        ("--ve", [true, true, true, true]),
    ] {
        for ((in_address_book, callee_follows, caller_verified), rings) in
            callers.into_iter().zip(may_call)
        {
            let facts = GateFacts {
                audience: Audience {
                    address_book: ticked.contains('b'),
                    following: ticked.contains('f'),
                    verified: ticked.contains('v'),
                    everyone: ticked.contains('e'),
                },
                in_address_book,
                callee_follows,
                caller_verified,
                ..FRIEND
            };
            let expected = if rings {
                Verdict::Ring
            } else {
                Verdict::Silent(UnrungReason::Audience)
            };
            assert_eq!(gate(&facts), expected, "{ticked} {facts:?}");
        }
    }
}

#[test]
fn the_default_audience_is_address_book_and_following() {
    assert_eq!(FRIEND.audience, Audience::default());
}
