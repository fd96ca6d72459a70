//! Whether a text may not be the policy at all, judged beside the established text.

use std::collections::BTreeSet;

use crate::{
    compare::wording::likeness,
    extract::{language::detected, signs::missing_notice},
    model::{
        text::{Block, BlockKind, Text},
        trouble::{Trouble, TroubleKind},
    },
};

/// A text of fewer characters than this cannot collapse: a third of it is noise.
const CHARS_MIN: usize = 600;

/// Below this many words in a thousand in common, two texts are two documents.
const OTHER_PAGE_PER_MILLE: u32 = 120;

/// Below this many words in a thousand in common, two texts under other titles are two documents:
/// those of one site share their notices and addresses.
const OTHER_TITLE_PER_MILLE: u32 = 350;

/// What is known of a visit's page beside its text.
#[derive(Clone, Copy, Debug)]
pub struct Aspect<'a> {
    /// The strongest sign of trouble on the page itself.
    pub sign: Option<&'a Trouble>,
    /// The language of the text after.
    pub language_after: Option<&'a str>,
    /// Whether the body may have been cut off without a word: only the connection's end ended it.
    pub may_be_cut: bool,
    /// Whether the body does not close its `html` element.
    pub is_open: bool,
}

/// Returns why the text after may not be the policy whose established text is `before`.
///
/// A page that was healthy with the same words is healthy whatever else it looks like, so this
/// is asked only of texts whose words differ.
pub fn suspicion(before: &Text, after: &Text, aspect: &Aspect) -> Option<Trouble> {
    let (chars_before, chars_after) = (before.char_count(), after.char_count());
    if chars_after == 0 {
        return Some(Trouble::new(TroubleKind::Empty, "no words where there were some before"));
    }
    let collapsed = CHARS_MIN <= chars_before && chars_after * 3 < chars_before;
    let alike = if are_mostly_one(before, after) { 1000 } else { likeness(before, after) };
    if let Some(sign) = aspect.sign
        && (chars_after * 2 < chars_before || alike < OTHER_PAGE_PER_MILLE * 3)
    {
        return Some(sign.clone());
    }
    if let Some(language_after) = aspect.language_after
        && alike < OTHER_PAGE_PER_MILLE * 3
        && let Some(language_before) = detected(before)
        && language_before != language_after
    {
        let evidence = format!("`{language_after}` where it was `{language_before}`");
        return Some(Trouble::new(TroubleKind::OtherLanguage, evidence));
    }
    if collapsed {
        let notice = notice_in_place(before, after);
        let evidence = format!("{chars_after} characters where there were {chars_before}");
        return Some(match notice {
            Some(words) => {
                Trouble::new(TroubleKind::SoftMissing, format!("{evidence}; \"{words}\""))
            }
            None => Trouble::new(TroubleKind::Collapsed, evidence),
        });
    }
    if let Some(evidence) = missing_parts(before, after, aspect) {
        return Some(Trouble::new(TroubleKind::Partial, evidence));
    }
    if aspect.may_be_cut && chars_after * 10 < chars_before * 7 {
        let evidence = format!(
            "the connection closed after {chars_after} characters where there were \
             {chars_before}; nothing tells that the page was whole"
        );
        return Some(Trouble::new(TroubleKind::Partial, evidence));
    }
    if CHARS_MIN <= chars_before && alike < OTHER_PAGE_PER_MILLE {
        let evidence = format!("{alike} words in a thousand are those of the version before");
        return Some(Trouble::new(TroubleKind::OtherPage, evidence));
    }
    if CHARS_MIN <= chars_before
        && alike < OTHER_TITLE_PER_MILLE
        && let (Some(title_before), Some(title_after)) = (title(before), title(after))
        && !shares_a_word(title_before, title_after)
    {
        let evidence = format!(
            "it is headed \"{title_after}\" where it was \"{title_before}\", and {alike} words in a \
             thousand are those of the version before"
        );
        return Some(Trouble::new(TroubleKind::OtherPage, evidence));
    }
    None
}

