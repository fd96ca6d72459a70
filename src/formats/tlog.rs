//! The hash tree of a log (RFC 6962, section 2.1) and its tiles (C2SP tlog-tiles, height 8): hashes
//! in, hashes and bytes out. Where tiles are kept, and what the entries say, is not known here.

use sha2::{Digest as _, Sha256};

use crate::model::snapshot::Digest;

/// The hashes of a full tile.
pub const TILE_WIDTH: u64 = 256;

/// How many levels of the tree a tile spans.
const TILE_HEIGHT: u32 = 8;

/// Returns the hash of an entry.
pub fn leaf(entry: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// Returns the hash of two hashes side by side.
fn node(left: Digest, right: Digest) -> Digest {
    let hash = Sha256::new().chain_update([1]).chain_update(left.as_bytes());
    Digest::from_bytes(hash.chain_update(right.as_bytes()).finalize().into())
}

/// Which tile, and how many hashes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TileId {
    /// Its level, from 0 for the hashes of entries.
    pub level: u32,
    /// Its number on the level.
    pub index: u64,
    /// How many hashes it has, 1 to 256.
    pub width: u64,
}

impl TileId {
    /// Returns the tile's path in the log's folder.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, numbered(self.index, self.width))
    }
}

/// Returns the path of a bundle of entries in the log's folder.
pub fn entries_path(index: u64, width: u64) -> String {
    format!("tile/entries/{}", numbered(index, width))
}

/// Returns a tile's number in groups of three digits, `x001/x234/067`, with its width if it is not
/// full.
fn numbered(index: u64, width: u64) -> String {
    let mut path = format!("{:03}", index % 1_000);
    let mut rest = index / 1_000;
    while 0 < rest {
        path = format!("x{:03}/{path}", rest % 1_000);
        rest /= 1_000;
    }
    if width < TILE_WIDTH {
        path.push_str(&format!(".p/{width}"));
    }
    path
}

/// Returns a tile's hashes as its bytes.
pub fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.as_bytes()).copied().collect()
}

/// Returns the hashes of a tile's bytes; `None` if they are no tile of `width` hashes.
pub fn tile_hashes(bytes: &[u8], width: u64) -> Option<Vec<Digest>> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    let is_whole = rest.is_empty() && hashes.len() as u64 == width;
    is_whole.then(|| hashes.iter().map(|hash| Digest::from_bytes(*hash)).collect())
}

/// Returns the tiles that are not full where a tree of `size` entries ends, one for each level that
/// has such a tile, lowest first.
pub fn edge(size: u64) -> Vec<TileId> {
    let levels = (0..8).map(|level| (level, size >> (TILE_HEIGHT * level)));
    let ends = levels.filter(|(_, count)| count % TILE_WIDTH != 0);
    ends.map(|(level, count)| TileId {
        level,
        index: count / TILE_WIDTH,
        width: count % TILE_WIDTH,
    })
    .collect()
}

/// A tree that grows: the hashes of the tiles that are not full yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Growing {
    size: u64,
    /// By level.
    open: Vec<Vec<Digest>>,
}

impl Growing {
    /// Returns the tree of `size` entries whose open tiles are `tiles`, as [`edge`] lists them;
    /// `None` if they are not those.
    pub fn from_edge(size: u64, tiles: Vec<Vec<Digest>>) -> Option<Growing> {
        let edge = edge(size);
        let mut tree = Growing { size, open: Vec::new() };
        if edge.len() != tiles.len() {
            return None;
        }
        for (id, hashes) in edge.iter().zip(tiles) {
            if id.width != hashes.len() as u64 {
                return None;
            }
            tree.level(id.level as usize).extend(hashes);
        }
        Some(tree)
    }

    /// Returns how many entries it has.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn level(&mut self, level: usize) -> &mut Vec<Digest> {
        if self.open.len() <= level {
            self.open.resize(level + 1, Vec::new());
        }
        &mut self.open[level]
    }

    /// Adds the hash of an entry, and hands each tile that is full now to `full`.
    pub fn push(&mut self, leaf: Digest, full: &mut dyn FnMut(TileId, &[Digest])) {
        let mut hash = leaf;
        self.size += 1;
        for level in 0.. {
            let open = self.level(level);
            open.push(hash);
            if (open.len() as u64) < TILE_WIDTH {
                return;
            }
            let hashes = std::mem::take(open);
            let level = level as u32;
            let index = (self.size >> (TILE_HEIGHT * (level + 1))) - 1;
            full(TileId { level, index, width: TILE_WIDTH }, &hashes);
            hash = balanced(&hashes);
        }
    }

    /// Returns the tiles that are not full, with their hashes.
    pub fn open_tiles(&self) -> Vec<(TileId, &[Digest])> {
        let hashes = |id: TileId| (id, self.open[id.level as usize].as_slice());
        edge(self.size).into_iter().map(hashes).collect()
    }

    /// Returns the root of the tree.
    pub fn root(&self) -> Digest {
        let mut root: Option<Digest> = None;
        for hashes in &self.open {
            // Whole subtrees, the largest first, as the bits of the count say.
            let mut parts = Vec::new();
            let mut rest = hashes.as_slice();
            while !rest.is_empty() {
                let (part, right) = rest.split_at(1 << rest.len().ilog2());
                parts.push(balanced(part));
                rest = right;
            }
            for part in parts.into_iter().rev() {
                root = Some(root.map_or(part, |right| node(part, right)));
            }
        }
        root.unwrap_or_else(|| Digest::of(b""))
    }
}

