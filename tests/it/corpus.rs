//! Real pages, one capture after another, from loopback to a mail server and a webhook.
//!
//! The captures and their labels are no part of the project: where they are absent, the test
//! says that it skips.

use std::{
    collections::BTreeMap,
    fs,
    io::BufReader,
    path::{Path, PathBuf},
};

use pledgewatch::{
    formats::warc::{Record, WarcReader},
    model::event::EventKind,
};
use serde_json::Value;

use crate::{
    mail::MailServer,
    server::{Server, reply::Reply},
    world::{Site, World},
};

/// Returns the folder of the corpus, or says that it is absent.
fn corpus() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/corpus"));
    if folder.join("events.jsonl").exists() {
        return Some(folder);
    }
    println!("skipped: there is no corpus beside the project");
    None
}

/// Three captures of one page: before an edit, with it, and after it.
struct Edited {
    bodies: Vec<Vec<u8>>,
}

/// Returns for each document its first sure edit with the captures around it.
fn edits(folder: &Path) -> BTreeMap<String, Edited> {
    let mut first: BTreeMap<String, i64> = BTreeMap::new();
    for line in fs::read_to_string(folder.join("events.jsonl")).unwrap().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        if event["label"] == "edit" && 0.9 <= event["confidence"].as_f64().unwrap_or(1.0) {
            let at = event["time"].as_i64().unwrap();
            first.entry(event["doc"].as_str().unwrap().to_owned()).or_insert(at);
        }
    }
    first
        .into_iter()
        .filter_map(|(doc, at)| Some((doc.clone(), around(folder, &doc, at)?)))
        .collect()
}

fn around(folder: &Path, doc: &str, at: i64) -> Option<Edited> {
    let file = fs::File::open(folder.join(format!("{doc}.warc.zst"))).unwrap();
    let mut before = None;
    let mut bodies = Vec::new();
    for record in WarcReader::new(Box::new(BufReader::new(file))).unwrap() {
        let Record::Response(capture) = record.unwrap() else { continue };
        if capture.at.as_millis() / 1_000 < at {
            before = Some(capture.body);
        } else {
            bodies.push(capture.body);
            if bodies.len() == 2 {
                break;
            }
        }
    }
    bodies.insert(0, before?);
    Some(Edited { bodies })
}

#[test]
fn real_edits_raise_their_alerts_through_mail_and_webhook() {
    let Some(folder) = corpus() else { return };
    let edits = edits(&folder);
    let (site, mail) = (Site::start(), MailServer::start());
    let hook = Server::start(|_| Reply::new(200).body("ok"));
    let mut list = format!(
        "\n[[channel]]\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n\
         from = \"pledgewatch@example.org\"\nto = [\"desk@example.org\"]\nkinds = [\"change\"]\n\
         \n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n\
         kinds = [\"change\"]\n",
        mail.port(),
        hook.url("/hook")
    );
    let id = |doc: &str| doc.replace('/', "-");
    for doc in edits.keys() {
        list.push_str(&format!(
            "\n[[page]]\nid = \"{}\"\nurl = \"{}\"\nconfirm_within = 0\n",
            id(doc),
            site.url(&format!("/{}", id(doc)))
        ));
    }
    let world = World::with(&list);
    for round in 0..3 {
        for (doc, edited) in &edits {
            let Some(body) = edited.bodies.get(round) else { continue };
            let reply = Reply::new(200).header("content-type", "text/html").body(body);
            site.reply(&format!("/{}", id(doc)), reply);
        }
        world.sweep_at(&format!("2026-01-0{}T00:00:00Z", round + 1));
    }
    let alerts: Vec<_> =
        world.log().into_iter().filter(|told| told.event.kind() == EventKind::Change).collect();
    let told = |doc: &str| alerts.iter().any(|told| told.event.page.as_str() == id(doc));
    let missed: Vec<&String> = edits.keys().filter(|doc| !told(doc)).collect();
    println!("{} edits, missed: {missed:?}", edits.len());
    assert!(missed.len() * 20 <= edits.len(), "missed {missed:?} of {}", edits.len());
    let mails = mail.mails();
    let posts = hook.requests();
    let due = alerts.iter().filter(|told| !told.deliveries.is_empty()).count();
    assert_eq!((mails.len(), posts.len()), (due, due));
    let mut ids: Vec<_> = mails.iter().filter_map(|mail| mail.header("message-id")).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), due, "each alert has a message id of its own");
}
