//! Reads Rust source as far as the arrows need it: code apart from comments, strings and tests,
//! and the paths, words and functions in it. Knows nothing of rooms.

use std::path::Path;

/// One file of the source.
pub struct Source {
    /// Its path under `src`, with `/`.
    pub path: String,
    /// Its module, `formats::warc`.
    pub module: String,
    /// The file as written.
    pub text: String,
    /// The file with comments and the insides of strings blanked; lines stay where they are.
    pub code: String,
    /// The code with what is `#[cfg(test)]` blanked as well.
    pub code_without_tests: String,
    /// Whether the whole file is `#[cfg(test)]`, which the file that declares it says.
    pub is_test: bool,
}

impl Source {
    /// Returns the file at `path` under `src` with this text.
    pub fn new(path: &Path, text: &str) -> Source {
        let parts: Vec<&str> =
            path.iter().map(|part| part.to_str().expect("file names are UTF-8")).collect();
        let path = parts.join("/");
        let module = path.trim_end_matches(".rs").trim_end_matches("/mod").replace('/', "::");
        let code = without_prose(text);
        let code_without_tests = without_tests(&code);
        Source { path, module, text: text.to_owned(), code, code_without_tests, is_test: false }
    }

    /// Returns the room that the file is in.
    pub fn room(&self) -> &str {
        self.module.split("::").next().unwrap_or_default()
    }

    /// Returns whether the file is `module` or inside it.
    pub fn is_in(&self, module: &str) -> bool {
        self.module == module || self.module.starts_with(&format!("{module}::"))
    }

    /// Returns how many lines the file has, its test modules not counted.
    pub fn lines_without_tests(&self) -> usize {
        let both = self.code.lines().zip(self.code_without_tests.lines());
        self.text.lines().count() - both.filter(|(with, without)| with != without).count()
    }

    /// Returns line and path (without `crate::`) of each path from the crate's root in `code`.
    pub fn crate_paths(&self, code: &str) -> Vec<(usize, String)> {
        let mut found = paths(code, "crate");
        // The binary knows the library by its name.
        found.extend(paths(code, "pledgewatch"));
        found
    }

    /// Returns the modules that the file declares, in-line ones and those for tests left out.
    pub fn child_modules(&self) -> Vec<String> {
        declared_modules(&self.code_without_tests)
    }

    /// Returns the modules with files of their own that the file declares for tests.
    pub fn test_modules(&self) -> Vec<String> {
        let (all, kept) = (declared_modules(&self.code), self.child_modules());
        let for_tests = all.into_iter().filter(|name| !kept.contains(name));
        for_tests.map(|name| format!("{}::{name}", self.module)).collect()
    }
}

/// Returns the names in `mod name;` lines.
fn declared_modules(code: &str) -> Vec<String> {
    let lines = code.lines().filter_map(|line| line.trim().strip_suffix(';'));
    lines
        .filter_map(|line| line.split_once("mod "))
        .filter(|(before, _)| before.is_empty() || before.starts_with("pub"))
        .map(|(_, name)| name.trim().to_owned())
        .collect()
}

/// Returns line and rest of each path that begins with `root`, groups taken apart:
/// `root::{a::B, c::{self, D}}` gives `a::B`, `c` and `c::D`.
pub fn paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let start = format!("{root}::");
    let mut found = Vec::new();
    for (at, _) in code.match_indices(&start) {
        let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':');
        if code[..at].ends_with(is_inside) {
            continue;
        }
        let line = line_of(code, at);
        let mut leaves = Vec::new();
        take_path(&code[at + start.len()..], "", &mut leaves);
        found.extend(leaves.into_iter().map(|path| (line, path)));
    }
    found
}

/// Returns what [`paths`] does, for a module that is named without the path to it: in a `use`
/// only at its start, since `use crate::{a, root::b}` is no relative path.
pub fn relative_paths(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut kept = code.to_owned();
    for (at, _) in code.match_indices("use ") {
        let is_use = code[..at].chars().next_back().is_none_or(char::is_whitespace);
        let end = code[at..].find(';').map_or(code.len(), |length| at + length);
        if is_use && !code[at + 4..].starts_with(&format!("{root}::")) {
            // Byte for byte, so that places stay where they are.
            let blank: String = code[at..end].bytes().map(|byte| blanked(byte.into())).collect();
            kept.replace_range(at..end, &blank);
        }
    }
    paths(&kept, root)
}

/// Reads one path of a use tree, adds its leaves behind `prefix`, and returns what follows it.
fn take_path<'a>(rest: &'a str, prefix: &str, leaves: &mut Vec<String>) -> &'a str {
    let rest = rest.trim_start();
    if let Some(mut inside) = rest.strip_prefix('{') {
        loop {
            inside = inside.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
            if let Some(behind) = inside.strip_prefix('}') {
                return behind;
            }
            let before = inside.len();
            inside = take_path(inside, prefix, leaves);
            // `a as b`, and anything that is no path, is passed over up to the next comma.
            let end = inside.find([',', '}']).unwrap_or(inside.len());
            inside = &inside[end..];
            if inside.is_empty() || inside.len() == before {
                return inside;
            }
        }
    }
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '*' | '#');
    let name_end = rest.find(|c| !is_name(c)).unwrap_or(rest.len());
    let (name, behind) = rest.split_at(name_end);
    let path = match (prefix, name) {
        (_, "") => return rest,
        ("", _) => name.to_owned(),
        (_, "self" | "*") => prefix.to_owned(),
        (_, _) => format!("{prefix}::{name}"),
    };
    match behind.strip_prefix("::") {
        Some(more) if !more.trim_start().starts_with('<') => take_path(more, &path, leaves),
        Some(_) | None => {
            leaves.push(path);
            behind
        }
    }
}

