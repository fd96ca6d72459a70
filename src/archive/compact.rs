//! Bodies packed anew, harder and against better bases. No digest is touched: what a frame decodes
//! to is what it decoded to before, and it is held against its digest before it takes the place.

use std::collections::BTreeMap;

use crate::archive::{
    access::Access,
    error::{ArchiveError, Fault},
    frames::{self, CHAIN_MAX, Shelf},
    store::Archive,
};

/// The level at which frames are packed anew: a seventh smaller than at the level at which they
/// are written first, at twenty times the work.
const LEVEL: i32 = 19;

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// How many addresses are done.
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
    /// Packs the bodies anew, address by address, each in one transaction: a run that is killed
    /// leaves the rest as it was.
    pub fn compact(&mut self, report: &mut dyn FnMut(Progress)) -> Result<Compacted, ArchiveError> {
        let families = self.read(families)?;
        let resting = self.read(resting)?;
        let total = families.len();
        let mut compacted = Compacted::default();
        for (done, family) in families.into_iter().enumerate() {
            report(Progress { done, total });
            let it = self.write(|access| pack_family(access, &family, &resting))?;
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

/// Returns the snapshots of each address of each page, those of an address in the order of their
/// records; each stands where it was captured first.
fn families(access: Access<'_>) -> Result<Vec<Vec<i64>>, Fault> {
    let rows: Vec<(i64, i64, i64)> = access.all(
        "SELECT v.page, p.address, p.snapshot FROM part p JOIN visit v ON v.id = p.visit
         WHERE p.snapshot IS NOT NULL AND p.visit =
             (SELECT min(q.visit) FROM part q WHERE q.snapshot = p.snapshot)
         GROUP BY p.snapshot ORDER BY 1, 2, 3",
        [],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
    )?;
    let mut families: BTreeMap<(i64, i64), Vec<i64>> = BTreeMap::new();
    for (page, address, snapshot) in rows {
        families.entry((page, address)).or_default().push(snapshot);
    }
    Ok(families.into_values().collect())
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

fn pack_family(
    access: Access<'_>,
    family: &[i64],
    resting: &[(i64, i64)],
) -> Result<Compacted, Fault> {
    let mut compacted = Compacted::default();
    let mut has_sunk = false;
    let mut depths: BTreeMap<i64, i64> = BTreeMap::new();
    let (mut latest, mut run): (Option<i64>, Option<i64>) = (None, None);
    for &id in family {
        let place = place(access, id, family, resting)?;
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
        let choice = choose(access, (id, &place), if is_full { run } else { latest }, &depth_of)?;
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
    Ok(compacted)
}

/// Returns the smallest frame for a place: the one that is there, one on `base`, or a whole one.
fn choose(
    access: Access<'_>,
    (id, place): (i64, &Place),
    base: Option<i64>,
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
        let frame = frames::pack(&bytes, below.as_deref(), LEVEL)?;
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
