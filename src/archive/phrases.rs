//! What the index is asked for a phrase. Nothing that a user writes is syntax there but a `*` at the
//! end.
//!
//! The index tells words apart by what stands between them. Chinese, Japanese, Thai and others write
//! none: a whole run is one word of the index, and a phrase in it is a part of one.

use rusqlite::Connection;

use crate::{
    archive::{access::Access, error::Fault, passages::TOKENS},
    model::script::is_without_spaces,
};

/// Returns a phrase as the index is asked for it; `None` if it has no word.
pub fn query(access: Access<'_>, phrase: &str) -> Result<Option<String>, Fault> {
    if !phrase.chars().any(is_without_spaces) {
        return Ok(spaced(phrase));
    }
    let words = words_of(phrase)?;
    let Some((first, others)) = words.split_first() else { return Ok(None) };
    let Some((last, between)) = others.split_last() else {
        let found = terms(access, first, Place::Anywhere)?;
        return Ok(any_of(found.iter().map(|term| quoted(&[term], ""))));
    };
    let starts = match first.starts_with(is_without_spaces) {
        true => terms(access, first, Place::AtEnd)?,
        false => vec![first.clone()],
    };
    let is_open = phrase.trim_end().ends_with('*') || last.ends_with(is_without_spaces);
    let rest: Vec<&String> = between.iter().chain([last]).collect();
    Ok(any_of(starts.iter().map(|start| {
        let run: Vec<&String> = [start].into_iter().chain(rest.iter().copied()).collect();
        quoted(&run, if is_open { " *" } else { "" })
    })))
}

/// Returns a phrase in a script with spaces, as it is.
fn spaced(phrase: &str) -> Option<String> {
    let trimmed = phrase.trim();
    let (words, prefix) = match trimmed.strip_suffix('*') {
        Some(words) => (words, " *"),
        None => (trimmed, ""),
    };
    let has_words = words.chars().any(char::is_alphanumeric);
    has_words.then(|| quoted(&[&words.replace('\0', "")], prefix))
}

/// Within quotes nothing is syntax but quotes.
fn quoted(words: &[&String], prefix: &str) -> String {
    let words: Vec<String> = words.iter().map(|word| word.replace('"', "\"\"")).collect();
    format!("\"{}\"{prefix}", words.join(" "))
}

fn any_of(asked: impl Iterator<Item = String>) -> Option<String> {
    let asked: Vec<String> = asked.collect();
    // What no word of the index has is asked for as a word that none has.
    Some(if asked.is_empty() { "\"\"".to_owned() } else { asked.join(" OR ") })
}

/// Returns the words of a phrase in order, as the index has them.
fn words_of(phrase: &str) -> Result<Vec<String>, Fault> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(&format!(
        "CREATE VIRTUAL TABLE asked USING fts5 (words, {TOKENS});
         CREATE VIRTUAL TABLE said USING fts5vocab (asked, instance);"
    ))?;
    connection.execute("INSERT INTO asked (words) VALUES (?1)", [phrase])?;
    let mut statement = connection.prepare("SELECT term FROM said ORDER BY \"offset\"")?;
    let words = statement.query_map([], |row| row.get(0))?;
    Ok(words.collect::<rusqlite::Result<_>>()?)
}

/// Where a part stands in a word of the index.
#[derive(Clone, Copy)]
enum Place {
    Anywhere,
    AtEnd,
}

/// Returns the words of the index with this part: all that it has are looked through.
fn terms(access: Access<'_>, part: &str, place: Place) -> Result<Vec<String>, Fault> {
    let terms = view(access)?;
    let condition = match place {
        Place::Anywhere => "instr(term, ?1) > 0",
        Place::AtEnd => "substr(term, -length(?1)) = ?1",
    };
    let sql = format!("SELECT CAST(term AS BLOB) FROM {terms} WHERE {condition}");
    let found: Vec<Vec<u8>> = access.all(&sql, [part], |row| row.get(0))?;
    // Of a word of many kilobytes the index keeps the start, which may end within a letter.
    Ok(found.into_iter().filter_map(|term| String::from_utf8(term).ok()).collect())
}

/// Makes the words of the index a table, for as long as the transaction lasts, and returns its name.
/// Nothing is written into the archive.
fn view(access: Access<'_>) -> Result<&'static str, Fault> {
    let aside = "SELECT 1 FROM temp.sqlite_schema WHERE name = 'passage_words'";
    let database = match access.maybe(aside, [], |_| Ok(()))? {
        Some(()) => "temp",
        None => "main",
    };
    access.make_temporary(&format!(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.terms USING fts5vocab ({database}, passage_words, row)"
    ))?;
    Ok("temp.terms")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::tests::making::fresh;

    #[test]
    fn whatever_is_asked_for_is_words() {
        let asked = |phrase| spaced(phrase).unwrap_or_default();
        assert_eq!(asked("police use"), "\"police use\"");
        assert_eq!(asked(" surveill* "), "\"surveill\" *");
        assert_eq!(asked("a OR b"), "\"a OR b\"");
        assert_eq!(asked("\"*NEAR("), "\"\"\"*NEAR(\"");
        assert_eq!(asked("a\" OR words:b"), "\"a\"\" OR words:b\"");
        for nothing in ["", "*", "\"", "-- (", "* *"] {
            assert_eq!(spaced(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_part_of_a_run_without_spaces_is_found_in_it() {
        let (_directory, mut archive) = fresh();
        let index = |words: &str, archive: &mut crate::archive::store::Archive| {
            archive
                .write(|access| {
                    let sql = "INSERT INTO passage_words (words) VALUES (?1)";
                    access.insert(sql, [words])
                })
                .unwrap()
        };
        let first = index("警察に顔認識技術を販売しません。", &mut archive);
        let second = index("顔認識、IP地址", &mut archive);
        let found = |phrase: &str| -> Vec<i64> {
            archive
                .read(|access| {
                    let Some(query) = query(access, phrase)? else { return Ok(Vec::new()) };
                    let sql = "SELECT rowid FROM passage_words WHERE passage_words MATCH ?1";
                    access.all(sql, [query], |row| row.get(0))
                })
                .unwrap()
        };
        for (phrase, expected) in [
            ("顔認識", vec![first, second]),
            ("顔認", vec![first, second]),
            ("識", vec![first, second]),
            ("認識技術を販売", vec![first]),
            ("顔認識*", vec![first, second]),
            ("認識、ip地", vec![second]),
            ("認識、ip", vec![]),
            ("識、顔", vec![]),
            ("販売します", vec![]),
            ("地址\" OR words:\"顔", vec![]),
            ("、", vec![]),
        ] {
            assert_eq!(found(phrase), expected, "{phrase}");
        }
        for at in 0..3_000_u32 {
            let one = char::from_u32(0x4e00 + at).unwrap();
            index(&format!("顔認{one}"), &mut archive);
        }
        assert_eq!(
            archive
                .read(|access| {
                    let query = query(access, "顔認")?.unwrap();
                    let sql = "SELECT count(*) FROM passage_words WHERE passage_words MATCH ?1";
                    access.one(sql, [query], |row| row.get::<_, i64>(0))
                })
                .unwrap(),
            3_002
        );
    }
}
