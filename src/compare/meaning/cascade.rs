//! Two readings of a clause compared, strongest finding first.
//!
//! Asked in this order: is it only typography, or a sentence whose bounds moved; does it only
//! refer, date or head; was it turned into its contrary; did the force change; a carve-out; a
//! condition; the reach. What none of these finds is editorial: surely where no word of weight is
//! another or nobody is bound, and else unclear, which is told as such.

use std::ops::Range;

use crate::compare::clause;
use crate::compare::fold;
use crate::compare::meaning::altered::{self, Frame, Region};
use crate::compare::meaning::canon;
use crate::compare::meaning::force;
use crate::compare::meaning::found::Found;
use crate::compare::meaning::limits;
use crate::compare::meaning::norm::{self, Stated};
use crate::compare::meaning::qualify::{self, Qualifies};
use crate::compare::meaning::reading::{self, ReadKind};
use crate::compare::meaning::reversal;
use crate::compare::meaning::scope;
use crate::compare::meaning::sense::Sense;
use crate::compare::meaning::shape;
use crate::compare::meaning::standing::Standing;
use crate::compare::meaning::stricter;
use crate::compare::meaning::terms::Term;
use crate::compare::meaning::times;
use crate::compare::meaning::weigh;
use crate::compare::stamp;
use crate::model::verdict::{Bound, Direction, Meaning, Norm, Sureness, Tag, Verdict};

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
    if let Some(verdict) = judge_qualifying(&frame, alone, meaning) {
        return verdict;
    }
    let stated = norm::stated(&frame, alone);
    let binds = |it: Sense| matches!(it, Sense::Force(_) | Sense::Negation);
    let stated = match stated.is_reference && !frame.terms.iter().any(|it| binds(it.sense)) {
        // "For more information, see …" commands nobody.
        true => Stated { norm: Norm::Fact, bound: Bound::Nobody, is_safeguard: false, ..stated },
        false => stated,
    };
    if shape::is_menu(&frame) || (stated.is_heading && stated.norm == Norm::Fact) {
        return Verdict::quiet(Meaning::Cosmetic, vec![Tag::Furniture]);
    }
    let mut tags = Vec::new();
    if stated.is_reference {
        tags.push(if meaning == Meaning::Removed { Tag::EvidenceLost } else { Tag::Reference });
    }
    let found = Found { tags, ..Found::new(meaning, None) };
    let words = (alone.words, alone.words);
    let mut verdict = weigh::verdict(&found, &stated, words, (&frame, &frame), Sureness::High);
    // What the page referred to may have said more than the page.
    if verdict.has(Tag::EvidenceLost) && stated.norm == Norm::Fact {
        verdict.direction = Direction::Unclear;
    }
    verdict
}

/// The most words of a sentence that are quoted as those that decided.
const QUOTED_MAX: usize = 14;

/// Returns the verdict on a sentence that came or went and takes from the one before it; `None` if
/// it stands by itself, or the one before is not known.
fn judge_qualifying(frame: &Frame, alone: &Standing<'_>, meaning: Meaning) -> Option<Verdict> {
    let last = qualify::last_sentence(alone.previous);
    let how = qualify::qualifies(frame, last)?;
    let taken_up = qualify::qualified(alone)?;
    let other = Frame::of(reading::read(taken_up.words));
    let stated = norm::stated(&other, &taken_up);
    if stated.is_reference || matches!(stated.norm, Norm::Fact | Norm::Definition) {
        return None;
    }
    let has_come = meaning == Meaning::Added;
    let (meaning, tag) = match (how, has_come) {
        (Qualifies::Excepts, true) => (Meaning::Exception, Tag::ExceptionAdded),
        (Qualifies::Excepts, false) => (Meaning::Exception, Tag::ExceptionRemoved),
        (Qualifies::Conditions, _) => (Meaning::Condition, Tag::Trigger),
        (Qualifies::Softens, true) => (Meaning::Weakened, Tag::Hedge),
        (Qualifies::Softens, false) => (Meaning::Strengthened, Tag::Hedge),
    };
    let end = frame.reads.iter().rposition(|it| it.kind != ReadKind::Point).map_or(0, |at| at + 1);
    let mut found = Found { tags: vec![tag], ..Found::new(meaning, Some(!has_come)) };
    let quoted = 0..end.min(QUOTED_MAX);
    if has_come {
        found.after.push(quoted)
    } else {
        found.before.push(quoted)
    }
    let words = (alone.words, alone.words);
    Some(weigh::verdict(&found, &stated, words, (frame, frame), Sureness::High))
}

