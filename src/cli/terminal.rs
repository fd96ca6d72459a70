//! Standard output and standard error, and how wide and colourful they are.

use std::{
    io::{self, IsTerminal, Write},
    path::Path,
};

use anstream::ColorChoice;

use crate::{
    alert::render::{Color, Look, visible},
    cli::error::CliError,
};

/// Columns where nobody says: what mail programs and narrow windows can show.
const WIDTH: usize = 80;

/// The two streams of the program.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// How to render for standard output.
    pub look: Look,
    /// How often `-v` was given.
    verbose: u8,
}

impl Terminal {
    /// Asks the environment what standard output can show.
    pub fn new(verbose: u8) -> Terminal {
        let color = match anstream::AutoStream::choice(&io::stdout()) {
            ColorChoice::Never => Color::Never,
            ColorChoice::Auto | ColorChoice::Always | ColorChoice::AlwaysAnsi => Color::Always,
        };
        let width = match terminal_size::terminal_size() {
            Some((width, _)) if io::stdout().is_terminal() => usize::from(width.0).clamp(40, 120),
            Some(_) | None => WIDTH,
        };
        Terminal { look: Look { color, width }, verbose }
    }

    /// Returns whether standard error is a terminal, so that progress may be drawn there.
    pub fn draws_progress(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Returns whether standard output takes colour.
    pub fn draws_color(&self) -> bool {
        self.look.color == Color::Always
    }

    /// Prints data to standard output.
    ///
    /// A reader that has gone away (`| head`) is no error of ours.
    pub fn print(&self, text: &str) -> Result<(), CliError> {
        match self.try_print(text) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => Ok(other?),
        }
    }

    /// Prints to standard output and tells whether it arrived.
    pub fn try_print(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes())?;
        if !text.ends_with('\n') {
            out.write_all(b"\n")?;
        }
        out.flush()
    }

    /// Prints one JSON value on a line of its own.
    pub fn print_json(&self, value: &serde_json::Value) -> Result<(), CliError> {
        self.print(&value.to_string())
    }

    /// Says something on standard error.
    pub fn say(&self, text: &str) {
        // Standard error has nowhere to report its own failure to.
        let lines: Vec<String> = text.lines().map(visible::visible).collect();
        let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
    }

    /// Says something on standard error if `-v` was given.
    pub fn detail(&self, text: &str) {
        if 0 < self.verbose {
            self.say(text);
        }
    }

    /// Says something on standard error if somebody is there to read it, or `-v` was given: cron
    /// mails what is printed.
    pub fn remark(&self, text: &str) {
        if 0 < self.verbose || io::stderr().is_terminal() {
            self.say(text);
        }
    }

    /// Says what failed, why, and what to do.
    pub fn error(&self, error: &CliError) {
        let mut text = format!("error: {}", error.error);
        let mut source = error.error.source();
        while let Some(cause) = source {
            text.push_str(&format!("\ncaused by: {cause}"));
            source = cause.source();
        }
        if let Some(hint) = &error.hint {
            text.push_str(&format!("\nhint: {hint}"));
        }
        self.say(&text);
    }
}

/// Returns a path for people.
pub fn shown(path: &Path) -> String {
    path.display().to_string()
}
