//! The form in which what happened is kept: JSON whose words stay the same while the model's types
//! may change.

use serde::{Deserialize, Serialize};

use crate::{
    archive::{
        error::Fault,
        mark_forms::{MarkForm, known, mark, mark_form},
        pledge_forms::PledgeChangeForm,
        verdict_forms::VerdictForm,
    },
    model::{
        cause::Cause,
        edit::{Edit, EditKind, Passage},
        event::{Certainty, Change, What},
        page::PageId,
        pledge::{News, Standing},
        snapshot::Digest,
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
    },
};

/// What happened, as JSON. Instants are milliseconds, kinds are the model's codes.
#[derive(Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case", deny_unknown_fields)]
pub enum WhatForm {
    /// The wording changed.
    Change(ChangeForm),
    /// The page was not readable.
    Trouble(TroubleForm),
    /// The page answers elsewhere.
    Moved {
        /// Where it answered.
        from: String,
        /// Where it answers.
        to: String,
    },
    /// The page was removed.
    Gone(TroubleForm),
    /// Trouble is over.
    Recovered {
        /// From what.
        kind: String,
        /// Since when it was in trouble.
        since: i64,
    },
    /// A quotation was not found.
    QuoteMissing {
        /// The pledge.
        pledge: String,
        /// Its name.
        name: String,
        /// Its quotation.
        quote: String,
    },
    /// Something about a pledge that is no change of its page.
    Pledge {
        /// The pledge.
        pledge: String,
        /// Its name.
        name: String,
        /// What.
        news: NewsForm,
    },
}

/// A change, as JSON.
#[derive(Serialize, Deserialize)]
pub struct ChangeForm {
    cause: String,
    certainty: String,
    before: String,
    after: String,
    before_last_at: i64,
    edits: Vec<EditForm>,
    #[serde(default, skip_serializing_if = "is_zero")]
    untold: usize,
    /// Absent in what programs before pledges were followed recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pledges: Vec<PledgeChangeForm>,
}

fn is_zero(count: &usize) -> bool {
    *count == 0
}

/// News of a pledge, as JSON; days as `2021-06-10`.
#[derive(Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum NewsForm {
    /// The quotation stands in several clauses.
    Indistinct {
        /// The quotation.
        quote: String,
    },
    /// The deadline is near.
    Nears {
        /// The deadline.
        deadline: String,
        /// How the pledge stands.
        standing: String,
    },
    /// An edit moved, dropped or set the time that its clause names.
    Retimed {
        /// The time before.
        before: Option<String>,
        /// The time after.
        after: Option<String>,
    },
    /// The deadline passed.
    Lapsed {
        /// The deadline.
        deadline: String,
        /// How the pledge stands.
        standing: String,
        /// Since when it says what it says.
        since: Option<i64>,
        /// When the page was last read.
        read_at: Option<i64>,
    },
}

/// Trouble, as JSON.
#[derive(Serialize, Deserialize)]
pub struct TroubleForm {
    kind: String,
    evidence: String,
    last_good_at: Option<i64>,
}

#[derive(Serialize, Deserialize)]
struct EditForm {
    kind: String,
    before: Option<PassageForm>,
    after: Option<PassageForm>,
    heading: String,
    marks: Vec<(MarkForm, String)>,
    /// Absent in what programs before verdicts recorded, and where nobody judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictForm>,
}

#[derive(Serialize, Deserialize)]
struct PassageForm {
    block: usize,
    words: String,
}

impl WhatForm {
    /// Returns the form of what happened.
    pub fn of(what: &What) -> WhatForm {
        match what {
            What::Change(change) => WhatForm::Change(change_form(change)),
            What::Trouble { trouble, last_good_at } => {
                WhatForm::Trouble(trouble_form(trouble, *last_good_at))
            }
            What::Moved { from, to } => WhatForm::Moved { from: from.clone(), to: to.clone() },
            What::Gone { trouble, last_good_at } => {
                WhatForm::Gone(trouble_form(trouble, *last_good_at))
            }
            What::Recovered { kind, since } => {
                WhatForm::Recovered { kind: kind.code().to_owned(), since: since.as_millis() }
            }
            What::QuoteMissing { pledge, name, quote } => WhatForm::QuoteMissing {
                pledge: pledge.to_string(),
                name: name.clone(),
                quote: quote.clone(),
            },
            What::Pledge { pledge, name, news } => WhatForm::Pledge {
                pledge: pledge.to_string(),
                name: name.clone(),
                news: news_form(news),
            },
        }
    }

