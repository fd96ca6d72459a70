//! The feeds of a channel: what stands in which file.

use std::collections::BTreeSet;

use crate::{
    alert::render::feed::{self, Entry, Feed},
    archive::events::{EventQuery, ToldFilter},
    model::{
        channel::{Channel, FeedChannel, Matter},
        event::Event,
        page::PageId,
        snapshot::Digest,
        time::Timestamp,
    },
    monitor::app::{App, MonitorError},
};

/// How many alerts are looked through for those that a channel takes.
const LOOKED_THROUGH_MAX: usize = 2_000;

/// Returns the feeds that tell of these events, as files: that of all, and those of their companies,
/// pages and pledges.
pub fn files(
    app: &App,
    channel: &Channel,
    feeds: &FeedChannel,
    due: &[&Event],
    now: Timestamp,
) -> Result<Vec<(String, Vec<u8>)>, MonitorError> {
    let maker = Maker { app, channel, feeds, now };
    let mut files = Vec::new();
    let all = maker.alerts(EventQuery::default(), |_| true)?;
    maker.add(&mut files, "all", "All alerts".to_owned(), &all);
    let companies: BTreeSet<&str> = due.iter().map(|event| &*event.company).collect();
    for company in companies.into_iter().filter(|company| !company.is_empty()) {
        let query = EventQuery { company: Some(company.to_owned()), ..EventQuery::default() };
        let alerts = maker.alerts(query, |_| true)?;
        let name = match PageId::from_words(company) {
            Some(name) => format!("company-{name}"),
            None => format!("company-{}", Digest::of(company.as_bytes()).short()),
        };
        maker.add(&mut files, &name, company.to_owned(), &alerts);
    }
    let pages: BTreeSet<&PageId> = due.iter().map(|event| &event.page).collect();
    for page in pages {
        let query = || EventQuery { page: Some(page.clone()), ..EventQuery::default() };
        let alerts = maker.alerts(query(), |_| true)?;
        let title = alerts.first().map_or(page.to_string(), |event| event.title.clone());
        maker.add(&mut files, &format!("page-{page}"), title, &alerts);
        let of_page = due.iter().filter(|event| event.page == *page);
        let on_page = maker.on_page(page);
        let pledges: BTreeSet<&PageId> =
            of_page.flat_map(|event| Matter::of(event, &on_page).pledges).collect();
        for pledge in pledges {
            let alerts = maker
                .alerts(query(), |event| Matter::of(event, &on_page).pledges.contains(&pledge))?;
            maker.add(&mut files, &format!("pledge-{page}.{pledge}"), pledge.to_string(), &alerts);
        }
    }
    Ok(files)
}

struct Maker<'a> {
    app: &'a App,
    channel: &'a Channel,
    feeds: &'a FeedChannel,
    now: Timestamp,
}

impl Maker<'_> {
    fn on_page(&self, page: &PageId) -> Vec<&PageId> {
        let watch = self.app.watchlist.watch(page);
        watch.into_iter().flat_map(|watch| &watch.pledges).map(|pledge| &pledge.id).collect()
    }

    /// Returns the latest alerts that the channel takes, newest first.
    fn alerts(
        &self,
        query: EventQuery,
        is_meant: impl Fn(&Event) -> bool,
    ) -> Result<Vec<Event>, MonitorError> {
        let limit = Some(LOOKED_THROUGH_MAX);
        let query = EventQuery { told: ToldFilter::Alerts, limit, ..query };
        let alerts = self.app.archive.events(&query)?.into_iter().rev().map(|told| told.event);
        let takes = |event: &Event| {
            let on_page = self.on_page(&event.page);
            self.channel.filter.takes(&Matter::of(event, &on_page)) && is_meant(event)
        };
        Ok(alerts.filter(takes).take(self.feeds.entries_max).collect())
    }

    fn add(&self, files: &mut Vec<(String, Vec<u8>)>, name: &str, title: String, alerts: &[Event]) {
        let url = |file: &str| Some(self.feeds.base.as_ref()?.join(file).ok()?.to_string());
        let (atom, json) = (format!("{name}.atom"), format!("{name}.json"));
        let feed = Feed {
            scope: name,
            title: format!("pledgewatch: {title}"),
            home: None,
            atom_url: url(&atom),
            json_url: url(&json),
            made_at: self.now,
            entries: alerts.iter().map(|event| Entry { event, link: None }).collect(),
        };
        files.push((atom, feed::atom(&feed).into_bytes()));
        files.push((json, feed::json(&feed).to_string().into_bytes()));
    }
}
