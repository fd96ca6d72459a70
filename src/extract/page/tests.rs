//! Whole pages, made up: what is noise, what is real, and what speaks of trouble.

use std::time::Duration;

use super::*;
use crate::{
    extract::spent::time_spent,
    model::text::{Block, BlockKind},
};

const POLICY: &str = "<h1>Privacy Policy</h1><p>Effective on 1 May 2031.</p>\
    <h2>What we collect</h2><p>We collect your name, your address and what you buy from us. We \
    keep these for as long as you have an account, and not a day longer than that.</p>\
    <h2>What we share</h2><p>We never sell your data to anyone. We share it with those who carry \
    your parcels, and only as far as they must know where to bring them.</p>\
    <p>You may ask us at any time what we know of you, and we will answer within thirty days.</p>";

fn read(markup: &str) -> Extraction {
    let source =
        Source { bytes: markup.as_bytes(), content_type: Some("text/html; charset=utf-8") };
    extract(&source, &Selection::default()).unwrap()
}

fn words(markup: &str) -> Vec<String> {
    read(markup).text.blocks.iter().map(Block::shown).collect()
}

/// Puts furniture around or into a page, and expects the same words as without it.
fn check_noise(page: &str) {
    let with = page.replace("POLICY", POLICY);
    let without = words(&format!("<main>{POLICY}</main>"));
    assert_eq!(words(&with), without, "{page}");
}

/// Expects that a piece of the policy is read wherever it stands.
fn check_real(page: &str, piece: &str) {
    let read = words(&page.replace("POLICY", POLICY)).join("\n");
    assert!(read.contains(piece), "{piece:?} is missing from {read}");
    assert!(read.contains("We never sell your data"), "the rest is missing from {read}");
}

const MENU: &str =
    "<ul><li><a href=/a>Shop</a><li><a href=/b>Blog</a><li><a href=/c>Our story</a></ul>";

#[test]
fn noise_menus_and_feet_of_the_page() {
    for page in [
        "<nav>MENU</nav><main>POLICY</main><footer>MENU</footer>",
        "<div><nav>MENU</nav>POLICY<footer>Copyright 2031 Acme</footer></div>",
        "<header><a href=/>Acme</a>MENU</header><div>POLICY</div>",
        "<div class=wrap><div class=left>MENU</div><div class=right>POLICY</div></div>",
        "<div>POLICY</div><div>MENU</div>",
        "<div role=navigation>MENU</div><div role=main>POLICY</div><div role=contentinfo>x</div>",
        "<body><div id=site-footer>MENU Acme Inc.</div>POLICY",
        "<main><div class='sidebar-nav'>MENU</div>POLICY<nav>MENU</nav></main>",
    ] {
        check_noise(&page.replace("MENU", MENU));
    }
}

#[test]
fn noise_a_new_cookie_banner() {
    let banner = "We use cookies to make this shop better for you. <a href=/c>More</a>\
        <button>Accept all</button><button>Reject all</button>";
    for page in [
        "<div id='cookie-banner'>BANNER</div><main>POLICY</main>",
        "<div class='CookieConsent'>BANNER</div><div>POLICY</div>",
        "<main>POLICY<div class='cookie-notice'>BANNER</div></main>",
        "<div>POLICY</div><div role=dialog aria-label='Your privacy'>BANNER</div>",
        "POLICY<dialog open>BANNER</dialog>",
    ] {
        check_noise(&page.replace("BANNER", banner));
    }
}

#[test]
fn noise_language_pickers() {
    let list =
        "<li><a href=/de>Deutsch</a><li><a href=/fr>Fran\u{e7}ais</a><li><a href=/eo>Esperanto</a>";
    check_noise(&format!("<main><ul class=language-picker>{list}</ul>POLICY</main>"));
    check_noise("<main><select><option>English<option>Deutsch</select>POLICY</main>");
    check_noise(&format!("<div>POLICY<div><ul>{list}</ul></div></div>"));
}

