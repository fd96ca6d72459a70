//! What each page's latest body reads like, by its fingerprint: one row a page, none of them
//! needed, since every body can be read again.

use rusqlite::params;

use crate::{
    archive::{
        access::Access,
        error::{ArchiveError, Fault},
        store::Archive,
    },
    model::{
        history::{Given, Judgement, NamedReading, Regime, Seal},
        page::PageId,
        snapshot::Digest,
        trouble::Trouble,
    },
};

impl Archive {
    /// Returns what a body of this fingerprint reads like under a regime, if it is that of the
    /// page's latest body that was read.
    pub fn read_as(
        &self,
        page: &PageId,
        regime: &Regime,
        fingerprint: &Digest,
    ) -> Result<Option<(NamedReading, Seal)>, ArchiveError> {
        self.read(|access| find(access, page, regime, fingerprint))
    }
}

fn find(
    access: Access<'_>,
    page: &PageId,
    regime: &Regime,
    fingerprint: &Digest,
) -> Result<Option<(NamedReading, Seal)>, Fault> {
    // A text that was removed is none that could be read as before.
    access.maybe(
        "SELECT r.text, r.wording, r.sign, r.evidence, r.language
         FROM read_as r JOIN text t ON t.digest = r.text
         WHERE r.page = (SELECT id FROM page WHERE name = ?1)
             AND r.fingerprint = ?2 AND r.revision = ?3 AND r.selection = ?4",
        params![page, fingerprint, regime.revision, regime.selection],
        |row| {
            let sign = match row.get(2)? {
                Some(kind) => Some(Trouble { kind, evidence: row.get(3)? }),
                None => None,
            };
            let seal = Seal { fingerprint: *fingerprint, sign, language: row.get(4)? };
            let named = NamedReading { text: row.get(0)?, regime: *regime, wording: row.get(1)? };
            Ok((named, seal))
        },
    )
}

/// Notes what a judged visit's body reads like. Its text is on record.
pub fn note(access: Access<'_>, page: i64, judgement: &Judgement) -> Result<(), Fault> {
    let (Some(seal), Some(Given::Read(reading))) = (&judgement.seal, &judgement.reading) else {
        return Ok(());
    };
    access.execute(
        "INSERT OR REPLACE INTO read_as (page, fingerprint, revision, selection, text, wording,
             sign, evidence, language)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            page,
            seal.fingerprint,
            reading.regime.revision,
            reading.regime.selection,
            reading.text.digest(),
            reading.wording,
            seal.sign.as_ref().map(|it| it.kind.code()),
            seal.sign.as_ref().map(|it| &it.evidence),
            seal.language
        ],
    )?;
    Ok(())
}
