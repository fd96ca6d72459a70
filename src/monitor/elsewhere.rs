//! Where else on the company's watched pages stands what a page lost, or stood what came to it.

use crate::{
    archive::{error::ArchiveError, events::EventQuery, store::Archive},
    compare::elsewhere::Elsewhere,
    model::{
        edit::Edit,
        event::What,
        history::Judgement,
        page::PageId,
        text::{Block, BlockKind, Text},
        time::Timestamp,
        verdict::{Meaning, OtherPage},
        watch::Watch,
    },
};

/// The most other pages that are searched.
const PAGES_MAX: usize = 64;

/// How many bytes of words they may have before no further one is searched.
const BYTES_MAX: usize = 16 << 20;

/// How many of the latest changes of another page are searched for what it lost.
const CHANGES_MAX: usize = 20;

/// Notes with the edits of a judgement on which other page of the company stands what they lost,
/// and from which one lately went what they brought: before a removal or an addition is told, these
/// are searched.
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
    let is = |edit: &Edit, meaning| edit.verdict.as_ref().is_some_and(|it| it.meaning == meaning);
    let alone = |it: &&mut Edit| is(it, Meaning::Removed) || is(it, Meaning::Added);
    let (lost, came): (Vec<&mut Edit>, Vec<&mut Edit>) =
        edits.filter(alone).partition(|it| is(it, Meaning::Removed));
    if !lost.is_empty() {
        note(lost, others(archive, watches, page, at)?);
    }
    if !came.is_empty() {
        note(came, lost_lately(archive, watches, page, at)?);
    }
    Ok(())
}

fn note(edits: Vec<&mut Edit>, texts: Vec<(OtherPage, Text)>) {
    let mut elsewhere = Elsewhere::of(texts.iter().map(|(page, text)| (page.clone(), text)));
    edits.into_iter().for_each(|edit| elsewhere.seek(edit));
}

/// Returns the company's other pages.
fn others_of<'a>(watches: &'a [Watch], page: &'a PageId) -> impl Iterator<Item = &'a Watch> {
    let company = watches.iter().find(|it| it.page == *page).map_or("", |it| it.company.as_str());
    let is_other =
        move |it: &&Watch| !company.is_empty() && it.page != *page && it.company == company;
    watches.iter().filter(is_other).take(PAGES_MAX)
}

fn other(watch: &Watch) -> OtherPage {
    OtherPage { page: watch.page.clone(), title: watch.name().to_owned() }
}

/// Returns what the company's other pages said at an instant: their versions, and the wording that
/// waits, to which a clause may just have moved.
fn others(
    archive: &Archive,
    watches: &[Watch],
    page: &PageId,
    at: Timestamp,
) -> Result<Vec<(OtherPage, Text)>, ArchiveError> {
    let mut texts = Vec::new();
    let mut bytes = 0;
    for watch in others_of(watches, page) {
        if BYTES_MAX < bytes {
            break;
        }
        let waiting = archive.page_state(&watch.page)?.waiting.filter(|it| it.first_at <= at);
        let version = archive.version_at(&watch.page, at)?;
        let digests = [waiting.map(|it| it.text), version.map(|it| it.text)];
        for digest in digests.into_iter().flatten() {
            let text = archive.text(&digest)?;
            bytes += text.blocks.iter().map(|block| block.words.len()).sum::<usize>();
            texts.push((other(watch), text));
        }
    }
    Ok(texts)
}

/// Returns what the company's other pages lost in their latest changes up to an instant.
fn lost_lately(
    archive: &Archive,
    watches: &[Watch],
    page: &PageId,
    at: Timestamp,
) -> Result<Vec<(OtherPage, Text)>, ArchiveError> {
    let mut texts = Vec::new();
    let mut bytes = 0;
    for watch in others_of(watches, page) {
        if BYTES_MAX < bytes {
            break;
        }
        let query = EventQuery {
            page: Some(watch.page.clone()),
            limit: Some(CHANGES_MAX),
            ..EventQuery::default()
        };
        let told = archive.events(&query)?;
        let lost = told.iter().filter(|it| it.event.captured_at <= at).flat_map(|it| {
            let edits = it.event.edits().iter();
            edits.filter(|it| it.verdict.as_ref().is_some_and(|it| it.meaning == Meaning::Removed))
        });
        let blocks: Vec<Block> = lost
            .filter_map(|edit| edit.before.as_ref())
            .map(|passage| Block::new(BlockKind::Paragraph, &passage.words))
            .collect();
        bytes += blocks.iter().map(|block| block.words.len()).sum::<usize>();
        if !blocks.is_empty() {
            texts.push((other(watch), Text::from(blocks)));
        }
    }
    Ok(texts)
}
