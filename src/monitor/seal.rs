//! The log's heads, signed: its tiles are written first, then the head is kept beside the archive,
//! then it is published.
//!
//! A head is never signed that conflicts with the one signed last. What is interrupted in between is
//! done again by the next run, with the same bytes.

use std::{collections::BTreeMap, error::Error as _};

use crate::{
    archive::{
        error::ArchiveError,
        log::{files::LogFiles, keys::LogKey},
        store::Archive,
        verify::Damage,
    },
    formats::{
        note::{Head, NoteFailure, Verifier},
        tlog::{self, Growing, TILE_WIDTH, TileId},
    },
    model::snapshot::Digest,
    monitor::{keys, unsigned::Unsigned},
};

/// The file with the signed head that is published.
pub const CHECKPOINT: &str = "checkpoint";

/// The folder, in the log's, with what others gave for its heads: a folder a head.
pub const ANCHORS: &str = "anchors";

/// Whether the log's head is signed.
#[derive(Debug)]
pub enum Sealed {
    /// It is, all entries included.
    Signed(Head),
    /// It is not.
    Unsigned(Unsigned),
}

impl Sealed {
    /// Returns why the log is not signed though it was to be, with what to do.
    pub fn warning(self) -> Option<String> {
        match self {
            Sealed::Signed(_) | Sealed::Unsigned(Unsigned::NoKey | Unsigned::Unused(_)) => None,
            Sealed::Unsigned(reason) => Some(format!("{reason}; {}", reason.hint())),
        }
    }
}

/// Signs the log's head, all entries included, unless something speaks against it.
pub fn seal(archive: &Archive) -> Result<Sealed, ArchiveError> {
    let files = LogFiles::of(archive.directory());
    if let Some(unsigned) = unfit(archive, &files)? {
        return Ok(Sealed::Unsigned(unsigned));
    }
    let Some(known) = archive.log_key()? else { return Ok(Sealed::Unsigned(Unsigned::NoKey)) };
    let signer = match keys::load(&files, &known) {
        Ok(signer) => signer,
        Err(trouble) => return Ok(Sealed::Unsigned(trouble.into())),
    };
    // A sweep and what is done by hand beside it may sign at once: the later head shall stay.
    let _lock = files.lock()?;
    let last = match last_signed(archive, &files)? {
        Ok(last) => last,
        Err(unsigned) => return Ok(Sealed::Unsigned(unsigned)),
    };
    let size = archive.log_size()?;
    let (tree, mut tiles) = match go_on(archive, &files, last.as_ref(), size)? {
        Ok(begun) => begun,
        Err(unsigned) => return Ok(Sealed::Unsigned(unsigned)),
    };
    let tree = grow(archive, tree, size, &mut tiles)?;
    let head = Head { origin: known.origin, size, root: tree.root() };
    if let Some(last) = &last
        && last.size == size
        && last.root != head.root
    {
        return Ok(Sealed::Unsigned(Unsigned::Conflict { size }));
    }
    let note = signer.sign(&head);
    let verifier = signer.verifier();
    files.write(&tiles)?;
    files.write_head(note.as_bytes())?;
    if !archive.log_was_signed()? {
        archive.note_signed()?;
    }
    let public = format!("{}\n", verifier.to_text());
    files.write(&[
        ("key".to_owned(), public.into_bytes()),
        ("key.pem".to_owned(), verifier.to_pem().into_bytes()),
        (CHECKPOINT.to_owned(), note.into_bytes()),
    ])?;
    if let Some(last) = last {
        let kept = tlog::edge(size);
        for stale in tlog::edge(last.size).iter().filter(|id| !kept.contains(id)) {
            files.remove(&stale.path())?;
        }
    }
    Ok(Sealed::Signed(head))
}

