//! Puts the parts of a streamed page where the reader sees them.
//!
//! React sends a page's slow parts at its end, in hidden boxes `S:n`, and a script moves them to
//! the placeholders `B:n` (in place of what stood there meanwhile) or `P:n`. Which parts are slow
//! differs from visit to visit; a reader sees the same page every time.
//! Source: React's streaming server renderer, `$RC` and `$RS`.

use std::collections::{BTreeMap, BTreeSet};

use scraper::{Html, Node};

use crate::extract::parse::NodeId;

/// The parts that came late, by the number of their place.
#[derive(Debug, Default)]
pub struct Streamed {
    parts: BTreeMap<String, NodeId>,
    boxes: BTreeSet<NodeId>,
}

impl Streamed {
    /// Finds the parts that have a place.
    pub fn find(html: &Html) -> Streamed {
        let mut parts: BTreeMap<String, NodeId> = BTreeMap::new();
        let mut places: BTreeMap<String, u32> = BTreeMap::new();
        for node in html.tree.nodes() {
            let Node::Element(element) = node.value() else { continue };
            let is_box = matches!(element.name(), "div" | "template" | "table" | "svg" | "math");
            if !is_box {
                continue;
            }
            let Some(id) = element.attrs().find(|(name, _)| *name == "id") else { continue };
            match (element.name(), numbered(id.1)) {
                ("template", Some(('B' | 'P', number))) => {
                    *places.entry(number.to_owned()).or_default() += 1;
                }
                ("template", Some(_)) => (),
                (_, Some(('S', number))) if element.attrs().any(|(name, _)| name == "hidden") => {
                    parts.entry(number.to_owned()).or_insert(node.id());
                }
                _ => (),
            }
        }
        // A part without exactly one place stays where it is: nothing may be lost or doubled.
        parts.retain(|number, _| places.get(number) == Some(&1));
        let boxes = parts.values().copied().collect();
        Streamed { parts, boxes }
    }

    /// Returns whether the page is an ordinary one.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Returns a node's children as the reader sees them.
    ///
    /// The part of a place is given as it stands in the page, box and all.
    pub fn children(&self, html: &Html, id: NodeId) -> Vec<NodeId> {
        let Some(node) = html.tree.get(id) else { return Vec::new() };
        let mut shown = Vec::new();
        // How many boundaries opened within what the part takes the place of.
        let mut replaced_depth: Option<u32> = None;
        for child in node.children() {
            if let (Some(depth), Node::Comment(comment)) = (replaced_depth, child.value()) {
                replaced_depth = match (&**comment, depth) {
                    ("/$", 0) => None,
                    ("/$", depth) => Some(depth - 1),
                    (other, depth) if other.starts_with('$') => Some(depth + 1),
                    _ => Some(depth),
                };
                continue;
            }
            if replaced_depth.is_some() {
                continue;
            }
            match child.value().as_element().and_then(|element| self.part_for(element)) {
                Some((kind, part)) => {
                    shown.push(part);
                    replaced_depth = (kind == 'B').then_some(0);
                }
                None if self.boxes.contains(&child.id()) => (),
                None => shown.push(child.id()),
            }
        }
        shown
    }

    fn part_for(&self, element: &scraper::node::Element) -> Option<(char, NodeId)> {
        if element.name() != "template" {
            return None;
        }
        let (_, id) = element.attrs().find(|(name, _)| *name == "id")?;
        let (kind, number) = numbered(id)?;
        Some((kind, *self.parts.get(number)?))
    }
}

/// Reads `B:1f` as its letter and number; a prefix before the letter is the site's own.
fn numbered(id: &str) -> Option<(char, &str)> {
    let (kind, number) = id.rsplit_once(':')?;
    let kind = kind.chars().next_back()?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_hexdigit());
    (matches!(kind, 'B' | 'P' | 'S') && is_number).then_some((kind, number))
}
