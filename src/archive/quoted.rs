//! What quotes a body that is taken out: sentences of judgements, states of pledges, events. Words
//! that stand in a text which is kept stay.

use std::{cell::Cell, collections::BTreeSet};

use rusqlite::params;
use serde_json::Value;

use crate::{
    archive::{
        access::Access,
        error::Fault,
        frames::{self, Shelf},
        log::{
            facts::{self, Redaction},
            touched::Subject,
        },
        packed,
        versions::text_from_bytes,
    },
    model::{removal::TAKEN_OUT, snapshot::Digest, time::Timestamp},
};

/// By which order something is taken out.
pub struct Order<'a> {
    /// `redact` or `forget`.
    pub kind: &'a str,
    /// What is to go, by name.
    pub what: String,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: &'a str,
    /// The row that tells of it, once something went.
    pub removal: Cell<Option<i64>>,
}

impl Order<'_> {
    /// Returns the row that tells of the order. An order that finds nothing to take out has none.
    pub fn removal(&self, access: Access<'_>) -> Result<i64, Fault> {
        if let Some(id) = self.removal.get() {
            return Ok(id);
        }
        let id = access.insert(
            "INSERT INTO removal (removed_at, kind, what, reason) VALUES (?1, ?2, ?3, ?4)",
            params![self.at, self.kind, self.what, self.reason],
        )?;
        access.touch(Subject::Removal(id));
        self.removal.set(Some(id));
        Ok(id)
    }

    /// Notes that something on a shelf went.
    pub fn note(&self, access: Access<'_>, shelf: &str, digest: Digest) -> Result<i64, Fault> {
        let removal = self.removal(access)?;
        let (at, reason) = (self.at, self.reason.to_owned());
        facts::redact(access, &Redaction { at, shelf: shelf.to_owned(), digest, reason, removal });
        Ok(removal)
    }
}

/// The names of what quotes a page in the form of an event or a step.
const QUOTES: [&str; 5] = ["words", "heading", "evidence", "before", "after"];

/// Takes the words of a body, and of the texts that go with it, out of all that quotes them. The
/// texts are still there.
pub fn take_out(
    access: Access<'_>,
    body: i64,
    texts: &[i64],
    order: &Order<'_>,
) -> Result<(), Fault> {
    let pages: Vec<i64> = access.all(
        "SELECT DISTINCT v.page FROM part p JOIN visit v ON v.id = p.visit WHERE p.snapshot = ?1",
        [body],
        |row| row.get(0),
    )?;
    for page in pages {
        let gone = Gone::of(access, page, texts)?;
        out_of_sentences(access, (page, body), &gone, order)?;
        out_of_states(access, page, &gone, order)?;
        out_of_lessons(access, page, &gone, order)?;
        out_of_events(access, (page, body), &gone, order)?;
    }
    Ok(())
}

/// The words that a page showed in texts that go, and those in texts that stay.
struct Gone<'a> {
    texts: &'a [i64],
    digests: BTreeSet<Digest>,
    words: String,
    kept: String,
}

impl<'a> Gone<'a> {
    fn of(access: Access<'_>, page: i64, texts: &'a [i64]) -> Result<Gone<'a>, Fault> {
        let all: Vec<i64> = access.all(
            "SELECT DISTINCT text FROM judgement WHERE page = ?1 AND text IS NOT NULL",
            [page],
            |row| row.get(0),
        )?;
        let (mut going, mut staying) = (BTreeSet::new(), BTreeSet::new());
        let mut digests = BTreeSet::new();
        for id in all {
            let bytes = match frames::get(access, Shelf::Texts, id) {
                Ok(bytes) => bytes,
                Err(Fault::Redacted(_)) => continue,
                Err(fault) => return Err(fault),
            };
            let digest = Digest::of(&bytes);
            let blocks = text_from_bytes(&digest, &bytes)?.blocks;
            let words = blocks.iter().map(|block| block.words.clone());
            match texts.contains(&id) {
                true => {
                    digests.insert(digest);
                    going.extend(words);
                }
                false => staying.extend(words),
            }
        }
        let joined = |words: BTreeSet<String>| words.into_iter().collect::<Vec<_>>().join("\n");
        Ok(Gone { texts, digests, words: joined(going), kept: joined(staying) })
    }

    /// Returns whether words stood in what goes, and in nothing that stays.
    fn has(&self, words: &str) -> bool {
        !words.trim().is_empty() && self.words.contains(words) && !self.kept.contains(words)
    }
}