/// Signs the log as it stands, so that what was just recorded is proved before the next sweep.
///
/// Returns why it is not signed though it was to be, with what to do; what was recorded stays so.
pub fn sign(archive: &Archive) -> Option<String> {
    match seal(archive) {
        Ok(sealed) => sealed.warning(),
        Err(error) => {
            let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
            Some(format!("{error}{cause}; the next sweep tries again"))
        }
    }
}

/// Signs as [`sign`] does, and closes the archive.
pub fn close(archive: Archive) -> Result<Option<String>, ArchiveError> {
    let unsigned = sign(&archive);
    archive.close()?;
    Ok(unsigned)
}

/// Returns what speaks against signing, as far as it is known without reading the log: there is no
/// key, or the archive is not the one whose head was signed last.
pub fn unfit(archive: &Archive, files: &LogFiles) -> Result<Option<Unsigned>, ArchiveError> {
    if archive.log_key()?.is_none() {
        return Ok(Some(match files.key().exists() {
            true => Unsigned::Unused(files.key().display().to_string()),
            false => Unsigned::NoKey,
        }));
    }
    let was_signed = archive.log_was_signed()? || files.read(CHECKPOINT)?.is_some();
    if was_signed && files.read_head()?.is_none() {
        return Ok(Some(Unsigned::Lost(files.head().display().to_string())));
    }
    let (found, last) = (archive.log_size()?, last_signed(archive, files)?);
    Ok(match last {
        Ok(Some(last)) if found < last.size => Some(Unsigned::Behind { signed: last.size, found }),
        Ok(_) => None,
        Err(unsigned) => Some(unsigned),
    })
}

type Files = Vec<(String, Vec<u8>)>;

/// Returns the tree that was signed last, to go on from, or why the log cannot go on.
fn go_on(
    archive: &Archive,
    files: &LogFiles,
    last: Option<&Head>,
    size: u64,
) -> Result<Result<(Growing, Files), Unsigned>, ArchiveError> {
    let Some(last) = last else { return Ok(Ok((Growing::default(), Vec::new()))) };
    if size < last.size {
        return Ok(Err(Unsigned::Behind { signed: last.size, found: size }));
    }
    if let Some(tree) = from_tiles(archive, files, last)? {
        return Ok(Ok((tree, Vec::new())));
    }
    // The tiles are missing or damaged, or the archive is another: all entries are hashed again.
    let mut tiles = Vec::new();
    let tree = grow(archive, Growing::default(), last.size, &mut tiles)?;
    Ok(match tree.root() == last.root {
        true => Ok((tree, tiles)),
        false => Err(Unsigned::Conflict { size: last.size }),
    })
}

/// Returns the tree that was signed last as its tiles have it, if they lead to its root and the
/// archive's entry at its end is the one that was signed.
fn from_tiles(
    archive: &Archive,
    files: &LogFiles,
    last: &Head,
) -> Result<Option<Growing>, ArchiveError> {
    let mut open = Vec::new();
    for id in tlog::edge(last.size) {
        let Some(hashes) = read_tile(files, id)? else { return Ok(None) };
        open.push(hashes);
    }
    let Some(tree) = Growing::from_edge(last.size, open) else { return Ok(None) };
    let Some(end) = last.size.checked_sub(1) else { return Ok(Some(tree)) };
    let index = end / TILE_WIDTH;
    let width = end % TILE_WIDTH + 1;
    let hashes = read_tile(files, TileId { level: 0, index, width })?;
    let signed = hashes.and_then(|hashes| hashes.last().copied());
    let mut found = None;
    archive.log_entries((end, last.size), &mut |_, entry| found = Some(tlog::leaf(entry)))?;
    Ok(Some(tree).filter(|tree| tree.root() == last.root && signed.is_some() && signed == found))
}

fn read_tile(files: &LogFiles, id: TileId) -> Result<Option<Vec<Digest>>, ArchiveError> {
    let bytes = files.read(&id.path())?;
    Ok(bytes.and_then(|bytes| tlog::tile_hashes(&bytes, id.width)))
}

