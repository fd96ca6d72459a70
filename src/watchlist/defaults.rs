//! The one table of what holds when the watchlist says nothing.
//!
//! Its values come from the model and are never written a second time.

use std::time::Duration;

use crate::{
    model::watch::{RobotsRule, Settings},
    watchlist::{
        durations::written,
        email::{SECURITY, default_port},
        settings::PageRules,
    },
};

/// One row of the table of defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DefaultRow {
    /// The key with its table, `settings.every`; what `[settings]` has for all pages, a page can
    /// have for itself.
    pub key: &'static str,
    /// What to write to say the same aloud, as TOML, `"6h"`; `none` where only silence says it.
    pub value: String,
    /// What it means, for people.
    pub means: &'static str,
}

/// Returns the table of defaults in the order in which the starter shows them.
pub fn defaults() -> Vec<DefaultRow> {
    let mut rows = page_rows();
    rows.extend(visit_rows());
    rows.extend(channel_rows());
    rows
}

fn page_rows() -> Vec<DefaultRow> {
    let rules = PageRules::default();
    let is_honored = rules.robots == RobotsRule::Honored;
    vec![
        row("settings.contact", none(), "where the owner of a visited site can reach you"),
        row("settings.every", lasting(rules.every), "how often a page is visited"),
        row(
            "settings.confirm_within",
            lasting(rules.confirm_within),
            "how long an unconfirmed wording may wait before it is alerted all the same",
        ),
        row(
            "settings.trouble_after",
            lasting(rules.trouble_after),
            "how long trouble lasts before it is alerted",
        ),
        row(
            "settings.also_alert",
            none(),
            "which edits without other words are alerted, too, as in [\"date_stamp\"]",
        ),
        row(
            "settings.remind",
            lasting(rules.remind),
            "how long before a pledge's deadline it is told to be near; 0 tells nobody",
        ),
        row("settings.language", none(), "the language to ask for, as in \"en-US,en;q=0.8\""),
        row("settings.robots", is_honored.to_string(), "whether robots.txt is honored"),
        row(
            "settings.allow_private_addresses",
            "false".to_owned(),
            "whether pages may stand on private addresses",
        ),
    ]
}

fn visit_rows() -> Vec<DefaultRow> {
    let Settings { bounds, pages_at_once, host_gap, reviewers, .. } = Settings::default();
    vec![
        row("settings.pages_at_once", pages_at_once.to_string(), "pages visited at once"),
        row("settings.host_gap", lasting(host_gap), "the pause between two requests to a host"),
        row(
            "settings.connect_timeout",
            lasting(bounds.connect_timeout),
            "the longest wait for a connection",
        ),
        row(
            "settings.head_timeout",
            lasting(bounds.head_timeout),
            "the longest wait from the request to the head of the response",
        ),
        row(
            "settings.visit_timeout",
            lasting(bounds.visit_timeout),
            "the longest visit of one address, with its redirects",
        ),
        row(
            "settings.body_bytes_max",
            bounds.body_bytes_max.to_string(),
            "the most bytes of a body after decoding",
        ),
        row(
            "settings.wire_bytes_max",
            bounds.wire_bytes_max.to_string(),
            "the most bytes of a body on the wire",
        ),
        row("settings.redirects_max", bounds.redirects_max.to_string(), "the most redirects"),
        row(
            "settings.retries_max",
            bounds.retries_max.to_string(),
            "how often a transient failure is tried again within a visit",
        ),
        row("settings.proxy", none(), "the proxy for all visits, http, https or socks5"),
        row("settings.ca_file", none(), "a PEM file with authorities to trust as well"),
        row(
            "settings.heartbeat",
            none(),
            "an address that is called (GET) after each whole sweep, or { env = … }, { file = … }",
        ),
        row(
            "settings.reviewers",
            reviewers.to_string(),
            "how many people must agree before a review is settled; 2 asks for a second pair of eyes",
        ),
    ]
}

fn channel_rows() -> Vec<DefaultRow> {
    vec![
        row("channel.security", "\"starttls\"".to_owned(), "how mail is secured"),
        row(
            "channel.port",
            default_port(SECURITY).to_string(),
            "the mail server's port; 465 with security \"tls\", 25 with \"plain\"",
        ),
        row("channel.companies", none(), "all companies; `not_companies` leaves some out"),
        row("channel.pages", none(), "all pages; `not_pages` leaves some out"),
        row("channel.pledges", none(), "whatever it touches; `not_pledges` leaves some out"),
        row("channel.kinds", none(), "all kinds of event; `not_kinds` leaves some out"),
        row("channel.min_kind", none(), "changes whose strongest edit amounts to this or more"),
        row("channel.digest", none(), "each by itself; or \"daily 08:00 Europe/Brussels\""),
        row("channel.quiet", none(), "at any hour; or not at \"22:00-07:00 Europe/Brussels\""),
    ]
}

