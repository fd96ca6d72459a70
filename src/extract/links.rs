//! Link targets, without what only counts clicks.

use crate::{extract::mail, model::text::Link};

/// Parameters that say who came, or from where, and never where to.
const TRACKING: [&str; 22] = [
    "gclid",
    "gclsrc",
    "dclid",
    "gbraid",
    "wbraid",
    "fbclid",
    "msclkid",
    "twclid",
    "ttclid",
    "igshid",
    "yclid",
    "mc_cid",
    "mc_eid",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "mkt_tok",
    "phpsessid",
    "jsessionid",
    "sid",
    "sessionid",
];

/// The longest target that is kept, in bytes; what is longer is no address but data.
const TARGET_BYTES_MAX: usize = 2_048;

/// Returns the link to an `href` value, or `None` if it leads nowhere.
pub fn link(href: &str) -> Option<Link> {
    let is_noise = |c: char| c.is_whitespace() || c.is_control();
    let target: String = href.chars().filter(|&c| !is_noise(c)).take(TARGET_BYTES_MAX).collect();
    let scheme = target.split(':').next().unwrap_or("");
    if target.is_empty() || ["javascript", "data"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) {
        return None;
    }
    let target = mail::from_target(&target).unwrap_or(target);
    Some(Link { target: without_tracking(&target) })
}

fn without_tracking(target: &str) -> String {
    let (address, fragment) = match target.split_once('#') {
        Some((address, fragment)) => (address, Some(fragment)),
        None => (target, None),
    };
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (address, None),
    };
    let mut kept = without_path_session(path).to_owned();
    let parameters: Vec<&str> =
        query.unwrap_or("").split('&').filter(|p| !p.is_empty() && !is_tracking(p)).collect();
    if !parameters.is_empty() {
        kept.push('?');
        kept.push_str(&parameters.join("&"));
    }
    if let Some(fragment) = fragment {
        kept.push('#');
        kept.push_str(fragment);
    }
    kept
}

/// Cuts `;jsessionid=…` off a path.
fn without_path_session(path: &str) -> &str {
    let at = path.to_ascii_lowercase().find(";jsessionid=");
    at.map_or(path, |at| &path[..at])
}

fn is_tracking(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or("").to_ascii_lowercase();
    name.starts_with("utm_") || TRACKING.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(href: &str, target: Option<&str>) {
        assert_eq!(link(href).map(|link| link.target).as_deref(), target, "{href}");
    }

    #[test]
    fn what_counts_clicks_is_cut() {
        check("/a?utm_source=x&id=3&gclid=y#part", Some("/a?id=3#part"));
        check("/a?utm_campaign=x", Some("/a"));
        check("/a;jsessionid=12?b=1", Some("/a?b=1"));
        check("/a?PHPSESSID=1&c", Some("/a?c"));
    }

    #[test]
    fn white_space_in_a_target_is_gone() {
        check(" /a\n b\t", Some("/ab"));
    }

    #[test]
    fn what_leads_nowhere_is_no_link() {
        check("", None);
        check("JavaScript:void(0)", None);
        check("data:text/html,x", None);
    }
}