/// Lets a tree grow by the archive's entries to `size`, and adds the tiles that this makes.
fn grow(
    archive: &Archive,
    mut tree: Growing,
    size: u64,
    tiles: &mut Files,
) -> Result<Growing, ArchiveError> {
    if tree.size() == size {
        return Ok(tree);
    }
    archive.log_entries((tree.size(), size), &mut |_, entry| {
        tree.push(tlog::leaf(entry), &mut |id, hashes| {
            tiles.push((id.path(), tlog::tile_bytes(hashes)));
        });
    })?;
    tiles.extend(tree.open_tiles().iter().map(|(id, it)| (id.path(), tlog::tile_bytes(it))));
    Ok(tree)
}

/// Returns the head that was signed last, by the key of now or one before; the larger of the one
/// kept beside the archive and the one published.
fn last_signed(
    archive: &Archive,
    files: &LogFiles,
) -> Result<Result<Option<Head>, Unsigned>, ArchiveError> {
    let keys = archive.log_keys()?;
    let kept = match files.read_head()?.map(|note| open(&keys, &note)) {
        None => None,
        Some(Ok(head)) => Some(head),
        Some(Err(failure)) => {
            let name = files.head().display().to_string();
            return Ok(Err(Unsigned::Head(name, failure)));
        }
    };
    // One that is damaged is written anew; `verify` names it.
    let published = files.read(CHECKPOINT)?.and_then(|note| open(&keys, &note).ok());
    let heads = [kept, published].into_iter().flatten();
    Ok(Ok(heads.max_by_key(|head| head.size)))
}

/// Opens a note by the keys that the log has had, the latest first; the latest one's failure counts.
fn open(keys: &[LogKey], note: &[u8]) -> Result<Head, NoteFailure> {
    let note = std::str::from_utf8(note).map_err(|_| NoteFailure::Form("it is not UTF-8"))?;
    let mut first = None;
    for key in keys.iter().rev() {
        match verifier(key).open(note) {
            Ok(head) => return Ok(head),
            Err(failure) => first = first.or(Some(failure)),
        }
    }
    Err(first.unwrap_or(NoteFailure::Form("no key is known")))
}

/// Returns the public half of a log's key.
pub fn verifier(key: &LogKey) -> Verifier {
    Verifier { name: key.origin.clone(), public: key.public }
}

/// Returns the head that was signed last and can be opened, if there is one.
pub fn signed_head(archive: &Archive) -> Result<Option<Head>, ArchiveError> {
    let files = LogFiles::of(archive.directory());
    Ok(last_signed(archive, &files)?.ok().flatten())
}

/// How often the log's files are looked at while a sweep writes them.
const LOOKS_MAX: usize = 8;

/// Holds the log's files against its entries, and returns what is damaged: as of one head, which a
/// sweep may move on meanwhile.
pub fn verify(archive: &Archive) -> Result<Vec<Damage>, ArchiveError> {
    let files = LogFiles::of(archive.directory());
    let mut damages = Vec::new();
    for _ in 0..LOOKS_MAX {
        let before = files.read_head()?;
        damages = look(archive)?;
        if damages.is_empty() || files.read_head()? == before {
            break;
        }
    }
    Ok(damages)
}

