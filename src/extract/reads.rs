//! The one list of what the rules of this room read beside words and elements.
//!
//! Two places ask it. `parse` keeps nothing else in the tree, so a rule that reads another
//! attribute finds it on no page until it is listed here; `reduced` leaves out of the markup what
//! is not listed, so that pages that differ in nothing else have one fingerprint.

/// Who reads the tree of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// The rules of this room, which read what stands here and no more.
    RulesAlone,
    /// The user's selectors as well, which may read any attribute.
    RulesAndSelectors,
}

/// What is read of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Not even whether it is there.
    Nothing,
    /// Whether it is there.
    Presence,
    /// Its value.
    Value,
}

/// Returns what is read of an attribute of an HTML element; the content of a `meta` element is
/// another matter, see [`is_fact`]. Of elements of other namespaces everything counts.
pub fn attribute(element: &str, name: &str, value: &str) -> Use {
    // As in `xml:lang`.
    let name = name.rsplit(':').next().unwrap_or(name);
    match name {
        _ if SOUNDLESS.contains(&element) => of_element(element, name, value),
        "id" | "class" | "role" | "href" | "aria-label" | "aria-live" | "aria-modal"
        | "data-testid" | "data-toggle" | "data-bs-toggle" | "data-cfemail" => Use::Value,
        "hidden" | "reversed" | "aria-haspopup" | "aria-expanded" | "aria-controls" => {
            Use::Presence
        }
        _ => of_element(element, name, value),
    }
}

/// Elements that are no part of what is shown, whose names and links no rule reads.
const SOUNDLESS: [&str; 7] = ["link", "img", "script", "meta", "source", "iframe", "style"];

fn of_element(element: &str, name: &str, value: &str) -> Use {
    let is_read = match element {
        // The parser looks at these itself: it holds formatting elements against each other, and
        // finds shadow roots. Of links there is never more than one open.
        "b" | "big" | "code" | "em" | "font" | "i" | "nobr" | "s" | "small" | "strike"
        | "strong" | "tt" | "u" | "template" => true,
        "html" => name == "lang",
        "input" => name == "type",
        "li" => name == "value",
        "meta" => matches!(name, "property" | "name" | "http-equiv" | "charset"),
        "ol" => matches!(name, "type" | "start"),
        "script" => name == "src" && is_challenge(value),
        _ => false,
    };
    if is_read { Use::Value } else { Use::Nothing }
}

/// Returns whether this attribute of a `meta` element says that its content is read.
pub fn is_fact(name: &str, value: &str) -> bool {
    match name {
        "property" | "name" => matches!(value, "og:title" | "og:site_name"),
        "http-equiv" => true,
        _ => false,
    }
}

/// Returns whether a script of this address asks visitors to prove that they are human.
pub fn is_challenge(source: &str) -> bool {
    ["/cdn-cgi/challenge-platform/", "/recaptcha/", "hcaptcha.com", "captcha-delivery"]
        .iter()
        .any(|known| source.contains(known))
}

/// Returns whether what a comment says is read. Where a comment stands always is.
pub fn comment(words: &str) -> bool {
    words.starts_with(['$', '/'])
}

/// Returns whether nobody reads the characters of an HTML element.
pub fn is_unread(element: &str) -> bool {
    matches!(element, "script" | "style")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::tag::Tag;

    #[test]
    fn what_is_shown_is_read_by_its_names() {
        for element in SOUNDLESS {
            assert_eq!(Tag::of(element), Tag::Unseen, "{element}");
        }
        assert_eq!(attribute("p", "class", "x"), Use::Value);
        assert_eq!(attribute("link", "href", "x"), Use::Nothing);
        assert_eq!(attribute("html", "xml:lang", "en"), Use::Value);
    }
}
