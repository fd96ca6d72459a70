//! A page as a flat list in the order of reading, with the words below each element counted.
//!
//! Flat, because then no walk recurses: an element's subtree is the range up to its `end`.

use scraper::{Html, Node as TreeNode, node::Element};

use crate::extract::{
    parse::NodeId,
    signs::Facts,
    streamed::Streamed,
    tag::Tag,
    words::{Weight, weigh},
};

/// What stands in a subtree, without what was left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// All words.
    pub words: u32,
    /// Words inside links.
    pub link_words: u32,
    /// Words of sentences outside links.
    pub prose: u32,
    /// Links with words.
    pub links: u32,
    /// Links with words that stay in the page.
    pub inner_links: u32,
    /// Buttons that open nothing, and fields.
    pub controls: u32,
    /// Headings with words.
    pub headings: u32,
}

impl Sum {
    fn add(&mut self, other: Sum) {
        self.words += other.words;
        self.link_words += other.link_words;
        self.prose += other.prose;
        self.links += other.links;
        self.inner_links += other.inner_links;
        self.controls += other.controls;
        self.headings += other.headings;
    }

    /// Returns whether at least `percent` of the words stand in links.
    pub fn is_links(self, percent: u32) -> bool {
        0 < self.words && self.words * percent <= self.link_words * 100
    }
}

/// One element or run of characters.
#[derive(Clone, Debug)]
pub struct Node<'a> {
    /// What it is.
    pub tag: Tag,
    /// Its name in the tree.
    pub id: NodeId,
    /// The element, unless it is a run of characters.
    pub element: Option<&'a Element>,
    /// The characters, if it is a run of them.
    pub text: &'a str,
    /// Where its parent is in the list; the first node is its own.
    pub parent: usize,
    /// Where its subtree ends, exclusive.
    pub end: usize,
    /// The nearest element around it, or itself, that begins a line of its own.
    pub block: usize,
    /// Whether it stands in `main` or `article`.
    pub is_in_content: bool,
    /// Whether it stands in a link.
    pub is_in_link: bool,
    /// The words of a run of characters.
    pub weight: Weight,
    /// Whether it is left out, with all below it.
    pub is_left_out: bool,
    /// The words outside of links and of blocks within it.
    pub own_words: u32,
    /// As many if they are sentences, else none.
    pub own_prose: u32,
    /// What stands below it; see [`Outline::count`].
    pub sum: Sum,
}

impl<'a> Node<'a> {
    /// Returns the value of an attribute.
    pub fn attr(&self, wanted: &str) -> Option<&'a str> {
        self.element?.attrs().find(|(name, _)| *name == wanted).map(|(_, value)| value)
    }

    /// Returns the role that it declares, in lower case.
    pub fn role(&self) -> String {
        let role = self.attr("role").unwrap_or("");
        role.split_ascii_whitespace().next().unwrap_or("").to_ascii_lowercase()
    }
}

/// The page as a flat list.
#[derive(Debug)]
pub struct Outline<'a> {
    /// The nodes in the order of reading.
    pub nodes: Vec<Node<'a>>,
}

enum Step {
    Open(NodeId),
    Close(usize),
}

