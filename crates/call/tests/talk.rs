//! Message requests and receipts (M-4): the whole tables.

use birdcall_call::talk::{Opening, Telling, may_tell, standing};
use birdcall_protocol::talk::Standing;

const BOTH: [bool; 2] = [false, true];

#[test]
fn who_is_known_or_was_written_to_needs_no_yes_and_what_was_accepted_stays() {
    for was in [Standing::Request, Standing::Accepted] {
        for (empty, wrote, knows) in BOTH
            .into_iter()
            .flat_map(|a| BOTH.into_iter().flat_map(move |b| BOTH.map(|c| (a, b, c))))
        {
            let facts = Opening {
                standing: was,
                empty,
                wrote,
                knows,
            };
            let expected = match (wrote || knows, empty) {
                (true, _) => Standing::Accepted,
                (false, true) => Standing::Request,
                (false, false) => was,
            };
            assert_eq!(standing(facts), expected, "{facts:?}");
        }
    }
}

#[test]
fn one_side_is_told_of_the_other_only_when_nothing_at_all_speaks_against_it() {
    let good = Telling {
        answered: true,
        accepted: true,
        blocked: false,
        wanted: true,
    };
    assert!(may_tell(good));
    for bad in [
        Telling {
            answered: false,
            ..good
        },
        Telling {
            accepted: false,
            ..good
        },
        Telling {
            blocked: true,
            ..good
        },
        Telling {
            wanted: false,
            ..good
        },
    ] {
        assert!(!may_tell(bad), "{bad:?}");
    }
}
