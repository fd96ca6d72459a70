//! What keeps its place: the heaviest chain of pairs that rises on both sides.
//!
//! Whatever is not in the chain counts as moved, so the heaviest chain makes the lightest move.
//! Knows nothing of texts.

use std::collections::BTreeMap;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A possible pair: an index before, an index after, and what keeping it is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The index before.
    pub before: usize,
    /// The index after.
    pub after: usize,
    /// What keeping it is worth, above 0.
    pub worth: u64,
}

/// Something that stands in one of two sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item {
    /// Equal for equal items; dense, counted from 0.
    pub key: u32,
    /// What keeping it in its place is worth.
    pub worth: u32,
}

/// The most items between two unique ones, of both sides together, among which repeated items are
/// matched; beyond, only what occurs once holds its place.
const REPEATED_MAX: usize = 100_000;

/// Returns the heaviest of the chains of `pairs` in which both indices rise; of equals, one.
///
/// Takes time in the order of n log n.
pub fn heaviest_chain(mut pairs: Vec<Pair>) -> Vec<Pair> {
    // With one index before, later indices after come first, so that no two of them chain.
    pairs.sort_by(|a, b| a.before.cmp(&b.before).then(b.after.cmp(&a.after)));
    // The best chains by the index after at which they end; both index and total rise.
    let mut best: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    let mut previous = vec![None; pairs.len()];
    for (at, pair) in pairs.iter().enumerate() {
        let below = best.range(..pair.after).next_back().map(|(_, &entry)| entry);
        let total = below.map_or(0, |(total, _)| total) + pair.worth;
        previous[at] = below.map(|(_, last)| last);
        if best.range(..=pair.after).next_back().is_some_and(|(_, &(it, _))| total <= it) {
            continue;
        }
        let beaten: Vec<usize> = best
            .range(pair.after..)
            .take_while(|(_, (it, _))| *it <= total)
            .map(|(&after, _)| after)
            .collect();
        for after in beaten {
            best.remove(&after);
        }
        best.insert(pair.after, (total, at));
    }
    let mut chain = Vec::new();
    let mut next = best.last_key_value().map(|(_, &(_, last))| last);
    while let Some(at) = next {
        chain.push(pairs[at]);
        next = previous[at];
    }
    chain.reverse();
    chain
}

/// Returns the pairs of equal items that keep their place, in order.
///
/// Items that occur once on both sides are chained by worth; between them, repeated items are
/// matched by `similar`'s Histogram.
pub fn keep(before: &[Item], after: &[Item]) -> Vec<(usize, usize)> {
    let head = before.iter().zip(after).take_while(|(a, b)| a.key == b.key).count();
    let (rest_before, rest_after) = (&before[head..], &after[head..]);
    let tail = rest_before.iter().rev().zip(rest_after.iter().rev());
    let tail = tail.take_while(|(a, b)| a.key == b.key).count();
    let (end_before, end_after) = (before.len() - tail, after.len() - tail);

    let mut kept: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    let mut from = (head, head);
    let unique = unique_pairs(&before[head..end_before], &after[head..end_after]);
    for pair in heaviest_chain(unique) {
        let (b, a) = (pair.before + head, pair.after + head);
        keep_repeated(before, after, from, (b, a), &mut kept);
        kept.push((b, a));
        from = (b + 1, a + 1);
    }
    keep_repeated(before, after, from, (end_before, end_after), &mut kept);
    kept.extend((0..tail).map(|at| (end_before + at, end_after + at)));
    kept
}

fn unique_pairs(before: &[Item], after: &[Item]) -> Vec<Pair> {
    let size = before.iter().chain(after).map(|it| it.key as usize + 1).max().unwrap_or(0);
    let mut seen = vec![(0_u32, 0_u32, 0_usize); size];
    for item in before {
        let entry = &mut seen[item.key as usize].0;
        *entry = entry.saturating_add(1);
    }
    for (at, item) in after.iter().enumerate() {
        let entry = &mut seen[item.key as usize];
        entry.1 = entry.1.saturating_add(1);
        entry.2 = at;
    }
    let unique = before.iter().enumerate().filter_map(|(at, item)| {
        let (1, 1, after) = seen[item.key as usize] else { return None };
        Some(Pair { before: at, after, worth: u64::from(item.worth) + 1 })
    });
    unique.collect()
}

fn keep_repeated(
    before: &[Item],
    after: &[Item],
    from: (usize, usize),
    to: (usize, usize),
    kept: &mut Vec<(usize, usize)>,
) {
    let (before, after) = (&before[from.0..to.0], &after[from.1..to.1]);
    if before.is_empty() || after.is_empty() || REPEATED_MAX < before.len() + after.len() {
        return;
    }
    let keys = |items: &[Item]| items.iter().map(|it| it.key).collect::<Vec<u32>>();
    let (before, after) = (keys(before), keys(after));
    for op in capture_diff_slices(Algorithm::Histogram, &before, &after) {
        match op {
            DiffOp::Equal { old_index, new_index, len } => {
                let pair = |at| (from.0 + old_index + at, from.1 + new_index + at);
                kept.extend((0..len).map(pair));
            }
            DiffOp::Delete { .. } | DiffOp::Insert { .. } | DiffOp::Replace { .. } => (),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items(keys: &[(u32, u32)]) -> Vec<Item> {
        keys.iter().map(|&(key, worth)| Item { key, worth }).collect()
    }

    #[test]
    fn the_heavier_of_two_crossing_items_keeps_its_place() {
        let before = items(&[(0, 10), (1, 90), (2, 5)]);
        let after = items(&[(1, 90), (0, 10), (2, 5)]);
        assert_eq!(keep(&before, &after), [(1, 0), (2, 2)]);
        let after = items(&[(1, 9), (2, 5), (0, 10)]);
        assert_eq!(keep(&items(&[(0, 10), (1, 9), (2, 5)]), &after), [(1, 0), (2, 1)]);
    }

    #[test]
    fn repeated_items_are_kept_between_unique_ones() {
        let before = items(&[(0, 1), (1, 1), (0, 1), (2, 1), (0, 1)]);
        let after = items(&[(1, 1), (0, 1), (2, 1), (3, 1), (0, 1)]);
        assert_eq!(keep(&before, &after), [(1, 0), (2, 1), (3, 2), (4, 4)]);
    }

    #[test]
    fn the_heaviest_chain_is_as_heavy_as_trying_every_chain_finds() {
        let mut state = 7_u64;
        let mut next = |below: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % below
        };
        for _ in 0..300 {
            let pairs: Vec<Pair> = (0..8)
                .map(|_| Pair {
                    before: next(5) as usize,
                    after: next(5) as usize,
                    worth: next(4) + 1,
                })
                .collect();
            let rises = |chain: &[Pair]| {
                chain.windows(2).all(|w| w[0].before < w[1].before && w[0].after < w[1].after)
            };
            let best = (0_u32..256)
                .map(|set| {
                    let mut chain: Vec<Pair> = (0..8)
                        .filter(|at| set & (1 << at) != 0)
                        .map(|at| pairs[at as usize])
                        .collect();
                    chain.sort_by_key(|it| (it.before, it.after));
                    if rises(&chain) { chain.iter().map(|it| it.worth).sum() } else { 0 }
                })
                .max();
            let found = heaviest_chain(pairs.clone());
            assert!(rises(&found));
            assert_eq!(Some(found.iter().map(|it| it.worth).sum::<u64>()), best);
        }
    }
}
