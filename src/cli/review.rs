//! `review`: what people make of changes, one key at a time on a terminal, or by options.

use std::io::IsTerminal as _;

use serde_json::Value;

use crate::{
    alert::render::{json as told_json, plain, reviews, visible},
    cli::{error::CliError, exit::Exit, review::walk::Walk, signing::close, terminal::Terminal},
    model::{
        event::EventId,
        page::PageId,
        review::{Decision, Reason, ReviewNote, ReviewState, Reviewer, RuleId, WordsFailure},
        rule::RuleState,
    },
    monitor::{
        app::{App, Paths},
        clock::Clock,
        review::{self, NewReview, ReviewQuery, Reviewed, ShownRule},
    },
};

mod walk;

/// Go through changes: confirm, dismiss or escalate each; nothing is deleted.
///
/// Without a change on a terminal: goes through the changes that nobody decided about yet, one key
/// each; with --state, --page or --company through those.
#[derive(Debug, clap::Args)]
#[command(after_help = REASONS)]
pub struct ReviewArguments {
    /// The change, by its id as `log` shows it.
    change: Option<EventId>,
    /// It is what the alert says.
    #[arg(long, requires = "change", conflicts_with_all = ["dismiss", "escalate", "reopen"])]
    confirm: bool,
    /// It is nothing to act on: editorial, not-policy, known, misread, or words of your own.
    #[arg(long, value_name = "REASON", requires = "change", value_parser = reason,
        conflicts_with_all = ["escalate", "reopen"])]
    dismiss: Option<Reason>,
    /// Somebody else must look at it.
    #[arg(long, requires = "change", conflicts_with = "reopen")]
    escalate: bool,
    /// Take back what was decided: it is new again.
    #[arg(long, requires = "change")]
    reopen: bool,
    /// A note to the decision, or alone.
    #[arg(long, value_name = "TEXT", requires = "change", value_parser = words::<4_000>)]
    note: Option<ReviewNote>,
    /// With --dismiss: always dismiss changes like this on this page, from now on.
    #[arg(long, requires = "dismiss")]
    always: bool,
    /// Who reviews [default: the user's name].
    #[arg(long, value_name = "NAME", env = "PLEDGEWATCH_REVIEWER", value_parser = words::<100>)]
    by: Option<Reviewer>,
    /// List the changes with where each stands, oldest first.
    #[arg(long, conflicts_with = "change")]
    list: bool,
    /// Only changes in this state: new, confirmed, dismissed, escalated.
    #[arg(long, value_name = "STATE", conflicts_with = "change", value_parser = state)]
    state: Option<ReviewState>,
    /// Only changes of this page.
    #[arg(long, value_name = "PAGE", conflicts_with = "change")]
    page: Option<PageId>,
    /// Only changes of this company.
    #[arg(long, value_name = "NAME", conflicts_with = "change")]
    company: Option<String>,
    /// List the rules that dismiss changes.
    #[arg(long, conflicts_with_all = ["change", "list"])]
    rules: bool,
    /// Take a rule back, by its number.
    #[arg(long, value_name = "RULE", conflicts_with_all = ["change", "list", "rules"])]
    forget_rule: Option<i64>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

const REASONS: &str = "\
Reasons to dismiss: `editorial` (it means the same), `not-policy` (no part of the policy), `known`
(known already), `misread` (the page was misread), or words of your own.

With `reviewers = 2` in [settings], a decision is settled when a second person makes the same.";

fn reason(text: &str) -> Result<Reason, WordsFailure> {
    text.parse()
}

fn words<const MAX: usize>(text: &str) -> Result<crate::model::review::Words<MAX>, WordsFailure> {
    text.parse()
}

fn state(code: &str) -> Result<ReviewState, String> {
    let codes: Vec<&str> = ReviewState::ALL.iter().map(|it| it.code()).collect();
    ReviewState::from_code(code).ok_or_else(|| format!("no state; one of {} is", codes.join(", ")))
}

impl ReviewArguments {
    /// Returns what is decided by options, if anything is.
    fn decision(&self) -> Option<Decision> {
        match (&self.dismiss, self.confirm, self.escalate, self.reopen) {
            (Some(reason), ..) => Some(Decision::Dismiss(reason.clone())),
            (None, true, ..) => Some(Decision::Confirm),
            (None, false, true, _) => Some(Decision::Escalate),
            (None, false, false, true) => Some(Decision::Reopen),
            (None, false, false, false) => self.note.as_ref().map(|_| Decision::Note),
        }
    }

    fn query(&self) -> ReviewQuery {
        ReviewQuery {
            state: self.state,
            page: self.page.clone(),
            company: self.company.clone(),
            ..ReviewQuery::default()
        }
    }

    /// Returns who reviews: who is named, or who is logged in.
    fn reviewer(&self) -> Result<Reviewer, CliError> {
        let logged_in = || ["USER", "LOGNAME"].iter().find_map(|it| std::env::var(it).ok());
        let named = || logged_in().and_then(|name| name.parse().ok());
        self.by.clone().or_else(named).ok_or_else(|| {
            CliError::wrong(
                "it is not known who reviews",
                "say it with `--by NAME`, or set PLEDGEWATCH_REVIEWER",
            )
        })
    }
}

