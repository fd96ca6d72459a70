//! Pages whose content is hostile, huge, or no policy at all.

use std::time::{Duration, Instant};

use crate::{
    faults::{
        POLICY, assert_decent, assert_whole, edited, names, shell, status_of, told, under, watching,
    },
    mail::MailServer,
    server::reply::Reply,
    world::{Site, World, framed},
};

const AT_ONCE: &str = "[settings]\nallow_private_addresses = true\nhost_gap = \"0\"\n\
    confirm_within = 0\nrobots = false\nretries_max = 0\n";

/// Returns a site and a world of pages, each on record once.
fn kept(ids: &[String], keys: &str) -> (Site, World) {
    let site = Site::start();
    for id in ids {
        site.page(&format!("/{id}"), &framed(POLICY, "a"));
    }
    let world = watching(&site, AT_ONCE, ids, keys);
    world.sweep_at("2026-01-01T00:00:00Z");
    (site, world)
}

fn ids(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Sweeps pages of which each comes to trouble of one of its kinds (`login|empty`), and asserts
/// that nothing else came of it.
#[track_caller]
fn assert_troubles(cases: &[(&str, &str, Reply)]) {
    let mut names: Vec<String> = cases.iter().map(|(id, ..)| (*id).to_owned()).collect();
    names.push("good".to_owned());
    let (site, world) = kept(&names, "");
    for (id, _, reply) in cases {
        site.reply(&format!("/{id}"), reply.clone());
    }
    let ran = world.run(&["check", "-v"]);
    assert_eq!((ran.code, &*ran.stdout), (3, ""), "{}", ran.stderr);
    assert_decent(&ran);
    for (id, kinds, _) in cases {
        let status = status_of(&world, id);
        let kind = status["trouble"]["kind"].as_str().unwrap_or("none");
        assert!(kinds.split('|').any(|it| it == kind), "{id}: `{kind}` is not {kinds}: {status}");
        assert_eq!(status["versions"], 1, "{id}");
        assert_eq!(told(&world, id), ["trouble"], "{id}");
        let line = format!("warning: {id}: ");
        assert!(ran.stderr.lines().any(|it| it.starts_with(&line)), "{id}: {}", ran.stderr);
    }
    assert_eq!(status_of(&world, "good")["health"], "healthy");
    assert_whole(&world);
}

#[test]
fn fault_021_walls_and_error_pages_served_as_200_are_no_change() {
    let page =
        |body: &str| Reply::page(&format!("<!doctype html><html><body>{body}</body></html>"));
    assert_troubles(&[
        (
            "bot",
            "bot_wall",
            page(
                "<h1>Just a moment...</h1><p>Checking your browser before you access this site. \
                 Verify you are human.</p>",
            ),
        ),
        (
            "login",
            "login",
            page("<h1>Sign in</h1><form><input name=u><input type=password></form>"),
        ),
        ("missing", "soft_missing", page("<title>404 Not Found</title><h1>Page not found</h1>")),
        (
            "script",
            "needs_script|empty",
            page(
                "<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>",
            ),
        ),
        (
            "consent",
            "consent|collapsed|soft_missing",
            page(
                "<h1>Before you continue</h1><p>We use cookies and data to deliver our services. \
                 </p><button>Accept all</button><button>Reject all</button>",
            ),
        ),
    ]);
}

#[test]
fn fault_027_a_page_that_alternates_is_not_told_at_each_turn() {
    let site = Site::start();
    site.page("/p", &framed(POLICY, "a"));
    let settings = AT_ONCE.replace("confirm_within = 0\n", "");
    let world = watching(&site, &settings, &ids(&["p"]), "");
    world.sweep_at("2026-01-01T00:00:00Z");
    for turn in 0..12 {
        let policy = if turn % 2 == 0 { edited() } else { POLICY.to_owned() };
        site.page("/p", &framed(&policy, "a"));
        world.sweep_at(&format!("2026-01-{:02}T{:02}:00:00Z", 2 + turn / 4, turn % 4 * 6));
    }
    assert!(told(&world, "p").iter().all(|it| it == "change"), "{:?}", told(&world, "p"));
    let status = status_of(&world, "p");
    assert!(12 < status["visits"].as_u64().unwrap(), "each visit is on record");
    assert_eq!(status["alternating"]["wordings"], 2, "{status}");
    let words = "it alternates between 2 wordings: ";
    assert!(status["notes"].to_string().contains(words), "{status}");
    assert!(world.run(&["status"]).stdout.contains(words));
    let explained = world.run(&["explain", "p"]).stdout;
    assert!(explained.starts_with(&format!("p: {words}")), "{explained}");
    assert_whole(&world);
}

/// The third turn is the first at which it can be told from an edit that was taken back.
#[test]
fn fault_027_a_page_alternates_from_its_third_turn_on() {
    let site = Site::start();
    let settings = AT_ONCE.replace("confirm_within = 0\n", "");
    let world = watching(&site, &settings, &ids(&["p"]), "");
    for (day, policy) in [POLICY, &edited(), POLICY, &edited()].into_iter().enumerate() {
        site.page("/p", &framed(policy, "a"));
        world.sweep_at(&format!("2026-01-{:02}T00:00:00Z", day + 1));
        let is_third = day == 3;
        assert_eq!(status_of(&world, "p")["alternating"]["turns"] == 3, is_third, "turn {day}");
        let said = world.run(&["explain", "p"]).stdout.contains("alternates");
        assert_eq!(said, is_third, "turn {day}");
        assert!(told(&world, "p").iter().all(|it| it == "change"), "turn {day}");
    }
}

#[test]
fn fault_038_to_040_nests_and_floods_of_elements_end_in_words_and_soon() {
    let nest = |open: &str, count: usize| {
        Reply::page(&format!("<!doctype html><body>{}We promise.", open.repeat(count)))
    };
    let attributes: String = (0..300_000).map(|at| format!(" a{at}")).collect();
    // What is quadratic would take hours.
    assert_troubles(&[
        ("divs", "unreadable", nest("<div>", 50_000)),
        ("lists", "unreadable", nest("<ul><li>", 50_000)),
        ("bold", "unreadable", nest("<b>", 100_000)),
        ("groups", "unreadable", nest("<svg><g>", 50_000)),
        ("templates", "unreadable|empty", nest("<template>", 100_000)),
        ("tables", "unreadable", nest("<table><tr><td>", 50_000)),
        ("attributes", "unreadable|empty|collapsed", Reply::page(&format!("<p{attributes}>We"))),
        ("paragraphs", "unreadable|empty", nest("<p>", 1_000_000)),
    ]);
}

#[test]
fn fault_041_the_same_words_in_another_charset_are_no_change() {
    let (site, world) = kept(&names(1), "");
    let page = framed(&POLICY.replace("face prints", "caf\u{e9} prints"), "a");
    site.page("/page-0", &page);
    world.sweep_at("2026-01-02T00:00:00Z");
    let before = told(&world, "page-0");
    let latin: Vec<u8> = page.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf16: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(page.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let html = |kind: &str, body: &[u8]| Reply::new(200).header("Content-Type", kind).body(body);
    let forms = [
        html("text/html; charset=iso-8859-1", &latin),
        html("text/html; charset=windows-1252", &latin),
        html("text/html", &utf16),
        html("text/html; charset=utf-7", page.as_bytes()),
        html("text/html", &["\u{feff}".repeat(10_000).as_bytes(), page.as_bytes()].concat()),
        html("text/html; charset=utf-8", page.as_bytes()),
    ];
    for (at, form) in forms.into_iter().enumerate() {
        site.reply("/page-0", form);
        world.sweep_at(&format!("2026-01-{:02}T00:00:00Z", at + 3));
        assert_eq!(told(&world, "page-0"), before, "form {at}");
    }
    for (at, bytes) in [b"\xff\xfe\xfd<p>We".as_slice(), b"\0\0\0", b"\x1b$B\x1b(B<p>", &[0xed; 99]]
        .into_iter()
        .enumerate()
    {
        site.reply("/page-0", html("text/html", bytes));
        world.sweep_at(&format!("2026-02-{:02}T00:00:00Z", at + 1));
        assert!(
            !told(&world, "page-0").iter().skip(before.len()).any(|it| it.starts_with("change"))
        );
    }
    assert_whole(&world);
}

#[test]
fn fault_042_invisible_characters_are_shown_or_are_no_words() {
    let (site, world) = kept(&names(1), "");
    let hostile =
        POLICY.replace("We will not sell", "We will \u{202e}\u{2066}ton\u{200b} sell\u{e0041}");
    site.page("/page-0", &framed(&hostile, "a"));
    let ran = world.run(&["check"]);
    assert_decent(&ran);
    for raw in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{e0041}'] {
        assert!(!ran.stdout.contains(raw), "{raw:?} reaches the terminal raw");
    }
    assert_eq!(told(&world, "page-0"), ["change alert"]);
    let (site, world) = kept(&names(1), "");
    let spaced =
        POLICY.replace("will not", "will\u{a0}not").replace("technology", "techno\u{ad}logy");
    site.page("/page-0", &framed(&spaced, "a"));
    world.run(&["check"]);
    assert!(!told(&world, "page-0").contains(&"change alert".to_owned()));
}

#[test]
fn fault_043_two_large_texts_with_nothing_in_common_are_compared_in_bounds() {
    let (site, world) = kept(&names(1), "");
    let words = |seed: u64, count: u64| -> String {
        (0..count).map(|at| format!("w{} ", (at + seed) * 2_654_435_761 % 1_000_003)).collect()
    };
    site.page("/page-0", &framed(&format!("<p>{}</p>", words(1, 30_000)), "a"));
    world.run(&["check", "page-0"]);
    site.page("/page-0", &framed(&format!("<p>{}</p>", words(900_001, 30_000)), "a"));
    let began = Instant::now();
    let ran = world.run(&["check", "page-0"]);
    assert_decent(&ran);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_whole(&world);
}

#[test]
fn fault_045_a_selection_that_matches_nothing_is_trouble_and_a_bad_one_a_mistake() {
    let (site, world) = kept(&names(1), "");
    site.page("/page-0", &framed(POLICY, "a"));
    let list = std::fs::read_to_string(world.watchlist()).unwrap();
    std::fs::write(world.watchlist(), format!("{list}select = [\"#policy\"]\n")).unwrap();
    let ran = world.run(&["check"]);
    assert_eq!((ran.code, &*ran.stdout), (3, ""), "{}", ran.stderr);
    assert_eq!(status_of(&world, "page-0")["trouble"]["kind"], "selection_empty");
    assert_eq!(told(&world, "page-0"), ["trouble"]);
    std::fs::write(world.watchlist(), format!("{list}select = [\"p[[\"]\n")).unwrap();
    let asked = site.server().requests().len();
    let ran = world.run(&["check"]);
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("select") && ran.stderr.contains("line "), "{}", ran.stderr);
    assert_eq!(site.server().requests().len(), asked);
    std::fs::write(world.watchlist(), format!("{list}select = [\"i\"]\n")).unwrap();
    site.page("/page-0", &framed(&"<p><i>We promise.</i></p>".repeat(20_000), "a"));
    assert_decent(&world.run(&["check", "page-0"]));
    assert_whole(&world);
}

