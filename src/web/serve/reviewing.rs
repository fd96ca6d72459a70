//! What reviewers send: decisions, and rules that they take back; by forms and by programs.

use std::collections::BTreeMap;

use axum::{
    body::Body,
    extract::{Extension, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect},
};
use serde_json::{Value, json};

use crate::{
    alert::render::reviews,
    model::{event::EventId, review::RuleId, rule::Rule},
    web::{
        answer::Refusal,
        api,
        frame::Session,
        review,
        serve::{
            asked::{Asker, bearer},
            reply::{Answer, as_json, refused},
            sent::{form, sent},
            state::Site,
        },
    },
};

/// Takes a decision from a form, and leads back to the change.
pub async fn review_by_form(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(change): Path<String>,
    body: Body,
) -> Answer {
    let done = match form(body, &asker).await {
        Ok(fields) => decide(&site, &asker, &change, fields).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok((id, _)) => Redirect::to(&format!("/changes/{id}/#review")).into_response(),
        Err(refusal) => refused(&refusal, Some(&asker), false),
    }
}

/// Takes a decision from a program.
pub async fn review_by_program(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(change): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Answer {
    // A browser sends its cookie along whoever asks it to: programs say who they are.
    let is_program = bearer(&headers).is_some();
    let done = match (is_program, sent(&headers, body).await) {
        (false, _) => Err(Refusal::SignIn),
        (true, Ok(fields)) => decide(&site, &asker, &change, fields).await,
        (true, Err(Refusal::Wrong(what))) if what.starts_with("JSON") => {
            let refusal = json!({ "error": what, "advice": "Nothing was changed." });
            return as_json(StatusCode::UNSUPPORTED_MEDIA_TYPE, &refusal);
        }
        (true, Err(refusal)) => Err(refusal),
    };
    match done {
        Ok((_, value)) => as_json(StatusCode::OK, &value),
        Err(refusal) => refused(&refusal, Some(&asker), true),
    }
}

/// Takes a rule back, and leads to the rules of its page.
pub async fn forget_by_form(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(rule): Path<String>,
    body: Body,
) -> Answer {
    let done = match form(body, &asker).await {
        Ok(_) => forget(&site, &asker, &rule).await,
        Err(refusal) => Err(refusal),
    };
    match done {
        Ok(rule) => Redirect::to(&format!("/pages/{}/#rules", rule.page)).into_response(),
        Err(refusal) => refused(&refusal, Some(&asker), false),
    }
}

/// Takes a rule back for a program.
pub async fn forget_by_program(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(rule): Path<String>,
    headers: HeaderMap,
) -> Answer {
    let done = match bearer(&headers) {
        Some(_) => forget(&site, &asker, &rule).await,
        None => Err(Refusal::SignIn),
    };
    match done {
        Ok(rule) => as_json(StatusCode::OK, &reviews::rule(&rule)),
        Err(refusal) => refused(&refusal, Some(&asker), true),
    }
}

/// Returns who reviews: somebody who is signed in and may, where the server is open for it.
fn reviewer(site: &Site, asker: &Asker) -> Result<Session, Refusal> {
    let session = asker.session.clone().ok_or(Refusal::SignIn)?;
    if !site.options.may_review {
        let what = "This server is read only; `serve --review` opens it for review.".to_owned();
        return Err(Refusal::Forbidden(what));
    }
    match session.may_review {
        true => Ok(session),
        false => Err(Refusal::Forbidden("You may read, and not review.".to_owned())),
    }
}

/// Waits for a write on a thread that may block.
async fn written<T: Send + 'static>(
    write: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let done = tokio::task::spawn_blocking(write).await;
    done.unwrap_or_else(|_| Err(Refusal::Failed("it was not recorded".to_owned())))
}

/// Records a decision of somebody who may review.
async fn decide(
    site: &Site,
    asker: &Asker,
    change: &str,
    fields: BTreeMap<String, String>,
) -> Result<(EventId, Value), Refusal> {
    let session = reviewer(site, asker)?;
    let id: EventId =
        change.parse().map_err(|_| Refusal::Missing("There is no such change.".to_owned()))?;
    let new = review::read(&fields, &session, asker.now)?;
    let (paths, change) = (site.paths.clone(), id.clone());
    let (reviewed, rule) = written(move || review::record(&paths, &change, &new)).await?;
    let mut value = api::change(&reviewed);
    if let Some(rule) = rule {
        value["review"]["wrote_rule"] = rule.0.into();
    }
    Ok((id, value))
}

/// Takes a rule back for somebody who may review.
async fn forget(site: &Site, asker: &Asker, rule: &str) -> Result<Rule, Refusal> {
    let session = reviewer(site, asker)?;
    let nothing = || Refusal::Missing("There is no such rule.".to_owned());
    let rule = RuleId(rule.parse().map_err(|_| nothing())?);
    let (paths, now) = (site.paths.clone(), asker.now);
    written(move || review::forget(&paths, rule, &session, now)).await
}
