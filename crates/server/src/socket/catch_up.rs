//! From the feed to frames: what a device has not been told yet, in order.

use super::{Connection, End};
use birdcall_protocol::frame::ServerFrame;
use birdcall_store::{FeedItem, FeedPage, News, StoreError};

/// Rows read at a time. Raising it costs memory for each device that comes back after long.
const PAGE: u32 = 200;

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
            let page = self
                .app
                .store
                .read()
                .await?
                .feed_after(self.mailbox.person(), self.cursor, PAGE)
                .await?;
            let items = match page {
                FeedPage::Items(items) => items,
                // It slept through more than is kept: it comes back and loads everything anew.
                FeedPage::Unknown => return Err(End::Close(4008, "too_slow")),
            };
            let done = items.len() < PAGE as usize;
            for item in items {
                if let Some(frame) = self.frame(item).await? {
                    self.send(&frame).await?;
                }
                self.cursor = item.cursor;
            }
            if done {
                return Ok(());
            }
        }
    }

    /// The frame for a row, with what stands there now; nothing if it is gone.
    async fn frame(&mut self, item: FeedItem) -> Result<Option<ServerFrame>, StoreError> {
        let me = self.mailbox.person();
        let cursor = item.cursor;
        let mut reader = self.app.store.read().await?;
        Ok(match item.news {
            News::Entry { other, seq } => {
                let Some(entry) = reader.entry(me, other, seq).await? else {
                    return Ok(None);
                };
                Some(ServerFrame::Entry {
                    cursor,
                    with: reader.person_by_id(other).await?.handle,
                    entry: Box::new(entry),
                    unread: reader.head(me, other).await?.unread,
                    request: reader.is_request(me, other).await?,
                })
            }
            News::EntryChanged { other, seq } => {
                let Some(entry) = reader.entry(me, other, seq).await? else {
                    return Ok(None);
                };
                Some(ServerFrame::EntryChanged {
                    cursor,
                    with: reader.person_by_id(other).await?.handle,
                    entry: Box::new(entry),
                    unread: reader.head(me, other).await?.unread,
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
            News::Seen { other } => match reader.seen(me, other).await? {
                Some(seen) => Some(ServerFrame::Seen {
                    cursor,
                    with: reader.person_by_id(other).await?.handle,
                    seq: seen.seq,
                    at: seen.at,
                }),
                None => None,
            },
            News::Changed(what) => Some(ServerFrame::Changed { cursor, what }),
        })
    }
}
