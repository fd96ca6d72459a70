//! Routes: who is told of what, when, alone or together, and what an outage costs.

use std::{
    collections::BTreeMap,
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use pledgewatch::monitor::{
    outbox,
    status::{self, Status},
};
use serde_json::Value;

use crate::{
    mail::MailServer,
    server::{Server, reply::Reply},
    world::{Site, World, framed},
};

/// How many pages a world here has.
const PAGES: u32 = 8;

fn policy(edition: u32, day: u32) -> String {
    framed(
        &format!(
            "<h1>Faces</h1><p>We will never sell face data number {edition} to the police.</p>\
             <p>This promise holds for all our products and has no end date at all.</p>\
             <h2>About</h2><p>This page was read by {day} hundred people of our team so far.</p>"
        ),
        "a",
    )
}

fn watching(site: &Site, channels: &str) -> World {
    let pages = (0..PAGES).map(|page| {
        format!(
            "\n[[page]]\nid = \"p{page}\"\ncompany = \"Acme {page}\"\ntitle = \"Faces {page}\"\n\
             url = \"{}\"\nconfirm_within = 0\nevery = \"1h\"\n[[page.pledge]]\nid = \"police\"\n\
             name = \"None to the police\"\nquote = \"sell face data\"\n",
            site.url(&format!("/p{page}"))
        )
    });
    let world = World::with(&format!("{}{channels}", pages.collect::<String>()));
    show(site, 0..PAGES, 0);
    world.sweep_at("2026-01-01T00:00:00Z");
    world
}

/// Shows another wording on these pages.
fn show(site: &Site, pages: std::ops::Range<u32>, day: u32) {
    for page in pages {
        site.page(&format!("/p{page}"), &policy(page, day));
    }
}

fn mail_channel(mail: &MailServer, keys: &str) -> String {
    format!(
        "\n[[channel]]\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n\
         from = \"pledgewatch@example.org\"\nto = [\"desk@example.org\"]\n{keys}\n",
        mail.port()
    )
}

fn status_at(world: &World, at: &str) -> Status {
    status::status(&world.app(), &[], at.parse().unwrap()).unwrap()
}

/// Returns how often each alert on record stands in the bodies that a hook got, by its id.
fn told(world: &World, bodies: &[Value]) -> BTreeMap<String, usize> {
    let alerts = world.log().into_iter().map(|told| told.event.id.to_string());
    let count = |id: &String| {
        let is_it = |body: &&Value| {
            let several = body["alerts"].as_array();
            body["id"] == id.as_str()
                || several.is_some_and(|all| all.iter().any(|it| it["id"] == id.as_str()))
        };
        bodies.iter().filter(is_it).count()
    };
    alerts.map(|id| (id.clone(), count(&id))).collect()
}

#[test]
fn fault_075_a_channel_that_is_dead_for_a_week_loses_nothing_repeats_nothing_and_floods_nobody() {
    let (site, mail) = (Site::start(), MailServer::start());
    let is_dead = Arc::new(AtomicBool::new(false));
    let dead = Arc::clone(&is_dead);
    let asked = AtomicUsize::new(0);
    let hook = Server::start(move |_| {
        let at = asked.fetch_add(1, Ordering::SeqCst);
        Reply::new(if dead.load(Ordering::SeqCst) { [500, 503, 301, 410][at % 4] } else { 200 })
    });
    let channels = format!(
        "{}\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n",
        mail_channel(&mail, ""),
        hook.url("/hook")
    );
    let world = watching(&site, &channels);
    is_dead.store(true, Ordering::SeqCst);
    for day in 2..=8 {
        show(&site, 0..3, day);
        for hour in ["06", "12", "18"] {
            let swept = world.sweep_at(&format!("2026-01-{day:02}T{hour}:00:00Z"));
            assert!(!swept.undelivered.is_empty(), "the hook is dead");
        }
    }
    assert_eq!(world.log().len(), 21);
    assert_eq!(mail.mails().len(), 21, "it delays no other channel");
    let before = hook.requests().len();
    is_dead.store(false, Ordering::SeqCst);
    world.sweep_at("2026-01-09T06:00:00Z");
    let taken = hook.requests().split_off(before);
    assert_eq!(taken.len(), 2, "the oldest by itself, and all others together");
    let bodies: Vec<Value> =
        taken.iter().map(|it| serde_json::from_slice(&it.body).unwrap()).collect();
    assert_eq!(bodies[1]["kind"], "digest");
    assert_eq!(taken[1].header("idempotency-key").unwrap(), bodies[1]["id"].as_str().unwrap());
    assert!(told(&world, &bodies).values().all(|count| *count == 1), "{:?}", told(&world, &bodies));
    world.sweep_at("2026-01-10T06:00:00Z");
    assert_eq!(hook.requests().len(), before + 2);
    assert_eq!(world.run(&["verify"]).code, 0);
    let listed = world.run(&["alert", "list"]).stdout;
    assert_eq!(listed.matches("to webhook (webhook): delivered").count(), 21, "{listed}");
}

#[test]
fn fault_075_a_mail_server_that_is_dead_for_a_week_loses_nothing_and_repeats_nothing() {
    let (site, mail) = (Site::start(), MailServer::start());
    let hook = Server::start(|_| Reply::new(200));
    let channels = format!(
        "{}\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n",
        mail_channel(&mail, ""),
        hook.url("/hook")
    );
    let world = watching(&site, &channels);
    mail.refuse(true);
    for day in 2..=8 {
        show(&site, 0..3, day);
        for hour in ["06", "12", "18"] {
            let swept = world.sweep_at(&format!("2026-01-{day:02}T{hour}:00:00Z"));
            assert!(!swept.undelivered.is_empty(), "the mail server is dead");
        }
    }
    assert_eq!((mail.mails().len(), hook.requests().len()), (0, 21), "it delays no other channel");
    mail.refuse(false);
    world.sweep_at("2026-01-09T06:00:00Z");
    let mails = mail.mails();
    assert_eq!(mails.len(), 2, "the oldest by itself, and all others together");
    let subjects: Vec<String> = mails.iter().map(|it| it.header("subject").unwrap()).collect();
    assert!(subjects[0].contains("Faces ") && !subjects[0].contains("alerts"), "{subjects:?}");
    assert!(subjects[1].contains("20 alerts"), "{subjects:?}");
    assert_ne!(mails[0].header("message-id"), mails[1].header("message-id"));
    world.sweep_at("2026-01-10T06:00:00Z");
    assert_eq!((mail.mails().len(), hook.requests().len()), (2, 21), "nothing is repeated");
    let listed = world.run(&["alert", "list"]).stdout;
    let delivered = "desk@example.org (email): delivered";
    assert_eq!(listed.matches(delivered).count(), 21, "{listed}");
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn what_could_not_be_sent_is_due_at_once_after_alert_retry() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail, ""));
    mail.refuse(true);
    show(&site, 0..1, 2);
    for time in ["06:00", "12:00", "18:00"] {
        world.sweep_at(&format!("2026-01-02T{time}:00Z"));
    }
    mail.refuse(false);
    world.sweep_at("2026-01-02T18:01:00Z");
    assert_eq!(mail.mails().len(), 0, "it was tried a minute ago");
    let count = outbox::retry(&mut world.app(), "2026-01-02T18:02:00Z".parse().unwrap());
    assert_eq!(count.unwrap(), 1);
    for time in ["18:03", "18:04"] {
        world.sweep_at(&format!("2026-01-02T{time}:00Z"));
        assert_eq!(mail.mails().len(), 1, "it is sent now, and once");
    }
    assert_eq!(world.run(&["alert", "retry"]).stderr.lines().next(), Some(NONE_DUE));
}

