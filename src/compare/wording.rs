//! The identity of a wording, and how alike two texts are.
//!
//! Knows nothing of edits, yet agrees with `diff`: see [`wording`].

use std::collections::BTreeSet;

use crate::compare::lexicon::{Lexicon, Sameness};
use crate::compare::{lexicon::Rank, side};
use crate::model::snapshot::Digest;
use crate::model::text::Text;

/// Returns the digest that names the wording of a text: its folded words in order, without
/// markers, links, structure, punctuation, case, date stamps and the bounds of blocks.
///
/// Two texts have the same wording exactly if `diff` between them has no edit whose kind
/// `is_wording`. What counts as a word is told by `fold`, what as a date stamp by `stamp`; the
/// digest is only comparable between texts digested by the same revision of this program.
pub fn wording(text: &Text) -> Digest {
    let mut stream = String::new();
    for block in text.blocks.iter() {
        side::push_block_stream(block, &mut stream);
    }
    Digest::of(stream.as_bytes())
}

/// How many words in a row two texts must share for the words to count as shared.
const RUN_LEN: usize = 3;

/// Returns how alike two texts are, 0 to 1000: the per mille of the words of both that stand in a
/// run of three words which the other has too, wherever it stands.
///
/// Function words alone thus do not make texts alike: unrelated policies in one language come to
/// some tens. Of two texts with fewer words than three, the shorter one's count makes the run.
/// Two empty texts are alike.
pub fn likeness(before: &Text, after: &Text) -> u32 {
    let mut lexicon = Lexicon::default();
    let before = ids(before, &mut lexicon);
    let after = ids(after, &mut lexicon);
    let all = before.len() + after.len();
    let len = RUN_LEN.min(before.len()).min(after.len());
    if len == 0 {
        return if all == 0 { 1000 } else { 0 };
    }
    let (runs_before, runs_after) = (runs(&before, len), runs(&after, len));
    let shared = covered(&before, len, &runs_after) + covered(&after, len, &runs_before);
    (1000 * shared / all) as u32
}

fn ids(text: &Text, lexicon: &mut Lexicon) -> Vec<u32> {
    let mut ids = Vec::new();
    for block in text.blocks.iter() {
        let words = lexicon.each(&block.words, Sameness::Folded);
        ids.extend(words.filter(|it| it.rank != Rank::Point).map(|it| it.id));
    }
    ids
}

fn runs(ids: &[u32], len: usize) -> BTreeSet<u128> {
    ids.windows(len).map(run).collect()
}

fn run(window: &[u32]) -> u128 {
    window.iter().fold(0, |run, id| run << 32 | u128::from(*id))
}

/// Returns how many words stand in a run that is among `runs`.
fn covered(ids: &[u32], len: usize, runs: &BTreeSet<u128>) -> usize {
    let mut covered = 0;
    let mut end = 0;
    for (at, window) in ids.windows(len).enumerate() {
        if runs.contains(&run(window)) {
            covered += at + len - end.max(at);
            end = at + len;
        }
    }
    covered
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    use crate::model::text::{Block, BlockKind, Link};

    fn text(blocks: &[&str]) -> Text {
        Text { blocks: blocks.iter().map(|it| Block::new(BlockKind::Paragraph, it)).collect() }
    }

    #[test]
    fn a_wording_is_the_same_in_other_typography_and_structure() {
        let before = text(&["We pause, today.", "Last updated: May 1, 2024", "You wait 1.5 days."]);
        let mut after = text(&["“We pause today. You", "WAIT 1.5 days.”"]);
        let blocks = Arc::make_mut(&mut after.blocks);
        blocks[0].marker = "3.".to_owned();
        blocks[0].kind = BlockKind::Item(1);
        blocks[1].links.push(Link { target: "/x".to_owned() });
        assert_eq!(wording(&before), wording(&after));
    }

    #[test]
    fn a_word_or_number_makes_another_wording() {
        let before = text(&["We pause for 1 year."]);
        for after in ["We pause for 2 years.", "We pause for years.", "We will pause for 1 year."] {
            assert_ne!(wording(&before), wording(&text(&[after])), "{after}");
        }
        assert_ne!(wording(&text(&["a b", "c"])), wording(&text(&["c", "a b"])));
    }

    #[test]
    fn likeness_runs_from_nothing_to_all() {
        let policy = text(&["We do not sell the faces of our customers to anyone at all."]);
        let longer = text(&[
            "We do not sell the faces of our customers to anyone at all.",
            "Other paragraphs that have come in later are as long as it is.",
        ]);
        let other = text(&["The opening hours of our shop in the town are nine to five."]);
        assert_eq!(likeness(&policy, &policy), 1000);
        assert_eq!(likeness(&policy, &other), 0);
        assert_eq!(likeness(&policy, &longer), 666);
        assert_eq!(likeness(&Text::default(), &policy), 0);
        assert_eq!(likeness(&Text::default(), &Text::default()), 1000);
        assert_eq!(likeness(&text(&["Yes"]), &text(&["yes!"])), 1000);
        assert_eq!(likeness(&text(&["one 2 3 4 old 6 7 8"]), &text(&["one 2 3 4 new 6 7 8"])), 875);
    }
}
