//! "Do not disturb": a switch and hours, in which only chosen people ring.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

/// When one does not want to be disturbed; `PUT /me/quiet` replaces it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// The switch.
    pub on: bool,
    /// When the switch goes off by itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// Hours of each day.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hours: Option<QuietHours>,
    /// Where one lives, for the hours: a name of the IANA time zone database such as "Europe/Berlin"; empty is UTC.
    #[serde(default)]
    pub zone: String,
}

/// Hours that come again each week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// When they begin, in minutes after midnight by the wall clock, 0 to 1439.
    pub from: u16,
    /// When they end, 0 to 1439. Not later than `from`: on the next day.
    pub until: u16,
    /// The days on which they begin, Monday first.
    pub days: [bool; 7],
}