const NONE_DUE: &str = "0 deliveries are due; the next `pledgewatch check` tries them";

#[test]
fn a_digest_is_one_mail_at_its_time_with_the_same_id_when_it_is_sent_again() {
    let (site, mail) = (Site::start(), MailServer::start());
    let channel = mail_channel(&mail, "digest = \"daily 08:00 Europe/Brussels\"");
    let world = watching(&site, &channel);
    show(&site, 0..3, 2);
    world.sweep_at("2026-01-02T12:00:00Z");
    world.sweep_at("2026-01-03T06:59:00Z");
    assert_eq!(mail.mails().len(), 0, "it is not eight in Brussels yet");
    let status = status_at(&world, "2026-01-03T06:59:00Z");
    assert_eq!(
        (status.held.len(), status.undelivered.len()),
        (3, 3),
        "those are printed by nobody"
    );
    mail.refuse(true);
    let swept = world.sweep_at("2026-01-03T07:01:00Z");
    assert_eq!(swept.undelivered.len(), 1, "{:?}", swept.undelivered);
    let name = swept.undelivered[0].split(' ').next().unwrap().to_owned();
    // What comes in between goes with the next.
    show(&site, 3..5, 2);
    world.sweep_at("2026-01-03T08:10:00Z");
    mail.refuse(false);
    world.sweep_at("2026-01-03T10:30:00Z");
    let mails = mail.mails();
    assert_eq!(mails.len(), 1);
    let id = mails[0].header("message-id").unwrap();
    assert!(id.starts_with(&format!("<{name}.")), "{id} is not {name}");
    assert!(mails[0].header("subject").unwrap().contains("3 alerts: "));
    for page in ["Faces 0", "Faces 1", "Faces 2"] {
        assert!(mails[0].data.contains(page), "{page}");
    }
    world.sweep_at("2026-01-04T07:01:00Z");
    let mails = mail.mails();
    assert_eq!(mails.len(), 2);
    assert!(mails[1].header("subject").unwrap().contains("2 alerts: "));
    assert_eq!(world.run(&["verify"]).code, 0);
}

