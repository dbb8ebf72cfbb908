//! HTTP: the route table, and what is around every route.
//!
//! Handlers describe themselves for the OpenAPI document; the frames of the socket stand in the same document, so that
//! one generator serves the client for both.

mod account;
mod accounts;
mod address_book;
mod asks;
mod assets;
mod avatars;
mod calls;
mod conversations;
mod deletion;
mod devices;
mod entries;
mod exceptions;
mod export;
mod health;
mod input;
mod oidc;
mod openapi;
mod passkeys;
mod passwords;
mod people;
mod pictures;
mod proof;
mod push;
mod quiet;
mod reports;
mod requests;
mod search;
mod security;
mod server;
mod voices;
mod ways_in;

use crate::app::App;
use crate::raced;
use crate::socket;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use birdcall_protocol::limits::{MAX_BODY, MAX_PICTURE, MAX_PICTURE_FORM, MAX_VOICE};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouterExt};
use utoipa_axum::routes;

pub use health::metrics_router;
pub use openapi::document;

/// The routes under `/api/v1`, with their descriptions.
fn api() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(accounts::sign_up))
        .routes(routes!(accounts::sign_in))
        .routes(routes!(accounts::sign_out))
        .routes(routes!(server::facts))
        .routes(routes!(ways_in::list))
        .routes(routes!(passkeys::begin_making))
        .routes(routes!(passkeys::finish_making))
        .routes(routes!(passkeys::change, passkeys::remove))
        .routes(routes!(passkeys::begin_sign_in))
        .routes(routes!(passkeys::sign_in))
        .routes(routes!(passkeys::begin_proof))
        .routes(routes!(passkeys::prove))
        .routes(routes!(oidc::depart))
        .routes(routes!(oidc::arrive))
        .routes(routes!(oidc::newcomer))
        .routes(routes!(oidc::sign_up))
        .routes(routes!(oidc::unlink))
        .routes(routes!(accounts::me, accounts::change_me))
        .routes(routes!(accounts::set_calling))
        .routes(routes!(avatars::set, avatars::clear).layer(DefaultBodyLimit::max(MAX_PICTURE)))
        .routes(routes!(avatars::picture))
        .routes(routes!(account::account))
        .routes(routes!(
            account::want_email,
            account::change_email,
            account::remove_email
        ))
        .routes(routes!(account::confirm_email))
        .routes(routes!(export::download))
        .routes(routes!(passwords::change))
        .routes(routes!(passwords::want))
        .routes(routes!(passwords::finish))
        .routes(routes!(deletion::want, deletion::when, deletion::keep))
        .routes(routes!(devices::list, devices::remove_others))
        .routes(routes!(exceptions::preview))
        .routes(routes!(exceptions::list))
        .routes(routes!(exceptions::set, exceptions::remove))
        .routes(routes!(asks::list))
        .routes(routes!(asks::ask))
        .routes(routes!(asks::dismiss))
        .routes(routes!(quiet::set))
        .routes(routes!(quiet::people))
        .routes(routes!(quiet::let_through, quiet::keep_out))
        .routes(routes!(devices::change, devices::remove))
        .routes(routes!(push::subscribe, push::unsubscribe))
        .routes(routes!(push::test_ring))
        .routes(routes!(push::report_ring))
        .routes(routes!(people::search))
        .routes(routes!(people::profile))
        .routes(routes!(people::follow, people::unfollow))
        .routes(routes!(people::block, people::unblock))
        .routes(routes!(people::followers))
        .routes(routes!(people::followed_by))
        .routes(routes!(people::following))
        .routes(routes!(people::blocked))
        .routes(routes!(reports::report, reports::list))
        .routes(routes!(reports::warning_read))
        .routes(routes!(
            address_book::list,
            address_book::create,
            address_book::clear
        ))
        .routes(routes!(
            address_book::name_entry,
            address_book::remove_entry
        ))
        .routes(routes!(address_book::import, address_book::undo_import))
        .routes(routes!(address_book::add, address_book::remove))
        .routes(routes!(conversations::list))
        .routes(routes!(conversations::head))
        .routes(routes!(conversations::entries))
        .routes(routes!(conversations::delete_entry, entries::edit))
        .routes(routes!(entries::delete_for_both))
        .routes(routes!(entries::react, entries::take_reaction_back))
        .routes(routes!(pictures::send).layer(DefaultBodyLimit::max(MAX_PICTURE_FORM)))
        .routes(routes!(pictures::picture))
        .routes(routes!(requests::list))
        .routes(routes!(requests::accept, requests::delete))
        .routes(routes!(requests::set_receipts))
        .routes(routes!(search::messages))
        .routes(routes!(voices::send).layer(DefaultBodyLimit::max(MAX_VOICE)))
        .routes(routes!(voices::sound))
        .routes(routes!(calls::invite, calls::history, calls::delete_all))
        .routes(routes!(calls::unrung, calls::delete_all_unrung))
        .routes(routes!(calls::delete_unrung))
        .routes(routes!(calls::standing, calls::delete))
        .routes(routes!(calls::ringing))
        .routes(routes!(calls::decline))
        .routes(routes!(openapi::serve))
        .routes(routes!(socket::open));
    OpenApiRouter::with_openapi(openapi::Document::openapi()).nest("/api/v1", v1)
}

/// The whole service.
pub fn router(app: App) -> Router {
    let (routes, _) = api().split_for_parts();
    routes
        .merge(health::router())
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(from_fn_with_state(app.config.tries, raced::repeat))
        .layer(from_fn_with_state(app.clone(), security::guard))
        .layer(CompressionLayer::new())
        .layer(CatchPanicLayer::new())
        .with_state(app)
}
