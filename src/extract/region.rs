//! Where on the page the policy stands.

use crate::extract::{
    furniture,
    outline::{Outline, is_content},
    tag::Tag,
};

/// The part of a page that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Region {
    /// Where in the outline the parts begin, in the order of reading; none is inside another.
    pub roots: Vec<usize>,
    /// How it was found, in words.
    pub words: String,
}

/// Finds the policy, with the title over it.
pub fn find(outline: &Outline) -> Region {
    let body = body(outline);
    let mut region = without_title(outline, body);
    let title = title_over(outline, body, &region);
    region.roots.splice(0..0, title);
    region
}

/// A title with what stands beside it, such as a date, is no longer than this, in words.
const TITLE_WORDS_MAX: u32 = 80;

/// Returns the elements of the page's title where the policy's part of the page has none: many
/// sites set it in a box of its own over the text, with the date.
fn title_over(outline: &Outline, body: usize, region: &Region) -> Vec<usize> {
    let is_title = |at: usize| {
        let node = &outline.nodes[at];
        let sum = node.sum;
        // What is all link is the site's name.
        node.tag == Tag::Heading(1) && sum.link_words * 2 < sum.words
    };
    let Some(&start) = region.roots.first() else { return Vec::new() };
    let is_titled = region.roots.iter().any(|&root| (root..outline.nodes[root].end).any(is_title));
    let is_before = |&at: &usize| outline.nodes[at].end <= start && !is_hidden_away(outline, at);
    let title = (body..start).rev().filter(|&at| is_title(at)).find(is_before);
    let Some(title) = title.filter(|_| !is_titled) else { return Vec::new() };
    let is_beside = |&at: &usize| body < at && outline.nodes[at].end <= start;
    let widest = outline.ancestors(title).filter(is_beside).last();
    let until = widest.map_or(start, |at| outline.nodes[at].end);
    let pieces = between(outline, body, title, until);
    let words: u32 = pieces.iter().map(|&at| outline.nodes[at].sum.words).sum();
    if words <= TITLE_WORDS_MAX { pieces } else { vec![title] }
}

/// Finds the policy: the content element with the most prose, unless it holds less than half of
/// the page's. Then the policy is not in it alone, and the elements around it are taken, out to
/// one that holds most of it.
fn without_title(outline: &Outline, body: usize) -> Region {
    let weight = |index: usize| {
        let sum = outline.nodes[index].sum;
        (sum.prose, sum.words)
    };
    let candidates = (0..outline.nodes.len()).filter(|&index| {
        let node = &outline.nodes[index];
        node.element.is_some()
            && !node.is_in_content
            && is_content(node)
            && !is_hidden_away(outline, index)
    });
    // The first of the largest: `max_by_key` would give the last.
    let best =
        candidates.reduce(|best, next| if weight(best) < weight(next) { next } else { best });
    let Some(best) = best else {
        return without_content_element(outline, body);
    };
    let whole = weight(body).0;
    let holds = |index: usize, percent: u32| whole * percent <= weight(index).0 * 100;
    if holds(best, 50) {
        let words = format!("the page's {}", name(outline, best));
        return Region { roots: vec![best], words };
    }
    let around = outline.ancestors(best).find(|&at| holds(at, 80)).unwrap_or(body);
    let words = match around == body {
        true => format!("the whole page, since {} holds too little", name(outline, best)),
        false => format!("what is around the page's {}", name(outline, best)),
    };
    Region { roots: vec![around], words }
}

/// With fewer words of sentences than this the whole page is read.
const PROSE_MIN: u32 = 30;

/// Returns the part of a page that names none: the smallest element with every sentence of the
/// page, and, so that nothing of a policy is lost, the one around it with all between the page's
/// first heading and it. What is outside says no sentence.
fn without_content_element(outline: &Outline, body: usize) -> Region {
    let whole = || Region { roots: vec![body], words: "the whole page".to_owned() };
    let prose = outline.nodes[body].sum.prose;
    if prose < PROSE_MIN {
        return whole();
    }
    let mut smallest = body;
    while let Some(within) = with_every_sentence(outline, smallest) {
        smallest = within;
    }
    // A list or a table without sentences may stand beside the text.
    let own_words = |at: usize| outline.nodes[at].sum.words - outline.nodes[at].sum.link_words;
    let holds_most = |at: &usize| own_words(body) * 6 <= own_words(*at) * 10;
    let around = outline.ancestors(smallest).find(holds_most).unwrap_or(body);
    if smallest == body || around <= body {
        return whole();
    }
    let is_heading = |&at: &usize| {
        let node = &outline.nodes[at];
        matches!(node.tag, Tag::Heading(_)) && 0 < node.sum.words && !is_hidden_away(outline, at)
    };
    let mut roots = match (body..around).find(is_heading) {
        Some(heading) => between(outline, body, heading, around),
        None => Vec::new(),
    };
    roots.push(around);
    Region { roots, words: "the part of the page that holds every sentence".to_owned() }
}

/// Returns the element within another that holds all its sentences but those of boxes beside it
/// that ask for consent.
fn with_every_sentence(outline: &Outline, around: usize) -> Option<usize> {
    let prose = |at: usize| outline.nodes[at].sum.prose;
    let asking: Vec<usize> =
        outline.children(around).filter(|&at| furniture::asks_for_consent(outline, at)).collect();
    let asked: u32 = asking.iter().map(|&at| prose(at)).sum();
    let rest = prose(around) - asked;
    outline.children(around).find(|at| prose(*at) == rest && 0 < rest && !asking.contains(at))
}

/// Returns the outermost elements that begin at `from` or after it and end before `until`.
fn between(outline: &Outline, body: usize, from: usize, until: usize) -> Vec<usize> {
    let mut roots = Vec::new();
    let mut index = body + 1;
    while index < until {
        let node = &outline.nodes[index];
        if from <= index && node.end <= until {
            roots.push(index);
            index = node.end;
        } else {
            index += 1;
        }
    }
    roots
}

/// Content inside of something that is left out is none.
fn is_hidden_away(outline: &Outline, index: usize) -> bool {
    outline.nodes[index].is_left_out
        || outline.ancestors(index).any(|at| outline.nodes[at].is_left_out)
}

fn body(outline: &Outline) -> usize {
    let is_body = |index: &usize| {
        outline.nodes[*index].element.is_some_and(|element| element.name() == "body")
    };
    (0..outline.nodes.len().min(64)).find(is_body).unwrap_or(0)
}

fn name(outline: &Outline, index: usize) -> &'static str {
    match outline.nodes[index].tag {
        Tag::Main => "main element",
        Tag::Article => "article element",
        _ => "element with a content role",
    }
}