/// Returns the root over a power of two of hashes.
fn balanced(hashes: &[Digest]) -> Digest {
    match hashes {
        [hash] => *hash,
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            node(balanced(left), balanced(right))
        }
    }
}

/// Where the hashes of whole subtrees are found: by tiles that a reader hands over.
struct Tiles<'a, E> {
    size: u64,
    tile: &'a mut dyn FnMut(TileId) -> Result<Vec<Digest>, E>,
}

impl<E> Tiles<'_, E> {
    /// Returns the root over the entries from `from` to before `to`, as the tree divides them.
    fn range(&mut self, from: u64, to: u64) -> Result<Digest, E> {
        let count = to - from;
        if count.is_power_of_two() {
            return self.subtree(count.ilog2(), from >> count.ilog2());
        }
        let middle = from + (1 << count.ilog2());
        Ok(node(self.range(from, middle)?, self.range(middle, to)?))
    }

    /// Returns the root over 2^`height` entries, the `index`th such run.
    fn subtree(&mut self, height: u32, index: u64) -> Result<Digest, E> {
        let level = height / TILE_HEIGHT;
        let below = height % TILE_HEIGHT;
        let first = index << below;
        let tile = first / TILE_WIDTH;
        let width = ((self.size >> (TILE_HEIGHT * level)) - tile * TILE_WIDTH).min(TILE_WIDTH);
        let hashes = (self.tile)(TileId { level, index: tile, width })?;
        let from = (first % TILE_WIDTH) as usize;
        Ok(balanced(&hashes[from..from + (1 << below)]))
    }
}

