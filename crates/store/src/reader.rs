//! Reading: over a connection of one's own, or within a transaction.

use crate::writer::Line;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};
use tokio::sync::OwnedMutexGuard;

/// Something that can read: a connection of its own, or a transaction.
pub struct Reader {
    pub(crate) connection: Held,
}

pub(crate) enum Held {
    Pool(PoolConnection<Any>),
    Writer(OwnedMutexGuard<Line>),
}

impl Reader {
    pub(crate) fn sql(&mut self) -> &mut AnyConnection {
        match &mut self.connection {
            Held::Pool(connection) => connection,
            Held::Writer(line) => &mut line.connection,
        }
    }
}
