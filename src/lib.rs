//! pledgewatch watches the web pages that carry corporate promises.
//!
//! A page walks through the rooms in this order: the `watchlist` names it, `fetch` visits it,
//! the `archive` keeps the bytes, `extract` reads their text, `compare` finds the edits,
//! `alert` words and delivers them. `monitor` is where the rooms meet, `web` shows it in
//! the browser, `cli` is the door.
//! The words are those of `model`; no room but `monitor` knows its neighbours.

pub mod model;

pub mod watchlist;

pub mod fetch;

pub mod extract;

pub mod compare;

pub mod formats;

pub mod archive;

pub mod alert;

pub mod monitor;

pub mod web;

pub mod cli;
