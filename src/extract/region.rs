//! Where on the page the policy stands.

use crate::extract::{
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

/// Finds the policy: the content element with the most prose, unless it holds less than half of
/// the page's. Then the policy is not in it alone, and the elements around it are taken, out to
/// one that holds most of it.
pub fn find(outline: &Outline) -> Region {
    let body = body(outline);
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
const PROSE_MIN: u32 = 150;

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
    while let Some(within) =
        outline.children(smallest).find(|&child| outline.nodes[child].sum.prose == prose)
    {
        smallest = within;
    }
    let around = outline.nodes[smallest].parent;
    if smallest == body || around == body || around < body {
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
