//! An edit as runs of words that a reader can take in: seams cleaned, long stretches folded.
//! Every word in a run is visible text; what marks the runs is each form's own business.

use crate::{
    alert::render::{
        amounts,
        visible::{clipped, visible},
    },
    model::edit::{Edit, EditKind, Mark, MarkKind},
};

/// How many characters of unchanged words stay on either side of an altered run.
const CONTEXT_CHARS: usize = 120;
/// The most characters of one deleted or inserted run that an alert shows.
const RUN_CHARS_MAX: usize = 1_500;
/// The most characters of a moved passage, whose words are known, that an alert shows.
const MOVED_CHARS_MAX: usize = 200;
/// The most runs of one passage that an alert shows; the rest is counted.
const RUNS_MAX: usize = 120;
/// Below this share of unchanged characters, in percent, a woven passage cannot be read and
/// before and after are shown apart.
const WOVEN_SAME_PERCENT_MIN: usize = 35;

/// An edit as an alert shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    /// What it is called, visible; `None` for what was done and where.
    pub title: Option<String>,
    /// What kind of edit.
    pub kind: EditKind,
    /// What it amounts to, in plain words; `None` where nobody judged it.
    pub amounts_to: Option<String>,
    /// The heading that it stands under, visible and clipped; empty if none.
    pub heading: String,
    /// One woven passage, or the passage before and the passage after.
    pub passages: Vec<Shown>,
}

/// A passage as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// `Before` or `After` where they are shown apart.
    pub label: Option<&'static str>,
    /// The words.
    pub runs: Vec<Run>,
}

/// A run of words of one kind; deleted and inserted runs have no white space at their ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// What happened to the words.
    pub kind: RunKind,
    /// The words, visible.
    pub words: String,
}

/// What happened to a run of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// In both passages.
    Same,
    /// Only before.
    Deleted,
    /// Only after.
    Inserted,
    /// Words that are left out, counted: `… 34 unchanged words …`.
    Folded,
}

impl Excerpt {
    /// Returns `edit` as an alert shows it, bounded.
    pub fn of(edit: &Edit) -> Excerpt {
        let heading = clipped(&visible(&edit.heading), 120);
        let runs = runs(edit);
        let passages = match edit.kind {
            EditKind::Moved => vec![Shown { label: None, runs: beginning(&runs) }],
            EditKind::Reworded if !is_woven_readable(&runs) => apart(&runs),
            EditKind::Reworded
            | EditKind::Added
            | EditKind::Removed
            | EditKind::LinkTarget
            | EditKind::Structure
            | EditKind::Typography
            | EditKind::Renumbered
            | EditKind::DateStamp => vec![Shown { label: None, runs: folded(&runs) }],
        };
        let amounts_to = edit.verdict.as_ref().map(amounts::account);
        Excerpt { title: None, kind: edit.kind, amounts_to, heading, passages }
    }

    /// Returns what was done to the passage, as a label.
    pub fn label(&self) -> &'static str {
        label(self.kind)
    }

    /// Returns how many bytes of words it shows.
    pub fn byte_count(&self) -> usize {
        let runs = self.passages.iter().flat_map(|it| &it.runs);
        self.heading.len() + runs.map(|run| run.words.len()).sum::<usize>()
    }
}

/// Returns what an edit of a kind did to its passage, as a label.
pub fn label(kind: EditKind) -> &'static str {
    match kind {
        EditKind::LinkTarget => "Link target",
        EditKind::Structure => "Structure",
        EditKind::Typography => "Typography",
        EditKind::Renumbered => "Renumbered",
        EditKind::DateStamp => "Date stamp",
        EditKind::Moved => "Moved",
        EditKind::Reworded => "Reworded",
        EditKind::Added => "Added",
        EditKind::Removed => "Removed",
    }
}

/// Returns an edit's whole passages as one woven sequence of runs, nothing folded.
pub fn runs(edit: &Edit) -> Vec<Run> {
    woven(&marks(edit))
}

/// Returns marked words as runs, bounded.
pub fn bounded(marks: &[Mark]) -> Vec<Run> {
    folded(&woven(marks))
}

