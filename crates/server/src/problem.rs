//! The one error that becomes a response: a stable code and a sentence (RFC 9457).

use crate::raced::Raced;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use birdcall_call::Refusal;
use birdcall_protocol::Code;
use birdcall_protocol::body::Problem;
use birdcall_store::StoreError;

/// Who is turned away by a server that goes down, has too much to do or was raced too often comes back within this many seconds. Raising it spreads them more and
/// keeps them waiting longer.
const LAST_AGAIN: u32 = 5;

/// What a handler answers when it cannot do what was asked. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ApiError(pub Code);

impl ApiError {
    /// HTTP status and one sentence.
    #[must_use]
    pub fn describe(self) -> (StatusCode, &'static str) {
        match self.0 {
            Code::BadInput => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "That does not have the form asked for.",
            ),
            Code::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "That is too large."),
            Code::NotSignedIn => (StatusCode::UNAUTHORIZED, "Sign in first."),
            Code::WrongPassword => (
                StatusCode::UNAUTHORIZED,
                "Handle and password do not fit together.",
            ),
            Code::AccountDisabled => (
                StatusCode::FORBIDDEN,
                "The operator of this server has closed this account.",
            ),
            Code::HandleTaken => (StatusCode::CONFLICT, "That handle is taken."),
            Code::SignUpClosed => (
                StatusCode::FORBIDDEN,
                "Signing up is closed on this server.",
            ),
            Code::TooMany => (
                StatusCode::TOO_MANY_REQUESTS,
                "Too many attempts. Try again in a while.",
            ),
            Code::ForeignOrigin => (StatusCode::FORBIDDEN, "The request came from another site."),
            Code::NotFound => (StatusCode::NOT_FOUND, "There is no such thing."),
            Code::Yourself => (StatusCode::UNPROCESSABLE_ENTITY, "That is you."),
            Code::YouBlocked => (StatusCode::CONFLICT, "You have blocked this person."),
            Code::KeyReused => (StatusCode::CONFLICT, "The key was used for something else."),
            Code::FirstMessageNeeded => (StatusCode::FORBIDDEN, "They have to message you first."),
            Code::AlreadyInCall => (StatusCode::CONFLICT, "You are in a call already."),
            Code::AlreadyCalling => (StatusCode::CONFLICT, "You are calling somebody already."),
            Code::NoRelay => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This call has to go through a relay, and this server has none.",
            ),
            Code::CallOver => (StatusCode::CONFLICT, "The call is over."),
            Code::OutOfTurn => (StatusCode::CONFLICT, "That cannot be done now."),
            Code::BadDescription => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "The description was refused.",
            ),
            Code::BadPushEndpoint => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "This server does not send to that push service.",
            ),
            Code::BadSound => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "That is no sound that can be kept.",
            ),
            Code::BadPicture => (
                StatusCode::UNPROCESSABLE_ENTITY,
                "That is no picture that can be read.",
            ),
            Code::ProofNeeded => (StatusCode::FORBIDDEN, "Show first that it is you."),
            Code::LastWayIn => (
                StatusCode::CONFLICT,
                "Without it you could not sign in any more.",
            ),
            Code::CeremonyOver => (StatusCode::CONFLICT, "That is over. Begin again."),
            Code::PasskeyRefused => (StatusCode::UNAUTHORIZED, "The passkey does not fit."),
            Code::PasskeyUnknown => (
                StatusCode::UNAUTHORIZED,
                "This server knows no such passkey.",
            ),
            Code::PasskeyKnown => (StatusCode::CONFLICT, "This passkey is known already."),
            Code::NoPasskeysHere => (
                StatusCode::CONFLICT,
                "Passkeys need a page whose address has a name.",
            ),
            Code::ProviderAway => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The provider of accounts cannot be reached.",
            ),
            Code::ProviderRefused => (
                StatusCode::UNAUTHORIZED,
                "The provider did not confirm who you are.",
            ),
            Code::IdentityTaken => (
                StatusCode::CONFLICT,
                "That account belongs to somebody else here.",
            ),
            Code::NoMail => (StatusCode::CONFLICT, "This server sends no mail."),
            Code::WrongCode => (
                StatusCode::FORBIDDEN,
                "That is not the code that was mailed last, or it is too old.",
            ),
            Code::Leaving => (StatusCode::FORBIDDEN, "This account will be deleted."),
            Code::TooLate => (
                StatusCode::CONFLICT,
                "A message can be changed for 15 minutes.",
            ),
            Code::Full => (StatusCode::CONFLICT, "The list is full."),
            Code::GoingDown => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This server goes down. Try again in a moment.",
            ),
            Code::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "This server is busy. Try again in a moment.",
            ),
            Code::Busy => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Too much happens at once just now. Try again in a moment.",
            ),
            Code::Unavailable => (
                StatusCode::SERVICE_UNAVAILABLE,
                "That could not be saved. Try again.",
            ),
            Code::Internal => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "Something went wrong on the server.",
            ),
        }
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        Self(code)
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.code())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(why) => {
                tracing::error!(%why, "the database is not available");
                Self(Code::Unavailable)
            }
            // Run again by whoever asked for it (`raced`); this is what is said if that was of no use.
            StoreError::Raced => Self(Code::Busy),
            // Handlers that expect a conflict have looked before they come here.
            StoreError::Conflict => {
                tracing::error!("a conflict that no handler expected");
                Self(Code::Internal)
            }
            StoreError::Broken(why) => {
                tracing::error!(%why, "the database does not hold what it should");
                Self(Code::Internal)
            }
        }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let (status, title) = self.describe();
        let body = Problem {
            status: status.as_u16(),
            code: self.0,
            title: title.to_owned(),
        };
        let text = serde_json::to_string(&body).unwrap_or_default();
        let kind = [(header::CONTENT_TYPE, "application/problem+json")];
        let mut response = (status, kind, text).into_response();
        if self.0 == Code::Busy {
            response.extensions_mut().insert(Raced);
        }
        if matches!(self.0, Code::GoingDown | Code::Overloaded | Code::Busy) {
            // Not all in the same second.
            let wait = HeaderValue::from(rand::random_range(1..=LAST_AGAIN));
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}
