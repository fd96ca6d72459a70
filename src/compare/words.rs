//! Which words of two passages are the same, so that few and readable marks remain.
//!
//! A longest common subsequence maximizes equal words; for a reader, fewer marks are worth more
//! than a few words kept. So each mark has a price, and words are kept only where they are worth
//! it. Knows numbered words, no text.

use crate::compare::chain::{self, Item};
use crate::compare::lexicon::{Rank, Word};

/// The price of one mark. Tuned, with the worths, on labelled pairs of clauses.
const MARK_PRICE: i32 = 20;

/// The most words before, times words after, that are compared each with each.
const CELLS_MAX: u64 = 1 << 20;

/// The most words of both sides together that are aligned at all when there are more cells.
const WORDS_MAX: u64 = 100_000;

/// How much more comparing may be done in one diff; a count, never a matter of time.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    cells: u64,
    words: u64,
}

impl Effort {
    /// Returns the effort that one diff may take: 30 million pairs of words compared, and a
    /// million words aligned by their rarity alone.
    pub fn of_one_diff() -> Effort {
        Effort { cells: 30_000_000, words: 1_000_000 }
    }
}

fn worth(rank: Rank) -> i32 {
    match rank {
        Rank::Point => 1,
        Rank::Common => 3,
        Rank::Content => 10,
        Rank::Hinge => 14,
    }
}

/// Returns the pairs of words that are kept, as indices, rising on both sides.
///
/// Beyond its bounds it keeps only what is equal at the start and the end.
pub fn kept(before: &[Word], after: &[Word], effort: &mut Effort) -> Vec<(usize, usize)> {
    let head = before.iter().zip(after).take_while(|(b, a)| b.id == a.id).count();
    let (rest_before, rest_after) = (&before[head..], &after[head..]);
    let tail = rest_before.iter().rev().zip(rest_after.iter().rev());
    let tail = tail.take_while(|(b, a)| b.id == a.id).count();
    let middle_before = &rest_before[..rest_before.len() - tail];
    let middle_after = &rest_after[..rest_after.len() - tail];

    let mut kept: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    let middle = kept_within(middle_before, middle_after, effort);
    kept.extend(middle.into_iter().map(|(b, a)| (b + head, a + head)));
    let (end_before, end_after) = (before.len() - tail, after.len() - tail);
    kept.extend((0..tail).map(|at| (end_before + at, end_after + at)));
    kept
}

fn kept_within(before: &[Word], after: &[Word], effort: &mut Effort) -> Vec<(usize, usize)> {
    let (n, m) = (before.len() as u64, after.len() as u64);
    if n == 0 || m == 0 {
        return Vec::new();
    }
    if n * m <= CELLS_MAX.min(effort.cells) {
        effort.cells -= n * m;
        return Table::of(before, after).kept();
    }
    if n + m <= WORDS_MAX.min(effort.words) {
        effort.words -= n + m;
        return kept_by_rarity(before, after);
    }
    Vec::new()
}

fn kept_by_rarity(before: &[Word], after: &[Word]) -> Vec<(usize, usize)> {
    let mut ids: Vec<u32> = before.iter().chain(after).map(|it| it.id).collect();
    ids.sort_unstable();
    ids.dedup();
    let items = |words: &[Word]| -> Vec<Item> {
        let dense = words.iter().filter_map(|it| Some((it, ids.binary_search(&it.id).ok()?)));
        dense.map(|(it, key)| Item { key: key as u32, worth: worth(it.rank) as u32 }).collect()
    };
    chain::keep(&items(before), &items(after))
}

/// What the last step of an alignment did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Keep,
    Delete,
    Insert,
}

const STEPS: [Step; 3] = [Step::Keep, Step::Delete, Step::Insert];

/// The best alignments of all beginnings, by last step; a deletion stands before an insertion.
struct Table<'a> {
    before: &'a [Word],
    after: &'a [Word],
    /// For each cell and last step, the step before it, two bits each.
    traces: Vec<u8>,
    last: Step,
}

