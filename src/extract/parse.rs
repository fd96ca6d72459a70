//! Markup to a tree, within bounds: no page costs more than its bytes are worth.
//!
//! html5ever takes time quadratic in the depth of open elements, and never ends by itself; so it
//! is fed in pieces and watched. scraper's sink keeps the tree, this one counts, and holds back
//! what no rule reads.

use std::{
    borrow::Cow,
    cell::{Cell, Ref},
};

use html5ever::{
    Attribute, ParseOpts, QualName, driver, ns,
    tendril::{StrTendril, TendrilSink},
    tree_builder::{ElementFlags, NodeOrText, QuirksMode, TreeSink},
};
use scraper::{Html, HtmlTreeSink};

use crate::extract::{
    attributes::TagReader,
    reads::{self, Readers, Use},
};

/// Names a node of the tree.
pub type NodeId = <HtmlTreeSink as TreeSink>::Handle;

/// The deepest nesting that is read. Real policy pages stay under 60, browsers cut at 512.
pub const DEPTH_MAX: u32 = 512;
/// The most nodes of a page; one of a megabyte has some fifty thousand. With what is made of them,
/// so many take some 200 MB.
pub const NODES_MAX: u32 = 500_000;
/// The most attributes of all elements together.
const ATTRIBUTES_MAX: u32 = 500_000;
/// How much is parsed between two looks at the counts, in bytes.
const PIECE_BYTES: usize = 4_096;

/// Which bound a page broke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overrun {
    /// Elements nested deeper than [`DEPTH_MAX`].
    Depth,
    /// More than [`NODES_MAX`] nodes, or more attributes than that is worth.
    Nodes,
}

/// Parses a page as a browser with scripting does, so that `noscript` is raw text. The tree holds
/// no more than `readers` may read.
pub fn parse(markup: &str, readers: Readers) -> Result<Html, Overrun> {
    let sink = CountingSink {
        readers,
        tree: HtmlTreeSink::new(Html::new_document()),
        nodes: Cell::new(0),
        attributes: Cell::new(0),
        overrun: Cell::new(None),
        is_silent: Cell::new(true),
    };
    // The defaults have scripting on.
    let mut parser = driver::parse_document(sink, ParseOpts::default());
    let mut silence: Option<TagReader> = None;
    let (mut before, mut rest) = ("", markup);
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(PIECE_BYTES));
        parser.process(StrTendril::from(piece));
        let counts = &parser.tokenizer.sink.sink;
        if let Some(overrun) = counts.overrun.get() {
            return Err(overrun);
        }
        silence = match counts.is_silent.replace(true) {
            true => Some(read_silence(silence, before, piece)?),
            false => None,
        };
        (before, rest) = (piece, after);
    }
    Ok(parser.finish())
}

/// Reads a piece that brought nothing into the tree; the tag that goes on in it, if it is one,
/// began no earlier than in the piece before.
fn read_silence(
    silence: Option<TagReader>,
    before: &str,
    piece: &str,
) -> Result<TagReader, Overrun> {
    let (mut reader, is_over_before) = match silence {
        Some(reader) => (reader, false),
        None => {
            let mut reader = TagReader::default();
            let is_over = reader.is_overrun_by(before);
            (reader, is_over)
        }
    };
    match is_over_before || reader.is_overrun_by(piece) {
        true => Err(Overrun::Nodes),
        false => Ok(reader),
    }
}

/// Passes on to scraper's sink what may be read, and counts it.
struct CountingSink {
    readers: Readers,
    tree: HtmlTreeSink,
    nodes: Cell<u32>,
    attributes: Cell<u32>,
    overrun: Cell<Option<Overrun>>,
    /// Whether nothing came since the flag was last set.
    is_silent: Cell<bool>,
}

impl CountingSink {
    fn count_node(&self) {
        self.is_silent.set(false);
        self.nodes.set(self.nodes.get() + 1);
        if NODES_MAX < self.nodes.get() || ATTRIBUTES_MAX < self.attributes.get() {
            self.overrun.set(Some(Overrun::Nodes));
        }
    }

    /// Measures how deep a child of `parent` stands; walks at most [`DEPTH_MAX`] steps.
    fn measure_depth(&self, parent: NodeId) {
        if self.overrun.get().is_some() {
            return;
        }
        let html = self.tree.0.borrow();
        let depth = html
            .tree
            .get(parent)
            .map_or(0, |node| node.ancestors().take(DEPTH_MAX as usize + 1).count());
        if DEPTH_MAX as usize <= depth {
            self.overrun.set(Some(Overrun::Depth));
        }
    }

    fn note(&self, parent: NodeId, child: &NodeOrText<NodeId>) {
        self.is_silent.set(false);
        match child {
            NodeOrText::AppendNode(_) => self.measure_depth(parent),
            NodeOrText::AppendText(_) => self.count_node(),
        }
    }

    /// Returns whether these are characters that nobody reads. They are not counted, so that the
    /// bounds are a matter of what is read alone.
    fn is_unread(&self, parent: &NodeId, child: &NodeOrText<NodeId>) -> bool {
        let NodeOrText::AppendText(_) = child else { return false };
        let html = self.tree.0.borrow();
        let element = html.tree.get(*parent).and_then(|node| node.value().as_element());
        element.is_some_and(|it| it.name.ns == ns!(html) && reads::is_unread(it.name()))
    }