    /// Returns what happened; fails on words that this program does not know.
    pub fn read(self) -> Result<What, Fault> {
        Ok(match self {
            WhatForm::Change(form) => What::Change(change(form)?),
            WhatForm::Trouble(form) => {
                let (trouble, last_good_at) = trouble(form)?;
                What::Trouble { trouble, last_good_at }
            }
            WhatForm::Moved { from, to } => What::Moved { from, to },
            WhatForm::Gone(form) => {
                let (trouble, last_good_at) = trouble(form)?;
                What::Gone { trouble, last_good_at }
            }
            WhatForm::Recovered { kind, since } => What::Recovered {
                kind: known(&kind, TroubleKind::from_code(&kind))?,
                since: Timestamp::from_millis(since),
            },
            WhatForm::QuoteMissing { pledge, name, quote } => {
                let pledge = known(&pledge, pledge.parse::<PageId>().ok())?;
                What::QuoteMissing { pledge, name, quote }
            }
            WhatForm::Pledge { pledge, name, news: form } => {
                let pledge = known(&pledge, pledge.parse::<PageId>().ok())?;
                What::Pledge { pledge, name, news: news(form)? }
            }
        })
    }
}

fn news_form(news: &News) -> NewsForm {
    match news {
        News::Indistinct { quote } => NewsForm::Indistinct { quote: quote.clone() },
        News::Nears { deadline, standing } => {
            NewsForm::Nears { deadline: deadline.to_string(), standing: standing.code().to_owned() }
        }
        News::Retimed { before, after } => {
            NewsForm::Retimed { before: before.clone(), after: after.clone() }
        }
        News::Lapsed { deadline, standing, since, read_at } => NewsForm::Lapsed {
            deadline: deadline.to_string(),
            standing: standing.code().to_owned(),
            since: since.map(Timestamp::as_millis),
            read_at: read_at.map(Timestamp::as_millis),
        },
    }
}

fn news(form: NewsForm) -> Result<News, Fault> {
    let day = |day: &str| known(day, day.parse().ok());
    let stands = |code: &str| known(code, Standing::from_code(code));
    Ok(match form {
        NewsForm::Indistinct { quote } => News::Indistinct { quote },
        NewsForm::Nears { deadline, standing } => {
            News::Nears { deadline: day(&deadline)?, standing: stands(&standing)? }
        }
        NewsForm::Retimed { before, after } => News::Retimed { before, after },
        NewsForm::Lapsed { deadline, standing, since, read_at } => News::Lapsed {
            deadline: day(&deadline)?,
            standing: stands(&standing)?,
            since: since.map(Timestamp::from_millis),
            read_at: read_at.map(Timestamp::from_millis),
        },
    })
}

fn trouble_form(trouble: &Trouble, last_good_at: Option<Timestamp>) -> TroubleForm {
    TroubleForm {
        kind: trouble.kind.code().to_owned(),
        evidence: trouble.evidence.clone(),
        last_good_at: last_good_at.map(Timestamp::as_millis),
    }
}

fn trouble(form: TroubleForm) -> Result<(Trouble, Option<Timestamp>), Fault> {
    let kind = known(&form.kind, TroubleKind::from_code(&form.kind))?;
    let trouble = Trouble { kind, evidence: form.evidence };
    Ok((trouble, form.last_good_at.map(Timestamp::from_millis)))
}

fn change_form(change: &Change) -> ChangeForm {
    ChangeForm {
        cause: change.cause.code().to_owned(),
        certainty: change.certainty.code().to_owned(),
        before: change.before.to_string(),
        after: change.after.to_string(),
        before_last_at: change.before_last_at.as_millis(),
        edits: change.edits.iter().map(edit_form).collect(),
        untold: change.untold,
        pledges: change.pledges.iter().map(PledgeChangeForm::of).collect(),
    }
}

fn change(form: ChangeForm) -> Result<Change, Fault> {
    let certainties = [Certainty::Confirmed, Certainty::Unsure];
    let certainty = certainties.into_iter().find(|it| it.code() == form.certainty);
    Ok(Change {
        cause: known(&form.cause, Cause::from_code(&form.cause))?,
        certainty: known(&form.certainty, certainty)?,
        before: known(&form.before, form.before.parse::<Digest>().ok())?,
        after: known(&form.after, form.after.parse::<Digest>().ok())?,
        before_last_at: Timestamp::from_millis(form.before_last_at),
        edits: form.edits.into_iter().map(edit).collect::<Result<_, _>>()?,
        untold: form.untold,
        pledges: form.pledges.into_iter().map(PledgeChangeForm::read).collect::<Result<_, _>>()?,
    })
}

fn edit_form(edit: &Edit) -> EditForm {
    let passage = |it: &Passage| PassageForm { block: it.block, words: it.words.clone() };
    EditForm {
        kind: edit.kind.code().to_owned(),
        before: edit.before.as_ref().map(passage),
        after: edit.after.as_ref().map(passage),
        heading: edit.heading.clone(),
        marks: edit.marks.iter().map(mark_form).collect(),
        verdict: edit.verdict.as_ref().map(VerdictForm::of),
    }
}

fn edit(form: EditForm) -> Result<Edit, Fault> {
    let passage = |it: PassageForm| Passage { block: it.block, words: it.words };
    Ok(Edit {
        kind: known(&form.kind, EditKind::from_code(&form.kind))?,
        before: form.before.map(passage),
        after: form.after.map(passage),
        heading: form.heading,
        marks: form.marks.into_iter().map(mark).collect(),
        verdict: form.verdict.map(VerdictForm::read).transpose()?,
    })
}