#[test]
fn noise_related_articles_and_share_widgets() {
    for page in [
        "<main>POLICY<section class=related-articles><h3>Read on</h3><a href=/1>Ten tips for parcels</a><a href=/2>How we pack</a></section></main>",
        "<main>POLICY<div class='social-share'>Share <a href=//t.example>Chirp</a><a href=//f.example>Face</a></div></main>",
        "<main>POLICY<div class=feedback>Was this page helpful? <button>Yes</button><button>No</button></div></main>",
        "<main>POLICY<div class=pagination><a href=/p>Previous: Terms</a><a href=/n>Next: Imprint</a></div></main>",
        "<main>POLICY<form><label>Your e-mail</label><input type=email><button>Subscribe</button></form></main>".replace("<form", "<form class=newsletter").as_str(),
        "<main>POLICY<aside><a href=/x>Our spring sale</a></aside></main>",
        "<main><nav aria-label=Breadcrumb><a href=/>Home</a> / Legal</nav>POLICY</main>",
        "<main><ol class=breadcrumbs><li><a href=/>Home</a><li>Privacy</ol>POLICY</main>",
        "<a href=#main>Skip to content</a><main id=main>POLICY</main>",
        "<main><div><span>Table of contents</span><ul></ul></div>POLICY</main>",
        "<main><span aria-live=polite>Privacy Policy | Acme</span>POLICY</main>",
        "<main>POLICY<a href=#top>Back to top</a></main>",
        "<main><button>Print</button>POLICY</main>".replace("<button>Print</button>", "<div><button>Print</button> <button>Save</button></div>").as_str(),
    ] {
        check_noise(page);
    }
}

#[test]
fn noise_marks_beside_headings() {
    for mark in ["#", "\u{b6}", "", "<svg></svg>", "\u{1f517}"] {
        let marked = POLICY.replace("</h2>", &format!("<a class=x href='#s'>{mark}</a></h2>"));
        assert_eq!(words(&marked), words(POLICY), "{mark}");
    }
    let copied = POLICY.replace("</h2>", "<button>Copy link</button></h2>");
    assert_eq!(words(&copied), words(POLICY));
}

#[test]
fn noise_a_table_of_contents_repeats_the_headings() {
    let toc = "<h2>On this page</h2><ul><li><a href=#1>What we collect</a><li><a href=#2>What we share</a><li><a href=#0>Privacy Policy</a></ul>";
    check_noise(&format!("<main><p></p>{toc}POLICY</main>"));
    let within = POLICY.replace("<h2>What we collect", &format!("{toc}<h2>What we collect"));
    assert_eq!(words(&format!("<main>{within}</main>")), words(&format!("<main>{POLICY}</main>")));
    check_noise(
        "<main><details><summary>Sections</summary><nav><a href=#1>What we share</a></nav></details>POLICY</main>",
    );
}

#[test]
fn noise_hidden_machinery() {
    check_noise(
        "<script>if (1<2) {}</script><style>p{}</style><main>POLICY<template><p>Later</p></template><iframe>x</iframe><svg><title>Logo</title></svg><noscript><iframe></noscript></main>",
    );
    check_noise(
        "<main><p hidden></p>POLICY<input value=x><img alt='A van'><canvas>no</canvas></main>",
    );
}

#[test]
fn noise_a_streamed_part_stands_where_it_is_seen() {
    let (before, after) = POLICY.split_at(POLICY.find("<h2>What we share").unwrap());
    let streamed = format!(
        "<main>{before}<!--$?--><template id='B:1'></template><p>Loading, please wait for it.</p><!--/$--></main>\
         <footer>Acme</footer><div hidden id='S:1'>{after}</div><script>$RC('B:1','S:1')</script>"
    );
    assert_eq!(words(&streamed), words(&format!("<main>{POLICY}</main>")));
}

#[test]
fn real_accordions_tabs_and_details() {
    for page in [
        "<main>POLICY<h3><button>Selling faces</button></h3><div hidden>We sell none.</div></main>",
        "<main>POLICY<button aria-expanded=false>Selling faces</button><div hidden>We sell none.</div></main>",
        "<main>POLICY<div role=tablist><button role=tab>Selling faces</button></div></main>",
        "<main>POLICY<details><summary>Selling faces</summary>We sell none.</details></main>",
        "<main>POLICY<div><button>Selling faces</button></div><div>We sell none of the pictures that you send to us, and we do not keep them longer than it takes to print them.</div></main>",
        "<main>POLICY<p>Press <button>Selling faces</button> to object.</p></main>",
        "<main>POLICY<div class=tab-pane style='display:none' aria-hidden=true>Selling faces is wrong.</div></main>",
    ] {
        check_real(page, "Selling faces");
    }
}

