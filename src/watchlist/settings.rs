//! `[settings]`, and the rules that stand there for all pages or in `[[page]]` for one.

use std::{ops::RangeInclusive, path::PathBuf, time::Duration};

use crate::{
    model::{
        address::AddressRule,
        edit::EditKind,
        watch::{Bounds, Heartbeat, RobotsRule, Settings, Watch},
    },
    watchlist::{
        addresses::read_proxy,
        choice::one_of,
        found::{Findings, Flaw},
        keys,
        secrets::read_secret_address,
        table::{Entry, Section},
    },
};

/// What holds for a page unless its own entry says otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRules {
    /// How often it is visited.
    pub every: Duration,
    /// How long an unconfirmed wording may wait.
    pub confirm_within: Duration,
    /// How long trouble lasts before it is alerted.
    pub trouble_after: Duration,
    /// Kinds of edits that are alerted though no word is altered.
    pub also_alert: Vec<EditKind>,
    /// How long before a pledge's deadline it is told that it is near.
    pub remind: Duration,
    /// The language asked for.
    pub language: Option<String>,
    /// What robots.txt means.
    pub robots: RobotsRule,
    /// Which addresses may be reached.
    pub addresses: AddressRule,
}

impl Default for PageRules {
    fn default() -> PageRules {
        PageRules {
            every: Watch::EVERY,
            confirm_within: Watch::CONFIRM_WITHIN,
            trouble_after: Watch::TROUBLE_AFTER,
            also_alert: Vec::new(),
            remind: Watch::REMIND,
            language: None,
            robots: RobotsRule::Honored,
            addresses: AddressRule::PublicOnly,
        }
    }
}

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

/// More often than each minute is no way to treat a site; less often than each year no watch.
const EVERY_BOUNDS: RangeInclusive<Duration> = Duration::from_secs(60)..=DAY.saturating_mul(366);
const WAIT_BOUNDS: RangeInclusive<Duration> = Duration::ZERO..=DAY.saturating_mul(366);
const GAP_BOUNDS: RangeInclusive<Duration> = Duration::ZERO..=SECOND.saturating_mul(3_600);
const TIMEOUT_BOUNDS: RangeInclusive<Duration> =
    Duration::from_millis(100)..=SECOND.saturating_mul(3_600);
/// A body is held in memory as a whole.
const BYTES_BOUNDS: RangeInclusive<u64> = 1_024..=1 << 30;

/// Returns the settings, and the rules that hold for pages which have none of their own.
pub fn read_settings(found: &mut Findings<'_>, top: &Section<'_>) -> (Settings, PageRules) {
    let mut settings = Settings::default();
    let Some(section) = top.section(found, "settings") else {
        return (settings, PageRules::default());
    };
    section.check_keys(found, &[&keys::SETTINGS, &keys::PAGE_RULES]);
    settings.contact = section.entry("contact").and_then(|entry| read_contact(found, &entry));
    settings.bounds = read_bounds(found, &section);
    if let Some(count) = section.entry("pages_at_once").and_then(|e| e.count(found, 1..=256)) {
        settings.pages_at_once = usize::try_from(count).unwrap_or(usize::MAX);
    }
    if let Some(count) = section.entry("reviewers").and_then(|e| e.count(found, 1..=9)) {
        settings.reviewers = usize::try_from(count).unwrap_or(usize::MAX);
    }
    if let Some(gap) = section.entry("host_gap").and_then(|e| e.duration(found, GAP_BOUNDS)) {
        settings.host_gap = gap;
    }
    if let Some(entry) = section.entry("proxy") {
        let proxy = entry.string(found).map(read_proxy);
        settings.proxy = proxy.and_then(|proxy| entry.checked(found, proxy));
    }
    if let Some(entry) = section.entry("ca_file") {
        let path = read_path(found, &entry);
        settings.ca_file = path;
    }
    let rules = read_rules(found, &section, &PageRules::default());
    if let Some(entry) = section.entry("heartbeat") {
        let url = read_secret_address(found, &entry);
        settings.heartbeat = url.map(|url| Heartbeat { url, addresses: rules.addresses });
    }
    (settings, rules)
}

/// Returns what `section` says of the rules, and `base` for those of which it says nothing.
pub fn read_rules(found: &mut Findings<'_>, section: &Section<'_>, base: &PageRules) -> PageRules {
    let mut rules = base.clone();
    for (name, bounds, rule) in [
        ("every", EVERY_BOUNDS, &mut rules.every),
        ("confirm_within", WAIT_BOUNDS, &mut rules.confirm_within),
        ("trouble_after", WAIT_BOUNDS, &mut rules.trouble_after),
        ("remind", WAIT_BOUNDS, &mut rules.remind),
    ] {
        if let Some(given) = section.entry(name).and_then(|e| e.duration(found, bounds)) {
            *rule = given;
        }
    }
    if let Some(entry) = section.entry("also_alert") {
        rules.also_alert = read_edit_kinds(found, &entry);
    }
    if let Some(entry) = section.entry("language") {
        rules.language = read_language(found, &entry);
    }
    match section.entry("robots").and_then(|entry| entry.flag(found)) {
        Some(true) => rules.robots = RobotsRule::Honored,
        Some(false) => rules.robots = RobotsRule::Ignored,
        None => (),
    }
    if let Some(addresses) = read_address_rule(found, section) {
        rules.addresses = addresses;
    }
    rules
}

