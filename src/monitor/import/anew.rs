//! A page judged anew as a whole, since captures were imported that lie before visits on record.

use crate::{
    archive::error::ArchiveError,
    model::{
        history::Judgement,
        page::PageId,
        visit::{Origin, Visit},
    },
    monitor::{
        app::App,
        check::{check, watch_for},
        clock::Clock,
        elsewhere::seek_into,
    },
};

/// Judges all visits of a page anew, in order of time, and tells nobody: what was sent stays, what
/// holds no more is taken back.
pub fn judge_anew(app: &mut App, page: &PageId, clock: &Clock) -> Result<(), ArchiveError> {
    let watchlist = &app.watchlist;
    app.archive.together(|archive| {
        for id in archive.begin_anew(page)? {
            // What a 304 confirmed may be another wording than the established one by now: as of
            // an imported visit, its body is read.
            let visit = match archive.whole_visit(id) {
                Ok(visit) => Visit { origin: Origin::Imported, ..visit },
                // What it was judged to be while it could be read stands.
                Err(ArchiveError::Redacted { .. }) => continue,
                Err(error) => return Err(error),
            };
            let watch = watch_for(watchlist, &visit);
            let channels = &watchlist.channels;
            let mut judgement = check(archive, &watch, channels, (id, &visit), clock.now())?;
            seek_into(archive, &watchlist.watches, &mut judgement)?;
            tell_nobody(&mut judgement);
            archive.record_judgements(&[judgement])?;
        }
        archive.end_anew(page, clock.now())
    })
}

/// Strikes out who is told.
pub fn tell_nobody(judgement: &mut Judgement) {
    judgement.events.iter_mut().for_each(|event| event.addressees.clear());
    judgement.alerted.iter_mut().for_each(|(_, addressees)| addressees.clear());
}
