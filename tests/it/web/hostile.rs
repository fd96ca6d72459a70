//! Hostile words in every place that is shown, and hostile requests.

use std::{collections::BTreeSet, fs, path::PathBuf};

use scraper::{Html, Selector};

use crate::{
    web::client::{Served, ada},
    world::{Site, World, framed},
};

/// What a page, or who controls its title, would have a reader's browser do.
const ATTACKS: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "</textarea></title></style><svg onload=alert(1)>",
    "javascript:alert(1)",
    "<math><mi//xlink:href=\"data:x,<script>alert(1)</script>\">",
    "]]><!-- & &lt;script&gt; {{ 7*7 }} {% raw %}",
    "'><a href='javascript:alert(1)'>press</a>",
    "=HYPERLINK(\"http://evil.example\")",
];

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;")
}

/// Returns a world whose page says, and is called, what nobody may obey.
fn hostile() -> (Site, World) {
    let site = Site::start();
    let clauses = |ending: &str| -> String {
        ATTACKS
            .map(|it| format!("<p>We promise {} to everybody {ending}.</p>", escaped(it)))
            .concat()
    };
    let policy = |ending: &str| {
        format!(
            "<h1>{}</h1>{}<p>\u{202e}We\u{200b} mean it\u{2028}all.</p>",
            escaped(ATTACKS[1]),
            clauses(ending)
        )
    };
    site.page("/p", &framed(&policy("until there is a law"), "a"));
    let text = |words: &str| toml_string(words);
    let world = World::with(&format!(
        "confirm_within = 0\n\n[[page]]\nid = \"p\"\ncompany = {}\ntitle = {}\nurl = \"{}\"\n\
         [[page.pledge]]\nid = \"q\"\nname = {}\nquote = {}\n\
         [[page]]\nid = \"dots\"\ncompany = \"../../etc/passwd\"\ntitle = {}\nurl = \"{}\"\n",
        text(ATTACKS[1]),
        text(ATTACKS[2]),
        site.url("/p"),
        text(ATTACKS[0]),
        text("We promise <script>alert(1)</script>"),
        text(ATTACKS[7]),
        site.url("/missing"),
    ));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&policy("as we see fit"), "a"));
    world.sweep_at("2026-01-03T00:00:00Z");
    world.sweep_at("2026-01-05T00:00:00Z");
    (site, world)
}

fn toml_string(words: &str) -> String {
    format!("\"{}\"", words.replace('\\', "\\\\").replace('"', "\\\""))
}

