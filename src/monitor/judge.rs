//! What a visit means for its page, given the page's history: pure, values in and values out.
//!
//! In this order: is this the page at all, do the words differ, is it
//! a wording that the page showed before, does it hold.

pub mod case;
pub mod change;
pub mod events;
pub mod passages;
pub mod places;
pub mod settle;
pub mod suspicion;

use crate::{
    model::{
        cause::Cause,
        event::{EventKind, Telling, What},
        history::{Finding, Given, Judgement, NewVersion, Reading, Spell},
        time::in_words,
        trouble::{Trouble, TroubleKind},
    },
    monitor::judge::{
        case::{Case, Compared, Evidence, Withdrawn, blank},
        events::{Teller, healthy},
        settle::Held,
    },
};

/// Returns what the visit adds to the record.
pub fn judge(case: &Case, evidence: Evidence) -> Judgement {
    match evidence {
        Evidence::Trouble(trouble, late) => {
            let mut judgement = in_trouble(case, trouble, None);
            if let Some(late) = late {
                change::establish(case, &mut judgement, &late.settled);
                judgement.waiting = None;
                if let Some(rederived) = late.rederived {
                    events::add_own_upgrade(case, &mut judgement, rederived);
                }
            }
            judgement
        }
        Evidence::NotModified(withdrawn) => {
            let reason = "the server answered that the page is as it was (304 Not Modified)";
            same(case, None, withdrawn.as_deref(), reason.to_owned())
        }
        Evidence::Established(named) => {
            same(case, Some(Given::OnRecord(named)), None, WORD_FOR_WORD.to_owned())
        }
        Evidence::First(reading) => first(case, reading),
        Evidence::Compared(compared) => beside_the_version(case, *compared),
    }
}

const WORD_FOR_WORD: &str = "the text is, word for word, the established one";

fn beside_the_version(case: &Case, compared: Compared) -> Judgement {
    let (rederived, read_again) = (compared.rederived.clone(), compared.read_again.clone());
    let unsettled = compared.unsettled.clone();
    let (relied, lessons) = (compared.relied.clone(), compared.lessons.clone());
    let mut judgement = match (compared.diff.strongest(), &compared.suspicion) {
        (None, _) => {
            let withdrawn = compared.waiting.filter(Held::is_wording);
            let withdrawn = withdrawn.map(|held| Withdrawn { version: compared.version, held });
            let reading = Some(Given::Read(compared.reading));
            same(case, reading, withdrawn.as_ref(), WORD_FOR_WORD.to_owned())
        }
        (Some(kind), Some(trouble))
            if kind.is_wording() && lasts_as_it_is(case, trouble, &compared) =>
        {
            let mut judgement = change::replaced(case, &compared);
            if let Some(spell) = case.state.spell.as_ref().filter(|spell| !spell.alerted) {
                let reason = "it is told as what has taken the place of the text";
                judgement.quieted.push((spell.event.clone(), reason.to_owned()));
            }
            judgement
        }
        (Some(kind), Some(trouble)) if kind.is_wording() => {
            let mut judgement =
                in_trouble(case, trouble.clone(), Some(Given::Read(compared.reading.clone())));
            if let Some(settled) = &compared.settled {
                change::establish(case, &mut judgement, settled);
                judgement.waiting = None;
            }
            judgement
        }
        (Some(kind), _) => change::another_text(case, compared, kind),
    };
    judgement.read_again = read_again;
    judgement.reasons.extend(relied);
    judgement.lessons = lessons;
    if let Some(rederived) = rederived {
        events::add_own_upgrade(case, &mut judgement, rederived);
    }
    if let Some(unsettled) = unsettled {
        let mut settled = blank(case, Finding::Same, None);
        change::establish(case, &mut settled, &unsettled);
        judgement.reasons.splice(0..0, settled.reasons);
        judgement.versions.splice(0..0, settled.versions);
        judgement.events.splice(0..0, settled.events);
    }
    judgement
}

/// How often a wording must have stood in the place of the policy before it is taken as the page.
const STANDING_VISITS_MIN: u32 = 3;

