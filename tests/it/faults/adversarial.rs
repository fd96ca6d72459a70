//! Pages that are made to cost much, each in another way, twice in a row so that they are compared.
//! Whatever comes of them, it comes in bounded memory, and it comes: what took time in the order of
//! the square of a page would not end here.

use std::{fs, time::Instant};

use crate::{
    faults::{
        assert_decent, assert_whole, entry,
        floods::{RESIDENT_KB_MAX, weighed},
        full, world,
    },
    world::World,
};

const SENTENCE: &str = "We will never sell your data to anyone, whatever they pay for it. ";

/// Makes the body of a page of about so many bytes.
type Make = fn(usize) -> String;

/// Returns a piece repeated up to so many bytes.
fn filled(piece: &str, bytes: usize) -> String {
    piece.repeat(bytes / piece.len())
}

/// Returns numbered pieces of so many bytes together.
fn numbered(bytes: usize, piece: impl Fn(usize) -> String) -> String {
    let mut all = String::with_capacity(bytes);
    for number in 0.. {
        if bytes < all.len() {
            break;
        }
        all.push_str(&piece(number));
    }
    all
}

/// Returns words that are all different.
fn distinct(bytes: usize, between: &str) -> String {
    numbered(bytes, |number| format!("w{:x}{between}", number.wrapping_mul(0x9e37_79b9) as u32))
}

/// Each kind of page, so that it stays below the bound on elements where it can: beyond, it is refused.
const PAGES: &[(&str, Make)] = &[
    ("paragraphs", |bytes| filled("<p>word", bytes.min(1_600_000))),
    ("sentences", |bytes| filled(&format!("<p>{SENTENCE}"), bytes.min(7_000_000))),
    ("breaks", |bytes| filled("x<br>", bytes.min(1_200_000))),
    ("one text", |bytes| filled(SENTENCE, bytes.min(8_000_000))),
    ("one word", |bytes| filled("promise", bytes.min(8_000_000))),
    ("too long a text", |bytes| filled(SENTENCE, bytes)),
    ("distinct words", |bytes| distinct(bytes.min(8_000_000), " ")),
    ("distinct sentences", |bytes| distinct(bytes.min(8_000_000), " and we stay. ")),
    ("distinct passages", |bytes| distinct(bytes.min(1_400_000), "<p>We sell ")),
    ("alike at their start", |bytes| {
        let passage = |number| format!("<p>We will never sell {number} or {}", number + 1);
        numbered(bytes.min(3_000_000), passage)
    }),
    ("passages beyond count", |bytes| filled("a\n\n", bytes)),
    ("preformatted", |bytes| format!("<pre>{}", filled("word\n\n", bytes))),
    ("attributes", |bytes| filled("<p a b=c>w", bytes)),
    ("a long value", |bytes| format!("<p class=\"{}\">x", filled("menu a nav ", bytes))),
    ("links", |bytes| numbered(bytes.min(5_000_000), |at| format!("<a href=/i{at}>w</a> "))),
    ("lists of links", |bytes| {
        let list = "<ul><li><a href=#a>a b</a><li><a href=#b>b</a><li><a href=#c>c</a></ul>";
        format!("{}{}", SENTENCE.repeat(30), filled(list, bytes.min(2_500_000)))
    }),
    ("lists of links within boxes", |bytes| {
        let links = "<ul><li><a href=#a>one</a><li><a href=#b>two</a><li><a href=#c>six</a></ul>";
        let boxes = format!("{}{}", "<div>".repeat(400), filled(links, bytes.min(2_500_000)));
        format!("<h2>one</h2>{}{boxes}", SENTENCE.repeat(30))
    }),
    ("contents", |bytes| {
        let half = bytes.min(4_000_000) / 2;
        let list = numbered(half, |at| format!("<li><a href=#i{at}>Part {at}</a>"));
        let parts = numbered(half, |at| format!("<h2 id=i{at}>Part {at}</h2><p>{SENTENCE}"));
        format!("<ul>{list}</ul>{parts}")
    }),
    ("headings", |bytes| numbered(bytes.min(4_000_000), |at| format!("<h2>Part {at}</h2>"))),
    ("items", |bytes| format!("<ol type=i start=3888>{}", filled("<li>w", bytes.min(1_200_000)))),
    ("lists within lists", |bytes| {
        filled(&format!("{}{}", "<ol reversed><li>w".repeat(200), "</ol>".repeat(200)), bytes)
    }),
    ("cells", |bytes| format!("<table><tr>{}", filled("<td>w", bytes.min(1_200_000)))),
    ("rows", |bytes| format!("<table>{}", filled("<tr><td>w<td>x", bytes.min(1_300_000)))),
    ("tables within tables", |bytes| {
        let nest = format!("{}{}", "<table><tr><td>w".repeat(100), "</table>".repeat(100));
        filled(&nest, bytes.min(2_500_000))
    }),
    ("foster parents", |bytes| format!("<table>{}", filled("<p>x", bytes.min(1_000_000)))),
    ("open formatting", |bytes| {
        let open = "<a><b><i><u><s><em><strong><tt><font><big>";
        format!("{open}{}", filled("<p>x", bytes.min(1_000_000)))
    }),
    ("the adoption agency", |bytes| filled("<b><p>x</b>", bytes)),
    ("links that never end", |bytes| filled("<a href=x><div>w", bytes)),
    ("deep and wide", |bytes| {
        format!("{}{}", "<div>".repeat(490), filled("w<br>", bytes.min(1_200_000)))
    }),
    ("a saw of nests", |bytes| {
        let saw = format!("{}w{}", "<div>".repeat(490), "</div>".repeat(490));
        filled(&saw, bytes.min(5_000_000))
    }),
    ("empty elements in deep boxes", |bytes| {
        format!("{}two words{}", "<div>".repeat(490), filled("<i></i>", bytes.min(3_400_000)))
    }),
    ("end tags in the deep", |bytes| format!("{}{}", "<div>".repeat(490), filled("</x>", bytes))),
    ("entities", |bytes| filled("&amp;w ", bytes)),
    ("entities without end", |bytes| filled("&CounterClockwiseContourIntegra", bytes)),
    ("comments", |bytes| filled("<!---->x", bytes)),
    ("a comment without end", |bytes| format!("<!--{}", filled("<!-- - ", bytes))),
    ("a tag without end", |bytes| format!("<p {}", filled("a=\"<\" ", bytes))),
    ("a body begun again", |bytes| numbered(bytes, |at| format!("<body a{at}>"))),
    ("scripts", |bytes| filled("<script>x</script>w", bytes)),
    ("parts that come late", |bytes| {
        let late = |at| {
            format!("<template id=B:{at:x}></template><!--/$--><div hidden id=S:{at:x}>w</div>")
        };
        numbered(bytes, late)
    }),
    ("templates", |bytes| format!("{}{}", "<template>".repeat(400), filled("<p>x", bytes))),
    ("drawings", |bytes| filled("<svg><title>w</title></svg><math><mi>x</mi></math>", bytes)),
    ("options", |bytes| format!("<select>{}", filled("<option>x", bytes.min(2_000_000)))),
    ("buttons", |bytes| {
        format!("<div>{}", filled("<i></i><button>w</button>", bytes.min(2_500_000)))
    }),
    ("controls", |bytes| format!("<form>{}", filled("<input>", bytes.min(3_000_000)))),
    ("consent", |bytes| {
        let button = "we use cookies <button>Accept</button>";
        let boxes = "<div class=cookie-banner>".repeat(480);
        format!("{boxes}{}", filled(button, bytes.min(4_000_000)))
    }),
    ("captions", |bytes| filled("<details><summary>w</summary>x</details>", bytes)),
    ("marks on a letter", |bytes| format!("a{}", filled("\u{301}\u{323}", bytes.min(8_000_000)))),
    ("letters that grow", |bytes| filled("\u{fdfa} ", bytes)),
    ("one script without spaces", |bytes| {
        let letter = |at: usize| char::from_u32(0x4e00 + (at * 7919 % 20_000) as u32).unwrap();
        numbered(bytes.min(8_000_000), |at| letter(at).to_string())
    }),
    ("dates", |bytes| filled("<p>Last updated: May 1, 2024", bytes.min(2_800_000))),
    ("full stops", |bytes| filled(". ", bytes.min(8_000_000))),
    ("abbreviations", |bytes| filled("No. 1 e.g. A. ", bytes.min(8_000_000))),
    ("hyphens", |bytes| filled("a-", bytes.min(8_000_000))),
    ("numbers", |bytes| numbered(bytes.min(8_000_000), |at| format!("{at} "))),
    ("nothing", |bytes| filled("\n", bytes)),
    ("zeros", |bytes| filled("w\0", bytes)),
];

