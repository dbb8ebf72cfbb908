//! From the feed to frames: what a device has not been told yet, in order.

use super::{Connection, End};
use birdcall_protocol::PersonId;
use birdcall_protocol::frame::ServerFrame;
use birdcall_store::{FeedItem, FeedPage, News, Reader, StoreError};

/// Rows read, and frames made of them, at a time. Raising it costs memory for each device that comes back after long.
const PAGE: u32 = 50;

impl Connection {
    /// Whether everything after `cursor` is still there.
    pub(super) async fn is_known(&mut self, cursor: u64) -> Result<bool, StoreError> {
        let page = self
            .app
            .store
            .read()
            .await?
            .feed_after(self.mailbox.person(), cursor, 1)
            .await?;
        Ok(matches!(page, FeedPage::Items(_)))
    }

    /// Sends all that follows the socket's cursor.
    pub(super) async fn catch_up(&mut self) -> Result<(), End> {
        loop {
            let mut reader = self.app.store.read().await?;
            let me = self.mailbox.person();
            let page = reader.feed_after(me, self.cursor, PAGE).await?;
            let items = match page {
                FeedPage::Items(items) => items,
                // It slept through more than is kept: it comes back and loads everything anew.
                FeedPage::Unknown => return Err(End::Close(4008, "too_slow")),
            };
            let done = items.len() < PAGE as usize;
            let mut frames = Vec::with_capacity(items.len());
            for item in items {
                frames.push((item.cursor, frame(&mut reader, me, item).await?));
            }
            // Given back before anything is sent: a device may take its time.
            drop(reader);
            for (cursor, frame) in frames {
                if let Some(frame) = frame {
                    self.send(&frame).await?;
                }
                self.cursor = cursor;
            }
            if done {
                return Ok(());
            }
        }
    }
}

/// The frame for a row, with what stands there now; nothing if it is gone.
async fn frame(
    reader: &mut Reader,
    me: PersonId,
    item: FeedItem,
) -> Result<Option<ServerFrame>, StoreError> {
    let cursor = item.cursor;
    Ok(match item.news {
        News::Entry { other, seq } => {
            let shown = reader.shown(me, other, seq).await?;
            shown.map(|shown| ServerFrame::Entry {
                cursor,
                with: shown.with,
                entry: Box::new(shown.entry),
                unread: shown.unread,
                request: shown.request,
            })
        }
        News::EntryChanged { other, seq } => {
            let shown = reader.shown(me, other, seq).await?;
            shown.map(|shown| ServerFrame::EntryChanged {
                cursor,
                with: shown.with,
                entry: Box::new(shown.entry),
                unread: shown.unread,
            })
        }
        News::Read { other, .. } => {
            let head = reader.head(me, other).await?;
            Some(ServerFrame::Read {
                cursor,
                with: reader.person_by_id(other).await?.handle,
                seq: head.read,
                unread: head.unread,
            })
        }
        News::Gone { other, seq } => Some(ServerFrame::EntryGone {
            cursor,
            with: reader.person_by_id(other).await?.handle,
            seq,
            unread: reader.head(me, other).await?.unread,
        }),
        News::Seen { other } => {
            let seen = reader.seen_by(me, other).await?;
            seen.map(|(with, seen)| ServerFrame::Seen {
                cursor,
                with,
                seq: seen.seq,
                at: seen.at,
            })
        }
        News::Changed(what) => Some(ServerFrame::Changed { cursor, what }),
    })
}