impl<'a> Outline<'a> {
    /// Lists what a reader may see of a page, and collects the facts about the rest.
    pub fn of(html: &'a Html, facts: &mut Facts) -> Outline<'a> {
        let streamed = Streamed::find(html);
        let mut outline = Outline { nodes: Vec::new() };
        let mut steps = vec![Step::Open(html.tree.root().id())];
        let mut parents: Vec<usize> = Vec::new();
        while let Some(step) = steps.pop() {
            let id = match step {
                Step::Close(index) => {
                    outline.nodes[index].end = outline.nodes.len();
                    parents.pop();
                    continue;
                }
                Step::Open(id) => id,
            };
            if let Some(index) = outline.open(html, id, parents.last().copied(), facts) {
                parents.push(index);
                steps.push(Step::Close(index));
                push_children(&mut steps, html, &streamed, id);
            } else if is_passed_through(html, id) {
                push_children(&mut steps, html, &streamed, id);
            }
        }
        outline.count();
        outline
    }

    /// Adds a node. Returns its place if it is an element whose children are to be read.
    fn open(
        &mut self,
        html: &'a Html,
        id: NodeId,
        parent: Option<usize>,
        facts: &mut Facts,
    ) -> Option<usize> {
        let value = html.tree.get(id)?.value();
        let (tag, element, text) = match value {
            TreeNode::Document => (Tag::Block, None, ""),
            TreeNode::Text(text) => (Tag::Text, None, &**text),
            TreeNode::Element(element) => {
                facts.note_element(element, html, id);
                (tag_of(element), Some(element), "")
            }
            TreeNode::Fragment
            | TreeNode::Doctype(_)
            | TreeNode::Comment(_)
            | TreeNode::ProcessingInstruction(_) => return None,
        };
        if tag == Tag::Unseen {
            return None;
        }
        let index = self.nodes.len();
        let above = parent.map(|parent| &self.nodes[parent]);
        let is_block = tag.is_block();
        let block = if is_block { index } else { above.map_or(index, |above| above.block) };
        let is_link = tag == Tag::Anchor && !element.is_some_and(is_tab);
        let is_in_link = is_link || above.is_some_and(|above| above.is_in_link);
        let is_in_content = above.is_some_and(|above| above.is_in_content || is_content(above));
        let weight = if tag == Tag::Text { weigh(text) } else { Weight::default() };
        self.nodes.push(Node {
            tag,
            id,
            element,
            text,
            parent: parent.unwrap_or(index),
            end: index + 1,
            block,
            is_in_content,
            is_in_link,
            weight,
            is_left_out: false,
            own_words: 0,
            own_prose: 0,
            sum: Sum::default(),
        });
        (tag != Tag::Text).then_some(index)
    }

    /// Counts anew what stands below each element, without what is left out.
    pub fn count(&mut self) {
        // What stands in a block itself, not in a block within it: words, words outside of
        // links, and whether a sentence ends there.
        let mut own = vec![(0u32, false); self.nodes.len()];
        let mut index = 0;
        while index < self.nodes.len() {
            let node = &self.nodes[index];
            if node.is_left_out {
                index = node.end;
                continue;
            }
            if node.tag == Tag::Text && !node.is_in_link {
                let own = &mut own[node.block];
                own.0 += node.weight.words;
                own.1 |= node.weight.has_stop;
            }
            index += 1;
        }
        for node in &mut self.nodes {
            node.sum = Sum::default();
        }
        self.add_up(&own);
    }

    fn add_up(&mut self, own: &[(u32, bool)]) {
        // Children stand after their parents, so backwards each sum is whole when it is added.
        for index in (0..self.nodes.len()).rev() {
            let node = &self.nodes[index];
            if node.is_left_out {
                continue;
            }
            let mut sum = node.sum;
            let (words, has_stop) = own[index];
            let is_prose = SENTENCE_WORDS <= words && (has_stop || LONG_RUN_WORDS <= words);
            sum.prose += if is_prose { words } else { 0 };
            match node.tag {
                Tag::Text => {
                    sum.words = node.weight.words;
                    sum.link_words = if node.is_in_link { sum.words } else { 0 };
                }
                Tag::Anchor if 0 < sum.words && node.is_in_link => {
                    sum.links += 1;
                    sum.inner_links += u32::from(leads_within(node));
                }
                Tag::Heading(_) if 0 < sum.words => sum.headings += 1,
                Tag::Field => sum.controls += u32::from(node.attr("type") != Some("hidden")),
                Tag::Button => sum.controls += u32::from(!opens_something(node)),
                _ => (),
            }
            let parent = node.parent;
            self.nodes[index].own_words = words;
            self.nodes[index].own_prose = if is_prose { words } else { 0 };
            self.nodes[index].sum = sum;
            if parent != index {
                self.nodes[parent].sum.add(sum);
            }
        }
    }

    /// Returns the elements around a node, innermost first, without itself.
    pub fn ancestors(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = index;
        std::iter::from_fn(move || {
            let parent = self.nodes[at].parent;
            (parent != at).then(|| {
                at = parent;
                parent
            })
        })
    }

    /// Returns the children of a node.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.children_from(index + 1, self.nodes[index].end)
    }

