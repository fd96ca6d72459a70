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
        history::{VisitId, VisitRecord},
        snapshot::Digest,
        time::Timestamp,
    },
    monitor::{
        app::{App, MonitorError},
        evidence::words::{Account, Capture, readme},
        export::{
            output::{Output, sync_folder},
            request::ExportFailure,
            wacz, warc,
        },
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
    let name = folder.file_name().unwrap_or("evidence".as_ref());
    let mut zip_name = name.to_owned();
    zip_name.push(".zip");
    let zip = folder.with_file_name(zip_name);
    for path in [folder, &zip] {
        if path.symlink_metadata().is_ok() {
            return Err(EvidenceFailure::Exists(path.to_owned()));
        }
    }
    let (files, is_signed) = collect(app, id, now)?;
    let failure = |path: &Path, source| EvidenceFailure::Write { path: path.to_owned(), source };
    let packed = packed(&name.to_string_lossy(), &files).map_err(|it| failure(&zip, it))?;
    put_in_place(folder, &files).map_err(|it| failure(folder, it))?;
    let zipped = Output::File(zip.clone()).write(|out| {
        out.write_all(&packed).map_err(|source| ExportFailure::Write { path: zip.clone(), source })
    });
    if let Err(error) = zipped {
        // One without the other would stand in the way of the next try.
        let removed = fs::remove_dir_all(folder);
        removed.map_err(|it| failure(folder, it))?;
        return Err(error.into());
    }
    Ok(Bundle { folder: folder.to_owned(), zip, is_signed })
}

