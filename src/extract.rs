//! Bytes to text, purely: what the reader of a page is told, without the page around it.
//!
//! A page walks through here in this order: `decode` makes characters of its bytes, `parse` a
//! tree within bounds, `outline` a flat list of that tree with its words counted, `furniture`
//! and `menus` leave out what is not the policy, `region` finds where the policy stands, and
//! `blocks` writes it down with `words` normalized. `signs` says what looks like trouble.
//!
//! This room knows nothing of addresses, of earlier captures or of why it is asked. Its rule in
//! doubt: a menu kept is a nuisance, a section lost is a failure.

pub mod page;

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
mod region;
mod selection;
mod signs;
#[cfg(test)]
mod spent;
mod streamed;
mod tag;
pub mod words;
