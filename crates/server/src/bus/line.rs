//! A line from all who have something for a task to the task, which takes its end of it once.

use std::sync::Mutex;
use tokio::sync::mpsc;

/// Both ends: whoever has this says, and one task hears. It is as long as the task is behind.
pub(super) struct Line<T> {
    say: mpsc::UnboundedSender<T>,
    hear: Mutex<Option<mpsc::UnboundedReceiver<T>>>,
}

impl<T> Default for Line<T> {
    fn default() -> Self {
        let (say, hear) = mpsc::unbounded_channel();
        Self {
            say,
            hear: Mutex::new(Some(hear)),
        }
    }
}

impl<T> Line<T> {
    /// Says it to the task. Fails where the task has ended because the server goes down, and then nobody has to know.
    pub(super) fn say(&self, what: T) {
        let _ = self.say.send(what);
    }

    /// The task's end, for the first that asks.
    pub(super) fn take(&self) -> Option<mpsc::UnboundedReceiver<T>> {
        self.hear.lock().ok()?.take()
    }
}
