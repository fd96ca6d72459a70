//! Rules that dismiss changes: only ever added to, the latest revision of each counts.

use rusqlite::{Row, params};
use serde::{Deserialize, Serialize};

use crate::{
    archive::{
        access::Access,
        columns::{from_json, to_json},
        error::{ArchiveError, Fault},
        events,
        log::touched::Subject,
        mark_forms::known,
        store::Archive,
    },
    model::{
        edit::EditKind,
        event::EventId,
        page::PageId,
        review::{Reason, Reviewer, RuleId},
        rule::{Likeness, Rule, RuleState},
        snapshot::Digest,
        time::Timestamp,
        verdict::Meaning,
    },
};

/// A rule to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRule {
    /// The change that was dismissed.
    pub from: EventId,
    /// What is alike to it.
    pub likenesses: Vec<Likeness>,
    /// Why.
    pub reason: Reason,
    /// Who.
    pub by: Reviewer,
    /// When.
    pub at: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct LikenessForm {
    kind: String,
    meaning: String,
    passage: String,
}

impl Archive {
    /// Writes a rule and returns its number. Fails for a change that is not on record.
    pub fn add_rule(&mut self, rule: &NewRule) -> Result<RuleId, ArchiveError> {
        self.write(|access| {
            let event = events::require(access, &rule.from)?;
            let sql = "SELECT coalesce(max(rule), 0) + 1 FROM review_rule";
            let number: i64 = access.one(sql, [], |row| row.get(0))?;
            let form = |it: &Likeness| LikenessForm {
                kind: it.kind.code().to_owned(),
                meaning: it.meaning.code().to_owned(),
                passage: it.passage.to_string(),
            };
            let likenesses: Vec<LikenessForm> = rule.likenesses.iter().map(form).collect();
            let id = access.insert(
                "INSERT INTO review_rule (rule, revision, page, event, state, likenesses, reason,
                     reviewer, at, salt)
                 VALUES (?1, 1, (SELECT page FROM event WHERE id = ?2), ?2, 'active', ?3, ?4, ?5,
                     ?6, randomblob(16))",
                params![
                    number,
                    event,
                    to_json(&likenesses)?,
                    rule.reason.code(),
                    rule.by.as_str(),
                    rule.at
                ],
            )?;
            access.touch(Subject::Rule(id));
            Ok(RuleId(number))
        })
    }

    /// Takes a rule back from now on; one that was taken back already is left as it is. Fails for one
    /// that is not on record.
    pub fn forget_rule(
        &mut self,
        rule: RuleId,
        by: &Reviewer,
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let found = latest(access, "r.rule = ?1", rule.0)?;
            let unknown = || Fault::Unknown(format!("the rule {rule}"));
            let before = found.into_iter().next().ok_or_else(unknown)?;
            if before.state == RuleState::Forgotten {
                return Ok(());
            }
            let id = access.insert(
                "INSERT INTO review_rule (rule, revision, page, event, state, likenesses, reason,
                     reviewer, at, salt)
                 SELECT rule, revision + 1, page, event, 'forgotten', likenesses, reason, ?2, ?3,
                     randomblob(16)
                 FROM review_rule WHERE rule = ?1 ORDER BY revision DESC LIMIT 1",
                params![rule.0, by.as_str(), at],
            )?;
            access.touch(Subject::Rule(id));
            Ok(())
        })
    }

    /// Returns all rules as they stand, in the order in which they were first written.
    pub fn rules(&self) -> Result<Vec<Rule>, ArchiveError> {
        self.read(|access| latest(access, "?1 = 0", 0))
    }

    /// Returns the rules of a page as they stand.
    pub fn rules_of(&self, page: &PageId) -> Result<Vec<Rule>, ArchiveError> {
        self.read(|access| match access.page(page)? {
            Some(page) => latest(access, "r.page = ?1", page),
            None => Ok(Vec::new()),
        })
    }
}

fn latest(access: Access<'_>, which: &str, value: i64) -> Result<Vec<Rule>, Fault> {
    let sql = format!(
        "SELECT r.rule, r.revision, g.name, e.name, r.state, r.likenesses, r.reason, r.reviewer, r.at
         FROM review_rule r JOIN page g ON g.id = r.page JOIN event e ON e.id = r.event
         WHERE {which} AND r.revision =
             (SELECT max(revision) FROM review_rule l WHERE l.rule = r.rule)
         ORDER BY r.rule"
    );
    access.read(&sql, [value], rule)
}

fn rule(row: &Row<'_>) -> Result<Rule, Fault> {
    let (state, likenesses): (String, String) = (row.get(4)?, row.get(5)?);
    let (reason, by): (String, String) = (row.get(6)?, row.get(7)?);
    let likenesses: Vec<LikenessForm> = from_json("a rule", &likenesses)?;
    Ok(Rule {
        id: RuleId(row.get(0)?),
        revision: row.get(1)?,
        page: row.get(2)?,
        from: row.get(3)?,
        likenesses: likenesses.iter().map(likeness).collect::<Result<_, _>>()?,
        reason: known(&reason, reason.parse().ok())?,
        by: known(&by, by.parse().ok())?,
        at: row.get(8)?,
        state: known(&state, RuleState::from_code(&state))?,
    })
}

fn likeness(form: &LikenessForm) -> Result<Likeness, Fault> {
    Ok(Likeness {
        kind: known(&form.kind, EditKind::from_code(&form.kind))?,
        meaning: known(&form.meaning, Meaning::from_code(&form.meaning))?,
        passage: known(&form.passage, form.passage.parse::<Digest>().ok())?,
    })
}
