//! Bytes to text, purely: what the reader of a page is told, without the page around it.
//!
//! A page walks through here in this order: `decode` makes characters of its bytes, `parse` a
//! tree within bounds, `outline` a flat list of that tree with its words counted, `furniture`
//! and `menus` leave out what is not the policy, `region` finds where the policy stands, and
//! `blocks` writes it down with `words` normalized. `signs` says what looks like trouble.
//!
//! What of a page is read at all stands in `reads`, in one list. `reduced` leaves the rest out of the
//! markup, by way of `tags`; `fingerprint` is the digest of what it leaves: pages of one fingerprint
//! read the same, and need not be parsed to tell.
//!
//! This room knows nothing of addresses, of earlier captures or of why it is asked. Its rule in
//! doubt: a menu kept is a nuisance, a section lost is a failure.

pub mod fingerprint;
pub mod page;
pub mod signs;

mod attributes;
mod blocks;
mod classes;
mod decode;
mod furniture;
mod growing;
pub mod language;
mod links;
mod lists;
mod mail;
mod marker;
mod menus;
mod outline;
mod parse;
mod plain;
mod reads;
mod reduced;
mod region;
mod selection;
#[cfg(test)]
mod spent;
mod streamed;
mod tag;
mod tags;
pub mod words;