/// Looks at the files once.
///
/// Every tile of the last signed head is made again and compared, and so is each bundle of entries
/// that was published.
fn look(archive: &Archive) -> Result<Vec<Damage>, ArchiveError> {
    let files = LogFiles::of(archive.directory());
    let mut damages = Vec::new();
    let mut damaged = |what: &str, problem: String| {
        damages.push(Damage { what: what.to_owned(), problem });
    };
    let heads = opened(archive, &files, &mut damaged)?;
    let Some(signed) = heads.values().map(|head| head.size).max() else { return Ok(damages) };
    let mut check = |path: String, bytes: &[u8], must: bool| -> Result<(), ArchiveError> {
        match files.read(&path)? {
            Some(found) if found == bytes => (),
            Some(_) => damaged(&path, "it is not what the log's entries give".to_owned()),
            None if must => damaged(&path, "it is missing".to_owned()),
            None => (),
        }
        Ok(())
    };
    let mut tree = Growing::default();
    let mut at = 0;
    while at < signed {
        let end = (at + TILE_WIDTH).min(signed);
        let (mut tiles, mut bundle) = (Vec::new(), Vec::new());
        archive.log_entries((at, end), &mut |_, entry| {
            bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
            bundle.extend_from_slice(entry);
            tree.push(tlog::leaf(entry), &mut |id, hashes| {
                tiles.push((id.path(), tlog::tile_bytes(hashes)));
            });
        })?;
        for (path, bytes) in tiles {
            check(path, &bytes, true)?;
        }
        check(tlog::entries_path(at / TILE_WIDTH, end - at), &bundle, false)?;
        at = end;
    }
    for (id, hashes) in tree.open_tiles() {
        check(id.path(), &tlog::tile_bytes(hashes), true)?;
    }
    for (name, head) in heads {
        let root = match head.size == signed {
            true => tree.root(),
            false => grow(archive, Growing::default(), head.size, &mut Vec::new())?.root(),
        };
        if root != head.root {
            damages.push(Damage {
                what: name.to_owned(),
                problem: "its root is not that of the log's entries".to_owned(),
            });
        }
    }
    Ok(damages)
}

/// Returns the signed heads that can be opened, by name, and tells what is wrong with the others.
fn opened(
    archive: &Archive,
    files: &LogFiles,
    damaged: &mut dyn FnMut(&str, String),
) -> Result<BTreeMap<&'static str, Head>, ArchiveError> {
    let keys = archive.log_keys()?;
    let size = archive.log_size()?;
    let mut heads = BTreeMap::new();
    let notes =
        [("the last signed head", files.read_head()?), (CHECKPOINT, files.read(CHECKPOINT)?)];
    for (name, note) in notes {
        match note.map(|note| open(&keys, &note)) {
            None => (),
            Some(Ok(head)) if size < head.size => {
                let problem = format!(
                    "it is of {} entries, and the archive has {size}: an earlier state of it was put \
                     back; `pledgewatch integrity new-log` goes on under another name, and says so",
                    head.size
                );
                damaged(name, problem);
            }
            Some(Ok(head)) => {
                heads.insert(name, head);
            }
            Some(Err(failure)) => damaged(name, failure.to_string()),
        }
    }
    Ok(heads)
}

/// Writes the log's entries into its folder, beside the tiles, so that it can be published whole;
/// returns the head up to which they are there, `None` where none is signed.
pub fn publish(archive: &Archive) -> Result<Option<Head>, ArchiveError> {
    let Some(head) = signed_head(archive)? else { return Ok(None) };
    let files = LogFiles::of(archive.directory());
    for index in 0..head.size.div_ceil(TILE_WIDTH) {
        let (from, to) = (index * TILE_WIDTH, ((index + 1) * TILE_WIDTH).min(head.size));
        let path = tlog::entries_path(index, to - from);
        if to - from == TILE_WIDTH && files.read(&path)?.is_some() {
            continue;
        }
        let mut bundle = Vec::new();
        archive.log_entries((from, to), &mut |_, entry| {
            bundle.extend_from_slice(&(entry.len() as u16).to_be_bytes());
            bundle.extend_from_slice(entry);
        })?;
        files.write(&[(path.clone(), bundle)])?;
        files.remove_narrower(&tlog::entries_path(index, 1), &path)?;
    }
    Ok(Some(head))
}

