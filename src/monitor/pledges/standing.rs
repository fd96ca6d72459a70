//! How a pledge stands in a text, given how it stood in the text before: pure.

use crate::{
    compare::{
        beside::{self, Way},
        course::{Course, Cut},
        follow::{self, Found, Located},
        promise,
    },
    model::{
        pledge::{Happening, Place, PledgeState, Standing, Step},
        text::Text,
        verdict::Side,
        watch::Pledge,
    },
};

/// How a pledge stood last, and what it said when it was sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its state in the text before.
    pub state: PledgeState,
    /// What it said when its quotation was found; empty if it never was.
    pub quoted: String,
    /// What it said when it was last told apart from others; empty if it never was.
    pub sure: String,
    /// What came and went around it since its quotation was found.
    pub around: Around,
}

/// What of a promise came and went around its words since they were quoted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Around {
    /// The sentences that take from it and were not there, with how it stands by them.
    taking: Vec<(String, Standing)>,
    /// Those that were there and are not any more.
    lifted: Vec<(String, Standing)>,
    /// How it stands under other words that lead it in, with the words of theirs that decided at
    /// first.
    led: Option<(Standing, Vec<String>)>,
}

impl Around {
    /// Returns what is around a promise after one more step; `words` are its own after it.
    fn after(mut self, step: &Step, words: &str) -> Around {
        for it in &step.beside {
            let taking = |said: &Option<String>| {
                let said = said.as_ref()?;
                promise::standing_with(said, words).map(|it| (follow::says(said), it))
            };
            if let Some(said) = taking(&it.before) {
                put(&mut self.taking, &mut self.lifted, said);
            }
            if let Some(said) = taking(&it.after) {
                put(&mut self.lifted, &mut self.taking, said);
            }
        }
        let is_same = |before: &String| follow::says(before) == follow::says(words);
        if let Some(verdict) =
            step.verdict.as_ref().filter(|_| step.before.as_ref().is_some_and(is_same))
        {
            let said = |side: Side| -> Vec<String> {
                let of = verdict.triggers.iter().filter(|it| it.side == side);
                of.map(|it| follow::says(&it.words)).collect()
            };
            self.led = match self.led {
                None => Some((promise::standing(verdict), said(Side::Before))),
                Some((_, first)) if first == said(Side::After) => None,
                Some((was, first)) => {
                    let now = promise::standing(verdict);
                    let is_back = now == Standing::Strengthened && was != Standing::Strengthened;
                    Some((if is_back { Standing::Reworded } else { now }, first))
                }
            };
        }
        self
    }

    /// Returns how a promise stands whose words alone stand so.
    fn standing(&self, by_words: Standing) -> Standing {
        let is_weaker = self.taking.iter().any(|it| it.1 == Standing::Weakened);
        let around = match (&self.led, self.taking.is_empty(), self.lifted.is_empty()) {
            (Some((led, _)), _, _) => *led,
            (None, false, _) if is_weaker => Standing::Weakened,
            (None, false, _) => Standing::Narrowed,
            (None, true, false) => Standing::Strengthened,
            (None, true, true) => return by_words,
        };
        match (by_words, around) {
            (Standing::Quoted | Standing::Reworded, around) => around,
            (Standing::Strengthened, Standing::Narrowed | Standing::Weakened) => around,
            (by_words, _) => by_words,
        }
    }
}

/// Takes what was said from one list, or adds it to the other where it is not in it.
fn put(
    from: &mut Vec<(String, Standing)>,
    to: &mut Vec<(String, Standing)>,
    said: (String, Standing),
) {
    match from.iter().position(|it| *it == said) {
        Some(at) => drop(from.remove(at)),
        None => to.push(said),
    }
}

impl Past {
    /// Returns the past of a pledge that nobody has looked for.
    pub fn none(pledge: &Pledge) -> Past {
        Past {
            state: unfound(pledge),
            quoted: String::new(),
            sure: String::new(),
            around: Around::default(),
        }
    }

