//! Our closed lists as text in columns: the same words as in JSON.

use crate::StoreError;
use birdcall_protocol::Handle;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) fn to_word<T: Serialize>(value: T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        other => Err(StoreError::Broken(format!("not a word: {other:?}"))),
    }
}

pub(crate) fn from_word<T: DeserializeOwned>(word: String) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(word))
        .map_err(|error| StoreError::Broken(error.to_string()))
}

pub(crate) fn handle(text: &str) -> Result<Handle, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Broken("a handle that is none".into()))
}

/// A count or place from a column.
pub(crate) fn natural(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// A small count from a column.
pub(crate) fn small(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}
