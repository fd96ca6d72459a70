//! What a form or a program sent, read within bounds.

use std::collections::BTreeMap;

use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, header},
};
use serde_json::Value;

use crate::web::{
    access::is_same,
    answer::Refusal,
    guard,
    serve::asked::{Asker, fields},
};

/// Reads a form that came with the token of the session; whoever else made it does not know that.
pub async fn form(body: Body, asker: &Asker) -> Result<BTreeMap<String, String>, Refusal> {
    let bytes = bounded(body).await?;
    let fields: BTreeMap<String, String> = fields(&bytes)?.into_iter().collect();
    let session = asker.session.as_ref().ok_or(Refusal::SignIn)?;
    let token = fields.get("form_token").map(String::as_str).unwrap_or_default();
    match is_same(token, &session.form_token) {
        true => Ok(fields),
        false => Err(Refusal::Forbidden("This form is not of your session.".to_owned())),
    }
}

/// Reads a body, up to the most that a form can hold.
pub async fn bounded(body: Body) -> Result<Bytes, Refusal> {
    let read = to_bytes(body, guard::BODY_BYTES_MAX).await;
    read.map_err(|_| Refusal::Wrong("More was sent than a form can hold.".to_owned()))
}

/// Reads what a program sent: one JSON object of strings and numbers.
pub async fn sent(headers: &HeaderMap, body: Body) -> Result<BTreeMap<String, String>, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|it| it.to_str().ok()).unwrap_or("");
    if kind.split(';').next().map(str::trim) != Some("application/json") {
        return Err(Refusal::Wrong("JSON is expected.".to_owned()));
    }
    let wrong = |what: &str| Refusal::Wrong(format!("What was sent {what}."));
    let bytes = bounded(body).await?;
    let value: Value =
        serde_json::from_slice(&bytes).map_err(|_| wrong("is no JSON that can be read"))?;
    let object = value.as_object().ok_or_else(|| wrong("is no object"))?;
    let mut fields = BTreeMap::new();
    for (name, value) in object {
        let value = match (name.as_str(), value) {
            ("decision" | "reason" | "note", Value::String(text)) => text.clone(),
            ("always", Value::Bool(false)) => continue,
            ("always", Value::Bool(true)) => "yes".to_owned(),
            ("seen", Value::Number(number)) => {
                whole(number).ok_or_else(|| wrong("has a count that is none"))?
            }
            (_, _) => return Err(wrong("has a field that is not known, or of another type")),
        };
        fields.insert(name.clone(), value);
    }
    if fields.get("reason").is_some_and(|reason| reason.trim().is_empty()) {
        return Err(wrong("has an empty reason"));
    }
    Ok(fields)
}

/// Returns a count as text; `3.0` is one in JSON as `3` is.
fn whole(number: &serde_json::Number) -> Option<String> {
    const MAX: f64 = 1e9;
    match (number.as_u64(), number.as_f64()) {
        (Some(count), _) => Some(count.to_string()),
        (None, Some(count)) if count.fract() == 0.0 && (0.0..=MAX).contains(&count) => {
            Some(format!("{count:.0}"))
        }
        (None, _) => None,
    }
}
