//! The laws of `fuzz/src`, held to what strategies make: an ordinary test of what the fuzz targets
//! look for at length.

#[path = "../../fuzz/src/lib.rs"]
mod law;

use std::{env, io::Write};

use flate2::{Compression, write::GzEncoder};
use pledgewatch::model::{time::Timestamp, watch::Selection};
use proptest::{prelude::*, sample::select};
use url::Url;

/// Returns how many cases, unless `PROPTEST_CASES` asks for more. Cases that failed are not kept
/// in a file: a find becomes a test of its own.
pub fn cases(cases: u32) -> ProptestConfig {
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

/// Matched step by step, so many stars would take longer than anyone lives.
#[test]
fn fault_044_a_pattern_of_many_stars_is_matched_soon() {
    let pattern = "*a".repeat(1_000);
    let url = Url::parse(&format!("https://example.org/{}b", "a".repeat(4_000))).unwrap();
    law::robots::check(format!("User-agent: *\nDisallow: /{pattern}c$\n").as_bytes(), &url);
}

/// A text in the laws' form: lines with signs of what they are, some of them altered in the second.
fn texts() -> impl Strategy<Value = (String, String)> {
    let piece = select(vec![
        "we ",
        "never ",
        "sell ",
        "faces. ",
        "We ",
        "do ",
        "not ",
        "5 ",
        "-5 ",
        "10% ",
        "\n",
        "\n# ",
        "\n* ",
        "\n| ",
        "\n1.\t",
        "\n(a)\t",
        "> /a",
        ", ",
        "\u{201c}",
        "don\u{2019}t ",
        "opt-in ",
        "opt in ",
        "\u{fb01}ne ",
        "e\u{301} ",
        "\u{6570}\u{636e} ",
        "Last updated: May 1, 2024 ",
        "\u{200b}",
        "\u{df} ",
        "\u{130} ",
        "\u{2460} ",
    ]);
    let piece = prop_oneof![8 => piece.prop_map(str::to_owned), 1 => any::<String>()];
    let pieces = proptest::collection::vec(piece, 0..60);
    let edits = proptest::collection::vec((any::<prop::sample::Index>(), 0..3_u8), 0..8);
    (pieces, edits).prop_map(|(pieces, edits)| {
        let mut after = pieces.clone();
        for (at, edit) in edits {
            match edit {
                _ if after.is_empty() => (),
                0 => drop(after.remove(at.index(after.len()))),
                1 => {
                    let last = after.len() - 1;
                    after.swap(0, at.index(pieces.len()).min(last));
                }
                _ => after.insert(at.index(after.len()), pieces[0].clone()),
            }
        }
        (pieces.concat(), after.concat())
    })
}

/// The head of a kept answer, whole and broken, with something behind it.
fn answer() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "HTTP/[0-9.]{0,5} [0-9]{2,4}( [A-Za-z ]{0,8})?",
        "[A-Za-z-]{0,12}:[ \t]{0,2}[ -~]{0,20}",
        "[ \t][ -~]{0,10}",
        any::<String>(),
        Just(String::new()),
    ];
    let lines = proptest::collection::vec((line, select(vec!["\n", "\r\n", "\r"])), 0..12);
    let body = proptest::collection::vec(any::<u8>(), 0..30);
    (any::<bool>(), lines, body).prop_map(|(is_answer, lines, body)| {
        let start = if is_answer { "HTTP/1.1 200 OK\r\n" } else { "" };
        let lines: String =
            lines.into_iter().flat_map(|(line, end)| [line, end.to_owned()]).collect();
        [start.as_bytes(), lines.as_bytes(), &body].concat()
    })
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

proptest! {
    #![proptest_config(cases(400))]

    #[test]
    fn any_watchlist_is_read_or_its_mistakes_are_told(text in watchlist()) {
        law::watchlist::check(&text);
    }

    #[test]
    fn any_tag_soup_becomes_text_in_bounds(html in soup()) {
        law::page::check_html(&html);
    }

    #[test]
    fn any_bytes_of_any_content_type_are_read_or_refused(
        bytes in proptest::collection::vec(any::<u8>(), 0..600),
        content_type in prop_oneof![
            2 => any::<String>(),
            2 => "(text|application)/(html|plain|xml|pdf|json|xhtml\\+xml)(; ?charset=[ -~]{0,20})?",
            1 => Just("text/html".to_owned()),
        ],
    ) {
        law::page::check(&bytes, Some(&content_type), &Selection::default());
        law::page::check(&bytes, None, &Selection::default());
    }

    #[test]
    fn any_robots_txt_allows_or_denies(
        text in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..400),
            "((User-agent|Disallow|Allow|Crawl-delay|Sitemap)[:= ]{1,2}[ -~]{0,30}(\r\n|\n|\r)){0,12}"
                .prop_map(String::into_bytes),
            "(User-agent: (\\*|pledgewatch)\n(Disallow|Allow): (/|[*/a-z$%?]{0,40})\n){1,8}"
                .prop_map(String::into_bytes),
        ],
        path in "/[ -~]{0,20}",
    ) {
        let url = Url::parse("https://example.org/").unwrap().join(&path);
        if let Ok(url) = url && url.has_host() {
            law::robots::check(&text, &url);
        }
    }

    #[test]
    fn any_retry_after_is_kept_in_bounds(
        value in prop_oneof![
            "[ -~]{0,40}",
            "-?[0-9]{0,30}",
            "(Mon|Fri), [0-9]{1,2} (Feb|Dec) [0-9]{1,5} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|-0900)",
        ],
        millis in any::<i64>(),
    ) {
        law::answer::check_retry_after(value.as_bytes(), Timestamp::from_millis(millis));
    }

    #[test]
    fn any_kept_answer_is_read_as_it_is_written(block in answer()) {
        law::http::check(&block);
    }

    #[test]
    fn any_file_is_read_to_its_end(bytes in proptest::collection::vec(any::<u8>(), 0..500)) {
        law::warc::check(&bytes);
        law::warc::check(&[law::warc::whole("a"), bytes].concat());
    }

    #[test]
    fn any_damage_between_two_records_costs_neither(
        damage in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let (before, after) = (law::warc::whole("before"), law::warc::whole("after"));
        law::warc::check_between(&before, &damage, &after);
        law::warc::check_between(&gzip(&before), &damage, &gzip(&after));
    }

    #[test]
    fn any_two_texts_are_shown_whole((before, after) in texts()) {
        law::diff::check(&law::diff::text(&before), &law::diff::text(&after));
    }
}

#[test]
fn a_sign_that_depicts_letters_is_an_ornament_as_any_other() {
    let text = law::diff::text;
    let (before, after) = ("🉐we we 10% we we we we we we", "we we we 10% 🉐we we we we we");
    law::diff::check(&text(before), &text(after));
    law::diff::check(&text("Acme™ keeps 5 logs of ours"), &text("Acme keeps 6 logs of ours"));
}
