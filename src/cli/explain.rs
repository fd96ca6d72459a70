//! `explain`: why a visit or a change was or was not alerted, step by step.

use serde_json::{Value, json};

use crate::{
    alert::render::{amounts, json as told_json, plain, reviews, visible},
    cli::{
        alert::delivery_line, error::CliError, exit::Exit, log::TOLD_NOBODY, terminal::Terminal,
    },
    model::{
        event::{Certainty, EventId, Telling, Told, What},
        history::{Finding, VisitId, VisitRecord},
        page::PageId,
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        history::{self, Explained},
        turns::turns_of,
    },
};

/// Say why a visit or a change was or was not alerted.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    /// A page, an entry of the log by its id, or a visit by its number (`v12`).
    #[arg(value_name = "PAGE|ENTRY|VISIT")]
    what: String,
    /// Of a page, how many visits.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 5)]
    limit: usize,
    /// Of a page, its visits up to this time (a day or an RFC 3339 instant).
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// One JSON object a visit; before them, the entry if one was asked for.
    #[arg(long)]
    json: bool,
}

/// What is asked for.
enum Asked {
    Page(PageId),
    Entry(EventId),
    Visit(VisitId),
}

/// Runs the command.
pub fn run(
    arguments: &ExplainArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let visits = match asked(&app, &arguments.what)? {
        Asked::Page(page) => {
            if let Some(turns) = turns_of(&app, &page)?.filter(|_| !arguments.json) {
                terminal.print(&format!("{page}: {turns}\n"))?;
            }
            history::visits_until(&app, &page, arguments.at, arguments.limit)?
        }
        Asked::Visit(visit) => match history::visit(&app, visit)? {
            Some(record) => vec![record],
            None => {
                let hint = "`pledgewatch explain PAGE -n 100` shows the numbers of its visits";
                return Err(CliError::wrong(format!("there is no visit `{visit}`"), hint));
            }
        },
        Asked::Entry(id) => {
            let Some(explained) = history::explained(&app, &id)? else {
                return Err(CliError::wrong(
                    format!("there is no entry `{id}`"),
                    "`pledgewatch log` lists them",
                ));
            };
            return entry(&explained, arguments.json, terminal);
        }
    };
    for record in visits {
        print_visit(&record, arguments.json, terminal)?;
    }
    Ok(Exit::Done)
}

/// A page counts first, whatever it is called.
fn asked(app: &App, what: &str) -> Result<Asked, CliError> {
    let page = what.parse::<PageId>().ok();
    if let Some(page) = page.clone().filter(|page| app.known_page(page).is_ok()) {
        return Ok(Asked::Page(page));
    }
    if let Ok(id) = what.parse::<EventId>() {
        return Ok(Asked::Entry(id));
    }
    let number = what.strip_prefix('v').unwrap_or(what).parse::<i64>().ok();
    match (number, page) {
        (Some(number), _) => Ok(Asked::Visit(VisitId(number))),
        (None, Some(page)) => Ok(Asked::Page(page)),
        (None, None) => Err(CliError::wrong(
            format!("`{what}` is no page, no entry of the log and no visit"),
            "write a page's id, an entry's id as `pledgewatch log` shows it, or `v12`",
        )),
    }
}

fn print_visit(record: &VisitRecord, as_json: bool, terminal: &Terminal) -> Result<(), CliError> {
    match as_json {
        true => terminal.print_json(&as_value(record)),
        false => terminal.print(&in_words(record)),
    }
}

fn entry(explained: &Explained, as_json: bool, terminal: &Terminal) -> Result<Exit, CliError> {
    if as_json {
        terminal.print_json(&told_json::event(&explained.told))?;
    } else {
        let mut text = head(&explained.told);
        for review in &explained.trail {
            text.push_str(&format!("    {}\n", reviews::entry(review)));
        }
        terminal.print(&text)?;
    }
    for (at, record) in explained.visits.iter().enumerate() {
        if explained.left_out.0 == at && 0 < explained.left_out.1 && !as_json {
            terminal.print(&format!(
                "    ({} more visits in between; `pledgewatch explain {} --at TIME` shows them)",
                explained.left_out.1, explained.told.event.page
            ))?;
        }
        print_visit(record, as_json, terminal)?;
    }
    Ok(Exit::Done)
}