    /// Keeps the attributes that may be read.
    fn keep_read(&self, name: &QualName, attributes: &mut Vec<Attribute>) {
        if self.readers == Readers::RulesAndSelectors || name.ns != ns!(html) {
            return;
        }
        let is_fact = |it: &Attribute| reads::is_fact(&it.name.local, &it.value);
        let has_facts = name.local == *"meta" && attributes.iter().any(is_fact);
        attributes.retain_mut(|it| {
            match reads::attribute(&name.local, &it.name.local, &it.value) {
                Use::Value => true,
                Use::Presence => {
                    it.value.clear();
                    true
                }
                Use::Nothing => has_facts && it.name.local == *"content",
            }
        });
    }
}

impl TreeSink for CountingSink {
    type Handle = NodeId;
    type Output = Html;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Html {
        self.tree.finish()
    }

    // A page may have as many errors as bytes; nobody reads them.
    fn parse_error(&self, _message: Cow<'static, str>) {}

    fn get_document(&self) -> NodeId {
        self.tree.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.tree.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        mut attrs: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.keep_read(&name, &mut attrs);
        let added = u32::try_from(attrs.len()).unwrap_or(u32::MAX);
        self.attributes.set(self.attributes.get().saturating_add(added));
        self.count_node();
        self.tree.create_element(name, attrs, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.count_node();
        let words = if reads::comment(&text) { text } else { StrTendril::new() };
        self.tree.create_comment(words)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.count_node();
        self.tree.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        if self.is_unread(parent, &child) {
            self.is_silent.set(false);
            // Whether there are any, a selector may ask: `:empty`.
            if self.readers == Readers::RulesAlone {
                return;
            }
        } else {
            self.note(*parent, &child);
        }
        self.tree.append(parent, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        prev_element: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        self.note(*prev_element, &child);
        self.tree.append_based_on_parent_node(element, prev_element, child);
    }

    fn append_doctype_to_document(
        &self,
        name: StrTendril,
        public_id: StrTendril,
        system_id: StrTendril,
    ) {
        self.count_node();
        self.tree.append_doctype_to_document(name, public_id, system_id);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.tree.get_template_contents(target)
    }

    fn same_node(&self, x: &NodeId, y: &NodeId) -> bool {
        self.tree.same_node(x, y)
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.tree.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, new_node: NodeOrText<NodeId>) {
        self.note(*sibling, &new_node);
        self.tree.append_before_sibling(sibling, new_node);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, mut attrs: Vec<Attribute>) {
        self.is_silent.set(false);
        self.keep_read(&self.tree.elem_name(target).clone(), &mut attrs);
        self.tree.add_attrs_if_missing(target, attrs);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.tree.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        self.tree.reparent_children(node, new_parent);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::extract::spent::time_spent;

    /// Generous for an unoptimized build; the quadratic cost is minutes.
    const SOON: Duration = Duration::from_secs(5);

    fn check(markup: &str, expected: Option<Overrun>) {
        let begun_at = time_spent();
        let overrun = parse(markup, Readers::RulesAlone).err();
        let start: String = markup.chars().take(40).collect();
        assert_eq!(overrun, expected, "{start}");
        let took = time_spent().saturating_sub(begun_at);
        assert!(took < SOON, "{start} took {took:?}");
    }

    #[test]
    fn fault_038_nesting_is_bounded() {
        let mut number = 0;
        let mut numbered = |before: &str, after: &str| {
            (0..50_000)
                .map(|_| {
                    number += 1;
                    format!("{before}{number}{after}")
                })
                .collect::<String>()
        };
        for bomb in [
            "<div>".repeat(50_000),
            "<ul><li>".repeat(100_000),
            "<b>".repeat(100_000),
            "<svg><g>".repeat(50_000),
            format!("<svg>{}", "<g>".repeat(50_000)),
            "<template>".repeat(50_000),
            "<table><tr><td>".repeat(50_000),
            "<span><div>".repeat(50_000),
            format!("<table>{}", "<div>".repeat(50_000)),
            numbered("<p><b id=", "></p>"),
            numbered("<a", ">"),
        ] {
            check(&bomb, Some(Overrun::Depth));
        }
    }

    #[test]
    fn fault_039_many_attributes_on_one_tag_are_bounded() {
        let many: String = (0..200_000).map(|n| format!(" a{n}")).collect();
        check(&format!("<p{many}>x"), Some(Overrun::Nodes));
        check(&format!("<p title=\"<x y='\"{many}"), Some(Overrun::Nodes));
    }

    #[test]
    fn fault_039_long_values_comments_and_scripts_are_no_bombs() {
        let prose = "we <b>never</b> sell data, and say so in many words ".repeat(5_000);
        check(&format!("<p data-page=\"{prose}\">x"), None);
        check(&format!("<!-- {} -->x", prose), None);
        check(&format!("<script>{prose}</script>x"), None);
    }

    #[test]
    fn fault_039_large_flat_pages_are_read() {
        check(&"<p>".repeat(50_000), None);
        check(&"x".repeat(2_000_000), None);
        check(&format!("<table>{}", "<tr><td>1".repeat(20_000)), None);
    }

    #[test]
    fn broken_markup_does_not_nest() {
        for flat in ["<table><b>x", "<p><i>x", "<select><option>x", "<table><table>", "</p>", "<a>"]
        {
            check(&flat.repeat(300), None);
        }
    }

    #[test]
    fn noscript_is_raw_text() {
        let html = parse("<body><noscript><iframe></noscript><p>data", Readers::RulesAlone);
        let html = html.unwrap();
        assert!(html.html().contains("<p>data"));
    }
}
