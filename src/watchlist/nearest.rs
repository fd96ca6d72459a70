//! The known name that a mistyped one most likely means; it does not know what the names name.

/// Returns the name nearest to `typed`, if one is near enough to be meant: at most a third of
/// its characters differ. Case, hyphens and underscores do not count.
pub fn nearest<'n>(typed: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let typed = folded(typed);
    if TYPED_CHARS_MAX < typed.len() {
        return None;
    }
    let near = known.into_iter().filter_map(|name| {
        let name_folded = folded(name);
        let differing_max = usize::max(1, typed.len().max(name_folded.len()).div_ceil(3));
        let differing = distance(&typed, &name_folded);
        (differing <= differing_max && differing < name_folded.len()).then_some((differing, name))
    });
    near.min_by_key(|&(differing, _)| differing).map(|(_, name)| name)
}

/// Longer than any key and any id; bounds the work.
const TYPED_CHARS_MAX: usize = 120;

fn folded(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).filter(|c| !matches!(c, '-' | '_' | ' ')).collect()
}

/// Returns how many characters must be added, removed, replaced or swapped with a neighbour to
/// turn one word into the other (optimal string alignment).
fn distance(a: &[char], b: &[char]) -> usize {
    let mut above_above = vec![0; b.len() + 1];
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = above[j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = replaced.min(above[j] + 1).min(row[j - 1] + 1);
            let is_swap = 1 < i && 1 < j && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if is_swap {
                least = least.min(above_above[j - 2] + 1);
            }
            row.push(least);
        }
        above_above = std::mem::replace(&mut above, row);
    }
    above[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_name_leads_to_the_one_that_was_meant() {
        let known = ["every", "select", "url", "urls", "confirm_within", "to", "id"];
        for (typed, meant) in [
            ("evrey", Some("every")),
            ("selektor", Some("select")),
            ("selector", Some("select")),
            ("URL", Some("url")),
            ("urll", Some("url")),
            ("confirm-within", Some("confirm_within")),
            ("confirmWithin", Some("confirm_within")),
            ("ot", Some("to")),
            ("banana", None),
            ("", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
        assert_eq!(nearest(&"e".repeat(1_000_000), known), None);
    }

    #[test]
    fn distance_counts_a_swap_as_one() {
        let of = |a: &str, b: &str| {
            distance(&a.chars().collect::<Vec<_>>(), &b.chars().collect::<Vec<_>>())
        };
        assert_eq!([of("", "abc"), of("abc", "acb"), of("kitten", "sitting")], [3, 1, 3]);
    }
}
