//! The HTTP client: TLS, proxy, resolver and headers' bounds. Knows no watch.

use std::{fs, path::Path, time::Duration};

use reqwest::{Certificate, ClientBuilder, Proxy, redirect::Policy};

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

/// Returns a client builder with all that holds for every request of ours.
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
    if let Some(proxy) = &settings.proxy {
        builder = builder.proxy(Proxy::all(proxy.clone()).map_err(FetcherError::Proxy)?);
    }
    if let Some(path) = &settings.ca_file {
        builder = builder.tls_certs_merge(authorities(path)?);
    }
    Ok(builder)
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
pub fn guarded_client(
    settings: &Settings,
    rule: AddressRule,
) -> Result<reqwest::Client, FetcherError> {
    let client = builder(settings, rule)?;
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
