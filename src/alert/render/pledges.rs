//! Pledges in words: what a change did to one, for the first line and the facts of an alert, and
//! for its life. Every word here is visible text.

use crate::{
    alert::render::visible::{clipped, unbracketed, visible},
    model::{
        edit::{Mark, MarkKind},
        pledge::{Beside, BesideHow, Happening, News, PledgeChange, Role, Standing, Step},
        removal::TAKEN_OUT,
        time::Timestamp,
        verdict::{Meaning, Side, Tag, Verdict},
    },
};

/// The most characters of a clause that are shown whole.
const CLAUSE_CHARS_MAX: usize = 900;

/// The most characters that stand unmarked between marks.
const SAME_CHARS_MAX: usize = 160;

/// Returns what a change did to its pledges, the strongest first, as the start of a first line;
/// `None` if it touched none.
pub fn first_words(changes: &[PledgeChange], name_chars_max: usize) -> Option<String> {
    let mut told: Vec<&PledgeChange> = changes.iter().filter(|it| it.is_told()).collect();
    told.sort_by_key(|it| std::cmp::Reverse(it.step.as_ref().map(|step| step.what)));
    let (first, others) = told.split_first()?;
    let step = first.step.as_ref()?;
    let name = clipped(&visible(&first.name), name_chars_max);
    let words = match step.what {
        Happening::Kept | Happening::Renumbered => {
            format!("Beside the pledge \"{name}\" {}", beside_counted(&step.beside))
        }
        what => {
            format!("Pledge \"{name}\" {}{}", happened(what), why(step).unwrap_or_default())
        }
    };
    Some(match others.len() {
        0 => words,
        1 => format!("{words}, and 1 more pledge"),
        more => format!("{words}, and {more} more pledges"),
    })
}

/// Returns what happened as the rest of a sentence about the pledge.
pub fn happened(what: Happening) -> &'static str {
    match what {
        Happening::Kept => "stands as it stood",
        Happening::Found => "was found on the page",
        Happening::Renumbered => "was renumbered",
        Happening::Moved => "was moved, its words are the same",
        Happening::Reworded => "was reworded",
        Happening::Strengthened => "was strengthened",
        Happening::Narrowed => "was narrowed",
        Happening::Weakened => "was weakened",
        Happening::Back => "is back",
        Happening::Ambiguous => "can no longer be told apart",
        Happening::Missing => "is no longer on the page",
    }
}

/// Returns what happened as the rest of a sentence, with the numbers where they differ.
pub fn happened_whole(step: &Step) -> String {
    let numbers = numbers(step).map(|it| format!(": {it}")).unwrap_or_default();
    let same = if step.what == Happening::Renumbered { ", its words are the same" } else { "" };
    let why = why(step).unwrap_or_default();
    format!("{}{numbers}{same}{why}", happened(step.what))
}

/// Returns what has to be said with what happened: what became of the time that the promise named,
/// that nobody can tell what its other words mean, or that it was altered by what stands around it
/// alone.
fn why(step: &Step) -> Option<String> {
    let is_worded =
        matches!(step.what, Happening::Strengthened | Happening::Narrowed | Happening::Weakened);
    match &step.verdict {
        Some(verdict) if step.what == Happening::Reworded && verdict.is_unclear() => {
            Some(" (what that means is not clear: please read)".to_owned())
        }
        Some(verdict)
            if step.marks.is_empty()
                && !is_taken_out(step)
                && is_worded
                && verdict.meaning.is_substantive() =>
        {
            Some(" by the words that lead it in, its own are the same".to_owned())
        }
        Some(verdict) => term(verdict).map(str::to_owned),
        None if is_worded => {
            let taking = |it: &&Beside| matches!(it.role, Role::Exception | Role::Condition);
            let beside: Vec<Beside> = step.beside.iter().filter(taking).cloned().collect();
            let beside = if beside.is_empty() { &step.beside } else { &beside };
            Some(format!(": {}", beside_counted(beside)))
        }
        None => None,
    }
}

/// Returns whether words of a step were taken out by order, and its marks with them.
fn is_taken_out(step: &Step) -> bool {
    [&step.before, &step.after].into_iter().flatten().any(|words| words == TAKEN_OUT)
}

/// Returns what became of the time that a pledge named.
fn term(verdict: &Verdict) -> Option<&'static str> {
    if !verdict.has(Tag::Deadline) {
        return None;
    }
    // What triggered another meaning does not say whether the time was set, moved or dropped.
    if verdict.meaning != Meaning::Condition {
        return Some(", and its time was altered");
    }
    let has = |side| verdict.triggers.iter().any(|it| it.side == side);
    match (has(Side::Before), has(Side::After)) {
        (true, true) => Some(", and its time is another"),
        (true, false) => Some(", and its time was dropped"),
        (false, true) => Some(", and a time was set"),
        (false, false) => None,
    }
}

