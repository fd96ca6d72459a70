//! What a visit was judged to be, with all that follows from it, in one transaction.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        events,
        frames::{self, Shelf},
        lessons,
        log::touched::Subject,
        passages, pledges, read_as, reread, reviews, status,
        store::Archive,
        texts::{put_text, regime},
        visits,
    },
    model::{
        history::{Accepted, Finding, Given, Judgement, NewVersion, Reading},
        page::PageId,
        visit::Origin,
    },
};

impl Archive {
    /// Records judgements in one transaction: finding, reasons and text, versions with their
    /// numbers, what waits, trouble, validators, events and the deliveries that are due.
    ///
    /// A visit that was judged before keeps that judgement, superseded by this one. An event whose
    /// id is on record is left as it is. Fails on a visit, waiting text or alerted event that is
    /// not on record.
    pub fn record_judgements(&mut self, judgements: &[Judgement]) -> Result<(), ArchiveError> {
        self.write(|access| judgements.iter().try_for_each(|judgement| record(access, judgement)))
    }
}

fn record(access: Access<'_>, judgement: &Judgement) -> Result<(), Fault> {
    let (page, origin) = page_and_origin(access, judgement)?;
    let text = match &judgement.reading {
        Some(Given::Read(reading)) => Some(put_text(access, page, &reading.text)?),
        Some(Given::OnRecord(named)) => Some(frames::require(access, Shelf::Texts, &named.text)?),
        None => None,
    };
    let id = insert(access, judgement, page, text)?;
    for (position, reason) in judgement.reasons.iter().enumerate() {
        let sentence = access.named("sentence", "words", reason)?;
        access.execute(
            "INSERT INTO reason (judgement, position, sentence) VALUES (?1, ?2, ?3)",
            params![id, position as i64, sentence],
        )?;
    }
    for again in &judgement.reread {
        reread::supersede(access, (page, judgement.judged_at), again)?;
    }
    if let Some(again) = &judgement.read_again {
        insert_read_again(access, (page, id), again)?;
    }
    read_as::note(access, page, judgement)?;
    let mut versions = Vec::new();
    for added in &judgement.versions {
        versions.push(insert_version(access, judgement, (page, id), added)?);
    }
    for lesson in &judgement.lessons {
        lessons::insert(access, (page, id), lesson)?;
    }
    for (at, state) in &judgement.pledges {
        let unknown = || Fault::Unknown(format!("the version {at} of a judgement"));
        let version = *versions.get(*at).ok_or_else(unknown)?;
        pledges::insert(access, (page, version), state, judgement.judged_at)?;
    }
    let version = versions.last().copied();
    status::judged(access, &status::Placed { judgement, page, origin, text, version })?;
    for event in &judgement.events {
        events::insert(access, id, judgement.judged_at, event)?;
    }
    for (event, addressees) in &judgement.alerted {
        events::alert(access, event, judgement.judged_at, addressees)?;
    }
    for (event, reason) in &judgement.quieted {
        events::quiet(access, event, reason)?;
    }
    for (event, review) in &judgement.dismissed {
        reviews::dismiss(access, event, review)?;
    }
    Ok(())
}

fn page_and_origin(access: Access<'_>, judgement: &Judgement) -> Result<(i64, Origin), Fault> {
    let found: Option<(i64, PageId, Origin)> = access.maybe(
        "SELECT v.page, g.name, v.origin FROM visit v JOIN page g ON g.id = v.page WHERE v.id = ?1",
        [judgement.visit.0],
        |row| Ok((row.get(0)?, row.get(1)?, visits::origin(row, 2)?)),
    )?;
    match found {
        Some((page, name, origin)) if name == judgement.page => Ok((page, origin)),
        Some(_) | None => {
            Err(Fault::Unknown(format!("a visit {} of {}", judgement.visit, judgement.page)))
        }
    }
}

fn insert(
    access: Access<'_>,
    judgement: &Judgement,
    page: i64,
    text: Option<i64>,
) -> Result<i64, Fault> {
    let (trouble, evidence) = match &judgement.finding {
        Finding::Trouble(trouble) => {
            let evidence = access.named("sentence", "words", &trouble.evidence)?;
            (Some(trouble.kind.code()), Some(evidence))
        }
        Finding::First
        | Finding::Same
        | Finding::Waiting
        | Finding::Established
        | Finding::Variant => (None, None),
    };
    let (regime, wording) = match &judgement.reading {
        Some(given) => (
            Some(regime(access, &given.regime())?),
            Some(access.named("wording", "digest", given.wording())?),
        ),
        None => (None, None),
    };
    let accepted = match judgement.accepted {
        Accepted::No => 0,
        Accepted::Yes => 1,
        Accepted::Unestablished => 2,
    };
    let id = access.insert(
        "INSERT INTO judgement (visit, page, captured_at, judged_at, finding, trouble, evidence,
             text, regime, wording, accepted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            judgement.visit.0,
            page,
            judgement.captured_at,
            judgement.judged_at,
            judgement.finding.code(),
            trouble,
            evidence,
            text,
            regime,
            wording,
            accepted
        ],
    )?;
    access.execute(
        "UPDATE judgement SET superseded_by = ?2
         WHERE visit = ?1 AND id <> ?2 AND superseded_by IS NULL",
        [judgement.visit.0, id],
    )?;
    access.execute("UPDATE visit SET judged = 1 WHERE id = ?1", [judgement.visit.0])?;
    access.touch(Subject::Judgement(id));
    Ok(id)
}

/// Notes that the page's established version reads the same under another regime.
fn insert_read_again(
    access: Access<'_>,
    (page, judgement): (i64, i64),
    again: &Reading,
) -> Result<(), Fault> {
    let (regime, text) = (regime(access, &again.regime)?, put_text(access, page, &again.text)?);
    passages::reread(access, page, text)?;
    access.execute(
        "INSERT INTO read_again (version, regime, judgement, text)
         SELECT version, ?2, ?3, ?4 FROM page_status WHERE page = ?1 AND version IS NOT NULL",
        [page, regime, judgement, text],
    )?;
    Ok(())
}

fn insert_version(
    access: Access<'_>,
    judgement: &Judgement,
    (page, id): (i64, i64),
    version: &NewVersion,
) -> Result<i64, Fault> {
    let text = put_text(access, page, &version.text)?;
    let sql = "SELECT coalesce(max(number), 0) + 1 FROM version WHERE page = ?1";
    let number: u32 = access.one(sql, [page], |row| row.get(0))?;
    let added = access.insert(
        "INSERT INTO version (page, number, cause, text, regime, first_visit, first_at,
             established_at, judgement)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            page,
            number,
            version.cause.code(),
            text,
            regime(access, &version.regime)?,
            version.first_visit.0,
            version.first_at,
            judgement.captured_at,
            id
        ],
    )?;
    passages::add(access, page, added, &version.text)?;
    if let Some(ground) = &version.ground {
        let ground = put_text(access, page, ground)?;
        access.execute("INSERT INTO ground (version, text) VALUES (?1, ?2)", [added, ground])?;
    }
    access.touch(Subject::Version(added));
    Ok(added)
}