/// Returns whether nine tenths of both texts stand in blocks that the other has word for word: they
/// are alike then, whatever the rest says, and most edits leave as much.
fn are_mostly_one(before: &Text, after: &Text) -> bool {
    let words = |text: &Text| -> usize { text.blocks.iter().map(|it| it.words.len()).sum() };
    let known = |text: &Text, other: &Text| -> usize {
        let other: BTreeSet<&str> = other.blocks.iter().map(|it| it.words.as_str()).collect();
        let shared = text.blocks.iter().filter(|it| other.contains(it.words.as_str()));
        shared.map(|it| it.words.len()).sum()
    };
    words(before) * 9 <= known(before, after) * 10 && words(after) * 9 <= known(after, before) * 10
}

/// A heading is quoted in evidence up to this many characters.
const QUOTED_CHARS_MAX: usize = 120;

/// Returns the words of a notice that a page is missing, where the text before has none such: the
/// page stands, and what it showed is gone.
fn notice_in_place(before: &Text, after: &Text) -> Option<String> {
    let known: BTreeSet<&str> = before.blocks.iter().map(|it| it.words.as_str()).collect();
    let fresh = after.blocks.iter().filter(|it| !known.contains(it.words.as_str()));
    let notice = fresh.map(|it| it.words.as_str()).find(|words| missing_notice(words))?;
    Some(notice.chars().take(QUOTED_CHARS_MAX).collect())
}

/// Returns the title of a text: its first heading of the first level.
fn title(text: &Text) -> Option<&str> {
    let is_title = |block: &&Block| block.kind == BlockKind::Heading(1);
    text.blocks.iter().find(is_title).map(|block| block.words.as_str())
}

/// Returns whether two titles have a word in common; in scripts without spaces, a character.
fn shares_a_word(a: &str, b: &str) -> bool {
    let words = |title: &str| -> BTreeSet<String> {
        let title = title.to_lowercase();
        let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let single = title.chars().filter(|c| '\u{2e80}' <= *c).map(String::from);
        words.map(str::to_owned).chain(single).collect()
    };
    !words(a).is_disjoint(&words(b))
}

/// Returns what speaks for a page that came in part: nothing of it was reworded or added, and it
/// breaks off, or headings stand over nothing.
///
/// An author who takes sections out takes out their headings, and ends with a whole sentence.
fn missing_parts(before: &Text, after: &Text, aspect: &Aspect) -> Option<String> {
    let (whole, part) = (&before.blocks, &after.blocks);
    let same = whole.iter().zip(part.iter()).take_while(|(a, b)| a.words == b.words).count();
    let is_cut_within = same + 1 == part.len()
        && same + 1 < whole.len()
        && whole[same].words.starts_with(&part[same].words);
    if is_cut_within {
        return Some(format!("the text breaks off within \"{}\"", shown(&part[same].words)));
    }
    if aspect.is_open && same == part.len() && same < whole.len() {
        return Some(
            "the page breaks off: the text ends before it did, and no element is closed".to_owned(),
        );
    }
    let bare = bared_headings(whole, part)?;
    Some(format!(
        "{} headings stand without the text that stood below them, such as \"{}\"",
        bare.len(),
        shown(bare.first()?)
    ))
}

fn shown(words: &str) -> String {
    words.chars().take(QUOTED_CHARS_MAX).collect()
}

/// Headings that lost the text below them are a sign from this many on.
const BARE_HEADINGS_MIN: usize = 2;