/// Writes files into a folder that has its name only once all of them are on the disk.
fn put_in_place(folder: &Path, files: &Files) -> io::Result<()> {
    let above = match folder.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        Some(_) | None => Path::new("."),
    };
    fs::create_dir_all(above)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".pledgewatch-").suffix(".part");
    // Gone with all that is in it, unless it gets its name.
    let made = builder.tempdir_in(above)?;
    let inner = made.path().join("bundle");
    fs::create_dir(&inner)?;
    for (path, bytes) in files {
        let path = inner.join(path);
        let within = path.parent().unwrap_or(&inner);
        fs::create_dir_all(within)?;
        let mut file = fs::File::create_new(&path)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        sync_folder(within)?;
    }
    sync_folder(&inner)?;
    fs::rename(&inner, folder)?;
    sync_folder(above)
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
    let records = web_archives(app, &[before.id, after.id], now, &mut files)?;

    // Where nothing may be written, the head that was signed last is what there is.
    let unsigned = match seal::seal(&app.archive) {
        Ok(Sealed::Signed(_)) => None,
        Ok(Sealed::Unsigned(reason)) => Some(reason.to_string()),
        Err(error) => Some(error.to_string()),
    };
    let proofs = Proofs::open(&app.archive)?;
    let mut entries = Entries {
        proofs: proofs.as_ref(),
        files: &mut files,
        unlogged: Vec::new(),
        gone: Vec::new(),
    };
    let captures = [
        put_capture(app, &before, change.before, "before", &mut entries)?,
        put_capture(app, &after, change.after, "after", &mut entries)?,
    ];
    if let Some(entry) = app.archive.log_of_event(id)? {
        entries.put("log/change", &entry)?;
    }
    entries.put_removals(app, change)?;
    let gone: Vec<String> = entries.gone.into_iter().map(|(_, words)| words).collect();
    let unlogged = entries.unlogged;
    if let Some(proofs) = &proofs {
        put_head(proofs, &mut files)?;
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
        gone: &gone,
        has_diff: files.contains_key("diff.txt"),
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

/// Puts in the signed head, its key and what others gave for it.
fn put_head(proofs: &Proofs<'_>, files: &mut Files) -> Result<(), EvidenceFailure> {
    let (text, signature) = proofs.signed();
    files.insert("checkpoint".to_owned(), proofs.checkpoint.clone().into_bytes());
    files.insert("checkpoint.text".to_owned(), text.into_bytes());
    files.insert("checkpoint.sig".to_owned(), signature);
    files.insert("key".to_owned(), format!("{}\n", proofs.verifier.to_text()).into_bytes());
    files.extend(proofs.anchors()?);
    files.insert("key.pem".to_owned(), proofs.verifier.to_pem().into_bytes());
    Ok(())
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
    let kept = |digest: &Digest| app.archive.text_if_kept(digest);
    let (before, after) = (kept(&change.before)?, kept(&change.after)?);
    for (which, text) in [("before", &before), ("after", &after)] {
        if let Some(text) = text {
            files.insert(format!("{which}/text"), text.to_lines().into_bytes());
        }
    }
    // There is nothing to show where one of them was taken out.
    let (Some(before), Some(after)) = (before, after) else { return Ok(()) };
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
    Ok(())
}

/// Puts both visits into the bundle as a web archive, and the same as a package that a browser
/// replays; returns the records of the archive.
fn web_archives(
    app: &App,
    visits: &[VisitId; 2],
    now: Timestamp,
    files: &mut Files,
) -> Result<u64, EvidenceFailure> {
    let (warc, wacz) = ("capture.warc.gz", "capture.wacz");
    let unwritten = |path: &str, source| ExportFailure::Write { path: path.into(), source };
    let mut bytes = Vec::new();
    let failure = |source| unwritten(warc, source);
    let done = warc::write_visits(app, visits, now, &mut bytes, &failure, &mut |_| ())?;
    files.insert(warc.to_owned(), bytes);
    let mut bytes = Vec::new();
    wacz::write_visits_wacz(app, visits, now, &mut bytes, &|source| unwritten(wacz, source))?;
    files.insert(wacz.to_owned(), bytes);
    Ok(done.records)
}

/// Entries of the log on their way into the bundle.
struct Entries<'a> {
    proofs: Option<&'a Proofs<'a>>,
    files: &'a mut Files,
    /// What is not in the log, or not under the signed head.
    unlogged: Vec<String>,
    /// What was taken out by order, and by which.
    gone: Vec<(Digest, String)>,
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

    /// Puts in what the log says of all that was taken out.
    fn put_removals(&mut self, app: &App, change: &Change) -> Result<(), EvidenceFailure> {
        for text in [change.before, change.after] {
            self.tell_gone(app, "text", text)?;
        }
        let removed: Vec<Digest> = self.gone.iter().map(|(digest, _)| *digest).collect();
        if removed.is_empty() {
            return Ok(());
        }
        for (at, entry) in app.archive.log_of_removals(&removed)?.iter().enumerate() {
            self.put(&format!("log/removal-{}", at + 1), entry)?;
        }
        Ok(())
    }

    /// Notes of a body or text that it was taken out, if it was; returns whether it was.
    fn tell_gone(
        &mut self,
        app: &App,
        what: &str,
        digest: Digest,
    ) -> Result<bool, EvidenceFailure> {
        let Some(removal) = app.archive.removal_of(&digest)? else { return Ok(false) };
        if self.gone.iter().all(|(known, _)| *known != digest) {
            let (at, reason) = (removal.at, &removal.reason);
            self.gone.push((digest, format!("the {what} {digest}: on {at}, because: {reason}")));
        }
        Ok(true)
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
        if entries.tell_gone(app, "body", *digest)? {
            continue;
        }
        let body = app.archive.snapshot(digest)?.bytes().to_vec();
        entries.files.insert(format!("{which}/body-{}", at + 1), body);
    }
    for (at, part) in parts.iter().enumerate() {
        if let Some(digest) = digest(part, "headers") {
            let fields = app.archive.header_set(&digest)?;
            entries.files.insert(format!("{which}/headers-{}", at + 1), fields);
        }
    }
    let visited = app.archive.visit_without_bodies(visit.id)?;
    Ok(Capture::of(visit, &visited, text))
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
        let method = match path.ends_with(".gz") || path.ends_with(".wacz") {
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
