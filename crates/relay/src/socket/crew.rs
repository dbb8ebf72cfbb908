//! Threads that send for the one that receives.
//!
//! A batch owns the memory its packets came in and lists of what is to be sent, one list for each thread that sends. It
//! goes from one thread to the next, each sends its list, and the last one gives the batch back. A client's packets are
//! always in the same list, and batches pass each thread in the order they were made in: so the packets of a flow stay in
//! order, nothing is shared, locked or allocated for a packet, and the engine has one owner.

use super::clock::worked;
use super::inbox::Inbox;
use super::outbox::Outbox;
use crate::engine::Endpoint;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::io;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{Builder, JoinHandle};

/// Batches for each thread that sends. Raising it costs up to 5 MiB each under load and lets packets wait for longer,
/// lowering it makes threads wait for each other.
const BATCHES_EACH: usize = 3;

/// What came in together, and what goes out because of it.
pub(super) struct Batch {
    pub(super) inbox: Inbox,
    lists: Vec<Outbox>,
}

impl Batch {
    fn new(lists: usize, v6: bool) -> Self {
        Self {
            inbox: Inbox::new(),
            lists: (0..lists).map(|_| Outbox::new(v6)).collect(),
        }
    }

    /// Whether one more datagram of any size fits, to wherever.
    pub(super) fn has_room(&self) -> bool {
        self.lists.iter().all(Outbox::has_room)
    }

    /// Where its packets came in, and the list that packets to this client go into.
    pub(super) fn list(&mut self, to: Endpoint) -> (&mut Inbox, &mut Outbox) {
        let lists = self.lists.len();
        let list = if lists == 1 {
            0
        } else {
            FixedState::default().hash_one(to) as usize % lists
        };
        (&mut self.inbox, &mut self.lists[list])
    }

    fn take_unsent(&mut self) -> u64 {
        self.lists.iter_mut().map(Outbox::take_unsent).sum()
    }

    fn send(&mut self, list: usize, socket: &UdpSocket) {
        self.lists[list].flush(socket, self.inbox.memory());
    }
}

/// The threads that send, if there are any, and the batches that are not under way.
pub(super) struct Crew {
    socket: Arc<UdpSocket>,
    v6: bool,
    first: Option<SyncSender<Batch>>,
    members: Vec<Member>,
    back: Receiver<Batch>,
    here: Vec<Batch>,
    away: usize,
    unsent: u64,
}

struct Member {
    thread: JoinHandle<()>,
    worked: Arc<AtomicU64>,
}

impl Crew {
    /// Nobody yet: what is handed over is sent at once.
    pub(super) fn new(socket: Arc<UdpSocket>, v6: bool) -> Self {
        Self {
            socket,
            v6,
            first: None,
            members: Vec::new(),
            back: sync_channel(0).1,
            here: vec![Batch::new(1, v6)],
            away: 0,
            unsent: 0,
        }
    }

    /// How many threads send.
    pub(super) fn size(&self) -> usize {
        self.members.len()
    }

    /// Datagrams that the kernel would not send.
    pub(super) fn unsent(&self) -> u64 {
        self.unsent
    }

    /// For how many microseconds each thread has worked, the calling one first.
    pub(super) fn worked(&self) -> Vec<u64> {
        let others = self.members.iter();
        std::iter::once(worked())
            .chain(others.map(|member| member.worked.load(Ordering::Relaxed)))
            .collect()
    }

    /// A batch to receive into. Waits for one if all are under way.
    pub(super) fn take(&mut self) -> Batch {
        while let Ok(batch) = self.back.try_recv() {
            self.away -= 1;
            self.came_back(batch);
        }
        if self.here.is_empty() {
            self.wait();
        }
        self.here
            .pop()
            .unwrap_or_else(|| Batch::new(self.size().max(1), self.v6))
    }

    /// Sends at once what a batch holds so far, after all that is under way.
    pub(super) fn make_room(&mut self, batch: &mut Batch) {
        self.gather_all();
        for list in 0..batch.lists.len() {
            batch.send(list, &self.socket);
        }
    }

    /// Has a batch sent, here if there is nobody else, and leaves one in its place to receive into.
    pub(super) fn pass_on(&mut self, batch: &mut Batch) {
        if batch.lists.iter().all(Outbox::is_empty) {
            return;
        }
        if let Some(first) = self.first.take() {
            let full = std::mem::replace(batch, self.take());
            if first.send(full).is_ok() {
                self.away += 1;
                self.first = Some(first);
                return;
            }
            // A thread that has ended takes nothing. This batch is lost, the next ones are sent here.
        }
        for list in 0..batch.lists.len() {
            batch.send(list, &self.socket);
        }
        self.unsent += batch.take_unsent();
    }

