//! Seeded chance (splitmix64: Steele, Lea and Flood, 2014).

/// A stream of chance. Every actor of the world has one of its own, so that what one of them does not ask for leaves
/// the others' luck as it was.
#[derive(Debug, Clone)]
pub(crate) struct Rng(u64);

impl Rng {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = Self(seed ^ stream.wrapping_mul(0xd134_2543_de82_ef95));
        rng.next();
        rng
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// A span of milliseconds.
    pub(crate) fn span(&mut self, from: i64, to: i64) -> i64 {
        let width = u64::try_from(to - from).expect("a span");
        from + i64::try_from(self.below(width)).expect("a span")
    }

    /// Whether something happens that does in `percent` of a hundred cases.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}
