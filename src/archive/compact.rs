//! Bodies packed anew, harder and against better bases. No digest is touched: what a frame decodes
//! to is what it decoded to before, and it is held against its digest before it takes the place.

use std::collections::BTreeMap;

use crate::{
    archive::{
        access::Access,
        codec::Proof,
        error::{ArchiveError, Fault},
        frames::{self, CHAIN_MAX, Shelf},
        store::Archive,
    },
    model::page::PageId,
};

/// Which bodies are packed anew, and how hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Effort {
    /// All of them, by hand: six tenths of what they took at the level at which they are written
    /// first, at a hundred times the work.
    All,
    /// Those that came since, after an import: eight tenths, at ten times the work.
    New,
}

impl Effort {
    fn level(self) -> i32 {
        match self {
            Effort::All => 19,
            Effort::New => 12,
        }
    }
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many bodies are done.
    pub done: usize,
    /// How many there are.
    pub total: usize,
}

/// What it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Compacted {
    /// How many frames were packed anew.
    pub frames: u64,
    /// The bytes of all frames before.
    pub bytes_before: u64,
    /// The bytes of all frames after.
    pub bytes_after: u64,
}

/// One snapshot, without its frame.
#[derive(Clone, Copy, Debug)]
struct Place {
    base: Option<i64>,
    depth: i64,
    /// Whether frames of other addresses rest on it.
    is_needed: bool,
    /// How many frames may be below it at most: as many as were, where frames of other addresses
    /// rest on it, so that their chains grow no longer.
    depth_max: i64,
    frame_bytes: i64,
}

/// A frame that may be kept in a place.
struct Choice {
    base: Option<i64>,
    depth: i64,
    /// None is the one that is there.
    frame: Option<Vec<u8>>,
    frame_bytes: i64,
}

impl Archive {
    /// Packs all bodies anew, address by address, each in one transaction: a run that is killed
    /// leaves the rest as it was.
    pub fn compact(&mut self, report: &mut dyn FnMut(Progress)) -> Result<Compacted, ArchiveError> {
        let pages = self.read(|access| access.all("SELECT id FROM page", [], |row| row.get(0)))?;
        self.pack(&pages, Effort::All, report)
    }

    /// Packs the bodies of these pages anew that came since the last time, at less cost.
    pub fn compact_new(
        &mut self,
        pages: &[PageId],
        report: &mut dyn FnMut(Progress),
    ) -> Result<Compacted, ArchiveError> {
        let pages: Vec<i64> = self.read(|access| {
            let found = pages.iter().filter_map(|page| access.page(page).transpose());
            found.collect::<Result<_, _>>()
        })?;
        self.pack(&pages, Effort::New, report)
    }

