//! Made pages of many trades before and after an edit: what their strongest edit amounts to.

use crate::compare::diff::diff;
use crate::compare::verdicts::judged;
use crate::model::text::{Block, BlockKind, Text};
use crate::model::verdict::{Bound, Direction, Meaning, Norm, Tag, Verdict};

/// Returns a text of blocks: `#` opens a heading, `-` an item, `--` one in a list within.
fn text(blocks: &[&str]) -> Text {
    let block = |words: &&str| match words.as_bytes() {
        [b'#', ..] => Block::new(BlockKind::Heading(2), &words[1..]),
        [b'-', b'-', ..] => Block::new(BlockKind::Item(2), &words[2..]),
        [b'-', ..] => Block::new(BlockKind::Item(1), &words[1..]),
        _ => Block::new(BlockKind::Paragraph, words),
    };
    Text { blocks: blocks.iter().map(block).collect() }
}

fn verdicts(before: &[&str], after: &[&str]) -> Vec<Verdict> {
    let (before, after) = (text(before), text(after));
    let judged = judged(&before, &after, diff(&before, &after));
    judged.edits().filter_map(|it| it.verdict.clone()).collect()
}

fn strongest(before: &[&str], after: &[&str]) -> Verdict {
    let all = verdicts(before, after);
    all.into_iter().max_by_key(Verdict::weight).unwrap()
}

const HEAD: [&str; 2] = ["#Our promises", "We run a service that people all over the world use."];
const TAIL: &str = "Write to our desk if you have any questions about this page or our work.";

/// Returns a page with these blocks in it.
fn page<'a>(blocks: &[&'a str]) -> Vec<&'a str> {
    HEAD.iter().copied().chain(blocks.iter().copied()).chain([TAIL]).collect()
}

#[test]
fn an_exception_in_the_next_sentence_is_one_to_the_clause_before_it() {
    for (promise, exception) in [
        (
            "We will not sell facial recognition to police.",
            "This does not apply to federal agencies.",
        ),
        (
            "We never sell the recordings of your calls.",
            "Except where required by law, in which case we may hand them over.",
        ),
        ("We will not train models on your letters.", "The foregoing is subject to our terms."),
        (
            "We do not buy palm oil from cleared forests.",
            "This commitment does not extend to products made under licence.",
        ),
        ("We will pay every worker a living wage.", "However, we may pay apprentices less."),
        ("We will not collect the location of children.", "Parents' devices are exempt."),
        (
            "We have stopped the sale of assault rifles.",
            "Nothing in this statement prevents us from serving existing orders.",
        ),
        ("You can have your data deleted at any time.", "This right does not extend to invoices."),
        ("We will not fly private jets.", "Exceptions may be granted by the chief executive."),
        (
            "We prohibit the use of our drones for surveillance.",
            "We may waive this restriction for public authorities.",
        ),
    ] {
        let both = format!("{promise} {exception}");
        for (before, after) in
            [(vec![promise], vec![both.as_str()]), (vec![promise], vec![promise, exception])]
        {
            let (before, after) = (page(&before), page(&after));
            let found = strongest(&before, &after);
            let told = (found.meaning, found.direction, found.has(Tag::ExceptionAdded));
            assert_eq!(told, (Meaning::Exception, Direction::Looser, true), "{exception}");
            let found = strongest(&after, &before);
            let told = (found.meaning, found.direction, found.has(Tag::ExceptionRemoved));
            assert_eq!(told, (Meaning::Exception, Direction::Tighter, true), "{exception}");
        }
    }
}

#[test]
fn an_exception_that_reaches_further_leaves_less_of_the_promise() {
    let promise = "We will not sell drones to armed forces.";
    let before = format!("{promise} This does not apply to rescue services.");
    let after = format!("{promise} This does not apply to rescue services or border guards.");
    let found = strongest(&page(&[&before]), &page(&[&after]));
    assert_eq!((found.meaning, found.direction), (Meaning::Exception, Direction::Looser));
    let found = strongest(&page(&[&after]), &page(&[&before]));
    assert_eq!((found.meaning, found.direction), (Meaning::Exception, Direction::Tighter));
}

#[test]
fn an_exception_to_what_the_company_may_do_protects() {
    let before = "We may share your records with researchers.";
    let after = format!("{before} This does not apply to the records of children.");
    let found = strongest(&page(&[before]), &page(&[&after]));
    assert_eq!((found.meaning, found.direction), (Meaning::Exception, Direction::Tighter));
}

#[test]
fn an_exception_under_a_list_takes_from_its_items() {
    let list = ["We will not provide our models to:", "-armed forces", "-border guards"];
    let after: Vec<&str> =
        list.iter().copied().chain(["This does not apply to rescue services."]).collect();
    let found = strongest(&page(&list), &page(&after));
    assert_eq!((found.meaning, found.direction), (Meaning::Exception, Direction::Looser));
    assert_eq!(found.norm, Norm::Commitment);
}

