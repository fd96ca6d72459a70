//! CSS selectors of what to read and what to leave out; it does not know any page.

use scraper::{Selector, error::SelectorErrorKind};

use crate::watchlist::{
    found::{Findings, Flaw},
    table::Entry,
};

/// The longest selector: bounds the nesting that its parser must walk.
const SELECTOR_BYTES_MAX: usize = 1_000;

/// Returns the selectors of a string or a list of strings, as written.
pub fn read_selectors(found: &mut Findings<'_>, entry: &Entry<'_>) -> Vec<String> {
    let mut selectors = Vec::new();
    for item in entry.each(found) {
        let Some(text) = item.string(found) else { continue };
        selectors.extend(item.checked(found, read_selector(text)));
    }
    selectors
}

fn read_selector(text: &str) -> Result<String, Flaw> {
    let selector = text.trim();
    let plain = "write a CSS selector, as in \"main\", \".policy\" or \"#content p\"";
    if selector.is_empty() {
        return Err(Flaw::new("it is empty", "leave the key out to have the policy found"));
    }
    if SELECTOR_BYTES_MAX < selector.len() {
        return Err(Flaw::new("it is longer than 1,000 bytes", "divide it into a list"));
    }
    if selector.starts_with('/') {
        return Err(Flaw::new("this looks like XPath", plain));
    }
    let Err(error) = Selector::parse(selector) else { return Ok(selector.to_owned()) };
    Err(match error {
        SelectorErrorKind::EndOfLine => Flaw::new("this CSS selector ends too early", plain),
        SelectorErrorKind::ExpectedColonOnPseudoElement
        | SelectorErrorKind::ExpectedIdentityOnPseudoElement => {
            Flaw::new("a pseudo-element selects no element of a page", plain)
        }
        SelectorErrorKind::UnexpectedSelectorParseError(_) if selector.contains(':') => {
            let remedy = "leave out what begins with a colon, unless it is one of :not, :is, \
                          :where, :has, :first-child, :last-child, :nth-child and their like";
            Flaw::new("this is no CSS selector that works without a browser", remedy)
        }
        SelectorErrorKind::UnexpectedToken
        | SelectorErrorKind::InvalidAtRule
        | SelectorErrorKind::InvalidAtRuleBody
        | SelectorErrorKind::QualRuleInvalid
        | SelectorErrorKind::TooManyNestedBlocks
        | SelectorErrorKind::UnexpectedSelectorParseError(_) => {
            Flaw::new("this is no CSS selector", plain)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_taken_as_written() {
        for fine in
            ["main", "#content > p", ".a, .b", "a[href^='x']", "p:not(.x)", ":is(h1, h2)", "ä"]
        {
            assert_eq!(read_selector(fine), Ok(fine.to_owned()));
        }
        assert_eq!(read_selector(" main\n"), Ok("main".to_owned()));
    }

    #[test]
    fn what_cannot_select_is_refused() {
        for (text, problem) in [
            ("", "it is empty"),
            ("  ", "it is empty"),
            ("div >", "this is no CSS selector"),
            ("..related", "this is no CSS selector"),
            ("#1", "this is no CSS selector"),
            ("a,,b", "this is no CSS selector"),
            ("[", "this CSS selector ends too early"),
            ("//div[@id='x']", "this looks like XPath"),
            ("p:contains('x')", "this is no CSS selector that works without a browser"),
            ("p::before", "this is no CSS selector that works without a browser"),
        ] {
            assert_eq!(read_selector(text).unwrap_err().problem, problem, "{text}");
        }
    }

    #[test]
    fn the_deepest_selector_is_read_without_harm() {
        let deep = |depth| format!("{}p{}", ":is(".repeat(depth), ")".repeat(depth));
        assert_eq!(read_selector(&deep(20)), Ok(deep(20)));
        assert!(read_selector(&deep(199)).is_err());
        assert!(read_selector(&":is(".repeat(251)).is_err());
        assert!(read_selector(&"[".repeat(1_000)).is_err());
    }
}
