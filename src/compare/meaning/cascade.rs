//! Two readings of a clause compared, strongest finding first.
//!
//! Asked in this order: is it only typography, or a sentence whose bounds moved; does it only
//! refer, date or head; did the force change; a carve-out; a condition; the reach. What none of
//! these finds is editorial.

use std::ops::Range;

use crate::compare::meaning::altered::{self, Frame, Region};
use crate::compare::meaning::canon;
use crate::compare::meaning::force;
use crate::compare::meaning::found::Found;
use crate::compare::meaning::limits;
use crate::compare::meaning::norm::{self, Stated};
use crate::compare::meaning::reading;
use crate::compare::meaning::scope;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::standing::Standing;
use crate::compare::stamp;
use crate::model::verdict::{
    Bound, Direction, Meaning, Norm, Side, Sureness, Tag, Trigger, Verdict,
};

/// Returns what became of a clause.
pub fn judge(before: Option<&Standing<'_>>, after: Option<&Standing<'_>>) -> Verdict {
    match (before, after) {
        (None, None) => Verdict::quiet(Meaning::Cosmetic, Vec::new()),
        (Some(alone), None) => judge_alone(alone, Meaning::Removed),
        (None, Some(alone)) => judge_alone(alone, Meaning::Added),
        (Some(before), Some(after)) => judge_pair(before, after),
    }
}

fn judge_alone(alone: &Standing<'_>, meaning: Meaning) -> Verdict {
    if let Some(verdict) = canon::alone(alone) {
        return verdict;
    }
    let frame = Frame::of(reading::read(alone.words));
    let stated = norm::stated(&frame, alone);
    let binds = |it: Sense| matches!(it, Sense::Force(_) | Sense::Negation);
    let stated = match stated.is_reference && !frame.terms.iter().any(|it| binds(it.sense)) {
        // "For more information, see …" commands nobody.
        true => Stated { norm: Norm::Fact, bound: Bound::Nobody, is_safeguard: false, ..stated },
        false => stated,
    };
    if norm::is_menu(&frame) || (stated.is_heading && stated.norm == Norm::Fact) {
        return Verdict::quiet(Meaning::Cosmetic, vec![Tag::Furniture]);
    }
    let mut tags = Vec::new();
    if stated.is_reference {
        tags.push(if meaning == Meaning::Removed { Tag::EvidenceLost } else { Tag::Reference });
    }
    let found = Found { tags, ..Found::new(meaning, None) };
    let words = (alone.words, alone.words);
    let mut verdict = verdict(&found, &stated, words, (&frame, &frame), Sureness::High);
    // What the page referred to may have said more than the page.
    if verdict.has(Tag::EvidenceLost) && stated.norm == Norm::Fact {
        verdict.direction = Direction::Unclear;
    }
    verdict
}

fn judge_pair(before: &Standing<'_>, after: &Standing<'_>) -> Verdict {
    if let Some(verdict) = canon::pair(before, after) {
        return verdict;
    }
    if stamp::is_stamp(before.words) && stamp::is_stamp(after.words) {
        return Verdict::quiet(Meaning::Editorial, vec![Tag::DateStamp]);
    }
    let frames = (Frame::of(reading::read(before.words)), Frame::of(reading::read(after.words)));
    let mut regions = altered::regions(&frames.0, &frames.1);
    let binds = |it: Sense| matches!(it, Sense::Force(_) | Sense::Negation);
    for region in &mut regions {
        let refers = |frame: &Frame, range: &Range<usize>| {
            norm::refers(frame, range) && !frame.terms_in(range).any(|it| binds(it.sense))
        };
        // Where to write and where to read on is no norm.
        if refers(&frames.0, &region.before) || refers(&frames.1, &region.after) {
            (region.left, region.came) = (Vec::new(), Vec::new());
        }
    }
    let stated = both(norm::stated(&frames.0, before), norm::stated(&frames.1, after));
    let found = findings((&frames.0, &frames.1), (before, after), &regions, &stated);
    let words = (before.words, after.words);
    let sureness = sureness(&found, &frames, &regions);
    let strongest = found.first().cloned().unwrap_or(Found::new(Meaning::Editorial, None));
    let mut verdict = verdict(&strongest, &stated, words, (&frames.0, &frames.1), sureness);
    verdict.tags.extend(found.iter().skip(1).flat_map(|it| it.tags.iter().copied()));
    verdict.tags.sort_unstable();
    verdict.tags.dedup();
    verdict
}

