//! What a reviewer decides in a form or a program, taken in and recorded.

use std::collections::BTreeMap;

use crate::{
    model::{
        event::EventId,
        review::{Decision, Reason, ReviewNote},
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        review::{self, NewReview, Reviewed},
    },
    web::{answer::Refusal, frame::Session},
};

/// Reads a decision from the fields of a form: `decision`, `note`, `seen`, and for a dismissal
/// `reason`, or `words` in its place.
pub fn read(
    fields: &BTreeMap<String, String>,
    session: &Session,
    now: Timestamp,
) -> Result<NewReview, Refusal> {
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
    Ok(NewReview {
        decision,
        note: note.map_err(|why| wrong("note", &why))?,
        by: session.name.parse().map_err(|why| wrong("name", &why))?,
        at: now,
        seen: seen.map_err(|why| wrong("count of entries seen", &why))?,
    })
}

/// Records a decision: waits for whoever writes, and blocks for as long.
pub fn record(paths: &Paths, change: &EventId, review: &NewReview) -> Result<Reviewed, Refusal> {
    let mut app = App::open_record(paths)?;
    let reviewed = review::decide(&mut app, change, review)?;
    Ok(reviewed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_form(fields: &[(&str, &str)]) -> Result<NewReview, Refusal> {
        let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let session =
            Session { name: "Ada".to_owned(), form_token: String::new(), may_review: true };
        read(&fields.collect(), &session, Timestamp::from_millis(0))
    }

    #[test]
    fn a_form_becomes_a_decision_or_says_what_it_lacks() {
        let review = read_form(&[("decision", "confirm"), ("note", " "), ("seen", "3")]).unwrap();
        assert_eq!((review.decision, review.note, review.seen), (Decision::Confirm, None, Some(3)));
        let form = [("decision", "dismiss"), ("reason", "known"), ("words", "a typo")];
        let review = read_form(&form).unwrap();
        assert_eq!(review.decision, Decision::Dismiss(Reason::Other("a typo".parse().unwrap())));
        for wrong in [
            &[("decision", "dismiss")][..],
            &[("decision", "burn")],
            &[("decision", "confirm"), ("seen", "-1")],
            &[("decision", "note"), ("note", "a\u{1b}[2J")],
            &[],
        ] {
            assert!(matches!(read_form(wrong), Err(Refusal::Wrong(_))), "{wrong:?}");
        }
    }
}
