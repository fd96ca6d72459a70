//! `explain`: why a page's visits were or were not alerted.

use serde_json::json;

use crate::{
    alert::render::visible,
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{history::VisitRecord, page::PageId},
    monitor::{
        app::{App, Paths},
        history,
        turns::turns_of,
    },
};

/// Say why a page's latest visits were or were not alerted.
#[derive(Debug, clap::Args)]
pub struct ExplainArguments {
    /// The page.
    page: PageId,
    /// How many of its latest visits.
    #[arg(short = 'n', long, value_name = "COUNT", default_value_t = 5)]
    limit: usize,
    /// One JSON object a visit.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &ExplainArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    if let Some(turns) = turns_of(&app, &arguments.page)?.filter(|_| !arguments.json) {
        terminal.print(&format!("{}: {turns}\n", arguments.page))?;
    }
    for record in history::visits(&app, &arguments.page, arguments.limit)? {
        if arguments.json {
            terminal.print_json(&as_json(&record))?;
        } else {
            terminal.print(&in_words(&record))?;
        }
    }
    Ok(Exit::Done)
}

fn in_words(record: &VisitRecord) -> String {
    let finding = record.finding.as_ref().map_or("not judged yet", |finding| finding.code());
    let mut text = format!("{}  {finding}\n", record.visit.started_at.minute());
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

fn as_json(record: &VisitRecord) -> serde_json::Value {
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
