//! `[[channel]]`: who is told, and of what.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use crate::{
    model::{
        address::AddressRule,
        channel::{
            Channel, ChannelKind, ChatChannel, ChatService, CommandChannel, FeedChannel,
            WebhookChannel,
        },
    },
    watchlist::{
        choice::{listed, one_of},
        email::read_email,
        filters::read_filter,
        found::{Findings, Flaw},
        keys::{self, TableKeys},
        pages::KnownPages,
        secrets::{read_secret, read_secret_address},
        settings::{read_address_rule, read_path},
        table::{Section, wrong_type},
        timing::read_timing,
    },
};

/// The most channels of one watchlist.
const CHANNELS_MAX: usize = 100;

/// A kind of channel before its keys are read.
#[derive(Clone, Copy)]
enum Kind {
    Stdout,
    Email,
    Webhook,
    Chat(ChatService),
    Command,
    Feed,
}

impl Kind {
    /// Returns every kind.
    fn all() -> impl Iterator<Item = Kind> + Clone {
        let chats = ChatService::ALL.into_iter().map(Kind::Chat);
        [Kind::Stdout, Kind::Email, Kind::Webhook]
            .into_iter()
            .chain(chats)
            .chain([Kind::Command, Kind::Feed])
    }

    /// Returns the name under which the watchlist knows it.
    fn code(self) -> &'static str {
        match self {
            Kind::Stdout => "stdout",
            Kind::Email => "email",
            Kind::Webhook => "webhook",
            Kind::Chat(service) => service.code(),
            Kind::Command => "command",
            Kind::Feed => "feed",
        }
    }

    /// Returns the keys that it has besides those of every channel.
    fn keys(self) -> &'static TableKeys {
        match self {
            Kind::Stdout => &keys::STDOUT,
            Kind::Email => &keys::EMAIL,
            Kind::Webhook => &keys::WEBHOOK,
            Kind::Chat(ChatService::Ntfy) => &keys::NTFY,
            Kind::Chat(
                ChatService::Slack
                | ChatService::Mattermost
                | ChatService::Discord
                | ChatService::Teams,
            ) => &keys::CHAT,
            Kind::Command => &keys::COMMAND,
            Kind::Feed => &keys::FEED,
        }
    }
}

/// Returns the channels; `contact` is the sender of mails that name none.
pub fn read_channels(
    found: &mut Findings<'_>,
    top: &Section<'_>,
    known: &KnownPages,
    contact: Option<&str>,
) -> Vec<Channel> {
    let sections = top.sections(found, "channel", "name");
    if let Some(section) = sections.get(CHANNELS_MAX) {
        let problem = format!("there are more than {CHANNELS_MAX} channels");
        let remedy = "tell several recipients of one mail channel, or one list address";
        found.add(section.at, section.key.clone(), None, Flaw::new(problem, remedy));
        return Vec::new();
    }
    let mut names = read_names(found, &sections);
    let mut channels = Vec::new();
    for (index, section) in sections.iter().enumerate() {
        let filter = read_filter(found, section, known);
        let Some(kind) = read_kind(found, section) else { continue };
        section.check_keys(found, &[&keys::CHANNEL, kind.keys()]);
        let timing = read_timing(found, section);
        let name = names.of(index, kind.code());
        let kind = match kind {
            Kind::Stdout => Some(ChannelKind::Stdout),
            Kind::Email => read_email(found, section, contact).map(ChannelKind::Email),
            Kind::Webhook => read_webhook(found, section).map(ChannelKind::Webhook),
            Kind::Chat(service) => read_chat(found, section, service).map(ChannelKind::Chat),
            Kind::Command => read_command(found, section).map(ChannelKind::Command),
            Kind::Feed => read_feed(found, section).map(ChannelKind::Feed),
        };
        channels.extend(kind.map(|kind| Channel { name, kind, filter, timing }));
    }
    channels
}

/// The names of the channels: those that are given, and those that are not given to another.
struct Names {
    given: BTreeMap<usize, String>,
    taken: BTreeSet<String>,
}

impl Names {
    /// Returns the name of the channel at `index`: its own, or its kind's, which `-2` and so on
    /// makes unique.
    fn of(&mut self, index: usize, kind: &str) -> String {
        if let Some(name) = self.given.get(&index) {
            return name.clone();
        }
        let numbered = (2..).map(|number| format!("{kind}-{number}"));
        let mut names = std::iter::once(kind.to_owned()).chain(numbered);
        let name = names.find(|name| !self.taken.contains(name)).unwrap_or_default();
        self.taken.insert(name.clone());
        name
    }
}

