//! Watchlists with mistakes and without, each with what reading them says.

use expect_test::{Expect, expect};

use crate::{
    model::{
        address::AddressRule,
        channel::{Channel, ChannelKind, MailSecurity, SecretSource, UrlSource},
        event::EventKind,
        watch::{RobotsRule, Term, WatchState, Watchlist},
    },
    watchlist::{
        mistakes::Mistakes,
        pages::PAGES_MAX,
        read::{TEXT_BYTES_MAX, read},
    },
};

/// Compares the mistakes of a watchlist with what they should be; `fine` if there is none.
fn check(input: &str, expectation: Expect) {
    let said = match read(input) {
        Ok(_) => "fine\n".to_owned(),
        Err(mistakes) => format!("{mistakes}\n"),
    };
    expectation.assert_eq(&said);
}

/// Checks a page with an id and an address, to which `lines` are added from line 4 on.
fn check_page(lines: &str, expectation: Expect) {
    check(&format!("[[page]]\nid = \"a\"\nurl = \"https://example.org/\"\n{lines}"), expectation);
}

/// Checks a channel, with one known page, whose lines begin in line 6.
fn check_channel(lines: &str, expectation: Expect) {
    let page = "[[page]]\nid = \"acme-terms\"\ncompany = \"Acme\"\nurl = \"https://example.org/\"";
    check(&format!("{page}\n[[channel]]\n{lines}"), expectation);
}

