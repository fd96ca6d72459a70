//! The form in which a verdict is kept: the model's codes, and the words that decided.

use serde::{Deserialize, Serialize};

use crate::{
    archive::error::Fault,
    model::page::PageId,
    model::verdict::{
        Bound, Direction, Meaning, Norm, OtherPage, Side, Sureness, Tag, Trigger, Verdict,
    },
};

/// A verdict, as JSON.
#[derive(Serialize, Deserialize)]
pub struct VerdictForm {
    meaning: String,
    direction: String,
    norm: String,
    bound: String,
    sureness: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    triggers: Vec<(SideForm, usize, usize, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_page: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on_page_title: Option<String>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
enum SideForm {
    #[serde(rename = "-")]
    Before,
    #[serde(rename = "+")]
    After,
}

impl VerdictForm {
    /// Returns the form of a verdict.
    pub fn of(verdict: &Verdict) -> VerdictForm {
        let trigger = |it: &Trigger| {
            let side = match it.side {
                Side::Before => SideForm::Before,
                Side::After => SideForm::After,
            };
            (side, it.span.start, it.span.end, it.words.clone())
        };
        VerdictForm {
            meaning: verdict.meaning.code().to_owned(),
            direction: verdict.direction.code().to_owned(),
            norm: verdict.norm.code().to_owned(),
            bound: verdict.bound.code().to_owned(),
            sureness: verdict.sureness.code().to_owned(),
            tags: verdict.tags.iter().map(|tag| tag.code().to_owned()).collect(),
            triggers: verdict.triggers.iter().map(trigger).collect(),
            on_page: verdict.on_page.as_ref().map(|it| it.page.to_string()),
            on_page_title: verdict.on_page.as_ref().map(|it| it.title.clone()),
        }
    }

    /// Returns the verdict; fails on words that this program does not know.
    pub fn read(self) -> Result<Verdict, Fault> {
        let trigger = |(side, start, end, words): (SideForm, usize, usize, String)| {
            let side = match side {
                SideForm::Before => Side::Before,
                SideForm::After => Side::After,
            };
            Trigger { side, span: start..end, words }
        };
        // Records of earlier programs name it by its id alone.
        let title = self.on_page_title;
        let page = |name: String| -> Result<Box<OtherPage>, Fault> {
            let page: PageId = known(&name, name.parse().ok())?;
            Ok(Box::new(OtherPage { page, title: title.unwrap_or(name) }))
        };
        let tag = |code: &String| known(code, Tag::from_code(code));
        Ok(Verdict {
            meaning: known(&self.meaning, Meaning::from_code(&self.meaning))?,
            direction: known(&self.direction, Direction::from_code(&self.direction))?,
            norm: known(&self.norm, Norm::from_code(&self.norm))?,
            bound: known(&self.bound, Bound::from_code(&self.bound))?,
            sureness: known(&self.sureness, Sureness::from_code(&self.sureness))?,
            tags: self.tags.iter().map(tag).collect::<Result<_, _>>()?,
            triggers: self.triggers.into_iter().map(trigger).collect(),
            on_page: self.on_page.map(page).transpose()?,
        })
    }
}

fn known<T>(word: &str, read: Option<T>) -> Result<T, Fault> {
    read.ok_or_else(|| Fault::damaged("a verdict", format!("`{word}` is not known here")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict() -> Verdict {
        let mut verdict = Verdict::quiet(Meaning::Weakened, vec![Tag::Hedge, Tag::Mixed]);
        verdict.triggers = vec![Trigger { side: Side::After, span: 3..6, words: "may".to_owned() }];
        let page = "terms".parse().unwrap();
        verdict.on_page = Some(Box::new(OtherPage { page, title: "Terms of use".to_owned() }));
        verdict
    }

    #[test]
    fn another_page_that_was_recorded_without_its_title_is_called_by_its_id() {
        let mut form = VerdictForm::of(&verdict());
        form.on_page_title = None;
        assert_eq!(form.read().unwrap().on_page.unwrap().title, "terms");
    }

    #[test]
    fn a_verdict_is_written_and_read_back() {
        let form = serde_json::to_string(&VerdictForm::of(&verdict())).unwrap();
        let read: VerdictForm = serde_json::from_str(&form).unwrap();
        assert_eq!(read.read().unwrap(), verdict());
    }

    #[test]
    fn an_unknown_word_in_a_verdict_is_an_error() {
        let mut form = VerdictForm::of(&verdict());
        form.meaning = "worsened".to_owned();
        assert!(form.read().is_err());
    }
}
