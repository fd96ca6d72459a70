//! What words are by their form: a sentence that describes, a title, a menu.

use crate::compare::meaning::altered::{self, Frame};
use crate::compare::meaning::lexicon::{DATA, IMPERATIVES, MATTER, MENU, STEPS};
use crate::compare::meaning::reading::ReadKind;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::standing::Standing;

/// Returns whether a clause is a whole sentence that binds nobody: no modal, nobody who acts, no
/// list that it belongs to.
pub fn is_description(frame: &Frame) -> bool {
    let binds =
        |it: Sense| matches!(it, Sense::Force(_) | Sense::Negation | Sense::Company | Sense::User);
    let is_verb = |key: &str| {
        matches!(key, "is" | "are" | "was" | "were" | "has" | "have" | "includes" | "requires")
    };
    frame.reads.iter().any(|it| is_verb(&it.key))
        && frame.terms.iter().all(|it| {
            !binds(it.sense)
                || frame.reads[it.at.start].key == "your"
                || frame.reads[it.at.start].key == "our"
        })
        && frame.reads.last().is_some_and(|it| it.key == ".")
}

/// The most words of a title.
const TITLE_MAX: usize = 14;

/// Returns whether words are a title of what follows, by their form: no sentence, no member of a
/// list, nobody who acts.
pub fn is_title(frame: &Frame, standing: &Standing<'_>) -> bool {
    let is_item = !standing.lead_in.is_empty() || standing.previous.ends_with([':', ';', ',']);
    let binds = |it: Sense| {
        matches!(it, Sense::Force(_) | Sense::Negation | Sense::Exception | Sense::Exclusive)
    };
    let acts = frame.reads.iter().any(|it| {
        matches!(
            it.key.as_str(),
            "we" | "you" | "is" | "are" | "was" | "were" | "has" | "have" | "do" | "does"
        )
    });
    let first = frame.reads.first().map_or("", |it| it.key.as_str());
    let is_listed = first.ends_with("ing")
        || IMPERATIVES.contains(first)
        || MATTER.contains(first)
        || DATA.contains(first)
        || STEPS.contains(first);
    let is_closed = frame.reads.last().is_none_or(|it| matches!(it.key.as_str(), "." | ";" | ","));
    !is_item
        && !acts
        && !is_listed
        && !is_closed
        && frame.reads.len() <= TITLE_MAX
        && frame.reads[0].is_capital
        && !frame.terms.iter().any(|it| binds(it.sense))
}

/// Returns whether words are nothing but names of documents and of places on a site, as in a menu.
pub fn is_menu(frame: &Frame) -> bool {
    let mut content = frame.reads.iter().filter(|it| it.kind == ReadKind::Word).peekable();
    content.peek().is_some()
        && content.all(|it| altered::is_function(&it.key) || MENU.contains(it.key.as_str()))
        && frame.reads.last().is_some_and(|it| it.key != ".")
}
