//! What is answered to what: the pages at their places, the API, captures by time, and the few
//! forms. Every answer passes [`guarded`] on its way.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::{Extension, Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect},
    routing::{get, post},
};
use serde_json::{Value, json};

use crate::{
    model::{event::EventId, review::ReviewState},
    monitor::app::App,
    web::{
        access::is_same,
        answer::Refusal,
        api, guard, memento, openapi,
        pages::{changes, search, sign_in},
        place::Place,
        review,
        serve::{
            asked::{Asker, COOKIE, bearer, fields, path_of_ours},
            state::Site,
        },
        site,
    },
};

type Answer = Response<Body>;

/// Returns the routes of a site.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route(
            "/api/openapi.json",
            get(|| async { as_json(StatusCode::OK, &openapi::description()) }),
        )
        .route("/api/changes/{change}/review", post(review_by_program))
        .route("/api/{*path}", get(api))
        .route("/captures/{*name}", get(capture))
        .route("/timegate/{*original}", get(time_gate))
        .route("/timemap/{*original}", get(time_map))
        .route("/changes/{change}/review", post(review_by_form).get(back_to_change))
        .route("/sign-in/", get(sign_in_form).post(sign_in))
        .route("/sign-out", post(sign_out))
        .fallback(place)
        .layer(middleware::from_fn_with_state(site.clone(), guarded))
        .with_state(site)
}

/// Refuses what is not for us or not from us, bounds how long an answer takes, and seals it.
async fn guarded(State(site): State<Site>, mut request: Request<Body>, next: Next) -> Answer {
    let is_api = request.uri().path().starts_with("/api/");
    let (mut response, asker) = match let_in(&site, &mut request).await {
        Err((refusal, asker)) => (refused(&refusal, asker.as_ref(), is_api), asker),
        Ok(asker) => {
            let answer = tokio::time::timeout(guard::ANSWER_MAX, next.run(request)).await;
            let response = answer.unwrap_or_else(|_| refused(&Refusal::Busy, Some(&asker), is_api));
            (response, Some(asker))
        }
    };
    guard::seal(&mut response);
    if asker.is_some_and(|asker| asker.session.is_some()) {
        let none = HeaderValue::from_static("no-store");
        response.headers_mut().insert(header::CACHE_CONTROL, none);
    }
    response
}

async fn let_in(
    site: &Site,
    request: &mut Request<Body>,
) -> Result<Asker, (Refusal, Option<Asker>)> {
    if guard::is_too_long(request.uri()) {
        return Err((Refusal::Wrong("The address is too long.".to_owned()), None));
    }
    let host = guard::host(request);
    let host = host.filter(|host| site.names.has(Some(host)));
    let Some(host) = host else {
        let what = "This server is not known by that name; `--url` tells it another.".to_owned();
        return Err((Refusal::Forbidden(what), None));
    };
    let mut asker = Asker::of(site, request, &host).map_err(|refusal| (refusal, None))?;
    if let Some(token) = bearer(request.headers()) {
        // Who says who they are is that, or nobody.
        asker.session = None;
        asker.secret = None;
        let found = hashed(site, {
            let (access, from, now) = (site.access.clone(), asker.from, asker.now);
            move || access.bearer(from, &token, now)
        });
        match found.await {
            Ok(Some(session)) => asker.session = Some(session),
            Ok(None) => return Err((Refusal::SignIn, Some(asker))),
            Err(refusal) => return Err((refusal, Some(asker))),
        }
    } else if !guard::is_safe(request.method()) && !guard::is_from_us(request.headers(), &host) {
        let what = "This form was sent by another page.".to_owned();
        return Err((Refusal::Forbidden(what), Some(asker)));
    }
    let path = request.uri().path();
    let is_open = path == "/sign-in/" || path.starts_with("/assets/");
    if site.options.is_private && asker.session.is_none() && !is_open {
        return Err((Refusal::SignIn, Some(asker)));
    }
    request.extensions_mut().insert(asker.clone());
    Ok(asker)
}

/// Hashes passwords one after the other, away from where answers are made.
async fn hashed<T: Send + 'static>(
    site: &Site,
    act: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let turn = tokio::time::timeout(guard::ANSWER_MAX / 3, site.hashing.acquire()).await;
    let Ok(Ok(_turn)) = turn else { return Err(Refusal::Busy) };
    let done = tokio::task::spawn_blocking(act).await;
    done.unwrap_or_else(|_| Err(Refusal::Failed("the password could not be checked".to_owned())))
}

