//! What an event says, before any form: headline, facts, excerpts, what was left out, where to
//! look. Every word here is visible text; markup and width are each form's own business.

use crate::{
    alert::render::{
        amounts,
        excerpt::Excerpt,
        pledges,
        visible::{clipped, link, shown_url, visible},
    },
    model::{
        cause::Cause,
        edit::{Edit, EditKind},
        event::{Certainty, Change, Event, Telling, What, by_weight},
        pledge::{News, PledgeChange},
        time::{Timestamp, in_words},
        trouble::{Trouble, TroubleKind},
        verdict::Verdict,
    },
};

/// The most edits that an alert shows word by word; more cannot be read in an alert.
const EXCERPTS_MAX: usize = 40;
/// The most bytes of excerpts in an alert: mail clients cut messages at about 100 kB, and HTML
/// takes several times the room of the words.
const EXCERPT_BYTES_MAX: usize = 20_000;

/// Which edits an account shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// Those that bind someone otherwise; editorial ones are counted.
    Strongest,
    /// All that the bounds allow.
    All,
}

/// An event in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The strongest thing in one line.
    pub headline: String,
    /// What a reader must know before believing it, such as that we are unsure.
    pub caveats: Vec<String>,
    /// What is known, in order of interest.
    pub facts: Vec<Fact>,
    /// The edits in the wording, strongest first; in reading order where nobody judged them.
    pub excerpts: Vec<Excerpt>,
    /// What else there is, counted, a line each.
    pub rest: Vec<String>,
    /// What it means or asks of the reader, a sentence each.
    pub advice: Vec<String>,
    /// The page's address, as shown.
    pub address: String,
    /// The page's address where it may become a link.
    pub link: Option<String>,
    /// Commands that show more.
    pub commands: Vec<String>,
    /// The event's name.
    pub id: String,
    /// The head of the log that holds it, or that it is not signed yet; `None` where it is not told.
    pub checkpoint: Option<String>,
}

/// Something that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// One word for it.
    pub label: &'static str,
    /// What it is.
    pub words: String,
}

impl Account {
    /// Returns the account of an event, bounded to about 40 edits and 20 kB of their words.
    pub fn of(event: &Event) -> Account {
        Account::with(event, Breadth::Strongest)
    }

    /// Returns the account with as many of the edits as are asked for.
    pub fn with(event: &Event, breadth: Breadth) -> Account {
        let mut account = Account {
            headline: headline(event, 60, 100),
            caveats: caveats(event),
            facts: facts(event),
            excerpts: Vec::new(),
            rest: Vec::new(),
            advice: advice(event),
            address: clipped(&shown_url(event.url.as_str()), 500),
            link: link(event.url.as_str()),
            commands: commands(event),
            id: event.id.to_string(),
            checkpoint: None,
        };
        account.add_excerpts(event.edits(), breadth);
        if let What::Change(change) = &event.what {
            account.rest.extend(untold(change.untold));
        }
        account
    }

    fn add_excerpts(&mut self, edits: &[Edit], breadth: Breadth) {
        let is_folded = folded(edits, breadth);
        let is_shown = chosen(edits, &is_folded);
        let wording = by_weight(edits).into_iter().filter(|&at| edits[at].kind.is_wording());
        let (shown, left_out): (Vec<usize>, Vec<usize>) = wording.partition(|&at| is_shown[at]);
        self.excerpts = shown.iter().map(|&at| Excerpt::of(&edits[at])).collect();
        let (quiet, left_out): (Vec<usize>, Vec<usize>) =
            left_out.into_iter().partition(|&at| is_folded[at]);
        if !quiet.is_empty() {
            let (count, plural) = (quiet.len(), if quiet.len() == 1 { "" } else { "s" });
            let id = &self.id;
            self.rest.push(format!(
                "and {count} editorial edit{plural}: `pledgewatch log --event {id} --all` shows \
                 everything"
            ));
        }
        if !left_out.is_empty() {
            let left_out: Vec<&Edit> = left_out.iter().map(|&at| &edits[at]).collect();
            let count = left_out.len();
            let kinds = counted(&left_out);
            self.rest.push(format!("and {count} more, not shown here: {kinds}"));
        }
        let quiet: Vec<&Edit> = edits.iter().filter(|edit| !edit.kind.is_wording()).collect();
        if !quiet.is_empty() {
            let and = if self.excerpts.is_empty() { "" } else { "and " };
            let edits = if quiet.len() == 1 { "edit" } else { "edits" };
            let (count, kinds) = (quiet.len(), counted(&quiet));
            self.rest.push(format!("{and}{count} {edits} without new words: {kinds}"));
        }
    }
}

