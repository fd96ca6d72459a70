//! Events on record, each with who was told.

use rusqlite::{Row, params};

use crate::{
    archive::{
        access::Access,
        columns::{self, from_json, to_json},
        deliveries,
        error::{ArchiveError, Fault},
        event_forms::WhatForm,
        log::touched::Subject,
        packed,
        store::Archive,
    },
    model::{
        event::{Addressee, Event, EventId, Telling, Told, What},
        history::{NewEvent, VisitId},
        page::PageId,
        time::Timestamp,
    },
};

/// Which events to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventQuery {
    /// Of one page alone.
    pub page: Option<PageId>,
    /// Of one company alone, as the watchlist called it then.
    pub company: Option<String>,
    /// Told or not.
    pub told: ToldFilter,
    /// Captured at this instant or later.
    pub since: Option<Timestamp>,
    /// At most so many, the latest ones.
    pub limit: Option<usize>,
}

/// Which events to read, by whether they are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ToldFilter {
    /// All.
    #[default]
    All,
    /// Alerts.
    Alerts,
    /// What may become an alert.
    Pending,
    /// What is on record only.
    Quiet,
}

impl Archive {
    /// Returns events in the order of their captures, and of recording within one.
    pub fn events(&self, query: &EventQuery) -> Result<Vec<Told>, ArchiveError> {
        let telling = match query.told {
            ToldFilter::All => None,
            ToldFilter::Alerts => Some("alert"),
            ToldFilter::Pending => Some("pending"),
            ToldFilter::Quiet => Some("quiet"),
        };
        let limit = query.limit.and_then(|limit| i64::try_from(limit).ok()).unwrap_or(i64::MAX);
        self.read(|access| {
            let page = match &query.page {
                Some(page) => match access.page(page)? {
                    Some(id) => Some(id),
                    None => return Ok(Vec::new()),
                },
                None => None,
            };
            // Two statements, so that each finds its index.
            let of_page = if page.is_some() { "e.page = ?1" } else { "?1 IS NULL" };
            let which = format!(
                "{of_page} AND e.superseded_by IS NULL AND (?2 IS NULL OR e.telling = ?2) AND e.captured_at >= ?3
                     AND (?5 IS NULL OR e.company = ?5)
                 ORDER BY e.captured_at DESC, e.id DESC LIMIT ?4"
            );
            let since = query.since.map_or(i64::MIN, Timestamp::as_millis);
            let found = select(access, &which, params![page, telling, since, limit, query.company])?;
            Ok(found.into_iter().rev().map(|(_, told)| told).collect())
        })
    }

    /// Returns the first capture of a page's latest change that was alerted.
    pub fn last_change_at(&self, page: &PageId) -> Result<Option<Timestamp>, ArchiveError> {
        self.read(|access| {
            let Some(page) = access.page(page)? else { return Ok(None) };
            access.maybe(
                "SELECT captured_at FROM event
                 WHERE page = ?1 AND kind = 'change' AND telling = 'alert'
                     AND superseded_by IS NULL
                 ORDER BY captured_at DESC LIMIT 1",
                [page],
                |row| row.get(0),
            )
        })
    }

    /// Returns an event, if it is on record.
    pub fn event(&self, id: &EventId) -> Result<Option<Told>, ArchiveError> {
        self.read(|access| {
            let found = access.read(&events("e.name = ?1"), [id], event)?;
            found.into_iter().next().map(|it| told(access, it)).transpose()
        })
    }
}

impl Archive {
    /// Records events of a page that no visit brought, with their deliveries; one that is on record
    /// is left as it is. Nothing for a page that was never judged.
    pub fn record_events(
        &mut self,
        page: &PageId,
        events: &[NewEvent],
        at: Timestamp,
    ) -> Result<(), ArchiveError> {
        self.write(|access| {
            let sql = "SELECT j.id FROM page g JOIN page_status s ON s.page = g.id
                 JOIN judgement j ON j.visit = s.judged_visit AND j.superseded_by IS NULL
                 WHERE g.name = ?1";
            let judgement: Option<i64> = access.maybe(sql, [page], |row| row.get(0))?;
            let Some(judgement) = judgement else { return Ok(()) };
            events.iter().try_for_each(|event| insert(access, judgement, at, event))
        })
    }

    /// Returns the visit whose judgement an event rests on. Fails for an event that is not on
    /// record.
    pub fn decided_by(&self, id: &EventId) -> Result<VisitId, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT j.visit FROM event e JOIN judgement j ON j.id = e.judgement
                 WHERE e.name = ?1";
            let found = access.maybe(sql, [id], |row| row.get(0).map(VisitId))?;
            found.ok_or_else(|| Fault::Unknown(format!("the event {id}")))
        })
    }

    /// Returns when the visit began whose judgement made an event an alert; `None` for one that
    /// is none.
    pub fn alerted_by(&self, id: &EventId) -> Result<Option<Timestamp>, ArchiveError> {
        self.read(|access| {
            let sql = "SELECT min(j.captured_at) FROM event e JOIN judgement j ON j.page = e.page
                 WHERE e.name = ?1 AND j.superseded_by IS NULL AND j.captured_at >= e.captured_at
                     AND j.judged_at >= e.alerted_at";
            Ok(access.maybe(sql, [id], |row| row.get(0))?.flatten())
        })
    }
}

