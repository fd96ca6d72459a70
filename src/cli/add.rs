//! `add URL`: shows what would be followed, and appends an entry to the watchlist.

use serde_json::json;
use url::Url;

use crate::{
    alert::render::visible,
    cli::{
        check::runtime,
        error::CliError,
        exit::Exit,
        show::wrapped,
        terminal::{Terminal, shown},
    },
    model::{
        address::AddressRule,
        page::PageId,
        watch::{Selection, Watchlist},
    },
    monitor::{
        app::{self, MonitorError, Paths},
        clock::Clock,
        propose::{Proposal, Wishes, propose},
    },
};

/// Add a page to the watchlist: fetch it, show what would be followed, append an entry.
#[derive(Debug, clap::Args)]
pub struct AddArguments {
    /// The page's address.
    url: Url,
    /// Its id in the watchlist [default: made of company and title].
    #[arg(long)]
    id: Option<PageId>,
    /// Whose page it is [default: as the page or its address says].
    #[arg(long)]
    company: Option<String>,
    /// What the page is called [default: as the page says].
    #[arg(long)]
    title: Option<String>,
    /// A CSS selector of what to read; may be repeated [default: the policy is found].
    #[arg(long, value_name = "CSS")]
    select: Vec<String>,
    /// A CSS selector of what to leave out; may be repeated.
    #[arg(long, value_name = "CSS")]
    remove: Vec<String>,
    /// Allow private addresses for this page.
    #[arg(long)]
    allow_private_addresses: bool,
    /// Show what would be added, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Print the entry and the text as one JSON object.
    #[arg(long)]
    json: bool,
}

/// Blocks of the text that are shown from its beginning and its end.
const SHOWN_BLOCKS: (usize, usize) = (8, 3);

/// Runs the command.
pub fn run(arguments: AddArguments, paths: &Paths, terminal: &Terminal) -> Result<Exit, CliError> {
    let watchlist = match app::read_watchlist(&paths.watchlist) {
        Ok(watchlist) => watchlist,
        Err(MonitorError::NoWatchlist { .. }) => Watchlist::default(),
        Err(error) => return Err(error.into()),
    };
    let wishes = Wishes {
        id: arguments.id,
        company: arguments.company,
        title: arguments.title,
        selection: Selection { select: arguments.select, remove: arguments.remove },
        private_addresses: arguments.allow_private_addresses.then_some(AddressRule::AnyAddress),
    };
    let now = Clock::system().now();
    let runtime = runtime()?;
    let proposal = runtime.block_on(propose(&watchlist, &arguments.url, wishes, now));
    runtime.shutdown_background();
    let proposal = proposal?;
    if arguments.json {
        terminal.print_json(&as_json(&proposal))?;
    } else {
        terminal.print(&in_words(&proposal, terminal.look.width))?;
    }
    if arguments.dry_run {
        terminal.say("nothing was written (--dry-run)");
        return Ok(Exit::Done);
    }
    app::append_watch(&paths.watchlist, &proposal.entry)?;
    terminal.say(&format!(
        "added `{}` to {}; `pledgewatch check {}` takes its first version",
        proposal.entry.page,
        shown(&paths.watchlist),
        proposal.entry.page
    ));
    Ok(Exit::Done)
}

fn in_words(proposal: &Proposal, width: usize) -> String {
    let entry = &proposal.entry;
    let mut text = format!(
        "id       {}\ncompany  {}\ntitle    {}\naddress  {}\n",
        entry.page,
        visible::visible(&entry.company),
        visible::visible(&entry.title),
        entry.url
    );
    if let Some(final_url) = &proposal.final_url {
        text.push_str(&format!("answers at {final_url}\n"));
    }
    for sign in &proposal.signs {
        text.push_str(&format!("warning: {}\n", visible::visible(&sign.to_string())));
    }
    text.push_str(&format!(
        "\nThis text would be followed ({} words; {}):\n",
        proposal.text.word_count(),
        visible::visible(&proposal.region)
    ));
    let blocks = &proposal.text.blocks;
    let (head, tail) = SHOWN_BLOCKS;
    let folded = blocks.len().saturating_sub(head + tail);
    for (at, block) in blocks.iter().enumerate() {
        if at < head || head + folded <= at {
            text.push_str(&wrapped(block, width));
            text.push('\n');
        } else if at == head {
            text.push_str(&format!("\n    ... {folded} more blocks ...\n"));
        }
    }
    text
}

fn as_json(proposal: &Proposal) -> serde_json::Value {
    let entry = &proposal.entry;
    let blocks: Vec<_> = proposal.text.blocks.iter().map(|block| block.shown()).collect();
    json!({
        "page": entry.page.as_str(),
        "company": entry.company,
        "title": entry.title,
        "url": entry.url.as_str(),
        "final_url": proposal.final_url.as_ref().map(|url| url.as_str()),
        "region": proposal.region,
        "signs": proposal.signs.iter().map(|sign| sign.kind.code()).collect::<Vec<_>>(),
        "text": blocks,
    })
}