/// Takes out sentences that quote what goes: those of the visits that gave it, and others of the
/// page.
fn out_of_sentences(
    access: Access<'_>,
    (page, body): (i64, i64),
    gone: &Gone<'_>,
    order: &Order<'_>,
) -> Result<(), Fault> {
    let said: Vec<(i64, String, Option<i64>, bool)> = access.all(
        "SELECT s.id, s.words, j.text, EXISTS
             (SELECT 1 FROM part p WHERE p.visit = j.visit AND p.snapshot = ?2)
         FROM judgement j JOIN sentence s ON s.id = j.evidence OR s.id IN
             (SELECT sentence FROM reason WHERE judgement = j.id)
         WHERE j.page = ?1 AND s.digest IS NULL",
        [page, body],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let mut taken_out = BTreeSet::new();
    for (id, words, text, is_of_body) in said {
        let quoted = quotations(&words);
        let is_of_gone = is_of_body && text.is_none_or(|text| gone.texts.contains(&text));
        let goes = !quoted.is_empty() && is_of_gone || quoted.iter().any(|words| gone.has(words));
        if goes && taken_out.insert(id) {
            sentence(access, (id, &words), order)?;
        }
    }
    Ok(())
}

fn sentence(access: Access<'_>, (id, words): (i64, &str), order: &Order<'_>) -> Result<(), Fault> {
    let digest = Digest::of(words.as_bytes());
    let removal = order.note(access, "sentence", digest)?;
    access.execute(
        "UPDATE sentence SET words = '[redacted ' || id || ']', digest = ?2, raw_bytes = ?3,
             removal = ?4 WHERE id = ?1",
        params![id, digest, words.len() as i64, removal],
    )?;
    Ok(())
}

/// Returns what stands between quotation marks.
fn quotations(sentence: &str) -> Vec<&str> {
    sentence.split('"').skip(1).step_by(2).collect()
}

/// Takes the words of a pledge's clause out of its states in what goes, and out of the steps to and
/// from it.
fn out_of_states(
    access: Access<'_>,
    page: i64,
    gone: &Gone<'_>,
    order: &Order<'_>,
) -> Result<(), Fault> {
    type State = (i64, i64, i64, Option<String>);
    let states: Vec<State> = access.all(
        "SELECT s.id, s.text, s.words, s.step FROM pledge_state s
         JOIN pledge p ON p.id = s.pledge WHERE p.page = ?1",
        [page],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)),
    )?;
    let mut left = BTreeSet::new();
    for (id, text, words, step) in states {
        let goes = gone.texts.contains(&text);
        if let Some(step) = step {
            let before = read(&step)?;
            let mut form = before.clone();
            blank(&mut form, &|words| goes || gone.has(words));
            if form != before {
                let sql = "UPDATE pledge_state SET step = ?2 WHERE id = ?1";
                access.execute(sql, params![id, form.to_string()])?;
                access.touch(Subject::State(id));
                order.removal(access)?;
            }
        }
        if goes {
            access.touch(Subject::State(id));
            order.removal(access)?;
            let taken_out = access.named("sentence", "words", TAKEN_OUT)?;
            let sql = "UPDATE pledge_state SET words = ?2 WHERE id = ?1";
            access.execute(sql, [id, taken_out])?;
            left.insert(words);
        }
    }
    for sentence in left {
        // What nothing speaks any more.
        access.execute(
            "DELETE FROM sentence WHERE id = ?1
                 AND NOT EXISTS (SELECT 1 FROM pledge_state WHERE words = ?1 OR quote = ?1)
                 AND NOT EXISTS (SELECT 1 FROM judgement WHERE evidence = ?1)
                 AND NOT EXISTS (SELECT 1 FROM reason WHERE sentence = ?1)
                 AND NOT EXISTS (SELECT 1 FROM page_status WHERE spell_evidence = ?1)",
            [sentence],
        )?;
    }
    Ok(())
}