/// Writes a refusal: a page for people, JSON for programs.
fn refused(refusal: &Refusal, asker: Option<&Asker>, is_api: bool) -> Answer {
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

const HTML: &str = "text/html; charset=utf-8";

fn as_json(status: StatusCode, value: &Value) -> Answer {
    let kind = (header::CONTENT_TYPE, "application/json");
    (status, [kind], format!("{value}\n")).into_response()
}

fn page(body: Result<String, Refusal>, asker: &Asker, kind: &'static str) -> Answer {
    match body {
        Ok(body) => ([(header::CONTENT_TYPE, kind)], body).into_response(),
        Err(refusal) => refused(&refusal, Some(asker), false),
    }
}

/// Answers with the page at a place.
async fn place(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    method: Method,
    uri: Uri,
) -> Answer {
    if !guard::is_safe(&method) {
        let allowed = [(header::ALLOW, "GET, HEAD")];
        return (StatusCode::METHOD_NOT_ALLOWED, allowed).into_response();
    }
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let Some(place) = Place::at(path) else {
        let slashed = format!("{path}/");
        if Place::at(&slashed).is_some() {
            return Redirect::permanent(&format!("/{slashed}")).into_response();
        }
        let refusal = Refusal::Missing("There is no such page.".to_owned());
        return refused(&refusal, Some(&asker), false);
    };
    let kind = match &place {
        Place::Feed(_) => "application/atom+xml; charset=utf-8",
        Place::Asset("style.css") => "text/css; charset=utf-8",
        Place::Asset(_) => "text/javascript; charset=utf-8",
        _ => HTML,
    };
    let frame = asker.frame(place);
    let query = uri.query().unwrap_or_default().to_owned();
    let body = site.readers.read(move |app| match &frame.place {
        Place::Changes => changes::page(app, &frame, &changes_asked(&query)?),
        Place::Search => search::page(app, &frame, &search_asked(&query)?),
        _ => site::page(app, &frame),
    });
    page(body.await, &asker, kind)
}

fn changes_asked(query: &str) -> Result<changes::Asked, Refusal> {
    let mut asked = changes::Asked::default();
    for (name, value) in fields(query.as_bytes())? {
        let wrong = || Refusal::Wrong(format!("There are no changes with that `{name}`."));
        match name.as_str() {
            "state" => asked.state = Some(ReviewState::from_code(&value).ok_or_else(wrong)?),
            "page" => asked.page = Some(value.parse().map_err(|_| wrong())?),
            _ => (),
        }
    }
    Ok(asked)
}

fn search_asked(query: &str) -> Result<search::Asked, Refusal> {
    let found = fields(query.as_bytes())?.into_iter().find(|(name, _)| name == "q");
    Ok(search::Asked { phrase: found.map(|(_, value)| value).unwrap_or_default() })
}

async fn api(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(path): Path<String>,
    RawQuery(query): RawQuery,
) -> Answer {
    let asked = fields(query.unwrap_or_default().as_bytes())
        .and_then(|fields| api::Asked::read(&path, &fields));
    let now = asker.now;
    let answer = match asked {
        Ok(asked) => site.readers.read(move |app| api::answer(app, &asked, now)).await,
        Err(refusal) => Err(refusal),
    };
    match answer {
        Ok(value) => as_json(StatusCode::OK, &value),
        Err(refusal) => refused(&refusal, Some(&asker), true),
    }
}

/// Answers with what a reader makes of the record.
async fn by_time(
    site: &Site,
    asker: &Asker,
    act: impl FnOnce(&App) -> Result<Answer, Refusal> + Send + 'static,
) -> Answer {
    let answer = site.readers.read(act).await;
    answer.unwrap_or_else(|refusal| refused(&refusal, Some(asker), false))
}

async fn capture(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path(name): Path<String>,
) -> Answer {
    let root = asker.root.clone();
    by_time(&site, &asker, move |app| memento::capture(app, &name, &root)).await
}

async fn time_gate(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    uri: Uri,
    headers: HeaderMap,
) -> Answer {
    let asked = original(&uri, "/timegate/", &asker);
    let field = headers.get("accept-datetime").map(|it| it.to_str().unwrap_or("?").to_owned());
    by_time(&site, &asker, move |app| memento::time_gate(app, &asked, field.as_deref())).await
}

async fn time_map(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    uri: Uri,
) -> Answer {
    let asked = original(&uri, "/timemap/", &asker);
    by_time(&site, &asker, move |app| memento::time_map(app, &asked)).await
}

/// Returns the address behind a prefix of ours: all that follows, with its query.
fn original(uri: &Uri, prefix: &str, asker: &Asker) -> memento::Asked {
    let whole = uri.path_and_query().map_or("", |it| it.as_str());
    let original = whole.strip_prefix(prefix).unwrap_or_default().to_owned();
    memento::Asked { original, root: asker.root.clone() }
}

async fn back_to_change(Path(change): Path<String>) -> Answer {
    Redirect::to(&path_of_ours(&format!("/changes/{change}/"))).into_response()
}

/// Reads a form that came with the token of the session; whoever else made it does not know that.
async fn form(body: Body, asker: &Asker) -> Result<BTreeMap<String, String>, Refusal> {
    let bytes = bounded(body).await?;
    let fields: BTreeMap<String, String> = fields(&bytes)?.into_iter().collect();
    let session = asker.session.as_ref().ok_or(Refusal::SignIn)?;
    let token = fields.get("form_token").map(String::as_str).unwrap_or_default();
    match is_same(token, &session.form_token) {
        true => Ok(fields),
        false => Err(Refusal::Forbidden("This form is not of your session.".to_owned())),
    }
}

async fn bounded(body: Body) -> Result<Bytes, Refusal> {
    let read = to_bytes(body, guard::BODY_BYTES_MAX).await;
    read.map_err(|_| Refusal::Wrong("More was sent than a form can hold.".to_owned()))
}

async fn review_by_form(
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

async fn review_by_program(
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

/// Reads what a program sent: one JSON object of strings and numbers.
async fn sent(headers: &HeaderMap, body: Body) -> Result<BTreeMap<String, String>, Refusal> {
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

/// Records a decision of somebody who may review.
async fn decide(
    site: &Site,
    asker: &Asker,
    change: &str,
    fields: BTreeMap<String, String>,
) -> Result<(EventId, Value), Refusal> {
    let session = asker.session.clone().ok_or(Refusal::SignIn)?;
    if !site.options.may_review {
        let what = "This server is read only; `serve --review` opens it for review.".to_owned();
        return Err(Refusal::Forbidden(what));
    }
    if !session.may_review {
        return Err(Refusal::Forbidden("You may read, and not review.".to_owned()));
    }
    let id: EventId =
        change.parse().map_err(|_| Refusal::Missing("There is no such change.".to_owned()))?;
    let new = review::read(&fields, &session, asker.now)?;
    let (paths, change) = (site.paths.clone(), id.clone());
    let recorded = tokio::task::spawn_blocking(move || review::record(&paths, &change, &new));
    let recorded =
        recorded.await.unwrap_or_else(|_| Err(Refusal::Failed("it was not recorded".to_owned())));
    Ok((id, api::change(&recorded?)))
}

async fn sign_in_form(
    State(_): State<Site>,
    Extension(asker): Extension<Asker>,
    RawQuery(query): RawQuery,
) -> Answer {
    let then = fields(query.unwrap_or_default().as_bytes()).map(|fields| {
        let then = fields.into_iter().find(|(name, _)| name == "then").map(|(_, value)| value);
        // The form's address leads back to its change.
        then.map_or_else(|| "/".to_owned(), |then| absolute(&then))
    });
    let body = then.and_then(|then| sign_in::page(&asker.frame(Place::SignIn), &then, None));
    page(body, &asker, HTML)
}

/// Returns the path that a relative link of a page leads to from the root.
fn absolute(link: &str) -> String {
    let path = link.trim_start_matches("../").trim_start_matches("./");
    path_of_ours(&format!("/{}", path.trim_start_matches('/')))
}

async fn sign_in(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    body: Body,
) -> Answer {
    let read = match bounded(body).await {
        Ok(bytes) => fields(&bytes),
        Err(refusal) => Err(refusal),
    };
    let form: BTreeMap<String, String> = match read {
        Ok(fields) => fields.into_iter().collect(),
        Err(refusal) => return refused(&refusal, Some(&asker), false),
    };
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    let (name, password) = (field("name"), field("password"));
    let then = path_of_ours(&field("then"));
    let opened = hashed(&site, {
        let (access, from, now) = (site.access.clone(), asker.from, asker.now);
        move || access.sign_in(from, (&name, &password), now)
    });
    let secret = match opened.await {
        Ok(Some(opened)) => opened.secret,
        Ok(None) => {
            let mistake = "The name or the password is not right.";
            let body = sign_in::page(&asker.frame(Place::SignIn), &then, Some(mistake));
            return (StatusCode::UNAUTHORIZED, page(body, &asker, HTML)).into_response();
        }
        Err(refusal) => return refused(&refusal, Some(&asker), false),
    };
    if let Some(before) = &asker.secret {
        site.access.sign_out(before);
    }
    with_cookie(&site, &then, &secret, "")
}

async fn sign_out(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    body: Body,
) -> Answer {
    if let Err(refusal) = form(body, &asker).await {
        return refused(&refusal, Some(&asker), false);
    }
    if let Some(secret) = &asker.secret {
        site.access.sign_out(secret);
    }
    with_cookie(&site, "/", "", "; Max-Age=0")
}

fn with_cookie(site: &Site, then: &str, secret: &str, more: &str) -> Answer {
    let is_https = site.options.url.as_ref().is_some_and(|url| url.scheme() == "https");
    let secure = if is_https { "; Secure" } else { "" };
    let cookie = format!("{COOKIE}={secret}; Path=/; HttpOnly; SameSite=Strict{secure}{more}");
    ([(header::SET_COOKIE, cookie)], Redirect::to(then)).into_response()
}
