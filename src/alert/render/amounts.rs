//! What a verdict says, in plain words.

use crate::alert::render::visible::{clipped, visible};
use crate::model::verdict::{Direction, Meaning, Norm, OtherPage, Side, Sureness, Tag, Verdict};

/// The most characters of deciding words in one line.
const WORDS_CHARS_MAX: usize = 60;

/// Returns what an edit amounts to: `a promise was weakened ("will" became "may")`.
pub fn phrase(verdict: &Verdict) -> String {
    let what = what(verdict);
    let is_perhaps = verdict.sureness == Sureness::Low && verdict.meaning.is_substantive();
    let unsure = if is_perhaps { "perhaps " } else { "" };
    match deciding(verdict) {
        Some(words) => format!("{unsure}{what} ({words})"),
        None => format!("{unsure}{what}"),
    }
}

/// Returns the same with who is bound more or less by it, and what else is to be said.
pub fn account(verdict: &Verdict) -> String {
    let mut words = phrase(verdict);
    if let Some(way) = way(verdict) {
        words.push_str("; ");
        words.push_str(way);
    }
    for tag in &verdict.tags {
        if let Some(also) = also(*tag) {
            words.push_str("; ");
            words.push_str(also);
        }
    }
    words
}

fn what(verdict: &Verdict) -> String {
    let clause = match verdict.has(Tag::Safeguard) {
        true => "a limit on users that protects others",
        false => clause(verdict.norm),
    };
    match verdict.meaning {
        Meaning::Cosmetic if verdict.has(Tag::Moved) => "moved, in the same words".to_owned(),
        Meaning::Cosmetic if verdict.has(Tag::Renumbered) => "renumbered alone".to_owned(),
        Meaning::Cosmetic if verdict.has(Tag::Furniture) => {
            "a heading or a menu, which binds nobody by itself".to_owned()
        }
        Meaning::Cosmetic => "no word that counts is another".to_owned(),
        Meaning::Editorial if verdict.is_unclear() => {
            "reworded; what that means is not clear: please read".to_owned()
        }
        Meaning::Editorial => "other words, and no sign that they bind otherwise".to_owned(),
        Meaning::Widened => format!("{clause} was widened"),
        Meaning::Narrowed => format!("{clause} was narrowed"),
        Meaning::Condition => format!("a condition of {clause} was changed"),
        Meaning::Exception if verdict.has(Tag::ExceptionAdded) => {
            format!("an exception to {clause} was added")
        }
        Meaning::Exception if verdict.has(Tag::ExceptionRemoved) => {
            format!("an exception to {clause} was removed")
        }
        Meaning::Exception => format!("an exception to {clause} was changed"),
        Meaning::Added => match verdict.on_page.as_deref().map(named) {
            Some(page) if verdict.has(Tag::OnOtherPage) => {
                format!("{clause} was added, which stood on {page} before")
            }
            Some(page) => format!("{clause} was added; part of it stood on {page} before"),
            None => format!("{clause} was added"),
        },
        Meaning::Strengthened => format!("{clause} was strengthened"),
        Meaning::Weakened => format!("{clause} was weakened"),
        Meaning::Removed => match verdict.on_page.as_deref().map(named) {
            Some(page) if verdict.has(Tag::OnOtherPage) => {
                format!("{clause} was removed, and is now on {page}")
            }
            Some(page) => format!("{clause} was removed; part of it is on {page}"),
            None => format!("{clause} was removed"),
        },
    }
}

/// Returns another page by its title, where it has one, and its id.
fn named(other: &OtherPage) -> String {
    match other.title == other.page.as_str() {
        true => other.page.to_string(),
        false => {
            let title = clipped(&visible(&other.title), TITLE_CHARS_MAX);
            format!("\"{title}\" ({})", other.page)
        }
    }
}

/// The most characters of another page's title.
const TITLE_CHARS_MAX: usize = 80;

fn clause(norm: Norm) -> &'static str {
    match norm {
        Norm::Commitment => "a promise",
        Norm::Reservation => "what the company may do",
        Norm::UserDuty => "a duty of users",
        Norm::UserRight => "a right of users",
        Norm::Definition => "a definition",
        Norm::Fact => "a statement",
    }
}

