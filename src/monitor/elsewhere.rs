//! Where else on the company's watched pages stands what a page lost.

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare::elsewhere::Elsewhere,
    model::{
        edit::Edit, event::What, history::Judgement, page::PageId, text::Text, time::Timestamp,
        verdict::Meaning, watch::Watch,
    },
};

/// The most other pages that are searched.
const PAGES_MAX: usize = 64;

/// How many bytes of words they may have before no further one is searched.
const BYTES_MAX: usize = 16 << 20;

/// Notes with the edits of a judgement that lost a clause on which other page of the company it
/// stands: before a removal is told, these are searched.
pub fn seek_into(
    archive: &Archive,
    watches: &[Watch],
    judgement: &mut Judgement,
) -> Result<(), ArchiveError> {
    let (page, at) = (judgement.page.clone(), judgement.captured_at);
    let changes = judgement.events.iter_mut().filter_map(|it| match &mut it.event.what {
        What::Change(change) => Some(change),
        What::Trouble { .. }
        | What::Moved { .. }
        | What::Gone { .. }
        | What::Recovered { .. }
        | What::QuoteMissing { .. }
        | What::Pledge { .. } => None,
    });
    seek(archive, watches, (&page, at), changes.flat_map(|it| &mut it.edits))
}

/// Notes the same with the edits between two versions of a page, as of an instant.
pub fn seek<'a>(
    archive: &Archive,
    watches: &[Watch],
    (page, at): (&PageId, Timestamp),
    edits: impl Iterator<Item = &'a mut Edit>,
) -> Result<(), ArchiveError> {
    let is_lost = |it: &&mut Edit| {
        it.verdict.as_ref().is_some_and(|verdict| verdict.meaning == Meaning::Removed)
    };
    let mut lost = edits.filter(is_lost).peekable();
    if lost.peek().is_none() {
        return Ok(());
    }
    let texts = others(archive, watches, page, at)?;
    let mut elsewhere = Elsewhere::of(texts.iter().map(|(page, text)| (page.clone(), text)));
    lost.for_each(|edit| elsewhere.seek(edit));
    Ok(())
}

/// Returns what the company's other pages said at an instant: their versions, and the wording that
/// waits, to which a clause may just have moved.
fn others(
    archive: &Archive,
    watches: &[Watch],
    page: &PageId,
    at: Timestamp,
) -> Result<Vec<(PageId, Text)>, ArchiveError> {
    let company = watches.iter().find(|it| it.page == *page).map_or("", |it| it.company.as_str());
    let is_other = |it: &&Watch| it.page != *page && it.company == company;
    let mut texts = Vec::new();
    let mut bytes = 0;
    for watch in watches.iter().filter(is_other).take(PAGES_MAX) {
        if company.is_empty() || BYTES_MAX < bytes {
            break;
        }
        let waiting = archive.page_state(&watch.page)?.waiting.filter(|it| it.first_at <= at);
        let version = archive.version_at(&watch.page, at)?;
        let digests = [waiting.map(|it| it.text), version.map(|it| it.text)];
        for digest in digests.into_iter().flatten() {
            let text = archive.text(&digest)?;
            bytes += text.blocks.iter().map(|block| block.words.len()).sum::<usize>();
            texts.push((watch.page.clone(), text));
        }
    }
    Ok(texts)
}
