//! Passwords: Argon2id with 19 MiB and two passes (M-1; OWASP's first choice), hashed on a bounded number of threads.

use crate::problem::ApiError;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use birdcall_protocol::Code;
use birdcall_protocol::limits::{MAX_PASSWORD, MIN_PASSWORD};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Hashes at once. Each takes 19 MiB and a core for some 20 ms; raising it lets a flood of sign-ins take more.
const AT_ONCE: usize = 2;

/// Waiting hashes, after which further ones are refused with `too_many` instead of piling up.
const WAITING: usize = 64;

/// Hashes and checks passwords.
#[derive(Clone)]
pub struct Passwords {
    threads: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    /// A hash of nobody's password: checking against it takes as long as against a real one.
    nobody: Arc<str>,
}

impl Passwords {
    /// # Errors
    /// A sentence, if hashing does not work at all.
    pub fn new() -> Result<Self, String> {
        let nobody = hash(&crate::random::token())?;
        Ok(Self {
            threads: Arc::new(Semaphore::new(AT_ONCE)),
            queue: Arc::new(Semaphore::new(WAITING)),
            nobody: nobody.into(),
        })
    }

    /// The hash of a new password, as a PHC string.
    ///
    /// # Errors
    /// `bad_input` if it is too short or too long; `too_many` if too many wait.
    pub async fn hash(&self, password: String) -> Result<String, ApiError> {
        if password.chars().count() < MIN_PASSWORD || password.len() > MAX_PASSWORD {
            return Err(Code::BadInput.into());
        }
        self.run(move || hash(&password))
            .await?
            .map_err(|why| internal(&why))
    }

    /// Whether `password` fits `hash`. Without a hash (no such person) it takes as long, and does not fit.
    ///
    /// # Errors
    /// `too_many` if too many wait.
    pub async fn fits(&self, password: String, hash: Option<String>) -> Result<bool, ApiError> {
        if password.len() > MAX_PASSWORD {
            return Ok(false);
        }
        // An account without a password has an empty hash, and takes as long to refuse as any.
        let hash = hash.filter(|hash| !hash.is_empty());
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let fits = self.run(move || fits(&password, &hash)).await?;
        Ok(fits && known)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let _place = self
            .queue
            .try_acquire()
            .map_err(|_| ApiError(Code::TooMany))?;
        let _thread = self
            .threads
            .acquire()
            .await
            .map_err(|error| internal(&error.to_string()))?;
        tokio::task::spawn_blocking(work)
            .await
            .map_err(|error| internal(&error.to_string()))
    }
}

fn hash(password: &str) -> Result<String, String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| error.to_string())
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| {
        Argon2::default()
            .verify_password(password.as_bytes(), &parsed)
            .is_ok()
    })
}

fn internal(why: &str) -> ApiError {
    tracing::error!(why, "password hashing failed");
    ApiError(Code::Internal)
}