/// Records an event of a judgement with its deliveries, due at once; one that is on record already
/// is left as it is, but for the judgement that it rests on.
pub fn insert(
    access: Access<'_>,
    judgement: i64,
    judged_at: Timestamp,
    added: &NewEvent,
) -> Result<(), Fault> {
    let event = &added.event;
    if let Some(id) = find(access, &event.id)? {
        // It rests on this judgement from now on, which may be that of a page judged anew.
        let sql = "UPDATE event SET judgement = ?2, superseded_by = NULL WHERE id = ?1";
        access.execute(sql, [id, judgement])?;
        access.touch(Subject::Event(id));
        return Ok(());
    }
    let (telling, alerted_at, quiet_because) = match &event.telling {
        Telling::Alert(at) => ("alert", Some(at), None),
        Telling::Pending => ("pending", None, None),
        Telling::Quiet(reason) => ("quiet", None, Some(reason)),
    };
    let (before, after) = match &event.what {
        What::Change(change) => (Some(change.before), Some(change.after)),
        What::Trouble { .. }
        | What::Moved { .. }
        | What::Gone { .. }
        | What::Recovered { .. }
        | What::QuoteMissing { .. }
        | What::Pledge { .. } => (None, None),
    };
    let id = access.insert(
        "INSERT INTO event (name, page, kind, company, title, address, captured_at, recorded_at,
             judgement, telling, alerted_at, quiet_because, before_text, after_text, what, packed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            event.id,
            access.named("page", "name", &event.page)?,
            event.kind().code(),
            event.company,
            event.title,
            access.named("address", "url", event.url.as_str())?,
            event.captured_at,
            event.recorded_at,
            judgement,
            telling,
            alerted_at,
            quiet_because,
            before,
            after,
            "",
            packed::pack(&to_json(&WhatForm::of(&event.what))?)?
        ],
    )?;
    access.touch(Subject::Event(id));
    deliveries::insert(access, id, judged_at, &added.addressees)
}

/// Makes an event an alert, with its deliveries, due at once; one that is an alert already is left
/// as it is.
pub fn alert(
    access: Access<'_>,
    event: &EventId,
    at: Timestamp,
    addressees: &[Addressee],
) -> Result<(), Fault> {
    let id = require(access, event)?;
    let touched = access.execute(
        "UPDATE event SET telling = 'alert', alerted_at = ?2, quiet_because = NULL
         WHERE id = ?1 AND telling <> 'alert'",
        params![id, at],
    )?;
    match touched {
        0 => Ok(()),
        _ => {
            access.touch(Subject::Event(id));
            deliveries::insert(access, id, at, addressees)
        }
    }
}

/// Makes an event that waited to become an alert one that is on record only; an alert is left.
pub fn quiet(access: Access<'_>, event: &EventId, reason: &str) -> Result<(), Fault> {
    let quieted = access.all(
        "UPDATE event SET telling = 'quiet', quiet_because = ?2
         WHERE name = ?1 AND telling = 'pending' RETURNING id",
        params![event, reason],
        |row| row.get(0),
    )?;
    quieted.into_iter().for_each(|id| access.touch(Subject::Event(id)));
    Ok(())
}

fn find(access: Access<'_>, event: &EventId) -> Result<Option<i64>, Fault> {
    access.maybe("SELECT id FROM event WHERE name = ?1", [event], |row| row.get(0))
}

/// Returns the number of an event, which must be on record.
pub fn require(access: Access<'_>, event: &EventId) -> Result<i64, Fault> {
    find(access, event)?.ok_or_else(|| Fault::Unknown(format!("the event {event}")))
}

fn events(which: &str) -> String {
    format!(
        "SELECT e.id, e.name, g.name AS page, e.company, e.title, a.url, e.captured_at,
             e.recorded_at, e.telling, e.alerted_at, e.quiet_because, e.what,
             e.packed
         FROM event e JOIN page g ON g.id = e.page JOIN address a ON a.id = e.address
         WHERE {which}"
    )
}

/// Returns the events `e` of which `which` holds, each with its number.
pub fn select(
    access: Access<'_>,
    which: &str,
    params: impl rusqlite::Params,
) -> Result<Vec<(i64, Told)>, Fault> {
    let found = access.read(&events(which), params, event)?;
    found.into_iter().map(|it| Ok((it.0, told(access, it)?))).collect()
}

/// Returns the event of this number, which must be there.
pub fn by_number(access: Access<'_>, id: i64) -> Result<Event, Fault> {
    let found = access.read(&events("e.id = ?1"), [id], event)?;
    let missing = || Fault::damaged(format!("row {id} of event"), "it is missing");
    found.into_iter().next().map(|(_, event)| event).ok_or_else(missing)
}

fn event(row: &Row<'_>) -> Result<(i64, Event), Fault> {
    let id: EventId = row.get("name")?;
    let telling = match row.get::<_, String>("telling")?.as_str() {
        "alert" => Telling::Alert(row.get("alerted_at")?),
        "pending" => Telling::Pending,
        "quiet" => Telling::Quiet(row.get("quiet_because")?),
        other => return Err(Fault::damaged(format!("event {id}"), format!("it is `{other}`"))),
    };
    let what: WhatForm = from_json(&format!("event {id}"), &packed::what_in(row)?)?;
    let event = Event {
        id,
        page: row.get("page")?,
        company: row.get("company")?,
        title: row.get("title")?,
        url: columns::url(row, "url")?,
        captured_at: row.get("captured_at")?,
        recorded_at: row.get("recorded_at")?,
        what: what.read()?,
        telling,
    };
    Ok((row.get("id")?, event))
}

fn told(access: Access<'_>, (id, event): (i64, Event)) -> Result<Told, Fault> {
    Ok(Told { event, deliveries: deliveries::of_event(access, id)? })
}
