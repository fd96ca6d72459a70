//! Random bytes for everything that reads a stranger's: what comes of them is a value, in bounds.

use std::{
    env,
    sync::{Arc, Mutex},
    time::Duration,
};

use pledgewatch::{
    extract::page::{Source, extract},
    fetch::fetcher::Fetcher,
    model::{
        address::AddressRule,
        time::Timestamp,
        visit::{FetchFailure, Outcome, Part},
        watch::{Bounds, Selection, Settings, Watch},
    },
    watchlist::read,
};
use proptest::{prelude::*, sample::select};

use crate::{
    server::{Server, reply::Reply},
    world::runtime,
};

/// Returns how many cases, unless `PROPTEST_CASES` asks for more. Cases that failed are not kept
/// in a file: a find becomes a test of its own.
fn cases(cases: u32) -> ProptestConfig {
    let asked = env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok());
    let cases = asked.unwrap_or(cases);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Pieces of tag soup: whole and half tags, entities, comments, and words.
fn soup() -> impl Strategy<Value = String> {
    let tags = select(vec![
        "<div>",
        "</div>",
        "<p>",
        "</p>",
        "<ul><li>",
        "</li>",
        "</ul>",
        "<table>",
        "<tr>",
        "<td>",
        "</table>",
        "<main>",
        "</main>",
        "<b>",
        "</b>",
        "<i>",
        "</p></b>",
        "<h1>",
        "</h2>",
        "<br>",
        "<svg><g>",
        "</svg>",
        "<math>",
        "<template>",
        "</template>",
        "<select><option>",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<title>",
        "<textarea>",
        "<plaintext>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "<!doctype html>",
        "<a href='http://[::1",
        "'>",
        "\">",
        "<",
        "</",
        "&#0;",
        "&#x110000;",
        "&nbsp",
        "&amp;",
        "<frameset>",
        "<form><form>",
        "<ol start=-9>",
        "<html lang=x>",
        "We will never",
        " sell",
        "\u{202e}",
        "\u{0}",
        "\r",
        "\u{feff}",
        "1.",
        "(a)",
        "\u{1f600}",
    ]);
    let piece = prop_oneof![6 => tags.prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Lines of a watchlist, whole and broken.
fn watchlist() -> impl Strategy<Value = String> {
    let line = select(vec![
        "[settings]",
        "[[page]]",
        "[[page.pledge]]",
        "[[channel]]",
        "id = \"a\"",
        "id = \"b\"",
        "url = \"https://example.org/\"",
        "url = \"x\"",
        "urls = []",
        "urls = [1]",
        "every = \"6h\"",
        "every = -1",
        "every = 1e400",
        "select = [\"p[[\"]",
        "select = \"main\"",
        "kind = \"email\"",
        "kind = \"webhook\"",
        "to = [\"a@example.org\"]",
        "port = 99999",
        "secret = { env = \"X\" }",
        "headers = { a = \"b\" }",
        "quote = \"\"",
        "made = 2020-02-30",
        "deadline = 2020-01-01",
        "title = \"\"\"",
        "title = '",
        "\u{feff}",
        "\r",
        "a.b.c = 1",
        "[page]",
        "name = \"\\u0000\"",
        "proxy = \"http://u:p@h:1/\"",
        "retries_max = 9223372036854775808",
        "[",
        "=",
        "#",
    ]);
    let line = prop_oneof![6 => line.prop_map(str::to_owned), 1 => any::<String>()];
    proptest::collection::vec(line, 0..25).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_watchlist_is_read_or_its_mistakes_are_told(text in watchlist()) {
        if let Err(mistakes) = read::read(&text) {
            prop_assert!(!mistakes.to_string().is_empty());
        }
    }

    #[test]
    fn any_tag_soup_becomes_text_in_bounds(html in soup(), select in any::<bool>()) {
        let source = Source { bytes: html.as_bytes(), content_type: Some("text/html; charset=utf-8") };
        let selectors = if select { vec!["main, p".to_owned()] } else { Vec::new() };
        let selection = Selection { select: selectors, remove: vec!["b".to_owned()] };
        let first = extract(&source, &selection);
        if let Ok(extraction) = &first {
            // An entity of two bytes may become a character of four.
            prop_assert!(extraction.text.char_count() <= 4 * html.len() + 64);
        }
        prop_assert_eq!(first, extract(&source, &selection), "the same bytes give the same text");
    }

    #[test]
    fn any_bytes_of_any_content_type_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        content_type in prop_oneof![
            any::<String>(),
            "(text|application)/(html|plain|xml|pdf|json|xhtml\\+xml)(; ?charset=[ -~]{0,20})?",
        ],
    ) {
        let source = Source { bytes: &bytes, content_type: Some(&content_type) };
        if let Err(failure) = extract(&source, &Selection::default()) {
            prop_assert!(!failure.to_string().is_empty());
        }
    }
}

/// A server whose next answers are set by the test, and a fetcher to ask it with.
struct Asked {
    server: Server,
    robots: Arc<Mutex<Vec<u8>>>,
    page: Arc<Mutex<Reply>>,
}

impl Asked {
    fn stand() -> Asked {
        let robots = Arc::<Mutex<Vec<u8>>>::default();
        let page = Arc::new(Mutex::new(Reply::page("<p>We promise.")));
        let (rules, reply) = (Arc::clone(&robots), Arc::clone(&page));
        let server = Server::start(move |request| match request.path.as_str() {
            "/robots.txt" => Reply::new(200).body(&*rules.lock().unwrap()),
            _ => reply.lock().unwrap().clone(),
        });
        Asked { server, robots, page }
    }

    /// Visits the page with a fetcher that knows nothing yet.
    fn visit(&self) -> Part {
        let bounds = Bounds { retries_max: 0, ..Bounds::default() };
        let settings = Settings { host_gap: Duration::ZERO, bounds, ..Settings::default() };
        let mut watch = Watch::new("page".parse().unwrap(), vec![self.server.url("/policy/a?b")]);
        watch.addresses = AddressRule::AnyAddress;
        let fetcher = Fetcher::new(&settings).unwrap();
        let visit = fetcher.visit(&watch, &[], Timestamp::from_millis(0));
        runtime().block_on(visit).parts.remove(0)
    }
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn any_robots_txt_allows_or_denies(
        text in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..400),
            "((User-agent|Disallow|Allow|Crawl-delay|Sitemap)[:= ]{1,2}[ -~]{0,30}(\r\n|\n|\r)){0,12}"
                .prop_map(String::into_bytes),
            "(User-agent: (\\*|pledgewatch)\n(Disallow|Allow): (/|[*/a-z$%?]{0,40})\n){1,8}"
                .prop_map(String::into_bytes),
        ],
    ) {
        let asked = Asked::stand();
        *asked.robots.lock().unwrap() = text;
        match asked.visit().outcome {
            Outcome::Captured(_) | Outcome::Failed(FetchFailure::RobotsDenied { .. }) => (),
            other => prop_assert!(false, "{other:?}"),
        }
    }

    #[test]
    fn any_retry_after_is_kept_in_bounds(
        value in prop_oneof![
            "[ -~]{0,40}",
            "-?[0-9]{0,30}",
            "(Mon|Fri), [0-9]{1,2} (Feb|Dec) [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|-0900)",
        ],
        status in select(vec![429_u16, 503]),
    ) {
        let asked = Asked::stand();
        *asked.page.lock().unwrap() =
            Reply::new(status).header("Retry-After", &value).body("<h1>Busy</h1>");
        match asked.visit().outcome {
            Outcome::Failed(FetchFailure::AskedToWait { retry_after, .. }) => {
                let bounds = Duration::from_secs(1)..=Duration::from_secs(86_400);
                prop_assert!(bounds.contains(&retry_after), "{retry_after:?}");
            }
            Outcome::Captured(_) => (),
            other => prop_assert!(false, "{value:?}: {other:?}"),
        }
    }
}
