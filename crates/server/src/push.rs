//! Web Push (RFC 8030): a device whose app is closed is woken through its browser's push service.

pub mod encrypt;
pub mod endpoint;
pub mod vapid;