    /// Returns the past after one more state.
    pub fn with(self, state: PledgeState) -> Past {
        let is_sure = state.place.is_some() && state.standing != Standing::Ambiguous;
        let around = match (&state.step, self.quoted.is_empty()) {
            (Some(step), false) => self.around.after(step, &state.words),
            (_, _) => self.around,
        };
        let quoted = match self.quoted.is_empty() && state.standing == Standing::Quoted {
            true => state.words.clone(),
            false => self.quoted,
        };
        let sure = if is_sure { state.words.clone() } else { self.sure };
        Past { state, quoted, sure, around }
    }
}

/// What makes it ambiguous from the start.
const OF_SEVERAL: &str = "the quotation stands in several clauses";

fn unfound(pledge: &Pledge) -> PledgeState {
    PledgeState {
        pledge: pledge.id.clone(),
        quote: pledge.quote.clone(),
        standing: Standing::Unfound,
        place: None,
        words: String::new(),
        step: None,
    }
}

/// Returns how a pledge stands in the first text in which it is looked for, by its quotation.
pub fn first(text: &Text, pledge: &Pledge) -> PledgeState {
    let cut = Cut::of(text);
    let at = |place: Place, standing, doubt: &str| {
        let words = cut.words(cut.run(&place));
        let step = Step {
            what: if doubt.is_empty() { Happening::Found } else { Happening::Ambiguous },
            numbers: None,
            moved: false,
            doubt: doubt.to_owned(),
            before: None,
            after: Some(words.clone()),
            marks: Vec::new(),
            verdict: None,
            beside: Vec::new(),
        };
        PledgeState { standing, place: Some(place), words, step: Some(step), ..unfound(pledge) }
    };
    match follow::find(text, &pledge.quote) {
        Found::Nowhere => unfound(pledge),
        Found::At(place) => at(place, Standing::Quoted, ""),
        Found::Several(places) => at(places[0], Standing::Ambiguous, OF_SEVERAL),
    }
}

/// Returns how a pledge stands in the text after, given how it stood in the one before.
pub fn next(course: &Course, past: &Past, pledge: &Pledge) -> PledgeState {
    match (past.state.standing, &past.state.place) {
        (Standing::Unfound, _) => first(course.after.text, pledge),
        (Standing::Missing, _) | (_, None) => match return_of(course, past, pledge) {
            Some(place) => back(course, past, pledge, place),
            None => PledgeState { standing: Standing::Missing, ..unfound(pledge) },
        },
        (Standing::Ambiguous, Some(place)) => ambiguous_still(course, past, pledge, place),
        (
            Standing::Quoted
            | Standing::Reworded
            | Standing::Narrowed
            | Standing::Weakened
            | Standing::Strengthened,
            Some(place),
        ) => followed(course, past, pledge, place),
    }
}

fn followed(course: &Course, past: &Past, pledge: &Pledge, before: &Place) -> PledgeState {
    match follow::follow(course, before, &pledge.quote) {
        Located::At { place, moved, doubt } => {
            let step = beside::step(course, (before, &place), Way { moved, doubt });
            let standing = standing(course, past, &place, step.as_ref());
            let step = step.map(|step| named(step, past, standing));
            stands(course, pledge, (standing, place), step)
        }
        Located::Ambiguous { likeliest, doubt } => {
            let way = Way { moved: false, doubt };
            let step = beside::step(course, (before, &likeliest), way);
            let step = step.map(|step| Step { what: Happening::Ambiguous, ..step });
            stands(course, pledge, (Standing::Ambiguous, likeliest), step)
        }
        Located::Missing { in_its_place } => PledgeState {
            standing: Standing::Missing,
            step: Some(beside::lost(course, before, in_its_place.as_ref())),
            ..unfound(pledge)
        },
    }
}

/// Returns the step with the name of what happened, where the wording says more than that it is
/// another.
fn named(step: Step, past: &Past, standing: Standing) -> Step {
    let is_back = standing == Standing::Quoted && past.state.standing != Standing::Quoted;
    match step.what {
        _ if is_back && is_worded(step.what) => Step { what: Happening::Back, ..step },
        _ => step,
    }
}