fn fine(input: &str) -> Watchlist {
    read(input).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

fn mistakes(input: &str) -> Mistakes {
    read(input).unwrap_err()
}

#[test]
fn an_empty_text_is_a_watchlist_without_pages() {
    for text in ["", "\n", "# ä", "\u{feff}", "\u{feff}\r\n", "[settings]", "\t[settings]\t\r\n"] {
        let Watchlist { source: _, settings, watches, channels } = fine(text);
        assert_eq!(settings, Default::default());
        assert!(watches.is_empty() && channels.is_empty());
    }
}

#[test]
fn everything_that_can_be_said_is_read() {
    let Watchlist { source: _, settings, watches, channels } = fine(EVERYTHING);
    assert_eq!(settings.contact.as_deref(), Some("desk@example.org"));
    assert_eq!((settings.pages_at_once, settings.host_gap.as_millis()), (4, 250));
    assert_eq!(settings.reviewers, 2);
    assert_eq!(settings.bounds.body_bytes_max, 1_000_000);
    assert_eq!(settings.bounds.wire_bytes_max, 65_536);
    assert_eq!((settings.bounds.redirects_max, settings.bounds.retries_max), (0, 3));
    assert_eq!(settings.bounds.connect_timeout.as_secs(), 1);
    assert_eq!(settings.bounds.head_timeout.as_secs(), 2);
    assert_eq!(settings.bounds.visit_timeout.as_secs(), 3);
    assert_eq!(settings.proxy.unwrap().as_str(), "socks5://127.0.0.1:1080");
    assert_eq!(settings.ca_file.unwrap().to_str(), Some("/etc/ca.pem"));

    let [first, second] = watches.as_slice() else { panic!("{watches:?}") };
    assert_eq!(first.urls.len(), 2);
    assert_eq!(first.url().as_str(), "https://example.org/1");
    assert_eq!(first.formerly.len(), 1);
    assert_eq!(first.selection.select, ["main"]);
    assert_eq!(first.selection.remove, [".a", ".b"]);
    assert_eq!((first.every.as_secs(), first.confirm_within.as_secs()), (5_400, 0));
    assert_eq!(first.trouble_after.as_secs(), 604_800);
    assert_eq!(first.language.as_deref(), Some("de"));
    assert_eq!(first.headers, [("X-Region".to_owned(), "EU".to_owned())]);
    assert_eq!((first.state, first.robots), (WatchState::Paused, RobotsRule::Honored));
    assert_eq!(first.addresses, AddressRule::PublicOnly);
    assert_eq!(first.title, "Terms of use");
    let [p, q] = first.pledges.as_slice() else { panic!() };
    assert_eq!((p.name.as_str(), p.quote.as_str()), ("No sales", "we will not sell"));
    assert_eq!(p.made.unwrap().to_string(), "2020-06-10");
    assert_eq!(p.until, Term::Deadline("2021-06-10".parse().unwrap()));
    assert_eq!((q.name.as_str(), q.made), ("q", None));
    assert_eq!(q.until, Term::Condition("a federal law".to_owned()));

    assert_eq!((second.every.as_secs(), second.confirm_within.as_secs()), (86_400, 7_200));
    assert_eq!(second.language.as_deref(), Some("en-US,en;q=0.8"));
    assert_eq!((second.state, second.robots), (WatchState::Active, RobotsRule::Ignored));
    assert_eq!(second.addresses, AddressRule::AnyAddress);

    let names: Vec<&str> = channels.iter().map(|channel| channel.name.as_str()).collect();
    assert_eq!(
        names,
        ["email-2", "email", "email-3", "slack", "webhook", "command", "feed", "stdout"]
    );
    check_everythings_channels(&channels);
}

fn check_everythings_channels(channels: &[Channel]) {
    let ChannelKind::Email(mail) = &channels[0].kind else { panic!() };
    assert_eq!((mail.server.as_str(), mail.port), ("smtp.example.org", 465));
    assert_eq!((mail.security, mail.from.as_str()), (MailSecurity::Tls, "P <p@example.org>"));
    assert_eq!(mail.to, ["a@example.org", "b@example.org"]);
    assert_eq!(mail.password, Some(SecretSource::Env("SMTP_PASSWORD".to_owned())));
    let ChannelKind::Email(mail) = &channels[1].kind else { panic!() };
    assert_eq!((mail.port, mail.from.as_str()), (25, "desk@example.org"));
    let ChannelKind::Email(mail) = &channels[2].kind else { panic!() };
    assert_eq!((mail.security, mail.port), (MailSecurity::StartTls, 2_525));
    let ChannelKind::Chat(slack) = &channels[3].kind else { panic!() };
    assert_eq!(slack.url, UrlSource::Secret(SecretSource::File("/run/slack".into())));
    let ChannelKind::Webhook(webhook) = &channels[4].kind else { panic!() };
    assert_eq!(webhook.url, UrlSource::Written("http://127.0.0.1:8080/".parse().unwrap()));
    assert_eq!(webhook.addresses, AddressRule::AnyAddress);
    assert_eq!(webhook.secret, Some(SecretSource::Env("KEY".to_owned())));
    let ChannelKind::Command(command) = &channels[5].kind else { panic!() };
    assert_eq!(
        (command.program.as_str(), command.arguments.as_slice()),
        ("tell", &["".to_owned(), "--now".to_owned()][..])
    );
    let ChannelKind::Feed(feed) = &channels[6].kind else { panic!() };
    assert_eq!((feed.folder.to_str(), feed.entries_max), (Some("feeds"), 20));
    assert_eq!(feed.base.as_ref().unwrap().as_str(), "https://example.org/feeds/");
    check_everythings_routes(channels);
}

fn check_everythings_routes(channels: &[Channel]) {
    let filter = &channels[5].filter;
    assert_eq!(filter.pledges, ["p".parse().unwrap()]);
    assert_eq!(filter.min_kind, Some(crate::model::verdict::Meaning::Narrowed));
    assert_eq!((filter.not_companies.len(), filter.not_pages.len()), (1, 1));
    assert_eq!((filter.not_pledges.len(), filter.not_kinds.len()), (1, 2));
    let timing = &channels[5].timing;
    let digest = timing.digest.as_ref().unwrap();
    assert_eq!(digest.weekday, Some(jiff::civil::Weekday::Monday));
    assert_eq!(digest.at.to_string(), "08:00:00");
    assert_eq!(digest.zone.iana_name(), Some("Europe/Brussels"));
    let quiet = timing.quiet.as_ref().unwrap();
    assert_eq!((quiet.from.hour(), quiet.to.minute()), (22, 30));
    let filter = &channels[7].filter;
    assert_eq!(filter.companies, ["Acme"]);
    assert_eq!(filter.pages, ["a".parse().unwrap(), "b".parse().unwrap()]);
    assert_eq!(filter.kinds, [EventKind::Gone, EventKind::Change]);
}

const EVERYTHING: &str = r#"
[settings]
contact = "desk@example.org"
pages_at_once = 4
reviewers = 2
host_gap = "250ms"
connect_timeout = "1s"
head_timeout = "2s"
visit_timeout = "3s"
body_bytes_max = 1_000_000
wire_bytes_max = 0x1_0000
redirects_max = 0
retries_max = 3
proxy = "socks5://127.0.0.1:1080"
ca_file = "/etc/ca.pem"
every = "1d"
confirm_within = "2h"
language = "en-US,en;q=0.8"
robots = false
allow_private_addresses = true

[[page]]
id = "a"
company = "Acme"
title = """Terms
  of use"""
urls = ["https://example.org/1", "https://example.org/2"]
formerly = "https://example.org/tos"
every = "1h30m"
confirm_within = 0
trouble_after = "1w"
language = "de"
headers = { X-Region = "EU" }
select = "main"
remove = [".a", ".b"]
paused = true
robots = true
allow_private_addresses = false
[[page.pledge]]
id = "p"
name = "No sales"
quote = "we will not sell"
made = 2020-06-10
deadline = "2021-06-10"
[[page.pledge]]
id = "q"
quote = "we will not lend"
condition = "a federal law"

[[page]]
id = "b"
url = "https://example.org/3"

[[channel]]
kind = "email"
server = "smtp.example.org"
security = "tls"
username = "desk"
password = { env = "SMTP_PASSWORD" }
from = "P <p@example.org>"
to = ["a@example.org", "b@example.org"]
[[channel]]
kind = "email"
name = "email"
server = "localhost"
security = "plain"
to = "a@example.org"
[[channel]]
kind = "email"
server = "::1"
port = 2525
to = "a@example.org"
[[channel]]
kind = "slack"
url = { file = "/run/slack" }
[[channel]]
kind = "webhook"
url = "http://127.0.0.1:8080/"
secret = { env = "KEY" }
allow_private_addresses = true
[[channel]]
kind = "command"
command = ["tell", "", "--now"]
pledges = ["p"]
min_kind = "narrowed"
not_companies = ["Acme"]
not_pages = ["b"]
not_pledges = ["q"]
not_kinds = ["moved", "recovered"]
digest = "weekly Monday 08:00 Europe/Brussels"
quiet = "22:00-07:30 Europe/Brussels"
[[channel]]
kind = "feed"
folder = "feeds"
base = "https://example.org/feeds/"
entries_max = 20
[[channel]]
kind = "stdout"
companies = "Acme"
pages = ["a", "b"]
kinds = ["gone", "change"]
"#;

#[test]
fn all_mistakes_of_a_file_are_told_at_once_in_its_order() {
    check(
        "\u{feff}# Übersicht – alles falsch\r\n\
        colour = 1\r\n\
        [settings]\r\n\
        contakt = \"x\"\r\n\
        every = 6\r\n\
        pages_at_once = 0\r\n\
        proxy = \"http://desk:hunter2@proxy.example.org\"\r\n\
        [[page]]\r\n\
        id = \"Acme Terms\"  # ä\r\n\
        url = \"www.example.org/ä\"\r\n\
        [[page]]\r\n\
        \tid = \"b\"\r\n\
        \turl = \"https://u:hunter2@example.org/\"\r\n\
        \tevery = \"-1h\"\r\n\
        \tselect = \"div >\"\r\n\
        \theaders = { Host = \"x\", \"a b\" = \"c\" }\r\n\
        \t[[page.pledge]]\r\n\
        \tname = \"p\"\r\n\
        [[page]]\r\n\
        id = \"b\"\r\n\
        urls = [\"https://example.org/1\", \"https://example.org/1\",\r\n\
          \"https://example.org:22/\"]\r\n\
        title = 3\r\n\
        [[channel]]\r\n\
        kind = \"mail\"\r\n\
        pages = \"c\"\r\n\
        [[channel]]\r\n\
        kind = \"email\"\r\n\
        password = \"hunter2\"\r\n\
        to = []\r\n",
        expect![[r##"
            line 2: colour: this key is not known; the keys here are settings, page, channel
            line 4: settings.contakt: this key is not known; did you mean `contact`?
            line 5: settings.every = 6: the unit is missing; write "6m", "6h" or "6d"
            line 6: settings.pages_at_once = 0: it is out of bounds; write a whole number from 1 to 256
            line 7: settings.proxy = "http://…@proxy.example.org": it carries a user name or a password; use a proxy that knows this machine by its address: no secret stands in this file
            line 9: page "Acme Terms".id = "Acme Terms": an id is 1 to 100 of a-z, 0-9 and -; write "acme-terms"
            line 10: page "Acme Terms".url = "www.example.org/ä": https:// is missing; write the whole address, with https:// in front
            line 13: page "b".url = "https://…@example.org/": it carries a user name or a password; leave out what stands before the @: no secret stands in this file
            line 14: page "b".every = "-1h": a duration cannot be negative; write a whole number with its unit, "1m" to "366d", as in "6h"
            line 15: page "b".select = "div >": this is no CSS selector; write a CSS selector, as in "main", ".policy" or "#content p"
            line 16: page "b".headers.Host: the connection itself sets this header; leave it out
            line 16: page "b".headers."a b": this is no name of a header; use letters, digits and hyphens
            line 17: page "b".pledge[1].id: this key is missing; name the pledge, as in id = "no-face-sales"
            line 17: page "b".pledge[1].quote: this key is missing; write a short, distinctive phrase of the promise, as it stands on the page
            line 20: page "b".id = "b": the page of line 12 has this id as well; give each page an id of its own; the archive knows pages by it
            line 21: page "b".urls[2] = "https://example.org/1": page "b" (line 21) has this address already; watch each address once: one page may carry several pledges
            line 22: page "b".urls[3] = "https://example.org:22/": port 22 is not one of the web; leave the port out, or use 80, 443 or the one of 1024 and above that serves HTTP
            line 23: page "b".title = 3: this is a whole number, where a string is needed; put it in quotes
            line 25: channel[1].kind = "mail": this kind of channel is not known; did you mean "email"?
            line 26: channel[1].pages = "c": no page of the watchlist has this id; use one of "Acme Terms", "b"
            line 27: channel[2].server: this key is missing; write the mail server's name, as in server = "smtp.example.org"; for one on this machine, server = "localhost" and security = "plain"
            line 27: channel[2].from: this key is missing; write the sender, as in from = "pledgewatch@example.org"
            line 29: channel[2].password: a secret may not stand in the watchlist; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
            line 29: channel[2].password: a password needs a user name; write `username` as well
            line 30: channel[2].to: nobody would be told; write who is told, as in to = ["desk@example.org"]
        "##]],
    );
}

#[test]
fn what_is_no_toml_is_told_with_its_line() {
    check(
        "# ä\n\n[[page]\nid = \"a\"\n",
        expect![[r#"
            line 3: this is not TOML: unclosed array table, expected `]`; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    check(
        "a = 1\na = 2\n[b\nc=\"x\n",
        expect![[r#"
            line 2: this is not TOML: duplicate key; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
            line 3: this is not TOML: unclosed table, expected `]`; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    check(
        "[[channel]]\npassword = hunter2\n",
        expect![[r#"
            line 2: this is not TOML: string values must be quoted, expected literal string; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    check(
        "b = [[[[\n",
        expect![[r#"
            line 1: this is not TOML: unclosed array, expected `]`; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    check(
        "x = 1\ry = 2",
        expect![[r#"
            line 1: this is not TOML: carriage return must be followed by newline, expected newline; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    check(
        "[[page]]\nid = \"a\"\n[[page.pledge]]\nmade = 2020-02-30\n",
        expect![[r#"
            line 4: this is not TOML: invalid date, expected day between 01 and 29; look here and in the line above for a missing quote, bracket or equals sign, or for a key or table that is there twice
        "#]],
    );
    let nested = format!("a = {}", "[".repeat(100_000));
    assert_eq!(mistakes(&nested).0[0].line, 1);
}

#[test]
fn unknown_keys_lead_to_the_nearest_known_one() {
    check(
        "[[pages]]\nid = \"a\"\n",
        expect![[r#"
        line 1: pages: this key is not known; did you mean `page`?
    "#]],
    );
    check(
        "[setting]\n",
        expect![[r#"
        line 1: setting: this key is not known; did you mean `settings`?
    "#]],
    );
    check(
        "[settings]\nhost-gap = \"2s\"\npaused = true\n",
        expect![[r#"
        line 2: settings.host-gap: this key is not known; did you mean `host_gap`?
        line 3: settings.paused: this key is not known; it belongs in [[page]]
    "#]],
    );
    check_page(
        "selector = \"main\"\ncontact = \"x\"\n\"\" = 1\n\"ä \\u001b\" = 1",
        expect![[r#"
            line 4: page "a".selector: this key is not known; did you mean `select`?
            line 5: page "a".contact: this key is not known; it belongs in [settings]
            line 6: page "a"."": this key is not known; the keys here are id, company, title, url, urls, formerly, headers, select, remove, paused, learn, pledge, every, confirm_within, trouble_after, also_alert, remind, language, robots, allow_private_addresses
            line 7: page "a"."ä \u{1b}": this key is not known; the keys here are id, company, title, url, urls, formerly, headers, select, remove, paused, learn, pledge, every, confirm_within, trouble_after, also_alert, remind, language, robots, allow_private_addresses
        "#]],
    );
    check_page(
        "headers.x = \"y\"\nzzzzzzzzz.x = 1",
        expect![[r#"
            line 5: page "a".zzzzzzzzz: this key is not known; the keys here are id, company, title, url, urls, formerly, headers, select, remove, paused, learn, pledge, every, confirm_within, trouble_after, also_alert, remind, language, robots, allow_private_addresses
        "#]],
    );
    check_page(
        "[page.pledges]\nid = \"p\"",
        expect![[r#"
        line 4: page "a".pledges: this key is not known; did you mean `pledge`?
    "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\nevery = \"6h\"",
        expect![[r#"
        line 7: page "a".pledge "p".every: this key is not known; it belongs in [settings] or [[page]]
    "#]],
    );
    check(
        "every = \"6h\"",
        expect![[r#"
        line 1: every: this key is not known; it belongs in [settings] or [[page]]
    "#]],
    );
}

#[test]
fn an_unknown_key_never_repeats_its_value() {
    check_channel(
        "kind = \"email\"\nserver = \"s\"\npasword = \"hunter2\"\nfrom = \"a@b.c\"\nto = \"a@b.c\"",
        expect![[r#"
            line 8: channel[1].pasword: this key is not known; did you mean `password`?
        "#]],
    );
}

#[test]
fn tables_of_the_wrong_form_are_mistakes() {
    check(
        "page = 1\nchannel = \"x\"\nsettings = []",
        expect![[r#"
        line 1: page = 1: this is a whole number, where a list of tables is needed; write `[[page]]` above each of them
        line 2: channel = "x": this is a string, where a list of tables is needed; write `[[channel]]` above each of them
        line 3: settings: this is a list, where a table is needed; write `[settings]` on a line of its own, and its keys below
    "#]],
    );
    check(
        "[page]\nid = \"a\"\nurl = \"https://example.org/\"",
        expect![[r#"
        line 1: page: this is a table, where a list of tables is needed; write `[[page]]` above each of them
    "#]],
    );
    check(
        "page = [1, { id = \"a\", url = \"https://example.org/\" }]",
        expect![[r#"
        line 1: page[1] = 1: this is a whole number, where a table is needed; write `[[page]]` above each of them
    "#]],
    );
    check_page(
        "pledge = \"we will not\"",
        expect![[r#"
        line 4: page "a".pledge = "we will not": this is a string, where a list of tables is needed; write `[[page.pledge]]` above each of them
    "#]],
    );
    check(
        "page = [{ id = \"a\", url = \"https://example.org/\" }]",
        expect![[r#"
        fine
    "#]],
    );
}

#[test]
fn ids_are_checked_and_better_ones_proposed() {
    check(
        "[[page]]\nurl = \"https://example.org/\"",
        expect![[r#"
        line 1: page[1].id: this key is missing; name the page for good, as in id = "example-privacy-policy"
    "#]],
    );
    check(
        "[[page]]\nid = \"Größe X\"\nurl = \"https://example.org/\"",
        expect![[r#"
        line 2: page "Größe X".id = "Größe X": an id is 1 to 100 of a-z, 0-9 and -; write "gr-e-x"
    "#]],
    );
    check(
        "[[page]]\nid = \"…\"\nurl = \"https://example.org/\"",
        expect![[r#"
        line 2: page "…".id = "…": an id is 1 to 100 of a-z, 0-9 and -; write an id, as in "example-privacy-policy"
    "#]],
    );
    check(
        "[[page]]\nid = 7\nurl = \"https://example.org/\"",
        expect![[r#"
        line 2: page[1].id = 7: this is a whole number, where a string is needed; put it in quotes
    "#]],
    );
    check_page(
        "[[page]]\nid = \"b\"\nurl=\"https://example.org/b\"\n[[page]]\nid = \"a\"\nurl=\"https://example.org/c\"",
        expect![[r#"
            line 8: page "a".id = "a": the page of line 2 has this id as well; give each page an id of its own; the archive knows pages by it
        "#]],
    );
}

#[test]
fn addresses_are_checked_without_repeating_a_password() {
    check(
        "[[page]]\nid = \"a\"",
        expect![[r#"
        line 1: page "a".url: this key is missing; write its address, as in url = "https://www.example.org/terms"
    "#]],
    );
    check_page(
        "urls = [\"https://example.org/2\"]",
        expect![[r#"
        line 4: page "a".urls: a page has `url` or `urls`, not both; keep `url` for one address, `urls` for several parts in order
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = [\"https://example.org/\"]",
        expect![[r#"
        line 3: page "a".url: this is a list, where one address is needed; write `urls` for a page of several parts
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurls = \"https://example.org/\"",
        expect![[r#"
        line 3: page "a".urls = "https://example.org/": this is a string, where a list of addresses is needed; write `url` for a page of one part
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurls = []",
        expect![[r#"
        line 3: page "a".urls: the list is empty; write the addresses of the parts
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurls = [1]",
        expect![[r#"
        line 3: page "a".urls[1] = 1: this is a whole number, where a string is needed; put it in quotes
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = \"https://u:hunter2@example.org/\"",
        expect![[r#"
            line 3: page "a".url = "https://…@example.org/": it carries a user name or a password; leave out what stands before the @: no secret stands in this file
        "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = \"ftp://u:hunter2@example.org/\"",
        expect![[r#"
        line 3: page "a".url = "ftp://…@example.org/": this is no address of the web; write an address that begins with https:// or http://
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = \"https://u:hun ter2@example.org/\"",
        expect![[r#"
        line 3: page "a".url = "https://…@example.org/": white space stands in it; remove it, or write it as %20
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = \"https://example.org/#faces\"",
        expect![[r#"
        line 3: page "a".url = "https://example.org/#faces": what follows the # never reaches the server; leave out the # and what follows it; use `select` to read only a part of a page
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurl = \"https://example.org:6379/\"",
        expect![[r#"
        line 3: page "a".url = "https://example.org:6379/": port 6379 is not one of the web; leave the port out, or use 80, 443 or the one of 1024 and above that serves HTTP
    "#]],
    );
}

#[test]
fn an_address_is_watched_once() {
    check_page(
        "[[page]]\nid = \"b\"\nurl = \"HTTPS://EXAMPLE.org:443\"",
        expect![[r#"
        line 6: page "b".url = "HTTPS://EXAMPLE.org:443": page "a" (line 3) has this address already; watch each address once: one page may carry several pledges
    "#]],
    );
    check(
        "[[page]]\nid = \"a\"\nurls = [\n\"https://example.org/\",\n\"https://example.org/\"]",
        expect![[r#"
            line 5: page "a".urls[2] = "https://example.org/": page "a" (line 4) has this address already; watch each address once: one page may carry several pledges
        "#]],
    );
    check_page(
        "formerly = \"https://example.org\"",
        expect![[r#"
        line 4: page "a".formerly = "https://example.org": this is the current address of page "a" (line 3); list only addresses at which no page of this watchlist is any more
    "#]],
    );
    check_page(
        "formerly = [\"https://example.org/b\", \"https://example.org/b\"]\n\
        [[page]]\nid = \"b\"\nurl = \"https://example.org/b\"",
        expect![[r#"
            line 4: page "a".formerly[1] = "https://example.org/b": this is the current address of page "b" (line 7); list only addresses at which no page of this watchlist is any more
            line 4: page "a".formerly[2] = "https://example.org/b": this address is in the list twice; keep one of them
        "#]],
    );
}

#[test]
fn durations_have_units_and_bounds() {
    check_page(
        "every = 6",
        expect![[r#"
            line 4: page "a".every = 6: the unit is missing; write "6m", "6h" or "6d"
        "#]],
    );
    check_page(
        "every = \"6\"",
        expect![[r#"
            line 4: page "a".every = "6": the unit is missing; write "6m", "6h" or "6d"
        "#]],
    );
    check_page(
        "every = 0",
        expect![[r#"
        line 4: page "a".every = 0: this is too short; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = \"0\"",
        expect![[r#"
        line 4: page "a".every = "0": this is too short; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = -6",
        expect![[r#"
        line 4: page "a".every = -6: a duration cannot be negative; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = \"59s\"",
        expect![[r#"
        line 4: page "a".every = "59s": this is too short; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = \"367d\"",
        expect![[r#"
        line 4: page "a".every = "367d": this is too long; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = \"often\"",
        expect![[r#"
        line 4: page "a".every = "often": this is no duration; write a whole number with its unit, "1m" to "366d", as in "6h"
    "#]],
    );
    check_page(
        "every = 1.5",
        expect![[r#"
        line 4: page "a".every = 1.5: this is a decimal number, where a duration is needed; write a number and a unit, as in "6h"
    "#]],
    );
    check_page(
        "every = true",
        expect![[r#"
        line 4: page "a".every = true: this is true or false, where a duration is needed; write a number and a unit, as in "6h"
    "#]],
    );
    check_page(
        "confirm_within = \"0\"\ntrouble_after = 0\nevery = \"366d\"",
        expect![[r#"
        fine
    "#]],
    );
    check(
        "[settings]\nhost_gap = 2\nvisit_timeout = 0\nhead_timeout = \"2h\"",
        expect![[r#"
            line 2: settings.host_gap = 2: the unit is missing; write "2ms", "2s" or "2m"
            line 3: settings.visit_timeout = 0: this is too short; write a whole number with its unit, "100ms" to "1h", as in "2s"
            line 4: settings.head_timeout = "2h": this is too long; write a whole number with its unit, "100ms" to "1h", as in "2s"
        "#]],
    );
}

#[test]
fn numbers_have_bounds() {
    check(
        "[settings]\npages_at_once = 257\nredirects_max = -1\nretries_max = \"2\"\n\
        body_bytes_max = 99999999999999999999999\nwire_bytes_max = 1.5",
        expect![[r#"
            line 2: settings.pages_at_once = 257: it is out of bounds; write a whole number from 1 to 256
            line 3: settings.redirects_max = -1: it is out of bounds; write a whole number from 0 to 20
            line 4: settings.retries_max = "2": this is a string, where a whole number is needed; write a whole number from 0 to 10, without quotes
            line 5: settings.body_bytes_max = 99999999999999999999999: it is out of bounds; write a whole number from 1024 to 1073741824
            line 6: settings.wire_bytes_max = 1.5: this is a decimal number, where a whole number is needed; write a whole number from 1024 to 1073741824, without quotes
        "#]],
    );
}

#[test]
fn types_are_told_in_words() {
    check_page(
        "title = 2020-06-10\ncompany = [\"a\"]\npaused = \"yes\"\nrobots = 1",
        expect![[r#"
            line 4: page "a".title = 2020-06-10: this is a date or time, where a string is needed; put it in quotes
            line 5: page "a".company: this is a list, where a string is needed; put it in quotes
            line 6: page "a".paused = "yes": this is a string, where true or false is needed; write `true` or `false` bare
            line 7: page "a".robots = 1: this is a whole number, where true or false is needed; write `true` or `false` bare
        "#]],
    );
    check_page(
        "language = \"english please\"\nselect = {}\nremove = [\"a\", 1]",
        expect![[r#"
        line 4: page "a".language = "english please": this is no list of languages; write language tags, as in "en" or "en-US,en;q=0.8"
        line 5: page "a".select: this is a table, where a string is needed; put it in quotes
        line 6: page "a".remove[2] = 1: this is a whole number, where a string is needed; put it in quotes
    "#]],
    );
    check_page(
        "title = \"\"\ncompany = \"\"",
        expect![[r#"
        fine
    "#]],
    );
    check_page(
        "title = \"a\\u0000b\"\ncompany = \"\\u001b[31m\"",
        expect![[r#"
        line 4: page "a".title = "a\0b": the character U+0000 stands in it; leave it out: no program and no page can take it
        line 5: page "a".company = "\u{1b}[31m": a control character stands in it; leave it out
    "#]],
    );
    check(
        "[settings]\ncontact = \"dësk\"\nca_file = \"\"\nproxy = \"proxy:3128\"",
        expect![[r#"
        line 2: settings.contact = "dësk": it does not fit into the User-Agent, in which each visit sends it; write a mail address or the address of a web page, in plain ASCII
        line 3: settings.ca_file = "": it is empty; write the path of a file
        line 4: settings.proxy = "proxy:3128": a proxy is reached by http, https or socks5; write scheme, host and port, as in "http://proxy.example.org:3128"
    "#]],
    );
}

#[test]
fn selectors_are_checked_one_by_one() {
    check_page(
        "select = [\"main\", \"..x\"]\nremove = \"//div\"",
        expect![[r##"
        line 4: page "a".select[2] = "..x": this is no CSS selector; write a CSS selector, as in "main", ".policy" or "#content p"
        line 5: page "a".remove = "//div": this looks like XPath; write a CSS selector, as in "main", ".policy" or "#content p"
    "##]],
    );
}

#[test]
fn headers_that_are_ours_are_refused() {
    check_page(
        "[page.headers]\nUser-Agent = \"curl\"\nCookie = \"consent=1\"\nAccept = 1\n\
        authorization = \"Bearer hunter2\"\nIf-None-Match = \"x\"\nX-A = \"ü\"\nx-a = \"b\"\n\
        X-B = \"1\"\nx-b = \"2\"\nX-C = \"a\\r\\nHost: b\"",
        expect![[r#"
            line 5: page "a".headers.User-Agent: we never hide who visits; use `contact` in [settings] to be reached
            line 7: page "a".headers.Accept: this is a whole number, where a string is needed; put it in quotes
            line 8: page "a".headers.authorization: pages behind a login are not watched, and no secret stands in this file; leave it out
            line 9: page "a".headers.If-None-Match: we keep the validators, so that no change hides behind a 304; leave it out
            line 10: page "a".headers.X-A: its value cannot be sent in a header; use at most 4,000 characters of plain ASCII, without white space around them and on one line
            line 13: page "a".headers.x-b: this header is there twice; keep one of them: case does not count
            line 14: page "a".headers.X-C: its value cannot be sent in a header; use at most 4,000 characters of plain ASCII, without white space around them and on one line
        "#]],
    );
    check_page(
        "headers = [\"Cookie: a=b\"]",
        expect![[r#"
        line 4: page "a".headers: this is a list, where a table of strings is needed; write a table of strings, as in headers = { "X-Region" = "EU" }
    "#]],
    );
    check_page(
        "headers = { Cookie = \"a=b\", Accept = \"text/html\" }",
        expect![[r#"
        fine
    "#]],
    );
}

#[test]
fn pledges_are_checked() {
    check_page(
        "[[page.pledge]]\nname = \"n\"",
        expect![[r#"
        line 4: page "a".pledge[1].id: this key is missing; name the pledge, as in id = "no-face-sales"
        line 4: page "a".pledge[1].quote: this key is missing; write a short, distinctive phrase of the promise, as it stands on the page
    "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \" \"\nmade = \"June\"",
        expect![[r#"
        line 6: page "a".pledge "p".quote = " ": it is empty; write a short, distinctive phrase of the promise, as it stands on the page
        line 7: page "a".pledge "p".made = "June": this is no day; write a day, as in 2020-06-10
    "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\n[[page.pledge]]\nid = \"p\"\nquote = \"r\"",
        expect![[r#"
            line 8: page "a".pledge "p".id = "p": the pledge of line 5 has this id as well; give each pledge of a page its own
        "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\ncondition = \"a law\"\ndeadline = 2020-01-01",
        expect![[r#"
            line 8: page "a".pledge "p".deadline = 2020-01-01: a pledge has a deadline or a condition, not both; keep what the page itself says
        "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\nmade = 2020-01-02\ndeadline = 2020-01-01",
        expect![[r#"
            line 8: page "a".pledge "p".deadline = 2020-01-01: the deadline is before the day on which the pledge was made; look which of `made` and `deadline` is right
        "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\nmade = 2020-01-02T00:00:00Z\ndeadline = 2021",
        expect![[r#"
            line 7: page "a".pledge "p".made = 2020-01-02T00:00:00Z: this is more than a day; write a day, as in 2020-06-10
            line 8: page "a".pledge "p".deadline = 2021: this is a whole number, where a day is needed; write a day, as in 2020-06-10
        "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\nmade = 10:00:00",
        expect![[r#"
        line 7: page "a".pledge "p".made = 10:00:00: this is more than a day; write a day, as in 2020-06-10
    "#]],
    );
    check_page(
        "[[page.pledge]]\nid = \"p\"\nquote = \"q\"\n\
        [[page]]\nid = \"b\"\nurl = \"https://example.org/b\"\n\
        [[page.pledge]]\nid = \"p\"\nquote = \"q\"",
        expect![[r#"
            fine
        "#]],
    );
}

#[test]
fn kinds_of_channels_are_known() {
    check_channel(
        "name = \"x\"",
        expect![[r#"
            line 5: channel "x".kind: this key is missing; write kind = and one of "stdout", "email", "webhook", "slack", "mattermost", "discord", "teams", "ntfy", "command", "feed"
        "#]],
    );
    check_channel(
        "kind = \"webhok\"",
        expect![[r#"
        line 6: channel[1].kind = "webhok": this kind of channel is not known; did you mean "webhook"?
    "#]],
    );
    check_channel(
        "kind = \"pigeon\"",
        expect![[r#"
            line 6: channel[1].kind = "pigeon": this kind of channel is not known; use one of "stdout", "email", "webhook", "slack", "mattermost", "discord", "teams", "ntfy", "command", "feed"
        "#]],
    );
    check_channel(
        "kind = \"stdout\"\nto = \"a@b.c\"",
        expect![[r#"
        line 7: channel[1].to: this key is not known; it belongs in a [[channel]] of kind "email"
    "#]],
    );
    check_channel(
        "kind = \"stdout\"\nname = \"x\"\n[[channel]]\nkind = \"stdout\"\nname = \"x\"",
        expect![[r#"
            line 10: channel "x".name = "x": the channel of line 7 has this name as well; give each a name of its own; deliveries are recorded under it
        "#]],
    );
}

#[test]
fn filters_name_what_is_on_the_watchlist() {
    check_channel(
        "kind = \"stdout\"\npages = [\"acme-term\"]\ncompanies = \"ACME\"\nkinds = \"changes\"",
        expect![[r#"
            line 7: channel[1].pages[1] = "acme-term": no page of the watchlist has this id; did you mean "acme-terms"?
            line 8: channel[1].companies = "ACME": no page of the watchlist is of this company; did you mean "Acme"?
            line 9: channel[1].kinds = "changes": there are no events of this kind; did you mean "change"?
        "#]],
    );
    check_channel(
        "kind = \"stdout\"\npages = []\nkinds = \"weather\"",
        expect![[r#"
        line 7: channel[1].pages: an empty list would let nothing pass; leave it out to take all
        line 8: channel[1].kinds = "weather": there are no events of this kind; use one of "change", "trouble", "moved", "gone", "recovered", "pledge"
    "#]],
    );
    check(
        "[[channel]]\nkind = \"stdout\"\npages = \"a\"",
        expect![[r#"
        line 3: channel[1].pages = "a": no page of the watchlist has this id; there is none that could be named
    "#]],
    );
    // A page with mistakes of its own is known all the same.
    check(
        "[[page]]\nid = \"A\"\n[[channel]]\nkind = \"stdout\"\npages = \"A\"",
        expect![[r#"
        line 1: page "A".url: this key is missing; write its address, as in url = "https://www.example.org/terms"
        line 2: page "A".id = "A": an id is 1 to 100 of a-z, 0-9 and -; write "a"
    "#]],
    );
}

#[test]
fn mail_channels_are_checked() {
    check_channel(
        "kind = \"email\"",
        expect![[r#"
        line 5: channel[1].server: this key is missing; write the mail server's name, as in server = "smtp.example.org"; for one on this machine, server = "localhost" and security = "plain"
        line 5: channel[1].from: this key is missing; write the sender, as in from = "pledgewatch@example.org"
        line 5: channel[1].to: this key is missing; write who is told, as in to = ["desk@example.org"]
    "#]],
    );
    check_channel(
        "kind = \"email\"\nserver = \"smtp.example.org:25\"\nport = 0\nsecurity = \"ssl\"\n\
        from = \"desk\"\nto = [\"a@b.c, d@e.f\", \"a@b.c\", \"a@b.c\"]\nusername = \"u\"",
        expect![[r#"
            line 7: channel[1].server = "smtp.example.org:25": this is no name of a host; write the mail server's name, as in server = "smtp.example.org"; for one on this machine, server = "localhost" and security = "plain"
            line 8: channel[1].port = 0: it is out of bounds; write a whole number from 1 to 65535
            line 9: channel[1].security = "ssl": this security is not known; write "tls", "starttls", or "plain" for a server on this machine
            line 10: channel[1].from = "desk": this is no mail address; write one address, as in "desk@example.org" or "News desk <desk@example.org>"; several as a list
            line 11: channel[1].to[1] = "a@b.c, d@e.f": this is no mail address; write one address, as in "desk@example.org" or "News desk <desk@example.org>"; several as a list
            line 11: channel[1].to[3] = "a@b.c": this recipient is in the list twice; keep one
            line 12: channel[1].username = "u": a user name needs a password; write password = { env = "NAME" } or { file = "path" } as well
        "#]],
    );
    let mail = "kind = \"email\"\nserver = \"s.example\"\nfrom = \"a@b.c\"\nto = \"a@b.c\"";
    let plain = "security = \"plain\"\nusername = \"u\"\npassword = { env = \"P\" }";
    check_channel(
        &format!("{mail}\n{plain}"),
        expect![[r#"
        line 12: channel[1].password: with security "plain" the password would be sent readable to all; use security "tls" or "starttls", or leave user name and password out
    "#]],
    );
    check_channel(
        &format!("{mail}\npassword = {{ env = \"P\" }}"),
        expect![[r#"
        line 10: channel[1].password: a password needs a user name; write `username` as well
    "#]],
    );
}

#[test]
fn a_mail_server_is_kept_as_resolvers_take_it() {
    for (written, kept) in [
        ("smtp.example.org", "smtp.example.org"),
        ("SMTP.bücher.example", "smtp.xn--bcher-kva.example"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("127.0.0.1", "127.0.0.1"),
    ] {
        let watchlist = fine(&format!(
            "[[channel]]\nkind = \"email\"\nserver = \"{written}\"\nfrom = \"a@b.c\"\nto = \"a@b.c\""
        ));
        let ChannelKind::Email(mail) = &watchlist.channels[0].kind else { panic!() };
        assert_eq!(mail.server, kept);
    }
}

#[test]
fn secrets_do_not_stand_in_the_file_and_are_not_repeated() {
    let mail =
        "kind = \"email\"\nserver = \"s\"\nfrom = \"a@b.c\"\nto = \"a@b.c\"\nusername = \"u\"";
    for (password, expectation) in [
        (
            "\"hunter2\"",
            expect![[r#"
            line 11: channel[1].password: a secret may not stand in the watchlist; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
        "#]],
        ),
        (
            "1234567",
            expect![[r#"
            line 11: channel[1].password: this is a whole number, where the place of a secret is needed; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
        "#]],
        ),
        (
            "{ env = \"hunter2!\" }",
            expect![[r#"
            line 11: channel[1].password.env: a secret cannot be kept there; write the name of an environment variable (A-Z, 0-9 and _), or the path of a file; never the secret itself
        "#]],
        ),
        (
            "{ value = \"hunter2\" }",
            expect![[r#"
            line 11: channel[1].password: a secret is kept in one place; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
            line 11: channel[1].password.value: this key is not known; the keys here are env, file
        "#]],
        ),
        (
            "{ env = \"A\", file = \"b\" }",
            expect![[r#"
            line 11: channel[1].password: a secret is kept in one place; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
        "#]],
        ),
        (
            "{ file = 1234567 }",
            expect![[r#"
            line 11: channel[1].password.file: this is a whole number, where a string is needed; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
        "#]],
        ),
        (
            "[\"hunter2\"]",
            expect![[r#"
            line 11: channel[1].password: this is a list, where the place of a secret is needed; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
        "#]],
        ),
    ] {
        check_channel(&format!("{mail}\npassword = {password}"), expectation);
        let page = "[[page]]\nid=\"a\"\nurl=\"https://example.org/\"\n[[channel]]";
        let said = mistakes(&format!("{page}\n{mail}\npassword = {password}")).to_string();
        assert!(!said.contains("hunter2") && !said.contains("1234567"), "{said}");
    }
    check_channel(
        "kind = \"slack\"\nurl = \"https://u:hunter2@h.example/s3cret\"",
        expect![[r#"
            line 7: channel[1].url: it carries a user name or a password; leave out what stands before the @: no secret stands in this file
        "#]],
    );
    check_channel(
        "kind = \"slack\"\nurl = \"hooks.example/s3cret\"",
        expect![[r#"
        line 7: channel[1].url: https:// is missing; write the whole address, with https:// in front
    "#]],
    );
    check_channel(
        "kind = \"webhook\"\nsecret = \"hunter2\"",
        expect![[r#"
        line 5: channel[1].url: this key is missing; write where alerts are posted to, as in url = "https://example.org/hook"
        line 7: channel[1].secret: a secret may not stand in the watchlist; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
    "#]],
    );
    check_channel(
        "kind = \"webhook\"\nurl = 1",
        expect![[r#"
        line 7: channel[1].url: this is a whole number, where an address or the place of one is needed; write { env = "NAME" } to have it read from an environment variable, or { file = "path" } from a file
    "#]],
    );
}

#[test]
fn commands_are_lists() {
    check_channel(
        "kind = \"command\"",
        expect![[r#"
        line 5: channel[1].command: this key is missing; write program and arguments as a list, as in command = ["notify", "--now"]
    "#]],
    );
    check_channel(
        "kind = \"command\"\ncommand = \"curl -u hunter2\"",
        expect![[r#"
        line 7: channel[1].command: this is a string, where a list of strings is needed; write program and arguments as a list, as in command = ["notify", "--now"]
    "#]],
    );
    check_channel(
        "kind = \"command\"\ncommand = []",
        expect![[r#"
        line 7: channel[1].command: no program is named; write program and arguments as a list, as in command = ["notify", "--now"]
    "#]],
    );
    check_channel(
        "kind = \"command\"\ncommand = [\"\"]",
        expect![[r#"
        line 7: channel[1].command: no program is named; write program and arguments as a list, as in command = ["notify", "--now"]
    "#]],
    );
    check_channel(
        "kind = \"command\"\ncommand = [\"a\", 1]",
        expect![[r#"
        line 7: channel[1].command[2]: this is a whole number, where a string is needed; write program and arguments as a list, as in command = ["notify", "--now"]
    "#]],
    );
}

#[test]
fn long_and_hostile_values_are_shown_short_and_harmless() {
    let every = "\\u001b[2J\\u202e".repeat(100);
    let said = mistakes(&format!("[settings]\nevery = \"{every}\"")).to_string();
    assert!(said.len() < 1_200 && said.lines().count() == 1, "{said}");
    assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said}");
}

fn many_pages(count: usize) -> String {
    let page = |n| format!("[[page]]\nid = \"p{n}\"\nurl = \"https://example.org/{n}\"\n");
    (0..count).map(page).collect()
}

#[test]
fn ten_thousand_pages_are_read_and_one_more_is_a_mistake() {
    assert_eq!(fine(&many_pages(PAGES_MAX)).watches.len(), PAGES_MAX);
    let Mistakes(told) = mistakes(&many_pages(PAGES_MAX + 1));
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].line, told[0].key.as_str()), (30_001, "page \"p10000\""));
}

#[test]
fn a_text_beyond_all_need_is_not_read() {
    let said = mistakes(&"#".repeat(TEXT_BYTES_MAX + 1));
    assert_eq!(said.0.len(), 1);
    assert!(said.0[0].problem.contains("longer"));
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_text_makes_reading_panic(text in "\\PC{0,200}") {
            let _ = read(&text);
        }

        #[test]
        fn no_damage_to_a_watchlist_makes_reading_panic(
            at in 0..EVERYTHING.len(),
            length in 0..40_usize,
            patch in "[\\[\\]{}=\"'\\n#.ä0-9a-z-]{0,8}",
        ) {
            let end = usize::min(at + length, EVERYTHING.len());
            let mut text = EVERYTHING.to_owned();
            prop_assume!(text.is_char_boundary(at) && text.is_char_boundary(end));
            text.replace_range(at..end, &patch);
            if let Err(Mistakes(told)) = read(&text) {
                prop_assert!(!told.is_empty());
                let lines = text.lines().count();
                prop_assert!(told.iter().all(|m| 1 <= m.line && m.line <= lines + 1));
            } else if let Ok(list) = read(&text) {
                let document = toml::de::DeTable::parse(&text).unwrap();
                let count_of = |key| {
                    let list = document.get_ref().get(key).and_then(|l| l.get_ref().as_array());
                    list.map_or(0, |list| list.len())
                };
                prop_assert_eq!(list.watches.len(), count_of("page"));
                prop_assert_eq!(list.channels.len(), count_of("channel"));
            }
        }
    }
}

#[test]
fn times_of_channels_are_read_or_told_with_what_would_be_right() {
    let channel = |keys: &str| format!("[[channel]]\nkind = \"stdout\"\n{keys}");
    for fine_keys in [
        "digest = \"daily 08:00\"",
        "digest = \"weekly sunday 23:59 UTC\"",
        "quiet = \"00:00-06:00 America/New_York\"",
    ] {
        fine(&channel(fine_keys));
    }
    check(
        &channel("digest = \"daily 24:00\"\nquiet = \"22:00-22:00\"\n"),
        expect![[r#"
        line 3: channel[1].digest = "daily 24:00": `24:00` is no time of the day; write "daily 08:00 Europe/Brussels" or "weekly monday 08:00 Europe/Brussels"
        line 4: channel[1].quiet = "22:00-22:00": they would never end; write "22:00-07:00 Europe/Brussels"
    "#]],
    );
    check(
        &channel("digest = \"hourly\"\nquiet = \"22-7\"\n"),
        expect![[r#"
        line 3: channel[1].digest = "hourly": this is no time of a digest; write "daily 08:00 Europe/Brussels" or "weekly monday 08:00 Europe/Brussels"
        line 4: channel[1].quiet = "22-7": `22` is no time of the day; write "22:00-07:00 Europe/Brussels"
    "#]],
    );
    check(
        &channel("digest = \"weekly lundi 08:00\"\nquiet = \"22:00-07:00 Europe/Brusel\"\n"),
        expect![[r#"
            line 3: channel[1].digest = "weekly lundi 08:00": `lundi` is no day of the week; write "daily 08:00 Europe/Brussels" or "weekly monday 08:00 Europe/Brussels"
            line 4: channel[1].quiet = "22:00-07:00 Europe/Brusel": `Europe/Brusel` is no time zone that is known here; write "22:00-07:00 Europe/Brussels"
        "#]],
    );
}
