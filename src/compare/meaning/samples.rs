//! Pairs of made clauses of many trades, each labelled from the rules of `judge` before it was run.
//!
//! They tell whether the rules know language or a few sentences: nothing here is of a real page.

use crate::compare::meaning::judge;
use crate::compare::meaning::standing::Standing;
use crate::model::verdict::{Direction, Meaning, Verdict};

/// What a pair amounts to, as far as it is labelled.
enum Label {
    /// This, and this way.
    Is(Meaning, Direction),
    /// One of the kinds that bind less, whichever: a reader has to be told that much.
    Looser,
    /// One of the kinds that bind more.
    Tighter,
    /// Nobody can tell: neither a kind that binds, nor said to be editorial.
    Unclear,
    /// Nothing that binds anyone.
    Quiet,
    /// It binds otherwise, and which way cannot be told.
    Open(Meaning),
}

fn is_right(verdict: &Verdict, label: &Label) -> bool {
    match label {
        Label::Is(meaning, direction) => {
            verdict.meaning == *meaning && verdict.direction == *direction
        }
        Label::Looser => verdict.meaning.is_substantive() && verdict.direction == Direction::Looser,
        Label::Tighter => {
            verdict.meaning.is_substantive() && verdict.direction == Direction::Tighter
        }
        Label::Unclear => verdict.is_unclear(),
        Label::Quiet => !verdict.may_bind(),
        Open(meaning) => {
            verdict.meaning == *meaning
                && !matches!(verdict.direction, Direction::Looser | Direction::Tighter)
        }
    }
}

fn wrong(pairs: &[(&str, &str, Label)]) -> Vec<String> {
    let standing = |words| Standing { words, ..Standing::default() };
    let found = pairs.iter().filter_map(|(before, after, label)| {
        let verdict = judge(Some(&standing(before)), Some(&standing(after)));
        let said = format!("{} {}", verdict.meaning.code(), verdict.direction.code());
        let sure = verdict.sureness.code();
        (!is_right(&verdict, label)).then(|| format!("{before} -> {after}: {said} ({sure})"))
    });
    found.collect()
}

use Direction::{Looser as Less, Tighter as More};
use Label::{Is, Looser, Open, Quiet, Tighter, Unclear};
use Meaning::{Condition, Exception, Narrowed, Strengthened, Weakened, Widened};

