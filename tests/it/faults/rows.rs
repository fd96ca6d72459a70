//! The table of rows and tests in `tests/README.md`: each row has tests, and they exist.

use std::{collections::BTreeSet, fs, path::Path};

/// The rows that are held to; those between are of what is not built here.
const ROWS: &[std::ops::RangeInclusive<u32>] = &[1..=46, 49..=80];

/// Returns the names behind each `mark` in a text.
fn names<'a>(text: &'a str, mark: &str) -> BTreeSet<&'a str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let name = |(at, _)| {
        let rest = &text[at + mark.len() - "fault_".len()..];
        &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
    };
    text.match_indices(mark).map(name).collect()
}

/// Returns all Rust source below a folder, one file after the other.
fn source(folder: &Path) -> String {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    entries.sort();
    let read = |path: &std::path::PathBuf| match path.extension() {
        _ if path.is_dir() => source(path),
        Some(extension) if extension == "rs" => fs::read_to_string(path).unwrap(),
        Some(_) | None => String::new(),
    };
    entries.iter().map(read).collect()
}

#[test]
fn each_row_has_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let table = fs::read_to_string(root.join("tests/README.md")).unwrap();
    let source = [source(&root.join("src")), source(&root.join("tests"))].concat();
    let (told, there) = (names(&table, "`fault_"), names(&source, "fn fault_"));
    let missing: Vec<_> = told.difference(&there).collect();
    assert!(missing.is_empty(), "tests of the table that do not exist: {missing:#?}");
    for row in ROWS.iter().cloned().flatten() {
        let line = table.lines().find(|line| line.starts_with(&format!("| {row} |")));
        assert!(line.is_some_and(|line| line.contains("`fault_")), "row {row} has no test");
    }
}
