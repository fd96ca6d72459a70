//! The HTTP client: TLS, proxy, resolver and headers' bounds. Knows no watch.

use std::{fs, iter, path::Path, sync::OnceLock, time::Duration};

use reqwest::{Certificate, Client, ClientBuilder, Proxy, redirect::Policy};
use url::Url;

use crate::fetch::{address::GuardedResolver, error::FetcherError, peer::PeerGate};
use crate::model::{
    address::AddressRule,
    watch::{Bounds, Settings},
};

/// Header fields of an answer at most; real pages send up to some dozens, and the HTTP library's
/// own 100 was seen to be too few.
const HEADERS_MAX: usize = 500;

/// The head of an HTTP/2 answer at most, in bytes; HTTP/1's bound is the HTTP library's, 400 KB.
const HTTP2_HEAD_BYTES_MAX: u32 = 256 << 10;

/// The clients of all visits, each made when it is first needed: the system's certificates take
/// longer to load than all else before a first request, and pages without TLS need none.
pub(in crate::fetch) struct Clients {
    settings: Settings,
    /// By address rule, then by whether TLS is spoken.
    made: [[OnceLock<Client>; 2]; 2],
}

impl Clients {
    /// Checks what `settings` say of the clients, and makes none of them.
    pub fn new(settings: &Settings) -> Result<Clients, FetcherError> {
        settings.ca_file.as_deref().map(authorities).transpose()?;
        settings.proxy.as_ref().map(proxy).transpose()?;
        Ok(Clients { settings: settings.clone(), made: Default::default() })
    }

    /// Returns the client for requests of `url` under `rule`.
    pub fn of(&self, url: &Url, rule: AddressRule) -> Result<&Client, FetcherError> {
        // A proxy may itself be spoken to in TLS, whatever the page is.
        let in_tls = url.scheme() != "http" || self.settings.proxy.is_some();
        let made = &self.made[usize::from(rule == AddressRule::AnyAddress)][usize::from(in_tls)];
        if let Some(client) = made.get() {
            return Ok(client);
        }
        let builder = match in_tls {
            true => trusting_builder(&self.settings, rule)?,
            false => builder(&self.settings, rule)?.tls_certs_only(iter::empty()),
        };
        let client = builder.build().map_err(FetcherError::Client)?;
        // Where two visits were at it at once, the first client stays and the other goes.
        Ok(made.get_or_init(|| client))
    }
}

/// Returns a client builder with all that holds for every request of ours, and the further
/// authorities that the settings name.
fn trusting_builder(settings: &Settings, rule: AddressRule) -> Result<ClientBuilder, FetcherError> {
    let builder = builder(settings, rule)?;
    Ok(match &settings.ca_file {
        Some(path) => builder.tls_certs_merge(authorities(path)?),
        None => builder,
    })
}

/// Returns a client builder with all that holds for every request of ours but for whom to trust.
pub(in crate::fetch) fn builder(
    settings: &Settings,
    rule: AddressRule,
) -> Result<ClientBuilder, FetcherError> {
    // An error says that a provider is installed already, which is all we want.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let proxy_host = settings.proxy.as_ref().and_then(|it| it.host_str()).map(str::to_owned);
    // Without `no_proxy` the environment's proxy would be used, and cron's is anyone's guess.
    let mut builder = ClientBuilder::new()
        .no_proxy()
        .redirect(Policy::none())
        .retry(reqwest::retry::never())
        .referer(false)
        .tls_info(true)
        .http1_max_headers(HEADERS_MAX)
        .http2_max_header_list_size(HTTP2_HEAD_BYTES_MAX)
        .pool_max_idle_per_host(1)
        .connect_timeout(settings.bounds.connect_timeout)
        .user_agent(user_agent(settings.contact.as_deref()))
        .dns_resolver(GuardedResolver { rule, proxy_host, limit: name_timeout(&settings.bounds) });
    // Through a proxy the peer is the proxy.
    if rule == AddressRule::PublicOnly && settings.proxy.is_none() {
        builder = builder.connector_layer(PeerGate);
    }
    if let Some(url) = &settings.proxy {
        builder = builder.proxy(proxy(url)?);
    }
    Ok(builder)
}

fn proxy(url: &Url) -> Result<Proxy, FetcherError> {
    Proxy::all(url.clone()).map_err(FetcherError::Proxy)
}

/// Returns how long a name may take: four fifths of what a connection may, so that a resolver
/// that does not answer is told as such, and not as a connection that did not come about.
fn name_timeout(bounds: &Bounds) -> Duration {
    bounds.connect_timeout.min(bounds.head_timeout).min(bounds.visit_timeout) * 4 / 5
}

/// Returns an HTTP client for deliveries: no redirects, no proxy but that of `settings`, the
/// connect and visit deadlines of `settings`, and under [`AddressRule::PublicOnly`] no
/// connection to an address that is not public.
///
/// IP literals pass by every resolver: call [`check_url`] on the URL first.
///
/// [`check_url`]: crate::fetch::address::check_url
pub fn guarded_client(settings: &Settings, rule: AddressRule) -> Result<Client, FetcherError> {
    let client = trusting_builder(settings, rule)?;
    client.timeout(settings.bounds.visit_timeout).build().map_err(FetcherError::Client)
}

/// Returns who we say we are: name, version, and how to reach whoever runs us.
///
/// Characters that a header cannot carry are left out of the contact.
fn user_agent(contact: Option<&str>) -> String {
    let contact: String = contact
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_ascii_graphic() || *c == ' ')
        .take(200)
        .collect();
    let contact = if contact.trim().is_empty() { "no contact given" } else { contact.trim() };
    format!("pledgewatch/{} (+{contact})", env!("CARGO_PKG_VERSION"))
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, FetcherError> {
    let unread = |source| FetcherError::CaFile { path: path.to_owned(), source };
    let pem = fs::read(path).map_err(unread)?;
    let certificates = Certificate::from_pem_bundle(&pem).map_err(FetcherError::Client)?;
    if certificates.is_empty() {
        return Err(FetcherError::NoCertificate { path: path.to_owned() });
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_made_when_it_is_first_needed_and_then_kept() {
        let clients = Clients::new(&Settings::default()).unwrap();
        let made = || clients.made.iter().flatten().filter(|it| it.get().is_some()).count();
        assert_eq!(made(), 0);
        let of = |url: &str, rule| clients.of(&Url::parse(url).unwrap(), rule).unwrap();
        let plain = of("http://example.org/", AddressRule::PublicOnly);
        assert!(std::ptr::eq(plain, of("http://example.com/", AddressRule::PublicOnly)));
        assert_eq!(made(), 1);
        assert!(!std::ptr::eq(plain, of("https://example.org/", AddressRule::PublicOnly)));
        assert!(!std::ptr::eq(plain, of("http://example.org/", AddressRule::AnyAddress)));
        assert_eq!(made(), 3);
    }

    #[test]
    fn we_say_who_we_are() {
        let version = env!("CARGO_PKG_VERSION");
        let of = |contact| user_agent(contact);
        assert_eq!(
            of(Some("desk@example.org")),
            format!("pledgewatch/{version} (+desk@example.org)")
        );
        assert_eq!(of(None), format!("pledgewatch/{version} (+no contact given)"));
        assert_eq!(of(Some("ü\r\n")), format!("pledgewatch/{version} (+no contact given)"));
    }
}