fn all_of(page: &Html, selector: &str) -> Vec<(String, Vec<(String, String)>)> {
    let found = page.select(&Selector::parse(selector).unwrap()).collect::<Vec<_>>();
    let attributes = |it: &scraper::ElementRef| {
        it.value().attrs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    found.iter().map(|it| (it.value().name().to_owned(), attributes(it))).collect()
}

/// Asserts that a page has nothing but what our templates have.
#[track_caller]
fn assert_harmless(where_it_is: &str, text: &str) {
    let page = Html::parse_document(text);
    for (name, attributes) in all_of(&page, "*") {
        let known = ["img", "svg", "math", "iframe", "object", "embed", "base", "style"];
        assert!(!known.contains(&name.as_str()), "{where_it_is} has <{name}>");
        for (attribute, value) in &attributes {
            assert!(!attribute.starts_with("on"), "{where_it_is}: {name} {attribute}={value}");
            assert_ne!(attribute, "style", "{where_it_is}: our policy forbids styles of its own");
        }
    }
    let scripts = all_of(&page, "script");
    assert_eq!(scripts.len(), 1, "{where_it_is}: {scripts:?}");
    assert!(
        scripts[0].1.iter().any(|(name, value)| name == "src" && value.ends_with("assets/keys.js"))
    );
    for (_, attributes) in all_of(&page, "[href], [src], [action]") {
        for (name, value) in attributes {
            if ["href", "src", "action"].contains(&name.as_str()) {
                let scheme = value.split_once(':').map(|(scheme, _)| scheme);
                assert!(matches!(scheme, None | Some("http" | "https")), "{where_it_is}: {value}");
                assert!(!value.starts_with("//"), "{where_it_is}: {value}");
            }
        }
    }
}

fn paths(served: &Served) -> Vec<String> {
    let id = served.change();
    let mut paths: Vec<String> = [
        "/",
        "/changes/",
        "/pages/p/",
        "/pages/p/versions/1/",
        "/pages/p/captures/",
        "/pages/dots/",
        "/pledges/",
        "/pledges/p/q/",
        "/health/",
        "/help/",
        "/sign-in/?then=%22%3E%3Cscript%3E",
        "/search/?q=promise",
        "/search/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/nothing/%3Cscript%3Ealert(1)%3C/script%3E",
        "/timegate/https://x/%3Cscript%3Ealert(1)",
    ]
    .map(str::to_owned)
    .to_vec();
    paths.extend([format!("/changes/{id}/"), format!("/changes/{id}/sides/")]);
    paths
}

#[test]
fn fault_050_no_word_of_a_page_is_markup_in_ours() {
    let (_site, world) = hostile();
    let password = ada(&world);
    let served = Served::start(&world, &["--review"]);
    let cookie = served.sign_in("Ada", &password);
    for path in paths(&served) {
        let answer = served.get_as(&cookie, &path);
        assert_harmless(&path, &answer.text());
        assert!(answer.header("content-security-policy").starts_with("default-src 'none'"));
    }
    let shown = served.get(&format!("/changes/{}/", served.change())).text();
    assert!(shown.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "it is shown: {shown}");
    assert!(shown.contains("\\u{202e}We\\u{200b} mean it") || !shown.contains('\u{202e}'));
}

#[test]
fn fault_050_no_word_of_a_page_is_markup_in_a_file() {
    let (_site, world) = hostile();
    assert_eq!(world.run(&["publish", "out"]).code, 0);
    for path in files(&world.folder().join("out")) {
        if path.extension().is_some_and(|it| it == "html") {
            assert_harmless(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
        }
    }
}

fn files(folder: &std::path::Path) -> Vec<PathBuf> {
    let (mut folders, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found
}

#[test]
fn fault_051_only_addresses_of_the_web_become_links() {
    let (_site, world) = hostile();
    let served = Served::start(&world, &[]);
    let page = Html::parse_document(&served.get(&format!("/changes/{}/", served.change())).text());
    let outward: Vec<_> = all_of(&page, "a[rel~=noopener]").into_iter().map(|it| it.1).collect();
    assert_eq!(outward.len(), 1, "the page's own address alone leads outward: {outward:?}");
}

#[test]
fn fault_056_feeds_have_no_markup_of_a_page_and_stable_ids() {
    let (_site, world) = hostile();
    let served = Served::start(&world, &[]);
    let read = |path: &str| {
        let feed = served.get(path);
        assert_eq!(feed.header("content-type"), "application/atom+xml; charset=utf-8", "{path}");
        feed.text()
    };
    let feed = read("/feeds/all.atom");
    assert!(!feed.contains("]]>") && !feed.contains("<script") && !feed.contains("<img"), "{feed}");
    assert!(feed.chars().all(|c| c == '\n' || !c.is_control()), "{feed}");
    let ids = |feed: &str| -> Vec<String> {
        feed.split("<id>").skip(1).map(|it| it.split('<').next().unwrap().to_owned()).collect()
    };
    let unique: BTreeSet<String> = ids(&feed).into_iter().collect();
    assert!(2 <= unique.len() && unique.len() == ids(&feed).len(), "{feed}");
    assert_eq!(ids(&read("/feeds/all.atom")), ids(&feed));
    let of_page = ids(&read("/feeds/pages/p.atom"));
    assert!(2 <= of_page.len() && of_page[1..].iter().all(|id| unique.contains(id)), "{of_page:?}");
    assert!(!unique.contains(&of_page[0]), "a feed has a name of its own");
    let of_pledge = ids(&read("/feeds/pledges/p/q.atom"));
    assert!(of_pledge[1..].iter().all(|id| of_page.contains(id)), "{of_pledge:?}");
    // The same entries under the same names as JSON.
    for (atom, json) in [
        ("/feeds/all.atom", "/feeds/all.json"),
        ("/feeds/pages/p.atom", "/feeds/pages/p.json"),
        ("/feeds/pledges/p/q.atom", "/feeds/pledges/p/q.json"),
    ] {
        let answer = served.get(json);
        assert_eq!(answer.header("content-type"), "application/feed+json; charset=utf-8");
        let feed = answer.json();
        assert_eq!(feed["version"], "https://jsonfeed.org/version/1.1");
        assert!(feed["feed_url"].as_str().unwrap().ends_with(json), "{feed}");
        let items = feed["items"].as_array().unwrap().iter();
        let items: Vec<&str> = items.map(|it| it["id"].as_str().unwrap()).collect();
        assert_eq!(items, ids(&read(atom))[1..], "{json}");
        for item in feed["items"].as_array().unwrap() {
            let html = item["content_html"].as_str().unwrap();
            assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
        }
    }
    assert_eq!(served.get("/feeds/companies/nobody.atom").status, 404);
    assert_eq!(served.get("/feeds/companies/nobody.json").status, 404);
}

#[test]
fn fault_057_json_is_json_whatever_a_page_says() {
    let (_site, world) = hostile();
    let served = Served::start(&world, &[]);
    let id = served.change();
    for path in [
        "/api/pages",
        "/api/pages/p",
        "/api/changes",
        &format!("/api/changes/{id}"),
        "/api/pledges",
        "/api/pledges/p/q",
        "/api/search?q=promise",
        "/api/openapi.json",
    ] {
        let answer = served.get(path);
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (200, "application/json"),
            "{path}"
        );
        assert!(answer.json().is_object(), "{path}");
    }
}

#[test]
fn fault_058_no_file_is_named_by_a_page() {
    let (_site, world) = hostile();
    assert_eq!(world.run(&["publish", "out"]).code, 0);
    let root = world.folder().join("out");
    for path in files(&root) {
        let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"/-.".contains(&b);
        assert!(name.bytes().all(is_plain) && !name.contains(".."), "{name}");
    }
    assert!(root.join("feeds/companies/etc-passwd.atom").is_file());
}

#[test]
fn fault_059_no_request_makes_the_server_fail() {
    let (_site, world) = hostile();
    let served = Served::start(&world, &[]);
    let many = format!("/search/?{}", "a=1&".repeat(1_000_000));
    let long = format!("/search/?q={}", "x".repeat(3_000));
    for (path, status) in [
        (many.as_str(), 0),
        (&long, 400),
        ("/search/?q=%27%3B+DROP+TABLE+event%3B--", 200),
        ("/search/?q=%22*NEAR(", 200),
        ("/search/?q=promise+AND+NOT+(", 200),
        ("/search/?q=%00%ff%1b", 200),
        ("/search/?q=*", 200),
        ("/api/search?q=%22*NEAR(a+b%2C+1)", 200),
        ("/api/search?q=*", 400),
        ("/api/search", 400),
        ("/api/search?q=a&q=b", 400),
        ("/api/changes?limit=99999999999999999999", 400),
        ("/api/changes?state=burnt", 400),
        ("/api/changes?since=%00", 400),
        ("/api/changes?page=../../etc", 400),
        ("/api/changes?order=1", 400),
        ("/api/changes/0000000000000000", 404),
        ("/api/pages/nobody", 404),
        ("/changes/?state=%00", 400),
        ("/../../../../etc/passwd", 404),
        ("/assets/../../Cargo.toml", 404),
        ("/assets/..%2f..%2fCargo.toml", 404),
        ("/pages/%2e%2e/", 404),
        ("/pages/p/versions/4294967296/", 404),
        ("/changes/zzzz/", 404),
        ("/captures/..%2f..%2f", 404),
        ("/timegate/", 404),
        ("/timemap/%00", 404),
        ("/timemap-from/v1/", 404),
        ("/timemap-from/v1/nobody", 404),
        ("/timemap-from/1/p", 404),
        ("/timemap-from/v99999999999999999999/p", 404),
        ("/timemap-from/v9999/p", 404),
        ("//evil.example/pages", 404),
    ] {
        let answer = served.get(path);
        let shown: String = path.chars().take(60).collect();
        let is_right =
            if status == 0 { (400..500).contains(&answer.status) } else { answer.status == status };
        assert!(is_right, "{shown}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("root:"), "{shown}");
    }
    assert_eq!(served.get("/pages/p").header("location"), "/pages/p/");
    for method in ["PUT", "DELETE", "POST", "TRACE", "PATCH"] {
        let answer = served.ask(method, "/pages/p/", &[], "");
        assert_eq!(answer.status, 405, "{method}");
    }
    let big = "x".repeat(1 << 20);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let answer = served.ask("POST", "/sign-in/", &form, &format!("name={big}"));
    assert_eq!(answer.status, 400);
    for raw in
        ["GET / HTTP/1.1\r\nhost: localhost\r\nx: \u{1}\r\n\r\n", "\r\n\r\n\r\nnonsense\r\n\r\n"]
    {
        assert_eq!(served.raw(raw.as_bytes()).status, 400, "{raw:?}");
    }
    assert_eq!(served.get("/").status, 200, "and it goes on");
}

#[test]
fn fault_055_no_cell_of_a_table_is_a_formula() {
    let site = Site::start();
    site.page(
        "/p",
        &framed("<h1>=1+1</h1><p>=HYPERLINK(\"http://evil.example\") is what it says.</p>", "a"),
    );
    let world = World::with(&format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"=cmd|' /C calc'!A0\"\ntitle = \"@SUM(1+1)\"\nurl = \"{}\"\n",
        site.url("/p")
    ));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page(
        "/p",
        &framed("<h1>=1+1</h1><p>+HYPERLINK(\"http://evil.example\") is what it says.</p>", "a"),
    );
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-03T00:00:00Z");
    let table = world.run(&["export", "--csv", "-"]).stdout;
    assert!(table.contains("'=cmd|"), "{table}");
    for cell in table.lines().skip(1).flat_map(|line| line.split(',')) {
        let start = cell.trim_start_matches('"').chars().next();
        assert!(!start.is_some_and(|c| "=+-@\t\r".contains(c)), "{cell}: {table}");
    }
}
