//! The tables and values of the file, each with its key and place; it does not know which keys
//! there are.

use std::{
    ops::{Range, RangeInclusive},
    time::Duration,
};

use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use crate::watchlist::{
    addresses::without_credentials,
    durations,
    found::{Findings, Flaw},
    keys::{self, TableKeys},
};

/// The most entries of one list: far above any need, so that a slip of a script is noticed.
const ENTRIES_MAX: usize = 1_000;

/// The most characters of a value or an id that a mistake repeats.
const SHOWN_CHARS_MAX: usize = 80;

/// A table of the file.
pub struct Section<'t> {
    /// Its key, `page "ibm-x"`; empty for the whole file.
    pub key: String,
    /// The byte at which it begins: that of its header.
    pub at: usize,
    table: &'t DeTable<'t>,
}

impl<'t> Section<'t> {
    /// Returns the whole file as a table.
    pub fn top(table: &'t DeTable<'t>) -> Section<'t> {
        Section { key: String::new(), at: 0, table }
    }

    /// Returns the value of a key, if it is there.
    pub fn entry(&self, name: &str) -> Option<Entry<'t>> {
        let value = self.table.get(name)?;
        let key = self.key_of(name);
        Some(Entry { key, span: value.span(), value: value.get_ref() })
    }

    /// Returns all values in the order of their keys, with the keys' last parts.
    pub fn entries(&self) -> impl Iterator<Item = (&'t str, Entry<'t>)> {
        self.table.iter().map(|(name, value)| {
            let key = self.key_of(name.get_ref());
            (name.get_ref().as_ref(), Entry { key, span: value.span(), value: value.get_ref() })
        })
    }

    /// Returns the table at a key; none if it is not there or, which is reported, no table.
    pub fn section(&self, found: &mut Findings<'_>, name: &str) -> Option<Section<'t>> {
        let entry = self.entry(name)?;
        let Some(section) = entry.table() else {
            let remedy = format!("write `[{name}]` on a line of its own, and its keys below");
            entry.report(found, wrong_type(entry.value, "a table", remedy));
            return None;
        };
        Some(section)
    }

    /// Returns the tables of the list at a key, `[[page]]`; whatever is none is reported.
    /// Each is called after its string at `label`, or counted from 1.
    pub fn sections(&self, found: &mut Findings<'_>, name: &str, label: &str) -> Vec<Section<'t>> {
        let Some(entry) = self.entry(name) else { return Vec::new() };
        // Below a page the header names the page as well: [[page.pledge]].
        let header = if self.key.is_empty() { name.to_owned() } else { format!("page.{name}") };
        let remedy = format!("write `[[{header}]]` above each of them");
        let Some(items) = entry.value.as_array() else {
            entry.report(found, wrong_type(entry.value, "a list of tables", remedy));
            return Vec::new();
        };
        let mut sections = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let key = format!("{}[{}]", entry.key, index + 1);
            let item = Entry { key, span: item.span(), value: item.get_ref() };
            let Some(mut section) = item.table() else {
                item.report(found, wrong_type(item.value, "a table", remedy.clone()));
                continue;
            };
            if let Some(label) = section.table.get(label).and_then(|label| label.get_ref().as_str())
                && !label.is_empty()
            {
                section.key = format!("{} {}", entry.key, quoted(label));
            }
            sections.push(section);
        }
        sections
    }

    /// Reports all keys that are in none of the lists of known ones.
    ///
    /// Their values are not repeated: a mistyped `password` holds a password all the same.
    pub fn check_keys(&self, found: &mut Findings<'_>, known: &[&TableKeys]) {
        for (name, value) in self.table.iter() {
            let name_text: &str = name.get_ref();
            if known.iter().any(|keys| keys.names.contains(&name_text)) {
                continue;
            }
            // The span of a table's key is that of its first header, which is the line to show.
            let at = name.span().start.min(value.span().start);
            found.add(at, self.key_of(name_text), None, keys::unknown_key(name_text, known));
        }
    }

    /// Reports that a key is missing.
    pub fn report_missing(&self, found: &mut Findings<'_>, name: &str, remedy: &str) {
        let flaw = Flaw::new("this key is missing", remedy);
        found.add(self.at, self.key_of(name), None, flaw);
    }

    fn key_of(&self, name: &str) -> String {
        let is_bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        let name = match !name.is_empty() && name.bytes().all(is_bare) {
            true => shortened(name),
            false => quoted(name),
        };
        if self.key.is_empty() { name } else { format!("{}.{name}", self.key) }
    }
}

/// A value of the file.
pub struct Entry<'t> {
    /// Its key, `page "ibm-x".every`, or `page "ibm-x".urls[2]`.
    pub key: String,
    /// Its bytes in the text, quotes included.
    pub span: Range<usize>,
    /// The value.
    pub value: &'t DeValue<'t>,
}