/// Returns kinds of edits without other words; those with other words are alerted anyway.
fn read_edit_kinds(found: &mut Findings<'_>, entry: &Entry<'_>) -> Vec<EditKind> {
    let quiet = || EditKind::ALL.into_iter().filter(|kind| !kind.is_wording()).map(EditKind::code);
    let mut kinds = Vec::new();
    for item in entry.each(found) {
        let problem = "there are no edits of this kind, or they are alerted anyway";
        let code = one_of(found, &item, quiet(), problem);
        kinds.extend(code.and_then(EditKind::from_code));
    }
    kinds
}

/// Returns what `allow_private_addresses` says, if it is there.
pub fn read_address_rule(found: &mut Findings<'_>, section: &Section<'_>) -> Option<AddressRule> {
    let is_allowed = section.entry("allow_private_addresses")?.flag(found)?;
    Some(if is_allowed { AddressRule::AnyAddress } else { AddressRule::PublicOnly })
}

/// Returns the path of a file, which is not looked for.
pub fn read_path(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<PathBuf> {
    let path = entry.string(found)?;
    if path.is_empty() {
        entry.report(found, Flaw::new("it is empty", "write the path of a file"));
        return None;
    }
    Some(PathBuf::from(path))
}

fn read_bounds(found: &mut Findings<'_>, section: &Section<'_>) -> Bounds {
    let mut bounds = Bounds::default();
    for (name, bound) in [
        ("connect_timeout", &mut bounds.connect_timeout),
        ("head_timeout", &mut bounds.head_timeout),
        ("visit_timeout", &mut bounds.visit_timeout),
    ] {
        if let Some(given) = section.entry(name).and_then(|e| e.duration(found, TIMEOUT_BOUNDS)) {
            *bound = given;
        }
    }
    for (name, bound) in [
        ("body_bytes_max", &mut bounds.body_bytes_max),
        ("wire_bytes_max", &mut bounds.wire_bytes_max),
    ] {
        if let Some(given) = section.entry(name).and_then(|e| e.count(found, BYTES_BOUNDS)) {
            *bound = given;
        }
    }
    if let Some(count) = section.entry("redirects_max").and_then(|e| e.count(found, 0..=20)) {
        bounds.redirects_max = usize::try_from(count).unwrap_or(usize::MAX);
    }
    if let Some(count) = section.entry("retries_max").and_then(|e| e.count(found, 0..=10)) {
        bounds.retries_max = u32::try_from(count).unwrap_or(u32::MAX);
    }
    bounds
}

/// Returns the contact, which must fit into a header field.
fn read_contact(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<String> {
    let remedy = "write a mail address or the address of a web page, in plain ASCII";
    let contact = entry.some_words(found, remedy)?;
    if !contact.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) || 200 < contact.len() {
        let problem = "it does not fit into the User-Agent, in which each visit sends it";
        entry.report(found, Flaw::new(problem, remedy));
        return None;
    }
    Some(contact)
}

/// Returns a value for `Accept-Language`: tags with or without weights (RFC 9110, 12.5.4).
fn read_language(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<String> {
    let language = entry.words(found)?;
    if 200 < language.len() || !language.split(',').all(|range| is_language_range(range.trim())) {
        let remedy = "write language tags, as in \"en\" or \"en-US,en;q=0.8\"";
        entry.report(found, Flaw::new("this is no list of languages", remedy));
        return None;
    }
    Some(language)
}

fn is_language_range(range: &str) -> bool {
    let (tag, weight) = match range.split_once(';') {
        Some((tag, weight)) => (tag.trim_end(), Some(weight.trim_start())),
        None => (range, None),
    };
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    let starts_with_letter = tag.bytes().next().is_some_and(|b| b.is_ascii_alphabetic());
    let is_tag = tag == "*" || (starts_with_letter && tag.split('-').all(is_subtag));
    let is_weight = |weight: &str| {
        weight.strip_prefix("q=").is_some_and(|number| {
            number.len() <= "0.123".len()
                && number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
                && number.parse::<f32>().is_ok_and(|number| number <= 1.0)
        })
    };
    is_tag && weight.is_none_or(is_weight)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_those_of_accept_language() {
        for fine in ["en", "en-US", "*", "de;q=0.8", "zh-Hant-TW ; q=1", "es-419", "fr;q=0"] {
            assert!(is_language_range(fine), "{fine}");
        }
        for wrong in ["", "en_US", "en;q=2", "en;q=", "en;x", "1", "en-", "english language", "ä"]
        {
            assert!(!is_language_range(wrong), "{wrong}");
        }
    }
}