/// Returns whether another document, or what is left of this one, has stood at the address word
/// for word for so long that it is the page now: a replacement is news, and what it becomes is
/// watched on. It is told once, as that: had it been alerted as trouble, then only because it was
/// seen too seldom. A page that is another at each visit is an outage, however long it lasts.
fn lasts_as_it_is(case: &Case, trouble: &Trouble, compared: &Compared) -> bool {
    let Some((standing, _)) = &compared.standing else { return false };
    let is_text = match trouble.kind {
        TroubleKind::Collapsed
        | TroubleKind::Partial
        | TroubleKind::OtherPage
        | TroubleKind::OtherLanguage => true,
        TroubleKind::Unreachable
        | TroubleKind::NotAllowed
        | TroubleKind::ErrorStatus
        | TroubleKind::Missing
        | TroubleKind::SoftMissing
        | TroubleKind::BotWall
        | TroubleKind::Login
        | TroubleKind::Consent
        | TroubleKind::NeedsScript
        | TroubleKind::Empty
        | TroubleKind::SelectionEmpty
        | TroubleKind::Redirected
        | TroubleKind::OtherType
        | TroubleKind::Unreadable => false,
    };
    let sightings = standing.sightings;
    is_text
        && STANDING_VISITS_MIN <= sightings.visits
        && case.watch.trouble_after <= case.captured_at.since(sightings.first_at)
}

fn first(case: &Case, reading: Reading) -> Judgement {
    let text = reading.text.clone();
    let regime = reading.regime;
    let mut judgement = blank(case, Finding::First, Some(Given::Read(reading)));
    judgement.reasons.push(format!(
        "no text of the page is on record to hold it against: {} words, kept as it is",
        text.word_count()
    ));
    judgement.versions.push(NewVersion {
        cause: Cause::First,
        text,
        ground: None,
        regime,
        first_visit: case.visit,
        first_at: case.captured_at,
    });
    healthy(case, &mut judgement);
    judgement
}

fn same(
    case: &Case,
    reading: Option<Given>,
    withdrawn: Option<&Withdrawn>,
    reason: String,
) -> Judgement {
    let mut judgement = blank(case, Finding::Same, reading);
    judgement.reasons.push(reason);
    if let Some(withdrawn) = withdrawn {
        judgement.events.extend(change::withdrawn(case, withdrawn));
    }
    if let Some(waiting) = judgement.waiting.take() {
        judgement.reasons.push(format!(
            "the other wording, seen {} time{} since {}, is gone again: it is remembered as a variant",
            waiting.sightings,
            if waiting.sightings == 1 { "" } else { "s" },
            waiting.first_at.minute()
        ));
    }
    healthy(case, &mut judgement);
    judgement
}

/// Records trouble: once as an event, and once more as an alert when it lasts.
fn in_trouble(case: &Case, trouble: Trouble, reading: Option<Given>) -> Judgement {
    let mut judgement = blank(case, Finding::Trouble(trouble.clone()), reading);
    judgement.reasons.push(trouble.to_string());
    let teller = Teller::new(case);
    let last_good_at = case.state.last_healthy_at;
    let mut spell = match &case.state.spell {
        Some(spell) => Spell {
            trouble: trouble.clone(),
            visits: spell.visits.saturating_add(1),
            ..spell.clone()
        },
        None => {
            let what = What::Trouble { trouble: trouble.clone(), last_good_at };
            let event = teller.event(what, Telling::Pending);
            let spell = Spell {
                trouble: trouble.clone(),
                since: case.captured_at,
                event: event.event.id.clone(),
                alerted: false,
                visits: 1,
            };
            judgement.events.push(event);
            spell
        }
    };
    let lasted = case.captured_at.since(spell.since);
    let is_missing = |kind| matches!(kind, TroubleKind::Missing | TroubleKind::SoftMissing);
    let was_missing = case.state.spell.as_ref().is_some_and(|it| is_missing(it.trouble.kind));
    let is_gone = is_missing(trouble.kind)
        && last_good_at.is_some()
        && case.watch.trouble_after <= lasted
        && (was_missing || case.watch.trouble_after.is_zero());
    if is_gone {
        // Told once: its name is that of the spell, and what is on record is not added again.
        let what = What::Gone { trouble: trouble.clone(), last_good_at };
        judgement.events.push(teller.captured_at(spell.since).alert(what));
        judgement
            .reasons
            .push("the server has said so more than once: the page is gone".to_owned());
        judgement
            .quieted
            .push((spell.event.clone(), "it is told as the page being gone".to_owned()));
        spell.alerted = true;
    } else if spell.alerted {
        judgement.reasons.push(format!("alerted already; it has lasted {}", in_words(lasted)));
    } else if case.watch.trouble_after <= lasted {
        spell.alerted = true;
        judgement.reasons.push(format!("it has lasted {}: it is alerted", in_words(lasted)));
        judgement.alerted.push((spell.event.clone(), teller.addressees_of(EventKind::Trouble)));
    } else {
        let so_far = match lasted.is_zero() {
            true => "it begins with this visit".to_owned(),
            false => format!("so far it has lasted {}", in_words(lasted)),
        };
        let after = in_words(case.watch.trouble_after);
        judgement.reasons.push(format!("it is alerted when it has lasted {after}; {so_far}"));
    }
    judgement.spell = Some(spell);
    judgement
}
