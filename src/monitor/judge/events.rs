//! Events as a judgement words them: who is told what, under which name.

use url::Url;

use crate::{
    compare::{self, quote::find_quote},
    model::{
        channel::{Channel, ChannelKind},
        edit::EditKind,
        event::{Addressee, Certainty, Change, Event, EventId, EventKind, Telling, What},
        history::{Judgement, NewEvent},
        page::PageId,
        text::Text,
        time::Timestamp,
        watch::{Pledge, Watch},
    },
    monitor::judge::case::{Case, Reached, Rederived},
};

/// Makes the events of one visit.
#[derive(Clone, Copy, Debug)]
pub struct Teller<'a> {
    watch: &'a Watch,
    channels: &'a [Channel],
    captured_at: Timestamp,
    judged_at: Timestamp,
}

impl<'a> Teller<'a> {
    /// Returns the teller of a case.
    pub fn new(case: &Case<'a>) -> Teller<'a> {
        Teller {
            watch: case.watch,
            channels: case.channels,
            captured_at: case.captured_at,
            judged_at: case.judged_at,
        }
    }

    /// Returns the same teller for what an earlier visit brought.
    pub fn captured_at(self, captured_at: Timestamp) -> Teller<'a> {
        Teller { captured_at, ..self }
    }

    /// Returns an event that is an alert at once.
    pub fn alert(&self, what: What) -> NewEvent {
        self.event(what, Telling::Alert(self.judged_at))
    }

    /// Returns an event that is on record only.
    pub fn quiet(&self, what: What, reason: &str) -> NewEvent {
        self.event(what, Telling::Quiet(reason.to_owned()))
    }

    /// Returns an event with those who are to be told now.
    pub fn event(&self, what: What, telling: Telling) -> NewEvent {
        let mut event = Event {
            id: EventId::of(&self.watch.page, EventKind::Change, self.captured_at, ""),
            page: self.watch.page.clone(),
            company: self.watch.company.clone(),
            title: self.watch.name().to_owned(),
            url: self.watch.url().clone(),
            captured_at: self.captured_at,
            recorded_at: self.judged_at,
            what,
            telling,
        };
        event.id = EventId::of(&event.page, event.kind(), once(&event), &detail(&event.what));
        let addressees = match &event.telling {
            Telling::Alert(_) => self.addressees(event.kind()),
            Telling::Pending | Telling::Quiet(_) => Vec::new(),
        };
        NewEvent { event, addressees }
    }

    /// Returns who is told of this kind of event on this page.
    pub fn addressees(&self, kind: EventKind) -> Vec<Addressee> {
        addressees(self.channels, &self.watch.company, &self.watch.page, kind)
    }

    /// Returns the event of a new address, if the page answers at one.
    pub fn moved(&self, case: &Case) -> Option<NewEvent> {
        let now = &case.whereabouts.url;
        let before = match &case.state.final_url {
            Some(before) => Url::parse(before).ok()?,
            None => self.watch.url().clone(),
        };
        if is_same_place(&before, now) {
            return None;
        }
        let what = What::Moved { from: before.to_string(), to: now.to_string() };
        Some(match case.whereabouts.reached {
            Reached::Permanently if self.watch.formerly.contains(now) => {
                self.quiet(what, "the watchlist knows the address as an earlier one")
            }
            Reached::Permanently => self.alert(what),
            Reached::Loosely if is_same_place(now, self.watch.url()) => {
                self.quiet(what, "it answers at the address of the watchlist again")
            }
            Reached::Loosely => self.quiet(what, "the redirect calls itself temporary"),
        })
    }
}

/// Returns the alerts of quotations that are not in a text, each told once for all.
pub fn missing_quotes(case: &Case, text: &Text) -> Vec<NewEvent> {
    let teller = Teller::new(case);
    let is_missing = |pledge: &&Pledge| find_quote(text, &pledge.quote).is_none();
    let missing = case.watch.pledges.iter().filter(is_missing);
    let told = missing.map(|pledge| {
        teller.alert(What::QuoteMissing {
            pledge: pledge.id.clone(),
            name: pledge.name.clone(),
            quote: pledge.quote.clone(),
        })
    });
    told.collect()
}

