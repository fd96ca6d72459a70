//! `show`: the text of a page as it was, or its body as served.

use std::io::{self, IsTerminal, Write};

use crate::{
    alert::render::{json, visible},
    cli::{error::CliError, exit::Exit, terminal::Terminal},
    model::{
        history::RecordedPart,
        page::PageId,
        snapshot::Digest,
        text::{Block, BlockKind},
        time::Timestamp,
    },
    monitor::{
        app::{App, Paths},
        history::{self, Which},
    },
};

/// Print the text of a page as it was, or its body as served.
#[derive(Debug, clap::Args)]
pub struct ShowArguments {
    /// The page.
    #[arg(required_unless_present = "body")]
    page: Option<PageId>,
    /// As it was at this time (a day or an RFC 3339 instant); without it, as it is now.
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// The version with this number.
    #[arg(long, value_name = "NUMBER", conflicts_with = "at")]
    version: Option<u32>,
    /// Write the body as served, byte for byte after decoding, in place of the text: with --at,
    /// that of the last visit by then, whatever it was judged to be; with --version, that of the
    /// visit which first showed the version.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    /// Write the body with this digest (64 hex digits).
    #[arg(long, value_name = "DIGEST", conflicts_with_all = ["page", "at", "version", "json", "raw"])]
    body: Option<Digest>,
    /// One JSON object with the blocks.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(
    arguments: &ShowArguments,
    paths: &Paths,
    terminal: &Terminal,
) -> Result<Exit, CliError> {
    let app = App::open_record(paths)?;
    let which = match (arguments.at, arguments.version) {
        (Some(at), _) => Which::At(at),
        (None, Some(number)) => Which::Number(number),
        (None, None) => Which::Latest,
    };
    let page = match (&arguments.page, &arguments.body) {
        (Some(page), _) => page,
        (None, Some(digest)) => return write_body(&app, digest),
        (None, None) => {
            return Err(CliError::wrong("no page is named", "`pledgewatch status` lists them"));
        }
    };
    if arguments.raw {
        return raw(&app, page, which, terminal);
    }
    let found = history::version(&app, page, which)?;
    if arguments.json {
        terminal.print_json(&json::version(&found.version, &found.text))?;
        return Ok(Exit::Done);
    }
    let version = &found.version;
    terminal.say(&format!(
        "{}: version {}, {}",
        version.page,
        version.number,
        history::seen(&app, version)?
    ));
    if let Some(at) = arguments.at {
        terminal.say(&history::known_by(&app, version, at)?);
    }
    let mut text = String::new();
    for block in found.text.blocks.iter() {
        text.push_str(&wrapped(block, terminal.look.width));
        text.push('\n');
    }
    terminal.print(&text)?;
    Ok(Exit::Done)
}

fn raw(app: &App, page: &PageId, which: Which, terminal: &Terminal) -> Result<Exit, CliError> {
    let record = history::bodies(app, page, which)?;
    let with_body = |part: &RecordedPart| Some((part.final_url.clone(), part.snapshot?));
    let bodies: Vec<(String, Digest)> = record.visit.parts.iter().filter_map(with_body).collect();
    let [(url, digest)] = bodies.as_slice() else {
        let listed: Vec<String> =
            bodies.iter().map(|(url, digest)| format!("{digest}  <{url}>")).collect();
        return Err(CliError::wrong(
            format!("visit {} has {} bodies", record.id, bodies.len()),
            format!("`show --body DIGEST` writes one of\n{}", listed.join("\n")),
        ));
    };
    terminal.say(&format!(
        "{page}: visit {}, {}, from <{url}>\nsha256 {digest}",
        record.id, record.visit.started_at
    ));
    write_body(app, digest)
}

/// Writes a body as it is. Not to a terminal, which would obey what stands in it.
fn write_body(app: &App, digest: &Digest) -> Result<Exit, CliError> {
    if io::stdout().is_terminal() {
        return Err(CliError::wrong(
            "a body is not written to a terminal, which would obey what stands in it",
            "send it elsewhere: `> page.html`, or `| less`",
        ));
    }
    let Some(body) = history::body(app, digest)? else {
        return Err(CliError::wrong(
            format!("there is no body with the digest {digest}"),
            "`pledgewatch explain PAGE --json` shows visits with the digests of their bodies",
        ));
    };
    let mut out = io::stdout().lock();
    match out.write_all(body.bytes()).and_then(|()| out.flush()) {
        // A reader that has gone away (`| head`) is no error of ours.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Ok(()) | Err(_) => Ok(Exit::Done),
    }
}

/// Returns a block for reading, wrapped, with a blank line where prose wants one.
pub fn wrapped(block: &Block, width: usize) -> String {
    let words = visible::visible(&block.shown());
    let (first, rest, above) = match block.kind {
        BlockKind::Heading(level) => {
            (format!("{} ", "#".repeat(usize::from(level))), String::new(), "\n")
        }
        BlockKind::Paragraph => (String::new(), String::new(), "\n"),
        BlockKind::Item(depth) => {
            let indent = "  ".repeat(usize::from(depth.clamp(1, 8)) - 1);
            let bullet = if block.marker.is_empty() { "- " } else { "" };
            (format!("{indent}{bullet}"), format!("{indent}  "), "")
        }
        BlockKind::Row => ("| ".to_owned(), "| ".to_owned(), ""),
    };
    let options = textwrap::Options::new(width).initial_indent(&first).subsequent_indent(&rest);
    format!("{above}{}", textwrap::fill(&words, options))
}
