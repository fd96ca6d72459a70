//! `fetch` against the scripted server. Tests of a row of the fault catalogue carry its number.

mod answers;
mod politeness;
mod redirects;
mod transport;

use std::time::Duration;

use pledgewatch::{
    fetch::fetcher::Fetcher,
    model::{
        address::AddressRule,
        time::Timestamp,
        visit::{FetchFailure, Known, Outcome, Part, Visit},
        watch::{Bounds, RobotsRule, Settings, Watch},
    },
};
use url::Url;

use crate::server::{Request, Server, reply::Reply};

/// Settings for a site on this machine: no rest between requests, no other try.
fn settings() -> Settings {
    let bounds = Bounds { retries_max: 0, ..Bounds::default() };
    Settings { host_gap: Duration::ZERO, bounds, ..Settings::default() }
}

/// Settings that lose patience within a second.
fn impatient() -> Settings {
    let bounds = Bounds {
        head_timeout: Duration::from_millis(300),
        visit_timeout: Duration::from_millis(700),
        ..settings().bounds
    };
    Settings { bounds, ..settings() }
}

/// A watch of an address on this machine, without robots.txt.
fn watch(url: Url) -> Watch {
    let mut watch = Watch::new("page".parse().unwrap(), vec![url]);
    watch.addresses = AddressRule::AnyAddress;
    watch.robots = RobotsRule::Ignored;
    watch
}

async fn visit(fetcher: &Fetcher, watch: &Watch, known: &[Known]) -> Visit {
    let visit = fetcher.visit(watch, known, Timestamp::from_millis(0)).await;
    assert!(visit.started_at <= visit.ended_at);
    assert_eq!(visit.page, watch.page);
    visit
}

/// Visits one address and returns its part.
async fn fetch(settings: &Settings, watch: &Watch) -> Part {
    let fetcher = Fetcher::new(settings).unwrap();
    let mut parts = visit(&fetcher, watch, &[]).await.parts;
    assert_eq!(parts.len(), 1);
    parts.remove(0)
}

/// Visits a server that answers everything by `script`, and returns the part.
async fn fetch_from(
    settings: Settings,
    script: impl Fn(&Request) -> Reply + Send + Sync + 'static,
) -> Part {
    let server = Server::start(script);
    fetch(&settings, &watch(server.url("/page"))).await
}

/// Returns the body of a part that was captured.
#[track_caller]
fn body(part: &Part) -> &[u8] {
    match &part.outcome {
        Outcome::Captured(snapshot) => snapshot.bytes(),
        Outcome::NotModified { .. } => panic!("not modified"),
        Outcome::Failed(failure) => panic!("{failure}"),
    }
}

/// Returns the failure of a part that failed.
#[track_caller]
fn failure(part: &Part) -> &FetchFailure {
    match &part.outcome {
        Outcome::Failed(failure) => failure,
        other => panic!("{other:?}"),
    }
}

/// Returns the code of a part's failure.
#[track_caller]
fn code(part: &Part) -> &'static str {
    failure(part).code()
}