/// Worse than any alignment, yet far from overflow.
const NEVER: i32 = i32::MIN / 2;

impl<'a> Table<'a> {
    fn of(before: &'a [Word], after: &'a [Word]) -> Table<'a> {
        let width = after.len() + 1;
        let mut traces = vec![0_u8; (before.len() + 1) * width];
        let mut above: Vec<[i32; 3]> = Vec::new();
        for i in 0..=before.len() {
            let mut row: Vec<[i32; 3]> = Vec::with_capacity(width);
            for j in 0..width {
                let mut cell = [NEVER; 3];
                let mut trace = 0;
                if i == 0 && j == 0 {
                    cell[0] = 0;
                }
                if 0 < i && 0 < j && before[i - 1].id == after[j - 1].id {
                    let (score, step) = best(above[j - 1], [0, 0, 0]);
                    cell[0] = score + worth(before[i - 1].rank);
                    trace |= step;
                }
                if 0 < i {
                    let (score, step) = best(above[j], [-MARK_PRICE, 0, NEVER]);
                    cell[1] = score;
                    trace |= step << 2;
                }
                if 0 < j {
                    let (score, step) = best(row[j - 1], [-MARK_PRICE, -MARK_PRICE, 0]);
                    cell[2] = score;
                    trace |= step << 4;
                }
                traces[i * width + j] = trace;
                row.push(cell);
            }
            above = row;
        }
        let (_, last) = best(above[after.len()], [0, 0, 0]);
        Table { before, after, traces, last: STEPS[usize::from(last)] }
    }

    fn kept(&self) -> Vec<(usize, usize)> {
        let (mut i, mut j) = (self.before.len(), self.after.len());
        let mut step = self.last;
        let mut kept = Vec::new();
        while 0 < i || 0 < j {
            let trace = self.traces[i * (self.after.len() + 1) + j];
            let shift = match step {
                Step::Keep => {
                    (i, j) = (i - 1, j - 1);
                    kept.push((i, j));
                    0
                }
                Step::Delete => {
                    i -= 1;
                    2
                }
                Step::Insert => {
                    j -= 1;
                    4
                }
            };
            step = STEPS[usize::from(trace >> shift & 3)];
        }
        kept.reverse();
        kept
    }
}

/// Returns the best score among three steps with what each costs, and its number.
fn best(scores: [i32; 3], costs: [i32; 3]) -> (i32, u8) {
    let mut found = (NEVER, 0);
    for (number, (score, cost)) in (0_u8..).zip(scores.into_iter().zip(costs)) {
        let total = score.max(NEVER) + cost.max(NEVER);
        if found.0 < total {
            found = (total, number);
        }
    }
    (found.0.max(NEVER), found.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::lexicon::{Lexicon, Sameness};

    fn check(before: &str, after: &str, expected: &str) {
        let mut lexicon = Lexicon::default();
        let b = lexicon.words(before, Sameness::Folded);
        let a = lexicon.words(after, Sameness::Folded);
        let kept = kept(&b, &a, &mut Effort::of_one_diff());
        let words: Vec<&str> =
            kept.iter().map(|&(at, _)| &before[b[at].start..b[at].end]).collect();
        assert_eq!(words.join(" "), expected);
    }

    #[test]
    fn words_that_stayed_are_kept() {
        check("we sell no faces", "we never sell faces", "we sell faces");
        check("a b c", "a b c", "a b c");
        check("", "new words", "");
        check("one word", "other things", "");
    }

    #[test]
    fn a_lone_word_between_two_rewritten_parts_is_not_worth_two_marks() {
        check("police use the face service today", "nobody buys the voice product tomorrow", "");
    }

    #[test]
    fn beyond_the_bounds_only_both_ends_are_kept() {
        let mut lexicon = Lexicon::default();
        let b = lexicon.words("start old same mid end", Sameness::Folded);
        let a = lexicon.words("start new same rim end", Sameness::Folded);
        let mut none = Effort { cells: 0, words: 0 };
        assert_eq!(kept(&b, &a, &mut none), [(0, 0), (4, 4)]);
    }
}