    fn pack(
        &mut self,
        pages: &[i64],
        effort: Effort,
        report: &mut dyn FnMut(Progress),
    ) -> Result<Compacted, ArchiveError> {
        let families: Vec<Family> = self.read(|access| {
            let found = pages.iter().map(|page| families(access, *page, effort));
            Ok(found.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
        })?;
        let resting = self.read(resting)?;
        let total = families.iter().map(|family| family.to_pack.len()).sum();
        let (mut compacted, mut done) = (Compacted::default(), 0);
        for family in &families {
            report(Progress { done, total });
            let it = self.write(|access| pack_family(access, family, &resting, effort))?;
            done += family.to_pack.len();
            compacted.frames += it.frames;
            compacted.bytes_before += it.bytes_before;
            compacted.bytes_after += it.bytes_after;
        }
        report(Progress { done: total, total });
        Ok(compacted)
    }

    /// Writes the file anew without what is free in it. Needs as much room again for a while; where
    /// there is none, nothing changes.
    pub fn vacuum(&mut self) -> Result<(), ArchiveError> {
        self.outside("VACUUM")
    }
}

/// The snapshots of one address of a page.
struct Family {
    page: i64,
    address: i64,
    /// All of them, sorted: in the order of their records.
    all: Vec<i64>,
    /// Those that are to be packed.
    to_pack: Vec<i64>,
    /// The last one that was packed before, if its bytes are there.
    packed: Option<i64>,
    /// The first of the run that it is in.
    run: Option<i64>,
}

/// Returns the snapshots of each address of a page; each stands where it was captured first.
fn families(access: Access<'_>, page: i64, effort: Effort) -> Result<Vec<Family>, Fault> {
    let rows: Vec<(i64, i64)> = access.all(
        "SELECT p.address, p.snapshot FROM visit v JOIN part p ON p.visit = v.id
         WHERE v.page = ?1 AND p.snapshot IS NOT NULL AND p.visit =
             (SELECT min(q.visit) FROM part q WHERE q.snapshot = p.snapshot)
         GROUP BY p.snapshot ORDER BY 1, 2",
        [page],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut families: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
    for (address, snapshot) in rows {
        families.entry(address).or_default().push(snapshot);
    }
    let family = |(address, all): (i64, Vec<i64>)| {
        let (mut packed, mut run) = (None, None);
        if effort == Effort::New {
            let marks = access.maybe(
                "SELECT packed, run FROM latest WHERE page = ?1 AND address = ?2",
                [page, address],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            (packed, run) = marks.unwrap_or_default();
        }
        let to_pack = all.iter().copied().filter(|id| packed.is_none_or(|it| it < *id)).collect();
        let there = |id: &i64| {
            let sql = "SELECT 1 FROM snapshot WHERE id = ?1 AND length(frame) > 0";
            access.maybe(sql, [*id], |_| Ok(())).map(|it| it.is_some())
        };
        let run = run.filter(|run| packed.is_some_and(|packed| *run <= packed));
        let (packed, run) = (kept(packed, there)?, kept(run, there)?);
        Ok(Family { page, address, all, to_pack, packed, run })
    };
    families.into_iter().map(family).collect()
}

fn kept(
    id: Option<i64>,
    is_there: impl Fn(&i64) -> Result<bool, Fault>,
) -> Result<Option<i64>, Fault> {
    match id {
        Some(id) if is_there(&id)? => Ok(Some(id)),
        Some(_) | None => Ok(None),
    }
}

/// Returns which snapshots rest on which, sorted: below and above.
fn resting(access: Access<'_>) -> Result<Vec<(i64, i64)>, Fault> {
    let sql = "SELECT base, id FROM snapshot WHERE base IS NOT NULL ORDER BY base, id";
    access.all(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn place(
    access: Access<'_>,
    id: i64,
    family: &[i64],
    resting: &[(i64, i64)],
) -> Result<Place, Fault> {
    let (base, depth, frame_bytes) = access.one(
        "SELECT base, depth, length(frame) FROM snapshot WHERE id = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let first = resting.partition_point(|(base, _)| *base < id);
    let mut above = resting[first..].iter().take_while(|(base, _)| *base == id);
    let is_needed = above.any(|(_, it)| family.binary_search(it).is_err());
    let depth_max = if is_needed { depth } else { CHAIN_MAX };
    Ok(Place { base, depth, is_needed, depth_max, frame_bytes })
}

/// All in one transaction: what rests on a frame that sank may be too deep until it is packed too.
fn pack_family(
    access: Access<'_>,
    family: &Family,
    resting: &[(i64, i64)],
    effort: Effort,
) -> Result<Compacted, Fault> {
    let mut compacted = Compacted::default();
    let mut has_sunk = false;
    let mut depths: BTreeMap<i64, i64> = BTreeMap::new();
    let (mut latest, mut run) = (family.packed, family.run);
    for &id in &family.to_pack {
        let place = place(access, id, &family.all, resting)?;
        compacted.bytes_before += place.frame_bytes.unsigned_abs();
        if place.frame_bytes == 0 {
            // Its bytes were taken out by order.
            continue;
        }
        let depth_of = |base: i64| match depths.get(&base) {
            Some(depth) => Ok(*depth),
            None => frames::depth(access, Shelf::Snapshots, base),
        };
        let is_full = match latest {
            Some(latest) => place.depth_max <= depth_of(latest)?,
            None => false,
        };
        let base = if is_full { run } else { latest };
        let choice = choose(access, (id, &place), (base, effort), &depth_of)?;
        compacted.bytes_after += choice.frame_bytes.unsigned_abs();
        if let Some(frame) = &choice.frame {
            frames::replace(access, Shelf::Snapshots, id, (choice.base, choice.depth), frame)?;
            compacted.frames += 1;
        }
        if choice.frame.is_none() && choice.depth != place.depth {
            frames::move_to(access, Shelf::Snapshots, id, choice.depth)?;
        }
        has_sunk |= place.is_needed && choice.depth != place.depth;
        depths.insert(id, choice.depth);
        latest = Some(id);
        if is_full || run.is_none() {
            run = latest;
        }
    }
    if has_sunk {
        frames::settle(access, Shelf::Snapshots)?;
    }
    access.execute(
        "UPDATE latest SET packed = ?3 WHERE page = ?1 AND address = ?2",
        [Some(family.page), Some(family.address), family.all.last().copied()],
    )?;
    Ok(compacted)
}

/// Returns the smallest frame for a place: the one that is there, one on `base`, or a whole one.
fn choose(
    access: Access<'_>,
    (id, place): (i64, &Place),
    (base, effort): (Option<i64>, Effort),
    depth_of: &dyn Fn(i64) -> Result<i64, Fault>,
) -> Result<Choice, Fault> {
    let depth = |base: Option<i64>| match base {
        Some(base) => depth_of(base).map(|depth| depth + 1),
        None => Ok(0),
    };
    let mut choices = Vec::new();
    let kept = depth(place.base)?;
    if kept <= place.depth_max {
        let frame_bytes = place.frame_bytes;
        choices.push(Choice { base: place.base, depth: kept, frame: None, frame_bytes });
    }
    let bytes = frames::get(access, Shelf::Snapshots, id)?;
    let offer = |base: Option<i64>| -> Result<Choice, Fault> {
        let below = match base {
            Some(base) => Some(frames::get(access, Shelf::Snapshots, base)?),
            None => None,
        };
        let frame = frames::pack(&bytes, below.as_deref(), effort.level(), Proof::Elsewhere)?;
        let (depth, frame_bytes) = (depth(base)?, frame.len() as i64);
        Ok(Choice { base, depth, frame: Some(frame), frame_bytes })
    };
    match base {
        Some(base) if depth_of(base)? < place.depth_max => choices.push(offer(Some(base))?),
        Some(_) | None => choices.push(offer(None)?),
    }
    let smallest = choices.into_iter().min_by_key(|choice| choice.frame_bytes);
    smallest.ok_or_else(|| Fault::Unknown(format!("a frame for row {id} of snapshot")))
}