/// Returns what an alert says of passages that differ and are not told.
pub fn untold(count: usize) -> Option<String> {
    let what = match count {
        0 => return None,
        1 => "1 other passage differs, and is".to_owned(),
        more => format!("{more} other passages differ, and are"),
    };
    Some(format!("{what} not told: not seen to hold yet, or known to come and go"))
}

/// Returns the strongest thing in one line, with company and title clipped.
pub fn headline(event: &Event, company_chars_max: usize, title_chars_max: usize) -> String {
    let company = clipped(&visible(&event.company), company_chars_max);
    let title = format!("\"{}\"", clipped(&visible(&event.title), title_chars_max));
    let page = if company.is_empty() { title.clone() } else { format!("{company}, {title}") };
    match &event.what {
        What::Change(change) => {
            let changed = change_headline(change, &company, &title);
            match pledges::first_words(&change.pledges, title_chars_max) {
                Some(pledge) => format!("{pledge}: {changed}"),
                None => changed,
            }
        }
        What::Trouble { trouble, .. } => {
            format!("{page} cannot be read: {}", trouble.kind.words())
        }
        What::Moved { to, .. } => {
            format!("{page} moved to {}", clipped(&shown_url(to), 200))
        }
        What::Gone { trouble, .. } => format!("{page} was removed: {}", trouble.kind.words()),
        What::Recovered { .. } => format!("{page} can be read again"),
        What::QuoteMissing { name, .. } => {
            let name = clipped(&visible(name), title_chars_max);
            format!("{page} does not carry the quotation of the pledge \"{name}\"")
        }
        What::Pledge { name, news, .. } => {
            let name = clipped(&visible(name), title_chars_max);
            pledges::news_headline(news, &page, &name)
        }
    }
}

fn change_headline(change: &Change, company: &str, title: &str) -> String {
    let edits: Vec<&Edit> = change.edits.iter().filter(|edit| edit.kind.is_wording()).collect();
    let what = match edits.is_empty() {
        true => format!("no words, but {}", counted(&change.edits.iter().collect::<Vec<_>>())),
        false => counted(&edits),
    };
    let strongest = change.edits.iter().filter_map(|it| it.verdict.as_ref());
    let strongest = strongest.max_by_key(|it| it.weight());
    // Of a pledge it was said already that nobody can tell.
    let is_said = |verdict: &Verdict| {
        verdict.is_unclear() && change.pledges.iter().any(PledgeChange::is_told)
    };
    let what = match strongest.filter(|it| it.may_bind() && !is_said(it)) {
        Some(verdict) => format!("{}; {what}", amounts::phrase(verdict)),
        None => what,
    };
    let page = if company.is_empty() { title.to_owned() } else { format!("{company}, {title}") };
    match change.cause {
        Cause::Page if company.is_empty() => format!("{title} changed: {what}"),
        Cause::Page => format!("{company} changed {title}: {what}"),
        Cause::First => format!("{page} was read for the first time: {what}"),
        Cause::Selection => format!("{page} reads otherwise since our selection changed: {what}"),
        Cause::Watch => format!("{page} reads otherwise since our watchlist changed: {what}"),
        Cause::Extractor => format!("{page} reads otherwise since our extractor changed: {what}"),
    }
}

/// Returns edits counted by kind, strongest first: `1 passage removed, 2 reworded`.
fn counted(edits: &[&Edit]) -> String {
    let mut counts: Vec<String> = Vec::new();
    for kind in EditKind::ALL.into_iter().rev() {
        let count = edits.iter().filter(|edit| edit.kind == kind).count();
        if 0 < count {
            counts.push(count_words(kind, count, counts.is_empty()));
        }
    }
    counts.join(", ")
}