fn way(verdict: &Verdict) -> Option<&'static str> {
    if !verdict.meaning.is_substantive() {
        return None;
    }
    match verdict.direction {
        Direction::Neutral => None,
        Direction::UserMore => Some("more is asked of users"),
        Direction::UserLess => Some("less is asked of users"),
        Direction::Unclear => Some("which way it goes is not clear"),
        Direction::Tighter => Some("the public is protected better"),
        Direction::Looser => Some("the public is protected less"),
    }
}

fn also(tag: Tag) -> Option<&'static str> {
    match tag {
        Tag::Moved => Some("it stands elsewhere now"),
        Tag::EvidenceLost => Some("a reference is lost with it"),
        Tag::Duplicate => Some("the same words stand elsewhere in the text still"),
        Tag::Mixed => Some("other parts go the other way"),
        Tag::Ambiguous => Some("its counterpart cannot be told from others"),
        Tag::Resegmented => Some("a sentence begins or ends elsewhere"),
        Tag::Renumbered
        | Tag::DateStamp
        | Tag::Furniture
        | Tag::Reference
        | Tag::OnOtherPage
        | Tag::Contact
        | Tag::Safeguard
        | Tag::Renamed
        | Tag::ExceptionAdded
        | Tag::ExceptionRemoved
        | Tag::ExceptionChanged
        | Tag::Deadline
        | Tag::Number
        | Tag::Trigger
        | Tag::Hedge
        | Tag::Polarity
        | Tag::Exclusivity
        | Tag::Appended
        | Tag::List => None,
    }
}

/// Returns the words that decided, before and after.
fn deciding(verdict: &Verdict) -> Option<String> {
    let words = |side: Side| -> Option<String> {
        let words = verdict.triggers.iter().filter(|it| it.side == side);
        let words: Vec<&str> = words.map(|it| it.words.as_str()).collect();
        let shown = clipped(&visible(&words.join(" … ")), WORDS_CHARS_MAX);
        (!shown.is_empty()).then(|| format!("\"{shown}\""))
    };
    match (words(Side::Before), words(Side::After)) {
        (Some(before), Some(after)) => Some(format!("{before} became {after}")),
        (Some(before), None) => Some(format!("without {before}")),
        (None, Some(after)) => Some(format!("with {after}")),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::{Bound, Trigger};

    #[test]
    fn what_stands_elsewhere_is_told_with_the_title_of_the_page() {
        let page = "terms".parse().unwrap();
        let mut verdict = Verdict::quiet(Meaning::Removed, vec![Tag::OnOtherPage]);
        verdict.norm = Norm::Commitment;
        verdict.on_page = Some(Box::new(OtherPage { page, title: "Terms of use".to_owned() }));
        let is_now = "a promise was removed, and is now on \"Terms of use\" (terms)";
        assert_eq!(phrase(&verdict), is_now);
        verdict.tags.clear();
        let is_part = "a promise was removed; part of it is on \"Terms of use\" (terms)";
        assert_eq!(phrase(&verdict), is_part);
        verdict.meaning = Meaning::Added;
        verdict.tags.push(Tag::OnOtherPage);
        let was = "a promise was added, which stood on \"Terms of use\" (terms) before";
        assert_eq!(phrase(&verdict), was);
    }

    #[test]
    fn what_nobody_can_tell_is_said_in_plain_words() {
        let mut verdict = Verdict::quiet(Meaning::Editorial, Vec::new());
        verdict.sureness = Sureness::Low;
        assert_eq!(phrase(&verdict), "reworded; what that means is not clear: please read");
    }

    #[test]
    fn a_verdict_reads_as_a_sentence_would() {
        let trigger = |side, words: &str| Trigger { side, span: 0..0, words: words.to_owned() };
        let verdict = Verdict {
            meaning: Meaning::Weakened,
            direction: Direction::Looser,
            norm: Norm::Commitment,
            bound: Bound::Company,
            sureness: Sureness::High,
            tags: vec![Tag::Moved],
            triggers: vec![trigger(Side::Before, "will"), trigger(Side::After, "may")],
            on_page: None,
        };
        assert_eq!(phrase(&verdict), "a promise was weakened (\"will\" became \"may\")");
        assert_eq!(
            account(&verdict),
            "a promise was weakened (\"will\" became \"may\"); the public is protected less; it \
             stands elsewhere now"
        );
    }
}