/// Returns what was altered beside a pledge, in one line: `a reference was removed`.
pub fn beside_counted(beside: &[Beside]) -> String {
    if let [only] = beside {
        return format!("{} was {}", with_article(only.role.words()), how(only.how));
    }
    let mut parts = Vec::new();
    for it in [BesideHow::Removed, BesideHow::Added, BesideHow::Reworded] {
        let count = beside.iter().filter(|beside| beside.how == it).count();
        let verb = if count == 1 { "was" } else { "were" };
        let clauses = if count == 1 { "clause" } else { "clauses" };
        if 0 < count {
            parts.push(format!("{count} {clauses} {verb} {}", how(it)));
        }
    }
    parts.join(", ")
}

fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

fn how(how: BesideHow) -> &'static str {
    match how {
        BesideHow::Added => "added",
        BesideHow::Removed => "removed",
        BesideHow::Reworded => "reworded",
    }
}

/// Returns what a change did to a pledge as labelled lines.
pub fn facts(change: &PledgeChange) -> Vec<(&'static str, String)> {
    let name = format!("{} ({})", clipped(&visible(&change.name), 200), change.pledge);
    let Some(step) = &change.step else {
        let words = match change.standing {
            Standing::Missing => "is still missing",
            Standing::Unfound => "was not found yet",
            Standing::Ambiguous => "cannot be told apart still",
            Standing::Quoted
            | Standing::Reworded
            | Standing::Narrowed
            | Standing::Weakened
            | Standing::Strengthened => "stands as it stood",
        };
        return vec![("Pledge", format!("{name} {words}"))];
    };
    let mut facts = vec![("Pledge", format!("{name} {}", happened_whole(step)))];
    facts.extend(step_lines(step));
    facts
}

/// Returns how a step renumbered a pledge: `50.9. became 49.9.`.
pub fn numbers(step: &Step) -> Option<String> {
    let (before, after) = step.numbers.as_ref()?;
    let shown = |number: &str| match number {
        "" => "no number".to_owned(),
        number => visible(number.trim_end_matches('.')),
    };
    Some(format!("{} became {}", shown(before), shown(after)))
}

/// The label of an altered wording.
pub const WORDING: &str = "Wording";

/// Returns what a step says beside what happened, as labelled lines: the wording with its marks,
/// what is unsure, and what was altered around it.
pub fn step_lines(step: &Step) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    match (step.what, &step.before, &step.after) {
        (_, Some(_), Some(_)) if !step.marks.is_empty() => {
            lines.push((WORDING, marked(&step.marks)));
        }
        (Happening::Missing, Some(before), _) => lines.push(("It said", quoted(before))),
        (Happening::Ambiguous, None, Some(after)) => lines.push(("Likeliest", quoted(after))),
        (_, _, _) => (),
    }
    if let Some(because) = step.verdict.as_ref().and_then(because) {
        lines.push(("Because", because));
    }
    if !step.doubt.is_empty() {
        lines.push(("Unsure", visible(&step.doubt)));
    }
    lines.extend(step.beside.iter().map(|it| ("Beside it", beside_line(it))));
    lines
}

/// Returns the words that decided a verdict: `before "will not", now "may"`.
fn because(verdict: &Verdict) -> Option<String> {
    let of = |side: Side| -> Vec<String> {
        let on_side = verdict.triggers.iter().filter(|it| it.side == side);
        on_side.map(|it| format!("\"{}\"", clipped(&visible(&it.words), 80))).collect()
    };
    let said = [("before ", of(Side::Before)), ("now ", of(Side::After))];
    let said: Vec<String> = said
        .into_iter()
        .filter(|(_, words)| !words.is_empty())
        .map(|(when, words)| format!("{when}{}", words.join(", ")))
        .collect();
    (!said.is_empty()).then(|| said.join("; "))
}

/// Returns what was altered beside a pledge: `added, exception: "…"`.
pub fn beside_line(beside: &Beside) -> String {
    let words = match (&beside.before, &beside.after) {
        (Some(before), Some(after)) => {
            format!("{} became {}", quoted(before), quoted(after))
        }
        (Some(words), None) | (None, Some(words)) => quoted(words),
        (None, None) => String::new(),
    };
    format!("{} {}: {words}", beside.role.words(), how(beside.how))
}

fn quoted(words: &str) -> String {
    format!("\"{}\"", clipped(&visible(words), CLAUSE_CHARS_MAX))
}

