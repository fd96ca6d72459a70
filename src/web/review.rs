//! What a reviewer decides in a form or a program, taken in and recorded.

use std::collections::BTreeMap;

use crate::{
    model::{
        event::EventId,
        review::{Decision, Reason, ReviewNote, RuleId},
        rule::Rule,
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        review::{self, NewReview, Reviewed},
        seal,
    },
    web::{answer::Refusal, frame::Session},
};

/// What was sent about a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// What was decided.
    pub review: NewReview,
    /// How far it reaches.
    pub reach: Reach,
}

/// How far a decision reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The change alone.
    Once,
    /// Changes like it on its page as well, by a rule.
    Always,
}

/// Reads a decision from the fields of a form: `decision`, `note`, `seen`, and for a dismissal
/// `reason`, or `words` in its place, and `always`.
pub fn read(
    fields: &BTreeMap<String, String>,
    session: &Session,
    now: Timestamp,
) -> Result<Sent, Refusal> {
    let field = |name: &str| fields.get(name).map(|it| it.trim()).filter(|it| !it.is_empty());
    let wrong = |what: &str, why: &dyn std::fmt::Display| {
        Refusal::Wrong(format!("The {what} cannot be kept: {why}."))
    };
    let decision = match field("decision") {
        Some("confirm") => Decision::Confirm,
        Some("dismiss") => {
            let reason = field("words").or(field("reason"));
            let reason =
                reason.ok_or_else(|| Refusal::Wrong("A dismissal has a reason.".into()))?;
            Decision::Dismiss(reason.parse::<Reason>().map_err(|why| wrong("reason", &why))?)
        }
        Some("escalate") => Decision::Escalate,
        Some("reopen") => Decision::Reopen,
        Some("note") => Decision::Note,
        Some(_) | None => {
            let all = "confirm, dismiss, escalate, reopen and note";
            return Err(Refusal::Wrong(format!("What can be decided is {all}.")));
        }
    };
    let note = field("note").map(str::parse::<ReviewNote>).transpose();
    let seen = field("seen").map(str::parse::<usize>).transpose();
    let reach = match field("always") {
        None => Reach::Once,
        Some("yes") => Reach::Always,
        Some(_) => return Err(Refusal::Wrong("What `always` can say is `yes`.".into())),
    };
    let review = NewReview {
        decision,
        note: note.map_err(|why| wrong("note", &why))?,
        by: session.name.parse().map_err(|why| wrong("name", &why))?,
        at: now,
        seen: seen.map_err(|why| wrong("count of entries seen", &why))?,
    };
    Ok(Sent { review, reach })
}

/// Records a decision, and the rule where it is to hold always: waits for whoever writes, and blocks
/// for as long.
pub fn record(
    paths: &Paths,
    change: &EventId,
    sent: &Sent,
) -> Result<(Reviewed, Option<RuleId>), Refusal> {
    let mut app = App::open_record(paths)?;
    let recorded = match sent.reach {
        Reach::Once => (review::decide(&mut app, change, &sent.review)?, None),
        Reach::Always => {
            let (reviewed, rule) = review::always(&mut app, change, &sent.review)?;
            (reviewed, Some(rule))
        }
    };
    // That the log cannot be signed is no word for a reviewer: each sweep tells whoever runs it.
    let _unsigned = seal::sign(&app.archive);
    Ok(recorded)
}

/// Takes a rule back, and returns how it stands then. Blocks as [`record`] does.
pub fn forget(
    paths: &Paths,
    rule: RuleId,
    session: &Session,
    now: Timestamp,
) -> Result<Rule, Refusal> {
    let by = session.name.parse();
    let by = by.map_err(|why| Refusal::Wrong(format!("The name cannot be kept: {why}.")))?;
    let mut app = App::open_record(paths)?;
    let rule = review::forget_rule(&mut app, rule, &by, now)?;
    let _unsigned = seal::sign(&app.archive);
    Ok(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_form(fields: &[(&str, &str)]) -> Result<Sent, Refusal> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let session =
            Session { name: "Ada".to_owned(), form_token: String::new(), may_review: true };
        read(&fields.collect(), &session, Timestamp::from_millis(0))
    }

    #[test]
    fn a_form_becomes_a_decision_or_says_what_it_lacks() {
        let form = [("decision", "confirm"), ("note", " "), ("seen", "3")];
        let Sent { review, reach } = read_form(&form).unwrap();
        assert_eq!(reach, Reach::Once);
        assert_eq!((review.decision, review.note, review.seen), (Decision::Confirm, None, Some(3)));
        let form =
            [("decision", "dismiss"), ("reason", "known"), ("words", "a typo"), ("always", "yes")];
        let Sent { review, reach } = read_form(&form).unwrap();
        assert_eq!(reach, Reach::Always);
        assert_eq!(review.decision, Decision::Dismiss(Reason::Other("a typo".parse().unwrap())));
        for wrong in [
            &[("decision", "dismiss")][..],
            &[("decision", "burn")],
            &[("decision", "confirm"), ("seen", "-1")],
            &[("decision", "dismiss"), ("reason", "known"), ("always", "perhaps")],
            &[("decision", "note"), ("note", "a\u{1b}[2J")],
            &[],
        ] {
            assert!(matches!(read_form(wrong), Err(Refusal::Wrong(_))), "{wrong:?}");
        }
    }
}
