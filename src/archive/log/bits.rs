//! A set of row numbers, for as many rows as an archive can hold.

use std::collections::BTreeMap;

/// A set of numbers, a bit for each up to the greatest that an archive can hold rows of.
#[derive(Default)]
pub struct Bits(BTreeMap<i64, u64>);

impl Bits {
    /// Adds a number; returns whether it was not there.
    pub fn add(&mut self, number: i64) -> bool {
        let bits = self.0.entry(number >> 6).or_default();
        let bit = 1 << (number & 63);
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }

    /// Returns whether a number is in it.
    pub fn has(&self, number: i64) -> bool {
        self.0.get(&(number >> 6)).is_some_and(|bits| bits & (1 << (number & 63)) != 0)
    }
}