fn woven(marks: &[Mark]) -> Vec<Run> {
    let mut runs = Vec::new();
    for mark in marks {
        let words = visible(&mark.words);
        match mark.kind {
            MarkKind::Same => push_same(&mut runs, &words),
            MarkKind::Deleted => push_altered(&mut runs, RunKind::Deleted, &words),
            MarkKind::Inserted => push_altered(&mut runs, RunKind::Inserted, &words),
        }
    }
    without_blank_ends(runs)
}

/// Returns the runs without white space before the first and after the last word.
fn without_blank_ends(mut runs: Vec<Run>) -> Vec<Run> {
    if let Some(first) = runs.first_mut() {
        first.words = first.words.trim_start().to_owned();
    }
    if let Some(last) = runs.last_mut() {
        last.words = last.words.trim_end().to_owned();
    }
    runs.retain(|run| !run.words.is_empty());
    runs
}

/// Returns the runs with long ones cut: unchanged words keep what is near an alteration,
/// altered runs and the number of runs keep their bounds. What is left out is counted.
pub fn folded(runs: &[Run]) -> Vec<Run> {
    let mut shown = Vec::new();
    for (at, run) in runs.iter().take(RUNS_MAX).enumerate() {
        match run.kind {
            RunKind::Same => fold_same(&mut shown, run, at == 0, at + 1 == runs.len()),
            RunKind::Deleted | RunKind::Inserted => fold_altered(&mut shown, run),
            RunKind::Folded => shown.push(run.clone()),
        }
    }
    if RUNS_MAX < runs.len() {
        let left_out: String = runs[RUNS_MAX..].iter().map(|run| run.words.as_str()).collect();
        push_count(&mut shown, &left_out, "more");
    }
    shown
}

/// Returns the marks of an edit, made from its passages where it has none.
fn marks(edit: &Edit) -> Vec<Mark> {
    if !edit.marks.is_empty() {
        return edit.marks.clone();
    }
    let mark = |kind, words: &str| Mark { kind, words: words.to_owned() };
    match (&edit.before, &edit.after) {
        (Some(before), Some(after)) if before.words == after.words => {
            vec![mark(MarkKind::Same, &after.words)]
        }
        (before, after) => {
            let before = before.iter().map(|it| mark(MarkKind::Deleted, &it.words));
            before.chain(after.iter().map(|it| mark(MarkKind::Inserted, &it.words))).collect()
        }
    }
}

fn push_same(runs: &mut Vec<Run>, words: &str) {
    if words.is_empty() {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.kind == RunKind::Same => {
            let seam = last.words.ends_with(' ');
            last.words.push_str(if seam { words.trim_start() } else { words });
        }
        _ => runs.push(Run { kind: RunKind::Same, words: words.to_owned() }),
    }
}

/// Pushes an altered run; the white space at its ends goes outside, and two altered runs that
/// touch are set apart, so that `will` and `may` never read as `willmay`.
fn push_altered(runs: &mut Vec<Run>, kind: RunKind, words: &str) {
    let core = words.trim();
    if core.is_empty() {
        return push_same(runs, words);
    }
    let touches = runs.last().is_some_and(|it| it.kind != RunKind::Same && it.kind != kind);
    if touches || words.starts_with(char::is_whitespace) {
        push_same(runs, " ");
    }
    match runs.last_mut() {
        Some(last) if last.kind == kind => last.words.push_str(core),
        _ => runs.push(Run { kind, words: core.to_owned() }),
    }
    if words.ends_with(char::is_whitespace) {
        push_same(runs, " ");
    }
}

fn is_woven_readable(runs: &[Run]) -> bool {
    let chars = |kind| -> usize {
        runs.iter().filter(|it| it.kind == kind).map(|it| it.words.chars().count()).sum()
    };
    let same = chars(RunKind::Same);
    let altered = chars(RunKind::Deleted).max(chars(RunKind::Inserted));
    let alterations = runs.iter().filter(|it| it.kind != RunKind::Same).count();
    alterations <= 4 || WOVEN_SAME_PERCENT_MIN * (same + altered) <= 100 * same
}

