//! That somebody is still who signed in, asked before what could lock a person out or take an account over.

use crate::app::App;
use crate::auth::Session;
use crate::problem::ApiError;
use birdcall_protocol::ways_in::Proof;
use birdcall_protocol::{Code, Timestamp};
use birdcall_store::Reader;
use std::net::IpAddr;
use std::time::Duration;

/// How long it counts that somebody showed on a device who they are, with a passkey or at the provider. Raising it gives
/// more time to whoever finds the device unlocked.
const LASTS: Duration = Duration::from_secs(600);

/// A good proof is the password, or a sign-in with a passkey or by the provider on this device within the last ten minutes
/// (or the same shown again since). A sign-in with the password is none: who has it can give it.
///
/// # Errors
/// `wrong_password`; `proof_needed` if there is nothing to go by; `too_many`.
pub(super) async fn prove(
    app: &App,
    session: Session,
    from: IpAddr,
    proof: Proof,
) -> Result<(), ApiError> {
    let mut reader = app.store.read().await?;
    let Some(password) = proof.password else {
        return match proved_until(app, &mut reader, session).await? {
            Some(_) => Ok(()),
            None => Err(Code::ProofNeeded.into()),
        };
    };
    // Guesses count by person, apart from those at the front door: else whoever guesses there could keep somebody who is
    // signed in from showing who they are.
    app.doors.answer(from)?;
    app.doors.proof(session.person)?;
    let hash = reader.password_of(session.person).await?;
    drop(reader);
    if app.passwords.fits(password, hash).await? {
        Ok(())
    } else {
        Err(Code::WrongPassword.into())
    }
}

/// Until when a proof without a password is good on this device.
pub(super) async fn proved_until(
    app: &App,
    reader: &mut Reader,
    session: Session,
) -> Result<Option<Timestamp>, ApiError> {
    let until = reader.proved(session.device).await?.map(|at| at + LASTS);
    Ok(until.filter(|until| app.clock.now() < *until))
}
