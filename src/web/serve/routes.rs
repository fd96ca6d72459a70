//! What is answered to what: the pages at their places, the API, captures by time, and the few
//! forms. Every answer passes [`guarded`] on its way.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    extract::{Extension, Path, RawQuery, State},
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Redirect},
    routing::{get, post},
};

use crate::{
    model::review::ReviewState,
    monitor::app::App,
    web::{
        answer::Refusal,
        api, guard, memento, openapi,
        pages::{changes, search, sign_in},
        place::Place,
        serve::{
            asked::{Asker, COOKIE, bearer, fields, path_of_ours},
            reply::{Answer, HTML, as_json, page, refused},
            reviewing::{forget_by_form, forget_by_program, review_by_form, review_by_program},
            sent::{bounded, form},
            state::Site,
        },
        site,
    },
};

/// Returns the routes of a site.
pub fn routes(site: Site) -> Router {
    Router::new()
        .route(
            "/api/openapi.json",
            get(|| async { as_json(StatusCode::OK, &openapi::description()) }),
        )
        .route("/api/changes/{change}/review", post(review_by_program))
        .route("/api/rules/{rule}/forget", post(forget_by_program))
        .route("/api/{*path}", get(api))
        .route("/captures/{*name}", get(capture))
        .route("/timegate/{*original}", get(time_gate))
        .route("/timemap/{*original}", get(time_map))
        .route("/timemap-from/{visit}/{*original}", get(time_map_from))
        .route("/changes/{change}/review", post(review_by_form).get(back_to_change))
        .route("/rules/{rule}/forget", post(forget_by_form))
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
        Place::JsonFeed(_) => "application/feed+json; charset=utf-8",
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
    by_time(&site, &asker, move |app| memento::time_map(app, &asked, None)).await
}

async fn time_map_from(
    State(site): State<Site>,
    Extension(asker): Extension<Asker>,
    Path((visit, _)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    let asked = original(&uri, &format!("/timemap-from/{visit}/"), &asker);
    by_time(&site, &asker, move |app| memento::time_map(app, &asked, Some(&visit))).await
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
