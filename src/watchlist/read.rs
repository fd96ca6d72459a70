//! The watchlist's text to a checked [`Watchlist`], or all its mistakes at once.
//!
//! A walk over the parsed tables, in which every value knows its place in the text. It does not
//! know what a single value must look like: the other files of this room do.

use toml::de::DeTable;

use crate::{
    model::{snapshot::Digest, watch::Watchlist},
    watchlist::{
        channels::read_channels,
        found::{Findings, Flaw},
        keys,
        mistakes::Mistakes,
        pages::read_pages,
        settings::read_settings,
        table::Section,
    },
};

/// The longest watchlist that is read: ten thousand pages of over a kilobyte each.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// Returns the watchlist that `text` (the whole of `watchlist.toml`) describes.
///
/// An empty text is a watchlist without pages. A byte order mark, CRLF and tabs are fine.
///
/// # Errors
///
/// All mistakes in the order of the text. If the text is not TOML, only the places are named
/// where it is not, one a line, since the rest cannot be read with certainty.
pub fn read(text: &str) -> Result<Watchlist, Mistakes> {
    let mut found = Findings::new(text);
    if TEXT_BYTES_MAX < text.len() {
        let flaw = Flaw::new(
            format!("the watchlist is longer than {TEXT_BYTES_MAX} bytes"),
            "divide the pages among several watchlists",
        );
        found.add_at(0, flaw);
        return Err(found.into_mistakes());
    }
    let (document, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        return Err(syntax_mistakes(found, &errors));
    }
    let top = Section::top(document.get_ref());
    top.check_keys(&mut found, &[&keys::TOP]);
    let (settings, page_rules) = read_settings(&mut found, &top);
    let pages = read_pages(&mut found, &top, &page_rules);
    let contact = settings.contact.as_deref();
    let channels = read_channels(&mut found, &top, &pages.known, contact);
    let mistakes = found.into_mistakes();
    if !mistakes.0.is_empty() {
        return Err(mistakes);
    }
    let source = Some(Digest::of(text.as_bytes()));
    Ok(Watchlist { source, settings, watches: pages.watches, channels })
}

fn syntax_mistakes(mut found: Findings<'_>, errors: &[toml::de::Error]) -> Mistakes {
    for error in errors {
        let at = error.span().map_or(0, |span| span.start);
        let flaw = Flaw::new(
            format!("this is not TOML: {}", error.message()),
            "look here and in the line above for a missing quote, bracket or equals sign, or for \
             a key or table that is there twice",
        );
        found.add_at(at, flaw);
    }
    let mut mistakes = found.into_mistakes();
    // What follows the first error of a line is mostly its echo.
    mistakes.0.dedup_by_key(|mistake| mistake.line);
    mistakes
}
