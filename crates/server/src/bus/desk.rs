//! What this node has told the sockets of one person, and what is to be read next. A value: no clock and no I/O, so
//! that a test can lose, double and turn around every hint.
//!
//! Whatever wakes a desk (a commit of this node, a hint of another, the poll), the answer is the same: read what follows
//! the cursor, once at a time. Places have no gaps and are committed in order, so nothing earlier comes later; a row
//! that was told is known by its place.

/// The desk of a person with sockets here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// Sockets that it stands for.
    sockets: usize,
    /// The newest place that was told.
    told: u64,
    /// The newest cursor of the feed that the sockets were told of.
    feed: u64,
    reading: Reading,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// Nobody reads.
    No,
    /// Somebody reads.
    Yes,
    /// Somebody reads, and has to look again afterwards.
    Again,
}

impl Desk {
    /// For a first socket, which knows what was true at these places.
    #[must_use]
    pub fn new(feed: u64, told: u64) -> Self {
        Self {
            sockets: 0,
            told,
            feed,
            reading: Reading::No,
        }
    }

    /// One more socket, which read the places before it reads how things stand. From which place on it has to be told:
    /// what the desk told in between, it finds standing.
    pub fn join(&mut self, told: u64) -> u64 {
        self.sockets += 1;
        self.told.max(told)
    }

    /// One socket less; `true`: it was the last.
    pub fn leave(&mut self) -> bool {
        self.sockets = self.sockets.saturating_sub(1);
        self.sockets == 0
    }

    /// There may be more to read. `true`: somebody has to begin.
    #[must_use]
    pub fn nudge(&mut self) -> bool {
        let begin = self.reading == Reading::No;
        self.reading = if begin { Reading::Yes } else { Reading::Again };
        begin
    }

    /// How far the store has got. Whether the signals and the feed are ahead of what was told here.
    #[must_use]
    pub fn look(&mut self, feed: u64, signal: u64) -> (bool, bool) {
        let news = feed > self.feed;
        self.feed = self.feed.max(feed);
        (signal > self.told, news)
    }

    /// After which place to read.
    #[must_use]
    pub fn told(&self) -> u64 {
        self.told
    }

    /// A row at a place: whether it is to be told.
    #[must_use]
    pub fn take(&mut self, place: u64) -> bool {
        let new = place > self.told;
        self.told = self.told.max(place);
        new
    }

    /// All that was there has been read. `true`: look again.
    #[must_use]
    pub fn done(&mut self) -> bool {
        let again = self.reading == Reading::Again;
        self.reading = if again { Reading::Yes } else { Reading::No };
        again
    }

    /// It could not be read; the next nudge or look tries again.
    pub fn failed(&mut self) {
        self.reading = Reading::No;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reads_at_a_time_and_nothing_said_meanwhile_is_missed() {
        let mut desk = Desk::new(0, 7);
        assert!(desk.nudge());
        assert!(!desk.nudge());
        assert!(!desk.nudge());
        assert!(desk.done());
        assert!(!desk.done());
        assert!(desk.nudge());
    }

    #[test]
    fn a_row_is_told_once() {
        let mut desk = Desk::new(0, 7);
        assert!(!desk.take(7));
        assert!(desk.take(8));
        assert!(!desk.take(8));
        assert!(!desk.take(3));
        assert_eq!(desk.told(), 8);
    }

    #[test]
    fn a_later_socket_is_told_from_where_it_knows_how_things_stand() {
        let mut desk = Desk::new(0, 7);
        assert_eq!(desk.join(7), 7);
        assert!(desk.take(8));
        assert!(desk.take(9));
        // It read the places before the desk told 9, and how things stand afterwards.
        assert_eq!(desk.join(8), 9);
        // The desk has not told 12 yet; who knows how things stood then is not told of it.
        assert_eq!(desk.join(12), 12);
        assert!(!desk.leave());
        assert!(!desk.leave());
        assert!(desk.leave());
    }

    #[test]
    fn the_poll_finds_what_no_hint_told_of() {
        let mut desk = Desk::new(3, 7);
        assert_eq!(desk.look(3, 7), (false, false));
        assert_eq!(desk.look(4, 7), (false, true));
        assert_eq!(desk.look(4, 9), (true, false));
        assert_eq!(desk.look(4, 9), (true, false), "until it is read");
    }
}