/// Returns what both sides state: a promise that became a permission counts as the promise that it
/// was, and the reverse; which way other turns go is not sure.
fn both(before: Stated, after: Stated) -> Stated {
    let is_promise = |it: &Stated| it.norm == Norm::Commitment && it.is_sure;
    match before.norm == after.norm {
        true => Stated { is_sure: before.is_sure && after.is_sure, ..after },
        false if is_promise(&before) && after.norm == Norm::Reservation => before,
        false if is_promise(&after) && before.norm == Norm::Reservation => after,
        false => Stated { is_sure: false, ..after },
    }
}

/// Returns what the questions find, strongest first.
fn findings(
    (before, after): (&Frame, &Frame),
    standing: (&Standing<'_>, &Standing<'_>),
    regions: &[Region],
    stated: &Stated,
) -> Vec<Found> {
    let counted = regions.iter().any(|it| !it.left.is_empty() || !it.came.is_empty());
    let is_bare = |frame: &Frame| {
        frame.terms.iter().all(|it| match it.sense {
            Sense::Force(_) | Sense::Company | Sense::Negation | Sense::Exception => false,
            Sense::User | Sense::Condition => true,
            _ => true,
        })
    };
    let is_heading = stated.is_heading && is_bare(before) && is_bare(after);
    let mut found = Vec::new();
    found.extend(scope::sentence(before, regions));
    let is_title = norm::is_title(before, standing.0) && norm::is_title(after, standing.1);
    if (is_heading || is_title) && counted {
        return found;
    }
    found.extend(force::force(before, after, regions, stated));
    if stated.is_reference && counted {
        if found.is_empty() {
            let tags = vec![Tag::Reference];
            found.push(Found { tags, ..Found::new(Meaning::Editorial, None) });
        }
        return found;
    }
    found.extend(limits::exception(before, after, regions));
    found.extend(limits::condition(before, after, regions));
    // What a sentence says of the world, binding nobody, may change: that is no other norm.
    if !(norm::is_description(before) && norm::is_description(after)) {
        found.extend(scope::scope(before, after, regions));
    }
    found
}

/// Returns how far findings can be relied on.
fn sureness(found: &[Found], frames: &(Frame, Frame), regions: &[Region]) -> Sureness {
    let altered: usize = regions.iter().map(|it| it.left.len() + it.came.len()).sum();
    let said = |frame: &Frame| (0..frame.reads.len()).filter(|at| frame.is_content(*at)).count();
    let all = said(&frames.0) + said(&frames.1);
    if all < 5 * altered / 2 {
        Sureness::Low
    } else if found.len() == 1 && altered <= 8 {
        Sureness::High
    } else {
        Sureness::Medium
    }
}

/// Returns whether it can be told which way an edit goes: who is bound stands in the clause, and
/// what was altered is no more than the finding.
fn is_signed(found: &Found, stated: &Stated, frames: (&Frame, &Frame), sureness: Sureness) -> bool {
    let is_right = stated.norm == Norm::UserRight;
    let is_deadline = found.tags.contains(&Tag::Deadline) || found.tags.contains(&Tag::Number);
    let is_told = match found.meaning {
        Meaning::Widened | Meaning::Narrowed => {
            let altered = (found.before.first(), found.after.first());
            let is_free = match altered {
                (_, Some(it)) => !is_limited(frames.1, it),
                (Some(it), None) => !is_limited(frames.0, it),
                (None, None) => false,
            };
            sureness == Sureness::High && !is_right && found.tags.contains(&Tag::List) && is_free
        }
        Meaning::Weakened | Meaning::Strengthened => !is_right,
        Meaning::Removed => {
            stated.norm != Norm::Reservation && !found.tags.contains(&Tag::Appended)
        }
        Meaning::Condition if is_deadline => stated.norm == Norm::Commitment,
        Meaning::Condition => sureness == Sureness::High,
        Meaning::Exception | Meaning::Added => true,
        Meaning::Cosmetic | Meaning::Editorial => false,
    };
    is_told && Sureness::Low < sureness && (stated.is_sure || stated.is_safeguard)
}

/// Returns whether words stand in a limit or are denied, so that more of them is not more of the
/// norm, or are nothing but names.
fn is_limited(frame: &Frame, range: &Range<usize>) -> bool {
    let limits = |it: Sense| matches!(it, Sense::Condition | Sense::Exception | Sense::Exclusive);
    let is_after = frame.terms.iter().any(|it| limits(it.sense) && it.at.start < range.end);
    is_after || range.clone().all(|at| !frame.is_content(at) || frame.reads[at].is_capital)
}