/// Returns before and after as two passages, each with its own alterations marked.
fn apart(runs: &[Run]) -> Vec<Shown> {
    [("Before", RunKind::Inserted), ("After", RunKind::Deleted)]
        .into_iter()
        .map(|(label, absent)| {
            let mut side = Vec::new();
            for run in runs.iter().filter(|run| run.kind != absent) {
                match run.kind {
                    RunKind::Same => push_same(&mut side, &run.words),
                    RunKind::Deleted | RunKind::Inserted | RunKind::Folded => {
                        side.push(run.clone());
                    }
                }
            }
            Shown { label: Some(label), runs: folded(&without_blank_ends(side)) }
        })
        .collect()
}

/// Returns the beginning of words that are the same before and after.
fn beginning(runs: &[Run]) -> Vec<Run> {
    let words: String = runs
        .iter()
        .filter(|run| run.kind != RunKind::Deleted)
        .map(|run| run.words.as_str())
        .collect();
    let (head, rest) = words.split_at(cut_before(&words, MOVED_CHARS_MAX));
    let mut shown = vec![Run { kind: RunKind::Same, words: head.to_owned() }];
    if !rest.trim().is_empty() {
        push_same(&mut shown, " ");
        push_count(&mut shown, rest, "more");
    }
    shown
}

fn fold_same(shown: &mut Vec<Run>, run: &Run, is_first: bool, is_last: bool) {
    let words = run.words.as_str();
    let sides = usize::from(!is_first) + usize::from(!is_last);
    if words.chars().count() <= (sides + 1) * CONTEXT_CHARS {
        return shown.push(run.clone());
    }
    let head_end = if is_first { 0 } else { cut_before(words, CONTEXT_CHARS) };
    let tail_start =
        if is_last { words.len() } else { cut_after(words, CONTEXT_CHARS).max(head_end) };
    if 0 < head_end {
        shown.push(Run { kind: RunKind::Same, words: format!("{} ", &words[..head_end]) });
    }
    push_count(shown, &words[head_end..tail_start], "unchanged");
    if tail_start < words.len() {
        shown.push(Run { kind: RunKind::Same, words: format!(" {}", &words[tail_start..]) });
    }
}

fn fold_altered(shown: &mut Vec<Run>, run: &Run) {
    let (head, rest) = run.words.split_at(cut_before(&run.words, RUN_CHARS_MAX));
    shown.push(Run { kind: run.kind, words: head.trim_end().to_owned() });
    if !rest.trim().is_empty() {
        shown.push(Run { kind: RunKind::Same, words: " ".to_owned() });
        let done = if run.kind == RunKind::Deleted { "more deleted" } else { "more inserted" };
        push_count(shown, rest, done);
    }
}

/// Pushes `… 34 unchanged words …`; scripts without spaces are counted in characters.
fn push_count(shown: &mut Vec<Run>, left_out: &str, which: &str) {
    let words = left_out.split_whitespace().count();
    let chars = left_out.trim().chars().count();
    let count = match words {
        0 => return,
        _ if words * 40 < chars => format!("{chars} {which} characters"),
        1 => format!("1 {which} word"),
        _ => format!("{words} {which} words"),
    };
    shown.push(Run { kind: RunKind::Folded, words: format!("… {count} …") });
}

/// Returns where to cut so that at most `chars` characters come before, at a space if one is
/// near; the length if the text is not longer.
fn cut_before(text: &str, chars: usize) -> usize {
    let Some((end, _)) = text.char_indices().nth(chars) else { return text.len() };
    match text[..end].rfind(' ') {
        Some(space) if end / 2 < space => space,
        _ => end,
    }
}

