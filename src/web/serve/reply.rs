//! Answers as HTTP: pages for people, JSON for programs, refusals for both.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use serde_json::{Value, json};

use crate::web::{answer::Refusal, serve::asked::Asker};

/// What is answered.
pub type Answer = Response<Body>;

/// Writes a refusal: a page for people, JSON for programs.
pub fn refused(refusal: &Refusal, asker: Option<&Asker>, is_api: bool) -> Answer {
    let status =
        StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let (words, advice) = refusal.words();
    let mut response = match (is_api, asker) {
        (true, _) => as_json(status, &json!({ "error": words, "advice": advice })),
        (false, None) => (status, format!("{words}\n{advice}\n")).into_response(),
        (false, Some(asker)) => {
            let page = refusal.page(asker.visitor(), asker.now);
            (status, [(header::CONTENT_TYPE, HTML)], page).into_response()
        }
    };
    if let Refusal::TooMany { seconds } = refusal {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    if matches!(refusal, Refusal::SignIn) {
        let scheme = HeaderValue::from_static("Bearer realm=\"pledgewatch\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    response
}

/// The type of our pages.
pub const HTML: &str = "text/html; charset=utf-8";

/// Writes an answer for programs.
pub fn as_json(status: StatusCode, value: &Value) -> Answer {
    let kind = (header::CONTENT_TYPE, "application/json");
    (status, [kind], format!("{value}\n")).into_response()
}

/// Writes an answer for people.
pub fn page(body: Result<String, Refusal>, asker: &Asker, kind: &'static str) -> Answer {
    match body {
        Ok(body) => ([(header::CONTENT_TYPE, kind)], body).into_response(),
        Err(refusal) => refused(&refusal, Some(asker), false),
    }
}
