//! What is kept of one change, put together so that others can check it with tools that we did not
//! write: bodies, headers and texts before and after, their entries in the log with proofs, the
//! signed head and its key.

mod words;

use std::{
    collections::BTreeMap,
    fs,
    io::{self, Cursor, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::{
    alert::render::{DiffView, html, plain},
    archive::log::{files::LogFiles, reading::LogEntry},
    compare,
    formats::note,
    model::{
        event::{Change, Event, EventId, What},
        history::VisitRecord,
        snapshot::Digest,
        time::Timestamp,
    },
    monitor::{
        app::{App, MonitorError},
        evidence::words::{Account, Capture, readme},
        export::{output::sync_folder, request::ExportFailure, warc},
        keys,
        seal::{self, Proofs, Sealed},
    },
};

/// The most files of a bundle, and so the most parts of a page that it holds.
const FILES_MAX: usize = 2_000;

/// The name of the list of files.
const MANIFEST: &str = "MANIFEST.sha256";

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceFailure {
    /// No such change is on record.
    #[error("no change `{0}` is on record")]
    Unknown(EventId),
    /// It is an event of another kind.
    #[error("`{0}` is no change of wording")]
    NoChange(EventId),
    /// The captures that it rests on are not on record any more.
    #[error("the capture {which} the change is not on record")]
    NoCapture {
        /// `before` or `after`.
        which: &'static str,
    },
    /// The folder is there already.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The folder or the zip file cannot be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The page has more parts than a bundle holds.
    #[error("the page has more parts than a bundle holds")]
    TooMany,
    /// The web archive could not be made.
    #[error(transparent)]
    Export(#[from] ExportFailure),
    /// The archive or the watchlist cannot be used.
    #[error(transparent)]
    Monitor(#[from] MonitorError),
}

impl From<crate::archive::error::ArchiveError> for EvidenceFailure {
    fn from(error: crate::archive::error::ArchiveError) -> EvidenceFailure {
        EvidenceFailure::Monitor(error.into())
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// The folder.
    pub folder: PathBuf,
    /// The zip file beside it.
    pub zip: PathBuf,
    /// Whether its entries are under a signed head.
    pub is_signed: bool,
}

/// Writes the bundle of a change to a folder that is not there yet, and beside it as a zip file.
pub fn write(
    app: &App,
    id: &EventId,
    folder: &Path,
    now: Timestamp,
) -> Result<Bundle, EvidenceFailure> {
    if folder.exists() {
        return Err(EvidenceFailure::Exists(folder.to_owned()));
    }
    let (files, is_signed) = collect(app, id, now)?;
    let name = folder.file_name().unwrap_or("evidence".as_ref());
    let mut zip_name = name.to_owned();
    zip_name.push(".zip");
    let zip = folder.with_file_name(zip_name);
    let failure = |path: &Path, source| EvidenceFailure::Write { path: path.to_owned(), source };
    let packed = packed(&name.to_string_lossy(), &files).map_err(|it| failure(&zip, it))?;
    for (path, bytes) in &files {
        let path = folder.join(path);
        let above = path.parent().unwrap_or(folder);
        let written = fs::create_dir_all(above)
            .and_then(|()| fs::File::create_new(&path))
            .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
        written.and_then(|()| sync_folder(above)).map_err(|it| failure(&path, it))?;
    }
    let written = fs::File::create_new(&zip)
        .and_then(|mut file| file.write_all(&packed).and_then(|()| file.sync_all()));
    written.map_err(|it| failure(&zip, it))?;
    Ok(Bundle { folder: folder.to_owned(), zip, is_signed })
}

type Files = BTreeMap<String, Vec<u8>>;

/// Returns the files of the bundle by path, and whether its entries are under a signed head.
fn collect(app: &App, id: &EventId, now: Timestamp) -> Result<(Files, bool), EvidenceFailure> {
    let told = app.archive.event(id)?.ok_or_else(|| EvidenceFailure::Unknown(id.clone()))?;
    let event = told.event;
    let What::Change(change) = &event.what else {
        return Err(EvidenceFailure::NoChange(id.clone()));
    };
    let before = capture(app, &event, change.before_last_at, change.before, "before")?;
    let after = capture(app, &event, event.captured_at, change.after, "after")?;
    let mut files = Files::new();
    diff(app, &event, change, &mut files)?;
    let mut web_archive = Vec::new();
    let unwritten = |source| ExportFailure::Write { path: "capture.warc.gz".into(), source };
    let records =
        warc::write_visits(app, &[before.id, after.id], now, &mut web_archive, &unwritten)?;
    files.insert("capture.warc.gz".to_owned(), web_archive);

    // Where nothing may be written, the head that was signed last is what there is.
    let unsigned = match seal::seal(&app.archive) {
        Ok(Sealed::Signed(_)) => None,
        Ok(Sealed::Unsigned(reason)) => Some(reason.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let proofs = Proofs::open(&app.archive)?;
    let mut entries = Entries { proofs: proofs.as_ref(), files: &mut files, unlogged: Vec::new() };
    let captures = [
        put_capture(app, &before, change.before, "before", &mut entries)?,
        put_capture(app, &after, change.after, "after", &mut entries)?,
    ];
    if let Some(entry) = app.archive.log_of_event(id)? {
        entries.put("log/change", &entry)?;
    }
    let unlogged = entries.unlogged;
    if let Some(proofs) = &proofs {
        let (text, signature) = proofs.signed();
        files.insert("checkpoint".to_owned(), proofs.checkpoint.clone().into_bytes());
        files.insert("checkpoint.text".to_owned(), text.into_bytes());
        files.insert("checkpoint.sig".to_owned(), signature);
        files.insert("key".to_owned(), format!("{}\n", proofs.verifier.to_text()).into_bytes());
        files.extend(proofs.anchors()?);
        files.insert("key.pem".to_owned(), proofs.verifier.to_pem().into_bytes());
    }
    let anchors: Vec<String> =
        files.keys().filter(|path| path.starts_with(seal::ANCHORS)).cloned().collect();
    let account = Account {
        event: &event,
        change,
        captures: &captures,
        head: proofs.as_ref().map(|proofs| &proofs.head),
        anchors: &anchors,
        unsigned,
        unlogged: &unlogged,
        made_at: now,
    };
    files.insert("README.txt".to_owned(), readme(&account).into_bytes());
    if FILES_MAX < files.len() {
        return Err(EvidenceFailure::TooMany);
    }
    let manifest = manifest(&files, records).into_bytes();
    let known = app.archive.log_key()?;
    if proofs.is_some()
        && let Some(known) = known
        && let Ok(signer) = keys::load(&LogFiles::of(app.archive.directory()), &known)
    {
        files.insert("MANIFEST.sig".to_owned(), signer.sign_bytes(&manifest));
    }
    files.insert(MANIFEST.to_owned(), manifest);
    Ok((files, proofs.is_some()))
}

/// Returns the visit of the event's page at an instant, the one that showed this text if several did.
fn capture(
    app: &App,
    event: &Event,
    at: Timestamp,
    text: Digest,
    which: &'static str,
) -> Result<VisitRecord, EvidenceFailure> {
    let found = app.archive.visits_between(&event.page, (at, at), 16)?;
    let shows = |visit: &&VisitRecord| visit.text == Some(text);
    let chosen = found.iter().find(shows).or(found.first()).cloned();
    chosen.ok_or(EvidenceFailure::NoCapture { which })
}

fn diff(
    app: &App,
    event: &Event,
    change: &Change,
    files: &mut Files,
) -> Result<(), EvidenceFailure> {
    let (before, after) = (app.archive.text(&change.before)?, app.archive.text(&change.after)?);
    let labels = [
        format!("last seen {}", change.before_last_at.minute()),
        format!("first seen {}", event.captured_at.minute()),
    ];
    let found = compare::diff::diff(&before, &after);
    let view = DiffView {
        company: &event.company,
        title: &event.title,
        url: event.url.as_str(),
        before_label: &labels[0],
        after_label: &labels[1],
        before: &before,
        after: &after,
        diff: &found,
    };
    files.insert("diff.html".to_owned(), html::diff(&view).into_bytes());
    files.insert("diff.txt".to_owned(), plain::diff(&view).into_bytes());
    files.insert("before/text".to_owned(), before.to_lines().into_bytes());
    files.insert("after/text".to_owned(), after.to_lines().into_bytes());
    Ok(())
}

/// Entries of the log on their way into the bundle.
struct Entries<'a> {
    proofs: Option<&'a Proofs<'a>>,
    files: &'a mut Files,
    /// What is not in the log, or not under the signed head.
    unlogged: Vec<String>,
}

impl Entries<'_> {
    fn put(&mut self, name: &str, entry: &LogEntry) -> Result<(), EvidenceFailure> {
        self.files.insert(format!("{name}.json"), entry.bytes.clone());
        match self.proofs.filter(|proofs| entry.index < proofs.head.size) {
            Some(proofs) => {
                let path = proofs.inclusion(entry.index)?;
                let proof = note::proof(entry.index, &path, &proofs.checkpoint);
                self.files.insert(format!("{name}.tlog-proof"), proof.into_bytes());
            }
            None => self.unlogged.push(format!("{name}.json is not under a signed head")),
        }
        Ok(())
    }
}

/// Puts what one visit brought into `before/` or `after/`, and its entries into `log/`.
fn put_capture(
    app: &App,
    visit: &VisitRecord,
    text: Digest,
    which: &'static str,
    entries: &mut Entries<'_>,
) -> Result<Capture, EvidenceFailure> {
    let logged = app.archive.log_of_visit(visit.id)?;
    if logged.is_empty() {
        let words = format!("the visit {which} the change was recorded before there was a log");
        entries.unlogged.push(words);
    }
    let mut parts = Vec::new();
    let mut judgements = 0;
    for entry in &logged {
        let said: Value = serde_json::from_slice(&entry.bytes).unwrap_or_default();
        if said["kind"] == "judgement" {
            judgements += 1;
            let number = if judgements == 1 { String::new() } else { format!("-{judgements}") };
            entries.put(&format!("log/{which}-judgement{number}"), entry)?;
        } else {
            entries.put(&format!("log/{which}-capture"), entry)?;
            parts = said["parts"].as_array().cloned().unwrap_or_default();
        }
    }
    let digest =
        |part: &Value, of: &str| part[of]["sha256"].as_str().and_then(|it| it.parse().ok());
    for (at, digest) in app.archive.body_digests(visit.id)?.iter().enumerate() {
        let body = app.archive.snapshot(digest)?.bytes().to_vec();
        entries.files.insert(format!("{which}/body-{}", at + 1), body);
    }
    for (at, part) in parts.iter().enumerate() {
        if let Some(digest) = digest(part, "headers") {
            let fields = app.archive.header_set(&digest)?;
            entries.files.insert(format!("{which}/headers-{}", at + 1), fields);
        }
    }
    let whole = app.archive.whole_visit(visit.id)?;
    Ok(Capture::of(visit.id, &whole, text))
}

/// Returns the list of files that `sha256sum -c` reads, with the number of records first.
fn manifest(files: &Files, records: u64) -> String {
    let mut manifest = format!("# capture.warc.gz: {records} records\n# {} files\n", files.len());
    for (path, bytes) in files {
        manifest.push_str(&format!("{}  {path}\n", Digest::of(bytes)));
    }
    manifest
}

/// Returns the files as a zip file, in a folder of this name; the same files give the same bytes.
fn packed(folder: &str, files: &Files) -> io::Result<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (path, bytes) in files {
        let method = match path.ends_with(".gz") {
            true => zip::CompressionMethod::Stored,
            false => zip::CompressionMethod::Deflated,
        };
        let options = zip::write::SimpleFileOptions::default().compression_method(method);
        zip.start_file(format!("{folder}/{path}"), options).map_err(io::Error::other)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish().map_err(io::Error::other)?.into_inner())
}

/// Returns the folder that a bundle is written to where none is named.
pub fn default_folder(id: &EventId) -> PathBuf {
    PathBuf::from(format!("evidence-{id}"))
}
