//! The provider of accounts that a community has already (OpenID Connect Core 1.0, authorization code flow).
//!
//! What the provider is (Discovery 1.0) is asked when somebody first needs it, kept for a while and asked for anew when a
//! token is signed with a key that is not known; a provider that is away keeps nobody else waiting. Of its answer only the
//! signed token says who somebody is: its signature, issuer, audience, time and nonce have to hold. The code that the
//! browser brings back is worth nothing without the verifier that never left this server (RFC 7636).

pub mod newcomer;

use crate::config::{self, Config};
use crate::problem::ApiError;
use birdcall_protocol::{Code, Timestamp};
use openidconnect::core::{
    CoreAuthPrompt, CoreAuthenticationFlow, CoreClient, CoreGenderClaim, CoreIdTokenClaims,
    CoreJwsSigningAlgorithm, CoreProviderMetadata,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EmptyAdditionalClaims, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    UserInfoClaims,
};
use reqwest::Client;
use reqwest::redirect::Policy;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::Mutex;

/// How long the provider may take to answer. Raising it lets people look at a page that does nothing.
const PATIENCE: Duration = Duration::from_secs(8);

/// How long what the provider said of itself is good. Raising it notices later that it has moved.
const KEPT: Duration = Duration::from_secs(3_600);

/// After it could not be reached, for a while nobody tries; and its keys are not asked for anew more often than that.
const PAUSE: Duration = Duration::from_secs(5);

/// The largest answer that is read, in bytes.
const MAX_ANSWER: usize = 256 * 1024;

/// Signatures that count: those that only the provider can make. `none` and those with a shared secret do not.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type KnownClient = CoreClient<
    openidconnect::EndpointSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointNotSet,
    openidconnect::EndpointMaybeSet,
    openidconnect::EndpointMaybeSet,
>;

/// The provider.
pub struct Provider {
    /// What people call it.
    pub name: String,
    issuer: IssuerUrl,
    client_id: ClientId,
    secret: Option<ClientSecret>,
    /// `None` on a machine without a single certificate authority.
    http: Option<Client>,
    known: Mutex<Known>,
}

/// What the provider said of itself, and when it was last asked.
#[derive(Default)]
struct Known {
    metadata: Option<(CoreProviderMetadata, Timestamp)>,
    asked: Option<Timestamp>,
}

/// Somebody on the way to the provider: where to, and what has to fit when they come back.
pub struct Departure {
    /// The provider's page.
    pub url: String,
    /// What the token has to hold.
    pub nonce: String,
    /// What the code is worth something with.
    pub verifier: String,
}

/// Who somebody is, as the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The account, for ever.
    pub subject: String,
    /// What it is called there, for its owner to see and as a handle to begin with.
    pub username: Option<String>,
    /// The name of its owner.
    pub name: Option<String>,
    /// Its e-mail address, if the provider has verified it.
    pub email: Option<String>,
}

impl Provider {
    /// The provider of a configuration. Nothing is asked of it yet.
    ///
    /// # Errors
    /// A sentence: the client's secret cannot be read.
    pub fn of(config: &Config) -> Result<Option<Self>, String> {
        let Some(config) = &config.oidc else {
            return Ok(None);
        };
        let secret = config.secret()?.map(ClientSecret::new);
        let issuer = IssuerUrl::new(config.issuer.clone())
            .map_err(|error| format!("oidc_issuer: {error}"))?;
        let http = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .no_proxy()
            // It is asked so seldom that a kept connection is mostly a dead one.
            .pool_max_idle_per_host(0)
            .https_only(!config::is_loopback(&config.issuer))
            .timeout(PATIENCE)
            .build();
        Ok(Some(Self {
            name: config.name.clone(),
            issuer,
            client_id: ClientId::new(config.client_id.clone()),
            secret,
            http: http.ok(),
            known: Mutex::default(),
        }))
    }

