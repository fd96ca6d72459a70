//! Changes to the watchlist's text that leave the user's comments and all else byte for byte.
//!
//! Edits are spliced into the text at the places that the parser names, since a document that is
//! written anew loses line ends and trailing comments. Each result is read before it is returned.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml_edit::Value;
use url::Url;

use crate::{
    model::{address::AddressRule, page::PageId},
    watchlist::{mistakes::Mistakes, nearest::nearest, read::read},
};

/// Returns the watchlist that `init` writes: every setting with its default, a page and the
/// channels, all as comments. It reads as an empty watchlist.
pub fn starter() -> &'static str {
    include_str!("starter.toml")
}

/// A page to append; empty texts and lists are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// Its id.
    pub page: PageId,
    /// Whose page it is.
    pub company: String,
    /// What it is called; white space and control characters become single spaces.
    pub title: String,
    /// Its address.
    pub url: Url,
    /// CSS selectors of what to read.
    pub select: Vec<String>,
    /// CSS selectors of what to leave out.
    pub remove: Vec<String>,
    /// How often it is visited, as the watchlist writes it, `6h`.
    pub every: Option<String>,
    /// Which addresses it may be on.
    pub addresses: AddressRule,
}

impl NewEntry {
    /// Returns an entry with only what every page must have.
    pub fn new(page: PageId, url: Url) -> NewEntry {
        let (company, title) = (String::new(), String::new());
        let (select, remove) = (Vec::new(), Vec::new());
        let addresses = AddressRule::PublicOnly;
        NewEntry { page, company, title, url, select, remove, every: None, addresses }
    }
}