#[test]
fn a_run_that_is_killed_between_sending_and_recording_sends_the_same_message_again() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail, "digest = \"daily 08:00\""));
    show(&site, 0..2, 2);
    world.sweep_at("2026-01-02T12:00:00Z");
    world.sweep_at("2026-01-03T09:00:00Z");
    let first = mail.mails()[0].header("message-id").unwrap();
    // As if what came of it had never been recorded.
    let archive = world.folder().join("snapshots/archive.db");
    let database = rusqlite::Connection::open(archive).unwrap();
    database
        .execute("UPDATE delivery SET state = 'due', attempts = 0 WHERE channel = 'email'", [])
        .unwrap();
    drop(database);
    show(&site, 2..4, 2);
    world.sweep_at("2026-01-04T09:00:00Z");
    let ids: Vec<_> = mail.mails().iter().map(|it| it.header("message-id").unwrap()).collect();
    assert_eq!(ids.len(), 2);
    assert_eq!(ids[0], first);
    assert_eq!(ids[1], first, "what is new waits for the next digest and alters no name");
}

#[test]
fn nothing_is_told_in_quiet_hours_and_what_they_held_is_no_flood() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail, "quiet = \"22:00-07:00 Europe/Brussels\""));
    show(&site, 0..2, 2);
    world.sweep_at("2026-01-01T22:00:00Z");
    assert_eq!(mail.mails().len(), 0);
    let listed = world.run(&["alert", "list"]).stdout;
    assert!(listed.contains("to desk@example.org (email): due since"), "{listed}");
    world.sweep_at("2026-01-02T06:00:00Z");
    assert_eq!(mail.mails().len(), 2, "few go one by one");
    show(&site, 0..PAGES, 3);
    world.sweep_at("2026-01-02T22:00:00Z");
    world.sweep_at("2026-01-03T06:00:00Z");
    assert_eq!(mail.mails().len(), 4, "many go as one, after the first");
    assert_eq!(world.log().len(), 10);
}

#[test]
fn many_changes_of_one_sweep_go_one_by_one_while_all_is_well() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail, ""));
    show(&site, 0..PAGES, 2);
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(mail.mails().len(), 8);
}