#[test]
fn real_a_page_is_a_form_or_a_dialog() {
    check_real("<form>POLICY<input type=checkbox><button>I agree</button></form>", "thirty days");
    check_real(
        "<div role=dialog aria-modal=true>POLICY<button>Accept</button></div>",
        "thirty days",
    );
    check_real(
        "<body class='cookie-consent menu-open'><div class='cookie-policy consent'>POLICY<button>Settings</button></div>",
        "thirty days",
    );
    check_real(
        "<div class='banner header nav'><div class=footer>POLICY</div></div>",
        "thirty days",
    );
    check_real("<nav>POLICY</nav>", "thirty days");
    check_real("<footer>POLICY</footer>", "thirty days");
}

#[test]
fn real_text_stands_beside_the_main_element() {
    check_real("<main></main><div>POLICY</div>", "thirty days");
    check_real("<main><p>Welcome to our page.</p></main><div>POLICY</div>", "thirty days");
    let part = "<article><h2>Part</h2><p>This part of the policy is for users of our van, who are many and dear to us.</p></article>";
    check_real(
        &format!("<div><article>POLICY</article>{}</div>", part.repeat(8)),
        "users of our van",
    );
    check_real(
        "<main>POLICY<footer><p>This policy was approved by our works council in May.</p></footer></main>",
        "works council",
    );
    check_real(
        "<main><header><h1>Privacy</h1><p>Updated on 3 May 2031</p></header>POLICY</main>",
        "3 May 2031",
    );
}

#[test]
fn real_links_inside_the_policy() {
    let list = "<ul><li><a href=//a.example>Acme Cloud</a><li><a href=//b.example>Bolt Mail</a><li><a href=//c.example>Cart Pay</a></ul>";
    check_real(
        &format!(
            "<main>POLICY<p>These companies work for us and see parts of your data:</p>{list}</main>"
        ),
        "Bolt Mail",
    );
    check_real(
        &format!(
            "<main>POLICY{list}<p>These companies work for us and see some parts of your data.</p></main>"
        ),
        "Bolt Mail",
    );
    check_real(
        "<main>POLICY<p>Readers who hold no account with our shop may <a href=#end>skip to part nine</a>.</p></main>",
        "skip to part nine",
    );
}

#[test]
fn real_declared_shadow_roots_are_read() {
    check_real(
        "<main>POLICY<x-box><template shadowrootmode=open><p>Selling faces is wrong.</p></template></x-box></main>",
        "Selling faces",
    );
}

fn lines(markup: &str) -> String {
    read(markup).text.to_lines()
}

#[test]
fn blocks_have_kinds_and_numbers() {
    let markup = "<h2>1. Data</h2><ol start=3><li>a<li value=7><p>b</p><p>c</p><ol type=a><li>d</ol><li>(x) e</ol><ul><li>f</ul>\
        <dl><dt>g<dd>h</dl><blockquote>i</blockquote>j<div>k<p>l</div>m";
    let expected = "h2\t1.\tData\nli1\t3.\ta\nli1\t7.\tb\np\t\tc\nli2\ta.\td\nli1\t(x)\te\nli1\t\tf\np\t\tg\np\t\th\np\t\ti\np\t\tj\np\t\tk\np\t\tl\np\t\tm\n";
    assert_eq!(lines(markup), expected);
}

#[test]
fn table_rows_are_blocks_and_layout_tables_are_not() {
    let table = "<table><caption>Who</caption><thead><tr><th>Name<th>Why</thead><tr><td><p>A</p><p>B</p><td><ul><li>c<li>d</ul><tr><td>\u{a0}<td> </table>";
    assert_eq!(lines(table), "p\t\tWho\ntr\t\tName | Why\ntr\t\tA B | c d\n");
    let layout = "<table role=presentation><tr><td><p>A</p><p>B</p><td>C</table>";
    assert_eq!(lines(layout), "p\t\tA\np\t\tB\np\t\tC\n");
    assert_eq!(lines("<table><tr><td><h2>A</h2>B<td>C</table>"), "h2\t\tA\np\t\tB\np\t\tC\n");
}

