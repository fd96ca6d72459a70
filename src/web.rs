//! The record in the browser: the same pages served, or written as files.
//!
//! `place` names what there is and where it stands, `frame` what stands around each page, `pages`
//! makes them from what the monitor finds, one file a page; `feeds` are for feed readers, `api` for
//! programs, `memento` for those who ask for a page as it was. `serve` answers over HTTP: `guard`
//! stands before it all, `access` tells who may review, `readers` hand out the archive. `publish`
//! writes the pages to a folder. Page content is hostile: askama escapes every word, and no page
//! runs a script but ours.

pub mod access;
pub mod answer;
pub mod api;
pub mod feeds;
pub mod frame;
pub mod guard;
pub mod memento;
pub mod openapi;
pub mod pages;
pub mod place;
pub mod publish;
pub mod readers;
pub mod review;
pub mod serve;
pub mod site;
pub mod users;