/// Returns marked words with brackets, long stretches that stayed shortened.
fn marked(marks: &[Mark]) -> String {
    let mut words = String::new();
    for mark in marks {
        let visible = unbracketed(&visible(&mark.words));
        match mark.kind {
            MarkKind::Same if SAME_CHARS_MAX < visible.chars().count() => {
                let chars: Vec<char> = visible.chars().collect();
                words.extend(&chars[..SAME_CHARS_MAX / 2]);
                words.push_str(" … ");
                words.extend(&chars[chars.len() - SAME_CHARS_MAX / 2..]);
            }
            MarkKind::Same => words.push_str(&visible),
            MarkKind::Deleted => words.push_str(&bracketed("[-", &visible, "-]")),
            MarkKind::Inserted => words.push_str(&bracketed("{+", &visible, "+}")),
        }
    }
    clipped(&words, 2 * CLAUSE_CHARS_MAX)
}

/// Returns words in brackets, the white space around them outside.
fn bracketed(open: &str, words: &str, close: &str) -> String {
    let inner = words.trim();
    let (before, after) = (
        if words.starts_with(' ') { " " } else { "" },
        if words.ends_with(' ') { " " } else { "" },
    );
    format!("{before}{open}{inner}{close}{after}")
}

/// Returns news of a pledge in one line.
pub fn news_headline(news: &News, page: &str, name: &str) -> String {
    match news {
        News::Indistinct { .. } => {
            format!("{page} carries the quotation of the pledge \"{name}\" in several clauses")
        }
        News::Nears { deadline, .. } => {
            format!("Pledge \"{name}\": its deadline {deadline} is near: {page}")
        }
        News::Retimed { before, after } => {
            let what = match (before, after) {
                (Some(before), Some(after)) => {
                    format!("its time was moved, {} became {}", quoted(before), quoted(after))
                }
                (Some(before), None) => format!("its time was dropped, {}", quoted(before)),
                (None, Some(after)) => format!("a time was set, {}", quoted(after)),
                (None, None) => "its time is another".to_owned(),
            };
            format!("Pledge \"{name}\": {what}: {page}")
        }
        News::Lapsed { deadline, standing, .. } => {
            let lapsed = match standing {
                Standing::Quoted => "lapsed, page unchanged",
                Standing::Reworded
                | Standing::Narrowed
                | Standing::Weakened
                | Standing::Strengthened => "lapsed, the page says it in other words",
                Standing::Ambiguous => "lapsed, and its clause cannot be told apart",
                Standing::Missing => "lapsed, and its clause is no longer on the page",
                Standing::Unfound => "lapsed, and its clause was never found",
            };
            format!("Pledge \"{name}\" {lapsed}: its deadline {deadline} has passed: {page}")
        }
    }
}

/// Returns news of a pledge as labelled lines.
pub fn news_facts(news: &News) -> Vec<(&'static str, String)> {
    match news {
        News::Indistinct { quote } => vec![("Quotation", quoted(quote))],
        News::Nears { deadline, standing } => {
            vec![("Deadline", deadline.to_string()), ("State", standing.words().to_owned())]
        }
        News::Retimed { before, after } => {
            let time = |time: &Option<String>| match time {
                Some(words) => quoted(words),
                None => "none".to_owned(),
            };
            vec![("Before", time(before)), ("Now", time(after))]
        }
        News::Lapsed { deadline, standing, since, read_at } => {
            let since = since.map(|at| format!(", since {}", Timestamp::minute(at)));
            let state = format!("{}{}", standing.words(), since.unwrap_or_default());
            let mut facts = vec![("Deadline", deadline.to_string()), ("State", state)];
            facts.extend(read_at.map(|at| ("Last read", at.minute())));
            facts
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn weakened(before: &str, after: &str) -> Step {
        Step {
            what: Happening::Weakened,
            numbers: None,
            moved: false,
            doubt: String::new(),
            before: Some(before.to_owned()),
            after: Some(after.to_owned()),
            marks: Vec::new(),
            verdict: Some(Verdict::quiet(Meaning::Weakened, Vec::new())),
            beside: Vec::new(),
        }
    }

    #[test]
    fn words_that_were_taken_out_do_not_count_as_the_same() {
        let led_in = happened_whole(&weakened("to police", "to police"));
        assert_eq!(led_in, "was weakened by the words that lead it in, its own are the same");
        for step in [weakened(TAKEN_OUT, TAKEN_OUT), weakened(TAKEN_OUT, "We may sell.")] {
            assert_eq!(happened_whole(&step), "was weakened");
        }
    }
}
