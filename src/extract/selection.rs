//! The user's selectors, applied.

use std::collections::BTreeSet;

use scraper::{Html, Selector};

use crate::extract::{furniture, menus, outline::Outline, parse::NodeId, region::Region};

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

/// Returns the region of what the selectors match, in the order of reading, without the furniture
/// within it: who selects the part of a page that holds the policy does not mean the menu in it.
/// What a selector matches is never furniture.
pub fn region(outline: &mut Outline, html: &Html, selectors: &[Selector]) -> Region {
    let matched = matched(html, selectors);
    let roots = outermost(outline, &matched);
    let is_chosen = |&index: &usize| matched.contains(&outline.nodes[index].id);
    let chosen: Vec<usize> = (0..outline.nodes.len()).filter(is_chosen).collect();
    for &root in &roots {
        let end = outline.nodes[root].end;
        for node in &mut outline.nodes[root..end] {
            node.is_in_content = true;
        }
        furniture::mark_within(outline, root, &chosen);
    }
    furniture::settle(outline);
    menus::leave_out(outline, &roots);
    let words = format!("what the watchlist selects, {} of the page's elements", roots.len());
    Region { roots, words }
}

fn outermost(outline: &Outline, matched: &BTreeSet<NodeId>) -> Vec<usize> {
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
    roots
}

fn matched(html: &Html, selectors: &[Selector]) -> BTreeSet<NodeId> {
    selectors.iter().flat_map(|selector| html.select(selector).map(|e| e.id())).collect()
}