/// Returns the largest head that others vouch for: its size, and what they gave, by file names.
pub fn anchored(archive: &Archive) -> Result<Option<(u64, Vec<String>)>, ArchiveError> {
    let files = LogFiles::of(archive.directory());
    for name in files.list(ANCHORS)?.into_iter().rev() {
        let given: Vec<String> = files
            .list(&format!("{ANCHORS}/{name}"))?
            .into_iter()
            .filter(|name| name != CHECKPOINT)
            .collect();
        if let Ok(size) = name.parse()
            && !given.is_empty()
        {
            return Ok(Some((size, given)));
        }
    }
    Ok(None)
}

/// What proves that entries are under the signed head.
pub struct Proofs<'a> {
    /// The head.
    pub head: Head,
    /// The note that signs it.
    pub checkpoint: String,
    /// The key that signed it.
    pub verifier: Verifier,
    archive: &'a Archive,
    files: LogFiles,
}

impl Proofs<'_> {
    /// Opens the published head; `None` where none is signed.
    pub fn open(archive: &Archive) -> Result<Option<Proofs<'_>>, ArchiveError> {
        let files = LogFiles::of(archive.directory());
        let Some(note) = files.read(CHECKPOINT)? else { return Ok(None) };
        let Ok(checkpoint) = String::from_utf8(note) else { return Ok(None) };
        for key in archive.log_keys()?.iter().rev() {
            let verifier = verifier(key);
            if let Ok(head) = verifier.open(&checkpoint) {
                return Ok(Some(Proofs { head, checkpoint, verifier, archive, files }));
            }
        }
        Ok(None)
    }

    /// Returns what is signed in the note, and the bytes of the signature.
    pub fn signed(&self) -> (String, Vec<u8>) {
        let signed = self.verifier.signature(&self.checkpoint);
        let (text, signature) = signed.expect("the note was opened with this key");
        (text.to_owned(), signature)
    }

    /// Returns what others gave for this very head, by path.
    pub fn anchors(&self) -> Result<Vec<(String, Vec<u8>)>, ArchiveError> {
        let folder = format!("{ANCHORS}/{:012}", self.head.size);
        let mut found = Vec::new();
        for name in self.files.list(&folder)?.into_iter().filter(|name| name != CHECKPOINT) {
            if let Some(bytes) = self.files.read(&format!("{folder}/{name}"))? {
                found.push((format!("{ANCHORS}/{name}"), bytes));
            }
        }
        Ok(found)
    }

    /// Returns the hashes that prove that the entry `index` is under the head.
    pub fn inclusion(&self, index: u64) -> Result<Vec<Digest>, ArchiveError> {
        tlog::inclusion(index, self.head.size, &mut |id| self.tile(id))
    }

    /// Returns the hashes that prove that the first `before` entries are those of a head of that
    /// size.
    pub fn consistency(&self, before: u64) -> Result<Vec<Digest>, ArchiveError> {
        tlog::consistency(before, self.head.size, &mut |id| self.tile(id))
    }

    /// Returns a tile's hashes, from its file or else from the entries.
    fn tile(&self, id: TileId) -> Result<Vec<Digest>, ArchiveError> {
        if let Some(hashes) = read_tile(&self.files, id)? {
            return Ok(hashes);
        }
        let mut tree = Growing::default();
        let mut found = Vec::new();
        let mut keep = |full: TileId, hashes: &[Digest]| {
            if full == id {
                found = hashes.to_vec();
            }
        };
        self.archive.log_entries((0, self.head.size), &mut |_, entry| {
            tree.push(tlog::leaf(entry), &mut keep);
        })?;
        let open = tree.open_tiles().into_iter().find(|(open, _)| *open == id);
        let hashes = open.map_or(found, |(_, hashes)| hashes.to_vec());
        match hashes.len() as u64 == id.width {
            true => Ok(hashes),
            false => Err(ArchiveError::Damaged {
                path: self.files.folder().to_owned(),
                what: id.path(),
                problem: "the log has fewer entries than its head".to_owned(),
            }),
        }
    }
}