/// Imports a page at a time, and returns the most memory that it took, in kB.
fn import(world: &World, what: &str, page: &str, at: &str) -> u64 {
    fs::write(world.folder().join("page.html"), page).unwrap();
    let (ran, resident_kb) = weighed(world, &["import", "--as", "page", "--at", at, "page.html"]);
    assert!([0, 3].contains(&ran.code), "{what}: {ran:?}");
    assert_decent(&ran);
    resident_kb
}

/// Pages of 20 MiB, the most that is read, with `PLEDGEWATCH_FULL=1`; otherwise of an eighth of one, in
/// which a square still shows.
#[test]
fn fault_039_no_page_costs_more_memory_than_its_bound() {
    let bytes = if full() { (20 << 20) - 4096 } else { 128 << 10 };
    for (what, make) in PAGES {
        let world = world(&format!(
            "[settings]\nconfirm_within = 0\n{}",
            entry("page", "https://example.org/", "")
        ));
        let page = make(bytes);
        let began = Instant::now();
        let first = import(&world, what, &format!("<!doctype html>{page}"), "2026-01-01");
        let middle = page.floor_char_boundary(page.len() / 2);
        let (head, tail) = page.split_at(middle);
        let edited = format!("<!doctype html><p>Words that are new here.</p>{head} other {tail}");
        let second = import(&world, what, &edited, "2026-01-03");
        let took = began.elapsed();
        println!("{what}: {} bytes, {first} kB, then {second} kB, {took:?}", page.len());
        let most = first.max(second);
        assert!(0 < most && most < RESIDENT_KB_MAX, "{what}: {first} kB, then {second} kB");
        assert_whole(&world);
    }
}
