//! The end of every command that records something: it is signed, or said that it is not.

use crate::{
    cli::{error::CliError, terminal::Terminal},
    monitor::{
        app::{App, MonitorError},
        seal,
    },
};

/// Signs what was recorded and closes the archive; says so where it is not signed.
pub fn close(app: App, terminal: &Terminal) -> Result<(), CliError> {
    warn_if_unsigned(seal::close(app.archive).map_err(MonitorError::from)?.as_deref(), terminal);
    Ok(())
}

/// Says why the log is not signed though it was to be.
pub fn warn_if_unsigned(reason: Option<&str>, terminal: &Terminal) {
    if let Some(reason) = reason {
        terminal.say(&format!("warning: the log is not signed: {reason}"));
    }
}
