//! What is on record as lines of JSON, and what happened as a table.

use std::io::{self, Write};

use serde_json::{Value, json};

use crate::{
    alert::render::json,
    archive::{events::EventQuery, walk::Place},
    model::{event::Told, history::VisitRecord, page::PageId, text::Text},
    monitor::{
        app::App,
        export::request::{ExportFailure, Exported, Extent, text_of},
    },
};

/// How many visits are looked up at a time.
const STEP: usize = 256;

/// Writes visits, versions with their texts and entries of the log, one JSON object a line, page by
/// page; each says what it is in `record`.
///
/// Holds the entries of one page at a time.
pub fn write_json(
    app: &App,
    extent: &Extent,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    let mut done = Exported::default();
    let mut put = |kind: &str, mut value: Value| {
        value["record"] = kind.into();
        done.records += 1;
        writeln!(out, "{value}").map_err(failure)
    };
    let pages = extent.pages_of(app)?;
    for page in &pages {
        let mut behind = Place::before(extent.since);
        loop {
            let places = app.archive.visits_behind(page, behind, extent.until, STEP)?;
            let Some(last) = places.last() else { break };
            behind = *last;
            for place in places {
                put("visit", visit(&app.archive.visit(place.visit)?))?;
            }
        }
        for it in app.archive.versions(page)?.iter().filter(|it| extent.holds(it.first_at)) {
            let text = text_of(app, it)?;
            let mut value = json::version(it, text.as_ref().unwrap_or(&Text::default()));
            value["redacted"] = text.is_none().into();
            put("version", value)?;
        }
        for told in entries(app, page, extent)? {
            put("entry", json::event(&told))?;
        }
    }
    done.pages = pages.len() as u64;
    done.entries = done.records;
    Ok(done)
}

fn entries(app: &App, page: &PageId, extent: &Extent) -> Result<Vec<Told>, ExportFailure> {
    let query =
        EventQuery { page: Some(page.clone()), since: extent.since, ..EventQuery::default() };
    let mut entries = app.archive.events(&query)?;
    entries.retain(|told| extent.holds(told.event.captured_at));
    Ok(entries)
}

fn visit(record: &VisitRecord) -> Value {
    let it = &record.visit;
    let parts = it.parts.iter().map(|part| {
        json!({
            "url": part.url,
            "final_url": part.final_url,
            "hops": part.hops,
            "status": part.status,
            "content_type": part.content_type,
            "snapshot": part.snapshot.map(|digest| digest.to_string()),
            "failure": part.failure.as_ref().map(|(code, _)| code),
            "failure_words": part.failure.as_ref().map(|(_, words)| words),
        })
    });
    json!({
        "visit": record.id.to_string(),
        "page": it.page.as_str(),
        "started_at": it.started_at.to_string(),
        "ended_at": it.ended_at.to_string(),
        "finding": record.finding.as_ref().map(|finding| finding.code()),
        "reasons": record.reasons,
        "text_digest": record.text.map(|digest| digest.to_string()),
        "parts": parts.collect::<Vec<_>>(),
    })
}

/// The columns of the table, by the names that the JSON of an entry has for them.
const COLUMNS: [&str; 17] = [
    "captured_at",
    "page",
    "company",
    "title",
    "url",
    "kind",
    "change_kind",
    "cause",
    "certainty",
    "alerted",
    "quiet",
    "before_last_at",
    "deleted",
    "inserted",
    "trouble",
    "evidence",
    "id",
];

/// Writes the entries of the log as a table, one a row, page by page.
///
/// Source: RFC 4180; cells that a spreadsheet would run are prefixed (OWASP ASVS 5.0, 1.2.10).
pub fn write_csv(
    app: &App,
    extent: &Extent,
    out: &mut dyn Write,
    failure: &dyn Fn(io::Error) -> ExportFailure,
) -> Result<Exported, ExportFailure> {
    let mut done = Exported::default();
    let line = |cells: Vec<String>| {
        let quoted: Vec<String> = cells.iter().map(|cell| quoted(cell)).collect();
        format!("{}\r\n", quoted.join(","))
    };
    let head = COLUMNS.iter().map(|&name| name.to_owned()).collect();
    out.write_all(line(head).as_bytes()).map_err(failure)?;
    let pages = extent.pages_of(app)?;
    for page in &pages {
        for told in entries(app, page, extent)? {
            let value = json::event(&told);
            let cells = COLUMNS.iter().map(|&name| cell(&value[name])).collect();
            out.write_all(line(cells).as_bytes()).map_err(failure)?;
            done.entries += 1;
        }
    }
    done.pages = pages.len() as u64;
    done.records = done.entries;
    Ok(done)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(runs) => runs.iter().map(cell).collect::<Vec<_>>().join(" … "),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

/// Returns a cell that no spreadsheet takes for a formula, in quotes where it needs them.
fn quoted(cell: &str) -> String {
    let runs = |c: char| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\0');
    // What stands for these in full width is taken for them by some.
    let runs_wide = |c: char| matches!(c, '＝' | '＋' | '－' | '＠');
    let first = cell.chars().next();
    let safe = match first.is_some_and(|c| runs(c) || runs_wide(c)) {
        true => format!("'{cell}"),
        false => cell.to_owned(),
    };
    match safe.contains([',', '"', '\r', '\n']) {
        true => format!("\"{}\"", safe.replace('"', "\"\"")),
        false => safe,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, expected) in [
            ("We sell.", "We sell."),
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\0=1", "'\0=1"),
            ("\r=1", "\"'\r=1\""),
            ("＝1", "'＝1"),
            ("=a,\"b\"", "\"'=a,\"\"b\"\"\""),
            ("a\nb", "\"a\nb\""),
            ("", ""),
        ] {
            assert_eq!(quoted(cell), expected);
        }
    }
}
