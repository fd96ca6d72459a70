//! Judges clause edits as the program does: JSON lines in, JSON lines out (`benches/meaning.py`).
//!
//! In: `id`, `before` and `after` (a clause in Markdown, or null), and what stands around it in
//! `before_prev`, `before_next`, `after_prev`, `after_next`. Out: `id`, `kind`, `effect`, `norm`,
//! `tags`, and `marks` as spans of characters of the words shown, which stand in `shown`.
//!
//! With `--time BEFORE AFTER` it compares two texts, one block a line, and prints the milliseconds
//! of processor that diff and verdicts take, and that `similar` takes for its raw diff by words.

use std::io::{self, BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use std::{env, fs, hint::black_box};

use pledgewatch::compare::diff::diff;
use pledgewatch::compare::meaning;
use pledgewatch::compare::meaning::standing::{Role, Standing};
use pledgewatch::compare::verdicts::judged;
use pledgewatch::model::edit::{Edit, MarkKind};
use pledgewatch::model::text::{Block, BlockKind, Text};
use serde_json::{Value, json};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).filter(|it| it != "--bench").collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => Ok(()),
        ["--judge"] => judge_lines(),
        ["--time", before, after] => time(before, after),
        _ => Err(io::Error::other("usage: meaning --judge | --time BEFORE AFTER")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn judge_lines() -> io::Result<()> {
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let row: Value = serde_json::from_str(&line?)?;
        writeln!(out, "{}", predicted(&row))?;
    }
    Ok(())
}

fn predicted(row: &Value) -> Value {
    let field = |name: &str| row[name].as_str().map(plain);
    let before = field("before");
    let after = field("after");
    let around = |name: &str| field(name).unwrap_or_default();
    let [before_prev, before_next] = [around("before_prev"), around("before_next")];
    let [after_prev, after_next] = [around("after_prev"), around("after_next")];
    let role_of = |name: &str| row[name].as_str().map_or(Role::Words, role);
    let standing_before = before.as_ref().map(|words| Standing {
        words,
        previous: &before_prev,
        next: &before_next,
        role: role_of("before"),
        ..Standing::default()
    });
    let standing_after = after.as_ref().map(|words| Standing {
        words,
        previous: &after_prev,
        next: &after_next,
        role: role_of("after"),
        ..Standing::default()
    });
    let verdict = meaning::judge(standing_before.as_ref(), standing_after.as_ref());
    let mut marks = Vec::new();
    let mut woven = String::new();
    if let (Some(before), Some(after)) = (&before, &after) {
        let text = |words: &str| Text::from(vec![Block::new(BlockKind::Paragraph, words)]);
        for edit in diff(&text(before), &text(after)).edits() {
            (marks, woven) = spans(edit);
        }
    }
    let tags: Vec<&str> = verdict.tags.iter().map(|it| it.code()).collect();
    let triggers: Vec<&str> = verdict.triggers.iter().map(|it| it.words.as_str()).collect();
    json!({
        "id": row["id"], "kind": verdict.meaning.code(), "effect": verdict.direction.code(),
        "norm": verdict.norm.code(), "sureness": verdict.sureness.code(), "tags": tags,
        "triggers": triggers, "marks": marks, "woven": woven, "shown": [before, after],
    })
}

/// Returns an edit's marks as spans of characters, and as one line of text.
fn spans(edit: &Edit) -> (Vec<Value>, String) {
    let (mut before, mut after) = (0, 0);
    let mut spans = Vec::new();
    let mut woven = String::new();
    for mark in &edit.marks {
        let count = mark.words.chars().count();
        match mark.kind {
            MarkKind::Same => {
                (before, after) = (before + count, after + count);
                woven.push_str(&mark.words);
            }
            MarkKind::Deleted => {
                spans.push(json!(["before", before, before + count]));
                before += count;
                woven.push_str(&format!("[-{}-]", mark.words));
            }
            MarkKind::Inserted => {
                spans.push(json!(["after", after, after + count]));
                after += count;
                woven.push_str(&format!("{{+{}+}}", mark.words));
            }
        }
    }
    (spans, woven)
}

