//! What every request has to pass, and what every response says.
//!
//! Cross-site requests: the cookie is `SameSite=Lax`, so other sites' forms and scripts come without it; on top,
//! whatever changes something, and the socket, must name no other origin than this page's own (OWASP CSRF cheat sheet,
//! "Verifying origin with standard headers"). Programs that are no browser send neither header and pass.

use crate::app::App;
use crate::doors::with_wait;
use crate::problem::ApiError;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use birdcall_protocol::Code;

/// Own origin only, no inline scripts or styles; pictures and media made in the page are blobs (P-6).
///
/// Text never becomes markup or code (Trusted Types), but for two policies, each of which a page can make once: Svelte's,
/// which only its own templates reach, and ours, which knows one address, that of the service worker. A third name here
/// is a third place that has to be read.
const POLICY: &str = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; \
    connect-src 'self'; style-src 'self'; script-src 'self'; worker-src 'self'; \
    manifest-src 'self'; object-src 'none'; \
    frame-ancestors 'none'; base-uri 'none'; form-action 'self'; \
    require-trusted-types-for 'script'; trusted-types svelte-trusted-html birdcall-worker birdcall-reader";

pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/api/");
    let socket = request.headers().contains_key(header::UPGRADE);
    let reads = matches!(*request.method(), Method::GET | Method::HEAD) && !socket;
    let (mut response, wait) = if reads || own_origin(request.headers(), &app.config.origins) {
        with_wait(next.run(request)).await
    } else {
        (ApiError(Code::ForeignOrigin).into_response(), 0)
    };
    let too_many = response.status() == StatusCode::TOO_MANY_REQUESTS;
    let headers = response.headers_mut();
    if too_many {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(wait));
    }
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::CONTENT_SECURITY_POLICY, POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    say(header::REFERRER_POLICY, "no-referrer");
    say(
        header::HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
    );
    say(
        header::HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    // A handler whose answer may be kept says so itself.
    if api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

fn own_origin(headers: &HeaderMap, allowed: &[String]) -> bool {
    let text = |name| headers.get(name).map(HeaderValue::to_str);
    match text(header::ORIGIN) {
        Some(Ok(origin)) => {
            let host = text(header::HOST).and_then(Result::ok);
            let same = origin
                .strip_prefix("https://")
                .or_else(|| origin.strip_prefix("http://"))
                .is_some_and(|authority| Some(authority) == host);
            same || allowed.iter().any(|one| one == origin)
        }
        Some(Err(_)) => false,
        None => match text(header::HeaderName::from_static("sec-fetch-site")) {
            Some(Ok(site)) => matches!(site, "same-origin" | "none"),
            Some(Err(_)) => false,
            None => true,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                (
                    header::HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                )
            })
            .collect()
    }

    #[test]
    fn only_the_own_origin_may_change_something() {
        let host = ("host", "call.example:8080");
        let passes = |pairs: &[_]| own_origin(&headers(pairs), &["https://other.example".into()]);
        assert!(passes(&[host, ("origin", "http://call.example:8080")]));
        assert!(passes(&[host, ("origin", "https://other.example")]));
        assert!(passes(&[host]));
        assert!(passes(&[host, ("sec-fetch-site", "same-origin")]));
        assert!(!passes(&[host, ("origin", "http://call.example")]));
        assert!(!passes(&[host, ("origin", "null")]));
        assert!(!passes(&[host, ("origin", "http://evil.example")]));
        assert!(!passes(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!passes(&[host, ("sec-fetch-site", "same-site")]));
    }
}