/// Returns the verdict on an item in the same words that completes others now: what the company
/// will not do it may. `None` where that alters nothing.
fn judge_led(before: &Standing<'_>, after: &Standing<'_>) -> Option<Verdict> {
    let is_led = |it: &Standing<'_>| {
        norm::leads(it.lead_in) && !norm::is_governed(&Frame::of(reading::read(it.words)))
    };
    if fold::stream(before.lead_in) == fold::stream(after.lead_in)
        || !is_led(before)
        || !is_led(after)
    {
        return None;
    }
    let whole = |it: &Standing<'_>| {
        let lead = it.lead_in.trim_end().trim_end_matches([':', '-', '–', '—']).trim_end();
        format!("{lead} {}", clause::split_marker(it.words).1)
    };
    let (words_before, words_after) = (whole(before), whole(after));
    let standing = |words| Standing { words, is_watched: after.is_watched, ..Standing::default() };
    let mut verdict = judge_pair(&standing(&words_before), &standing(&words_after));
    // They stand in the words that lead in, not in those of the item.
    for trigger in &mut verdict.triggers {
        trigger.span = 0..0;
    }
    verdict.meaning.is_substantive().then_some(verdict)
}

fn judge_pair(before: &Standing<'_>, after: &Standing<'_>) -> Verdict {
    if let Some(verdict) = canon::pair(before, after) {
        return judge_led(before, after).unwrap_or(verdict);
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
    let carved = carved((&frames.0, before), (&frames.1, after));
    let stated = carved
        .unwrap_or_else(|| both(norm::stated(&frames.0, before), norm::stated(&frames.1, after)));
    let mut found = findings((&frames.0, &frames.1), (before, after), &regions, &stated);
    if carved.is_some() {
        found = found.into_iter().map(of_carved).collect();
    }
    let words = (before.words, after.words);
    let is_watched = before.is_watched || after.is_watched;
    // What the company will not do it may, whatever else is another.
    if norm::stance(before.lead_in) != norm::stance(after.lead_in)
        && let Some(verdict) = judge_led(before, after)
    {
        return verdict;
    }
    if found.is_empty() && is_unclear(&frames, &regions, &stated, is_watched) {
        return unclear(&stated, words, &frames, &regions);
    }
    let sureness = weigh::sureness(&found, &frames, &regions);
    let strongest = found.first().cloned().unwrap_or(Found::new(Meaning::Editorial, None));
    // What binds nobody is surely no norm, however much of it is another.
    let sureness = match strongest.meaning.is_substantive() {
        true => sureness,
        false => sureness.max(Sureness::Medium),
    };
    let stated = match strongest.is_of_promise && !is_of_users(&frames.0, &stated) {
        true => Stated { norm: Norm::Commitment, bound: Bound::Company, is_sure: true, ..stated },
        false => stated,
    };
    let mut verdict = weigh::verdict(&strongest, &stated, words, (&frames.0, &frames.1), sureness);
    verdict.tags.extend(found.iter().skip(1).flat_map(|it| it.tags.iter().copied()));
    verdict.tags.sort_unstable();
    verdict.tags.dedup();
    verdict
}

/// Returns whether a clause is about what users must or may do: they are its subject.
fn is_of_users(frame: &Frame, stated: &Stated) -> bool {
    let is_user = |it: &Term| {
        it.sense == Sense::User && it.at.start < 3 && frame.reads[it.at.start].key != "your"
    };
    matches!(stated.norm, Norm::UserDuty | Norm::UserRight) && frame.terms.iter().any(is_user)
}

/// Returns what the sentence states that both sides take from; `None` if they stand by themselves.
fn carved(before: (&Frame, &Standing<'_>), after: (&Frame, &Standing<'_>)) -> Option<Stated> {
    let of = |(frame, standing): (&Frame, &Standing<'_>)| {
        let last = qualify::last_sentence(standing.previous);
        let how = qualify::qualifies(frame, last)?;
        let taken_up = qualify::qualified(standing).filter(|_| how == Qualifies::Excepts)?;
        Some(norm::stated(&Frame::of(reading::read(taken_up.words)), &taken_up))
    };
    of(before)?;
    of(after).filter(|it| !matches!(it.norm, Norm::Fact | Norm::Definition))
}

/// Returns what a finding in a carve-out is to what it is carved from: one that reaches further
/// leaves less of it.
fn of_carved(found: Found) -> Found {
    let is_more = match found.meaning {
        Meaning::Widened => Some(false),
        Meaning::Narrowed => Some(true),
        // It tells already what is left.
        Meaning::Exception => found.is_more,
        _ => return found,
    };
    let mut found = Found { meaning: Meaning::Exception, is_more, ..found };
    found.tags.retain(|it| !matches!(it, Tag::ExceptionAdded | Tag::ExceptionRemoved));
    found.tags.push(Tag::ExceptionChanged);
    found
}

/// Returns whether a clause that binds somebody has other words of weight though no question finds
/// anything: names that were replaced, and misspellings, are none.
fn is_unclear(
    frames: &(Frame, Frame),
    regions: &[Region],
    stated: &Stated,
    is_watched: bool,
) -> bool {
    let binds = match stated.norm {
        Norm::Commitment | Norm::Reservation | Norm::UserDuty | Norm::UserRight => {
            stated.is_sure || (norm::is_governed(&frames.0) && norm::is_governed(&frames.1))
        }
        Norm::Definition | Norm::Fact => false,
    };
    if !binds && !is_watched {
        return false;
    }
    let measures = (times::measures(&frames.0), times::measures(&frames.1));
    regions.iter().any(|region| {
        let mut left = region.left.clone();
        let mut came = region.came.clone();
        left.retain(|&at| !stricter::stays(at, &measures.0, &measures.1));
        came.retain(|&at| !stricter::stays(at, &measures.1, &measures.0));
        let is_named = left.iter().all(|&at| is_name(&frames.0, at))
            && came.iter().all(|&at| is_name(&frames.1, at));
        let is_spelling = match (left.as_slice(), came.as_slice()) {
            (&[left], &[came]) => {
                is_spelt_alike(&frames.0.reads[left].key, &frames.1.reads[came].key)
            }
            (_, _) => false,
        };
        let is_alike = reversal::says_alike(&frames.0, &frames.1, region);
        !is_named && !is_spelling && !is_alike
    })
}

/// Returns whether a word is a name by its capital; the first is one before a verb of one person.
fn is_name(frame: &Frame, at: usize) -> bool {
    let read = &frame.reads[at];
    let next = frame.reads.get(at + 1).map_or("", |it| it.key.as_str());
    let is_one = matches!(next, "does" | "is" | "has" | "will" | "shall" | "may")
        && !read.key.ends_with('s')
        && !matches!(read.key.as_str(), "nobody" | "anyone" | "everyone" | "someone");
    read.is_capital && (0 < at || is_one)
}

/// Returns whether two words of some length are the same but for a letter.
fn is_spelt_alike(before: &str, after: &str) -> bool {
    let (before, after): (Vec<char>, Vec<char>) =
        (before.chars().collect(), after.chars().collect());
    let head = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = (&before[head..], &after[head..]);
    let tail = rest.0.iter().rev().zip(rest.1.iter().rev()).take_while(|(a, b)| a == b).count();
    let altered = before.len().max(after.len()) - head - tail;
    // "illegal" is not "legal".
    0 < head && 6 <= before.len().min(after.len()) && altered <= 1
}

/// Returns the verdict on a clause that may bind otherwise now, and nobody can tell.
fn unclear(
    stated: &Stated,
    words: (&str, &str),
    frames: &(Frame, Frame),
    regions: &[Region],
) -> Verdict {
    let mut found = Found::new(Meaning::Editorial, None);
    let hull = |counted: &[usize]| Some(*counted.first()?..*counted.last()? + 1);
    found.before.extend(regions.iter().filter_map(|it| hull(&it.left)));
    found.after.extend(regions.iter().filter_map(|it| hull(&it.came)));
    let verdict = weigh::verdict(&found, stated, words, (&frames.0, &frames.1), Sureness::Low);
    Verdict { direction: Direction::Unclear, ..verdict }
}

/// Returns what both sides state: a promise that became a permission counts as the promise that it
/// was, and the reverse; which way other turns go is not sure.
fn both(before: Stated, after: Stated) -> Stated {
    let is_promise = |it: &Stated| it.norm == Norm::Commitment && it.is_sure;
    match before.norm == after.norm {
        true => Stated { is_sure: before.is_sure && after.is_sure, ..after },
        false if is_promise(&before) && after.norm == Norm::Reservation => before,
        false if is_promise(&after) && before.norm == Norm::Reservation => after,
        // What was a norm is one that was lost.
        false if after.norm == Norm::Fact => Stated { is_sure: false, ..before },
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
    let is_title = shape::is_title(before, standing.0) && shape::is_title(after, standing.1);
    if (is_heading || is_title) && counted {
        return found;
    }
    found.extend(reversal::reversed(before, after, regions, stated));
    found.extend(force::force(before, after, regions, stated));
    if stated.is_reference && counted {
        if found.is_empty() {
            let tags = vec![Tag::Reference];
            found.push(Found { tags, ..Found::new(Meaning::Editorial, None) });
        }
        return found;
    }
    found.extend(limits::exception(before, after, regions));
    let is_watched = standing.0.is_watched || standing.1.is_watched;
    found.extend(limits::condition((before, after), regions, stated, is_watched));
    // What a sentence says of the world, binding nobody, may change: that is no other norm.
    if !(shape::is_description(before) && shape::is_description(after)) {
        found.extend(scope::scope(before, after, regions));
    }
    found
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
