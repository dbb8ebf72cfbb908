//! Stable error codes, in problem bodies (RFC 9457) and in `refused` frames. Clients switch on the code; the words
//! beside it are for people and may change.

use serde::{Deserialize, Serialize};

/// What went wrong, by what the client can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// Not JSON, not a known frame, a field missing, of the wrong type or out of bounds.
    BadInput,
    /// Larger than the limit.
    TooLarge,
    /// Nobody is signed in on this device.
    NotSignedIn,
    /// Handle and password do not fit together. The same for a handle that does not exist.
    WrongPassword,
    /// The operator has closed the account.
    AccountDisabled,
    /// The handle is taken.
    HandleTaken,
    /// Signing up is closed on this server.
    SignUpClosed,
    /// Too many attempts; try later.
    TooMany,
    /// The request came from another site.
    ForeignOrigin,
    /// There is no such person, conversation, device or call, or it is none of one's business.
    NotFound,
    /// That is oneself.
    Yourself,
    /// One has blocked that person; unblock first.
    YouBlocked,
    /// The key was used before for something else.
    KeyReused,
    /// C-1: the callee has to write first.
    FirstMessageNeeded,
    /// One is in a call already.
    AlreadyInCall,
    /// One has a ring going out already (C-5).
    AlreadyCalling,
    /// The call has to be relayed and there is no relay (P-5).
    NoRelay,
    /// The call is over.
    CallOver,
    /// The frame does not fit the state of the call or one's side of it (C-17).
    OutOfTurn,
    /// The description or candidate was refused by the filter (P-3).
    BadDescription,
    /// The push endpoint is not one that this server sends to: not `https`, or in a private network.
    BadPushEndpoint,
    /// The sound is not of a kind that can be kept.
    BadSound,
    /// No JPEG, PNG or WebP, or one that moves, or one that is broken.
    BadPicture,
    /// One has to show first that one is still who signed in: with the password, a passkey or at the provider.
    ProofNeeded,
    /// Without it one could not sign in any more.
    LastWayIn,
    /// What was begun is over: it was finished, it took too long, or it began in another browser. Begin again.
    CeremonyOver,
    /// The passkey's answer does not fit: of another page, not signed by it, or its count went back.
    PasskeyRefused,
    /// This server knows no such passkey; it may have been removed.
    PasskeyUnknown,
    /// This passkey is known already.
    PasskeyKnown,
    /// The page's address has no name, and passkeys belong to names.
    NoPasskeysHere,
    /// The provider of accounts cannot be reached, or there is none.
    ProviderAway,
    /// What the provider said does not hold.
    ProviderRefused,
    /// The account at the provider belongs to somebody else here, or one has another there already.
    IdentityTaken,
    /// This server sends no mail, so it offers no e-mail.
    NoMail,
    /// The code is not the one that was mailed last, was used, was tried too often, or is too old.
    WrongCode,
    /// The account will be deleted: one can keep it or sign out, and nothing else.
    Leaving,
    /// The time in which a message can be changed, or deleted for both, is over.
    TooLate,
    /// The list is full.
    Full,
    /// This server goes down: begin anew in a moment, and another one will answer.
    GoingDown,
    /// The server has more to do than it can; calls that go on and messages come first. Try again in a moment.
    Overloaded,
    /// Others wrote the same things at the same moment, again and again, until the server gave up; nothing was changed. Try
    /// again in a moment.
    Busy,
    /// The database did not take it (disk full, locked, down); nothing was changed. Try again.
    Unavailable,
    /// Our fault.
    Internal,
}

impl Code {
    /// The code as it stands in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::BadInput => "bad_input",
            Self::TooLarge => "too_large",
            Self::NotSignedIn => "not_signed_in",
            Self::WrongPassword => "wrong_password",
            Self::AccountDisabled => "account_disabled",
            Self::HandleTaken => "handle_taken",
            Self::SignUpClosed => "sign_up_closed",
            Self::TooMany => "too_many",
            Self::ForeignOrigin => "foreign_origin",
            Self::NotFound => "not_found",
            Self::Yourself => "yourself",
            Self::YouBlocked => "you_blocked",
            Self::KeyReused => "key_reused",
            Self::FirstMessageNeeded => "first_message_needed",
            Self::AlreadyInCall => "already_in_call",
            Self::AlreadyCalling => "already_calling",
            Self::NoRelay => "no_relay",
            Self::CallOver => "call_over",
            Self::OutOfTurn => "out_of_turn",
            Self::BadDescription => "bad_description",
            Self::BadPushEndpoint => "bad_push_endpoint",
            Self::BadSound => "bad_sound",
            Self::BadPicture => "bad_picture",
            Self::ProofNeeded => "proof_needed",
            Self::LastWayIn => "last_way_in",
            Self::CeremonyOver => "ceremony_over",
            Self::PasskeyRefused => "passkey_refused",
            Self::PasskeyUnknown => "passkey_unknown",
            Self::PasskeyKnown => "passkey_known",
            Self::NoPasskeysHere => "no_passkeys_here",
            Self::ProviderAway => "provider_away",
            Self::ProviderRefused => "provider_refused",
            Self::IdentityTaken => "identity_taken",
            Self::NoMail => "no_mail",
            Self::WrongCode => "wrong_code",
            Self::Leaving => "leaving",
            Self::TooLate => "too_late",
            Self::Full => "full",
            Self::GoingDown => "going_down",
            Self::Overloaded => "overloaded",
            Self::Busy => "busy",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }
}