/// Returns where to cut so that at most `chars` characters come after, at a space if one is near.
fn cut_after(text: &str, chars: usize) -> usize {
    let Some((start, _)) = text.char_indices().rev().nth(chars.saturating_sub(1)) else { return 0 };
    match text[start..].find(' ') {
        Some(space) if space < (text.len() - start) / 2 => start + space + 1,
        _ => start,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(kind: EditKind, marks: &[(MarkKind, &str)]) -> Edit {
        let marks = marks
            .iter()
            .map(|(kind, words)| Mark { kind: *kind, words: (*words).to_owned() })
            .collect();
        Edit::unjudged(kind, (None, None), String::new(), marks)
    }

    fn shown(runs: &[Run]) -> String {
        runs.iter()
            .map(|run| match run.kind {
                RunKind::Same => run.words.clone(),
                RunKind::Deleted => format!("[-{}-]", run.words),
                RunKind::Inserted => format!("{{+{}+}}", run.words),
                RunKind::Folded => format!("<{}>", run.words),
            })
            .collect()
    }

    #[test]
    fn white_space_stands_outside_the_marks() {
        use MarkKind::{Deleted, Inserted, Same};
        let marks =
            [(Same, "We "), (Deleted, "will never "), (Inserted, "may "), (Same, "sell data.")];
        assert_eq!(
            shown(&runs(&edit(EditKind::Reworded, &marks))),
            "We [-will never-] {+may+} sell data."
        );
        let touching = [(Deleted, "will"), (Inserted, "may")];
        assert_eq!(shown(&runs(&edit(EditKind::Reworded, &touching))), "[-will-] {+may+}");
        let blank = [(Same, "a"), (Deleted, " "), (Same, "b")];
        assert_eq!(shown(&runs(&edit(EditKind::Typography, &blank))), "a b");
    }

    #[test]
    fn long_unchanged_words_are_folded_and_counted() {
        use MarkKind::{Deleted, Same};
        let long = "word ".repeat(200);
        let marks = [(Same, long.as_str()), (Deleted, "not "), (Same, long.as_str())];
        let excerpt = Excerpt::of(&edit(EditKind::Reworded, &marks));
        let text = shown(&excerpt.passages[0].runs);
        assert!(text.starts_with("<… 177 unchanged words …> word word"), "{text}");
        assert!(text.contains("word [-not-] word"), "{text}");
        assert!(text.ends_with("word <… 177 unchanged words …>"), "{text}");
    }

    #[test]
    fn a_huge_removed_passage_is_bounded() {
        let huge = "gone ".repeat(50_000);
        let excerpt = Excerpt::of(&edit(EditKind::Removed, &[(MarkKind::Deleted, &huge)]));
        assert!(excerpt.byte_count() < 2 * RUN_CHARS_MAX);
        assert!(shown(&excerpt.passages[0].runs).ends_with("<… 49700 more deleted words …>"));
    }

    #[test]
    fn a_passage_rewritten_all_over_shows_before_and_after_apart() {
        use MarkKind::{Deleted, Inserted, Same};
        let marks = [
            (Deleted, "We promise "),
            (Inserted, "The company intends "),
            (Same, "to "),
            (Deleted, "never sell "),
            (Inserted, "limit the sharing of "),
            (Same, "your "),
            (Deleted, "face."),
            (Inserted, "biometric data where feasible."),
        ];
        let excerpt = Excerpt::of(&edit(EditKind::Reworded, &marks));
        let both: Vec<String> = excerpt.passages.iter().map(|it| shown(&it.runs)).collect();
        assert_eq!(both[0], "[-We promise-] to [-never sell-] your [-face.-]");
        assert!(both[1].starts_with("{+The company intends+} to"), "{}", both[1]);
        assert_eq!(excerpt.passages[0].label, Some("Before"));
    }

    #[test]
    fn words_without_spaces_are_cut_between_characters() {
        use MarkKind::{Inserted, Same};
        let long = "規".repeat(1_000);
        let marks = [(Same, long.as_str()), (Inserted, "約"), (Same, long.as_str())];
        let excerpt = Excerpt::of(&edit(EditKind::Reworded, &marks));
        assert!(shown(&excerpt.passages[0].runs).contains("880 unchanged characters"));
    }

    #[test]
    fn an_edit_without_marks_shows_its_passages() {
        use crate::model::edit::Passage;
        let mut bare = edit(EditKind::Reworded, &[]);
        bare.before = Some(Passage { block: 0, words: "never".to_owned() });
        bare.after = Some(Passage { block: 0, words: "may".to_owned() });
        assert_eq!(shown(&runs(&bare)), "[-never-] {+may+}");
    }
}