/// Returns what an entry of the log is, and what came of it.
fn head(told: &Told) -> String {
    let event = &told.event;
    let mut text = format!("{}  {}  {}\n", event.id, event.kind().code(), event.page);
    let mut line = |words: String| text.push_str(&format!("    {}\n", visible::visible(&words)));
    line(plain::subject(event));
    line(match &event.telling {
        Telling::Alert(at) if told.deliveries.is_empty() => {
            format!(
                "It is {TOLD_NOBODY}: no channel took it, or it was imported. On record since {}.",
                at.minute()
            )
        }
        Telling::Alert(at) => format!("It was alerted at {}.", at.minute()),
        Telling::Pending => "It is not alerted so far: it has not lasted.".to_owned(),
        Telling::Quiet(reason) => format!("It is on record only: {reason}."),
    });
    if let Some(verdict) = event.verdict() {
        line(format!("Its strongest edit: {}.", amounts::account(verdict)));
    }
    if let What::Change(change) = &event.what {
        line(format!(
            "The page last showed the wording before at {}, and first showed this one at {}.",
            change.before_last_at.minute(),
            event.captured_at.minute()
        ));
        line(match (&event.telling, change.certainty) {
            (Telling::Alert(_), Certainty::Confirmed) => {
                "It was recorded when it had been seen to hold. Step by step:".to_owned()
            }
            (Telling::Alert(_), Certainty::Unsure) => {
                "It was recorded before it had been seen to hold. Step by step:".to_owned()
            }
            (Telling::Pending | Telling::Quiet(_), _) => "Step by step:".to_owned(),
        });
    }
    for delivery in &told.deliveries {
        line(delivery_line(delivery));
    }
    text
}

/// Returns what a visit was judged to be, in words.
fn meaning(finding: Option<&Finding>) -> &'static str {
    match finding {
        None => "not judged yet",
        Some(Finding::First) => "first version",
        Some(Finding::Same) => "as before",
        Some(Finding::Waiting) => "another text, which waits",
        Some(Finding::Established) => "another text, established",
        Some(Finding::Variant) => "a wording that comes and goes",
        Some(Finding::Trouble(_)) => "trouble",
    }
}

fn in_words(record: &VisitRecord) -> String {
    let meaning = meaning(record.finding.as_ref());
    let mut text = format!("{}  {}  {meaning}\n", record.visit.started_at.minute(), record.id);
    for part in &record.visit.parts {
        let answered = match (&part.failure, part.status) {
            (Some((code, sentence)), _) => format!("{sentence} ({code})"),
            (None, Some(status)) => format!("answered with status {status}"),
            (None, None) => "no answer".to_owned(),
        };
        text.push_str(&format!(
            "    <{}>: {}\n",
            visible::visible(&part.url),
            visible::visible(&answered)
        ));
        for hop in &part.hops {
            text.push_str(&format!("      redirected: {}\n", visible::visible(hop)));
        }
    }
    for reason in &record.reasons {
        text.push_str(&format!("    {}\n", visible::visible(reason)));
    }
    text
}

fn as_value(record: &VisitRecord) -> Value {
    let parts: Vec<_> = record
        .visit
        .parts
        .iter()
        .map(|part| {
            json!({
                "url": part.url,
                "final_url": part.final_url,
                "hops": part.hops,
                "status": part.status,
                "content_type": part.content_type,
                "snapshot": part.snapshot.map(|digest| digest.to_string()),
                "failure": part.failure.as_ref().map(|(code, _)| code),
            })
        })
        .collect();
    json!({
        "page": record.visit.page.as_str(),
        "visit": record.id.to_string(),
        "captured_at": record.visit.started_at.to_string(),
        "ended_at": record.visit.ended_at.to_string(),
        "finding": record.finding.as_ref().map(|finding| finding.code()),
        "reasons": record.reasons,
        "text_digest": record.text.map(|digest| digest.to_string()),
        "parts": parts,
    })
}