#[test]
fn fault_046_another_type_of_content_is_trouble_and_its_bytes_are_kept() {
    let typed = |kind: &str, body: &[u8]| Reply::new(200).header("Content-Type", kind).body(body);
    assert_troubles(&[
        ("pdf", "other_type", typed("application/pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")),
        ("json", "other_type", typed("application/json", b"{\"policy\": \"none\"}")),
        ("image", "other_type", typed("image/png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")),
        ("lying-pdf", "other_type", typed("text/html", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n")),
    ]);
}

#[test]
fn fault_049_fifty_fetches_that_mean_the_same_alert_nobody() {
    let (site, world) = kept(&names(1), "");
    for turn in 0..50_u32 {
        let furniture = format!(
            "Updated {turn} minutes ago</a><form><input type=hidden name=csrf value=n{}></form>\
             <aside class=\"ad\"><p>Ad {turn}: buy {} boots</p></aside>\
             <span class=\"views\">{} views</span><a href=\"/?session={turn}\">Home",
            turn.wrapping_mul(2_654_435_761),
            turn * 7 % 11,
            1_000 + turn * 13,
        );
        let mut links: Vec<String> = (0..5)
            .map(|at| format!("<li><a href=\"/news/{at}?n={turn}\">News {at}</a></li>"))
            .collect();
        links.rotate_left(turn as usize % 5);
        let page = framed(POLICY, &furniture)
            .replace(
                "<footer>",
                &format!("<aside><h3>Related</h3><ul>{}</ul></aside><footer>", links.concat()),
            )
            .replace(
                "<main>",
                &format!("<main data-nonce=\"{turn}\"><script nonce=\"{turn}\">x={turn}</script>"),
            );
        site.page("/page-0", &page);
        let day = 2 + turn / 2;
        world.sweep_at(&format!("2026-01-{day:02}T{:02}:00:00Z", turn % 2 * 12));
        assert_eq!(told(&world, "page-0"), Vec::<String>::new(), "turn {turn}");
    }
    let status = status_of(&world, "page-0");
    assert_eq!((&status["versions"], &status["visits"]), (&1.into(), &51.into()));
}

/// What a terminal would take for commands: clear, title, link, clipboard, C1, bell, overwriting.
const ESCAPES: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]8;;http://evil.example\u{1b}\\\u{1b}]52;c;eA==\u{7}\
    \u{1b}P+q\u{1b}\\\u{9b}31m\u{7}\u{8}\u{8}\u{7f}";

#[test]
fn fault_052_no_terminal_gets_a_command_from_a_page_or_a_server() {
    let names = ids(&["text", "head", "status", "redirect", "framing"]);
    let (site, world) = kept(&names, "");
    let hostile = edited().replace("Reviews", &format!("Reviews {ESCAPES}"));
    let entities: String =
        ESCAPES.chars().map(|c| format!("&#{};", u32::from(c))).collect::<String>();
    site.page("/text", &framed(&format!("{hostile}<p>More {entities} words.</p>"), ESCAPES));
    let bytes = ESCAPES.as_bytes();
    let head =
        Reply::page(&framed(POLICY, "a")).header("X", bytes).header("Content-Encoding", bytes);
    site.reply("/head", head);
    site.reply(
        "/status",
        Reply::raw([b"HTTP/1.1 500 ", bytes, b"\r\nContent-Length: 2\r\n\r\nno"].concat()),
    );
    site.reply("/redirect", Reply::new(302).header("Location", [b"ftp://", bytes].concat()));
    site.reply("/framing", Reply::raw([b"HTTP/1.1 ", bytes, b"\r\n\r\n"].concat()));
    let ran = world.run(&["check", "-v"]);
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    assert!(ran.stdout.contains("currently"), "{}", ran.stdout);
    assert_decent(&ran);
    let again = world.run(&["check", "-vv", "head", "status", "redirect", "framing"]);
    assert_decent(&again);
    for command in [
        &["log"][..],
        &["log", "--json"],
        &["status"],
        &["status", "--json"],
        &["show", "text"],
        &["diff", "text"],
        &["diff", "text", "--format", "plain"],
        &["diff", "text", "--format", "markdown"],
        &["diff", "text", "--format", "json"],
        &["explain", "text"],
        &["explain", "redirect", "--json"],
        &["explain", "head"],
        &["explain", "framing"],
        &["alert", "list"],
        &["verify", "-v"],
        &["check", "--dry-run", "text", "head", "redirect"],
        &["add", &site.url("/text"), "--allow-private-addresses"],
    ] {
        let ran = world.run(command);
        assert_decent(&ran);
    }
    for id in &names {
        assert_decent(&world.run(&["explain", id]));
    }
    let typed = under(&world, &shell("exec \"$0\" \"$(printf '\\033[2J')\""), &[]);
    assert_decent(&typed);
}

#[test]
fn fault_053_line_ends_in_a_title_make_no_header_of_a_mail() {
    let (site, mail) = (Site::start(), MailServer::start());
    site.page("/p", &framed(POLICY, "a"));
    let title = "title = \"x\"";
    let channel = format!(
        "\n[[channel]]\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n\
         from = \"pledgewatch@example.org\"\nto = [\"desk@example.org\"]\n",
        mail.port()
    );
    let page = format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"Acme \\r\\nBcc: spy@example.org\"\n{title}\nurl = \"{}\"\n",
        site.url("/p")
    );
    let lines = page.replace(title, "title = \"Faces\\r\\nBcc: spy@example.org\\r\\n\\r\\nHello\"");
    let world = crate::faults::world(&format!("{AT_ONCE}{lines}{channel}"));
    let refused = world.run(&["check"]);
    if refused.code == 2 {
        assert!(refused.stderr.contains("title"), "{}", refused.stderr);
        let plain = page.replace(" \\r\\nBcc: spy@example.org", "");
        std::fs::write(world.watchlist(), format!("{AT_ONCE}{plain}{channel}")).unwrap();
    }
    world.sweep_at("2026-01-01T00:00:00Z");
    let hostile = edited()
        .replace("Reviews", "Reviews&#13;&#10;Bcc: spy@example.org&#13;&#10;.&#13;&#10;QUIT")
        .replace(
            "<p>We do not",
            &format!("<p>.&#13;&#10;.&#10;QUIT {} We do not", "long".repeat(5_000)),
        );
    site.page("/p", &framed(&hostile, "a"));
    assert_eq!(world.run(&["check", "p"]).code, 0);
    let mails = mail.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].header("bcc"), None);
    assert!(mails[0].data.contains("QUIT"), "what is hostile is told");
    assert!(mails[0].data.contains("</html>"), "the mail is whole");
    assert!(mails[0].data.split("\r\n").all(|line| line.len() <= 998 && !line.contains('\n')));
}
