//! How the log stands, and what the user may ask of it: a key, another name, its files.

use std::path::PathBuf;

use crate::{
    archive::log::files::LogFiles,
    formats::note::{Head, Verifier},
    model::time::Timestamp,
    monitor::{
        app::{App, MonitorError, Paths},
        keys, seal,
        seal::Sealed,
        unsigned::Unsigned,
    },
};

/// How the log stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Integrity {
    /// How many entries it has.
    pub entries: u64,
    /// Who signs it.
    pub key: Option<Verifier>,
    /// The head that was signed last.
    pub head: Option<Head>,
    /// The largest head that others vouch for: its size, and what they gave.
    pub anchored: Option<(u64, Vec<String>)>,
    /// Why it is not signed now, with what to do.
    pub unsigned: Option<String>,
}

impl Integrity {
    /// Returns how it stands, for people, a fact a line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("entries: {}", self.entries)];
        if let Some(key) = &self.key {
            lines.push(format!("signed by: {}", key.to_text()));
        }
        match &self.head {
            Some(head) => {
                lines.push(format!("signed: the first {}, root {}", head.size, head.root));
            }
            None => lines.push("signed: nothing".to_owned()),
        }
        lines.extend(self.unsigned.iter().map(|why| format!("not signed: {why}")));
        lines.extend(self.anchors());
        lines
    }

    /// Returns how it stands in brief, a fact a line.
    pub fn summary(&self) -> Vec<String> {
        let signed = match &self.head {
            Some(head) if head.size == self.entries => "all signed".to_owned(),
            Some(head) if self.entries < head.size => format!("{} were signed", head.size),
            Some(head) => format!("the first {} signed", head.size),
            None => "none signed".to_owned(),
        };
        let mut lines = vec![format!("{} entries, {signed}", self.entries)];
        lines.extend(self.unsigned.iter().map(|why| format!("not signed: {why}")));
        lines.extend(self.anchors());
        lines
    }

    /// Returns who else vouches for it; that nobody does is said as well.
    fn anchors(&self) -> Vec<String> {
        let mut lines = vec![match &self.anchored {
            Some((size, given)) => format!("anchored: the first {size}, by {}", given.join(", ")),
            None => {
                "unanchored: no authority and no witness vouches for any head; whoever keeps an \
                     alert mail does"
                    .to_owned()
            }
        }];
        if let (Some((size, _)), Some(head)) = (&self.anchored, &self.head)
            && *size < head.size
        {
            lines.push(format!("unanchored: {} entries since", head.size - size));
        }
        lines
    }
}

/// Returns how the log stands; signs nothing.
pub fn stands(app: &App) -> Result<Integrity, MonitorError> {
    let files = LogFiles::of(app.archive.directory());
    let known = app.archive.log_key()?;
    let unsigned = match (seal::unfit(&app.archive, &files)?, &known) {
        (None, Some(known)) => keys::load(&files, known).err().map(Unsigned::Key),
        (unfit, _) => unfit,
    };
    Ok(Integrity {
        entries: app.archive.log_size()?,
        key: known.as_ref().map(seal::verifier),
        head: seal::signed_head(&app.archive)?,
        anchored: seal::anchored(&app.archive)?,
        unsigned: unsigned.map(|unsigned| format!("{unsigned}; {}", unsigned.hint())),
    })
}

/// Returns where the secret key of an archive's log is kept.
pub fn key_path(paths: &Paths) -> PathBuf {
    LogFiles::of(&paths.archive).key().to_owned()
}

/// Makes another key for the log, or its first, and signs with it.
pub fn new_key(app: &mut App, now: Timestamp) -> Result<Verifier, MonitorError> {
    let verifier = keys::renew(&mut app.archive, now)?;
    sealed(app)?;
    Ok(verifier)
}

/// Begins a log under another name, which follows the head that was signed last.
pub fn new_log(
    app: &mut App,
    origin: Option<&str>,
    now: Timestamp,
) -> Result<Verifier, MonitorError> {
    let before = app.archive.log_key()?.map(|key| key.origin);
    let origin = match (origin, before) {
        (Some(origin), _) => origin.to_owned(),
        (None, Some(before)) => format!("{before}-{}", now.day()),
        (None, None) => format!("localhost/pledgewatch-{}", now.day()),
    };
    if app.archive.log_keys()?.iter().any(|key| key.origin == origin) {
        return Err(MonitorError::TakenOrigin { origin });
    }
    let follows = seal::signed_head(&app.archive)?;
    let verifier = keys::begin_anew(&mut app.archive, &origin, follows.as_ref(), now)?;
    sealed(app)?;
    Ok(verifier)
}

fn sealed(app: &App) -> Result<(), MonitorError> {
    match seal::seal(&app.archive)? {
        Sealed::Signed(_) => Ok(()),
        Sealed::Unsigned(reason) => Err(MonitorError::Unsigned(reason)),
    }
}

/// Writes all signed entries of the log into its folder.
pub fn publish(app: &App) -> Result<Option<Head>, MonitorError> {
    Ok(seal::publish(&app.archive)?)
}
