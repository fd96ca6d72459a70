//! Numbers and bullets that are typed before the words.

/// Where the words stand; a heading's number may lack its full stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Before a heading's words.
    Heading,
    /// Before other words.
    Elsewhere,
}

const BULLETS: &str = "\u{2022}\u{2023}\u{25e6}\u{25cf}\u{25cb}\u{25aa}\u{25a0}\u{25ab}\u{2043}\u{b7}\u{27a2}\u{25ba}\u{25b8}";

/// Divides `words` into the number or bullet before them, empty if there is none, and the rest.
///
/// In doubt there is none: a number that is taken for a marker is no longer wording, and a
/// change of "30 days" must be seen. What would leave no words is no marker.
pub fn split(words: &str, place: Place) -> (&str, &str) {
    let length = bullet(words)
        .or_else(|| named(words, place))
        .or_else(|| bracketed(words))
        .or_else(|| numbered(words))
        .unwrap_or(0);
    let (marker, rest) = words.split_at(length);
    let rest = rest.trim_start();
    if rest.chars().any(char::is_alphanumeric) { (marker.trim(), rest) } else { ("", words) }
}

fn bullet(words: &str) -> Option<usize> {
    let first = words.chars().next()?;
    let after = &words[first.len_utf8()..];
    let is_bullet =
        BULLETS.contains(first) || (matches!(first, '-' | '*') && after.starts_with(' '));
    is_bullet.then_some(first.len_utf8())
}

/// `§ 3`, `Section 3.2`, `Article IV`, closed by a sign unless in a heading.
fn named(words: &str, place: Place) -> Option<usize> {
    let name_length = if words.starts_with('\u{a7}') {
        '\u{a7}'.len_utf8()
    } else {
        let name = words.split(' ').next()?;
        let is_name =
            ["section", "article", "clause", "part", "chapter", "art.", "sec.", "artikel"]
                .iter()
                .any(|known| name.eq_ignore_ascii_case(known));
        if !is_name {
            return None;
        }
        name.len()
    };
    let rest = words[name_length..].trim_start();
    let number = rest.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'.').count();
    let digits = rest[..number].trim_end_matches('.');
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        || is_roman(digits)
        || (digits.len() == 1 && digits.bytes().all(|b| b.is_ascii_uppercase()));
    if !is_number {
        return None;
    }
    let mut end = words.len() - rest.len() + number;
    let after = &words[end..];
    let sign = [" -", ":", ")", "."].iter().find(|sign| after.starts_with(**sign));
    let is_closed = sign.is_some() || digits.len() < number;
    end += sign.map_or(0, |sign| sign.len());
    (is_closed || (place == Place::Heading && after.starts_with(' '))).then_some(end)
}

/// `(1)`, `(a)`, `(iv)`, `[2]`, and the same in full width.
fn bracketed(words: &str) -> Option<usize> {
    let (inner, closing) = match words.chars().next()? {
        '(' => (&words[1..], ')'),
        '\u{ff08}' => (&words[3..], '\u{ff09}'),
        _ => return None,
    };
    let end = inner.find(closing)?;
    let label = &inner[..end];
    let is_label =
        is_short_number(label) || is_letter(label) || is_roman(label) || is_chinese_number(label);
    is_label.then_some(words.len() - inner.len() + end + closing.len_utf8())
}

/// `1.`, `1.2`, `1.2.3.`, `1)`, `a.`, `a)`, `iv.`, and `1、`.
fn numbered(words: &str) -> Option<usize> {
    let label_end = words.find([' ', ')', '\u{3001}', '\u{ff0e}', '\u{ff09}']).unwrap_or(0);
    let (label, after) = words.split_at(label_end);
    match after.chars().next()? {
        ')' if is_short_number(label) || is_letter(label) || is_roman(label) => {
            after[1..].starts_with(' ').then_some(label_end + 1)
        }
        sign @ ('\u{3001}' | '\u{ff0e}' | '\u{ff09}') => {
            let is_label = is_short_number(label) || is_chinese_number(label);
            is_label.then_some(label_end + sign.len_utf8())
        }
        ' ' => {
            let bare = label.strip_suffix(['.', ':']).unwrap_or(label);
            let is_closed = bare.len() < label.len();
            let is_label =
                (is_closed && label.ends_with('.') && (is_letter(bare) || is_roman(bare)))
                    || (is_closed && is_short_number(bare))
                    || (is_dotted(bare) && (is_closed || starts_like_a_clause(after)));
            is_label.then_some(label_end)
        }
        _ => None,
    }
}