/// Returns line and text of each word.
pub fn words(code: &str) -> Vec<(usize, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let of_line = |text| str::split(text, move |c| !is_word(c)).filter(|word| !word.is_empty());
    (1..)
        .zip(code.lines())
        .flat_map(|(line, text)| of_line(text).map(move |it| (line, it)))
        .collect()
}

/// Returns line, name and number of lines of each function with a body.
pub fn functions(code: &str) -> Vec<(usize, String, usize)> {
    let mut found = Vec::new();
    for (at, _) in code.match_indices("fn ") {
        let is_part = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let name: String =
            code[at + 3..].chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
        if is_part || name.is_empty() {
            continue;
        }
        let Some(body) = body(&code[at..]) else { continue };
        let lines = code[at..at + body.end].matches('\n').count() + 1;
        found.push((line_of(code, at), name, lines));
    }
    found
}

/// Returns where the item's body in braces is, `None` if a semicolon ends the item before.
fn body(item: &str) -> Option<std::ops::Range<usize>> {
    let (mut braces, mut brackets, mut start) = (0, 0, 0);
    for (at, c) in item.char_indices() {
        match c {
            // `[u8; 4]` in a signature ends nothing.
            '(' | '[' => brackets += 1,
            ')' | ']' => brackets -= 1,
            ';' if braces == 0 && brackets == 0 => return None,
            '{' => {
                start = if braces == 0 { at } else { start };
                braces += 1;
            }
            '}' => {
                braces -= 1;
                if braces <= 0 {
                    return Some(start..at + 1);
                }
            }
            _ => (),
        }
    }
    None
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// Returns the code with every item blanked that is `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut kept = code.to_owned();
    while let Some(start) = kept.find(MARK) {
        let item = start + MARK.len();
        let end = match body(&kept[item..]) {
            Some(body) => item + body.end,
            None => kept[item..].find(';').map_or(kept.len(), |at| item + at + 1),
        };
        let blank: String = kept[start..end].chars().map(blanked).collect();
        kept.replace_range(start..end, &blank);
    }
    kept
}

fn blanked(c: char) -> char {
    if c == '\n' { '\n' } else { ' ' }
}

/// Returns the text with comments and the insides of strings and characters blanked.
fn without_prose(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_name = code.ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let length = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => block_comment(rest),
            '"' => string(rest),
            'r' | 'b' | 'c' if !is_name => raw_string(rest),
            '\'' => character(rest),
            _ => 0,
        };
        if length == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..length].chars().map(blanked));
            rest = &rest[length..];
        }
    }
    code
}

/// Returns the length of the nested comment at the start.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let (deeper, step) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (1, 2),
            [b'*', b'/', ..] => (-1, 2),
            _ => (0, 1),
        };
        (depth, at) = (depth + deeper, at + step);
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Returns the length of the string at the start.
fn string(rest: &str) -> usize {
    let mut is_escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => (),
        }
    }
    rest.len()
}

/// Returns the length of the raw string at the start, 0 if none is there.
fn raw_string(rest: &str) -> usize {
    let Some(behind) = rest.trim_start_matches(['b', 'c']).strip_prefix('r') else { return 0 };
    let hashes = behind.len() - behind.trim_start_matches('#').len();
    if !behind[hashes..].starts_with('"') {
        return 0;
    }
    let start = rest.len() - behind.len() + hashes + 1;
    let end = format!("\"{}", "#".repeat(hashes));
    rest[start..].find(&end).map_or(rest.len(), |at| start + at + end.len())
}

/// Returns the length of the character at the start, 0 if it is a lifetime.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            rest[from..].find('\'').map_or(0, |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        (_, _) => 0,
    }
}

#[cfg(test)]
mod reading {
    use super::*;

    #[test]
    fn prose_is_blanked_and_code_is_kept() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            ("a(\"b \\\" c\", d)", "a(        , d)"),
            ("a(r#\"b\" c\"#, d)", "a(         , d)"),
            ("a(br\"b\\\", d)", "a(      , d)"),
            ("'{' '\\'' '\\u{7b}' &'a b", "                  &'a b"),
            ("bar\"x\" b'\"' c", "bar    b    c"),
        ] {
            let read = without_prose(text);
            assert_eq!(read.trim_end(), code.trim_end(), "{text}");
            assert_eq!(read.matches('\n').count(), text.matches('\n').count());
        }
    }

    #[test]
    fn groups_are_taken_apart() {
        let code = "use root::{\n    a::{self, b::C as D, e::*},\n    F, g::h::<T>,\n};\nroot::i::j(); broot::k;";
        let found: Vec<String> = paths(code, "root").into_iter().map(|(_, path)| path).collect();
        assert_eq!(found, ["a", "a::b::C", "a::e", "F", "g::h", "i::j"]);
        assert_eq!(paths("use root::{a b}; x", "root").len(), 1);
    }

    #[test]
    fn modules_for_tests_are_told_from_others() {
        let text = "mod a;\npub mod b;\nmod c {}\n#[cfg(test)]\nmod cases;\nlet mod_d = 1;";
        let source = Source::new(Path::new("x/y.rs"), text);
        assert_eq!(source.child_modules(), ["a", "b"]);
        assert_eq!(source.test_modules(), ["x::y::cases"]);
    }

    #[test]
    fn functions_are_measured_whole() {
        let code =
            "fn a(x: [u8; 4]) -> u8 {\n    if x {\n    }\n}\ntrait T { fn b(&self); }\nfn c() {}";
        let expected = [(1, "a".to_owned(), 4), (6, "c".to_owned(), 1)];
        assert_eq!(functions(code), expected);
    }
}
