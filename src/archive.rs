//! The only SQL and the only writer of `snapshots/`: one SQLite file that keeps visits, snapshots,
//! texts, versions, events and deliveries. It judges nothing and reads no clock.
//!
//! `store` is the archive itself, where each transaction begins and ends; `opening` finds or makes
//! its file, `migrations` brings it to the newest form, `lock` lets one sweep in, and `access` is
//! what the inside works with. `visits` and their `parts` are recorded first, then `judgements`;
//! both move `status` on, one row a page, and `reread` puts another reading of a visit in the place
//! of the one before, with `texts` put on record by both; `read_as` notes by which fingerprint a
//! page was read so. `pages`, `versions` and `events` read back
//! what is on record, `shown` what a page showed lately, `captures` which bodies it gave, `sweeps` when it was swept; `outbox` hands
//! out `deliveries`; `verify` proves all of it. `walk` goes through visits a few at a time. `passages`
//! index the words of versions for `search`. `backup` copies the file, `compact` packs bodies anew, and
//! `redact` removes what must go, and with `quoted` all that quotes it.
//! `log` holds what each transaction says of what it wrote, for good.
//! `frames` puts bytes on their shelves, as `codec` makes them; `recent` holds the latest. `columns`, `failures` and
//! `event_forms`, with `verdict_forms`, `mark_forms` and `pledge_forms`, are the forms in which our
//! types are kept; `error` says what failed. `pledges` keeps how each pledge stands in each version,
//! and what people added; `reviews` what they decided about changes, and
//! `rules` what that dismisses from then on.
//!
//! While an archive is open, no one else in the process may open and close its file by other means
//! than SQLite: closing any handle drops the process's POSIX locks on it.

pub mod backup;
pub mod captures;
pub mod compact;
pub mod error;
pub mod events;
pub mod failures;
pub mod lock;
pub mod log;
pub mod outbox;
pub mod pages;
pub mod pledges;
pub mod read_as;
pub mod redact;
pub mod reread;
pub mod reviews;
pub mod rules;
pub mod search;
pub mod store;
pub mod sweeps;
pub mod verify;
pub mod versions;

mod access;
mod anew;
mod around;
mod codec;
mod columns;
mod deliveries;
mod event_forms;
mod frames;
mod judgements;
mod lessons;
mod mark_forms;
mod migrations;
mod opening;
mod packed;
mod parts;
mod passage_words;
mod passages;
mod phrases;
mod pledge_forms;
mod quoted;
mod recent;
mod shown;
mod status;
mod texts;
mod verdict_forms;
mod visits;
pub mod walk;

#[cfg(test)]
mod tests;