    /// Its issuer identifier.
    #[must_use]
    pub fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    /// The way to the provider, and back to `back`. `again`: somebody who is signed in there has to show who they are.
    ///
    /// # Errors
    /// `provider_away`.
    pub async fn depart(
        &self,
        now: Timestamp,
        back: &str,
        state: String,
        again: bool,
    ) -> Result<Departure, ApiError> {
        let client = self.client(now, back).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || CsrfToken::new(state),
                Nonce::new_random,
            )
            .add_scopes(["profile", "email"].map(|scope| Scope::new(scope.into())))
            .set_pkce_challenge(challenge);
        if again {
            request = request
                .add_prompt(CoreAuthPrompt::Login)
                .set_max_age(Duration::ZERO);
        }
        let (url, _, nonce) = request.url();
        Ok(Departure {
            url: url.to_string(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Who somebody is who came back to `back` with a code.
    ///
    /// # Errors
    /// `provider_away`; `provider_refused` if it does not take the code, or its token does not hold.
    pub async fn arrive(
        &self,
        now: Timestamp,
        back: &str,
        code: String,
        nonce: &str,
        verifier: String,
    ) -> Result<Account, ApiError> {
        let client = self.client(now, back).await?;
        let http = self.http();
        let exchange = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| refused(&error))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier));
        let answer = exchange
            .request_async(&http)
            .await
            .map_err(|error| match error {
                openidconnect::RequestTokenError::Request(Unreached) => away(),
                // Its words may hold anything, so they are not told.
                _ => refused(&"the code was not taken"),
            })?;
        let token = answer
            .id_token()
            .ok_or_else(|| refused(&"there was no token"))?;
        let nonce = Nonce::new(nonce.to_owned());
        let mut client = client;
        let mut claims = token.claims(&verifier_at(&client, now), &nonce);
        if matches!(
            claims,
            Err(ClaimsVerificationError::SignatureVerification(_))
        ) && self.forget(now).await
        {
            // It may be signed with a key that is newer than what is known.
            client = self.client(now, back).await?;
            claims = token.claims(&verifier_at(&client, now), &nonce);
        }
        let claims = claims.map_err(|error| refused(&why(&error)))?;
        if let Some(expected) = claims.access_token_hash() {
            let verifier = verifier_at(&client, now);
            let algorithm = token.signing_alg().map_err(|error| refused(&error))?;
            let key = token
                .signing_key(&verifier)
                .map_err(|error| refused(&error))?;
            let actual = AccessTokenHash::from_token(answer.access_token(), algorithm, key);
            if !actual.is_ok_and(|actual| actual == *expected) {
                return Err(refused(&"the two tokens do not belong together"));
            }
        }
        let mut account = described(claims);
        if account.username.is_none() {
            // Some say such things only where they are asked for them.
            let more = more(&client, &http, answer.access_token().clone(), claims).await;
            account = more.unwrap_or(account);
        }
        Ok(account)
    }

    async fn client(&self, now: Timestamp, back: &str) -> Result<KnownClient, ApiError> {
        let back = RedirectUrl::new(back.to_owned()).map_err(|error| refused(&error))?;
        let metadata = self.metadata(now).await?;
        let client = CoreClient::from_provider_metadata(
            metadata,
            self.client_id.clone(),
            self.secret.clone(),
        );
        Ok(client.set_redirect_uri(back))
    }

    async fn metadata(&self, now: Timestamp) -> Result<CoreProviderMetadata, ApiError> {
        // Who comes while it is asked waits for the same answer.
        let mut known = self.known.lock().await;
        if let Some((metadata, at)) = &known.metadata
            && now.since(*at) < KEPT
        {
            return Ok(metadata.clone());
        }
        let paused = known.asked.is_some_and(|at| now.since(at) < PAUSE);
        if !paused {
            known.asked = Some(now);
            let http = self.http();
            match CoreProviderMetadata::discover_async(self.issuer.clone(), &http).await {
                Ok(metadata) => {
                    known.metadata = Some((metadata.clone(), now));
                    return Ok(metadata);
                }
                Err(error) => tracing::warn!(%error, "the provider of accounts cannot be asked"),
            }
        }
        // Better something old than nothing: a provider seldom moves.
        let old = known
            .metadata
            .as_ref()
            .map(|(metadata, _)| metadata.clone());
        old.ok_or_else(away)
    }