fn read_names(found: &mut Findings<'_>, sections: &[Section<'_>]) -> Names {
    let mut given = BTreeMap::new();
    let mut line_of_name: BTreeMap<String, usize> = BTreeMap::new();
    for (index, section) in sections.iter().enumerate() {
        let Some(entry) = section.entry("name") else { continue };
        let Some(name) = entry.some_words(found, "leave the key out to name it by its kind") else {
            continue;
        };
        if let Some(line) = line_of_name.get(&name) {
            let problem = format!("the channel of line {line} has this name as well");
            let remedy = "give each a name of its own; deliveries are recorded under it";
            entry.report(found, Flaw::new(problem, remedy));
            continue;
        }
        line_of_name.insert(name.clone(), found.line(entry.span.start));
        given.insert(index, name);
    }
    Names { given, taken: line_of_name.into_keys().collect() }
}

fn read_kind(found: &mut Findings<'_>, section: &Section<'_>) -> Option<Kind> {
    let codes = || Kind::all().map(Kind::code);
    let Some(entry) = section.entry("kind") else {
        let remedy = format!("write kind = and one of {}", listed(codes()));
        section.report_missing(found, "kind", &remedy);
        return None;
    };
    let code = one_of(found, &entry, codes(), "this kind of channel is not known")?;
    Kind::all().find(|kind| kind.code() == code)
}

fn read_webhook(found: &mut Findings<'_>, section: &Section<'_>) -> Option<WebhookChannel> {
    let addresses = read_address_rule(found, section).unwrap_or(AddressRule::PublicOnly);
    let secret = section.entry("secret").and_then(|entry| read_secret(found, &entry));
    let Some(entry) = section.entry("url") else {
        let remedy = "write where alerts are posted to, as in url = \"https://example.org/hook\"";
        section.report_missing(found, "url", remedy);
        return None;
    };
    let url = read_secret_address(found, &entry)?;
    Some(WebhookChannel { url, secret, addresses })
}

fn read_chat(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    service: ChatService,
) -> Option<ChatChannel> {
    let addresses = read_address_rule(found, section).unwrap_or(AddressRule::PublicOnly);
    let token = match service {
        ChatService::Ntfy => section.entry("token").and_then(|entry| read_secret(found, &entry)),
        ChatService::Slack
        | ChatService::Mattermost
        | ChatService::Discord
        | ChatService::Teams => None,
    };
    let Some(entry) = section.entry("url") else {
        let remedy = "write where the address is kept, as in url = { env = \"CHAT_WEBHOOK\" }";
        section.report_missing(found, "url", remedy);
        return None;
    };
    let url = read_secret_address(found, &entry)?;
    Some(ChatChannel { service, url, token, addresses })
}

/// Returns the program with its arguments, none of which a mistake repeats.
fn read_command(found: &mut Findings<'_>, section: &Section<'_>) -> Option<CommandChannel> {
    let remedy = "write program and arguments as a list, as in command = [\"notify\", \"--now\"]";
    let Some(entry) = section.entry("command") else {
        section.report_missing(found, "command", remedy);
        return None;
    };
    if !entry.value.is_array() {
        entry.report_hidden(found, wrong_type(entry.value, "a list of strings", remedy));
        return None;
    }
    let items = entry.each(found);
    let mut words = Vec::new();
    for item in &items {
        match item.value.as_str() {
            Some(word) if !word.contains('\0') => words.push(word.to_owned()),
            Some(_) => {
                let flaw = Flaw::new("the character U+0000 stands in it", "leave it out");
                item.report_hidden(found, flaw);
            }
            None => item.report_hidden(found, wrong_type(item.value, "a string", remedy)),
        }
    }
    let is_whole = words.len() == items.len();
    let mut words = words.into_iter();
    let program = words.next().filter(|program| !program.trim().is_empty());
    if is_whole && program.is_none() {
        entry.report_hidden(found, Flaw::new("no program is named", remedy));
    }
    Some(CommandChannel { program: program?, arguments: words.collect() })
}

/// Returns the feeds' folder, and where it is served.
fn read_feed(found: &mut Findings<'_>, section: &Section<'_>) -> Option<FeedChannel> {
    let base = section.entry("base").and_then(|entry| {
        let remedy = "write where the folder is served, as in \"https://example.org/feeds/\"";
        let url: Option<Url> = entry.string(found)?.parse().ok();
        let is_plain = |url: &Url| {
            matches!(url.scheme(), "http" | "https")
                && url.path().ends_with('/')
                && url.username().is_empty()
                && url.password().is_none()
        };
        let base = url.filter(is_plain);
        if base.is_none() {
            let problem = "this is no http or https address that ends in a slash";
            entry.report(found, Flaw::new(problem, remedy));
        }
        base
    });
    let entries_max = section.entry("entries_max").and_then(|entry| entry.count(found, 1..=1_000));
    let Some(entry) = section.entry("folder") else {
        let remedy = "write the folder that feeds are written to, as in folder = \"feeds\"";
        section.report_missing(found, "folder", remedy);
        return None;
    };
    let folder = read_path(found, &entry)?;
    let entries_max = entries_max.and_then(|count| usize::try_from(count).ok());
    Some(FeedChannel { folder, base, entries_max: entries_max.unwrap_or(FeedChannel::ENTRIES_MAX) })
}