/// Returns the headings of a text before that stand in the text after with nothing below them,
/// where there was something before, if the text after is what is left of the one before.
fn bared_headings<'a>(before: &'a [Block], after: &[Block]) -> Option<Vec<&'a str>> {
    let is_heading = |block: &Block| matches!(block.kind, BlockKind::Heading(_));
    let mut bare = Vec::new();
    let mut rest = before.iter().enumerate();
    let mut last: Option<usize> = None;
    let note_bare = |last: Option<usize>, next: usize, bare: &mut Vec<&'a str>| {
        // The heading stood over text, all of which is gone.
        if let Some(at) = last
            && is_heading(&before[at])
            && before.get(at + 1).is_some_and(|below| !is_heading(below))
            && at + 1 < next
        {
            bare.push(&before[at].words);
        }
    };
    for block in after {
        let (at, _) = rest.find(|(_, it)| it.words == block.words)?;
        note_bare(last.filter(|_| is_heading(block)), at, &mut bare);
        last = Some(at);
    }
    note_bare(last, before.len(), &mut bare);
    (BARE_HEADINGS_MIN <= bare.len()).then_some(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `#` title, `=` heading, else a paragraph; each is long enough to count.
    fn text(lines: &[&str]) -> Text {
        let block = |line: &&str| match (line.strip_prefix("# "), line.strip_prefix("= ")) {
            (Some(title), _) => Block::new(BlockKind::Heading(1), title),
            (_, Some(heading)) => Block::new(BlockKind::Heading(2), heading),
            (None, None) => Block::new(BlockKind::Paragraph, line),
        };
        Text { blocks: lines.iter().map(block).collect() }
    }

    const WE: &str = "We keep what you send us for a year, and we give it to nobody but those who \
        carry it, as far as they must know it, and never to anyone who would sell it on to others.";
    const YOU: &str = "You may ask us at any time what we know of you, and we answer within thirty \
        days, at no cost, in the language in which you asked and by the way that you asked for it.";
    const THEY: &str = "They who work for us have promised in writing to do the same as we do, and \
        we look once in each year whether they have kept their promise, and tell you what we saw.";

    fn whole() -> Text {
        text(&[
            "# Privacy Notice",
            "= Keeping",
            WE,
            "= Asking",
            YOU,
            "= Others",
            THEY,
            "= End",
            WE,
            YOU,
        ])
    }

    #[track_caller]
    fn check(after: &Text, is_open: bool, expected: Option<TroubleKind>) {
        let aspect = Aspect { sign: None, language_after: None, may_be_cut: false, is_open };
        let found = suspicion(&whole(), after, &aspect);
        assert_eq!(found.as_ref().map(|it| it.kind), expected, "{found:?}");
    }

    #[test]
    fn a_text_that_breaks_off_came_in_part() {
        let cut =
            text(&["# Privacy Notice", "= Keeping", WE, "= Asking", YOU, "= Others", &THEY[..30]]);
        check(&cut, false, Some(TroubleKind::Partial));
        let ends = text(&["# Privacy Notice", "= Keeping", WE, "= Asking", YOU, "= Others", THEY]);
        check(&ends, true, Some(TroubleKind::Partial));
        check(&ends, false, None);
    }

    #[test]
    fn headings_over_nothing_came_without_their_text() {
        let bare =
            text(&["# Privacy Notice", "= Keeping", WE, "= Asking", "= Others", "= End", WE, YOU]);
        check(&bare, false, Some(TroubleKind::Partial));
        let taken_out = text(&["# Privacy Notice", "= Keeping", WE, "= End", WE, YOU]);
        check(&taken_out, false, None);
    }

    #[test]
    fn another_document_of_the_site_is_not_the_policy() {
        let other = "Parcels over five kilograms cost more, and those abroad cost as much as the \
            carrier asks of us, which you see before you pay, with the tax of the country that they go \
            to and what its customs ask, if they ask for anything, and the day on which they come.";
        let prices = text(&["# Prices", "= Parcels", other, "= Abroad", other, WE]);
        check(&prices, false, Some(TroubleKind::OtherPage));
        let rewritten = text(&["# Our Privacy Promise", "= Parcels", other, "= Abroad", other, WE]);
        check(&rewritten, false, None);
    }

    #[test]
    fn a_notice_in_place_of_the_text_says_that_it_is_missing() {
        let notice = "The document could not be found. Please tell the owner of this site.";
        check(&text(&["# Privacy Notice", notice]), false, Some(TroubleKind::SoftMissing));
        let short = "More about this soon, on this page.";
        check(&text(&["# Privacy Notice", short]), false, Some(TroubleKind::Collapsed));
    }
}