/// "1.1 We collect" is a clause; "3.5 million" and "2.5 GB" are amounts.
fn starts_like_a_clause(after: &str) -> bool {
    let mut word = after.trim_start().chars();
    word.next().is_some_and(char::is_uppercase)
        && word.next().is_none_or(|c| c.is_lowercase() || c == ' ')
}

fn is_short_number(label: &str) -> bool {
    (1..=3).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_digit())
}

/// `1.2`, `1.2.3`, `A.1`: parts of at most three digits, or one letter first.
fn is_dotted(label: &str) -> bool {
    let mut parts = label.split('.');
    let first = parts.next().unwrap_or("");
    label.contains('.')
        && (is_short_number(first) || is_letter(first))
        && parts.all(is_short_number)
}

/// `a`, `B`, and the doubled letters that follow after z.
fn is_letter(label: &str) -> bool {
    let bytes = label.as_bytes();
    match bytes {
        [one] => one.is_ascii_alphabetic(),
        [one, two] => one.is_ascii_alphabetic() && one == two,
        _ => false,
    }
}

/// Roman numerals up to 89 in one case: enough for clauses, and few words look like them.
fn is_roman(label: &str) -> bool {
    let is_one_case = label.bytes().all(|b| b.is_ascii_lowercase())
        || label.bytes().all(|b| b.is_ascii_uppercase());
    is_one_case
        && (1..=7).contains(&label.len())
        && label.bytes().all(|b| b"ivxlIVXL".contains(&b))
        && (1..90).any(|number| crate::extract::lists::roman(number).eq_ignore_ascii_case(label))
}

fn is_chinese_number(label: &str) -> bool {
    let count = label.chars().count();
    (1..=3).contains(&count)
        && label.chars().all(|c| {
            "\u{4e00}\u{4e8c}\u{4e09}\u{56db}\u{4e94}\u{516d}\u{4e03}\u{516b}\u{4e5d}\u{5341}"
                .contains(c)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(words: &str, place: Place, expected: (&str, &str)) {
        assert_eq!(split(words, place), expected, "{words}");
    }

    #[test]
    fn typed_numbers_and_bullets_are_split_off() {
        for (words, expected) in [
            ("1. Data", ("1.", "Data")),
            ("12) Data", ("12)", "Data")),
            ("(a) data", ("(a)", "data")),
            ("(iv) data", ("(iv)", "data")),
            ("iv. data", ("iv.", "data")),
            ("B. Data", ("B.", "Data")),
            ("1.2.3 We share", ("1.2.3", "We share")),
            ("1.2. we share", ("1.2.", "we share")),
            ("\u{2022} data", ("\u{2022}", "data")),
            ("\u{b7}data", ("\u{b7}", "data")),
            ("- data", ("-", "data")),
            ("\u{a7} 3. Data", ("\u{a7} 3.", "Data")),
            ("Section 3.2: Data", ("Section 3.2:", "Data")),
            ("Article IV - Data", ("Article IV -", "Data")),
            ("1\u{3001}\u{6570}\u{636e}", ("1\u{3001}", "\u{6570}\u{636e}")),
            ("\u{ff08}\u{4e00}\u{ff09}\u{6570}", ("\u{ff08}\u{4e00}\u{ff09}", "\u{6570}")),
        ] {
            check(words, Place::Elsewhere, expected);
        }
        check("Section 3 Data", Place::Heading, ("Section 3", "Data"));
    }

    #[test]
    fn amounts_and_words_are_wording() {
        for words in [
            "30 days after notice",
            "3.5 million people",
            "2.5 GB of data",
            "2024. A year",
            "Section 3.2 applies to you",
            "Part of this policy",
            "mix. of things",
            "I agree",
            "a user",
            "(we) agree",
            "-5 degrees",
            "1.",
            "\u{2022}",
            "",
        ] {
            check(words, Place::Elsewhere, ("", words));
        }
        check("30 Days Notice", Place::Heading, ("", "30 Days Notice"));
    }
}