#[test]
fn breaks_and_preformatted_lines() {
    assert_eq!(lines("a<br>b<br> <br>c<br><br/>d"), "p\t\ta b\np\t\tc\np\t\td\n");
    assert_eq!(lines("<pre>a\nb\n\nc  d</pre>"), "p\t\ta b\np\t\tc d\n");
}

#[test]
fn inline_elements_join_and_links_are_kept() {
    assert_eq!(
        lines(
            "<p>da<b>ta</b><wbr>base <a href='/x?utm_source=y&amp;z=1'>here</a>, <a href='#a'>there</a>"
        ),
        "p\t\tdatabase here, there\t/x?z=1\t#a\n"
    );
}

#[test]
fn a_protected_address_is_the_plain_one() {
    let hidden: String = "desk@example.org".bytes().map(|b| format!("{:02x}", b ^ 7)).collect();
    let protected = format!(
        "<p>Write to <a href='/cdn-cgi/l/email-protection#07{hidden}'><span class=__cf_email__ data-cfemail=07{hidden}>[email&#160;protected]</span></a>."
    );
    let plain = "<p>Write to <a href='mailto:desk@example.org'>desk@example.org</a>.";
    assert_eq!(lines(&protected), lines(plain));
    assert!(lines(plain).contains("Write to desk@example.org.\tmailto:desk@example.org"));
}

#[test]
fn invisible_characters_and_typography_are_no_change() {
    let before = "<p>We don't sell data - ever...";
    let after = "\u{feff}<p>We\u{a0}don\u{2019}t sell\u{200b} da\u{ad}ta \u{2013}\u{2009}ever\u{2026}\u{2060}";
    assert_eq!(lines(before), lines(after));
}

#[test]
fn plain_text_is_read_by_paragraphs() {
    let source = Source {
        bytes: b"TERMS\r\n\r\nWe keep\r\ndata.\r\n1. Short\r\n2. Long\r\n",
        content_type: Some("text/plain"),
    };
    let text = extract(&source, &Selection::default()).unwrap().text;
    assert_eq!(text.to_lines(), "p\t\tTERMS\np\t\tWe keep data.\np\t1.\tShort\np\t2.\tLong\n");
}

#[test]
fn what_the_page_says_of_itself() {
    let page = format!(
        "<html lang=en-GB><title>Privacy\n| Acme</title><meta property=og:site_name content=Acme><main>{POLICY}"
    );
    let page = read(&page);
    assert_eq!((page.title.as_str(), page.language.as_deref()), ("Privacy | Acme", Some("en")));
    assert_eq!((page.company.as_deref(), page.encoding), (Some("Acme"), "UTF-8"));
    assert_eq!(page.region, "the page's main element");
    assert_eq!(page.signs, vec![]);
    assert_eq!(read(POLICY).language.as_deref(), Some("en"));
}

fn select(markup: &str, select: &[&str], remove: &[&str]) -> Result<Extraction, ExtractFailure> {
    let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
    let selection = Selection { select: own(select), remove: own(remove) };
    extract(&Source { bytes: markup.as_bytes(), content_type: None }, &selection)
}

#[test]
fn the_selection_is_the_users_word() {
    let page = "<nav class=x><a href=/>Home</a></nav><div class=y>A<p class=z>B</p></div><div class=y>C</div>";
    let text = select(page, &[".y", ".x", ".z"], &[".z"]).unwrap().text;
    assert_eq!(text.to_lines(), "p\t\tHome\t/\np\t\tA\np\t\tC\n");
    let text = select(page, &[], &[".y"]).unwrap().text;
    assert!(!text.to_lines().contains('A'));
}

