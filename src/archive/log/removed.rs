//! Removals held against the log: each row without its bytes must be one that an entry tells of,
//! by the same order.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::{
    archive::{access::Access, error::Fault},
    model::{snapshot::Digest, time::Timestamp},
};

/// What the log says was removed, by shelf and digest.
#[derive(Default)]
pub struct Removed(BTreeMap<(String, String), Vec<Told>>);

/// An entry that tells of a removal.
struct Told {
    /// The number of the order; an earlier form has none, and is known by the other two.
    order: Option<i64>,
    at: String,
    reason: String,
    /// That it is kept again since.
    is_kept: bool,
}

/// A row whose bytes or words are gone, with the order that it names.
struct Row {
    shelf: &'static str,
    digest: Digest,
    order: i64,
    at: Option<Timestamp>,
    reason: Option<String>,
}

impl Removed {
    /// Takes note of an entry of the kind `redact` or `kept_again`.
    pub fn tell(&mut self, members: &Map<String, Value>) {
        let words =
            |name: &str| members.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let order = members.get("removal").and_then(Value::as_i64);
        let is_kept = words("kind") == "kept_again";
        let told = Told { order, at: words("at"), reason: words("reason"), is_kept };
        self.0.entry((words("shelf"), words("sha256"))).or_default().push(told);
    }

    /// Returns the rows whose bytes are gone and of which the log does not tell, or by another
    /// order, and those that the log says are gone and are here: what, and what is wrong.
    pub fn unlike_rows(&self, access: Access<'_>) -> Result<Vec<(String, String)>, Fault> {
        const ROWS: [(&str, &str); 3] = [
            (
                "snapshot",
                "SELECT s.digest, r.removal, m.removed_at, m.reason FROM redacted r
                 JOIN snapshot s ON s.id = r.item LEFT JOIN removal m ON m.id = r.removal
                 WHERE r.shelf = 'snapshot'",
            ),
            (
                "text",
                "SELECT t.digest, r.removal, m.removed_at, m.reason FROM redacted r
                 JOIN text t ON t.id = r.item LEFT JOIN removal m ON m.id = r.removal
                 WHERE r.shelf = 'text'",
            ),
            (
                "sentence",
                "SELECT s.digest, s.removal, m.removed_at, m.reason FROM sentence s
                 LEFT JOIN removal m ON m.id = s.removal
                 WHERE s.digest IS NOT NULL AND s.removal IS NOT NULL",
            ),
        ];
        let mut wrong = Vec::new();
        let mut gone = BTreeSet::new();
        for (shelf, sql) in ROWS {
            let rows = access.all(sql, [], |row| {
                let (digest, order) = (row.get(0)?, row.get(1)?);
                Ok(Row { shelf, digest, order, at: row.get(2)?, reason: row.get(3)? })
            })?;
            gone.extend(rows.iter().map(|row| (row.shelf.to_owned(), row.digest.to_string())));
            let untold = rows.iter().filter(|row| !self.tells_of(row));
            wrong.extend(untold.map(|row| {
                let problem = "it was taken out, and the log does not tell of that order";
                (format!("{shelf} {}", row.digest), problem.to_owned())
            }));
        }
        // An earlier form told nothing of what was kept again.
        let is_gone = |told: &Told| told.order.is_some() && !told.is_kept;
        for ((shelf, digest), told) in &self.0 {
            let is_here = !gone.contains(&(shelf.clone(), digest.clone()));
            if told.last().is_some_and(is_gone) && is_here {
                let problem = "the log says that it was taken out, and it is here";
                wrong.push((format!("{shelf} {digest}"), problem.to_owned()));
            }
        }
        Ok(wrong)
    }

    fn tells_of(&self, row: &Row) -> bool {
        let told = self.0.get(&(row.shelf.to_owned(), row.digest.to_string()));
        told.into_iter().flatten().filter(|told| !told.is_kept).any(|told| match told.order {
            Some(order) => order == row.order,
            None => {
                row.at.map(|at| at.to_string()).as_ref() == Some(&told.at)
                    && row.reason.as_ref() == Some(&told.reason)
            }
        })
    }
}