/// Returns the hashes that prove that the entry `index` is in the tree of `size` entries (RFC 6962,
/// section 2.1.1), lowest first. `tile` reads tiles of that tree, each of the width asked for.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    tile: &mut dyn FnMut(TileId) -> Result<Vec<Digest>, E>,
) -> Result<Vec<Digest>, E> {
    let mut tiles = Tiles { size, tile };
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while 1 < to - from {
        let middle = from + split(to - from);
        if index < middle {
            path.push(tiles.range(middle, to)?);
            to = middle;
        } else {
            path.push(tiles.range(from, middle)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Returns the hashes that prove that the tree of `before` entries is the beginning of the tree of
/// `size` entries (RFC 6962, section 2.1.2); none where one is empty or both are the same.
pub fn consistency<E>(
    before: u64,
    size: u64,
    tile: &mut dyn FnMut(TileId) -> Result<Vec<Digest>, E>,
) -> Result<Vec<Digest>, E> {
    if before == 0 || size <= before {
        return Ok(Vec::new());
    }
    let mut tiles = Tiles { size, tile };
    let (mut from, mut to) = (0, size);
    let mut path = Vec::new();
    while before != to {
        let middle = from + split(to - from);
        if before <= middle {
            path.push(tiles.range(middle, to)?);
            to = middle;
        } else {
            path.push(tiles.range(from, middle)?);
            from = middle;
        }
    }
    if 0 < from {
        path.push(tiles.range(from, to)?);
    }
    path.reverse();
    Ok(path)
}

/// Returns the largest power of two below `count`, where the tree divides so many entries.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Returns the root that an inclusion proof leads to; `None` where the proof is of another length.
pub fn root_by_inclusion(leaf: Digest, index: u64, size: u64, path: &[Digest]) -> Option<Digest> {
    if size <= index {
        return None;
    }
    let (mut from, mut to) = (0, size);
    let mut turns = Vec::new();
    while 1 < to - from {
        let middle = from + split(to - from);
        let is_left = index < middle;
        turns.push(is_left);
        (from, to) = if is_left { (from, middle) } else { (middle, to) };
    }
    if turns.len() != path.len() {
        return None;
    }
    let fold = |hash, (is_left, other): (bool, &Digest)| match is_left {
        true => node(hash, *other),
        false => node(*other, hash),
    };
    Some(turns.into_iter().rev().zip(path).fold(leaf, fold))
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, convert::Infallible};

    use super::*;

    fn entry(n: u64) -> Vec<u8> {
        format!("entry {n}").into_bytes()
    }

    /// The root as RFC 6962 defines it, over all hashes at once.
    fn plain_root(leaves: &[Digest]) -> Digest {
        match leaves.len() {
            0 => Digest::of(b""),
            1 => leaves[0],
            n => {
                let (left, right) = leaves.split_at(split(n as u64) as usize);
                node(plain_root(left), plain_root(right))
            }
        }
    }

    /// A tree and all its tiles, full and open, as of each size.
    fn grown(size: u64) -> (Growing, BTreeMap<TileId, Vec<Digest>>) {
        let (mut tree, mut tiles) = (Growing::default(), BTreeMap::new());
        for n in 0..size {
            let mut full = |id: TileId, hashes: &[Digest]| {
                tiles.insert(id, hashes.to_vec());
            };
            tree.push(leaf(&entry(n)), &mut full);
        }
        for (id, hashes) in tree.open_tiles() {
            tiles.insert(id, hashes.to_vec());
        }
        (tree, tiles)
    }

    #[test]
    fn known_roots_come_out() {
        // RFC 6962's hash of an empty tree, and the tree of one empty entry.
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Growing::default().root().to_string(), empty);
        let one = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(leaf(b"").to_string(), one);
    }

    #[test]
    fn a_growing_tree_has_the_root_of_its_entries_and_goes_on_from_its_edge() {
        for size in [0, 1, 2, 3, 7, 255, 256, 257, 300, 511, 512, 1_000, 65_537, 66_000] {
            let leaves: Vec<_> = (0..size).map(|n| leaf(&entry(n))).collect();
            let (tree, _) = grown(size);
            assert_eq!(tree.root(), plain_root(&leaves), "{size}");
            let open = tree.open_tiles().into_iter().map(|(_, hashes)| hashes.to_vec()).collect();
            let again = Growing::from_edge(size, open).unwrap();
            assert_eq!(again.root(), tree.root());
        }
        assert_eq!(Growing::from_edge(3, vec![]), None);
        assert_eq!(Growing::from_edge(1, vec![vec![leaf(b"a"), leaf(b"b")]]), None);
    }

    #[test]
    fn what_is_in_the_tree_is_proved_and_nothing_else_is() {
        for size in [1, 2, 3, 5, 8, 256, 257, 700] {
            let (tree, tiles) = grown(size);
            let mut tile = |id: TileId| Ok::<_, Infallible>(tiles[&id].clone());
            for index in (0..size).step_by(1 + size as usize / 20) {
                let path = inclusion(index, size, &mut tile).unwrap();
                let root = root_by_inclusion(leaf(&entry(index)), index, size, &path);
                assert_eq!(root, Some(tree.root()), "{index} of {size}");
                let other = root_by_inclusion(leaf(b"another"), index, size, &path);
                assert_ne!(other, Some(tree.root()));
            }
            assert_eq!(root_by_inclusion(leaf(b""), size, size, &[]), None);
        }
    }

    /// Folds a consistency proof as RFC 9162, section 2.1.4.2, tells: the two roots.
    fn roots_by_consistency(
        before: u64,
        size: u64,
        path: &[Digest],
        root_before: Digest,
    ) -> (Digest, Digest) {
        let mut path: Vec<Digest> = path.to_vec();
        if before.is_power_of_two() {
            path.insert(0, root_before);
        }
        let (mut first, mut last) = (before - 1, size - 1);
        while first & 1 == 1 {
            (first, last) = (first >> 1, last >> 1);
        }
        let (mut below, mut above) = (path[0], path[0]);
        for &hash in &path[1..] {
            if first & 1 == 1 || first == last {
                (below, above) = (node(hash, below), node(hash, above));
                while first & 1 == 0 && first != 0 {
                    (first, last) = (first >> 1, last >> 1);
                }
            } else {
                above = node(above, hash);
            }
            (first, last) = (first >> 1, last >> 1);
        }
        (below, above)
    }

    #[test]
    fn that_a_log_was_only_added_to_is_proved() {
        for size in [2, 3, 7, 8, 256, 257, 700] {
            let (tree, tiles) = grown(size);
            let mut tile = |id: TileId| Ok::<_, Infallible>(tiles[&id].clone());
            for before in (1..size).step_by(1 + size as usize / 20) {
                let path = consistency(before, size, &mut tile).unwrap();
                let root_before = grown(before).0.root();
                let roots = roots_by_consistency(before, size, &path, root_before);
                assert_eq!(roots, (root_before, tree.root()), "{before} of {size}");
            }
            assert_eq!(consistency(size, size, &mut tile).unwrap(), []);
        }
    }

    #[test]
    fn tiles_are_found_where_the_standard_says() {
        let path = |index, width| TileId { level: 1, index, width }.path();
        assert_eq!(path(5, 256), "tile/1/005");
        assert_eq!(path(1_234_067, 256), "tile/1/x001/x234/067");
        assert_eq!(path(1_234_067, 8), "tile/1/x001/x234/067.p/8");
        assert_eq!(entries_path(273, 112), "tile/entries/273.p/112");
        let edge: Vec<_> = edge(70_000).iter().map(TileId::path).collect();
        assert_eq!(edge, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
    }
}
