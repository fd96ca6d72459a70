//! The forms in which a pledge's life is kept: JSON whose words stay the same while the model's
//! types may change.

use serde::{Deserialize, Serialize};

use crate::{
    archive::{
        error::Fault,
        mark_forms::{MarkForm, known, mark, mark_form},
        verdict_forms::VerdictForm,
    },
    model::{
        page::PageId,
        pledge::{Beside, BesideHow, Happening, PledgeChange, Role, Standing, Step},
    },
};

/// What a version did to a pledge, as JSON.
#[derive(Serialize, Deserialize)]
pub struct StepForm {
    what: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    numbers: Option<(String, String)>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    moved: bool,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    doubt: String,
    before: Option<String>,
    after: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    marks: Vec<(MarkForm, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verdict: Option<VerdictForm>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    beside: Vec<BesideForm>,
}

#[derive(Serialize, Deserialize)]
struct BesideForm {
    how: String,
    role: String,
    before: Option<String>,
    after: Option<String>,
}

/// What a change did to a pledge, as JSON.
#[derive(Serialize, Deserialize)]
pub struct PledgeChangeForm {
    pledge: String,
    name: String,
    standing: String,
    step: Option<StepForm>,
}

impl StepForm {
    /// Returns the form of a step.
    pub fn of(step: &Step) -> StepForm {
        let beside = |it: &Beside| BesideForm {
            how: it.how.code().to_owned(),
            role: it.role.code().to_owned(),
            before: it.before.clone(),
            after: it.after.clone(),
        };
        StepForm {
            what: step.what.code().to_owned(),
            numbers: step.numbers.clone(),
            moved: step.moved,
            doubt: step.doubt.clone(),
            before: step.before.clone(),
            after: step.after.clone(),
            marks: step.marks.iter().map(mark_form).collect(),
            verdict: step.verdict.as_ref().map(VerdictForm::of),
            beside: step.beside.iter().map(beside).collect(),
        }
    }

    /// Returns the step.
    pub fn read(self) -> Result<Step, Fault> {
        let beside = |it: BesideForm| {
            Ok::<_, Fault>(Beside {
                how: known(&it.how, BesideHow::from_code(&it.how))?,
                role: known(&it.role, Role::from_code(&it.role))?,
                before: it.before,
                after: it.after,
            })
        };
        Ok(Step {
            what: known(&self.what, Happening::from_code(&self.what))?,
            numbers: self.numbers,
            moved: self.moved,
            doubt: self.doubt,
            before: self.before,
            after: self.after,
            marks: self.marks.into_iter().map(mark).collect(),
            verdict: self.verdict.map(VerdictForm::read).transpose()?,
            beside: self.beside.into_iter().map(beside).collect::<Result<_, _>>()?,
        })
    }
}

impl PledgeChangeForm {
    /// Returns the form of what a change did to a pledge.
    pub fn of(change: &PledgeChange) -> PledgeChangeForm {
        PledgeChangeForm {
            pledge: change.pledge.to_string(),
            name: change.name.clone(),
            standing: change.standing.code().to_owned(),
            step: change.step.as_ref().map(StepForm::of),
        }
    }

    /// Returns what the change did.
    pub fn read(self) -> Result<PledgeChange, Fault> {
        Ok(PledgeChange {
            pledge: known(&self.pledge, self.pledge.parse::<PageId>().ok())?,
            name: self.name,
            standing: known(&self.standing, Standing::from_code(&self.standing))?,
            step: self.step.map(StepForm::read).transpose()?,
        })
    }
}