    /// Lets what is known be asked for anew; `false` if that was done just now.
    async fn forget(&self, now: Timestamp) -> bool {
        let mut known = self.known.lock().await;
        if known.asked.is_some_and(|at| now.since(at) < PAUSE) {
            return false;
        }
        if let Some((_, at)) = &mut known.metadata {
            *at = Timestamp(0);
        }
        true
    }

    fn http(&self) -> impl Fn(HttpRequest) -> Asking + use<> {
        let client = self.http.clone();
        move |request| Box::pin(ask(client.clone(), request))
    }
}

type Asking = std::pin::Pin<Box<dyn Future<Output = Result<HttpResponse, Unreached>> + Send>>;

/// The provider did not answer, or not with something that can be read.
#[derive(Debug)]
struct Unreached;

impl std::fmt::Display for Unreached {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("it was not reached")
    }
}

impl std::error::Error for Unreached {}

async fn ask(client: Option<Client>, request: HttpRequest) -> Result<HttpResponse, Unreached> {
    let client = client.ok_or(Unreached)?;
    let request = request.try_into().map_err(|_| Unreached)?;
    let mut answer = client.execute(request).await.map_err(|_| Unreached)?;
    let mut body = Vec::new();
    while let Some(part) = answer.chunk().await.map_err(|_| Unreached)? {
        if body.len() + part.len() > MAX_ANSWER {
            return Err(Unreached);
        }
        body.extend_from_slice(&part);
    }
    let mut response = HttpResponse::new(body);
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    Ok(response)
}

fn verifier_at(
    client: &KnownClient,
    now: Timestamp,
) -> openidconnect::core::CoreIdTokenVerifier<'_> {
    let millis = u64::try_from(now.0).unwrap_or(0);
    let moment: SystemTime = UNIX_EPOCH + Duration::from_millis(millis);
    client
        .id_token_verifier()
        .set_allowed_algs(ALGORITHMS)
        .set_time_fn(move || moment.into())
}

fn described(claims: &CoreIdTokenClaims) -> Account {
    let name = claims.name().and_then(|name| name.get(None));
    let email = claims
        .email()
        .filter(|_| claims.email_verified() == Some(true));
    Account {
        subject: claims.subject().to_string(),
        username: claims.preferred_username().map(|name| name.to_string()),
        name: name.map(|name| name.to_string()),
        email: email.map(|email| email.to_string()),
    }
}

/// What the provider says where it is asked who the bearer of a token is; nothing where it does not answer. It has to be
/// about the same account.
async fn more(
    client: &KnownClient,
    http: &impl for<'c> openidconnect::AsyncHttpClient<'c>,
    token: AccessToken,
    claims: &CoreIdTokenClaims,
) -> Option<Account> {
    let request = client
        .user_info(token, Some(claims.subject().clone()))
        .ok()?;
    let more: UserInfoClaims<EmptyAdditionalClaims, CoreGenderClaim> =
        request.request_async(http).await.ok()?;
    let name = more.name().and_then(|name| name.get(None));
    let email = more.email().filter(|_| more.email_verified() == Some(true));
    Some(Account {
        subject: claims.subject().to_string(),
        username: more.preferred_username().map(|name| name.to_string()),
        name: name.map(|name| name.to_string()),
        email: email.map(|email| email.to_string()),
    })
}

/// What of a token does not hold, without what stands in it.
fn why(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "the token has expired",
        ClaimsVerificationError::InvalidAudience(_) => "the token is for another audience",
        ClaimsVerificationError::InvalidIssuer(_) => "the token is of another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "the token has another nonce",
        ClaimsVerificationError::SignatureVerification(_) => "the token's signature is not good",
        _ => "the token is not good",
    }
}

fn away() -> ApiError {
    ApiError(Code::ProviderAway)
}

fn refused(error: &dyn std::fmt::Display) -> ApiError {
    // Says what did not hold, and nothing of whose it is.
    tracing::info!(%error, "somebody came back from the provider in vain");
    ApiError(Code::ProviderRefused)
}
