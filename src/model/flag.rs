//! What was odd on the way of an answer that was read all the same.

use std::fmt;

use crate::model::visit::{Framing, Part};

/// Something odd about how an answer came. It is no failure: it is kept with the visit, so that
/// whoever doubts what was read can see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    /// The head gave both a length and chunks, which two readers may take for two bodies.
    FramingConflict,
    /// Only the end of the connection told the end of the body.
    LengthUnverified,
    /// A redirect led from `https` down to `http`.
    Downgraded,
}

impl Flag {
    /// Returns what was odd about a part that was fetched, in a fixed order.
    pub fn of(part: &Part) -> Vec<Flag> {
        let has = |name| part.answer.as_ref().is_some_and(|answer| answer.has_header(name));
        let is_conflict = has("content-length") && has("transfer-encoding");
        let wire = part.answer.as_ref().and_then(|answer| answer.wire);
        let is_closed_only = wire.is_some_and(|wire| wire.framing == Framing::ClosedOnly);
        let is_down = |from: &str, to: &str| from == "https" && to == "http";
        let is_downgrade =
            part.hops.iter().any(|hop| is_down(hop.url.scheme(), hop.target.scheme()));
        let found = [
            (is_conflict, Flag::FramingConflict),
            (is_closed_only, Flag::LengthUnverified),
            (is_downgrade, Flag::Downgraded),
        ];
        found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, flag)| flag).collect()
    }

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Flag::FramingConflict => "framing_conflict",
            Flag::LengthUnverified => "length_unverified",
            Flag::Downgraded => "downgraded",
        }
    }
}

impl fmt::Display for Flag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match self {
            Flag::FramingConflict => {
                "the answer gave both a length and chunks; the chunks were believed"
            }
            Flag::LengthUnverified => {
                "nothing but the end of the connection told the end of the body"
            }
            Flag::Downgraded => "a redirect led from https down to http",
        };
        write!(f, "{sentence} ({})", self.code())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use url::Url;

    use super::*;
    use crate::model::{
        snapshot::{Digest, Snapshot},
        visit::{Answer, Hop, Outcome, WireBody},
    };

    fn part(names: &[&str], framing: Framing, chain: &[&str]) -> Part {
        let chain: Vec<Url> = chain.iter().map(|it| it.parse().unwrap()).collect();
        let hop = |pair: &[Url]| Hop { url: pair[0].clone(), status: 302, target: pair[1].clone() };
        let wire = WireBody { digest: Digest::of(b""), bytes: 0, framing };
        Part {
            url: chain[0].clone(),
            hops: chain.windows(2).map(hop).collect(),
            answer: Some(Answer {
                url: chain[chain.len() - 1].clone(),
                status: 200,
                http_version: "HTTP/1.1".to_owned(),
                headers: names.iter().map(|it| ((*it).to_owned(), Vec::new())).collect(),
                remote: None,
                certificate: None,
                wire: Some(wire),
            }),
            outcome: Outcome::Captured(Snapshot::new(&b"x"[..])),
            attempts: 1,
            took: Duration::ZERO,
        }
    }

    #[test]
    fn fault_010_a_length_beside_chunks_is_flagged_and_one_of_them_is_not() {
        let of = |names: &[&str]| Flag::of(&part(names, Framing::Told, &["http://a.org/"]));
        assert_eq!(of(&["content-length"]), []);
        assert_eq!(of(&["transfer-encoding"]), []);
        assert_eq!(of(&["content-length", "transfer-encoding"]), [Flag::FramingConflict]);
    }

    #[test]
    fn fault_035_only_the_step_down_is_flagged() {
        let of = |chain: &[&str]| Flag::of(&part(&[], Framing::Told, chain));
        assert_eq!(of(&["http://a.org/", "https://a.org/", "https://b.org/"]), []);
        assert_eq!(of(&["https://a.org/", "http://a.org/"]), [Flag::Downgraded]);
    }

    #[test]
    fn fault_008_a_body_without_an_end_of_its_own_is_flagged() {
        let flags = Flag::of(&part(&[], Framing::ClosedOnly, &["http://a.org/"]));
        assert_eq!(flags, [Flag::LengthUnverified]);
    }
}
