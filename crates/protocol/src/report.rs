//! Bodies of reports to whoever runs the server, and of what comes back.

use crate::{Handle, Timestamp};
use serde::{Deserialize, Serialize};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportReason {
    /// Advertising, or the same to many people.
    Spam,
    /// Insults, threats, or not leaving somebody alone.
    Harassment,
    /// Pretends to be somebody else.
    Impersonation,
    /// Hatred or violence against people.
    Hate,
    /// Sexual content that was not asked for, or of children.
    Sexual,
    /// Somebody may hurt themselves.
    SelfHarm,
    /// Something else that is against the law or the house rules.
    Other,
}

/// `POST /reports`: tells the operator about a person.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewReport {
    /// About whom.
    pub handle: Handle,
    /// What is wrong.
    pub reason: ReportReason,
    /// In one's own words, up to 1,000 characters.
    #[serde(default)]
    pub words: String,
    /// Places of entries in the conversation with them, up to 20, that the operator is to see. They are copied as they
    /// are now, whatever becomes of them later.
    #[serde(default)]
    pub entries: Vec<u64>,
    /// Also blocks them.
    #[serde(default)]
    pub block: bool,
}

/// A report of one's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Report {
    /// About whom.
    pub about: Handle,
    /// What is wrong.
    pub reason: ReportReason,
    /// In one's own words.
    pub words: String,
    /// How many entries the operator was given.
    pub entries: u32,
    /// When.
    pub at: Timestamp,
    /// How it stands.
    pub state: ReportState,
    /// What the operator says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answer: Option<String>,
    /// When the operator said so.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub answered: Option<Timestamp>,
}

/// How a report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// The operator has it.
    Open,
    /// The operator is done with it.
    Closed,
}

/// What the operator has to say to somebody. It stands until they have read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Warning {
    /// In the operator's words.
    pub words: String,
    /// When.
    pub at: Timestamp,
}
