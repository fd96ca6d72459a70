//! Who is told, and of what.

use std::{fmt, path::PathBuf};

use url::Url;

use crate::model::{
    address::AddressRule,
    event::{Event, EventKind, What},
    page::PageId,
    timing::Timing,
    verdict::Meaning,
};

/// One `[[channel]]` of the watchlist.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    /// Its name, unique; deliveries are recorded under it.
    pub name: String,
    /// Where it leads.
    pub kind: ChannelKind,
    /// Which alerts it takes.
    pub filter: Filter,
    /// When it tells.
    pub timing: Timing,
}

impl Channel {
    /// The channel that exists unless the watchlist has one of its kind: what cron mails.
    pub fn stdout() -> Channel {
        Channel {
            name: "stdout".to_owned(),
            kind: ChannelKind::Stdout,
            filter: Filter::default(),
            timing: Timing::default(),
        }
    }

    /// Returns the recipients, each of which gets a delivery of its own.
    ///
    /// Recipients are names for the record: they hold no secret.
    pub fn recipients(&self) -> Vec<String> {
        match &self.kind {
            ChannelKind::Stdout => vec!["standard output".to_owned()],
            ChannelKind::Email(mail) => mail.to.clone(),
            ChannelKind::Webhook(_) | ChannelKind::Chat(_) | ChannelKind::Feed(_) => {
                vec![self.name.clone()]
            }
            ChannelKind::Command(command) => vec![command.program.clone()],
        }
    }
}

/// Where a channel leads.
#[derive(Clone, Debug, PartialEq)]
pub enum ChannelKind {
    /// The program's standard output.
    Stdout,
    /// E-mail over SMTP.
    Email(EmailChannel),
    /// A JSON POST of our own form, signed.
    Webhook(WebhookChannel),
    /// A JSON POST in a chat service's own form; the address is the secret.
    Chat(ChatChannel),
    /// A program that gets the alert as JSON on its standard input.
    Command(CommandChannel),
    /// Feeds in a folder.
    Feed(FeedChannel),
}

/// Atom and JSON feeds in a folder, one for all, and one for each company, page and pledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedChannel {
    /// The folder; it is made where it is missing.
    pub folder: PathBuf,
    /// Where the folder is served, if it is: an address that ends in a slash.
    pub base: Option<Url>,
    /// The most entries of a feed.
    pub entries_max: usize,
}

impl FeedChannel {
    /// The most entries of a feed unless the channel says otherwise.
    pub const ENTRIES_MAX: usize = 50;
}

/// E-mail over SMTP.
#[derive(Clone, Debug, PartialEq)]
pub struct EmailChannel {
    /// The mail server's host.
    pub server: String,
    /// Its port.
    pub port: u16,
    /// How the connection is secured.
    pub security: MailSecurity,
    /// The name to log in with; none sends without logging in.
    pub username: Option<String>,
    /// Its password.
    pub password: Option<SecretSource>,
    /// The sender, `pledgewatch@example.org` or `Name <address>`.
    pub from: String,
    /// The recipients, each told on its own; never empty.
    pub to: Vec<String>,
}

/// How a mail connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSecurity {
    /// TLS from the first byte (port 465).
    Tls,
    /// Plain first, then TLS, which must succeed (port 587).
    StartTls,
    /// No TLS: for a mail server on this machine (port 25).
    Plain,
}

/// A JSON POST of our own form.
#[derive(Clone, Debug, PartialEq)]
pub struct WebhookChannel {
    /// Where it goes.
    pub url: UrlSource,
    /// The key of the HMAC-SHA-256 signature; none sends unsigned.
    pub secret: Option<SecretSource>,
    /// Which addresses it may reach.
    pub addresses: AddressRule,
}

/// A JSON POST as a chat service takes it.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatChannel {
    /// Whose form it has.
    pub service: ChatService,
    /// Where it goes.
    pub url: UrlSource,
    /// What is sent as a bearer token; none sends without.
    pub token: Option<SecretSource>,
    /// Which addresses it may reach.
    pub addresses: AddressRule,
}

/// The chat services whose forms we speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChatService {
    /// Slack's incoming webhooks, and what is compatible with them.
    Slack,
    /// Mattermost's incoming webhooks.
    Mattermost,
    /// Discord's webhooks.
    Discord,
    /// Microsoft Teams, by a workflow that posts what its webhook receives.
    Teams,
    /// A topic of ntfy, on ntfy.sh or a server of one's own.
    Ntfy,
}

impl ChatService {
    /// Every service.
    pub const ALL: [ChatService; 5] = [
        ChatService::Slack,
        ChatService::Mattermost,
        ChatService::Discord,
        ChatService::Teams,
        ChatService::Ntfy,
    ];