fn row(key: &'static str, value: String, means: &'static str) -> DefaultRow {
    DefaultRow { key, value, means }
}

fn none() -> String {
    "none".to_owned()
}

fn lasting(duration: Duration) -> String {
    format!("\"{}\"", written(duration))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::{channel::ChannelKind, watch::Watchlist},
        watchlist::{keys, read::read},
    };

    /// Reads a watchlist with one page and one channel, to which `row` is added.
    fn minimal(row: Option<&DefaultRow>) -> Watchlist {
        let line_for = |table: &str| match row.and_then(|row| Some((row, row.key.split_once('.')?)))
        {
            Some((row, (of, name))) if of == table => format!("{name} = {}\n", row.value),
            Some(_) | None => String::new(),
        };
        let text = format!(
            "[settings]\n{}[[page]]\nid = \"a\"\nurl = \"https://example.org/\"\n[[channel]]\n\
             kind = \"email\"\nserver = \"s\"\nfrom = \"a@b.example\"\nto = \"c@d.example\"\n{}",
            line_for("settings"),
            line_for("channel"),
        );
        let read = read(&text).unwrap_or_else(|mistakes| panic!("{text}\n{mistakes}"));
        // What is said is compared, not how.
        Watchlist { source: None, ..read }
    }

    #[test]
    fn a_default_said_aloud_says_the_same_as_silence() {
        let silent = minimal(None);
        for row in defaults().iter().filter(|row| row.value != "none") {
            assert_eq!(minimal(Some(row)), silent, "{}", row.key);
        }
    }

    #[test]
    fn where_the_default_is_none_nothing_is_set() {
        let Watchlist { source: _, settings, watches, channels } = minimal(None);
        let filter = &channels[0].filter;
        for row in defaults().iter().filter(|row| row.value == "none") {
            let is_none = match row.key {
                "settings.contact" => settings.contact.is_none(),
                "settings.also_alert" => watches[0].also_alert.is_empty(),
                "settings.language" => watches[0].language.is_none(),
                "settings.proxy" => settings.proxy.is_none(),
                "settings.ca_file" => settings.ca_file.is_none(),
                "settings.heartbeat" => settings.heartbeat.is_none(),
                "channel.companies" => filter.companies.is_empty(),
                "channel.pages" => filter.pages.is_empty(),
                "channel.pledges" => filter.pledges.is_empty(),
                "channel.kinds" => filter.kinds.is_empty(),
                "channel.min_kind" => filter.min_kind.is_none(),
                "channel.digest" => channels[0].timing.digest.is_none(),
                "channel.quiet" => channels[0].timing.quiet.is_none(),
                other => panic!("nobody proves the default of {other}"),
            };
            assert!(is_none, "{}", row.key);
        }
    }

    #[test]
    fn another_value_than_the_default_is_another_watchlist() {
        let silent = minimal(None);
        for row in defaults() {
            let value = match (row.key, row.value.as_str()) {
                ("settings.contact" | "settings.ca_file", _) => "\"x\"",
                ("settings.also_alert", _) => "[\"link_target\"]",
                ("settings.language", _) => "\"de\"",
                ("settings.proxy", _) => "\"http://p:3128\"",
                ("settings.heartbeat", _) => "\"https://beat.example.org/x\"",
                ("settings.body_bytes_max" | "settings.wire_bytes_max", _) => "4096",
                ("channel.security", _) => "\"tls\"",
                ("channel.pages", _) => "\"a\"",
                ("channel.kinds", _) => "[\"gone\"]",
                ("channel.min_kind", _) => "\"removed\"",
                ("channel.digest", _) => "\"daily 08:00\"",
                ("channel.quiet", _) => "\"22:00-07:00\"",
                ("channel.companies" | "channel.pledges", _) => continue,
                (_, "true") => "false",
                (_, "false") => "true",
                (_, value) if value.starts_with('"') => "\"77s\"",
                (_, _) => "7",
            };
            let other = DefaultRow { value: value.to_owned(), ..row };
            assert_ne!(minimal(Some(&other)), silent, "{}", other.key);
        }
    }

    #[test]
    fn every_key_of_the_settings_has_its_row() {
        let rows = defaults();
        for name in keys::SETTINGS.names.iter().chain(keys::PAGE_RULES.names) {
            let key = format!("settings.{name}");
            assert_eq!(rows.iter().filter(|row| row.key == key).count(), 1, "{key}");
        }
    }

    #[test]
    fn the_port_follows_the_security() {
        for (security, port) in [("tls", 465), ("starttls", 587), ("plain", 25)] {
            let row =
                DefaultRow { key: "channel.security", value: format!("\"{security}\""), means: "" };
            let watchlist = minimal(Some(&row));
            let ChannelKind::Email(mail) = &watchlist.channels[0].kind else { panic!() };
            assert_eq!(mail.port, port);
        }
    }
}
