//! The watchlist's text to a checked `Watchlist`, or all its mistakes at once; edits that keep
//! the user's comments.
//!
//! Pure over text: it opens no file, resolves no name and reads no secret. [`read`] is the way
//! in, [`mistakes`] what it tells if there are any, [`mod@write`] changes the text, [`defaults`] is the
//! one table of what holds when nothing is said. `found` collects while the walk goes on, `table`
//! and `keys` know the form of the file. The rest is one file for each kind of value or table.

pub mod defaults;
pub mod mistakes;
pub mod read;
pub mod write;

mod addresses;
mod channels;
mod choice;
mod durations;
mod email;
mod filters;
mod found;
mod headers;
mod keys;
mod nearest;
mod pages;
mod pledges;
mod secrets;
mod selectors;
mod settings;
mod table;
mod timing;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod shipped;
