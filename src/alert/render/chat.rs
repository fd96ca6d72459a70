//! An event as chat services take it: each in its own form, within its limits, with nothing in the
//! page's words that calls anyone or leads elsewhere than it says.

use serde_json::Value;

use crate::{alert::render::message::Message, model::channel::ChatService};

mod discord;
mod marks;
mod mattermost;
mod ntfy;
mod slack;
mod teams;
mod words;

/// Returns the JSON body of the POST that gives `service` a message. `topic` is what ntfy files it
/// under, and means nothing to the others.
pub fn message(service: ChatService, topic: &str, message: &Message<'_>) -> Value {
    let account = message.account();
    match service {
        ChatService::Slack => slack::message(&account),
        ChatService::Mattermost => mattermost::message(&account),
        ChatService::Discord => discord::message(&account),
        ChatService::Teams => teams::message(&account),
        ChatService::Ntfy => ntfy::message(&account, topic, message.gravest()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::{
        alert::render::samples,
        model::{
            edit::{EditKind, MarkKind},
            event::{Event, What},
        },
    };

    fn of(service: ChatService, event: &Event) -> Value {
        let message = Message { name: event.id.as_str(), events: &[event], log_head: None };
        crate::alert::render::chat::message(service, "topic", &message)
    }

    fn texts(value: &Value) -> Vec<String> {
        match value {
            Value::String(text) => vec![text.clone()],
            Value::Array(items) => items.iter().flat_map(texts).collect(),
            Value::Object(fields) => fields.values().flat_map(texts).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => Vec::new(),
        }
    }

    #[test]
    fn a_change_reads_well_in_mattermost() {
        let value = of(ChatService::Mattermost, &samples::change());
        expect![[r#####"
            #### Example changed "One-year moratorium on selling faces"\: 1 passage removed, 1 reworded, 1 moved
            **Company:** Example
            **Page:** One-year moratorium on selling faces (example-faces)
            **When:** changed after 2026-11-20 06\:00 UTC and no later than 2026-11-20 12\:00 UTC
            **Cause:** the page itself

            **Reworded, under "Police use"**
            > We ~~will never~~ **may** sell face recognition to the police{+, where the law allows it+}\.

            **Removed, under "Police use"**
            > ~~This pause lasts until Congress has passed a law.~~

            **Moved, under "Contact"**
            > Write to us at any time.

            and 3 edits without new words\: 1 date stamp, 2 link targets

            `pledgewatch diff example-faces 2aae735b3503cf83`
            `pledgewatch log example-faces`
            Event `2aae735b3503cf83`
            Log: not signed yet
            <https://www.example.com/news/moratorium?a=1&b=2>"#####]].assert_eq(value["text"].as_str().unwrap());
    }

    #[test]
    fn a_change_reads_well_in_discord() {
        let value = of(ChatService::Discord, &samples::change());
        expect![[r#"
            **Company:** Example
            **Page:** One-year moratorium on selling faces (example-faces)
            **When:** changed after 2026-11-20 06\:00 UTC and no later than 2026-11-20 12\:00 UTC
            **Cause:** the page itself

            **Reworded, under "Police use"**
            > We ~~will never~~ **may** sell face recognition to the police{+, where the law allows it+}\.

            **Removed, under "Police use"**
            > ~~This pause lasts until Congress has passed a law.~~

            **Moved, under "Contact"**
            > Write to us at any time.

            and 3 edits without new words\: 1 date stamp, 2 link targets

            `pledgewatch diff example-faces 2aae735b3503cf83`
            `pledgewatch log example-faces`
            Event `2aae735b3503cf83`
            Log: not signed yet"#]].assert_eq(value["embeds"][0]["description"].as_str().unwrap());
        assert_eq!(value["embeds"][0]["url"], "https://www.example.com/news/moratorium?a=1&b=2");
    }

    #[test]
    fn a_change_reads_well_in_teams() {
        let value = of(ChatService::Teams, &samples::change());
        let card = &value["attachments"][0]["content"];
        let shown: Vec<String> = texts(&card["body"]).into_iter().collect();
        expect![[r#"
            Medium|Example changed "One-year moratorium on selling faces": 1 passage removed, 1 reworded, 1 moved|TextRun|Bolder|RichTextBlock|Company: |TextRun|Bolder|Example
            |TextRun|Page: |TextRun|Bolder|One-year moratorium on selling faces (example-faces)
            |TextRun|When: |TextRun|Bolder|changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00 UTC
            |TextRun|Cause: |TextRun|Bolder|the page itself
            |TextRun|RichTextBlock|Reworded, under "Police use"
            |TextRun|Bolder|We |TextRun|will never|TextRun| |TextRun|may|TextRun|Bolder| sell face recognition to the police|TextRun|, where the law allows it|TextRun|Bolder|.|TextRun|RichTextBlock|emphasis|Container|Removed, under "Police use"
            |TextRun|Bolder|This pause lasts until Congress has passed a law.|TextRun|RichTextBlock|emphasis|Container|Moved, under "Contact"
            |TextRun|Bolder|Write to us at any time.|TextRun|RichTextBlock|emphasis|Container|and 3 edits without new words: 1 date stamp, 2 link targets|TextRun|RichTextBlock|https://www.example.com/news/moratorium?a=1&b=2
            |TextRun|pledgewatch diff example-faces 2aae735b3503cf83
            |TextRun|pledgewatch log example-faces
            |TextRun|Event 2aae735b3503cf83
            |TextRun|Log: not signed yet|TextRun|RichTextBlock"#]].assert_eq(&shown.join("|"));
    }

    #[test]
    fn a_change_reads_well_on_a_phone() {
        let value = of(ChatService::Ntfy, &samples::change());
        assert_eq!((&value["topic"], &value["priority"]), (&"topic".into(), &3.into()));
        expect![[r#"
            Company: Example
            Page: One-year moratorium on selling faces (example-faces)
            When: changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00 UTC
            Cause: the page itself

            Reworded, under "Police use"
            We [-will never-] {+may+} sell face recognition to the police{+, where the law allows it+}.

            Removed, under "Police use"
            [-This pause lasts until Congress has passed a law.-]

            Moved, under "Contact"
            Write to us at any time.

            and 3 edits without new words: 1 date stamp, 2 link targets
            Log: not signed yet"#]].assert_eq(value["message"].as_str().unwrap());
    }

    /// Hostile words, many times over, in every kind of event.
    fn worst() -> Vec<Event> {
        let mut events = [samples::hostile(), samples::others(), vec![samples::change()]].concat();
        let mut huge = samples::change();
        if let What::Change(change) = &mut huge.what {
            let words = "\u{1f600} never-ending words, ".repeat(200);
            let edit = samples::edit(EditKind::Removed, "", &[(MarkKind::Deleted, &words)]);
            change.edits = vec![edit; 100];
        }
        events.push(huge);
        events
    }

    #[test]
    fn every_message_keeps_its_services_limits() {
        for event in worst() {
            let chars = |value: &Value| value.as_str().map_or(0, |it| it.encode_utf16().count());
            let mattermost = of(ChatService::Mattermost, &event);
            assert!(chars(&mattermost["text"]) <= 16_383);
            let discord = of(ChatService::Discord, &event);
            let embed = &discord["embeds"][0];
            assert!(chars(&embed["title"]) <= 256 && chars(&embed["description"]) <= 4_096);
            let teams = of(ChatService::Teams, &event).to_string().len();
            assert!(teams <= 28_000, "{teams}");
            let ntfy = of(ChatService::Ntfy, &event);
            let bytes = ntfy["message"].as_str().unwrap().len();
            assert!(bytes <= 4_096, "{bytes}");
        }
    }

    #[test]
    fn a_digest_of_many_keeps_its_services_limits_and_tells_the_gravest_first() {
        let events: Vec<Event> = worst().into_iter().cycle().take(200).collect();
        let events: Vec<&Event> = events.iter().collect();
        let digest = Message { name: "0123456789abcdef", events: &events, log_head: None };
        let to = |service| crate::alert::render::chat::message(service, "topic", &digest);
        let chars = |value: &Value| value.as_str().map_or(0, |it| it.encode_utf16().count());
        assert!(chars(&to(ChatService::Mattermost)["text"]) <= 16_383);
        let discord = to(ChatService::Discord);
        let embed = &discord["embeds"][0];
        assert!(chars(&embed["title"]) <= 256 && chars(&embed["description"]) <= 4_096);
        assert!(embed["title"].as_str().unwrap().starts_with("200 alerts"), "{embed}");
        assert!(to(ChatService::Teams).to_string().len() <= 28_000);
        assert!(to(ChatService::Ntfy)["message"].as_str().unwrap().len() <= 4_096);
        let slack = to(ChatService::Slack);
        assert!(slack["blocks"].as_array().unwrap().len() <= 50);
        assert!(texts(&slack).iter().all(|text| chars(&Value::from(text.as_str())) <= 3_200));
    }

    #[test]
    fn fault_054_hostile_words_call_nobody_and_are_no_markup() {
        for event in samples::hostile() {
            for service in [ChatService::Mattermost, ChatService::Discord] {
                for text in texts(&of(service, &event)) {
                    for harmful in ["@everyone", "[good](", " `code`", " <https", "<!channel"] {
                        assert!(!text.contains(harmful), "{harmful}: {text}");
                    }
                }
            }
        }
        let discord = of(ChatService::Discord, &samples::change());
        assert_eq!(discord["allowed_mentions"]["parse"], Value::Array(Vec::new()));
    }
}
