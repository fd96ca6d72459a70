//! What stands around a policy on every page of a site: left out, for it changes by itself.
//!
//! An element goes because of what it is (`nav`, `footer`, a consent dialog), or because its
//! author's name for it and its make agree (called `share`, and short, and links). Prose keeps
//! an element in, whatever it is called; and nothing that holds most of the page ever goes.

use crate::extract::{
    classes::{Hint, Hints},
    outline::{Node, Outline, Sum, opens_something},
    tag::Tag,
    words::normalized,
};

/// More prose than this is no furniture but by an element's meaning: a banner's text is shorter.
const PROSE_MAX: u32 = 60;

/// Leaves out the furniture of a page.
pub fn leave_out(outline: &mut Outline) {
    mark_within(outline, 0, &[]);
    settle(outline);
}

/// Marks the furniture below `root` as left out, but nothing that is one of `chosen` or around
/// one; these are in order. What is below the marked is counted anew by [`settle`].
pub fn mark_within(outline: &mut Outline, root: usize, chosen: &[usize]) {
    let whole = outline.nodes[root].sum;
    let mut index = root + 1;
    while index < outline.nodes[root].end {
        let node = &outline.nodes[index];
        let next = chosen.get(chosen.partition_point(|&at| at < index));
        let is_chosen = next.is_some_and(|&at| at < node.end);
        let may_go = !is_chosen && !node.is_left_out && node.tag != Tag::Text;
        if may_go && is_furniture(outline, index, whole) {
            outline.nodes[index].is_left_out = true;
        }
        let node = &outline.nodes[index];
        index = if node.is_left_out { node.end } else { index + 1 };
    }
}

/// Counts without what was marked, and leaves out the captions that are left with nothing.
pub fn settle(outline: &mut Outline) {
    outline.count();
    leave_out_bare_captions(outline);
}

/// Leaves out what names a part of the page that is left out: the caption of a box that opens
/// on nothing but furniture.
fn leave_out_bare_captions(outline: &mut Outline) {
    let mut has_any = false;
    for index in 0..outline.nodes.len() {
        let node = &outline.nodes[index];
        if node.tag != Tag::Caption || node.sum.words == 0 || node.is_left_out {
            continue;
        }
        let around = node.parent;
        let is_bare = outline.nodes[around].sum.words == node.sum.words
            && outline.children(around).any(|child| outline.nodes[child].is_left_out);
        has_any |= is_bare;
        outline.nodes[index].is_left_out |= is_bare;
    }
    if has_any {
        outline.count();
    }
}

fn is_furniture(outline: &Outline, index: usize, page: Sum) -> bool {
    let node = &outline.nodes[index];
    match node.tag {
        Tag::Text | Tag::Unseen | Tag::Field | Tag::Break | Tag::Rule => return false,
        Tag::Anchor => return is_mark(outline, index) || is_skip_link(outline, index),
        Tag::Button => return is_idle_button(outline, index),
        Tag::TextArea => return node.sum.words < PROSE_MAX,
        Tag::Inline => return is_inline_furniture(outline, index),
        Tag::Heading(_)
        | Tag::Block
        | Tag::Caption
        | Tag::Pre
        | Tag::Ordered
        | Tag::Unordered
        | Tag::Item
        | Tag::Table
        | Tag::Row
        | Tag::Cell
        | Tag::Nav
        | Tag::Footer
        | Tag::Header
        | Tag::Aside
        | Tag::Dialog
        | Tag::Main
        | Tag::Article => (),
    }
    if node.sum.words == 0 || is_most(node.sum, page) {
        return false;
    }
    let is_announced = node.sum.words <= ANNOUNCED_WORDS && is_announcer(node);
    if is_announced || (node.sum.words <= 5 && is_signpost(outline, index)) {
        return true;
    }
    (node.sum.words <= COUNTER_WORDS && is_counter(&outline.raw_text(index, 100)))
        || is_by_meaning(outline, index, page)
        || is_by_name(node, page)
}

/// Returns whether an element holds most of what the page says.
fn is_most(sum: Sum, page: Sum) -> bool {
    if 0 < page.prose { page.prose < sum.prose * 2 } else { page.words < sum.words * 2 }
}