#[test]
fn who_is_bound_by_an_item_stands_in_what_leads_it_in() {
    let list = ["We will not provide our models to:", "-armed forces", "-border guards"];
    let longer = [list[0], list[1], "-secret services", list[2]];
    let found = strongest(&page(&list), &page(&longer));
    let told = (found.meaning, found.norm, found.bound, found.direction);
    let more = (Meaning::Added, Norm::Commitment, Bound::Company, Direction::Tighter);
    assert_eq!(told, more);
    let found = strongest(&page(&longer), &page(&list));
    let told = (found.meaning, found.norm, found.bound, found.direction);
    assert_eq!(told, (Meaning::Removed, Norm::Commitment, Bound::Company, Direction::Looser));

    let list = ["You may not use our maps to:", "-guide missiles", "-track your partner"];
    let longer = [list[0], list[1], "-find people who hide from violence", list[2]];
    let found = strongest(&page(&list), &page(&longer));
    assert_eq!((found.norm, found.bound), (Norm::UserDuty, Bound::User));

    let list = ["We may share your records with:", "-hospitals", "-insurers"];
    let longer = [list[0], list[1], "-employers", list[2]];
    let found = strongest(&page(&list), &page(&longer));
    let told = (found.norm, found.bound, found.direction);
    assert_eq!(told, (Norm::Reservation, Bound::Company, Direction::Looser));

    let nested =
        ["We will not sell records to:", "-companies that", "--trade in data", "--lend money"];
    let longer = [nested[0], nested[1], nested[2], "--run casinos", nested[3]];
    let found = strongest(&page(&nested), &page(&longer));
    assert_eq!((found.norm, found.bound), (Norm::Commitment, Bound::Company));
}

#[test]
fn what_moved_under_words_that_say_the_contrary_did_not_just_move() {
    let lists = [
        "We will not:",
        "-sell the recordings of your calls to advertisers",
        "-keep them for longer than you ask us to",
        "We may:",
        "-listen to recordings of calls that you report to us",
        "-use recordings to make our service better",
    ];
    let after = [lists[0], lists[2], lists[3], lists[4], lists[5], lists[1]];
    let found = strongest(&page(&lists), &page(&after));
    assert_eq!((found.meaning, found.direction), (Meaning::Weakened, Direction::Looser));
    let found = strongest(&page(&after), &page(&lists));
    assert_eq!((found.meaning, found.direction), (Meaning::Strengthened, Direction::Tighter));
    // Under the same words it is a move.
    let after = [lists[0], lists[2], lists[1], lists[3], lists[4], lists[5]];
    let found = verdicts(&page(&lists), &page(&after));
    assert!(found.iter().all(|it| it.meaning == Meaning::Cosmetic), "{found:?}");
}

#[test]
fn a_lead_in_that_turned_is_told() {
    let list = ["We will not:", "-sell recordings", "-train models on recordings"];
    let found = strongest(&page(&list), &page(&["We may:", list[1], list[2]]));
    assert_eq!((found.meaning, found.direction), (Meaning::Weakened, Direction::Looser));
}

#[test]
fn short_items_that_changed_places_are_not_lost() {
    let list = ["We will not sell to:", "-Police", "-Armies", "-Casinos", "-Banks"];
    let after = [list[0], list[4], list[2], list[1], list[3]];
    let found = verdicts(&page(&list), &page(&after));
    assert!(found.iter().all(|it| it.meaning == Meaning::Cosmetic), "{found:?}");
    // In another list it is another.
    let before = [list[0], list[1], list[2], "We may sell to:", "-Casinos", "-Schools"];
    let after = [list[0], list[2], "We may sell to:", "-Casinos", "-Schools", "-Police"];
    let found = strongest(&page(&before), &page(&after));
    assert_eq!(found.direction, Direction::Looser, "{found:?}");
}

#[test]
fn a_sentence_that_became_a_list_and_lost_a_part_of_it_is_not_editorial() {
    let before = "We will not sell our software to police, immigration agencies or armed forces.";
    let after = ["We will not sell our software to:", "-police", "-armed forces"];
    let found = strongest(&page(&[before]), &page(&after));
    assert!(found.meaning.is_substantive(), "{found:?}");
    assert_ne!(found.direction, Direction::Tighter, "{found:?}");
    let whole =
        ["We will not sell our software to:", "-police", "-immigration agencies", "-armed forces"];
    let found = verdicts(&page(&[before]), &page(&whole));
    assert!(found.iter().all(|it| !it.meaning.is_substantive()), "{found:?}");
}
