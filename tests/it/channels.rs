//! Alerts on their way: a mail server, a webhook and a program, as users have them.

use std::fs;

use pledgewatch::model::{channel::SecretSource, event::DeliveryState};
use serde_json::Value;

use crate::{
    mail::MailServer,
    server::{Server, reply::Reply},
    world::{Site, World, framed},
};

const BEFORE: &str = "<h1>Faces</h1><p>We will never sell face data to the police, and we tell \
    the people concerned.</p><p>This promise has no end date and holds for all our products.</p>";

fn after() -> String {
    BEFORE.replace("We will never sell", "We aim not to sell")
}

fn watching(site: &Site, channels: &str) -> World {
    World::with(&format!(
        "\n[[page]]\nid = \"p\"\ncompany = \"Acme\"\ntitle = \"Faces\"\nurl = \"{}\"\n\
         confirm_within = 0\n{channels}",
        site.url("/p")
    ))
}

fn mail_channel(mail: &MailServer) -> String {
    format!(
        "\n[[channel]]\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {}\nsecurity = \"plain\"\n\
         from = \"pledgewatch@example.org\"\nto = [\"desk@example.org\", \"law@example.org\"]\n",
        mail.port()
    )
}

fn edit(site: &Site, world: &World) {
    site.page("/p", &framed(BEFORE, "a"));
    world.sweep_at("2026-01-01T00:00:00Z");
    site.page("/p", &framed(&after(), "a"));
}

#[test]
fn each_recipient_gets_a_mail_that_reads_well() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail));
    edit(&site, &world);
    world.sweep_at("2026-01-02T00:00:00Z");
    let mails = mail.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].to, ["desk@example.org"]);
    assert_eq!(mails[1].to, ["law@example.org"]);
    let subject = mails[0].header("subject").unwrap();
    assert!(subject.contains("Acme") && subject.contains("Faces"), "{subject}");
    assert!(mails[0].header("content-type").unwrap().contains("multipart/alternative"));
    assert!(mails[0].data.contains("never") && mails[0].data.contains("text/html"));
    world.sweep_at("2026-01-03T00:00:00Z");
    assert_eq!(mail.mails().len(), 2, "an alert that arrived is not sent again");
}

#[test]
fn a_mail_that_was_refused_is_sent_later_under_the_same_id_and_delays_no_other_channel() {
    let (site, mail) = (Site::start(), MailServer::start());
    let hook = Server::start(|_| Reply::new(200).body("ok"));
    let webhook = format!(
        "\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n",
        hook.url("/hook")
    );
    let world = watching(&site, &format!("{}{webhook}", mail_channel(&mail)));
    edit(&site, &world);
    mail.refuse(true);
    let swept = world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(swept.undelivered.len(), 2, "{:?}", swept.undelivered);
    assert_eq!(hook.requests().len(), 1);
    let undelivered = world.app().archive.undelivered().unwrap();
    assert!(undelivered.iter().all(|it| matches!(it.state, DeliveryState::Due(_))));
    let status = world.run(&["status"]).stdout;
    assert!(status.contains("undelivered: to desk@example.org"), "{status}");
    mail.refuse(false);
    world.sweep_at("2026-01-02T06:00:00Z");
    let mails = mail.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(hook.requests().len(), 1);
    let ids: Vec<_> = mails.iter().map(|mail| mail.header("message-id").unwrap()).collect();
    assert_ne!(ids[0], ids[1], "each recipient's mail has an id of its own");
}

#[test]
fn a_webhook_gets_signed_json_once() {
    let site = Site::start();
    let hook = Server::start(|_| Reply::new(200).body("ok"));
    let world = watching(
        &site,
        &format!(
            "\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\nallow_private_addresses = true\n\
             secret = {{ file = \"{}\" }}\n",
            hook.url("/hook"),
            "/nowhere"
        ),
    );
    let secret = world.folder().join("secret");
    fs::write(&secret, "hush\n").unwrap();
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), list.replace("/nowhere", secret.to_str().unwrap())).unwrap();
    let _: SecretSource = SecretSource::File(secret);
    edit(&site, &world);
    world.sweep_at("2026-01-02T00:00:00Z");
    let requests = hook.requests();
    assert_eq!(requests.len(), 1);
    let posted = &requests[0];
    assert_eq!((posted.method.as_str(), posted.path.as_str()), ("POST", "/hook"));
    assert!(posted.header("x-pledgewatch-signature").unwrap().contains("v1="));
    let body: Value = serde_json::from_slice(&posted.body).unwrap();
    assert_eq!(body["page"], "p");
    assert_eq!(posted.header("idempotency-key").unwrap(), body["id"].as_str().unwrap());
}

