//! The user's selectors, applied.

use std::collections::BTreeSet;

use scraper::{Html, Selector};

use crate::extract::{outline::Outline, parse::NodeId, region::Region};

/// Reads a selector; gives it back where it is none.
pub fn compile(selector: &str) -> Result<Selector, String> {
    Selector::parse(selector).map_err(|_| selector.to_owned())
}

/// Leaves out what the selectors match.
pub fn leave_out(outline: &mut Outline, html: &Html, selectors: &[Selector]) {
    let matched = matched(html, selectors);
    if matched.is_empty() {
        return;
    }
    for node in &mut outline.nodes {
        node.is_left_out |= matched.contains(&node.id);
    }
    outline.count();
}

/// Returns the region of what the selectors match, in the order of reading.
pub fn region(outline: &Outline, html: &Html, selectors: &[Selector]) -> Region {
    let matched = matched(html, selectors);
    let mut roots = Vec::new();
    let mut index = 0;
    while index < outline.nodes.len() {
        let node = &outline.nodes[index];
        if node.is_left_out {
            index = node.end;
        } else if matched.contains(&node.id) {
            roots.push(index);
            index = node.end;
        } else {
            index += 1;
        }
    }
    let words = format!("what the watchlist selects, {} of the page's elements", roots.len());
    Region { roots, words }
}

fn matched(html: &Html, selectors: &[Selector]) -> BTreeSet<NodeId> {
    selectors.iter().flat_map(|selector| html.select(selector).map(|e| e.id())).collect()
}
