//! Which keys each table of the watchlist knows, and what an unknown one likely means.

use crate::watchlist::{found::Flaw, nearest::nearest};

/// The keys of one kind of table.
pub struct TableKeys {
    /// The table as its header is written.
    pub place: &'static str,
    /// Its keys.
    pub names: &'static [&'static str],
}

/// The tables of the file.
pub const TOP: TableKeys =
    TableKeys { place: "the top of the file", names: &["settings", "page", "channel"] };

/// What holds for all pages.
pub const SETTINGS: TableKeys = TableKeys {
    place: "[settings]",
    names: &[
        "contact",
        "pages_at_once",
        "host_gap",
        "connect_timeout",
        "head_timeout",
        "visit_timeout",
        "body_bytes_max",
        "wire_bytes_max",
        "redirects_max",
        "retries_max",
        "proxy",
        "ca_file",
        "heartbeat",
        "reviewers",
    ],
};

/// What holds for one page, or stands in the settings for all of them.
pub const PAGE_RULES: TableKeys = TableKeys {
    place: "[settings] or [[page]]",
    names: &[
        "every",
        "confirm_within",
        "trouble_after",
        "also_alert",
        "remind",
        "language",
        "robots",
        "allow_private_addresses",
    ],
};

/// What holds for one page only.
pub const PAGE: TableKeys = TableKeys {
    place: "[[page]]",
    names: &[
        "id", "company", "title", "url", "urls", "formerly", "headers", "select", "remove",
        "paused", "pledge",
    ],
};

/// A commitment.
pub const PLEDGE: TableKeys = TableKeys {
    place: "[[page.pledge]]",
    names: &["id", "name", "quote", "made", "deadline", "condition"],
};

/// What every channel has.
pub const CHANNEL: TableKeys = TableKeys {
    place: "[[channel]]",
    names: &[
        "kind",
        "name",
        "companies",
        "pages",
        "pledges",
        "kinds",
        "min_kind",
        "not_companies",
        "not_pages",
        "not_pledges",
        "not_kinds",
        "digest",
        "quiet",
    ],
};

/// What standard output has besides.
pub const STDOUT: TableKeys = TableKeys { place: "a [[channel]] of kind \"stdout\"", names: &[] };

/// What an e-mail channel has besides.
pub const EMAIL: TableKeys = TableKeys {
    place: "a [[channel]] of kind \"email\"",
    names: &["server", "port", "security", "username", "password", "from", "to"],
};

/// What a webhook has besides.
pub const WEBHOOK: TableKeys = TableKeys {
    place: "a [[channel]] of kind \"webhook\"",
    names: &["url", "secret", "allow_private_addresses"],
};

/// What a channel to a chat service has besides.
pub const CHAT: TableKeys = TableKeys {
    place: "a [[channel]] of kind \"slack\", \"mattermost\", \"discord\" or \"teams\"",
    names: &["url", "allow_private_addresses"],
};

/// What a channel to ntfy has besides.
pub const NTFY: TableKeys = TableKeys {
    place: "a [[channel]] of kind \"ntfy\"",
    names: &["url", "token", "allow_private_addresses"],
};

/// What a command channel has besides.
pub const COMMAND: TableKeys =
    TableKeys { place: "a [[channel]] of kind \"command\"", names: &["command"] };

/// What a feed channel has besides.
pub const FEED: TableKeys = TableKeys {
    place: "a [[channel]] of kind \"feed\"",
    names: &["folder", "base", "entries_max"],
};

/// Where a secret is kept.
pub const SECRET: TableKeys = TableKeys { place: "a secret", names: &["env", "file"] };

/// Every kind of table whose keys a user may look for in another; in the order of the file.
const PLACES: [&TableKeys; 9] =
    [&SETTINGS, &PAGE_RULES, &PAGE, &PLEDGE, &CHANNEL, &EMAIL, &WEBHOOK, &COMMAND, &FEED];

/// Words that other programs use for what we call otherwise.
const SYNONYMS: [(&str, &str); 19] = [
    ("name", "title"),
    ("interval", "every"),
    ("frequency", "every"),
    ("schedule", "every"),
    ("link", "url"),
    ("address", "url"),
    ("css", "select"),
    ("include", "select"),
    ("exclude", "remove"),
    ("ignore", "remove"),
    ("user_agent", "contact"),
    ("timeout", "visit_timeout"),
    ("recipients", "to"),
    ("host", "server"),
    ("type", "kind"),
    ("text", "quote"),
    ("date", "made"),
    ("until", "deadline"),
    ("enabled", "paused"),
];

/// Returns why `key` is none of the keys of a table that knows those in `known`.
pub fn unknown_key(key: &str, known: &[&TableKeys]) -> Flaw {
    let here = || known.iter().flat_map(|keys| keys.names.iter().copied());
    let synonym = || {
        let (_, ours) = SYNONYMS.iter().find(|(theirs, _)| *theirs == key)?;
        here().find(|name| name == ours)
    };
    let remedy = if let Some(meant) = nearest(key, here()).or_else(synonym) {
        format!("did you mean `{meant}`?")
    } else if let Some(keys) = PLACES.iter().find(|keys| keys.names.contains(&key)) {
        format!("it belongs in {}", keys.place)
    } else {
        format!("the keys here are {}", here().collect::<Vec<_>>().join(", "))
    };
    Flaw::new("this key is not known", remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(key: &str, known: &[&TableKeys], expectation: &str) {
        assert_eq!(unknown_key(key, known).remedy, expectation, "{key}");
    }

    #[test]
    fn an_unknown_key_leads_to_the_one_that_was_meant() {
        let page = [&PAGE, &PAGE_RULES];
        check("evry", &page, "did you mean `every`?");
        check("selector", &page, "did you mean `select`?");
        check("interval", &page, "did you mean `every`?");
        check("contact", &page, "it belongs in [settings]");
        check("every", &[&PLEDGE], "it belongs in [settings] or [[page]]");
        check("pages", &[&TOP], "did you mean `page`?");
        check("zzzzzz", &[&SECRET], "the keys here are env, file");
    }
}