/// Why a watchlist's text was not changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditFailure {
    /// The text had mistakes before; their lines are those of the text.
    #[error("the watchlist has mistakes")]
    Unreadable(#[source] Mistakes),
    /// The change would make mistakes; their lines are those of the text with the change.
    #[error("the change would make a mistake")]
    Refused(#[source] Mistakes),
    /// The pages are written as one list, `page = [...]`, to which no `[[page]]` can be appended.
    #[error("the pages are written as `page = [...]`; write each as [[page]]")]
    InlinePages,
    /// No page has the id to be changed.
    #[error("no page has the id `{page}`{}", did_you_mean(nearest))]
    UnknownPage {
        /// The id.
        page: PageId,
        /// The most similar id of the watchlist.
        nearest: Option<PageId>,
    },
}

fn did_you_mean(nearest: &Option<PageId>) -> String {
    nearest.as_ref().map(|page| format!("; did you mean `{page}`?")).unwrap_or_default()
}

/// Returns the text with one `[[page]]` more at its end.
///
/// Everything before stays byte for byte; a line end is added if the last line has none. Lines
/// end as the text's first line does.
///
/// # Errors
///
/// Fails if the text has mistakes, or would have one with the new entry: an id or an address that
/// is there already, a wrong selector or duration.
pub fn append(text: &str, entry: &NewEntry) -> Result<String, EditFailure> {
    read(text).map_err(EditFailure::Unreadable)?;
    if has_inline_pages(text) {
        return Err(EditFailure::InlinePages);
    }
    let line_end = if text.split('\n').next().is_some_and(|line| line.ends_with('\r')) {
        "\r\n"
    } else {
        "\n"
    };
    let mut after = text.to_owned();
    let content = text.trim_start_matches('\u{feff}');
    if !content.is_empty() && !content.ends_with('\n') {
        after.push_str(line_end);
    }
    let is_parted = content.ends_with("\n\n") || content.ends_with("\n\r\n");
    if !content.is_empty() && !is_parted {
        after.push_str(line_end);
    }
    for line in entry_lines(entry) {
        after.push_str(&line);
        after.push_str(line_end);
    }
    read(&after).map_err(EditFailure::Refused)?;
    Ok(after)
}

/// Returns the text with the page `before` called `after`, in its entry and in the filters of
/// channels. Ids in comments stay as they are.
///
/// # Errors
///
/// Fails if the text has mistakes, if no page is called `before`, or if another is called `after`.
pub fn rename(text: &str, before: &PageId, after: &PageId) -> Result<String, EditFailure> {
    let watchlist = read(text).map_err(EditFailure::Unreadable)?;
    if watchlist.watch(before).is_none() {
        let ids = watchlist.watches.iter().map(|watch| watch.page.as_str());
        let nearest = nearest(before.as_str(), ids).and_then(|id| id.parse().ok());
        return Err(EditFailure::UnknownPage { page: before.clone(), nearest });
    }
    let mut places = places_of(text, before);
    places.sort_by_key(|place| place.start);
    let mut changed = text.to_owned();
    for place in places.into_iter().rev() {
        let written = &text[place.clone()];
        // An id written plainly keeps its kind of quotes; one written in escapes gets new ones.
        let is_plain = written.matches(before.as_str()).count() == 1;
        let rewritten = match is_plain {
            true => written.replace(before.as_str(), after.as_str()),
            false => format!("\"{after}\""),
        };
        changed.replace_range(place, &rewritten);
    }
    read(&changed).map_err(EditFailure::Refused)?;
    Ok(changed)
}

fn entry_lines(entry: &NewEntry) -> Vec<String> {
    let mut lines = vec!["[[page]]".to_owned(), line("id", entry.page.as_str())];
    for (key, words) in [("company", &entry.company), ("title", &entry.title)] {
        let words = words.replace(char::is_control, " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            lines.push(line(key, &words));
        }
    }
    lines.push(line("url", entry.url.as_str()));
    if let Some(every) = &entry.every {
        lines.push(line("every", every));
    }
    if entry.addresses == AddressRule::AnyAddress {
        lines.push("allow_private_addresses = true".to_owned());
    }
    for (key, selectors) in [("select", &entry.select), ("remove", &entry.remove)] {
        match selectors.as_slice() {
            [] => (),
            [selector] => lines.push(line(key, selector)),
            several => {
                let items: Vec<String> = several.iter().map(|selector| toml_of(selector)).collect();
                lines.push(format!("{key} = [{}]", items.join(", ")));
            }
        }
    }
    lines
}

fn line(key: &str, text: &str) -> String {
    format!("{key} = {}", toml_of(text))
}

fn toml_of(text: &str) -> String {
    Value::from(text).to_string()
}

fn has_inline_pages(text: &str) -> bool {
    let Ok(document) = DeTable::parse(text) else { return false };
    let pages = document.get_ref().get("page").and_then(|pages| text.get(pages.span()));
    pages.is_some_and(|header| !header.starts_with("[["))
}

/// Returns the places of the strings that name a page: its id, and channels' filters.
fn places_of(text: &str, page: &PageId) -> Vec<Range<usize>> {
    let Ok(document) = DeTable::parse(text) else { return Vec::new() };
    let mut places = Vec::new();
    for (list, key) in [("page", "id"), ("channel", "pages"), ("channel", "not_pages")] {
        let Some(tables) = document.get_ref().get(list).and_then(|list| list.get_ref().as_array())
        else {
            continue;
        };
        for value in tables.iter().filter_map(|table| table.get_ref().get(key)) {
            let items = match value.get_ref() {
                DeValue::Array(items) => items.iter().collect(),
                _ => vec![value],
            };
            let named =
                items.into_iter().filter(|item| item.get_ref().as_str() == Some(page.as_str()));
            places.extend(named.map(|item| item.span()));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::watch::Watchlist, watchlist::defaults::defaults};

    fn id(text: &str) -> PageId {
        text.parse().unwrap()
    }

    fn entry() -> NewEntry {
        NewEntry::new(id("b"), "https://example.org/b".parse().unwrap())
    }

    fn check_append(text: &str, expectation: &str) {
        let after = append(text, &entry()).unwrap();
        assert_eq!(after, expectation);
        let before_count = read(text).unwrap().watches.len();
        assert_eq!(read(&after).unwrap().watches.len(), before_count + 1);
    }

    const B: &str = "[[page]]\nid = \"b\"\nurl = \"https://example.org/b\"\n";

    #[test]
    fn the_starter_reads_as_an_empty_watchlist() {
        let Watchlist { source: _, settings, watches, channels } = read(starter()).unwrap();
        assert_eq!(settings, Default::default());
        assert!(watches.is_empty() && channels.is_empty());
    }

    #[test]
    fn the_starter_shows_every_default() {
        for row in defaults() {
            let (table, name) = row.key.split_once('.').unwrap();
            match (table, row.value.as_str()) {
                ("settings", "none") | ("channel", "none") => {
                    assert!(starter().contains(&format!("{name} = ")), "{}", row.key);
                }
                (_, value) => {
                    let shown = format!("# {name} = {value} ");
                    assert!(starter().contains(&shown), "{shown}");
                }
            }
        }
    }

    #[test]
    fn the_examples_of_the_starter_read_when_their_marks_are_removed() {
        let is_toml = |line: &str| {
            let key = line.split(" = ").next().unwrap_or_default();
            line.starts_with('[') || key != line && !key.contains(' ')
        };
        let text: String = starter()
            .lines()
            .map(|line| line.strip_prefix("# ").unwrap_or(line))
            .filter(|line| is_toml(line) && !line.starts_with("urls ="))
            .map(|line| format!("{line}\n"))
            .collect();
        let watchlist = read(&text).unwrap_or_else(|mistakes| panic!("{text}\n{mistakes}"));
        assert_eq!(watchlist.watches.len(), 1);
        assert_eq!(watchlist.watches[0].pledges.len(), 1);
        assert_eq!(watchlist.channels.len(), 7);
        let urls = starter().lines().find_map(|line| line.strip_prefix("# urls = ")).unwrap();
        let text =
            text.replace("url = \"https://www.example.org/terms\"", &format!("urls = {urls}"));
        assert_eq!(read(&text).unwrap().watches[0].urls.len(), 2);
    }

    #[test]
    fn a_page_is_appended_and_the_rest_stays() {
        check_append("", B);
        check_append("\u{feff}", &format!("\u{feff}{B}"));
        check_append("# ä", &format!("# ä\n\n{B}"));
        check_append("# ä\n\n", &format!("# ä\n\n{B}"));
        let crlf = "[settings] # ours\r\n\tevery = '7h'   # often\r\n";
        check_append(crlf, &format!("{crlf}\r\n{}", B.replace('\n', "\r\n")));
        let pledged = "[[page]]\nid='a'\nurl='https://example.org/a'\n[[page.pledge]]\nid='p'\nquote='''\nq''' # c";
        check_append(pledged, &format!("{pledged}\n\n{B}"));
        check_append(starter(), &format!("{}\n{B}", starter()));
    }

    #[test]
    fn an_appended_page_says_all_it_was_given() {
        let given = NewEntry {
            company: "Bücher \"&\" Söhne".to_owned(),
            title: " What's\n'''new'''\\\u{7}\t? ".to_owned(),
            select: vec!["main".to_owned()],
            remove: vec![".a[title='x']".to_owned(), "b > \"".to_owned()],
            every: Some("90m".to_owned()),
            addresses: AddressRule::AnyAddress,
            ..entry()
        };
        assert!(
            matches!(append("", &given), Err(EditFailure::Refused(_))),
            "b > \" is no selector"
        );
        let given = NewEntry { remove: vec![".a[title='x']".to_owned(), "b".to_owned()], ..given };
        let watch = read(&append("", &given).unwrap()).unwrap().watches.remove(0);
        assert_eq!(watch.company, "Bücher \"&\" Söhne");
        assert_eq!(watch.title, "What's '''new'''\\ ?");
        assert_eq!(watch.selection.select, given.select);
        assert_eq!(watch.selection.remove, given.remove);
        assert_eq!(watch.every.as_secs(), 5_400);
        assert_eq!(watch.addresses, AddressRule::AnyAddress);
    }

    #[test]
    fn what_cannot_be_appended_is_refused() {
        let failure = |text: &str| append(text, &entry()).unwrap_err();
        assert!(matches!(failure("x = 1"), EditFailure::Unreadable(_)));
        assert!(matches!(failure(B), EditFailure::Refused(_)));
        assert!(matches!(failure(&B.replace("'b'", "'c'")), EditFailure::Refused(_)));
        assert_eq!(failure("page = []"), EditFailure::InlinePages);
        let inline = "page = [{ id = 'a', url = 'https://example.org/a' }]";
        assert_eq!(failure(inline), EditFailure::InlinePages);
        let often = NewEntry { every: Some("1s".to_owned()), ..entry() };
        assert!(matches!(append("", &often), Err(EditFailure::Refused(_))));
    }

    const PAGES: &str = "\u{feff}# a is ä\r\n[[page]] # a\r\n\tid = 'a'\t# the id a\r\n\
        url = \"https://example.org/a\"\r\n[[page]]\r\nid = \"\"\"b\"\"\"#b\r\n\
        url = \"https://example.org/b\"\r\n[[page.pledge]]\r\nid = \"a\"\r\nquote = \"a\"\r\n\
        [[channel]]\r\nkind = \"stdout\"\r\nname = \"a\"\r\npages = [\r\n  'a', # a\r\n  \"b\", \"\\u0061\",\r\n]";

    #[test]
    fn a_renamed_page_keeps_all_comments() {
        let renamed = rename(PAGES, &id("a"), &id("a-2")).unwrap();
        let expectation = PAGES
            .replace("id = 'a'", "id = 'a-2'")
            .replace("  'a', #", "  'a-2', #")
            .replace("\"\\u0061\"", "\"a-2\"");
        assert_eq!(renamed, expectation);
        let renamed = rename(PAGES, &id("b"), &id("c")).unwrap();
        let expectation =
            PAGES.replace("\"\"\"b\"\"\"", "\"\"\"c\"\"\"").replace("\"b\",", "\"c\",");
        assert_eq!(renamed, expectation);
        assert_eq!(rename(PAGES, &id("b"), &id("b")).unwrap(), PAGES);
    }

    #[test]
    fn a_page_in_an_inline_list_is_renamed_as_well() {
        let inline = "page = [{ id = 'a', url = 'https://example.org/a' }] # a\n";
        let expectation = inline.replace("id = 'a'", "id = 'z'");
        assert_eq!(rename(inline, &id("a"), &id("z")).unwrap(), expectation);
    }

    #[test]
    fn a_page_that_channels_leave_out_is_renamed_there_too() {
        let listed = "[[page]]\nid = \"a\"\nurl = \"https://example.org/a\"\n\
                      [[channel]]\nkind = \"stdout\"\nnot_pages = [\"a\"] # why\n";
        let expectation = listed.replace("\"a\"", "\"z\"");
        assert_eq!(rename(listed, &id("a"), &id("z")).unwrap(), expectation);
    }

    #[test]
    fn what_cannot_be_renamed_is_refused() {
        assert!(matches!(rename(PAGES, &id("a"), &id("b")), Err(EditFailure::Refused(_))));
        assert!(matches!(rename("x = 1", &id("a"), &id("b")), Err(EditFailure::Unreadable(_))));
        let terms = B.replace("\"b\"", "\"terms\"");
        let failure = rename(&terms, &id("tems"), &id("c")).unwrap_err();
        assert_eq!(failure.to_string(), "no page has the id `tems`; did you mean `terms`?");
        let failure = rename("", &id("a"), &id("c")).unwrap_err();
        assert_eq!(failure.to_string(), "no page has the id `a`");
    }
}