/// Whether `passage` is named depends on being the first count: later ones follow from it.
fn count_words(kind: EditKind, count: usize, is_first: bool) -> String {
    let plural = if count == 1 { "" } else { "s" };
    let passages = if is_first { format!(" passage{plural}") } else { String::new() };
    match kind {
        EditKind::Removed => format!("{count}{passages} removed"),
        EditKind::Added => format!("{count}{passages} added"),
        EditKind::Reworded => format!("{count}{passages} reworded"),
        EditKind::Moved => format!("{count}{passages} moved"),
        EditKind::DateStamp => format!("{count} date stamp{plural}"),
        EditKind::Renumbered => format!("{count} renumbering{plural}"),
        EditKind::Typography => format!("{count} of typography"),
        EditKind::Structure => format!("{count} of structure"),
        EditKind::LinkTarget => format!("{count} link target{plural}"),
    }
}

/// Returns for each edit whether it is folded into a count: where some edits bind someone
/// otherwise, or may do so, those that surely do not are.
fn folded(edits: &[Edit], breadth: Breadth) -> Vec<bool> {
    let may_bind =
        |edit: &Edit| edit.kind.is_wording() && edit.verdict.as_ref().is_none_or(Verdict::may_bind);
    let folds = breadth == Breadth::Strongest && edits.iter().any(may_bind);
    edits.iter().map(|edit| folds && edit.kind.is_wording() && !may_bind(edit)).collect()
}

/// Returns for each edit whether it is shown word by word: the strongest first, as long as the
/// bounds allow, so that a bound never hides the strongest.
fn chosen(edits: &[Edit], is_folded: &[bool]) -> Vec<bool> {
    let mut by_strength: Vec<usize> = by_weight(edits)
        .into_iter()
        .filter(|&at| edits[at].kind.is_wording() && !is_folded[at])
        .collect();
    if edits.iter().all(|it| it.verdict.is_none()) {
        by_strength.sort_by_key(|&at| std::cmp::Reverse(edits[at].kind));
    }
    let (mut chosen, mut bytes) = (vec![false; edits.len()], 0);
    for at in by_strength.into_iter().take(EXCERPTS_MAX) {
        bytes += Excerpt::of(&edits[at]).byte_count();
        if EXCERPT_BYTES_MAX < bytes {
            break;
        }
        chosen[at] = true;
    }
    chosen
}

fn caveats(event: &Event) -> Vec<String> {
    let mut caveats = Vec::new();
    if let What::Change(change) = &event.what {
        match change.certainty {
            Certainty::Confirmed => (),
            Certainty::Unsure => caveats.push(
                "Unsure: this wording has not been seen to hold yet. The page may be going back \
                 and forth, or still be on its way to its final wording."
                    .to_owned(),
            ),
        }
    }
    match &event.telling {
        Telling::Alert(_) => (),
        Telling::Pending => {
            caveats.push("Not an alert yet: it has not lasted long enough.".to_owned());
        }
        Telling::Quiet(reason) => {
            caveats.push(format!("On record only, not an alert: {}", sentence(reason, 300)));
        }
    }
    caveats
}

fn facts(event: &Event) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let What::Change(change) = &event.what {
        let lines = change.pledges.iter().flat_map(pledges::facts);
        facts.extend(lines.map(|(label, words)| fact(label, words)));
    }
    if !event.company.is_empty() {
        facts.push(fact("Company", clipped(&visible(&event.company), 200)));
    }
    facts.push(fact("Page", format!("{} ({})", clipped(&visible(&event.title), 300), event.page)));
    match &event.what {
        What::Change(change) => {
            let when = format!("changed {}", interval(change.before_last_at, event.captured_at));
            facts.push(fact("When", when));
            facts.push(fact("Cause", cause_words(change.cause).to_owned()));
        }
        What::Trouble { trouble, last_good_at } => {
            facts.extend(trouble_facts(trouble));
            facts.push(fact("When", format!("first seen {}", event.captured_at.minute())));
            facts.push(last_good(*last_good_at));
        }
        What::Moved { from, to } => {
            facts.push(fact("Before", clipped(&shown_url(from), 500)));
            facts.push(fact("Now", clipped(&shown_url(to), 500)));
            facts.push(fact("When", format!("seen {}", event.captured_at.minute())));
        }
        What::Gone { trouble, last_good_at } => {
            facts.extend(trouble_facts(trouble));
            let when = match last_good_at {
                Some(good_at) => interval(*good_at, event.captured_at),
                None => format!("no later than {}", event.captured_at.minute()),
            };
            facts.push(fact("When", format!("removed {when}")));
        }
        What::Recovered { kind, since } => facts.extend(recovered_facts(*kind, *since, event)),
        What::QuoteMissing { pledge, name, quote } => {
            let name = clipped(&visible(name), 200);
            facts.push(fact("Pledge", format!("{name} ({pledge})")));
            facts.push(fact("Quotation", format!("\"{}\"", clipped(&visible(quote), 500))));
            facts.push(fact("When", format!("looked for {}", event.captured_at.minute())));
        }
        What::Pledge { pledge, name, news } => {
            let name = clipped(&visible(name), 200);
            facts.push(fact("Pledge", format!("{name} ({pledge})")));
            let lines = pledges::news_facts(news);
            facts.extend(lines.into_iter().map(|(label, words)| fact(label, words)));
        }
    }
    facts
}

