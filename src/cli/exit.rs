//! The exit codes, in one place.

use std::process::{ExitCode, Termination};

/// What the program ends with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done.
    Done,
    /// Changes were found; only with `--exit-code`.
    Changes,
    /// The command or the watchlist is wrong.
    Wrong,
    /// Some pages or alerts failed; the rest is done.
    Partly,
    /// The archive or the program failed.
    Failed,
}

impl Exit {
    /// Returns the code.
    pub fn code(self) -> u8 {
        match self {
            Exit::Done => 0,
            Exit::Changes => 1,
            Exit::Wrong => 2,
            Exit::Partly => 3,
            Exit::Failed => 4,
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
