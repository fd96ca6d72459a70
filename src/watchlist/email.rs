//! `[[channel]]` of kind `email`.

use lettre::message::Mailbox;
use url::Host;

use crate::{
    model::channel::{EmailChannel, MailSecurity, SecretSource},
    watchlist::{
        found::{Findings, Flaw},
        nearest::nearest,
        secrets::read_secret,
        table::{Entry, Section},
    },
};

/// The names of the kinds of security.
const SECURITIES: [(&str, MailSecurity); 3] = [
    ("tls", MailSecurity::Tls),
    ("starttls", MailSecurity::StartTls),
    ("plain", MailSecurity::Plain),
];

/// How a mail connection is secured unless the channel says otherwise.
pub const SECURITY: MailSecurity = MailSecurity::StartTls;

/// Returns the port of a mail server unless the channel says otherwise.
///
/// Source: RFC 8314 (465 and 587) and RFC 5321 (25).
pub fn default_port(security: MailSecurity) -> u16 {
    match security {
        MailSecurity::Tls => 465,
        MailSecurity::StartTls => 587,
        MailSecurity::Plain => 25,
    }
}

/// Returns the channel; `contact` is the sender where none is given, if it is a mail address.
pub fn read_email(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    contact: Option<&str>,
) -> Option<EmailChannel> {
    let server = read_server(found, section);
    let security = read_security(found, section);
    let port = section.entry("port").and_then(|entry| entry.count(found, 1..=65_535));
    let port = port.and_then(|port| u16::try_from(port).ok());
    let (username, password) = read_login(found, section);
    if let (Some(entry), MailSecurity::Plain, Some(server)) =
        (section.entry("password"), security, &server)
        && !is_this_machine(server)
    {
        let problem = "with security \"plain\" the password would be sent readable to all";
        let remedy = "use security \"tls\" or \"starttls\", or leave user name and password out";
        entry.report_hidden(found, Flaw::new(problem, remedy));
    }
    let from = read_from(found, section, contact);
    let to = read_to(found, section);
    Some(EmailChannel {
        server: server?,
        port: port.unwrap_or(default_port(security)),
        security,
        username,
        password,
        from: from?,
        to,
    })
}

fn read_server(found: &mut Findings<'_>, section: &Section<'_>) -> Option<String> {
    let remedy = "write the mail server's name, as in server = \"smtp.example.org\"; for one on \
                  this machine, server = \"localhost\" and security = \"plain\"";
    let Some(entry) = section.entry("server") else {
        section.report_missing(found, "server", remedy);
        return None;
    };
    let server = entry.string(found)?;
    // An IPv6 address may stand without brackets, and is kept so, as resolvers take it.
    let host = match server.parse() {
        Ok(address) => Ok(Host::Ipv6(address)),
        Err(_) => Host::parse(server),
    };
    match host {
        Ok(Host::Domain(name)) => Some(name),
        Ok(Host::Ipv4(address)) => Some(address.to_string()),
        Ok(Host::Ipv6(address)) => Some(address.to_string()),
        Err(_) => {
            entry.report(found, Flaw::new("this is no name of a host", remedy));
            None
        }
    }
}

fn read_security(found: &mut Findings<'_>, section: &Section<'_>) -> MailSecurity {
    let Some(entry) = section.entry("security") else { return SECURITY };
    let Some(text) = entry.string(found) else { return SECURITY };
    match SECURITIES.iter().find(|(name, _)| *name == text) {
        Some((_, security)) => *security,
        None => {
            let remedy = match nearest(text, SECURITIES.iter().map(|(name, _)| *name)) {
                Some(meant) => format!("did you mean \"{meant}\"?"),
                None => "write \"tls\", \"starttls\", or \"plain\" for a server on this machine"
                    .to_owned(),
            };
            entry.report(found, Flaw::new("this security is not known", remedy));
            SECURITY
        }
    }
}

fn read_login(
    found: &mut Findings<'_>,
    section: &Section<'_>,
) -> (Option<String>, Option<SecretSource>) {
    let username = section
        .entry("username")
        .and_then(|entry| entry.some_words(found, "leave the key out to send without logging in"));
    let password = section.entry("password").and_then(|entry| read_secret(found, &entry));
    match (section.entry("username"), section.entry("password")) {
        (Some(entry), None) => {
            let remedy = "write password = { env = \"NAME\" } or { file = \"path\" } as well";
            entry.report(found, Flaw::new("a user name needs a password", remedy));
        }
        (None, Some(entry)) => {
            let flaw = Flaw::new("a password needs a user name", "write `username` as well");
            entry.report_hidden(found, flaw);
        }
        (Some(_), Some(_)) | (None, None) => (),
    }
    (username, password)
}

fn is_this_machine(server: &str) -> bool {
    let address = server.parse::<std::net::IpAddr>();
    server.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

fn read_from(
    found: &mut Findings<'_>,
    section: &Section<'_>,
    contact: Option<&str>,
) -> Option<String> {
    if let Some(entry) = section.entry("from") {
        return read_mailbox(found, &entry);
    }
    let contact = contact.filter(|contact| contact.parse::<Mailbox>().is_ok());
    if contact.is_none() {
        let remedy = "write the sender, as in from = \"pledgewatch@example.org\"";
        section.report_missing(found, "from", remedy);
    }
    contact.map(str::to_owned)
}

fn read_to(found: &mut Findings<'_>, section: &Section<'_>) -> Vec<String> {
    let remedy = "write who is told, as in to = [\"desk@example.org\"]";
    let Some(entry) = section.entry("to") else {
        section.report_missing(found, "to", remedy);
        return Vec::new();
    };
    if entry.value.as_array().is_some_and(|items| items.is_empty()) {
        entry.report(found, Flaw::new("nobody would be told", remedy));
    }
    let mut to: Vec<String> = Vec::new();
    for item in entry.each(found) {
        let Some(mailbox) = read_mailbox(found, &item) else { continue };
        if to.contains(&mailbox) {
            item.report(found, Flaw::new("this recipient is in the list twice", "keep one"));
            continue;
        }
        to.push(mailbox);
    }
    to
}

fn read_mailbox(found: &mut Findings<'_>, entry: &Entry<'_>) -> Option<String> {
    let text = entry.string(found)?.trim();
    if text.chars().any(char::is_control) || text.parse::<Mailbox>().is_err() {
        let remedy = "write one address, as in \"desk@example.org\" or \
                      \"News desk <desk@example.org>\"; several as a list";
        entry.report(found, Flaw::new("this is no mail address", remedy));
        return None;
    }
    Some(text.to_owned())
}
