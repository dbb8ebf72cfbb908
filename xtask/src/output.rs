//! Where output goes: to the terminal as it comes, or, of steps that run beside each other, into a record that is shown
//! in one piece.

use std::cell::RefCell;
use std::io::Write;

thread_local! {
    static RECORD: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what a program of this thread wrote, if there is a record.
pub(crate) fn record(bytes: &[u8]) {
    RECORD.with_borrow_mut(|record| {
        if let Some(kept) = record {
            kept.extend_from_slice(bytes);
        }
    });
}

/// Whether what is said here is kept.
pub(crate) fn is_recorded() -> bool {
    RECORD.with_borrow(Option::is_some)
}

/// Does something, and hands back what was said meanwhile.
pub(crate) fn recorded<T>(work: impl FnOnce() -> T) -> (T, Vec<u8>) {
    RECORD.set(Some(Vec::new()));
    let done = work();
    (done, RECORD.take().unwrap_or_default())
}

/// Shows a record.
pub(crate) fn show(record: &[u8]) {
    // A closed terminal is no reason to stop.
    let _ = std::io::stdout().write_all(record);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::Process;

    #[test]
    fn what_is_said_is_kept_in_its_order_and_apart_from_others() {
        let ((), record) = recorded(|| {
            record(b"before\n");
            let script = "echo out; echo err >&2; echo out again";
            Process::new("sh", &["-c", script]).go().unwrap();
            let (failed, inner) = std::thread::spawn(|| {
                recorded(|| Process::new("sh", &["-c", "echo elsewhere; exit 3"]).go())
            })
            .join()
            .unwrap();
            assert!(failed.unwrap_err().contains("exit status: 3"));
            assert_eq!(inner, b"elsewhere\n");
            record(b"after\n");
        });
        let text = String::from_utf8(record).unwrap();
        assert_eq!(text, "before\nout\nerr\nout again\nafter\n");
        assert!(!is_recorded());
    }
}
