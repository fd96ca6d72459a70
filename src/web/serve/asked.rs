//! A request as our pages know it: who asks, under which name of ours, with which fields.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, Request, header};
use url::form_urlencoded;

use crate::{
    model::time::Timestamp,
    web::{
        answer::Refusal,
        frame::{Frame, Session, Visitor},
        guard,
        place::{Links, Place},
        serve::state::{Peer, Site},
    },
};

/// The cookie of a session.
pub const COOKIE: &str = "pledgewatch";

/// The most fields of a query or a form.
const FIELDS_MAX: usize = 20;

/// Who asks, and how they reached us.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Where the request comes from.
    pub from: IpAddr,
    /// Who is signed in.
    pub session: Option<Session>,
    /// The secret of the session.
    pub secret: Option<String>,
    /// The root of this server as the asker knows it, with a slash at its end.
    pub root: String,
    /// When the request came.
    pub now: Timestamp,
    /// Whether there is anything to sign in for.
    pub may_sign_in: bool,
}

impl Asker {
    /// Reads who asks; a cookie that is of no session counts as none.
    pub fn of<B>(site: &Site, request: &Request<B>, host: &str) -> Result<Asker, Refusal> {
        let peer = request.extensions().get::<Peer>().map(|peer| peer.0);
        let peer = peer.unwrap_or_else(|| SocketAddr::from(([0, 0, 0, 0], 0)));
        let now = site.clock.now();
        let secret = cookie(request.headers());
        let session = secret.as_deref().and_then(|secret| site.access.session(secret, now));
        let has_users =
            site.access.has_users().map_err(|error| Refusal::Failed(error.to_string()))?;
        let root = match &site.options.url {
            Some(url) => url.to_string(),
            None => format!("http://{host}/"),
        };
        let is_of_use = site.options.may_review || site.options.is_private;
        Ok(Asker {
            from: from(site, request.headers(), peer),
            session,
            secret,
            root,
            now,
            may_sign_in: has_users && is_of_use,
        })
    }

    /// Returns what stands around the page at a place.
    pub fn frame(&self, place: Place) -> Frame {
        Frame {
            links: Links::at(&place, ""),
            visitor: self.visitor(),
            now: self.now,
            base: Some(self.root.clone()),
            place,
        }
    }

    /// Returns who looks.
    pub fn visitor(&self) -> Visitor {
        match &self.session {
            Some(session) => Visitor::Known(session.clone()),
            None => Visitor::Reader { may_sign_in: self.may_sign_in },
        }
    }
}

/// Returns where a request comes from. What stands before us, on this machine, says so itself.
fn from(site: &Site, headers: &HeaderMap, peer: SocketAddr) -> IpAddr {
    if site.options.url.is_none() || !peer.ip().is_loopback() {
        return peer.ip();
    }
    let told = headers.get_all("x-forwarded-for").iter().next_back();
    let last = told.and_then(|it| it.to_str().ok()).and_then(|it| it.rsplit(',').next());
    last.and_then(|it| it.trim().parse().ok()).unwrap_or(peer.ip())
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let fields = headers.get_all(header::COOKIE).iter().filter_map(|it| it.to_str().ok());
    let mut pairs = fields.flat_map(|it| it.split(';')).filter_map(|it| it.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    let is_secret = value.len() == 64 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_secret.then(|| value.to_owned())
}

/// Returns what a program sends as `Authorization: Bearer …`.
pub fn bearer(headers: &HeaderMap) -> Option<String> {
    let field = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = field.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
}

/// Reads the fields of a query or a form, a few of them at most.
pub fn fields(text: &[u8]) -> Result<Vec<(String, String)>, Refusal> {
    let fields: Vec<_> = form_urlencoded::parse(text).into_owned().take(FIELDS_MAX + 1).collect();
    match fields.len() <= FIELDS_MAX {
        true => Ok(fields),
        false => Err(Refusal::Wrong(format!("There are more than {FIELDS_MAX} fields."))),
    }
}

/// Returns a path of ours to go to, and the overview for anything else: no address of others, and
/// nothing that a browser could take for one.
pub fn path_of_ours(text: &str) -> String {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"/-_.".contains(&b);
    let is_ours = text.starts_with('/') && !text.starts_with("//") && text.bytes().all(is_plain);
    match is_ours && !text.contains("..") && text.len() <= guard::TARGET_BYTES_MAX {
        true => text.to_owned(),
        false => "/".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_away_after_signing_in() {
        assert_eq!(path_of_ours("/changes/0123456789abcdef/"), "/changes/0123456789abcdef/");
        for wrong in
            ["", "//evil.example/", "https://evil.example/", "/\\evil.example", "/a/../b", "/a?b"]
        {
            assert_eq!(path_of_ours(wrong), "/", "{wrong}");
        }
    }

    #[test]
    fn fault_059_fields_without_end_are_refused() {
        assert_eq!(fields(b"a=1&b=%C3%A4").unwrap().len(), 2);
        assert!(matches!(fields("a=1&".repeat(1_000_000).as_bytes()), Err(Refusal::Wrong(_))));
    }
}
