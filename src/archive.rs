//! The only SQL and the only writer of `snapshots/`: one SQLite file that keeps visits, snapshots,
//! texts, versions, events and deliveries. It judges nothing and reads no clock.
//!
//! While an archive is open, no one else in the process may open and close its file by other means
//! than SQLite: closing any handle drops the process's POSIX locks on it.

pub mod error;
pub mod events;
pub mod lock;
pub mod outbox;
pub mod pages;
pub mod store;
pub mod sweeps;
pub mod verify;
pub mod versions;

mod access;
mod anew;
mod columns;
mod event_forms;
mod failures;
mod frames;
mod judgements;
mod migrations;
mod opening;
mod parts;
mod status;
mod visits;

#[cfg(test)]
mod tests;
