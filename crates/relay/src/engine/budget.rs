use super::{Endpoint, Now};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// Answers a source may get at once, and in a second, before it has proven who it is. Raising them helps many people
/// behind one address who come at the same moment; lowering them gives a forger less to aim at a victim.
const ANSWERS_AT_ONCE: u16 = 100;
const ANSWERS_PER_SECOND: u64 = 20;

/// Answers that a request with a right MAC gives back: the challenge it needed, and one that was lost on the way.
const ANSWERS_A_PROOF: u16 = 2;

/// Bytes that may be answered before any came in, and for each second without need. They are what one minute can send
/// out beyond what it took in, so they are small; people who sign in earn back more than their challenge cost.
const CREDIT_AT_REST: u64 = 8_192;
const CREDIT_PER_SECOND: u64 = 128;

const CELLS: usize = 4_096;

/// What may be sent to addresses that anybody could have forged. Its memory is fixed: sources share cells.
#[derive(Debug)]
pub(super) struct Budget {
    credit: u64,
    refilled: u64,
    cells: Box<[Cell]>,
    hash: FixedState,
}

#[derive(Debug, Clone, Copy)]
struct Cell {
    answers: u16,
    refilled: u32,
}

impl Budget {
    pub(super) fn new(hash: FixedState) -> Self {
        let full = Cell {
            answers: ANSWERS_AT_ONCE,
            refilled: 0,
        };
        Self {
            credit: CREDIT_AT_REST,
            refilled: 0,
            cells: vec![full; CELLS].into_boxed_slice(),
            hash,
        }
    }

    /// Counts bytes that came in.
    pub(super) fn earn(&mut self, bytes: usize) {
        self.credit = (self.credit + bytes as u64).min(CREDIT_AT_REST);
    }

    /// Counts a request whose MAC was right: somebody is there and got an answer before, so it was not wasted. However
    /// many people share an address, those who sign in make room for the next; a victim of forgery never does.
    pub(super) fn prove(&mut self, from: Endpoint, bytes: usize) {
        self.earn(bytes);
        let cell = self.cell(from);
        cell.answers = (cell.answers + ANSWERS_A_PROOF).min(ANSWERS_AT_ONCE);
    }

    /// Whether an answer of this size may go to a source that has proven nothing.
    pub(super) fn spend(&mut self, to: Endpoint, bytes: usize, now: Now) -> bool {
        let seconds = now.millis / 1000;
        let rest = seconds.saturating_sub(self.refilled);
        self.refilled = seconds;
        self.credit = rest
            .saturating_mul(CREDIT_PER_SECOND)
            .saturating_add(self.credit)
            .min(CREDIT_AT_REST);

        let credit = self.credit;
        let cell = self.cell(to);
        let rest = u64::from((seconds as u32).wrapping_sub(cell.refilled));
        let answers = u64::from(cell.answers) + rest * ANSWERS_PER_SECOND;
        cell.answers = answers.min(u64::from(ANSWERS_AT_ONCE)) as u16;
        cell.refilled = seconds as u32;

        // A quarter more than its size: what goes out stays below what comes in, headers and rest included.
        let cost = (bytes + bytes / 4) as u64;
        if cell.answers == 0 || credit < cost {
            return false;
        }
        cell.answers -= 1;
        self.credit -= cost;
        true
    }

    fn cell(&mut self, source: Endpoint) -> &mut Cell {
        &mut self.cells[self.hash.hash_one(source.network()) as usize % CELLS]
    }
}
