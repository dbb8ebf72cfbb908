//! How one comes in.

use super::proof;
use crate::app::App;
use crate::auth::Session;
use crate::oidc::Provider;
use crate::problem::ApiError;
use axum::Json;
use axum::extract::State;
use birdcall_protocol::ways_in::{Identity, Passkey, WaysIn};
use birdcall_protocol::{Code, PersonId};
use birdcall_store::{PasskeyRow, Reader};

/// One's password, passkeys and account at the provider.
#[utoipa::path(get, operation_id = "ways_in", path = "/ways-in", tag = "accounts", responses(
    (status = 200, description = "How one comes in", body = WaysIn)))]
pub(super) async fn list(
    State(app): State<App>,
    session: Session,
) -> Result<Json<WaysIn>, ApiError> {
    let mut reader = app.store.read().await?;
    let issuer = issuer(&app);
    let ways = reader.ways_in(session.person, issuer).await?;
    let identity = match issuer {
        Some(issuer) => reader.identity(session.person, issuer).await?,
        None => None,
    };
    let passkeys = reader.passkeys(session.person).await?;
    Ok(Json(WaysIn {
        password: ways.password,
        passkeys: passkeys.into_iter().map(described).collect(),
        identity: identity.map(|row| Identity {
            name: row.name,
            created: row.created,
            last_used: row.last_used,
        }),
        proved_until: proof::proved_until(&app, &mut reader, session).await?,
    }))
}

fn issuer(app: &App) -> Option<&str> {
    app.provider.as_ref().map(Provider::issuer)
}

/// A passkey as its owner sees it.
pub(super) fn described(row: PasskeyRow) -> Passkey {
    Passkey {
        id: row.id,
        name: row.name,
        host: row.host,
        credential: row.credential_id,
        created: row.created,
        last_used: row.last_used,
    }
}

/// One way in may go if another is left.
///
/// # Errors
/// `last_way_in`.
pub(super) async fn one_may_go(
    app: &App,
    reader: &mut Reader,
    person: PersonId,
) -> Result<(), ApiError> {
    let ways = reader.ways_in(person, issuer(app)).await?;
    if u32::from(ways.password) + ways.passkeys + ways.identities > 1 {
        Ok(())
    } else {
        Err(Code::LastWayIn.into())
    }
}