    /// Returns the name under which the watchlist knows it.
    pub fn code(self) -> &'static str {
        match self {
            ChatService::Slack => "slack",
            ChatService::Mattermost => "mattermost",
            ChatService::Discord => "discord",
            ChatService::Teams => "teams",
            ChatService::Ntfy => "ntfy",
        }
    }
}

/// A program to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandChannel {
    /// The program, found as the system finds programs; never a shell line.
    pub program: String,
    /// Its arguments, passed as they are.
    pub arguments: Vec<String>,
}

/// An address that may itself be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlSource {
    /// Written in the watchlist.
    Written(Url),
    /// Kept elsewhere.
    Secret(SecretSource),
}

/// Where a secret is kept; never in the watchlist itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretSource {
    /// An environment variable.
    Env(String),
    /// A file whose first line it is.
    File(PathBuf),
}

impl fmt::Display for SecretSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SecretSource::Env(name) => write!(f, "the environment variable {name}"),
            SecretSource::File(path) => write!(f, "the file {}", path.display()),
        }
    }
}

/// Which alerts a channel takes. An empty list takes all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Companies, as the watches name them.
    pub companies: Vec<String>,
    /// Pages.
    pub pages: Vec<PageId>,
    /// Pledges.
    pub pledges: Vec<PageId>,
    /// Kinds of event.
    pub kinds: Vec<EventKind>,
    /// The least that a change's strongest edit must amount to; what nobody judged passes, what
    /// nobody can tell, and what touches a pledge.
    pub min_kind: Option<Meaning>,
    /// Companies that are left out.
    pub not_companies: Vec<String>,
    /// Pages that are left out.
    pub not_pages: Vec<PageId>,
    /// Pledges that are left out: what touches no other pledge.
    pub not_pledges: Vec<PageId>,
    /// Kinds of event that are left out.
    pub not_kinds: Vec<EventKind>,
}

/// What a filter is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter<'a> {
    /// Whose page.
    pub company: &'a str,
    /// Which page.
    pub page: &'a PageId,
    /// The kind of event.
    pub kind: EventKind,
    /// The pledges that it touches; of what befalls a page as a whole, all that stand on it.
    pub pledges: Vec<&'a PageId>,
    /// What a change's strongest edit amounts to, where it was judged and that is clear.
    pub meaning: Option<Meaning>,
}

impl<'a> Matter<'a> {
    /// Returns what a filter is asked about an event; `on_page` are the pledges of its page.
    pub fn of(event: &'a Event, on_page: &[&'a PageId]) -> Matter<'a> {
        let pledges = match &event.what {
            What::Change(change) => {
                let told = change.pledges.iter().filter(|it| it.is_told());
                told.map(|it| &it.pledge).collect()
            }
            What::QuoteMissing { pledge, .. } | What::Pledge { pledge, .. } => vec![pledge],
            What::Trouble { .. }
            | What::Moved { .. }
            | What::Gone { .. }
            | What::Recovered { .. } => on_page.to_vec(),
        };
        Matter {
            company: &event.company,
            page: &event.page,
            kind: event.kind(),
            pledges,
            meaning: event.verdict().filter(|it| !it.is_unclear()).map(|it| it.meaning),
        }
    }
}

impl Filter {
    /// Returns whether it takes what it is asked about.
    pub fn takes(&self, matter: &Matter<'_>) -> bool {
        let is_in = |pledges: &[PageId], it: &PageId| pledges.contains(it);
        let is_wanted = (self.companies.is_empty()
            || self.companies.iter().any(|it| it == matter.company))
            && (self.pages.is_empty() || self.pages.contains(matter.page))
            && (self.pledges.is_empty()
                || matter.pledges.iter().any(|it| is_in(&self.pledges, it)))
            && (self.kinds.is_empty() || self.kinds.contains(&matter.kind))
            && self.min_kind.is_none_or(|least| {
                !matter.pledges.is_empty() || matter.meaning.is_none_or(|it| least <= it)
            });
        let is_left_out = self.not_companies.iter().any(|it| it == matter.company)
            || self.not_pages.contains(matter.page)
            || self.not_kinds.contains(&matter.kind)
            || (!matter.pledges.is_empty()
                && matter.pledges.iter().all(|it| is_in(&self.not_pledges, it)));
        is_wanted && !is_left_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_a_pledge_passes_whatever_the_least_kind_is() {
        let (page, pledge) = ("p".parse().unwrap(), "police".parse().unwrap());
        let filter = Filter { min_kind: Some(Meaning::Removed), ..Filter::default() };
        let takes = |pledges: Vec<&PageId>| {
            let (kind, meaning) = (EventKind::Change, Some(Meaning::Editorial));
            filter.takes(&Matter { company: "Acme", page: &page, kind, pledges, meaning })
        };
        assert!(takes(vec![&pledge]) && !takes(Vec::new()));
    }
}