fn fact(label: &'static str, words: String) -> Fact {
    Fact { label, words }
}

fn trouble_facts(trouble: &Trouble) -> Vec<Fact> {
    match trouble.evidence.is_empty() {
        true => Vec::new(),
        false => vec![fact("Evidence", clipped(&visible(&trouble.evidence), 500))],
    }
}

fn last_good(last_good_at: Option<Timestamp>) -> Fact {
    let words = match last_good_at {
        Some(at) => at.minute(),
        None => "never yet".to_owned(),
    };
    fact("Last read", words)
}

fn recovered_facts(kind: TroubleKind, since: Timestamp, event: &Event) -> Vec<Fact> {
    let lasted = in_words(event.captured_at.since(since));
    let (start, end) = (since.minute(), event.captured_at.minute());
    vec![
        fact("Trouble", kind.words().to_owned()),
        fact("When", format!("in trouble since {start}, read again {end}, {lasted} later")),
    ]
}

/// Returns when it happened: we know what we saw, never when a page was edited.
fn interval(after: Timestamp, by: Timestamp) -> String {
    format!("after {} and no later than {}", after.minute(), by.minute())
}

fn cause_words(cause: Cause) -> &'static str {
    match cause {
        Cause::First => "the first reading of the page",
        Cause::Page => "the page itself",
        Cause::Selection => "our selection of the page, not the page",
        Cause::Watch => "what our watchlist asks for, not the page",
        Cause::Extractor => "our reading of the page, not the page",
    }
}

fn advice(event: &Event) -> Vec<String> {
    let advice = match &event.what {
        What::Change(_) | What::Recovered { .. } => return Vec::new(),
        What::Pledge { news, .. } => match news {
            News::Indistinct { .. } => {
                "Which of them is meant cannot be told: give the pledge a longer `quote`, which \
                 stands in one of them alone. Until then the first is followed."
            }
            News::Retimed { .. } => {
                "The change itself is told apart. Where the watchlist names a deadline of the \
                 pledge, it may have to name another."
            }
            News::Nears { .. } | News::Lapsed { .. } => return Vec::new(),
        },
        What::Trouble { .. } => {
            "While this lasts, changes of the wording cannot be seen. What came in the page's \
             place is kept, and is never taken for the policy."
        }
        What::Moved { .. } => {
            "Put the address that it has now into the watchlist as `url`, and the one before \
             under `formerly`."
        }
        What::Gone { .. } => "The last wording is kept, with its captures.",
        What::QuoteMissing { .. } => {
            "The pledge cannot be followed until its `quote` in the watchlist is a phrase of the \
             page as it is, word for word."
        }
    };
    vec![advice.to_owned()]
}

fn commands(event: &Event) -> Vec<String> {
    let page = &event.page;
    let first = match &event.what {
        // Named, so that it is the same change when it is read a month later.
        What::Change(_) => format!("pledgewatch diff {page} {}", event.id),
        What::Trouble { .. } | What::Moved { .. } | What::Recovered { .. } => {
            format!("pledgewatch explain {page}")
        }
        What::Gone { .. } | What::QuoteMissing { .. } => format!("pledgewatch show {page}"),
        What::Pledge { pledge, .. } => format!("pledgewatch pledges show {pledge}"),
    };
    vec![first, format!("pledgewatch log {page}")]
}

/// Returns a reason as a sentence of ours would end: visible, bounded, one full stop.
fn sentence(words: &str, chars_max: usize) -> String {
    let words = clipped(&visible(words), chars_max);
    format!("{}.", words.trim_end().trim_end_matches('.'))
}