/// What the elements of HTML, or the roles of ARIA, say that they are.
fn is_by_meaning(outline: &Outline, index: usize, page: Sum) -> bool {
    let node = &outline.nodes[index];
    let sum = node.sum;
    let role = if node.attr("role").is_some() { node.role() } else { String::new() };
    match (role.as_str(), node.tag) {
        ("navigation" | "menu" | "menubar" | "search", _) | ("", Tag::Nav) => {
            // A folded part of the page may be called so; it says sentences and leads nowhere.
            sum.prose == 0 || (sum.prose <= PROSE_MAX && 0 < sum.links) || sum.is_links(50)
        }
        ("contentinfo", _) | ("", Tag::Footer) => is_page_foot(outline, index),
        ("banner", _) | ("", Tag::Header) => is_page_head(node),
        ("complementary", _) | ("", Tag::Aside) => {
            let leads_on = 0 < sum.links + sum.controls;
            sum.prose <= PROSE_MAX
                && (sum.is_links(50) || (sum.prose == 0 && sum.words < 40 && leads_on))
        }
        ("dialog" | "alertdialog", _) | ("", Tag::Dialog) => is_interruption(outline, index, page),
        _ => node.attr("aria-modal") == Some("true") && is_interruption(outline, index, page),
    }
}

/// A foot of the page: outside of the content always, inside of it when it is but links. One
/// within a box that says sentences and leads nowhere is the foot of what is in the box.
fn is_page_foot(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    if node.is_in_content {
        return node.sum.is_links(50) && node.sum.prose <= PROSE_MAX;
    }
    let around = outline.nodes[node.parent].element.map(|element| element.name());
    let is_boxed = around.is_some_and(|name| name != "body");
    let is_note = 0 < node.sum.prose && node.sum.links + node.sum.controls == 0;
    !(is_boxed && is_note)
}

/// A head of the page: not of an article, and without the heading of the page.
fn is_page_head(node: &Node) -> bool {
    !node.is_in_content && node.sum.headings == 0 && node.sum.prose <= PROSE_MAX
}

/// A box over the page that wants an answer: about cookies, or a short one with buttons.
fn is_interruption(outline: &Outline, index: usize, page: Sum) -> bool {
    let node = &outline.nodes[index];
    let sum = node.sum;
    if sum.prose == 0 {
        return true;
    }
    let is_small = sum.words * 10 <= page.words * 3;
    (sum.words <= PROSE_MAX && 0 < sum.controls + sum.links)
        || (is_small && 0 < sum.controls && is_about_consent(outline, index))
}

fn is_about_consent(outline: &Outline, index: usize) -> bool {
    let says = outline.raw_text(index, 1_000).to_lowercase();
    let element = outline.nodes[index].element;
    element.is_some_and(|element| Hints::of(element).has(Hint::Consent))
        || says.contains("cookie")
        || says.contains("consent")
}

/// Returns whether a box, whatever it is called, asks for consent: short, with buttons, and about
/// cookies. A section of the policy may be so as well; whoever asks looks where it stands.
pub fn asks_for_consent(outline: &Outline, index: usize) -> bool {
    let prose = outline.nodes[index].sum.prose;
    // Its buttons may be left out by now.
    let has_buttons =
        || (index..outline.nodes[index].end).any(|at| outline.nodes[at].tag == Tag::Button);
    0 < prose && prose <= PROSE_MAX && has_buttons() && is_about_consent(outline, index)
}

/// What the author's name for an element and its make say together.
fn is_by_name(node: &Node, page: Sum) -> bool {
    let sum = node.sum;
    let Some(element) = node.element else { return false };
    let hints = Hints::of(element);
    if hints == Hints::default() || sum.links + sum.controls == 0 {
        return is_consent_tool(node, hints);
    }
    is_consent_tool(node, hints)
        || (hints.has(Hint::Consent) && is_consent_box(node, page))
        || (sum.prose <= PROSE_MAX && is_named_furniture(node, hints))
}

/// What a consent manager puts on the page, whatever it says today.
fn is_consent_tool(node: &Node, hints: Hints) -> bool {
    hints.has(Hint::ConsentTool) && !node.is_in_content
}

