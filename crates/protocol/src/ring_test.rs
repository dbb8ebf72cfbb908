//! The self-test of a ring: a device is made to ring for real, and each step on the way is told.

use crate::{TestId, Timestamp};
use serde::{Deserialize, Serialize};

/// A test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RingTest {
    /// Which.
    pub test: TestId,
    /// When it rings.
    pub at: Timestamp,
    /// What happened so far, in order.
    pub steps: Vec<RingTestStep>,
}

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RingTestStep {
    /// What.
    pub step: RingStep,
    /// By which way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub way: Option<RingWay>,
    /// When.
    pub at: Timestamp,
}

/// The steps of a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RingStep {
    /// Somebody asked for it.
    Scheduled,
    /// The server sent it.
    Sent,
    /// The push service took it.
    Accepted,
    /// The push service did not take it.
    Refused,
    /// There is no way: no open app, or no push subscription, or the push service does not answer.
    Unreachable,
    /// The device shows it.
    Shown,
    /// Somebody pressed it.
    Opened,
}

/// How a ring gets to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RingWay {
    /// The open app.
    App,
    /// Web Push.
    Push,
}

/// What a device reports of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum RingReport {
    /// It is shown.
    Shown,
    /// Somebody pressed it.
    Opened,
}
