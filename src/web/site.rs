//! From a place to its page: what serving and publishing share.

use crate::{
    monitor::app::App,
    web::{
        answer::Refusal,
        feeds::{self, Form},
        frame::Frame,
        pages::{
            captures, change, changes, diff::View, health, help, overview, pledge, search,
            timeline, version,
        },
        place::Place,
    },
};

/// The style sheet, and what its name ends in.
pub const STYLE: &str = include_str!("assets/style.css");

/// The script.
pub const KEYS: &str = include_str!("assets/keys.js");

/// Returns the page at the place of `frame`.
pub fn page(app: &App, frame: &Frame) -> Result<String, Refusal> {
    match &frame.place {
        Place::Overview => overview::page(app, frame),
        Place::Page(page) => timeline::page(app, frame, page),
        Place::Version(page, number) => version::page(app, frame, page, *number),
        Place::Captures(page) => captures::page(app, frame, page),
        Place::Changes => changes::page(app, frame, &changes::Asked::default()),
        Place::Change(id) => change::page(app, frame, id, View::Woven),
        Place::Sides(id) => change::page(app, frame, id, View::Sides),
        Place::Pledges => pledge::list(app, frame),
        Place::Pledge(page, pledge) => pledge::page(app, frame, page, pledge),
        Place::Search => search::page(app, frame, &search::Asked::default()),
        Place::Health => health::page(app, frame),
        Place::Help => help::page(frame),
        Place::Feed(feed) => feeds::feed(app, frame, feed, Form::Atom),
        Place::JsonFeed(feed) => feeds::feed(app, frame, feed, Form::Json),
        Place::Asset("style.css") => Ok(STYLE.to_owned()),
        Place::Asset("keys.js") => Ok(KEYS.to_owned()),
        Place::SignIn | Place::Asset(_) => Err(Refusal::Missing("There is no such page.".into())),
    }
}