#[test]
fn a_page_that_names_no_content_is_read_where_its_sentences_stand() {
    let plain =
        words(&format!("<div><div class=w><div class=c>{}</div></div></div>", POLICY.repeat(3)));
    let page = |days: u32| {
        words(&format!(
            "<div class=xa>Sale ends in {days}d</div><div><div class=w><div class=c>{}</div></div></div>\
             <div class=ft>NYSE: ACM {days}.29</div>",
            POLICY.repeat(3)
        ))
    };
    assert_eq!(page(5), plain);
    assert_eq!(page(7), plain);
    // A title in a box of its own, and what stands between it and the text, are the policy's.
    let titled = words(&format!(
        "<div class=m>Menu</div><div><h1>Our promise</h1><p>Version of May</p></div>\
         <div><div class=w><div class=c>{}</div></div></div>",
        POLICY.repeat(3)
    ));
    assert_eq!(titled[..2], ["Our promise", "Version of May"]);
    assert_eq!(titled[2..], plain);
}

#[test]
fn sentences_called_navigation_or_foot_are_kept() {
    let folded = "<div><nav class=w-dropdown-list><p>You may appeal any decision of ours within 180 days.</p></nav></div>";
    let note = "<div class=ct><p>A.</p><footer><p>These terms are governed by the laws of California alone.</p></footer></div>";
    assert!(words(&format!("{POLICY}{folded}")).iter().any(|block| block.contains("180 days")));
    assert!(words(&format!("{POLICY}{note}")).iter().any(|block| block.contains("California")));
    let list = "<h1>Who gets data</h1><ul><li><a href=https://a.example>Aa</a><li><a href=https://b.example>Bb</a><li><a href=https://c.example>Cc</a></ul>";
    assert!(words(&format!("<main>{list}{POLICY}</main>")).iter().any(|block| block == "Cc"));
}

#[test]
fn counts_of_readers_and_consent_managers_are_noise() {
    check_noise("<main><p class=x>1,343 views</p><div><span>3 min read</span></div>POLICY</main>");
    check_noise("<main>POLICY<p>123 out of 456 found this helpful</p></main>");
    check_noise(
        "<div id=onetrust-consent-sdk><p>We and our 842 partners store information on your device for many purposes.</p></div><main>POLICY</main>",
    );
    let kept = words(&format!("<main>{POLICY}<ul><li>30 days<li>2 shares of stock</ul></main>"));
    assert_eq!(kept[kept.len() - 2..], ["30 days", "2 shares of stock"]);
}

#[test]
fn a_menu_within_the_selection_is_furniture_unless_it_was_selected() {
    let menu = "<nav><a href=/a>Blog</a> <a href=/b>Jobs</a></nav>";
    let page =
        format!("<div id=content>{menu}{POLICY}<footer class=f><a href=/>Acme</a></footer></div>");
    let plain = select(&format!("<div id=content>{POLICY}</div>"), &["#content"], &[]).unwrap();
    assert_eq!(select(&page, &["#content"], &[]).unwrap().text, plain.text);
    let lines = select(&page, &["#content", ".f"], &[]).unwrap().text.to_lines();
    assert!(lines.contains("Acme") && !lines.contains("Blog"), "{lines}");
}

#[test]
fn fault_045_selectors_that_are_none_or_match_nothing_are_failures() {
    for (selector, kind) in
        [("p[", TroubleKind::SelectionEmpty), (".none", TroubleKind::SelectionEmpty)]
    {
        let failure = select("<p>a", &[selector], &[]).unwrap_err();
        assert_eq!(failure.trouble().kind, kind);
        assert!(failure.to_string().contains(selector));
    }
    assert!(matches!(select("<p>a", &[], &["::"]), Err(ExtractFailure::BadSelector { .. })));
    let many = "<p>a".repeat(20_000);
    assert_eq!(select(&many, &["p:nth-child(n)"], &[]).unwrap().text.blocks.len(), 20_000);
}

/// Expects a sign on a short page, and none once the page holds a policy.
fn check_sign(page: &str, expected: TroubleKind) {
    let signs = read(page).signs;
    assert_eq!(signs.first().map(|sign| sign.kind), Some(expected), "{page}: {signs:?}");
    let long = format!("{page}<main>{}</main>", POLICY.repeat(3));
    assert_eq!(read(&long).signs, vec![], "{page}");
}

