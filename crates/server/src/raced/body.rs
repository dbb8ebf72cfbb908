//! A request's body that can be read again: what a handler reads of it is kept, as far as it is small.

use axum::Error;
use axum::body::{Body, BodyDataStream, Bytes, HttpBody};
use birdcall_protocol::limits::MAX_BODY;
use futures_util::{Stream, StreamExt};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

/// A body, and what was read of it so far.
pub(super) struct Kept(Arc<Mutex<Read>>);

struct Read {
    /// What has not come yet; nothing when all has.
    rest: Option<BodyDataStream>,
    chunks: Vec<Bytes>,
    size: usize,
    whole: bool,
}

impl Kept {
    pub(super) fn new(body: Body) -> Self {
        let rest = (!body.is_end_stream()).then(|| body.into_data_stream());
        Self(Arc::new(Mutex::new(Read {
            rest,
            chunks: Vec::new(),
            size: 0,
            whole: true,
        })))
    }

    /// The body from its first byte. One at a time may be read.
    pub(super) fn anew(&self) -> Body {
        if self.read().size == 0 && self.read().rest.is_none() {
            return Body::empty();
        }
        Body::from_stream(Again {
            kept: Self(Arc::clone(&self.0)),
            next: 0,
        })
    }

    /// Whether it can be read from its start: there was no more than `MAX_BODY` of it, which is as much as most handlers
    /// take. Sounds and pictures are more, and are not kept twice.
    pub(super) fn is_whole(&self) -> bool {
        self.read().whole
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        // Nothing panics while it holds this.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Again {
    kept: Kept,
    next: usize,
}

impl Stream for Again {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let mut read = this.kept.read();
        let chunk = match read.chunks.get(this.next) {
            Some(chunk) => Some(Ok(chunk.clone())),
            None => match read.rest.as_mut().map(|rest| rest.poll_next_unpin(context)) {
                Some(Poll::Pending) => return Poll::Pending,
                Some(Poll::Ready(chunk)) => {
                    read.keep(chunk.as_ref().and_then(|chunk| chunk.as_ref().ok()));
                    chunk
                }
                None => None,
            },
        };
        this.next += 1;
        Poll::Ready(chunk)
    }
}

impl Read {
    fn keep(&mut self, chunk: Option<&Bytes>) {
        let Some(chunk) = chunk else {
            self.rest = None;
            return;
        };
        self.size += chunk.len();
        if self.size > MAX_BODY {
            self.chunks = Vec::new();
            self.whole = false;
        } else {
            self.chunks.push(chunk.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::stream;

    /// In chunks of 1,000 bytes, none of which is like another.
    fn body(chunks: usize) -> (Body, Vec<u8>) {
        let all: Vec<u8> = (0..chunks * 1_000).map(|at| (at / 7) as u8).collect();
        let parts: Vec<Result<Bytes, Error>> = all
            .chunks(1_000)
            .map(|part| Ok(Bytes::copy_from_slice(part)))
            .collect();
        (Body::from_stream(stream::iter(parts)), all)
    }

    async fn read(body: Body, most: usize) -> Vec<u8> {
        let mut stream = body.into_data_stream();
        let mut all = Vec::new();
        while all.len() < most
            && let Some(chunk) = stream.next().await
        {
            all.extend_from_slice(&chunk.unwrap());
        }
        all
    }

    #[tokio::test]
    async fn what_was_read_in_part_or_as_a_whole_is_read_again() {
        let (body, all) = body(20);
        let kept = Kept::new(body);
        assert_eq!(read(kept.anew(), 3_000).await, all[..3_000]);
        assert_eq!(read(kept.anew(), usize::MAX).await, all);
        assert_eq!(read(kept.anew(), usize::MAX).await, all);
        assert!(kept.is_whole());
        let none = Kept::new(Body::empty());
        assert!(none.anew().is_end_stream());
    }

    #[tokio::test]
    async fn what_is_large_is_read_once_and_not_kept() {
        let (body, all) = body(100);
        let kept = Kept::new(body);
        assert_eq!(read(kept.anew(), usize::MAX).await, all);
        assert!(!kept.is_whole());
        assert!(kept.read().chunks.is_empty());
        assert!(read(kept.anew(), usize::MAX).await.is_empty());
    }
}