#[test]
fn routes_take_and_leave_out_by_company_page_pledge_and_weight() {
    let site = Site::start();
    let hooks: Vec<Server> = (0..5).map(|_| Server::start(|_| Reply::new(200))).collect();
    let keys = [
        "companies = [\"Acme 1\"]",
        "not_pages = [\"p0\"]\nnot_companies = [\"Acme 1\"]",
        "pledges = [\"police\"]",
        "min_kind = \"weakened\"",
        "not_kinds = [\"change\"]",
    ];
    let channels = hooks.iter().zip(keys).map(|(hook, keys)| {
        format!(
            "\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n{keys}\n",
            hook.url("/")
        )
    });
    let world = watching(&site, &channels.collect::<String>());
    show(&site, 0..2, 2);
    let weaker = policy(2, 0).replace("will never", "may");
    site.page("/p2", &weaker);
    world.sweep_at("2026-01-02T00:00:00Z");
    let pages = |hook: &Server| -> Vec<String> {
        let body = |it: &Vec<u8>| serde_json::from_slice::<Value>(it).unwrap();
        let mut pages: Vec<String> = hook
            .requests()
            .iter()
            .map(|it| body(&it.body)["page"].as_str().unwrap().to_owned())
            .collect();
        pages.sort();
        pages
    };
    assert_eq!(pages(&hooks[0]), ["p1"]);
    assert_eq!(pages(&hooks[1]), ["p2"]);
    assert_eq!(pages(&hooks[2]), ["p2"], "the others touch no pledge");
    assert_eq!(pages(&hooks[3]), ["p2"]);
    assert_eq!(pages(&hooks[4]), ["p2"], "a change that touches a pledge is of kind pledge too");
}

#[test]
fn feeds_are_written_to_a_folder_for_all_and_each_company_page_and_pledge() {
    let site = Site::start();
    let world =
        watching(&site, "\n[[channel]]\nkind = \"feed\"\nfolder = \"FEEDS\"\nentries_max = 3\n");
    let folder = world.folder().join("feeds");
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), list.replace("FEEDS", folder.to_str().unwrap())).unwrap();
    show(&site, 0..2, 2);
    let weaker = policy(2, 0).replace("will never", "may");
    site.page("/p2", &weaker);
    world.sweep_at("2026-01-02T00:00:00Z");
    show(&site, 3..5, 2);
    world.sweep_at("2026-01-03T00:00:00Z");
    let read = |name: &str| -> Value {
        serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
    };
    let count = |name: &str| read(name)["items"].as_array().unwrap().len();
    assert_eq!(count("all.json"), 3, "the latest alone");
    assert_eq!((count("company-acme-0.json"), count("page-p4.json")), (1, 1));
    assert_eq!(count("pledge-p2.police.json"), 1);
    assert!(!folder.join("pledge-p0.police.json").exists(), "nothing touched it");
    let atom = fs::read_to_string(folder.join("all.atom")).unwrap();
    assert_eq!(atom.matches("<entry>").count(), 3);
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_str().unwrap().starts_with('.')), "{left:?}");
    // A folder that cannot be written keeps the alerts due.
    let blocked = fs::read_to_string(world.watchlist()).unwrap();
    let file = world.folder().join("file");
    fs::write(&file, "").unwrap();
    let blocked = blocked.replace(folder.to_str().unwrap(), file.to_str().unwrap());
    fs::write(world.watchlist(), blocked).unwrap();
    show(&site, 5..6, 2);
    let swept = world.sweep_at("2026-01-04T00:00:00Z");
    assert!(swept.undelivered[0].contains("cannot write the feeds"), "{:?}", swept.undelivered);
    assert_eq!(world.run(&["alert", "test", "feed"]).code, 3);
}

#[test]
fn an_alert_tells_the_head_of_the_log_or_that_it_is_not_signed() {
    let site = Site::start();
    let hook = Server::start(|_| Reply::new(200));
    let world = watching(
        &site,
        &format!(
            "\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n",
            hook.url("/")
        ),
    );
    show(&site, 0..1, 2);
    world.sweep_at("2026-01-02T00:00:00Z");
    let unsigned: Value = serde_json::from_slice(&hook.requests()[0].body).unwrap();
    assert_eq!(unsigned["log_head"], Value::Null);
    assert!(unsigned["text"].as_str().unwrap().contains("Log: not signed yet"));
    let ran = world.run(&["integrity", "new-key"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    show(&site, 0..1, 3);
    world.sweep_at("2026-01-03T00:00:00Z");
    let signed: Value = serde_json::from_slice(&hook.requests()[1].body).unwrap();
    let head = signed["log_head"].as_str().unwrap();
    assert_eq!(head.split(' ').count(), 3, "{head} is no name, size and root");
    assert!(signed["text"].as_str().unwrap().contains(&format!("Log: {head}")));
}
