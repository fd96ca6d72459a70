//! A page's bytes become a text that is well formed, bounded by them, and the same each time.

use pledgewatch::{
    extract::page::{Extraction, Source, extract},
    model::{
        text::{Block, BlockKind, Text},
        watch::Selection,
    },
};

/// The most bytes of text for one of a page: `<li>a` may be item 3888 of a list in roman numerals,
/// and an entity of two bytes may be a character of four.
const GROWTH_MAX: usize = 32;

/// Checks the law for a page, whatever its server said about it.
pub fn check(bytes: &[u8], content_type: Option<&str>, selection: &Selection) {
    let source = Source { bytes, content_type };
    let read_once = extract(&source, selection);
    assert_eq!(read_once, extract(&source, selection), "the same bytes give the same text");
    match &read_once {
        Ok(extraction) => {
            check_text(&extraction.text, bytes.len());
            check_charset(bytes, content_type, selection, extraction);
            check_selection(selection, extraction);
        }
        Err(failure) => assert!(!failure.to_string().is_empty(), "a refusal says why"),
    }
}

/// Checks the law for a page that is HTML in UTF-8.
pub fn check_html(html: &str) {
    check(html.as_bytes(), Some("text/html; charset=utf-8"), &Selection::default());
    let select = vec!["main, p, [role]".to_owned()];
    let remove = vec!["b, li:first-child".to_owned()];
    check(html.as_bytes(), Some("text/html; charset=utf-8"), &Selection { select, remove });
    let nothing = Selection { select: Vec::new(), remove: vec!["*".to_owned()] };
    let source = Source { bytes: html.as_bytes(), content_type: Some("text/html; charset=utf-8") };
    if let Ok(extraction) = extract(&source, &nothing) {
        assert!(extraction.text.blocks.is_empty(), "where all is removed nothing is left");
    }
}

fn check_text(text: &Text, page_bytes: usize) {
    for block in text.blocks.iter() {
        check_block(block);
    }
    let lines = text.to_lines();
    assert!(lines.len() <= GROWTH_MAX * page_bytes + 64, "{} of {page_bytes}", lines.len());
    assert_eq!(Text::from_lines(&lines).as_ref(), Some(text), "what is kept is read back");
}

fn check_block(block: &Block) {
    for shown in [&block.words, &block.marker] {
        let is_odd = |c: char| c.is_control() || (c.is_whitespace() && c != ' ');
        assert!(!shown.contains(is_odd), "{block:?}");
        assert!(!shown.contains("  ") && shown.trim() == shown, "{block:?}");
    }
    assert!(!block.words.is_empty(), "{block:?}");
    for link in &block.links {
        let is_odd = |c: char| c.is_control() || c.is_whitespace();
        assert!(!link.target.is_empty() && !link.target.contains(is_odd), "{block:?}");
    }
    match block.kind {
        BlockKind::Heading(level) => assert!((1..=6).contains(&level), "{block:?}"),
        BlockKind::Item(depth) => assert!(1 <= depth, "{block:?}"),
        BlockKind::Paragraph | BlockKind::Row => (),
    }
}

/// The encoding that was found by looking, said in words by the server: the same text.
fn check_charset(
    bytes: &[u8],
    content_type: Option<&str>,
    selection: &Selection,
    found: &Extraction,
) {
    let Some(essence @ ("text/html" | "text/plain")) = content_type else { return };
    let labeled = format!("{essence}; charset={}", found.encoding);
    let read = extract(&Source { bytes, content_type: Some(&labeled) }, selection);
    assert_eq!(read.as_ref(), Ok(found), "read as {labeled}");
}

fn check_selection(selection: &Selection, extraction: &Extraction) {
    let is_empty = extraction.text.blocks.is_empty();
    assert!(selection.select.is_empty() || !is_empty, "an empty selection is a failure");
}