/// Returns what a clause in Markdown is on the page.
fn role(markdown: &str) -> Role {
    let words = markdown.trim_start_matches(['>', ' ', '\t']);
    if words.starts_with('#') {
        return Role::Heading;
    }
    let mut rest = words.trim_start_matches(['*', '-', '+', ' ', '_']);
    let (mut links, mut is_linked) = (0, true);
    while let Some(after) = rest.strip_prefix('[') {
        let Some((_, next)) = linked(after) else {
            is_linked = false;
            break;
        };
        links += 1;
        rest = next.trim_start_matches([' ', '|', '*', '_', '·']);
    }
    if 0 < links && is_linked && rest.is_empty() { Role::Links } else { Role::Words }
}

/// Returns what the reader of a page would see of a clause in Markdown.
fn plain(markdown: &str) -> String {
    let mut words = String::new();
    let mut rest = markdown.trim_start_matches(['#', '>', ' ', '\t']);
    rest = ["* ", "- ", "+ "].iter().find_map(|it| rest.strip_prefix(it)).unwrap_or(rest);
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        rest = match c {
            '*' => after,
            '_' if !words.ends_with(char::is_alphanumeric)
                || !after.starts_with(char::is_alphanumeric) =>
            {
                after
            }
            '\\' if after.starts_with(|c: char| c.is_ascii_punctuation()) => {
                words.extend(after.chars().next());
                &after[1..]
            }
            '<' => match after.find('>').filter(|at| is_tag(&after[..*at])) {
                Some(at) => {
                    words.push(' ');
                    &after[at + 1..]
                }
                None => {
                    words.push(c);
                    after
                }
            },
            '!' if after.starts_with('[') => match linked(&after[1..]) {
                Some((_, rest)) => rest,
                None => {
                    words.push(c);
                    after
                }
            },
            '[' => match linked(after) {
                Some((label, rest)) => {
                    words.push_str(&plain(label));
                    rest
                }
                None => {
                    words.push(c);
                    after
                }
            },
            _ => {
                words.push(c);
                after
            }
        };
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_tag(inside: &str) -> bool {
    let name = inside.trim_start_matches('/');
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && !name.contains('@')
}

/// Returns the label of a link of which the bracket was read, and what comes after its target.
fn linked(after: &str) -> Option<(&str, &str)> {
    let close = matching(after, '[', ']')?;
    let (label, rest) = (&after[..close], &after[close + 1..]);
    let (open, shut) = match rest.chars().next()? {
        '(' => ('(', ')'),
        '[' => ('[', ']'),
        _ => return None,
    };
    let end = matching(&rest[1..], open, shut)?;
    Some((label, &rest[end + 2..]))
}

fn matching(text: &str, open: char, shut: char) -> Option<usize> {
    let (mut depth, mut is_escaped) = (0_usize, false);
    for (at, c) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if c == open {
            depth += 1;
        } else if c == shut {
            match depth {
                0 => return Some(at),
                _ => depth -= 1,
            }
        }
    }
    None
}

/// Returns how long this thread has been at work; where the system does not tell, how long it is up.
fn spent() -> Duration {
    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|it| it.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| STARTED.elapsed(), Duration::from_nanos)
}

fn time(before: &str, after: &str) -> io::Result<()> {
    let text = |path: &str| -> io::Result<(Text, String)> {
        let words = fs::read_to_string(path)?;
        let blocks = words.lines().filter(|line| !line.is_empty());
        let blocks: Vec<Block> =
            blocks.map(|line| Block::new(BlockKind::Paragraph, line)).collect();
        Ok((blocks.into(), words))
    };
    let (before, words_before) = text(before)?;
    let (after, words_after) = text(after)?;
    let started = spent();
    let found = diff(&before, &after);
    let diffed = spent() - started;
    let started = spent();
    black_box(judged(&before, &after, found));
    let verdicts = spent() - started;
    // Linux alone tells; elsewhere it stays zero.
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak_kb: f64 =
        peak.and_then(|it| it.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0.0);
    let started = spent();
    let raw = similar::TextDiff::from_words(&words_before, &words_after);
    black_box(raw.ops().len());
    let raw = spent() - started;
    writeln!(
        io::stdout(),
        "{}",
        json!({
            "diff_ms": diffed.as_secs_f64() * 1e3, "verdicts_ms": verdicts.as_secs_f64() * 1e3,
            "peak_mb": peak_kb / 1e3, "similar_ms": raw.as_secs_f64() * 1e3,
        })
    )
}