fn is_named_furniture(node: &Node, hints: Hints) -> bool {
    let sum = node.sum;
    let is_outside = !node.is_in_content;
    let has = |hint| hints.has(hint);
    (has(Hint::Breadcrumb) && sum.words <= 40)
        || (has(Hint::Share) && sum.words <= 30)
        || (has(Hint::Related) && sum.is_links(40) && 2 <= sum.links)
        || (has(Hint::Newsletter) && 0 < sum.controls && sum.words <= 80)
        || (has(Hint::Menu) && sum.is_links(50) && sum.prose <= 20)
        || (has(Hint::Contents) && sum.is_links(60) && sum.links <= sum.inner_links * 2)
        || (has(Hint::Feedback) && 0 < sum.controls && sum.words <= PROSE_MAX)
        || (has(Hint::Language) && sum.is_links(60) && 2 <= sum.links)
        || (has(Hint::Language) && 0 < sum.controls && sum.words <= 10)
        || (has(Hint::Pager) && sum.is_links(50) && sum.words <= 40)
        || (has(Hint::Promotion) && is_outside && sum.words <= PROSE_MAX)
        || (has(Hint::Action) && sum.prose == 0 && sum.words <= ACTION_WORDS)
        || (has(Hint::Footer) && is_outside && (sum.is_links(40) || sum.words <= PROSE_MAX))
        || (has(Hint::Footer) && sum.is_links(60))
        || (has(Hint::Form) && 0 < sum.controls && sum.words <= PROSE_MAX && sum.prose <= 20)
        || (has(Hint::Skip) && sum.is_links(90) && sum.words <= 10)
}

/// A call to do something, such as to open an account, is no longer than this.
const ACTION_WORDS: u32 = 30;

/// A consent box that is no dialog: it wants an answer, and is small beside the page. One with
/// much prose has two buttons at least, or it may be a section about cookies.
fn is_consent_box(node: &Node, page: Sum) -> bool {
    let sum = node.sum;
    let is_small = sum.words * 10 <= page.words * 3;
    match (node.is_in_content, sum.prose <= PROSE_MAX) {
        (true, _) => 0 < sum.controls && sum.words <= PROSE_MAX,
        (false, true) => is_small && 0 < sum.controls,
        (false, false) => is_small && 2 <= sum.controls,
    }
}

/// A link to where it stands: `#`, `¶` or a picture of a chain beside a heading.
fn is_mark(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    node.sum.words == 0
        && node.attr("href").is_some_and(|href| href.contains('#'))
        && (index + 1..node.end).all(|at| outline.nodes[at].text.trim().chars().count() <= 2)
}

/// "Skip to content", "Back to top": ways within the page, for its users, not its readers.
fn is_skip_link(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let Some(href) = node.attr("href").map(str::trim) else { return false };
    // "You may skip to part nine" in a sentence is the author's.
    let is_alone = outline.nodes[node.block].own_words == 0;
    if !href.starts_with('#') || 6 < node.sum.words || !is_alone {
        return false;
    }
    let says = outline.raw_text(index, 100).trim().to_lowercase();
    matches!(href, "#top" | "#page-top" | "#back-to-top")
        || ["skip to ", "skip navigation", "jump to content", "jump to main", "back to top"]
            .iter()
            .any(|start| says.starts_with(start))
}

/// Words that run on, but not with the words around them.
fn is_inline_furniture(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let is_alone = || outline.nodes[node.block].own_words == node.sum.words;
    is_spoken_note(node)
        || (node.sum.words <= ANNOUNCED_WORDS && is_announcer(node))
        || ((1..=5).contains(&node.sum.words) && is_alone() && is_signpost(outline, index))
        || ((2..=COUNTER_WORDS).contains(&node.sum.words)
            && is_alone()
            && is_counter(&outline.raw_text(index, 100)))
}

/// Counters of readers are no longer than this: "123 of 456 people found this helpful".
const COUNTER_WORDS: u32 = 8;

/// What is counted beside a text: its readers, and their minutes.
const COUNTED: [&str; 18] = [
    "view",
    "views",
    "like",
    "likes",
    "share",
    "shares",
    "comment",
    "comments",
    "claps",
    "reads",
    "reactions",
    "followers",
    "upvotes",
    "downloads",
    "min read",
    "mins read",
    "minute read",
    "minutes read",
];