/// Runs the command.
pub fn run(
    arguments: &ReviewArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    if arguments.rules {
        let app = App::open_record(paths)?;
        return rules(&review::rules(&app)?, arguments.json, terminal);
    }
    if let Some(rule) = arguments.forget_rule {
        let mut app = App::open_existing_unlisted(paths)?;
        review::forget_rule(&mut app, RuleId(rule), &arguments.reviewer()?, Clock::system().now())?;
        terminal.say(&format!(
            "rule {rule} dismisses nothing any more; what it dismissed stays so until it is reopened"
        ));
        close(app, terminal)?;
        return Ok(Exit::Done);
    }
    if arguments.list {
        let app = App::open_record(paths)?;
        return list(&app, arguments, terminal);
    }
    let mut app = App::open_existing_unlisted(paths)?;
    let exit = match (&arguments.change, arguments.decision()) {
        (Some(change), Some(decision)) => decide(&mut app, change, decision, arguments, terminal)?,
        (Some(change), None) => {
            print(&review::one(&app, change)?, arguments.json, terminal)?;
            return Ok(Exit::Done);
        }
        (None, _) => go_through(&mut app, arguments, terminal)?,
    };
    close(app, terminal)?;
    Ok(exit)
}

fn decide(
    app: &mut App,
    change: &EventId,
    decision: Decision,
    arguments: &ReviewArguments,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let note = arguments.note.clone();
    let (by, at) = (arguments.reviewer()?, Clock::system().now());
    let new = NewReview { decision, note, by, at, seen: None };
    let reviewed = match arguments.always {
        true => {
            let (reviewed, rule) = review::always(app, change, &new)?;
            terminal.say(&walk::written(rule));
            reviewed
        }
        false => review::decide(app, change, &new)?,
    };
    print(&reviewed, arguments.json, terminal)?;
    Ok(Exit::Done)
}

fn list(app: &App, arguments: &ReviewArguments, terminal: &Terminal) -> Result<Exit, CliError> {
    if let Some(page) = &arguments.page {
        app.known_page(page)?;
    }
    let changes = review::list(app, &arguments.query())?;
    if changes.is_empty() && !arguments.json {
        terminal.say("there is no such change");
    }
    for reviewed in &changes {
        if arguments.json {
            terminal.print_json(&value(reviewed))?;
            continue;
        }
        let event = &reviewed.told.event;
        terminal.print(&format!(
            "{}  {}  {:<9}  {}\n    {}\n    {}",
            event.captured_at.minute(),
            event.id,
            reviewed.standing.state.code(),
            event.page,
            plain::subject(event),
            reviews::standing(&reviewed.standing, reviewed.is_settled),
        ))?;
    }
    Ok(Exit::Done)
}

/// Prints one change with its trail.
fn print(reviewed: &Reviewed, as_json: bool, terminal: &Terminal) -> Result<(), CliError> {
    if as_json {
        return terminal.print_json(&value(reviewed));
    }
    let event = &reviewed.told.event;
    let mut text = format!(
        "{}  {}\n    {}\n    {}\n",
        event.id,
        event.page,
        plain::subject(event),
        reviews::standing(&reviewed.standing, reviewed.is_settled)
    );
    for entry in &reviewed.trail {
        text.push_str(&format!("    {}\n", reviews::entry(entry)));
    }
    terminal.print(&text)
}

fn value(reviewed: &Reviewed) -> Value {
    let mut value = told_json::event(&reviewed.told);
    value["review"] = reviews::value(&reviewed.standing, &reviewed.trail, reviewed.is_settled);
    value
}

fn rules(rules: &[ShownRule], as_json: bool, terminal: &Terminal) -> Result<Exit, CliError> {
    if rules.is_empty() && !as_json {
        terminal.say("there is no rule; `a` in `pledgewatch review`, or `--always`, writes one");
    }
    for ShownRule { rule, from } in rules {
        if as_json {
            terminal.print_json(&reviews::rule(rule))?;
            continue;
        }
        let state = match rule.state {
            RuleState::Active => "dismisses changes like",
            RuleState::Forgotten => "was taken back; it dismissed changes like",
        };
        let mut text = format!(
            "rule {}  {}\n    {state} {}: {}\n    by {}, {}\n",
            rule.id,
            rule.page,
            rule.from,
            visible::visible(rule.reason.words()),
            visible::visible(rule.by.as_str()),
            rule.at.minute()
        );
        for alike in from.iter().flat_map(|told| reviews::alike(&told.event)) {
            text.push_str(&format!("    alike: {alike}\n"));
        }
        terminal.print(&text)?;
    }
    Ok(Exit::Done)
}

fn go_through(
    app: &mut App,
    arguments: &ReviewArguments,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let keys = console::Term::stdout();
    if arguments.json || !std::io::stdin().is_terminal() || !keys.is_term() {
        return Err(CliError::wrong(
            "going through changes one key at a time needs a terminal",
            "`pledgewatch review --list` shows them, and `pledgewatch review CHANGE --confirm`, \
             `--dismiss REASON` or `--escalate` decides about one",
        ));
    }
    if let Some(page) = &arguments.page {
        app.known_page(page)?;
    }
    let by = arguments.reviewer()?;
    let mut query = arguments.query();
    let needed = app.watchlist.settings.reviewers;
    let is_open = |it: &Reviewed| match it.standing.state {
        ReviewState::New => true,
        ReviewState::Confirmed | ReviewState::Dismissed => {
            1 < needed && !it.is_settled && !it.standing.is_by(&by)
        }
        ReviewState::Escalated => false,
    };
    let mut changes = review::list(app, &query)?;
    if query.state.take().is_none() {
        changes.retain(is_open);
    }
    let queue = changes.into_iter().map(|it| it.told.event.id).collect();
    let clock = Clock::system();
    let mut walk = Walk { app, by, clock: &clock, look: &terminal.look, queue, done: Vec::new() };
    walk.go(&mut walk::Keyboard {
        print: &mut |text| terminal.try_print(text),
        key: &mut || keys.read_key(),
        line: &mut |prompt| {
            keys.write_str(prompt)?;
            keys.read_line()
        },
    })?;
    Ok(Exit::Done)
}
