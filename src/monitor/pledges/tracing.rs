//! The life of a pledge derived from the versions on record: of one that was added to the watchlist
//! later, or is quoted otherwise now, and of one whose page was read again.

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare::{
        beside::{self, Way},
        course::{Course, Cut},
        follow::{self, Found, Located},
        promise,
    },
    model::{
        history::{NewEvent, RecordedState, Version, VersionId},
        page::PageId,
        pledge::{Happening, Place, PledgeState, Standing, Step},
        text::Text,
        watch::{Pledge, Watch},
    },
    monitor::{
        app::App,
        clock::Clock,
        judge::events::Teller,
        pledges::{
            following::at_first,
            standing::{self, Past},
        },
    },
};

/// Follows each pledge that was not followed through all versions of its page, and records its
/// life. One that the page does not carry is told when it is looked for the first time.
pub fn catch_up(app: &mut App, clock: &Clock) -> Result<(), ArchiveError> {
    let channels = &app.watchlist.channels;
    for watch in &app.watchlist.watches {
        for pledge in &watch.pledges {
            let (page, id) = (&watch.page, &pledge.id);
            if app.archive.is_followed(page, id, &pledge.quote)? {
                continue;
            }
            app.archive.together(|archive| {
                let known = archive.pledge_life(page, id)?;
                let life = trace(archive, page, pledge)?;
                let states: Vec<(VersionId, PledgeState)> =
                    life.into_iter().map(|it| (it.version.id, it.state)).collect();
                let now = clock.now();
                archive.record_life((page, id), &states, now)?;
                let is_new = known.iter().all(|it| it.state.quote != pledge.quote);
                if let Some((_, last)) = states.last().filter(|_| is_new) {
                    let teller = Teller::of(watch, channels, now, now);
                    let events = not_there(watch, &teller, pledge, last);
                    archive.record_events(page, &events, now)?;
                }
                Ok::<(), ArchiveError>(())
            })?;
        }
    }
    Ok(())
}

fn not_there(watch: &Watch, teller: &Teller, pledge: &Pledge, last: &PledgeState) -> Vec<NewEvent> {
    let standing = match last.standing {
        Standing::Missing => Standing::Unfound,
        other => other,
    };
    let watch = Watch { pledges: vec![pledge.clone()], ..watch.clone() };
    at_first(&watch, teller, &[PledgeState { standing, ..last.clone() }])
}

/// Returns a pledge's life through the versions on record, oldest first.
///
/// It is found by its quotation in the first version that has it, and followed from there: on to
/// the latest, and back as long as it can be told. Versions whose text was taken out are passed
/// over.
pub fn trace(
    archive: &Archive,
    page: &PageId,
    pledge: &Pledge,
) -> Result<Vec<RecordedState>, ArchiveError> {
    let mut versions = archive.versions(page)?;
    let gone = archive.versions_taken_out(page)?;
    versions.retain(|version| !gone.contains(&version.id));
    let text = |version: &Version| archive.text(&version.text);
    let mut anchor = None;
    for (at, version) in versions.iter().enumerate() {
        match follow::find(&text(version)?, &pledge.quote) {
            Found::At(place) => {
                anchor = Some((at, Some(place)));
                break;
            }
            Found::Several(_) => anchor = anchor.or(Some((at, None))),
            Found::Nowhere => (),
        }
    }
    let (from, place) = anchor.unwrap_or((0, None));
    let mut states = Vec::new();
    let mut past = Past::none(pledge);
    if let Some(place) = place {
        states = back(archive, &versions[..=from], pledge, place)?;
        past = states.iter().fold(past, |past, state| past.with(state.clone()));
    }
    let mut before: Option<Text> = match states.last() {
        Some(_) => Some(text(&versions[from])?),
        None => None,
    };
    for version in &versions[states.len()..] {
        let after = text(version)?;
        let state = match &before {
            Some(before) => standing::next(&Course::between(before, &after), &past, pledge),
            None => standing::first(&after, pledge),
        };
        past = past.with(state.clone());
        states.push(state);
        before = Some(after);
    }
    let each = versions.into_iter().zip(states);
    Ok(each.map(|(version, state)| RecordedState { version, state }).collect())
}

/// Returns how a pledge stands in each of the versions up to the one in which its quotation was
/// found, which is the last.
fn back(
    archive: &Archive,
    versions: &[Version],
    pledge: &Pledge,
    found_at: Place,
) -> Result<Vec<PledgeState>, ArchiveError> {
    let Some((last, earlier)) = versions.split_last() else { return Ok(Vec::new()) };
    let mut after = archive.text(&last.text)?;
    let quoted = words(&after, &found_at);
    let mut state = standing::first(&after, pledge);
    let mut place = Some(found_at);
    // Latest first.
    let mut states = Vec::new();
    for version in earlier.iter().rev() {
        let before = archive.text(&version.text)?;
        let located = match &place {
            Some(place) => follow::follow(&Course::between(&after, &before), place, &pledge.quote),
            None => Located::Missing { in_its_place: None },
        };
        let there = match (&place, located) {
            (Some(now), Located::At { place: then, moved, doubt }) => {
                let course = Course::between(&before, &after);
                let step = beside::step(&course, (&then, now), Way { moved, doubt });
                states.push(PledgeState { step, ..state });
                Some(then)
            }
            (_, Located::At { .. } | Located::Ambiguous { .. } | Located::Missing { .. }) => {
                states.push(state);
                None
            }
        };
        state = earlier_state(&before, pledge, there, &quoted);
        (place, after) = (there, before);
    }
    states.push(state);
    states.reverse();
    Ok(states)
}

fn words(text: &Text, place: &Place) -> String {
    let cut = Cut::of(text);
    cut.words(cut.run(place))
}

/// Returns the state of a pledge in a version to which it was traced back.
fn earlier_state(text: &Text, pledge: &Pledge, place: Option<Place>, quoted: &str) -> PledgeState {
    let Some(place) = place else { return Past::none(pledge).state };
    let cut = Cut::of(text);
    let run = cut.run(&place);
    let words = cut.words(run.clone());
    let standing = match follow::says(&words) == follow::says(quoted) {
        true => Standing::Quoted,
        false => promise::standing(&promise::judged_since(quoted, (&cut, &run))),
    };
    let step = Step {
        what: Happening::Found,
        numbers: None,
        moved: false,
        doubt: "it was traced back from a later version, where its quotation was found".to_owned(),
        before: None,
        after: Some(words.clone()),
        marks: Vec::new(),
        verdict: None,
        beside: Vec::new(),
    };
    PledgeState {
        standing,
        place: Some(place),
        words,
        step: Some(step),
        ..Past::none(pledge).state
    }
}