/// Ends a spell of trouble, and tells of a new address.
pub fn healthy(case: &Case, judgement: &mut Judgement) {
    let teller = Teller::new(case);
    if let Some(spell) = &case.state.spell {
        let what = What::Recovered { kind: spell.trouble.kind, since: spell.since };
        judgement.reasons.push(format!(
            "the trouble since {} is over ({})",
            spell.since.minute(),
            spell.trouble
        ));
        judgement.events.push(match spell.alerted {
            true => teller.alert(what),
            false => teller.quiet(what, "it was over before it was alerted"),
        });
    }
    judgement.events.extend(teller.moved(case));
}

/// Returns who is told of an event, channel by channel in the watchlist's order.
pub fn addressees(
    channels: &[Channel],
    company: &str,
    page: &PageId,
    kind: EventKind,
) -> Vec<Addressee> {
    let stdout = Channel::stdout();
    let has_stdout = channels.iter().any(|channel| channel.kind == ChannelKind::Stdout);
    let implied = if has_stdout { None } else { Some(&stdout) };
    implied
        .into_iter()
        .chain(channels)
        .filter(|channel| channel.filter.takes(company, page, kind))
        .flat_map(|channel| {
            let address = |recipient| Addressee { channel: channel.name.clone(), recipient };
            channel.recipients().into_iter().map(address)
        })
        .collect()
}

/// Returns the event of our own upgrade: recorded with its cause, never alerted.
pub fn own_upgrade(case: &Case, rederived: &Rederived) -> NewEvent {
    let (before, version) = (&rederived.as_read_before, &rederived.version);
    let diff = compare::diff::diff(before, &version.text);
    let change = Change {
        cause: version.cause,
        certainty: Certainty::Confirmed,
        before: before.digest(),
        after: version.text.digest(),
        before_last_at: version.first_at,
        edits: diff.edits().cloned().collect(),
    };
    Teller::new(case).quiet(What::Change(change), "the page did not change: we read it differently")
}

/// Returns why edits of this strength are on record only.
pub fn quiet_reason(kind: EditKind) -> &'static str {
    match kind {
        EditKind::LinkTarget => "only link targets differ",
        EditKind::Structure => "only the structure differs, no word",
        EditKind::Typography => "only punctuation, case or typography differ",
        EditKind::Renumbered => "only numbers of list items or sections differ",
        EditKind::DateStamp => "only a statement of the last update differs",
        EditKind::Moved | EditKind::Reworded | EditKind::Added | EditKind::Removed => "",
    }
}

/// Returns the instant in an event's name: what is told once for all has none of its own, so that
/// an address that alternates, or a quotation that is still missing, is not told again.
fn once(event: &Event) -> Timestamp {
    match &event.what {
        What::Moved { .. } | What::QuoteMissing { .. } => Timestamp::from_millis(0),
        What::Change(_) | What::Trouble { .. } | What::Gone { .. } | What::Recovered { .. } => {
            event.captured_at
        }
    }
}

/// Tells apart several events of one kind at one capture.
fn detail(what: &What) -> String {
    match what {
        What::Change(change) => {
            format!("{} {} {}", change.cause.code(), change.before, change.after)
        }
        What::Moved { to, .. } => to.clone(),
        What::QuoteMissing { pledge, quote, .. } => format!("{pledge} {quote}"),
        What::Trouble { .. } | What::Gone { .. } | What::Recovered { .. } => String::new(),
    }
}

/// Returns whether two addresses are the same but for what sites change by habit: the scheme,
/// `www.`, the query, a slash at the end, and upper case.
fn is_same_place(before: &Url, after: &Url) -> bool {
    let place = |url: &Url| {
        let host = url.host_str().unwrap_or_default().to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
        (host, url.port(), url.path().trim_end_matches('/').to_lowercase())
    };
    place(before) == place(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_of_sites_are_no_move() {
        let same = |a: &str, b: &str| is_same_place(&a.parse().unwrap(), &b.parse().unwrap());
        assert!(same("http://www.example.org/a/", "https://example.org/a?utm=1"));
        assert!(!same("https://example.org/a", "https://example.org/"));
        assert!(!same("https://example.org/a", "https://example.com/a"));
    }

    #[test]
    fn standard_output_is_told_unless_the_watchlist_has_its_own() {
        let page: PageId = "a".parse().unwrap();
        let told = addressees(&[], "", &page, EventKind::Change);
        assert_eq!(told.len(), 1);
        let mut own = Channel::stdout();
        own.filter.kinds = vec![EventKind::Gone];
        assert!(addressees(&[own], "", &page, EventKind::Change).is_empty());
    }
}
