//! Lists of links at the edges of the policy: menus, and tables of contents.
//!
//! Known by their make alone. Links among prose are the policy's own, such as those to the
//! companies that data goes to.

use std::collections::{BTreeMap, BTreeSet};

use crate::extract::{
    outline::{Outline, Sum},
    tag::Tag,
    words::normalized,
};

/// With less prose than this nothing is certain, and all stays.
const PROSE_MIN: u32 = 30;

/// Leaves out menus and tables of contents from the parts of the page under `roots`.
pub fn leave_out(outline: &mut Outline, roots: &[usize]) {
    for &root in roots {
        leave_out_under(outline, root);
    }
    outline.count();
}

fn leave_out_under(outline: &mut Outline, root: usize) {
    if outline.nodes[root].sum.prose < PROSE_MIN {
        return;
    }
    let end = outline.nodes[root].end;
    let prose = |index: &usize| {
        let node = &outline.nodes[*index];
        !node.is_left_out && 0 < node.own_prose
    };
    let shown = shown_nodes(outline, root);
    let first = shown.iter().copied().find(prose).unwrap_or(root);
    let last = shown.iter().copied().rfind(prose).unwrap_or(end);
    let mut repeated = Repeated { headings: heading_words(outline, &shown), known: None };
    let mut first_prose = BTreeMap::new();
    let mut skip_to = 0;
    for index in shown {
        if index < skip_to || index == root {
            continue;
        }
        if last < index && is_colophon(outline, index) {
            outline.nodes[index].is_left_out = true;
            skip_to = outline.nodes[index].end;
            continue;
        }
        if !is_link_list(outline, index) {
            continue;
        }
        let is_edge = (outline.nodes[index].end <= first && !is_authors_list(outline, index))
            || (last < index && !is_after_prose(outline, index, &mut first_prose));
        if is_edge || repeated.has(outline, root, index) {
            outline.nodes[index].is_left_out = true;
            skip_to = outline.nodes[index].end;
        }
    }
}

fn shown_nodes(outline: &Outline, root: usize) -> Vec<usize> {
    let mut shown = Vec::new();
    let mut index = root;
    while index < outline.nodes[root].end {
        let node = &outline.nodes[index];
        if node.is_left_out {
            index = node.end;
        } else {
            shown.push(index);
            index += 1;
        }
    }
    shown
}

/// Short links, at least three, and next to nothing else.
fn is_link_list(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let Sum { words, link_words, links, prose, .. } = node.sum;
    // The cell of a menu beside that of the text lays out a page.
    let is_column = || PROSE_MIN <= outline.nodes[node.parent].sum.prose;
    let is_list = match node.tag {
        Tag::Heading(_) | Tag::Row => false,
        Tag::Cell => is_column(),
        tag => tag.is_block(),
    };
    is_list
        && 3 <= links
        && node.sum.is_links(75)
        && prose == 0
        && link_words <= links * 10
        && words - link_words <= 30
}

/// A page's foot with its notice of copyright is no longer than this without its links.
const COLOPHON_WORDS: u32 = 40;

/// Nor has it more elements: no page is read over and over.
const COLOPHON_NODES: usize = 500;

/// Returns whether an element is the page's notice of copyright, with the links around it.
fn is_colophon(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let sum = node.sum;
    let is_small = node.end - index <= COLOPHON_NODES;
    let is_short = sum.words - sum.link_words <= COLOPHON_WORDS;
    if !node.tag.is_block() || sum.prose != 0 || !is_small || !is_short {
        return false;
    }
    let notices: u32 = (index..node.end)
        .filter(|&at| outline.nodes[at].block == at && outline.nodes[at].own_words != 0)
        .filter(|&at| is_notice(&outline.raw_text(at, 200)))
        .map(|at| outline.nodes[at].own_words)
        .sum();
    let others = (sum.words - sum.link_words).saturating_sub(notices);
    0 < notices && others <= sum.link_words
}

/// Returns whether words begin or end as a notice of copyright does.
fn is_notice(raw: &str) -> bool {
    let words = normalized(raw).to_lowercase();
    let start =
        words.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '\u{a9}' && c != '(');
    ["\u{a9}", "(c) ", "copyright "].iter().any(|sign| start.starts_with(sign))
        || words.trim_end_matches('.').ends_with("all rights reserved")
}

/// Returns whether links before the first sentence may be the author's, such as a list of those
/// that data goes to: in the content, and leading away from the page.
fn is_authors_list(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    node.is_in_content && node.sum.inner_links * 2 < node.sum.links
}

/// Returns whether prose stands before an element in the same box: the links belong to it. Where
/// the first prose of a box stands is sought once, and kept.
fn is_after_prose(
    outline: &Outline,
    index: usize,
    first_prose: &mut BTreeMap<usize, Option<usize>>,
) -> bool {
    let parent = outline.nodes[index].parent;
    let has_prose = |&child: &usize| {
        let node = &outline.nodes[child];
        !node.is_left_out && 0 < node.sum.prose
    };
    let first =
        first_prose.entry(parent).or_insert_with(|| outline.children(parent).find(has_prose));
    first.is_some_and(|first| first < index)
}

fn heading_words(outline: &Outline, shown: &[usize]) -> BTreeSet<String> {
    shown
        .iter()
        .filter(|&&index| matches!(outline.nodes[index].tag, Tag::Heading(_)))
        .map(|&index| key(outline, index))
        .collect()
}

/// Which links say what headings say.
struct Repeated {
    headings: BTreeSet<String>,
    /// For each node from the root on, how many such links stand before it. Counted when it is first
    /// asked for, and once: lists within lists have the same links.
    known: Option<Vec<usize>>,
}

impl Repeated {
    /// Returns whether a list's links lead within the page and most of them say what headings say:
    /// leaving it out loses no words.
    fn has(&mut self, outline: &Outline, root: usize, index: usize) -> bool {
        let sum = outline.nodes[index].sum;
        if sum.inner_links < 3 || sum.inner_links * 10 < sum.links * 8 {
            return false;
        }
        let headings = &self.headings;
        let known = self.known.get_or_insert_with(|| count_known(outline, root, headings));
        let known = known[outline.nodes[index].end - root] - known[index - root];
        sum.links as usize * 7 <= known * 10
    }
}

fn count_known(outline: &Outline, root: usize, headings: &BTreeSet<String>) -> Vec<usize> {
    let is_known = |at: usize| {
        let node = &outline.nodes[at];
        let is_link = node.tag == Tag::Anchor && 0 < node.sum.words;
        is_link && !headings.is_empty() && headings.contains(&key(outline, at))
    };
    let mut counts = vec![0];
    let mut count = 0;
    for at in root..outline.nodes[root].end {
        count += usize::from(is_known(at));
        counts.push(count);
    }
    counts
}

/// The letters and digits of an element's words, without a number before them.
fn key(outline: &Outline, index: usize) -> String {
    let words = normalized(&outline.raw_text(index, 300)).to_lowercase();
    let letters: String = words.chars().filter(|c| c.is_alphanumeric()).collect();
    letters.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned()
}