fn verdict(
    found: &Found,
    stated: &Stated,
    words: (&str, &str),
    frames: (&Frame, &Frame),
    sureness: Sureness,
) -> Verdict {
    let direction = match found.meaning.is_substantive() {
        true => norm::direction(stated, found.meaning, found.is_more),
        false => Direction::Neutral,
    };
    let direction = match direction {
        Direction::Tighter | Direction::Looser if !is_signed(found, stated, frames, sureness) => {
            Direction::Unclear
        }
        direction => direction,
    };
    let triggers = |side, words: &str, frame: &Frame, of: &[Range<usize>]| -> Vec<Trigger> {
        let of = of.iter().filter(|it| !it.is_empty());
        of.map(|it| {
            let span = frame.reads[it.start].span.start..frame.reads[it.end - 1].span.end;
            Trigger { side, words: words[span.clone()].to_owned(), span }
        })
        .collect()
    };
    let mut all = triggers(Side::Before, words.0, frames.0, &found.before);
    all.extend(triggers(Side::After, words.1, frames.1, &found.after));
    all.truncate(Verdict::TRIGGERS_MAX);
    let mut tags = found.tags.clone();
    if stated.is_safeguard && found.meaning.is_substantive() {
        tags.push(Tag::Safeguard);
    }
    tags.sort_unstable();
    tags.dedup();
    let sureness = match stated.norm {
        Norm::Definition => sureness.min(Sureness::Medium),
        _ => sureness,
    };
    Verdict {
        meaning: found.meaning,
        direction,
        norm: stated.norm,
        bound: stated.bound,
        sureness,
        tags,
        triggers: all,
        on_page: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(before: &str, after: &str, expected: Meaning) {
        let standing = |words| Standing { words, ..Standing::default() };
        let verdict = judge(Some(&standing(before)), Some(&standing(after)));
        assert_eq!(verdict.meaning, expected, "{before} / {after}");
    }

    #[test]
    fn a_lower_modal_weakens() {
        check("We will delete it.", "We may delete it.", Meaning::Weakened);
        check("We may delete it.", "We will delete it.", Meaning::Strengthened);
        check("You shall not copy it.", "You may not copy it.", Meaning::Editorial);
    }

    #[test]
    fn an_exception_is_none_of_its_neighbours_though_a_word_of_it_heads_the_section() {
        let promise = "We will not provide face matching to public authorities";
        let (plain, excepted) =
            (format!("{promise}."), format!("{promise}, except to the police."));
        let standing =
            |words| Standing { words, previous: "Police", next: "", ..Standing::default() };
        let found = |before, after| judge(Some(&standing(before)), Some(&standing(after))).meaning;
        assert_eq!(found(&plain, &excepted), Meaning::Exception);
        assert_eq!(found(&excepted, &plain), Meaning::Exception);
    }

    #[test]
    fn the_words_that_decided_are_quoted_as_phrases() {
        let before = Standing { words: "We will not sell it.", ..Standing::default() };
        let after = Standing { words: "We do not currently sell it.", ..Standing::default() };
        let verdict = judge(Some(&before), Some(&after));
        let words: Vec<&str> = verdict.triggers.iter().map(|it| it.words.as_str()).collect();
        assert_eq!(words, ["will not", "do not currently"]);
    }

    #[test]
    fn what_police_lose_is_a_limit_on_users_that_protects_others() {
        let words = "Existing police customers will lose access within 30 days.";
        let verdict = judge(Some(&Standing { words, ..Standing::default() }), None);
        assert_eq!((verdict.norm, verdict.bound), (Norm::UserDuty, Bound::User));
        assert_eq!(verdict.direction, Direction::Looser);
        let words = "You will lose access to your files.";
        let verdict = judge(Some(&Standing { words, ..Standing::default() }), None);
        assert_eq!(verdict.norm, Norm::Reservation);
    }

    #[test]
    fn a_vow_that_gave_way_to_a_statement_about_others_is_weakened() {
        let vow = "If a supplier does not mend it, we will no longer buy from them.";
        check(
            vow,
            "If a supplier does not mend it, they risk a loss of orders.",
            Meaning::Weakened,
        );
    }

    #[test]
    fn that_the_company_may_not_do_something_leaves_it_open() {
        let open = "We may not look into it unless you write.";
        check(open, "We will not look into it unless you write.", Meaning::Strengthened);
    }

    #[test]
    fn an_item_of_an_enumerated_carve_out_is_an_exception() {
        let before = "Our rights end with your account, except: (a) where others made copies of it; \
                      and (b) for the time that it takes to remove it.";
        let after = "Our rights end with your account, except: (a) where others made copies of it; \
                     (b) for the time that it takes to remove it; or (c) where the law of the land \
                     makes us keep it.";
        check(before, after, Meaning::Exception);
    }

    #[test]
    fn what_joins_on_widens_and_what_reaches_for_all_does() {
        let before = "We ask that you cover your face.";
        check(before, "We ask that you cover your face and do not show a badge.", Meaning::Widened);
        let before = "We may show it to the shops that you chose.";
        check(before, "We may show it to all our partners.", Meaning::Widened);
        check("We log your visits.", "We log your visits (including calls).", Meaning::Widened);
    }

    #[test]
    fn what_only_connects_names_points_or_heads_is_editorial() {
        check("To use it you must pay.", "In order to use it you must pay.", Meaning::Editorial);
        check(
            "You may end it by a note to Foo Ireland.",
            "You may end it by a note to Foo.",
            Meaning::Editorial,
        );
        check("Legal Basis for the data processing", "Legal Basis", Meaning::Editorial);
        check("You should call 911 at once.", "You should call 999 at once.", Meaning::Editorial);
        let before =
            "You can edit it yourself, or contact us at desk@example.org if you need help.";
        check(before, "You can edit it yourself.", Meaning::Editorial);
        let before = "It may go to others, which is our habit now, as you ask.";
        check(before, "It may go to others, as you ask.", Meaning::Editorial);
        check(
            "We may log calls (such as text chat).",
            "We may log calls (such as chat).",
            Meaning::Editorial,
        );
        check(
            "Rides are provided by partners, and you pay.",
            "Rides are given by partners, and you pay.",
            Meaning::Editorial,
        );
    }

    #[test]
    fn an_entry_of_a_menu_is_furniture() {
        let gone = |words| judge(Some(&Standing { words, ..Standing::default() }), None).meaning;
        assert_eq!(gone("2. Terms of use"), Meaning::Cosmetic);
        assert_eq!(gone("Military use"), Meaning::Removed);
    }

    #[test]
    fn a_carve_out_is_an_exception() {
        check("We never sell it.", "We never sell it, unless you agree.", Meaning::Exception);
        let carved = "You can opt out of cookies (except for those that are strictly necessary).";
        check("You can opt out of certain cookies.", carved, Meaning::Exception);
    }

    #[test]
    fn who_is_bound_stands_after_the_enumeration_of_an_opening() {
        let before = "If it may harm us, our users, or others, we may remove it.";
        let after = "If it may harm us, our users, or others, we may remove it in our discretion.";
        let standing = |words| Standing { words, ..Standing::default() };
        let verdict = judge(Some(&standing(before)), Some(&standing(after)));
        assert_eq!(verdict.norm, Norm::Reservation);
        assert_eq!(verdict.meaning, Meaning::Strengthened);
    }

    #[test]
    fn a_denial_said_more_firmly_is_none_lost() {
        check("We will not sell it.", "We will never sell it.", Meaning::Strengthened);
        check("We will never sell it.", "We will not sell it.", Meaning::Weakened);
        check("You must not copy it.", "You are prohibited from copying it.", Meaning::Editorial);
    }

    #[test]
    fn a_prohibition_on_oneself_that_became_a_permission_is_looser() {
        let before = "We will not sell it to the police.";
        for after in ["We may sell it to the police.", "We will sell it to the police."] {
            let standing = |words| Standing { words, ..Standing::default() };
            let verdict = judge(Some(&standing(before)), Some(&standing(after)));
            assert_eq!(verdict.meaning, Meaning::Weakened, "{after}");
            assert_eq!(verdict.direction, Direction::Looser, "{after}");
            let verdict = judge(Some(&standing(after)), Some(&standing(before)));
            assert_eq!(verdict.meaning, Meaning::Strengthened, "{after}");
            assert_eq!(verdict.direction, Direction::Tighter, "{after}");
        }
    }

    #[test]
    fn a_duty_that_is_none_any_more_is_weakened() {
        check("We must tell you.", "We need not tell you.", Meaning::Weakened);
        check("We will share it.", "We will refrain from sharing it.", Meaning::Strengthened);
    }

    #[test]
    fn what_became_one_example_of_more_was_widened() {
        check(
            "Tracking of children.",
            "Using sensors for profiling, including tracking of children.",
            Meaning::Widened,
        );
    }

    #[test]
    fn a_lost_reference_is_no_duty_that_users_lost() {
        let words = "For more information, see our announcement on our news page.";
        let verdict = judge(Some(&Standing { words, ..Standing::default() }), None);
        assert_eq!((verdict.meaning, verdict.norm), (Meaning::Removed, Norm::Fact));
        assert_eq!(verdict.direction, Direction::Unclear);
        assert!(verdict.has(Tag::EvidenceLost), "{verdict:?}");
    }

    #[test]
    fn typography_and_numbers_of_clauses_are_cosmetic() {
        check("2. We  never sell it", "3. we never sell it.", Meaning::Cosmetic);
    }
}
