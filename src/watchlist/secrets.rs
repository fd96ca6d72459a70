//! Where secrets are kept, which is never the watchlist; it does not read them.

use std::path::PathBuf;

use toml::de::DeValue;

use crate::{
    model::channel::{SecretSource, UrlSource},
    watchlist::{
        addresses::read_address,
        found::{Findings, Flaw},
        keys,
        table::{Entry, wrong_type},
    },
};

/// What to write in place of a secret.
const REMEDY: &str = "write { env = \"NAME\" } to have it read from an environment variable, or \
                      { file = \"path\" } from a file";

/// Returns where the secret of `{ env = "NAME" }` or `{ file = "path" }` is kept.
///
/// A mistake never repeats the value: what stands in the wrong place may be the secret itself.
pub fn read_secret(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<SecretSource> {
    let flaw = match entry.value {
        DeValue::Table(_) => return read_source(found, entry),
        DeValue::String(_) => Flaw::new("a secret may not stand in the watchlist", REMEDY),
        other => wrong_type(other, "the place of a secret", REMEDY),
    };
    entry.report_hidden(found, flaw);
    None
}

/// Returns an address that may be a secret: a string, or the place of one.
pub fn read_secret_address(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<UrlSource> {
    let flaw = match entry.value {
        DeValue::Table(_) => return read_source(found, entry).map(UrlSource::Secret),
        DeValue::String(text) => match read_address(text) {
            Ok(url) => return Some(UrlSource::Written(url)),
            Err(flaw) => flaw,
        },
        other => wrong_type(other, "an address or the place of one", REMEDY),
    };
    entry.report_hidden(found, flaw);
    None
}

fn read_source(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<SecretSource> {
    let section = entry.table()?;
    section.check_keys(found, &[&keys::SECRET]);
    let (name, place) = match (section.entry("env"), section.entry("file")) {
        (Some(place), None) => ("env", place),
        (None, Some(place)) => ("file", place),
        (Some(_), Some(_)) | (None, None) => {
            let problem = "a secret is kept in one place";
            entry.report_hidden(found, Flaw::new(problem, REMEDY));
            return None;
        }
    };
    let Some(text) = place.value.as_str() else {
        place.report_hidden(found, wrong_type(place.value, "a string", REMEDY));
        return None;
    };
    let is_name = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let source = match name {
        "env" if !text.is_empty() && text.bytes().all(is_name) => {
            SecretSource::Env(text.to_owned())
        }
        "file" if !text.is_empty() && !text.contains('\0') => {
            SecretSource::File(PathBuf::from(text))
        }
        _ => {
            let remedy = "write the name of an environment variable (A-Z, 0-9 and _), or the path \
                          of a file; never the secret itself";
            place.report_hidden(found, Flaw::new("a secret cannot be kept there", remedy));
            return None;
        }
    };
    Some(source)
}