#[test]
fn times_and_amounts_of_many_trades() {
    let pairs = [
        // Climate.
        (
            "We will close our last coal plant before 31 December 2026.",
            "We will close our last coal plant before 31 December 2028.",
            Is(Condition, Less),
        ),
        (
            "We will reach net zero emissions in 2030.",
            "We will reach net zero emissions in 2050.",
            Is(Condition, Less),
        ),
        (
            "By 2035 we will cut our emissions by at least 60 percent.",
            "By 2035 we will cut our emissions by at least 40 percent.",
            Is(Condition, Less),
        ),
        (
            "We will cut methane by at least 45 percent by 2027.",
            "We will cut methane by up to 45 percent by 2027.",
            Is(Condition, Less),
        ),
        (
            "We aim to source all of our power from wind by fiscal year 2027.",
            "We aim to source all of our power from wind by fiscal year 2032.",
            Is(Condition, Less),
        ),
        // Retention and breaches.
        (
            "We will delete your recordings within 30 days of your request.",
            "We will delete your recordings within 90 days of your request.",
            Is(Condition, Less),
        ),
        (
            "We will tell you of a breach within seven days.",
            "We will tell you of a breach within 72 hours.",
            Is(Condition, More),
        ),
        (
            "We keep your location for at most 30 days.",
            "We keep your location for at most 18 months.",
            Is(Condition, Less),
        ),
        (
            "We delete messages promptly after you close your account.",
            "We delete messages within two days after you close your account.",
            Is(Condition, More),
        ),
        // Reports.
        (
            "We will publish a transparency report every six months.",
            "We will publish a transparency report every year.",
            Is(Condition, Less),
        ),
        (
            "We publish the results of our audits quarterly.",
            "We publish the results of our audits annually.",
            Is(Condition, Less),
        ),
        (
            "Our suppliers are audited once every two years, and we publish what is found.",
            "Our suppliers are audited twice a year, and we publish what is found.",
            Is(Condition, More),
        ),
        // Promises that run.
        (
            "We will not sell drones to armed forces until 30 June.",
            "We will not sell drones to armed forces until 30 March.",
            Is(Condition, Less),
        ),
        (
            "We will not raise prices before January 2028.",
            "We will not raise prices before July 2027.",
            Is(Condition, Less),
        ),
        (
            "We will provide security updates for five years.",
            "We will provide security updates for seven years.",
            Is(Condition, More),
        ),
        (
            "We will support this device for at least four years.",
            "We will support this device for at least two years.",
            Is(Condition, Less),
        ),
        // Children and labour.
        (
            "We do not knowingly collect data from children under 16.",
            "We do not knowingly collect data from children under 13.",
            Is(Condition, Less),
        ),
        (
            "We will pay our interns at least 20 dollars an hour.",
            "We will pay our interns at least 15 dollars an hour.",
            Is(Condition, Less),
        ),
        (
            "We will give at least 60 days' notice before a plant is closed.",
            "We will give at least 30 days' notice before a plant is closed.",
            Is(Condition, Less),
        ),
        // One value for another in other words, and values that bind nobody.
        ("We will reply within seven (7) days.", "We will reply within one week.", Quiet),
        ("We will reply within thirty days.", "We will reply within 30 days.", Quiet),
        ("Our shop was opened in 1998.", "Our shop was opened in 1999.", Quiet),
        ("Call 112 if there is a fire.", "Call 911 if there is a fire.", Quiet),
        // Which way is not clear.
        (
            "Three reviewers will look at each request of the police.",
            "Two reviewers will look at each request of the police.",
            Open(Condition),
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn verbs_set_against_each_other() {
    let pairs = [
        (
            "We have stopped all sales of face recognition to police.",
            "We have resumed sales of face recognition to police.",
            Is(Weakened, Less),
        ),
        (
            "We have resumed sales of spyware to states.",
            "We have stopped sales of spyware to states.",
            Is(Strengthened, More),
        ),
        (
            "The moratorium on deep-sea mining remains in place.",
            "The moratorium on deep-sea mining has ended.",
            Is(Weakened, Less),
        ),
        (
            "Our policy prohibits the use of the drones against people.",
            "Our policy allows the use of the drones against people.",
            Is(Weakened, Less),
        ),
        (
            "We have ended the sale of location data.",
            "We have restarted the sale of location data.",
            Is(Weakened, Less),
        ),
        (
            "We declined contracts with immigration agencies.",
            "We accepted contracts with immigration agencies.",
            Is(Weakened, Less),
        ),
        (
            "Testing on animals is banned at our sites.",
            "Testing on animals is permitted at our sites.",
            Looser,
        ),
        (
            "We have lifted our ban on political advertising.",
            "We have reinstated our ban on political advertising.",
            Is(Strengthened, More),
        ),
        (
            "We refuse to work with makers of cluster bombs.",
            "We agree to work with makers of cluster bombs.",
            Looser,
        ),
        (
            "We suspended training on the photos of our users.",
            "We continued training on the photos of our users.",
            Is(Weakened, Less),
        ),
        (
            "We require our suppliers to pay a living wage.",
            "We encourage our suppliers to pay a living wage.",
            Is(Weakened, Less),
        ),
        (
            "Contributions to the fund are voluntary for us.",
            "Contributions to the fund are mandatory for us.",
            Tighter,
        ),
        (
            "We share your records with insurers only with your consent.",
            "We share your records with insurers only without your consent.",
            Looser,
        ),
        (
            "We will notify you before we give your records to the police.",
            "We will notify you after we give your records to the police.",
            Looser,
        ),
        (
            "We have paused our support for end-to-end encryption.",
            "We have resumed our support for end-to-end encryption.",
            Tighter,
        ),
        // The same said the other way round.
        (
            "We do not allow the use of our maps for targeting.",
            "We prohibit the use of our maps for targeting.",
            Quiet,
        ),
        // Other words, and nobody can tell.
        (
            "We will never train models on your letters.",
            "We will never build models on your letters.",
            Unclear,
        ),
        (
            "We will only work with partners that respect our code.",
            "We will only work with partners that acknowledge our code.",
            Unclear,
        ),
        ("We honour your choice at all times.", "We honor your choice at all times.", Quiet),
        (
            "Fernhill does not sell letters to data brokers.",
            "Oakmoor does not sell letters to data brokers.",
            Quiet,
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn force_and_time_of_promises() {
    let pairs = [
        ("We will never sell your genome.", "We do not sell your genome.", Is(Weakened, Less)),
        ("We do not sell your genome.", "We will never sell your genome.", Is(Strengthened, More)),
        (
            "We do not sell your genome.",
            "As of today, we do not sell your genome.",
            Is(Weakened, Less),
        ),
        (
            "As of now, we do not license our models to armies.",
            "We do not license our models to armies.",
            Is(Strengthened, More),
        ),
        (
            "We will pay every worker a living wage.",
            "We intend to pay every worker a living wage.",
            Is(Weakened, Less),
        ),
        (
            "We will not use forced labour.",
            "We will not knowingly use forced labour.",
            Is(Weakened, Less),
        ),
        (
            "We will remove such images within a day.",
            "Where feasible, we will remove such images within a day.",
            Is(Weakened, Less),
        ),
        (
            "We will not sell weapons to anyone, except as required by law.",
            "We will not sell weapons to anyone.",
            Is(Exception, More),
        ),
        (
            "We will not sell weapons to anyone.",
            "We will not sell weapons to anyone, unless our board approves.",
            Is(Exception, Less),
        ),
        (
            "We will not show advertising to children.",
            "We will not show behavioural advertising to children.",
            Is(Narrowed, Direction::Unclear),
        ),
        (
            "We will not sell your name or address.",
            "We will not sell your name, address or voice.",
            Is(Widened, More),
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn what_a_lawyer_would_loosen_unnoticed() {
    let pairs = [
        (
            "In short, we will not pursue the following uses of our models.",
            "In short, we will carefully assess the following uses of our models.",
            Is(Weakened, Less),
        ),
        (
            "All of our eggs will be cage-free by the end of 2025.",
            "All of our eggs will be cage-free by the end of 2027.",
            Is(Condition, Less),
        ),
        (
            "We do not use your letters to train our models.",
            "We do not use your letters to train our models without telling you.",
            Is(Exception, Less),
        ),
        (
            "Your conversations are used to improve our models only if you opt in.",
            "Your conversations are used to improve our models unless you opt out.",
            Is(Weakened, Less),
        ),
        (
            "We have built no back door into our products and we will never build one.",
            "We have built no back door into our products.",
            Is(Meaning::Removed, Direction::Unclear),
        ),
        (
            "We do not test on animals, anywhere in the world.",
            "We do not test on animals, except where required by law.",
            Is(Exception, Less),
        ),
        (
            "We require a warrant before we hand over the content of letters.",
            "We require a warrant or a subpoena before we hand over the content of letters.",
            Open(Widened),
        ),
        (
            "We are starting a one-year freeze of all sales to tax offices.",
            "We are starting a freeze of all sales to tax offices.",
            Open(Condition),
        ),
        (
            "Our freeze on sales to tax offices remains in place.",
            "Our freeze on sales to tax offices was a temporary measure.",
            Is(Weakened, Less),
        ),
        (
            "We donate 1 percent of our revenue to conservation.",
            "We donate up to 1 percent of our revenue to conservation.",
            Is(Condition, Less),
        ),
        (
            "We will support each version for at least five years.",
            "We will support each version for at least two years.",
            Is(Condition, Less),
        ),
        (
            "Decisions of the board are binding on us.",
            "Decisions of the board are advisory for us.",
            Is(Weakened, Less),
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn more_of_what_companies_promise() {
    let pairs = [
        // Privacy and data sale.
        (
            "We will not share your health data with advertisers.",
            "We will not share your health data with advertisers without your permission.",
            Is(Exception, Less),
        ),
        (
            "We will delete your account within 14 days after you ask us to.",
            "We will delete your account within a reasonable time after you ask us to.",
            Is(Condition, Less),
        ),
        (
            "We will never share your voice with third parties.",
            "We will never share your voice with third parties for their own marketing.",
            Is(Narrowed, Direction::Unclear),
        ),
        ("Only our doctors can read your records.", "Our doctors can read your records.", Looser),
        // Police and armies.
        (
            "We will not develop autonomous weapons.",
            "We will not develop lethal autonomous weapons.",
            Open(Narrowed),
        ),
        (
            "We will not develop autonomous weapons.",
            "We will develop autonomous weapons responsibly.",
            Looser,
        ),
        (
            "We do not work with armed forces.",
            "We work with armed forces where it is lawful.",
            Looser,
        ),
        (
            "Police forces may not use our service to identify protesters.",
            "Police forces should not use our service to identify protesters.",
            // Whose duty it is, is not said.
            Open(Weakened),
        ),
        // Climate.
        (
            "We will stop buying offsets in 2026.",
            "We will stop buying offsets in 2029.",
            Is(Condition, Less),
        ),
        (
            "We are committed to halving our emissions by 2030.",
            "We hope to halve our emissions by 2030.",
            Is(Weakened, Less),
        ),
        (
            "We will no longer finance new oil fields.",
            "We will no longer directly finance new oil fields.",
            Open(Narrowed),
        ),
        (
            "We will end the use of coal by 2027.",
            "We will reduce the use of coal by 2027.",
            Unclear,
        ),
        // Labour.
        (
            "We guarantee every worker a contract of at least 20 hours a week.",
            "We offer every worker a contract of at least 10 hours a week.",
            Looser,
        ),
        (
            "We will not employ anyone under 16.",
            "We will not employ anyone under 14.",
            Is(Condition, Less),
        ),
        // Children.
        (
            "We always ask parents before a child can buy something.",
            "We ask parents before a child can buy something.",
            // Whether it protects to ask, no list knows.
            Open(Weakened),
        ),
        (
            "Accounts of children are private by default.",
            "Accounts of children can be made private.",
            Open(Weakened),
        ),
        // Nothing that binds.
        (
            "We will publish our report on our website each year.",
            "We will publish our report on our site each year.",
            Quiet,
        ),
        ("We won't sell it.", "We will not sell it.", Quiet),
        (
            "Our report for 2025 is on the next page.",
            "Our report for 2026 is on the next page.",
            Quiet,
        ),
        ("We shall give you a copy of it.", "We will provide you with a copy of it.", Quiet),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn a_title_that_lost_its_denial() {
    let pairs = [("No sale of recordings.", "Sale of recordings.", Open(Weakened))];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn a_word_that_stands_in_the_next_sentence_by_chance_did_not_go_there() {
    let next = "We do not sell recordings of your voice to anyone.";
    let standing = |words| Standing { words, next, ..Standing::default() };
    let verdict =
        judge(Some(&standing("No sale of recordings.")), Some(&standing("Sale of recordings.")));
    assert_eq!(verdict.meaning, Weakened);
}

#[test]
fn what_else_a_lawyer_would_loosen_unnoticed() {
    let pairs = [
        (
            "We have been fur-free since 2018 and will stay so.",
            "We have been fur-free since 2018.",
            Open(Meaning::Removed),
        ),
        (
            "We do not advertise to children, and we never will.",
            "We do not advertise to children.",
            Open(Meaning::Removed),
        ),
        (
            "Our suppliers must pay for recruitment.",
            "Our suppliers should pay for recruitment.",
            Open(Weakened),
        ),
        (
            "There is no advertising in our apps for children.",
            "There is no third-party advertising in our apps for children.",
            Open(Narrowed),
        ),
        (
            "We do not keep logs of your searches.",
            "We keep logs of your searches for no longer than 18 months.",
            Is(Weakened, Less),
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}

#[test]
fn still_more_of_what_companies_promise() {
    let pairs = [
        (
            "We will retire all of our coal plants no later than 2030.",
            "We will retire all of our coal plants no later than 2036.",
            Is(Condition, Less),
        ),
        (
            "We review our supply chain at least twice a year.",
            "We review our supply chain at least once a year.",
            Open(Condition),
        ),
        (
            "We will respond to every complaint within two working days.",
            "We will respond to every complaint within ten working days.",
            Is(Condition, Less),
        ),
        (
            "We will keep this promise until 2040.",
            "We will keep this promise until 2032.",
            Is(Condition, Less),
        ),
        (
            "We will halve our emissions by 2030.",
            "We will halve our emissions.",
            Is(Condition, Less),
        ),
        ("We do not sell ivory.", "We do not knowingly sell ivory.", Is(Weakened, Less)),
        (
            "We guarantee that no child works in our mines.",
            "We strive to ensure that no child works in our mines.",
            Is(Weakened, Less),
        ),
        (
            "We have ended our partnership with the border agency.",
            "We have renewed our partnership with the border agency.",
            Looser,
        ),
        (
            "Use of our models by armed forces is prohibited.",
            "Use of our models by armed forces is allowed.",
            Looser,
        ),
        ("We oppose mass surveillance.", "We support lawful surveillance.", Unclear),
        (
            "We will not log what you type.",
            "We will not log what you type, other than to find faults.",
            Is(Exception, Less),
        ),
        (
            "We will not log what you type, except to find faults.",
            "We will not log what you type, except to find faults and to improve our service.",
            Is(Exception, Less),
        ),
        ("We may record calls if you agree.", "We may record calls.", Looser),
        ("We will delete it at once.", "We will delete it at once if you agree.", Open(Condition)),
        (
            "We will tell every person whose data was stolen.",
            "We will tell persons whose data was stolen where we deem it appropriate.",
            Looser,
        ),
        (
            "We never buy from farms that burn forest.",
            "We try not to buy from farms that burn forest.",
            Is(Weakened, Less),
        ),
        (
            "We publish the full text of each contract with a police force.",
            "We publish a summary of each contract with a police force.",
            // That a summary is less, no list knows.
            Unclear,
        ),
        ("We do not track you on other sites.", "We don't track you across other websites.", Quiet),
        (
            "You can delete your photos at any time.",
            "You may delete your pictures at any time.",
            Quiet,
        ),
        (
            "We will hand over data only to courts.",
            "We will hand over data only to courts and prosecutors.",
            Open(Widened),
        ),
        (
            "We will hand over data only if a court orders it.",
            "We will hand over data if a court orders it or the police ask for it.",
            Open(Condition),
        ),
    ];
    assert_eq!(wrong(&pairs), Vec::<String>::new());
}
