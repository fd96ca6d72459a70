//! Events as a judgement words them: who is told what, under which name.

use std::time::Duration;

use url::Url;

use crate::{
    compare,
    model::{
        cause::Cause,
        channel::{Channel, ChannelKind, Matter},
        edit::{Diff, Edit, EditKind},
        event::{Addressee, Certainty, Change, Event, EventId, EventKind, Telling, What},
        history::{Judgement, NewEvent},
        page::PageId,
        pledge::News,
        text::Text,
        time::Timestamp,
        watch::Watch,
    },
    monitor::judge::case::{Case, Reached, Rederived, Whereabouts},
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

    /// Returns the teller of a page of which a capture is looked at again.
    pub fn of(
        watch: &'a Watch,
        channels: &'a [Channel],
        captured_at: Timestamp,
        judged_at: Timestamp,
    ) -> Teller<'a> {
        Teller { watch, channels, captured_at, judged_at }
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

    /// Returns the event of a change that is not the page's own: on record only.
    pub fn own(&self, change: Change) -> NewEvent {
        self.quiet(What::Change(change), "the page did not change: we read it differently")
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
            Telling::Alert(_) => self.addressees(&event),
            Telling::Pending | Telling::Quiet(_) => Vec::new(),
        };
        NewEvent { event, addressees }
    }

    /// Returns who is told of an event: those who take its kind, and those who take what touches a
    /// pledge, where it touches one.
    pub fn addressees(&self, event: &Event) -> Vec<Addressee> {
        let on_page = self.on_page();
        let matter = Matter::of(event, &on_page);
        let touched = match &event.what {
            What::Change(_) if !matter.pledges.is_empty() => {
                Some(Matter { kind: EventKind::Pledge, ..matter.clone() })
            }
            _ => None,
        };
        addressees(self.channels, &matter, touched.as_ref())
    }

    /// Returns who is told of this kind of event of the page as a whole.
    pub fn addressees_of(&self, kind: EventKind) -> Vec<Addressee> {
        let (company, page) = (&*self.watch.company, &self.watch.page);
        let matter = Matter { company, page, kind, pledges: self.on_page(), meaning: None };
        addressees(self.channels, &matter, None)
    }

    fn on_page(&self) -> Vec<&PageId> {
        self.watch.pledges.iter().map(|pledge| &pledge.id).collect()
    }

    /// Returns the event of a new address: when the page answers at one, when the redirect there
    /// turns from a temporary into a permanent one, and when a temporary one has lasted.
    pub fn moved(&self, case: &Case) -> Option<NewEvent> {
        let Whereabouts { url: now, reached, stay } = case.whereabouts;
        let Some(stay) = stay else { return self.moved_now(case) };
        let home = self.watch.url();
        let from = stay.came_from.as_ref().map_or(home.as_str(), String::as_str);
        let what = What::Moved { from: from.to_owned(), to: now.to_string() };
        let lasted = |at: Timestamp| MOVED_AFTER <= at.since(stay.since);
        if self.watch.formerly.contains(now) {
            return None;
        }
        match (stay.reached, reached) {
            (Reached::Loosely, Reached::Permanently) => {
                Some(self.alert_named(what, &format!("{now} for good")))
            }
            // A page that always answered there did not move.
            (_, Reached::Loosely)
                if stay.came_from.is_some()
                    && lasted(case.captured_at)
                    && !lasted(stay.last_at) =>
            {
                Some(self.alert_named(what, &format!("{now} lasting")))
            }
            (_, Reached::Loosely) | (Reached::Permanently, Reached::Permanently) => None,
        }
    }

    /// Returns the event of an address at which the page did not answer at the visit before.
    fn moved_now(&self, case: &Case) -> Option<NewEvent> {
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
            // On from an address to which it had moved before, and back to that, is news again.
            Reached::Permanently if !is_same_place(&before, self.watch.url()) => {
                self.alert_named(what, &format!("{before} {now}"))
            }
            Reached::Permanently => self.alert(what),
            Reached::Loosely if is_same_place(now, self.watch.url()) => {
                self.quiet(what, "it answers at the address of the watchlist again")
            }
            Reached::Loosely => {
                let mut event = self.quiet(what, "the redirect calls itself temporary");
                event.event.id = self.name(&event.event, &format!("{now} for now"));
                event
            }
        })
    }

    fn alert_named(&self, what: What, detail: &str) -> NewEvent {
        let mut event = self.alert(what);
        event.event.id = self.name(&event.event, detail);
        event
    }

    fn name(&self, event: &Event, detail: &str) -> EventId {
        EventId::of(&event.page, event.kind(), once(event), detail)
    }
}

/// From when on a redirect that calls itself temporary is a move: those to another language, a
/// campaign or a page of maintenance are over within weeks.
const MOVED_AFTER: Duration = Duration::from_secs(30 * 86_400);

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
            false => {
                let reason = "it was over before it was alerted";
                judgement.quieted.push((spell.event.clone(), reason.to_owned()));
                teller.quiet(what, reason)
            }
        });
    }
    judgement.events.extend(teller.moved(case));
}