    /// Has so many threads send from now on. Nothing is under way meanwhile, so no packet overtakes another.
    pub(super) fn resize(&mut self, size: usize) -> io::Result<()> {
        self.gather_all();
        self.dismiss();
        let lists = size.max(1);
        self.here = (0..1 + size * BATCHES_EACH)
            .map(|_| Batch::new(lists, self.v6))
            .collect();
        let (mut next, back) = sync_channel(1 + size * BATCHES_EACH);
        self.back = back;
        // From the last to the first: each is told whom to pass a batch to.
        for list in (0..size).rev() {
            let (to, from) = sync_channel(BATCHES_EACH);
            let worked = Arc::new(AtomicU64::new(0));
            let sender = SendingThread {
                list,
                socket: self.socket.clone(),
                from,
                next,
                worked: worked.clone(),
            };
            #[expect(
                clippy::disallowed_methods,
                reason = "this is where the relay gets threads that send"
            )]
            let thread = Builder::new()
                .name(format!("relay send {list}"))
                .spawn(move || sender.run())?;
            self.members.push(Member { thread, worked });
            next = to;
        }
        self.first = (size > 0).then_some(next);
        Ok(())
    }

    fn came_back(&mut self, mut batch: Batch) {
        self.unsent += batch.take_unsent();
        self.here.push(batch);
    }

    fn wait(&mut self) {
        // An error: the threads have ended without giving all back.
        match self.back.recv() {
            Ok(batch) => {
                self.away -= 1;
                self.came_back(batch);
            }
            Err(_) => self.away = 0,
        }
    }

    fn gather_all(&mut self) {
        while self.away > 0 {
            self.wait();
        }
    }

    fn dismiss(&mut self) {
        self.first = None;
        for member in self.members.drain(..) {
            // If it panicked, the message stands in the log, and there is nothing left to end.
            let _ = member.thread.join();
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.dismiss();
    }
}

/// One of them.
struct SendingThread {
    list: usize,
    socket: Arc<UdpSocket>,
    from: Receiver<Batch>,
    next: SyncSender<Batch>,
    worked: Arc<AtomicU64>,
}

impl SendingThread {
    fn run(self) {
        while let Ok(mut batch) = self.from.recv() {
            batch.send(self.list, &self.socket);
            self.worked.store(worked(), Ordering::Relaxed);
            if self.next.send(batch).is_err() {
                return;
            }
        }
    }
}

#[cfg(test)]
#[expect(
    clippy::disallowed_methods,
    reason = "real sockets, and threads that send through them"
)]
mod tests {
    use super::{Batch, Crew};
    use crate::engine::Endpoint;
    use std::net::UdpSocket;
    use std::sync::Arc;
    use std::time::Duration;

    const ROUNDS: u8 = 200;

    #[test]
    fn packets_to_one_place_stay_in_order_however_many_send() {
        let receivers: Vec<_> = (0..7)
            .map(|_| UdpSocket::bind("127.0.0.1:0").unwrap())
            .collect();
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        let mut crew = Crew::new(socket, false);
        let mut batch: Batch = crew.take();
        for round in 0..ROUNDS {
            // Threads come and go in the midst of it.
            let size = [0, 1, 3, 2, 0][usize::from(round) / 40];
            if crew.size() != size {
                crew.resize(size).unwrap();
                batch = crew.take();
            }
            for (number, receiver) in receivers.iter().enumerate() {
                let to = Endpoint::from(receiver.local_addr().unwrap());
                // Of different lengths, so that they go as messages of their own.
                let bytes = vec![round; 1 + number + usize::from(round % 3)];
                batch.list(to).1.copy(to, &[&bytes]);
                if round % 50 == 49 && number == 3 {
                    crew.make_room(&mut batch);
                }
            }
            crew.pass_on(&mut batch);
        }
        crew.resize(0).unwrap();
        assert_eq!((crew.size(), crew.unsent(), crew.away), (0, 0, 0));
        for receiver in receivers {
            // All was sent already; only a lost packet makes it wait.
            receiver
                .set_read_timeout(Some(Duration::from_secs(5)))
                .unwrap();
            for round in 0..ROUNDS {
                let mut bytes = [0; 32];
                let length = receiver.recv(&mut bytes).unwrap();
                assert!(bytes[..length].iter().all(|byte| *byte == round), "{round}");
            }
        }
    }

    #[test]
    fn the_work_of_each_thread_is_known() {
        let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
        let to = Endpoint::from(receiver.local_addr().unwrap());
        let socket = Arc::new(UdpSocket::bind("127.0.0.1:0").unwrap());
        let mut crew = Crew::new(socket, false);
        crew.resize(1).unwrap();
        let mut batch = crew.take();
        while crew.worked()[1] == 0 {
            batch.list(to).1.copy(to, &[&[1; 100]]);
            crew.pass_on(&mut batch);
        }
        assert_eq!(crew.worked().len(), 2);
    }
}