#[test]
fn signs_of_trouble_count_on_short_pages_only() {
    for (page, kind) in [
        (
            "<title>Page not found</title><h1>Oops</h1><p>There is nothing here.",
            TroubleKind::SoftMissing,
        ),
        ("<h1>404</h1><p>Try our search.", TroubleKind::SoftMissing),
        (
            "<title>Just a moment...</title><p>Checking your browser before you go on.",
            TroubleKind::BotWall,
        ),
        ("<h1>Access Denied</h1><p>You do not have permission.", TroubleKind::BotWall),
        ("<script src=/cdn-cgi/challenge-platform/x.js></script><p>Wait", TroubleKind::BotWall),
        ("<form><p>Sign in to your account</p><input type=password></form>", TroubleKind::Login),
        (
            "<div><p>Before you continue, we use cookies.</p><button>Go</button></div>",
            TroubleKind::Consent,
        ),
        (
            "<div id=root></div><script src=a.js></script><noscript>You need to enable JavaScript to run this app.</noscript>",
            TroubleKind::NeedsScript,
        ),
        (
            "<h2>Application error: a client-side exception has occurred.</h2>",
            TroubleKind::ErrorStatus,
        ),
        (
            "<title>502 Bad Gateway</title><center><h1>502 Bad Gateway</h1></center>",
            TroubleKind::ErrorStatus,
        ),
        ("<meta http-equiv=refresh content='0; url=/de/'><p>Redirecting", TroubleKind::Redirected),
        ("<p>Acme", TroubleKind::Empty),
        ("", TroubleKind::Empty),
    ] {
        check_sign(page, kind);
    }
}

#[test]
fn a_short_policy_shows_no_sign_of_trouble() {
    let signs = read(&format!("<title>Privacy</title><main>{POLICY}<p>We use a captcha and cookies; if access denied is what you read, write to us.</main>")).signs;
    assert_eq!(signs, vec![]);
}

#[test]
fn fault_038_and_046_pages_that_are_not_read_are_trouble() {
    let check = |markup: &str, content_type: &str, expected: TroubleKind| {
        let source = Source { bytes: markup.as_bytes(), content_type: Some(content_type) };
        let failure = extract(&source, &Selection::default()).unwrap_err();
        assert_eq!(failure.trouble().kind, expected, "{failure}");
    };
    let begun_at = time_spent();
    let nested = format!("<html>{}", "<ul><li>".repeat(32_000));
    check(&nested, "text/html", TroubleKind::Unreadable);
    let took = time_spent().saturating_sub(begun_at);
    assert!(took < Duration::from_secs(2), "{took:?}");
    check("%PDF-1.7", "text/html", TroubleKind::OtherType);
    check("{}", "application/json", TroubleKind::OtherType);
}

#[test]
fn fault_039_large_pages_end_soon() {
    let begun_at = time_spent();
    let nested = format!(
        "{}<p>We keep what you send us for a year, and no longer.{}",
        "<div>".repeat(400),
        "</div>".repeat(400)
    );
    for page in [
        "<p>a".repeat(50_000),
        "<footer class=menu><a href=#>a</a></footer>".repeat(10_000),
        format!("<ul>{}</ul>", "<li><a href=#x>a b c</a>".repeat(20_000)),
        nested.repeat(20),
        format!("<table>{}</table>", "<tr><td>a<td>b".repeat(20_000)),
        "\u{feff}".repeat(10_000),
        "\0".repeat(10_000),
        "a".repeat(2_000_000),
    ] {
        let _ = read(&page);
    }
    // Unoptimized; what is quadratic takes minutes.
    let took = time_spent().saturating_sub(begun_at);
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[test]
fn every_block_is_normalized() {
    let read = read("<p>\u{202e}a\u{0}\u{1b}[2J\tb\n</p><li>\u{2022}\u{a0}c<p>d");
    for block in read.text.blocks.iter() {
        let is_clean =
            |s: &str| !s.contains(char::is_control) && !s.contains("  ") && s.trim() == s;
        assert!(is_clean(&block.words) && is_clean(&block.marker), "{block:?}");
    }
    assert_eq!(
        read.text.blocks[1],
        Block { marker: "\u{2022}".to_owned(), ..Block::new(BlockKind::Item(1), "c") }
    );
}

#[test]
fn the_same_page_gives_the_same_text() {
    let page = format!("<main>{POLICY}<div id='S:1' hidden>x</div></main>");
    assert_eq!(read(&page), read(&page));
}