/// Returns whether what happened is that the words are others.
fn is_worded(what: Happening) -> bool {
    match what {
        Happening::Reworded
        | Happening::Strengthened
        | Happening::Narrowed
        | Happening::Weakened => true,
        Happening::Kept
        | Happening::Found
        | Happening::Renumbered
        | Happening::Moved
        | Happening::Back
        | Happening::Ambiguous
        | Happening::Missing => false,
    }
}

/// A clause that could not be told apart is sure again only when its own words, or its quotation,
/// stand in one clause; else the likeliest is followed, and it stays unsure.
fn ambiguous_still(course: &Course, past: &Past, pledge: &Pledge, before: &Place) -> PledgeState {
    let known = [past.sure.as_str(), past.quoted.as_str()];
    if let Some(place) = follow::returned(course, &known, &pledge.quote) {
        return back(course, past, pledge, place);
    }
    let (place, moved, doubt) = match follow::follow(course, before, &pledge.quote) {
        Located::At { place, moved, doubt } => (place, moved, doubt),
        Located::Ambiguous { likeliest, doubt } => (likeliest, false, doubt),
        Located::Missing { in_its_place } => {
            return PledgeState {
                standing: Standing::Missing,
                step: Some(beside::lost(course, before, in_its_place.as_ref())),
                ..unfound(pledge)
            };
        }
    };
    let step = beside::step(course, (before, &place), Way { moved, doubt });
    let step = step.map(|step| match step.what {
        what if is_worded(what) => Step { what: Happening::Ambiguous, ..step },
        _ => step,
    });
    stands(course, pledge, (Standing::Ambiguous, place), step)
}

fn return_of(course: &Course, past: &Past, pledge: &Pledge) -> Option<Place> {
    let known = [past.sure.as_str(), past.quoted.as_str()];
    follow::returned(course, &known, &pledge.quote)
        .or_else(|| follow::returned_alike(course, &past.sure))
}

fn back(course: &Course, past: &Past, pledge: &Pledge, place: Place) -> PledgeState {
    let words = course.after.words(course.after.run(&place));
    let before = (!past.sure.is_empty()).then(|| past.sure.clone());
    let marks = match &before {
        Some(before) if *before != words => beside::marked(before, &words),
        Some(_) | None => Vec::new(),
    };
    let step = Step {
        what: Happening::Back,
        numbers: None,
        moved: false,
        doubt: String::new(),
        before,
        after: Some(words),
        marks,
        verdict: None,
        beside: Vec::new(),
    };
    let standing = standing(course, past, &place, None);
    stands(course, pledge, (standing, place), Some(step))
}

fn stands(
    course: &Course,
    pledge: &Pledge,
    (standing, place): (Standing, Place),
    step: Option<Step>,
) -> PledgeState {
    let words = course.after.words(course.after.run(&place));
    PledgeState { standing, place: Some(place), words, step, ..unfound(pledge) }
}

/// Returns how the clause at a place stands beside what it said when its quotation was found, with
/// what came and went around it since, in this step too.
fn standing(course: &Course, past: &Past, place: &Place, step: Option<&Step>) -> Standing {
    let run = course.after.run(place);
    let stream = course.after.stream(run.clone());
    if past.quoted.is_empty() {
        return Standing::Quoted;
    }
    // A verdict on the step from the quoted words is the one on the words quoted.
    let was_quoted = past.state.standing == Standing::Quoted
        && follow::says(&past.state.words) == follow::says(&past.quoted);
    let verdict = step.and_then(|it| it.verdict.as_ref()).filter(|_| was_quoted);
    let by_words = match (follow::says(&past.quoted) == stream, verdict) {
        (true, _) => Standing::Quoted,
        (false, Some(verdict)) => promise::standing(verdict),
        (false, None) => {
            promise::standing(&promise::judged_since(&past.quoted, (&course.after, &run)))
        }
    };
    let around = match step {
        Some(step) => past.around.clone().after(step, &course.after.words(run)),
        None => past.around.clone(),
    };
    around.standing(by_words)
}
