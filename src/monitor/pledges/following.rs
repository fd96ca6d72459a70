//! The pledges of a page, followed into the versions that a judgement adds.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::{
    archive::{error::ArchiveError, store::Archive},
    compare::{course::Course, meaning, quote::find_quote},
    model::{
        channel::Channel,
        event::{Telling, What},
        history::{Judgement, NewEvent, RecordedState},
        page::PageId,
        pledge::{News, PledgeChange, PledgeState, Standing},
        text::Text,
        watch::{Pledge, Watch},
    },
    monitor::{
        judge::events::Teller,
        pledges::standing::{self, Past},
    },
};

/// Adds to a judgement how the pledges of its page stand in the versions that it adds, and what
/// that means to those who are told.
pub fn follow_into(
    archive: &Archive,
    watch: &Watch,
    channels: &[Channel],
    judgement: &mut Judgement,
) -> Result<(), ArchiveError> {
    if judgement.versions.is_empty() || watch.pledges.is_empty() {
        return Ok(());
    }
    let mut before = last_text(archive, &watch.page)?;
    let mut pasts = Vec::new();
    for pledge in &watch.pledges {
        pasts.push(past(archive, &watch.page, pledge)?);
    }
    for at in 0..judgement.versions.len() {
        let text = judgement.versions[at].text.clone();
        // A defect of ours in following must not hide the change.
        let states = catch_unwind(AssertUnwindSafe(|| {
            states(before.as_ref(), &text, &watch.pledges, &pasts)
        }));
        let Ok(states) = states else {
            judgement.reasons.push("following the pledges failed inside pledgewatch".to_owned());
            return Ok(());
        };
        tell(watch, channels, judgement, (before.as_ref(), &text), &states);
        let moved_on = pasts.into_iter().zip(&states);
        pasts = moved_on.map(|(past, state)| past.with(state.clone())).collect();
        judgement.pledges.extend(states.into_iter().map(|state| (at, state)));
        before = Some(text);
    }
    Ok(())
}

/// Returns how each pledge stands in a text.
pub fn states(
    before: Option<&Text>,
    after: &Text,
    pledges: &[Pledge],
    pasts: &[Past],
) -> Vec<PledgeState> {
    let Some(before) = before else {
        return pledges.iter().map(|pledge| standing::first(after, pledge)).collect();
    };
    let course = Course::between(before, after);
    let each = pledges.iter().zip(pasts);
    each.map(|(pledge, past)| standing::next(&course, past, pledge)).collect()
}

/// Returns the text of the latest version on record, in which the latest places lie.
fn last_text(archive: &Archive, page: &PageId) -> Result<Option<Text>, ArchiveError> {
    match archive.versions(page)?.pop() {
        Some(last) => archive.text_if_kept(&last.text),
        None => Ok(None),
    }
}

fn past(archive: &Archive, page: &PageId, pledge: &Pledge) -> Result<Past, ArchiveError> {
    let life = archive.pledge_life(page, &pledge.id)?;
    Ok(past_of(&life, pledge))
}

/// Returns what a life that was followed by a pledge's quotation comes to.
pub fn past_of(life: &[RecordedState], pledge: &Pledge) -> Past {
    let same = life.iter().filter(|it| it.state.quote == pledge.quote);
    same.fold(Past::none(pledge), |past, it| past.with(it.state.clone()))
}

/// Tells of what a version did to the pledges: with its change if there is one, so that one change
/// is one alert.
fn tell(
    watch: &Watch,
    channels: &[Channel],
    judgement: &mut Judgement,
    (before, after): (Option<&Text>, &Text),
    states: &[PledgeState],
) {
    let text = after.digest();
    let teller = Teller::of(watch, channels, judgement.captured_at, judgement.judged_at);
    let told = judgement.events.iter_mut().rev().find_map(|event| match &mut event.event.what {
        What::Change(change) if change.after == text => {
            change.pledges = changes(watch, states);
            Some(event)
        }
        What::Change(_)
        | What::Trouble { .. }
        | What::Moved { .. }
        | What::Gone { .. }
        | What::Recovered { .. }
        | What::QuoteMissing { .. }
        | What::Pledge { .. } => None,
    });
    let Some(event) = told else {
        judgement.events.extend(at_first(watch, &teller, states));
        return;
    };
    add_addressees(&teller, event);
    let is_alert = matches!(event.event.telling, Telling::Alert(_));
    let teller = teller.captured_at(event.event.captured_at);
    if is_alert {
        judgement.events.extend(retimed(watch, &teller, (before, after), states));
    }
}

/// Returns the alerts of pledges whose clause names another time than before, or none any more.
fn retimed(
    watch: &Watch,
    teller: &Teller,
    (text_before, text_after): (Option<&Text>, &Text),
    states: &[PledgeState],
) -> Vec<NewEvent> {
    let each = watch.pledges.iter().zip(states).filter_map(|(pledge, state)| {
        let step = state.step.as_ref().filter(|_| state.standing != Standing::Ambiguous)?;
        let (before, after) = step.before.as_ref().zip(step.after.as_ref())?;
        let (before, after) = meaning::retimed(before, after)?;
        // Of sentences that were joined or split, a time may have stood beside the clause, or stand
        // there now.
        let stays = |time: &Option<String>, text: Option<&Text>| {
            text.zip(time.as_ref()).is_some_and(|(text, time)| find_quote(text, time).is_some())
        };
        if (before.is_none() && stays(&after, text_before))
            || (after.is_none() && stays(&before, Some(text_after)))
        {
            return None;
        }
        let (id, name) = (pledge.id.clone(), pledge.name.clone());
        let news = News::Retimed { before, after };
        Some(teller.alert(What::Pledge { pledge: id, name, news }))
    });
    each.collect()
}

fn changes(watch: &Watch, states: &[PledgeState]) -> Vec<PledgeChange> {
    let each = watch.pledges.iter().zip(states);
    each.map(|(pledge, state)| PledgeChange {
        pledge: pledge.id.clone(),
        name: pledge.name.clone(),
        standing: state.standing,
        step: state.step.clone(),
    })
    .collect()
}

/// Who is told of a change depends on the pledges that it touches, which are known only now.
fn add_addressees(teller: &Teller, event: &mut NewEvent) {
    if matches!(event.event.telling, Telling::Alert(_)) {
        event.addressees = teller.addressees(&event.event);
    }
}

/// Returns the alerts of pledges that are looked for in a page for the first time, and cannot be
/// told.
pub fn at_first(watch: &Watch, teller: &Teller, states: &[PledgeState]) -> Vec<NewEvent> {
    let mut events = Vec::new();
    for (pledge, state) in watch.pledges.iter().zip(states) {
        let (id, name) = (pledge.id.clone(), pledge.name.clone());
        match state.standing {
            Standing::Unfound => events.push(teller.alert(What::QuoteMissing {
                pledge: id,
                name,
                quote: pledge.quote.clone(),
            })),
            Standing::Ambiguous => events.push(teller.alert(What::Pledge {
                pledge: id,
                name,
                news: News::Indistinct { quote: pledge.quote.clone() },
            })),
            Standing::Quoted
            | Standing::Reworded
            | Standing::Narrowed
            | Standing::Weakened
            | Standing::Strengthened
            | Standing::Missing => (),
        }
    }
    events
}
