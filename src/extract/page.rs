//! One page's bytes to its text: the way through this room.

use scraper::Html;

use crate::{
    extract::{
        blocks,
        decode::{self, MediaType},
        furniture,
        growing::{BLOCKS_MAX, TEXT_BYTES_MAX, TooLong},
        language, menus,
        outline::Outline,
        parse::{self, DEPTH_MAX, NODES_MAX, Overrun},
        plain,
        reads::Readers,
        region::{self, Region},
        selection,
        signs::{self, Facts},
    },
    model::{
        text::Text,
        trouble::{Trouble, TroubleKind},
        watch::Selection,
    },
};

/// Names the rules of this room; it grows with every change that alters the text of some page.
pub const REVISION: u32 = 3;

/// What a visit brought.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The body, after transfer and content decoding.
    pub bytes: &'a [u8],
    /// The Content-Type field, if there was one.
    pub content_type: Option<&'a str>,
}

/// What a page says, and what may be wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extraction {
    /// The policy's words.
    pub text: Text,
    /// What kinds of trouble this page, seen by itself, looks like; the strongest first.
    pub signs: Vec<Trouble>,
    /// The page's title, as its `title` element or the title for sharing says; may be empty.
    pub title: String,
    /// The language, declared or else detected, as a primary subtag in lower case: `en`.
    pub language: Option<String>,
    /// The site's name for itself (`og:site_name`).
    pub company: Option<String>,
    /// How the policy's part of the page was found, in words: "the page's main element".
    pub region: String,
    /// The encoding that the bytes were read in, by its WHATWG name: `UTF-8`.
    pub encoding: &'static str,
}

/// Why a page has no text for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExtractFailure {
    /// The body is neither HTML nor plain text.
    #[error("the body is {found}, not HTML")]
    NotHtml {
        /// Its type, by its first bytes or its Content-Type field.
        found: String,
    },
    /// The page's elements are nested too deep.
    #[error("elements are nested deeper than {depth_max}")]
    TooDeep {
        /// The bound.
        depth_max: u32,
    },
    /// The page has too many elements.
    #[error("the page has more than {nodes_max} elements, or too many attributes")]
    TooMany {
        /// The bound.
        nodes_max: u32,
    },
    /// The text has too many passages, or is too long.
    #[error("the text has more than {blocks_max} passages, or more than {bytes_max} bytes")]
    TooLong {
        /// The bound on its blocks.
        blocks_max: usize,
        /// The bound on its bytes.
        bytes_max: usize,
    },
    /// A selector cannot be read.
    #[error("`{selector}` is no CSS selector")]
    BadSelector {
        /// The selector as written.
        selector: String,
    },
    /// What the user selected is not on the page, or has no words.
    #[error("`{selector}` selects no words")]
    SelectionEmpty {
        /// The selectors as written.
        selector: String,
    },
}

impl From<TooLong> for ExtractFailure {
    fn from(_: TooLong) -> ExtractFailure {
        ExtractFailure::TooLong { blocks_max: BLOCKS_MAX, bytes_max: TEXT_BYTES_MAX }
    }
}

impl ExtractFailure {
    /// Returns the failure as trouble of the page.
    pub fn trouble(&self) -> Trouble {
        let kind = match self {
            ExtractFailure::NotHtml { .. } => TroubleKind::OtherType,
            ExtractFailure::TooDeep { .. }
            | ExtractFailure::TooMany { .. }
            | ExtractFailure::TooLong { .. } => TroubleKind::Unreadable,
            ExtractFailure::BadSelector { .. } | ExtractFailure::SelectionEmpty { .. } => {
                TroubleKind::SelectionEmpty
            }
        };
        Trouble::new(kind, self.to_string())
    }
}

/// Returns what a page says, as far as `selection` lets it count.
///
/// Takes any bytes. Costs time in proportion to them, and memory some ten times theirs.
pub fn extract(source: &Source, selection: &Selection) -> Result<Extraction, ExtractFailure> {
    let media_type = decode::media_type(source.content_type, source.bytes)
        .map_err(|found| ExtractFailure::NotHtml { found })?;
    let (characters, encoding) = decode::decode(source.bytes, source.content_type);
    match media_type {
        MediaType::Html => read_html(&characters, encoding, selection),
        MediaType::Plain => read_plain(&characters, encoding),
    }
}

fn read_plain(characters: &str, encoding: &'static str) -> Result<Extraction, ExtractFailure> {
    let text = plain::blocks(characters)?;
    let title = text.blocks.first().map(|block| block.words.clone()).unwrap_or_default();
    Ok(Extraction {
        signs: signs::signs(&Facts::default(), &text),
        language: language::detected(&text),
        text,
        title,
        company: None,
        region: "the whole of a plain text".to_owned(),
        encoding,
    })
}

fn read_html(
    characters: &str,
    encoding: &'static str,
    selection: &Selection,
) -> Result<Extraction, ExtractFailure> {
    let readers = match selection.select.is_empty() && selection.remove.is_empty() {
        true => Readers::RulesAlone,
        false => Readers::RulesAndSelectors,
    };
    let html = parse::parse(characters, readers).map_err(|overrun| match overrun {
        Overrun::Depth => ExtractFailure::TooDeep { depth_max: DEPTH_MAX },
        Overrun::Nodes => ExtractFailure::TooMany { nodes_max: NODES_MAX },
    })?;
    let mut facts = Facts::default();
    let mut outline = Outline::of(&html, &mut facts);
    let region = find_region(&html, &mut outline, selection)?;
    let text = blocks::write(&outline, &region.roots)?;
    if !selection.select.is_empty() && text.blocks.is_empty() {
        let selector = selection.select.join(", ");
        return Err(ExtractFailure::SelectionEmpty { selector });
    }
    let declared = facts.language.as_deref().and_then(language::primary);
    Ok(Extraction {
        signs: signs::signs(&facts, &text),
        language: declared.or_else(|| language::detected(&text)),
        title: match facts.title.is_empty() {
            true => facts.shared_title.unwrap_or_default(),
            false => facts.title,
        },
        text,
        company: facts.site_name.filter(|name| !name.is_empty()),
        region: region.words,
        encoding,
    })
}

fn find_region(
    html: &Html,
    outline: &mut Outline,
    selection: &Selection,
) -> Result<Region, ExtractFailure> {
    let compiled = |selectors: &[String]| {
        selectors
            .iter()
            .map(|selector| selection::compile(selector))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|selector| ExtractFailure::BadSelector { selector })
    };
    let (selected, removed) = (compiled(&selection.select)?, compiled(&selection.remove)?);
    selection::leave_out(outline, html, &removed);
    if !selected.is_empty() {
        return Ok(selection::region(outline, html, &selected));
    }
    furniture::leave_out(outline);
    let region = region::find(outline);
    menus::leave_out(outline, &region.roots);
    Ok(region)
}

#[cfg(test)]
mod tests;
