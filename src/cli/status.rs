//! `status`: how each watch is doing.

use serde_json::json;

use crate::{
    alert::render::visible,
    cli::{
        alert::delivery_line, check::open_without_writing, error::CliError, exit::Exit,
        terminal::Terminal,
    },
    model::{
        page::PageId,
        sweep::{ClockJump, SweepEnd, SweepRecord},
        time::Timestamp,
    },
    monitor::{
        app::Paths,
        clock::Clock,
        forms::page as form,
        status::{self, Concern, Health, PageStatus, Status},
    },
};

/// Show how each watch is doing.
#[derive(Debug, clap::Args)]
pub struct StatusArguments {
    /// Only these pages.
    pages: Vec<PageId>,
    /// One JSON object a page, then one for the rest.
    #[arg(long)]
    json: bool,
    /// Print only what someone must look at, and exit with 3 if there is anything: a page not
    /// visited for twice its `every`, or not seen healthy for longer than `trouble_after`; alerts
    /// that were given up.
    #[arg(long)]
    check: bool,
    /// Say also what is taken for the policy and why, and what the page's history taught: where
    /// passages come and go by themselves.
    #[arg(long, conflicts_with = "check")]
    why: bool,
}

/// Runs the command.
pub fn run(
    arguments: &StatusArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let scratch = tempfile::tempdir()?;
    let app = open_without_writing(paths, scratch.path())?;
    let now = Clock::system().now();
    let status = status::status(&app, &arguments.pages, now)?;
    if arguments.check {
        return print_concerns(&status::concerns(&app, &status, now), arguments.json, terminal);
    }
    if arguments.json {
        for page in &status.pages {
            terminal.print_json(&form::page(page))?;
        }
        terminal.print_json(&form::rest(&status))?;
        return Ok(Exit::Done);
    }
    let mut text = String::new();
    for page in &status.pages {
        text.push_str(&page_text(page));
        if arguments.why {
            text.push_str(&why_text(page));
        }
    }
    text.push_str(&rest_text(&status));
    terminal.print(&text)?;
    Ok(Exit::Done)
}

fn print_concerns(
    concerns: &[Concern],
    as_json: bool,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    for Concern { page, what } in concerns {
        let page = page.as_ref().map(PageId::as_str);
        match as_json {
            true => terminal.print_json(&json!({ "page": page, "concern": what }))?,
            false => {
                let of = page.map_or(String::new(), |page| format!("{page}: "));
                terminal.print(&visible::visible(&format!("{of}{what}")))?;
            }
        }
    }
    Ok(if concerns.is_empty() { Exit::Done } else { Exit::Partly })
}

fn page_text(page: &PageStatus) -> String {
    let mut text = format!("{}: {}\n", page.page, page.health.word());
    let mut line = |key: &str, value: &str| {
        text.push_str(&format!("    {key:<15} {}\n", visible::visible(value)));
    };
    let name = match page.company.as_str() {
        "" => page.title.clone(),
        company => format!("{company}, {}", page.title),
    };
    line("page", &name);
    if let Some(url) = &page.url {
        line("address", url);
    }
    line("last healthy", &minute(page.last_healthy_at, "never"));
    line("last change", &minute(page.last_change_at, "none seen"));
    if page.last_visit_at != page.last_healthy_at {
        line("last visit", &minute(page.last_visit_at, "never"));
    }
    if let Some(spell) = &page.spell {
        let alerted = if spell.alerted { ", alerted" } else { "" };
        line("trouble since", &format!("{}{alerted}: {}", spell.since.minute(), spell.trouble));
    }
    if let Some(waiting) = page.waiting.as_ref().filter(|waiting| waiting.is_wording()) {
        let seen = format!("{}, seen {} times", waiting.first_at.minute(), waiting.sightings);
        line("waiting since", &format!("{seen}: another wording, not confirmed yet"));
    }
    match page.health {
        Health::Paused | Health::Unwatched => (),
        Health::Healthy | Health::Trouble | Health::New => {
            line("next due", &minute(page.next_due_at, "now"));
        }
    }
    if let Some(kept) = kept(page) {
        line("kept", &kept);
    }
    for note in &page.notes {
        line("note", note);
    }
    text
}

fn why_text(page: &PageStatus) -> String {
    let mut text = String::new();
    let mut line = |key: &str, value: &str| {
        text.push_str(&format!("    {key:<15} {}\n", visible::visible(value)));
    };
    line("region", &page.region);
    match page.learns {
        true if page.learnt.is_empty() => {
            line("learnt", "nothing: no place of the page is known at which passages come and go");
        }
        true => {
            page.learnt.iter().for_each(|lesson| line("learnt", lesson));
            line("to overrule", "`learn = false` for the page has every passage judged alike");
        }
        false => line("learnt", "nothing counts: the watchlist says `learn = false`"),
    }
    text
}

fn kept(page: &PageStatus) -> Option<String> {
    let size = page.size?;
    Some(format!(
        "{} visit{}, {} version{}, {} of bodies in {}",
        size.visits,
        if size.visits == 1 { "" } else { "s" },
        page.versions,
        if page.versions == 1 { "" } else { "s" },
        bytes(size.raw_bytes),
        bytes(size.stored_bytes)
    ))
}

fn minute(at: Option<Timestamp>, absent: &str) -> String {
    at.map_or(absent.to_owned(), |at| at.minute())
}

/// Returns a size for people, in steps of 1,000: `3.4 MB`.
fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let (mut tenths, mut unit) = (count / 100, 0);
    while 10_000 <= tenths && unit + 1 < UNITS.len() {
        tenths /= 1_000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

fn rest_text(status: &Status) -> String {
    let mut text = match status.last_sweep {
        None => "no sweep yet\n".to_owned(),
        Some(SweepRecord { began_at, ended: Some((ended_at, end)) }) => {
            let how = match end {
                SweepEnd::Done => "ended",
                SweepEnd::Interrupted => "interrupted",
            };
            format!("last sweep: {}, {how} {}\n", began_at.minute(), ended_at.minute())
        }
        Some(SweepRecord { began_at, ended: None }) => {
            format!("last sweep: {}, running still or killed before its end\n", began_at.minute())
        }
    };
    if status.pages.iter().any(|page| page.size.is_none()) {
        text.push_str("kept: `status PAGE` tells what a page takes up\n");
    }
    for ClockJump { before, after } in &status.clock_jumps {
        let (before, after) = (before.minute(), after.minute());
        text.push_str(&format!("clock: went back between two sweeps, from {before} to {after}\n"));
    }
    for delivery in &status.undelivered {
        text.push_str(&format!("undelivered: {}\n", delivery_line(delivery)));
    }
    for line in status.log.summary() {
        text.push_str(&format!("log: {}\n", visible::visible(&line)));
    }
    if !status.held.is_empty() {
        let (count, plural) = (status.held.len(), if status.held.len() == 1 { "" } else { "s" });
        text.push_str(&format!(
            "held: {count} alert{plural} for a digest or until quiet hours end\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_for_people() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1_000), "1.0 kB");
        assert_eq!(bytes(3_456_789), "3.4 MB");
        assert_eq!(bytes(999_999), "999.9 kB");
    }
}