/// Returns who is told of an event, channel by channel in the watchlist's order.
fn addressees(
    channels: &[Channel],
    matter: &Matter<'_>,
    also: Option<&Matter<'_>>,
) -> Vec<Addressee> {
    let stdout = Channel::stdout();
    let has_stdout = channels.iter().any(|channel| channel.kind == ChannelKind::Stdout);
    let implied = if has_stdout { None } else { Some(&stdout) };
    implied
        .into_iter()
        .chain(channels)
        .filter(|channel| {
            channel.filter.takes(matter) || also.is_some_and(|also| channel.filter.takes(also))
        })
        .flat_map(|channel| {
            let address = |recipient| Addressee { channel: channel.name.clone(), recipient };
            channel.recipients().into_iter().map(address)
        })
        .collect()
}

/// Adds the version as it reads today, and the event that tells of it: recorded with its cause,
/// never alerted.
pub fn add_own_upgrade(case: &Case, judgement: &mut Judgement, rederived: Rederived) {
    let Rederived { version, as_read_before, taken_as_it_stands } = rederived;
    let reason = match version.cause {
        Cause::Selection => "the selection was changed",
        Cause::Watch => "the watchlist's addresses, language or headers of the page were changed",
        Cause::Extractor | Cause::First | Cause::Page => "the extractor was revised",
    };
    let (done, quiet) = match taken_as_it_stands {
        false => (
            "the established version was read anew, and like compared with like",
            "the page did not change: we read it differently",
        ),
        true => (
            "the established version cannot be read so, and this visit's text stands in its place",
            "we read the page differently, and cannot tell what of this the page itself changed",
        ),
    };
    judgement.reasons.insert(0, format!("{reason}: {done}"));
    let teller = Teller::new(case);
    let change = own_change(version.cause, (&as_read_before, &version.text), version.first_at);
    judgement.events.insert(0, teller.quiet(What::Change(change), quiet));
    judgement.versions.insert(0, version);
}

/// Returns how a text reads otherwise, for another cause than the page.
pub fn own_change(cause: Cause, (before, after): (&Text, &Text), at: Timestamp) -> Change {
    Change {
        cause,
        certainty: Certainty::Confirmed,
        before: before.digest(),
        after: after.digest(),
        before_last_at: at,
        edits: judged((before, after), &compare::diff::diff(before, after)),
        untold: 0,
        pledges: Vec::new(),
    }
}

/// Returns the edits of the diff between two texts, each with its verdict.
pub fn judged((before, after): (&Text, &Text), diff: &Diff) -> Vec<Edit> {
    let judged = compare::verdicts::judged(before, after, diff.clone());
    judged.edits().cloned().collect()
}

/// Returns why edits of this strength are on record only.
pub fn quiet_reason(kind: EditKind) -> &'static str {
    match kind {
        EditKind::LinkTarget => "only link targets differ",
        EditKind::Structure => "no word differs, only the structure",
        EditKind::Typography => "no words differ beyond punctuation, case or typography",
        EditKind::Renumbered => "no words differ beyond numbers of list items or sections",
        EditKind::DateStamp => "no words differ beyond a statement of the last update",
        EditKind::Moved | EditKind::Reworded | EditKind::Added | EditKind::Removed => "",
    }
}

/// Returns the instant in an event's name: what is told once for all has none of its own, so that
/// an address that alternates, or a quotation that is still missing, is not told again.
fn once(event: &Event) -> Timestamp {
    match &event.what {
        // Each edit that moves a time is one of its own.
        What::Pledge { news: News::Retimed { .. }, .. } => event.captured_at,
        What::Moved { .. } | What::QuoteMissing { .. } | What::Pledge { .. } => {
            Timestamp::from_millis(0)
        }
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
        What::Pledge { pledge, news, .. } => match news {
            News::Indistinct { quote } => format!("{pledge} indistinct {quote}"),
            News::Nears { deadline, .. } => format!("{pledge} nears {deadline}"),
            News::Retimed { .. } => format!("{pledge} retimed"),
            News::Lapsed { deadline, .. } => format!("{pledge} lapsed {deadline}"),
        },
        What::Trouble { .. } | What::Gone { .. } | What::Recovered { .. } => String::new(),
    }
}

/// Returns whether two addresses are the same but for what sites change by habit: the scheme,
/// `www.`, the query, a slash at the end, and upper case.
pub fn is_same_place(before: &Url, after: &Url) -> bool {
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
        let kind = EventKind::Change;
        let matter = Matter { company: "", page: &page, kind, pledges: vec![], meaning: None };
        assert_eq!(addressees(&[], &matter, None).len(), 1);
        let mut own = Channel::stdout();
        own.filter.kinds = vec![EventKind::Gone];
        assert!(addressees(&[own], &matter, None).is_empty());
    }
}