    /// Returns the siblings behind a node, without a walk over those before it.
    pub fn siblings_after(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        self.children_from(self.nodes[index].end, self.nodes[self.nodes[index].parent].end)
    }

    fn children_from(&self, start: usize, end: usize) -> impl Iterator<Item = usize> + '_ {
        let mut at = start;
        std::iter::from_fn(move || {
            (at < end).then(|| {
                let child = at;
                at = self.nodes[child].end;
                child
            })
        })
    }

    /// Returns the characters below a node as they stand, at most `bytes_max` or a little more.
    pub fn raw_text(&self, index: usize, bytes_max: usize) -> String {
        let mut raw = String::new();
        let mut at = index;
        while at < self.nodes[index].end && raw.len() < bytes_max {
            let node = &self.nodes[at];
            if node.tag.is_block() {
                raw.push(' ');
            }
            raw.push_str(node.text);
            at += 1;
        }
        raw
    }
}

/// Returns whether a node is no part of the outline itself, but its children may be, or hold
/// facts: a shadow root, and the head.
fn is_passed_through(html: &Html, id: NodeId) -> bool {
    html.tree.get(id).is_some_and(|node| match node.value() {
        TreeNode::Fragment => true,
        TreeNode::Element(element) => element.name() == "head",
        TreeNode::Document
        | TreeNode::Text(_)
        | TreeNode::Doctype(_)
        | TreeNode::Comment(_)
        | TreeNode::ProcessingInstruction(_) => false,
    })
}

/// A run of this many words with a full stop is a sentence; menus' entries are shorter.
const SENTENCE_WORDS: u32 = 8;
/// A run of this many words is prose even without a full stop.
const LONG_RUN_WORDS: u32 = 20;

fn tag_of(element: &Element) -> Tag {
    let tag = Tag::of(element.name());
    // A shadow root that is declared in the page is shown in the place of its template.
    let is_shadow = || {
        element.name() == "template"
            && element.attrs().any(|(name, _)| matches!(name, "shadowrootmode" | "shadowroot"))
    };
    if tag == Tag::Unseen && is_shadow() { Tag::Block } else { tag }
}

/// Returns whether an element says that it holds the page's content.
pub fn is_content(node: &Node) -> bool {
    matches!(node.tag, Tag::Main | Tag::Article)
        || matches!(node.role().as_str(), "main" | "article")
}

fn leads_within(node: &Node) -> bool {
    node.attr("href").is_some_and(|href| href.trim().starts_with('#') && 1 < href.trim().len())
}

/// Returns whether a link names a part of the page that it shows: the name is that part's heading.
fn is_tab(link: &Element) -> bool {
    link.attrs().any(|(name, value)| match name {
        "role" => value.eq_ignore_ascii_case("tab"),
        "data-toggle" | "data-bs-toggle" => matches!(value, "collapse" | "tab" | "pill"),
        _ => false,
    })
}

/// Returns whether a button shows or hides a part of the page, as those of accordions and tabs.
pub fn opens_something(node: &Node) -> bool {
    let Some(element) = node.element else { return false };
    let is_menu = element.attrs().any(|(name, _)| name == "aria-haspopup");
    !is_menu
        && element.attrs().any(|(name, value)| match name {
            "aria-expanded" | "aria-controls" => true,
            "role" => value.eq_ignore_ascii_case("tab"),
            "data-toggle" | "data-bs-toggle" => matches!(value, "collapse" | "tab" | "pill"),
            _ => false,
        })
}

fn push_children(steps: &mut Vec<Step>, html: &Html, streamed: &Streamed, id: NodeId) {
    if streamed.is_empty() {
        if let Some(node) = html.tree.get(id) {
            steps.extend(node.children().rev().map(|child| Step::Open(child.id())));
        }
        return;
    }
    let shown = streamed.children(html, id);
    steps.extend(shown.into_iter().rev().map(Step::Open));
}