/// Returns whether words are nothing but a count of readers or of their minutes: "1,343 views",
/// "3 min read", "12 out of 40 found this helpful".
fn is_counter(raw: &str) -> bool {
    let words = normalized(raw).to_lowercase();
    let Some((count, rest)) = words.split_once(' ') else { return false };
    let is_count = |word: &str| {
        let digits = word.trim_end_matches(['k', 'm', '+']);
        digits.starts_with(|c: char| c.is_ascii_digit())
            && digits.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '-'))
    };
    let counted = rest.trim_end_matches(['.', ')']);
    is_count(count) && (COUNTED.contains(&counted) || counted.ends_with("found this helpful"))
}

/// Words for readers of screens about the link they stand in, such as "opens in a new window".
fn is_spoken_note(node: &Node) -> bool {
    if !node.is_in_link || node.sum.words == 0 || 8 < node.sum.words {
        return false;
    }
    let class = node.attr("class").unwrap_or("").to_ascii_lowercase();
    ["sr-only", "visually-hidden", "visuallyhidden", "screen-reader"]
        .iter()
        .any(|name| class.contains(name))
}

/// A live region with more words than this is a part of the page that is filled in later.
const ANNOUNCED_WORDS: u32 = 12;

/// A live region: it speaks of what happens on the page, such as that it was opened.
fn is_announcer(node: &Node) -> bool {
    matches!(node.attr("aria-live"), Some("polite" | "assertive"))
}

/// What sites write over a table of contents, or on a way within the page, and nothing else.
const SIGNPOSTS: [&str; 28] = [
    "table of contents",
    "contents",
    "on this page",
    "in this article",
    "in this section",
    "in this document",
    "in this policy",
    "page contents",
    "quick links",
    "jump to",
    "skip to content",
    "skip to main content",
    "skip to navigation",
    "skip to main navigation",
    "skip navigation",
    "skip to footer",
    "back to top",
    "copy link",
    "share this page",
    "print this page",
    "inhaltsverzeichnis",
    "inhalt",
    "auf dieser seite",
    "table des mati\u{e8}res",
    "sommaire",
    "inhoudsopgave",
    "\u{ed}ndice",
    "\u{76ee}\u{5f55}",
];

/// Returns whether an element says one of [`SIGNPOSTS`] and no more.
fn is_signpost(outline: &Outline, index: usize) -> bool {
    let says = normalized(&outline.raw_text(index, 100)).to_lowercase();
    SIGNPOSTS.contains(&says.trim_end_matches([':', '.']))
}

/// A button that does something, rather than name what follows it or be part of a sentence.
fn is_idle_button(outline: &Outline, index: usize) -> bool {
    let node = &outline.nodes[index];
    let sum = node.sum;
    if sum.words == 0 {
        return true;
    }
    if opens_something(node) || 0 < sum.headings || 12 <= sum.words {
        return false;
    }
    for at in outline.ancestors(index).take(4) {
        let around = &outline.nodes[at];
        let is_alone = around.sum.words == sum.words;
        if matches!(around.tag, Tag::Heading(_) | Tag::Caption) {
            return !is_alone;
        }
        let is_paragraph = around.element.is_some_and(|element| element.name() == "p");
        if around.tag.is_block() && (0 < around.own_prose || (is_paragraph && !is_alone)) {
            return false;
        }
    }
    !is_before_prose(outline, index)
}

/// Returns whether prose follows a button, or a box that holds nothing but the button.
fn is_before_prose(outline: &Outline, index: usize) -> bool {
    let mut at = index;
    for _ in 0..3 {
        let node = &outline.nodes[at];
        let parent = node.parent;
        if parent == at {
            return false;
        }
        let mut following = outline.siblings_after(at).filter(|&child| {
            0 < outline.nodes[child].sum.words || outline.nodes[child].tag == Tag::Button
        });
        if let Some(next) = following.next() {
            let next = &outline.nodes[next];
            return next.tag != Tag::Text && next.tag.is_block() && 20 <= next.sum.prose;
        }
        if outline.nodes[parent].sum.words != node.sum.words {
            return false;
        }
        at = parent;
    }
    false
}
