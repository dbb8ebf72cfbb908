//! Bodies, paths and queries, with our own errors instead of the framework's.

use crate::app::App;
use crate::problem::ApiError;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Json, Path, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use birdcall_protocol::Code;
use serde::de::DeserializeOwned;

/// A JSON body.
pub(super) struct Body<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, app: &App) -> Result<Self, ApiError> {
        match Json::<T>::from_request(request, app).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(error))
                if error.status() == StatusCode::PAYLOAD_TOO_LARGE =>
            {
                Err(Code::TooLarge.into())
            }
            Err(_) => Err(Code::BadInput.into()),
        }
    }
}

/// A part of the path. One that does not parse cannot exist.
pub(super) struct Part<T>(pub T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Part<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Path::<T>::from_request_parts(parts, app)
            .await
            .map(|Path(part)| Self(part))
            .map_err(|_: PathRejection| ApiError(Code::NotFound))
    }
}

/// The query.
pub(super) struct Asked<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<App> for Asked<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        Query::<T>::from_request_parts(parts, app)
            .await
            .map(|Query(query)| Self(query))
            .map_err(|_: QueryRejection| ApiError(Code::BadInput))
    }
}