impl<'t> Entry<'t> {
    /// Reports a mistake in this value and shows the value, if it cannot hold a secret.
    pub fn report(&self, found: &mut Findings<'_>, flaw: Flaw) {
        let value = match self.value {
            DeValue::String(text) => Some(quoted(&without_credentials(text))),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_) => found.text().get(self.span.clone()).map(shortened),
            DeValue::Array(_) | DeValue::Table(_) => None,
        };
        found.add(self.span.start, self.key.clone(), value, flaw);
    }

    /// Reports a mistake in this value without showing the value.
    pub fn report_hidden(&self, found: &mut Findings<'_>, flaw: Flaw) {
        found.add(self.span.start, self.key.clone(), None, flaw);
    }

    /// Returns the value that a check made of this one, or reports why it made none.
    pub fn checked<T>(&self, found: &mut Findings<'_>, result: Result<T, Flaw>) -> Option<T> {
        result.map_err(|flaw| self.report(found, flaw)).ok()
    }

    /// Returns the value as a table, if it is one.
    pub fn table(&self) -> Option<Section<'t>> {
        let table = self.value.as_table()?;
        Some(Section { key: self.key.clone(), at: self.span.start, table })
    }

    /// Returns the string as written.
    pub fn string(&self, found: &mut Findings<'_>) -> Option<&'t str> {
        let flaw = match self.value.as_str() {
            Some(text) if text.contains('\0') => Flaw::new(
                "the character U+0000 stands in it",
                "leave it out: no program and no page can take it",
            ),
            Some(text) => return Some(text),
            None => wrong_type(self.value, "a string", "put it in quotes"),
        };
        self.report(found, flaw);
        None
    }

    /// Returns the string with each run of white space as one space, at most 1,000 characters.
    pub fn words(&self, found: &mut Findings<'_>) -> Option<String> {
        let words = self.string(found)?.split_whitespace().collect::<Vec<_>>().join(" ");
        let flaw = if words.chars().any(char::is_control) {
            Flaw::new("a control character stands in it", "leave it out")
        } else if 1_000 < words.chars().count() {
            Flaw::new("it is longer than 1,000 characters", "shorten it")
        } else {
            return Some(words);
        };
        self.report(found, flaw);
        None
    }

    /// Returns [`Entry::words`], of which there must be some.
    pub fn some_words(&self, found: &mut Findings<'_>, remedy: &str) -> Option<String> {
        let words = self.words(found)?;
        if words.is_empty() {
            self.report(found, Flaw::new("it is empty", remedy));
            return None;
        }
        Some(words)
    }

    /// Returns whether it says true.
    pub fn flag(&self, found: &mut Findings<'_>) -> Option<bool> {
        let flag = self.value.as_bool();
        if flag.is_none() {
            let flaw = wrong_type(self.value, "true or false", "write `true` or `false` bare");
            self.report(found, flaw);
        }
        flag
    }

    /// Returns the whole number, which must be within `bounds`.
    pub fn count(&self, found: &mut Findings<'_>, bounds: RangeInclusive<u64>) -> Option<u64> {
        let span = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let Some(integer) = self.value.as_integer() else {
            let remedy = format!("write {span}, without quotes");
            self.report(found, wrong_type(self.value, "a whole number", remedy));
            return None;
        };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
        let count = number.and_then(|number| u64::try_from(number).ok());
        let count = count.filter(|count| bounds.contains(count));
        if count.is_none() {
            self.report(found, Flaw::new("it is out of bounds", format!("write {span}")));
        }
        count
    }

    /// Returns the duration, which must be within `bounds`.
    pub fn duration(
        &self,
        found: &mut Findings<'_>,
        bounds: RangeInclusive<Duration>,
    ) -> Option<Duration> {
        let result = match self.value {
            DeValue::String(text) => durations::read_duration(text, &bounds),
            DeValue::Integer(integer) => durations::read_bare(integer.as_str(), &bounds),
            DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => {
                Err(wrong_type(self.value, "a duration", "write a number and a unit, as in \"6h\""))
            }
        };
        self.checked(found, result)
    }

    /// Returns the day, written as a date of TOML or as a string.
    pub fn day(&self, found: &mut Findings<'_>) -> Option<Date> {
        let remedy = "write a day, as in 2020-06-10";
        let result = match self.value {
            DeValue::String(text) => {
                let is_day = text.len() == "2020-06-10".len();
                let day = text.parse().ok().filter(|_| is_day);
                day.ok_or_else(|| Flaw::new("this is no day", remedy))
            }
            DeValue::Datetime(moment) if moment.time.is_some() => {
                Err(Flaw::new("this is more than a day", remedy))
            }
            DeValue::Datetime(moment) => moment
                .date
                .and_then(|day| {
                    let year = i16::try_from(day.year).ok()?;
                    let (month, day) = (i8::try_from(day.month).ok()?, i8::try_from(day.day).ok()?);
                    Date::new(year, month, day).ok()
                })
                .ok_or_else(|| Flaw::new("this is no day", remedy)),
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Array(_)
            | DeValue::Table(_) => Err(wrong_type(self.value, "a day", remedy)),
        };
        self.checked(found, result)
    }

    /// Returns the values of a list, or this value alone if it is none.
    pub fn each(&self, found: &mut Findings<'_>) -> Vec<Entry<'t>> {
        let Some(items) = self.value.as_array() else {
            let (key, span) = (self.key.clone(), self.span.clone());
            return vec![Entry { key, span, value: self.value }];
        };
        if ENTRIES_MAX < items.len() {
            let flaw = Flaw::new(format!("the list has over {ENTRIES_MAX} entries"), "shorten it");
            self.report(found, flaw);
            return Vec::new();
        }
        let entry_of = |(index, item): (usize, &'t toml::Spanned<DeValue<'t>>)| {
            let key = format!("{}[{}]", self.key, index + 1);
            Entry { key, span: item.span(), value: item.get_ref() }
        };
        items.iter().enumerate().map(entry_of).collect()
    }
}

/// Returns that a value is of another type than it should be.
pub fn wrong_type(value: &DeValue<'_>, wanted: &str, remedy: impl Into<String>) -> Flaw {
    let given = match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a decimal number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    Flaw::new(format!("this is {given}, where {wanted} is needed"), remedy)
}

/// Returns `text` in double quotes, shortened and without control characters.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

fn shortened(text: &str) -> String {
    let mut shown = String::new();
    for (count, c) in text.chars().enumerate() {
        if count == SHOWN_CHARS_MAX {
            shown.push('…');
            break;
        }
        match c {
            '\'' => shown.push(c),
            _ => shown.extend(c.escape_debug()),
        }
    }
    shown
}