/// Takes out the words by which places of a page are shown.
fn out_of_lessons(
    access: Access<'_>,
    page: i64,
    gone: &Gone<'_>,
    order: &Order<'_>,
) -> Result<(), Fault> {
    let lessons: Vec<(i64, String)> =
        access.all("SELECT id, words FROM lesson WHERE page = ?1", [page], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    // They may be the start of longer ones.
    for (id, _) in lessons.iter().filter(|(_, words)| gone.has(words.trim_end_matches('…'))) {
        let sql = "UPDATE lesson SET words = ?2 WHERE id = ?1";
        access.execute(sql, params![id, TAKEN_OUT])?;
        access.touch(Subject::Lesson(*id));
        order.removal(access)?;
    }
    Ok(())
}

/// Takes out the words of events: all of those of changes to and from what goes and of the visits
/// that gave it, and of the page's others what stands nowhere else.
fn out_of_events(
    access: Access<'_>,
    (page, body): (i64, i64),
    gone: &Gone<'_>,
    order: &Order<'_>,
) -> Result<(), Fault> {
    type Found = (i64, String, bool, bool);
    let events: Vec<Found> = access.read(
        "SELECT e.id, e.what, e.packed, e.before_text, e.after_text, j.text AS read, EXISTS
             (SELECT 1 FROM part p WHERE p.visit = j.visit AND p.snapshot = ?2) AS of_body
         FROM event e JOIN judgement j ON j.id = e.judgement
         WHERE e.page = ?1",
        [page, body],
        |row| {
            let sides: [Option<Digest>; 2] = [row.get("before_text")?, row.get("after_text")?];
            let is_side = sides.iter().flatten().any(|side| gone.digests.contains(side));
            let read: Option<i64> = row.get("read")?;
            let is_unread = row.get("of_body")? && read.is_none_or(|it| gone.texts.contains(&it));
            Ok((row.get("id")?, packed::what_in(row)?, is_side, is_unread))
        },
    )?;
    for (event, what, is_side, is_unread) in events {
        let before = read(&what)?;
        let mut form = before.clone();
        blank(&mut form, &|words| is_side || is_unread || gone.has(words));
        if form == before {
            continue;
        }
        access.execute(
            "UPDATE event SET what = '', packed = ?2 WHERE id = ?1",
            params![event, packed::pack(&form.to_string())?],
        )?;
        access.touch(Subject::Event(event));
        order.removal(access)?;
    }
    Ok(())
}

fn read(json: &str) -> Result<Value, Fault> {
    serde_json::from_str(json).map_err(|error| Fault::damaged("what happened", error.to_string()))
}

/// Takes out all words that go, with the marks on them and what told their verdict; returns whether there were any. Digests
/// stay, and evidence that quotes nothing.
fn blank(form: &mut Value, goes: &dyn Fn(&str) -> bool) -> bool {
    match form {
        Value::Object(fields) => {
            let mut has_gone = false;
            for (name, value) in fields.iter_mut() {
                has_gone |= match value {
                    Value::String(words) if QUOTES.contains(&name.as_str()) => {
                        let is_gone = match name.as_str() {
                            "evidence" => quotations(words).into_iter().any(goes),
                            _ => words.parse::<Digest>().is_err() && goes(words),
                        };
                        if is_gone {
                            *words = TAKEN_OUT.to_owned();
                        }
                        is_gone
                    }
                    other => blank(other, goes),
                };
            }
            if has_gone {
                // Both quote, and count the bytes of what is gone.
                if let Some(Value::Array(marks)) = fields.get_mut("marks") {
                    marks.clear();
                }
                if let Some(Value::Object(verdict)) = fields.get_mut("verdict") {
                    verdict.remove("triggers");
                }
            }
            has_gone
        }
        Value::Array(values) => {
            values.iter_mut().fold(false, |has_gone, value| blank(value, goes) | has_gone)
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_quotes_is_blanked_with_its_marks_and_digests_and_counts_stay() {
        let digest = Digest::of(b"x").to_string();
        let mut form = serde_json::json!({
            "before": digest, "untold": 2, "edits": [
                { "before": { "block": 1, "words": "a secret" }, "heading": "Faces", "marks": [["=", "a"]],
                  "verdict": { "meaning": "added", "triggers": [["+", 0, 1, "a"]] } },
                { "after": { "block": 1, "words": "plain" }, "heading": "Faces", "marks": [["=", "p"]] },
            ],
            "evidence": "it is headed \"a secret\" where it was \"Faces\"",
        });
        assert!(blank(&mut form, &|words| words.contains("secret")));
        let expected = serde_json::json!({
            "before": digest, "untold": 2, "edits": [
                { "before": { "block": 1, "words": TAKEN_OUT }, "heading": "Faces", "marks": [],
                  "verdict": { "meaning": "added" } },
                { "after": { "block": 1, "words": "plain" }, "heading": "Faces", "marks": [["=", "p"]] },
            ],
            "evidence": TAKEN_OUT,
        });
        assert_eq!(form, expected);
        assert!(!blank(&mut form, &|words| words.contains("secret")));
    }

    #[test]
    fn what_stands_between_quotation_marks_is_quoted() {
        assert_eq!(quotations("it is headed \"A b\" where it was \"C\""), ["A b", "C"]);
        assert_eq!(quotations("nothing"), [""; 0]);
    }
}