#[test]
fn each_chat_service_gets_one_message_in_its_own_form() {
    const SERVICES: [&str; 5] = ["slack", "mattermost", "discord", "teams", "ntfy"];
    let site = Site::start();
    let chat = Server::start(|request| {
        Reply::new(200).body(if request.path == "/slack" { "ok" } else { "{}" })
    });
    let channels = SERVICES.map(|service| {
        format!(
            "\n[[channel]]\nkind = \"{service}\"\nurl = {{ file = \"/nowhere/{service}\" }}\n\
             allow_private_addresses = true\n"
        )
    });
    let world = watching(&site, &channels.concat());
    for service in SERVICES {
        fs::write(world.folder().join(service), chat.url(&format!("/{service}")).as_str()).unwrap();
    }
    let list = fs::read_to_string(world.watchlist()).unwrap();
    let folder = world.folder().to_str().unwrap().to_owned();
    fs::write(world.watchlist(), list.replace("/nowhere", &folder)).unwrap();
    edit(&site, &world);
    world.sweep_at("2026-01-02T00:00:00Z");
    world.sweep_at("2026-01-03T00:00:00Z");
    let mut requests = chat.requests();
    requests.sort_by(|one, other| one.path.cmp(&other.path));
    let paths: Vec<&str> = requests.iter().map(|it| it.path.as_str()).collect();
    // ntfy takes the topic in the message.
    assert_eq!(paths, ["/", "/discord", "/mattermost", "/slack", "/teams"], "one message each");
    let bodies: Vec<Value> =
        requests.iter().map(|it| serde_json::from_slice(&it.body).unwrap()).collect();
    let [ntfy, discord, mattermost, slack, teams] = &bodies[..] else { panic!("{bodies:?}") };
    assert_eq!(ntfy["topic"], "ntfy");
    assert_eq!(discord["allowed_mentions"]["parse"], Value::Array(Vec::new()));
    assert!(mattermost["text"].as_str().unwrap().starts_with("#### "), "{mattermost}");
    assert!(slack["blocks"].is_array(), "{slack}");
    assert_eq!(teams["attachments"][0]["content"]["type"], "AdaptiveCard");
    for body in &bodies {
        let text = body.to_string();
        assert!(text.contains("Acme") && text.contains("never"), "{text}");
    }
}

#[test]
fn a_private_webhook_is_refused_unless_it_is_allowed() {
    let site = Site::start();
    let hook = Server::start(|_| Reply::new(200));
    let world = watching(
        &site,
        &format!("\n[[channel]]\nkind = \"webhook\"\nurl = \"{}\"\n", hook.url("/")),
    );
    edit(&site, &world);
    let swept = world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(swept.undelivered.len(), 1);
    assert!(swept.undelivered[0].contains("allow_private_addresses"), "{:?}", swept.undelivered);
    assert_eq!(hook.connections(), 0);
}

#[test]
fn a_channel_takes_only_what_its_filter_lets_through() {
    let (site, mail) = (Site::start(), MailServer::start());
    let channel = format!("{}kinds = [\"gone\"]\n", mail_channel(&mail));
    let world = watching(&site, &channel);
    edit(&site, &world);
    world.sweep_at("2026-01-02T00:00:00Z");
    assert_eq!(mail.mails().len(), 0);
    assert_eq!(world.log().len(), 1);
}

#[test]
fn a_program_gets_the_alert_on_its_standard_input() {
    let site = Site::start();
    let world = watching(
        &site,
        "\n[[channel]]\nkind = \"command\"\ncommand = [\"cp\", \"/dev/stdin\", \"OUT\"]\n",
    );
    let out = world.folder().join("out.json");
    let list = fs::read_to_string(world.watchlist()).unwrap();
    fs::write(world.watchlist(), list.replace("OUT", out.to_str().unwrap())).unwrap();
    edit(&site, &world);
    world.sweep_at("2026-01-02T00:00:00Z");
    let got: Value = serde_json::from_str(&fs::read_to_string(out).unwrap()).unwrap();
    assert_eq!(got["kind"], "change");
}

#[test]
fn channels_are_proved_by_a_test_alert() {
    let (site, mail) = (Site::start(), MailServer::start());
    let world = watching(&site, &mail_channel(&mail));
    let ran = world.run(&["alert", "test"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.stdout.contains("test"), "{}", ran.stdout);
    assert_eq!(mail.mails().len(), 2);
    mail.refuse(true);
    let ran = world.run(&["alert", "test", "email"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.stderr.contains("failed"), "{}", ran.stderr);
    assert_eq!(world.run(&["alert", "test", "pigeon"]).code, 2);
    assert_eq!(world.run(&["alert", "list", "--json"]).stdout, "");
}
