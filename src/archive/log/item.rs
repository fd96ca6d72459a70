//! Entries as bytes: RFC 8785 (JCS) objects of integers and strings. What stands in them is not
//! known here.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;

use crate::{
    archive::error::Fault,
    model::{snapshot::Digest, time::Timestamp},
};

/// The most bytes of an entry: what fits the length of two bytes before it (C2SP tlog-tiles).
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// The greatest integer that every reader of JSON keeps (RFC 8785, section 3.2.2.3).
const INTEGER_MAX: i64 = (1 << 53) - 1;

/// The members of an object. Names are ASCII, so that the order of their bytes is RFC 8785's.
pub type Fields = BTreeMap<Cow<'static, str>, Item>;

/// A value of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Item {
    /// An integer that every reader of JSON keeps.
    Integer(i64),
    /// A string.
    Words(String),
    /// A list.
    List(Vec<Item>),
    /// An object.
    Fields(Fields),
}

impl Item {
    /// Returns an integer; one that readers of JSON would round is written as a string.
    pub fn integer(value: i64) -> Item {
        match (-INTEGER_MAX..=INTEGER_MAX).contains(&value) {
            true => Item::Integer(value),
            false => Item::Words(value.to_string()),
        }
    }

    /// Returns a string.
    pub fn words(value: impl Into<String>) -> Item {
        Item::Words(value.into())
    }

    /// Returns an instant as a string.
    pub fn time(value: Timestamp) -> Item {
        Item::Words(value.to_string())
    }

    /// Returns a digest as 64 hex digits.
    pub fn digest(value: Digest) -> Item {
        Item::Words(value.to_string())
    }

    /// Returns digest and length of some bytes.
    pub fn bytes(digest: Digest, bytes: i64) -> Item {
        Item::Fields(fields([
            ("sha256", Some(Item::digest(digest))),
            ("bytes", Some(Item::integer(bytes))),
        ]))
    }

    /// Returns what a JSON value stands for; `None` where it is none of ours.
    pub fn from_json(value: serde_json::Value) -> Option<Item> {
        Some(match value {
            serde_json::Value::String(words) => Item::Words(words),
            serde_json::Value::Number(number) => Item::Integer(number.as_i64()?),
            serde_json::Value::Array(values) => {
                Item::List(values.into_iter().map(Item::from_json).collect::<Option<_>>()?)
            }
            serde_json::Value::Object(members) => {
                let member = |(name, value)| Some((Cow::Owned(name), Item::from_json(value)?));
                Item::Fields(members.into_iter().map(member).collect::<Option<_>>()?)
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) => return None,
        })
    }
}

/// Returns the members that are there; what is `None` has no member.
pub fn fields<const N: usize>(members: [(&'static str, Option<Item>); N]) -> Fields {
    let there = |(name, item): (&'static str, Option<Item>)| Some((Cow::Borrowed(name), item?));
    members.into_iter().filter_map(there).collect()
}

/// Returns the bytes of an entry, which are what is logged, stored and hashed.
///
/// What would make it longer than [`ENTRY_BYTES_MAX`], such as addresses of many kilobytes, is
/// named by digest and length: nothing is cut. Refused if it is too long even then.
pub fn encode(mut entry: Fields) -> Result<Vec<u8>, Fault> {
    loop {
        let bytes = canonical(&entry)?;
        if bytes.len() <= ENTRY_BYTES_MAX {
            return Ok(bytes);
        }
        let mut largest: Option<(Cow<'static, str>, Vec<u8>)> = None;
        for (name, item) in &entry {
            let found = canonical(item)?;
            if largest.as_ref().is_none_or(|(_, bytes)| bytes.len() < found.len()) {
                largest = Some((name.clone(), found));
            }
        }
        match largest {
            Some((name, found)) if 200 < found.len() => {
                let item = Item::bytes(Digest::of(&found), found.len() as i64);
                entry.insert(name, item);
            }
            Some(_) | None => {
                let problem = format!("it has more than {ENTRY_BYTES_MAX} bytes");
                return Err(Fault::damaged("an entry of the log", problem));
            }
        }
    }
}

/// Returns a value in RFC 8785's form: no white space, members in order, the shortest escapes.
///
/// serde_json escapes as the RFC asks, and writes integers plainly; the order is the map's.
pub fn canonical(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value)
        .map_err(|error| Fault::damaged("an entry of the log", error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_written_in_canonical_form() {
        let entry = fields([
            ("words", Some(Item::words("a\u{7f}\u{1}\n\"\\/é\u{2028}"))),
            ("kind", Some(Item::words("test"))),
            ("gone", None),
            ("list", Some(Item::List(vec![Item::integer(-1), Item::integer(1 << 53)]))),
        ]);
        let bytes = encode(entry).unwrap();
        let expected = "{\"kind\":\"test\",\"list\":[-1,\"9007199254740992\"],\"words\":\"a\u{7f}\\u0001\\n\\\"\\\\/é\u{2028}\"}";
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
    }

    #[test]
    fn what_is_too_long_is_named_by_its_digest_and_nothing_is_cut() {
        let long = "x".repeat(70_000);
        let entry = fields([
            ("kind", Some(Item::words("test"))),
            ("long", Some(Item::words(long.clone()))),
        ]);
        let bytes = encode(entry).unwrap();
        let digest = Digest::of(format!("\"{long}\"").as_bytes());
        let expected =
            format!("{{\"kind\":\"test\",\"long\":{{\"bytes\":70002,\"sha256\":\"{digest}\"}}}}");
        assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        let many = (0..9_000).map(|n| (Cow::Owned(n.to_string()), Item::words("y".repeat(20))));
        assert!(encode(many.collect()).is_err(), "small members cannot be made smaller");
    }
}
