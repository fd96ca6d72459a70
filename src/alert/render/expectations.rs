//! What each form makes of each kind of event, word for word, and that none of them passes on
//! what a hostile page put there.

use expect_test::expect;
use serde_json::Value;
use unicode_width::UnicodeWidthStr as _;

use crate::{
    alert::render::{
        Color, DiffView, Look, account::Account, chat, html, json, markdown, message::Message,
        plain, samples, samples::HOSTILE, terminal,
    },
    model::{
        cause::Cause,
        channel::ChatService,
        edit::{Diff, EditKind, MarkKind},
        event::{Addressee, Certainty, Delivery, DeliveryState, Event, Telling, Told, What},
        text::Text,
    },
};

const NARROW: Look = Look { color: Color::Never, width: 40 };
const WIDE: Look = Look { color: Color::Never, width: 80 };

fn slack(event: &Event) -> Value {
    let message = Message { name: event.id.as_str(), events: &[event], log_head: None };
    chat::message(ChatService::Slack, "", &message)
}

fn all() -> Vec<Event> {
    [vec![samples::change()], samples::others()].concat()
}

#[test]
fn a_change_reads_well_on_a_terminal() {
    expect![[r#"
        Example changed "One-year moratorium on selling faces": 1 passage removed, 1
        reworded, 1 moved

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        When       changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00
                   UTC
        Cause      the page itself

        1. Reworded, under "Police use"
           We [-will never-] {+may+} sell face recognition to the police{+, where the
           law allows it+}.

        2. Removed, under "Police use"
           [-This pause lasts until Congress has passed a law.-]

        3. Moved, under "Contact"
           Write to us at any time.

        and 3 edits without new words: 1 date stamp, 2 link targets

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch diff example-faces 2aae735b3503cf83
        Look       pledgewatch log example-faces
        Event      2aae735b3503cf83
    "#]]
    .assert_eq(&terminal::event(&samples::change(), &WIDE));
}

#[test]
fn a_change_reads_well_on_a_narrow_terminal() {
    expect![[r#"
        Example changed "One-year moratorium on
        selling faces": 1 passage removed, 1
        reworded, 1 moved

        Company    Example
        Page       One-year moratorium on
                   selling faces (example-faces)
        When       changed after 2026-11-20
                   06:00 UTC and no later than
                   2026-11-20 12:00 UTC
        Cause      the page itself

        1. Reworded, under "Police use"
           We [-will never-] {+may+} sell face
           recognition to the police{+, where
           the law allows it+}.

        2. Removed, under "Police use"
           [-This pause lasts until Congress has
           passed a law.-]

        3. Moved, under "Contact"
           Write to us at any time.

        and 3 edits without new words: 1 date
        stamp, 2 link targets

        Address    https://www.example.com/news/
                   moratorium?a=1&b=2
        Look       pledgewatch diff
                   example-faces
                   2aae735b3503cf83
        Look       pledgewatch log example-faces
        Event      2aae735b3503cf83
    "#]]
    .assert_eq(&terminal::event(&samples::change(), &NARROW));
}

#[test]
fn other_events_read_well_on_a_terminal() {
    let shown: Vec<String> =
        samples::others().iter().map(|it| terminal::event(it, &WIDE)).collect();
    expect![[r#"
        Example, "One-year moratorium on selling faces" cannot be read: a bot wall came
        in its place

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        Evidence   the page says "Are you a robot?" (403)
        When       first seen 2026-11-20 12:00 UTC
        Last read  2026-11-17 06:00 UTC

        While this lasts, changes of the wording cannot be seen. What came in the page's
        place is kept, and is never taken for the policy.

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch explain example-faces
        Look       pledgewatch log example-faces
        Event      61e987a4415f6bf2
        -----
        Example, "One-year moratorium on selling faces" moved to
        https://about.example.com/moratorium

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        Before     https://www.example.com/news/moratorium
        Now        https://about.example.com/moratorium
        When       seen 2026-11-20 12:00 UTC

        Put the address that it has now into the watchlist as `url`, and the one before
        under `formerly`.

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch explain example-faces
        Look       pledgewatch log example-faces
        Event      f7267c6bfb2a1ab4
        -----
        Example, "One-year moratorium on selling faces" was removed: the page is not
        there

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        Evidence   the server has answered 410 for 3 days
        When       removed after 2026-11-17 06:00 UTC and no later than 2026-11-20 12:00
                   UTC

        The last wording is kept, with its captures.

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch show example-faces
        Look       pledgewatch log example-faces
        Event      bb5201444698f0ca
        -----
        Example, "One-year moratorium on selling faces" can be read again

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        Trouble    a bot wall came in its place
        When       in trouble since 2026-11-17 12:00 UTC, read again 2026-11-20 12:00
                   UTC, 3 days later

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch explain example-faces
        Look       pledgewatch log example-faces
        Event      7290d50d94740d5c
        -----
        Example, "One-year moratorium on selling faces" does not carry the quotation of
        the pledge "No sale to the police"

        Company    Example
        Page       One-year moratorium on selling faces (example-faces)
        Pledge     No sale to the police (police)
        Quotation  "moratorium on police use"
        When       looked for 2026-11-20 12:00 UTC

        The pledge cannot be followed until its `quote` in the watchlist is a phrase of
        the page as it is, word for word.

        Address    https://www.example.com/news/moratorium?a=1&b=2
        Look       pledgewatch show example-faces
        Look       pledgewatch log example-faces
        Event      43158478ad31c194
    "#]]
    .assert_eq(&shown.join("-----\n"));
}

#[test]
fn color_adds_weights_and_takes_the_brackets() {
    let shown = terminal::event(&samples::change(), &Look { color: Color::Always, width: 80 });
    let line = shown.lines().find(|line| line.contains("may")).unwrap();
    expect!["   We ESC[9mESC[31mwill neverESC[0m ESC[1mESC[4mESC[32mmayESC[0m sell face recognition to the policeESC[1mESC[4mESC[32m, where the law allowsESC[0m"].assert_eq(&line.replace('\x1b', "ESC"));
    assert!(!shown.contains("[-") && !shown.contains("{+"));
}

#[test]
fn a_change_reads_well_as_plain_text() {
    expect![[r#"
        Example changed "One-year moratorium on selling faces": 1 passage removed, 1 reworded, 1 moved

        Company: Example
        Page: One-year moratorium on selling faces (example-faces)
        When: changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00 UTC
        Cause: the page itself

        1. Reworded, under "Police use"
        We [-will never-] {+may+} sell face recognition to the police{+, where the law allows it+}.

        2. Removed, under "Police use"
        [-This pause lasts until Congress has passed a law.-]

        3. Moved, under "Contact"
        Write to us at any time.

        and 3 edits without new words: 1 date stamp, 2 link targets

        Address: https://www.example.com/news/moratorium?a=1&b=2
        Look: pledgewatch diff example-faces 2aae735b3503cf83
        Look: pledgewatch log example-faces
        Event: 2aae735b3503cf83
    "#]].assert_eq(&plain::event(&samples::change()));
}

#[test]
fn a_change_reads_well_as_markdown() {
    expect![[r###"
        ## Example changed "One-year moratorium on selling faces": 1 passage removed, 1 reworded, 1 moved

        - Company: Example
        - Page: One-year moratorium on selling faces (example-faces)
        - When: changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00 UTC
        - Cause: the page itself

        ### 1. Reworded, under "Police use"

        > We <del>will never</del> <ins>may</ins> sell face recognition to the police<ins>, where the law allows it</ins>.

        ### 2. Removed, under "Police use"

        > <del>This pause lasts until Congress has passed a law.</del>

        ### 3. Moved, under "Contact"

        > Write to us at any time.

        and 3 edits without new words: 1 date stamp, 2 link targets

        - Address: <https://www.example.com/news/moratorium?a=1&b=2>
        - Look: `pledgewatch diff example-faces 2aae735b3503cf83`
        - Look: `pledgewatch log example-faces`
        - Event: `2aae735b3503cf83`
    "###]].assert_eq(&markdown::event(&samples::change()));
}

#[test]
fn subjects_are_short_and_say_the_strongest_thing() {
    let subjects: Vec<String> = all().iter().map(plain::subject).collect();
    expect![[r#"
        Example changed "One-year moratorium on selling faces": 1 passage removed, 1 reworded, 1 moved
        Example, "One-year moratorium on selling faces" cannot be read: a bot wall came in its place
        Example, "One-year moratorium on selling faces" moved to https://about.example.com/moratorium
        Example, "One-year moratorium on selling faces" was removed: the page is not there
        Example, "One-year moratorium on selling faces" can be read again
        Example, "One-year moratorium on selling faces" does not carry the quotation of the pledge "No sale to the police""#]].assert_eq(&subjects.join("\n"));
}

#[test]
fn a_change_as_html_marks_words_by_more_than_color() {
    let page = html::event(&samples::change());
    let quote = page.lines().find(|line| line.contains("class=\"quote\"")).unwrap();
    expect![[r#"<p class="quote" dir="auto" style="margin:0 0 10px;padding:0 0 0 12px;border-left:3px solid #c9c9ce">We <del style="text-decoration:line-through;background:#fbe3e2;color:#7d1a15">will never</del> <ins style="text-decoration:underline;background:#dcf3e2;color:#0d4d21">may</ins> sell face recognition to the police<ins style="text-decoration:underline;background:#dcf3e2;color:#0d4d21">, where the law allows it</ins>.</p>"#]].assert_eq(quote);
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    assert!(page.contains("href=\"https://www.example.com/news/moratorium?a=1&#38;b=2\""));
}

#[test]
fn a_change_as_json_gives_what_scripts_need() {
    let deliveries = vec![Delivery {
        event: samples::change().id,
        addressee: Addressee { channel: "desk".to_owned(), recipient: "a@b.example".to_owned() },
        state: DeliveryState::Due(samples::at("2026-11-20T13:00:00Z")),
        attempts: 2,
        last_error: Some("no".to_owned()),
        bundle: None,
    }];
    let value = json::event(&Told { event: samples::change(), deliveries });
    expect![[r#"
        {
          "after_text": "f39592393ef0859cb196a52693d2cea00fb2df784b3c04ae54aa7cadb8e562f8",
          "alerted": true,
          "alerted_at": "2026-11-20T12:00:05.000Z",
          "before_last_at": "2026-11-20T06:00:00.000Z",
          "before_text": "6db7d803e74f1ffa7d8f5adc0bf95b3e15bf4c8373fffadf546227cc6c6742cb",
          "captured_at": "2026-11-20T12:00:00.000Z",
          "cause": "page",
          "certainty": "confirmed",
          "change_kind": "removed",
          "company": "Example",
          "deleted": [
            "will never",
            "This pause lasts until Congress has passed a law.",
            "June 2020"
          ],
          "deliveries": [
            {
              "at": "2026-11-20T13:00:00.000Z",
              "attempts": 2,
              "channel": "desk",
              "last_error": "no",
              "recipient": "a@b.example",
              "state": "due"
            }
          ],
          "edits": [
            {
              "after": "We may sell face recognition to the police, where the law allows it.",
              "after_block": 3,
              "before": "We will never sell face recognition to the police.",
              "before_block": 3,
              "heading": "Police use",
              "kind": "reworded",
              "marks": [
                {
                  "kind": "same",
                  "words": "We "
                },
                {
                  "kind": "deleted",
                  "words": "will never "
                },
                {
                  "kind": "inserted",
                  "words": "may "
                },
                {
                  "kind": "same",
                  "words": "sell face recognition to the police"
                },
                {
                  "kind": "inserted",
                  "words": ", where the law allows it"
                },
                {
                  "kind": "same",
                  "words": "."
                }
              ],
              "verdict": null
            },
            {
              "after": null,
              "after_block": null,
              "before": "This pause lasts until Congress has passed a law.",
              "before_block": 3,
              "heading": "Police use",
              "kind": "removed",
              "marks": [
                {
                  "kind": "deleted",
                  "words": "This pause lasts until Congress has passed a law."
                }
              ],
              "verdict": null
            },
            {
              "after": "Write to us at any time.",
              "after_block": 3,
              "before": "Write to us at any time.",
              "before_block": 3,
              "heading": "Contact",
              "kind": "moved",
              "marks": [
                {
                  "kind": "same",
                  "words": "Write to us at any time."
                }
              ],
              "verdict": null
            },
            {
              "after": "Contact us",
              "after_block": 3,
              "before": "Contact us",
              "before_block": 3,
              "heading": "Contact",
              "kind": "link_target",
              "marks": [
                {
                  "kind": "same",
                  "words": "Contact us"
                }
              ],
              "verdict": null
            },
            {
              "after": "Imprint",
              "after_block": 3,
              "before": "Imprint",
              "before_block": 3,
              "heading": "Contact",
              "kind": "link_target",
              "marks": [
                {
                  "kind": "same",
                  "words": "Imprint"
                }
              ],
              "verdict": null
            },
            {
              "after": "Last updated November 2026",
              "after_block": 3,
              "before": "Last updated June 2020",
              "before_block": 3,
              "heading": "",
              "kind": "date_stamp",
              "marks": [
                {
                  "kind": "same",
                  "words": "Last updated "
                },
                {
                  "kind": "deleted",
                  "words": "June 2020"
                },
                {
                  "kind": "inserted",
                  "words": "November 2026"
                }
              ],
              "verdict": null
            }
          ],
          "id": "2aae735b3503cf83",
          "inserted": [
            "may",
            ", where the law allows it",
            "November 2026"
          ],
          "kind": "change",
          "page": "example-faces",
          "pending": false,
          "pledges": [],
          "quiet": null,
          "recorded_at": "2026-11-20T12:00:05.000Z",
          "title": "One-year moratorium on selling faces",
          "untold": 0,
          "url": "https://www.example.com/news/moratorium?a=1&b=2",
          "verdict": null
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&value).unwrap());
}

#[test]
fn other_events_as_json_give_their_facts() {
    let told = |event| Told { event, deliveries: Vec::new() };
    let lines: Vec<String> =
        samples::others().into_iter().map(|it| json::event(&told(it)).to_string()).collect();
    expect![[r#"
        {"alerted":true,"alerted_at":"2026-11-20T12:00:05.000Z","captured_at":"2026-11-20T12:00:00.000Z","company":"Example","deliveries":[],"evidence":"the page says \"Are you a robot?\" (403)","id":"61e987a4415f6bf2","kind":"trouble","last_good_at":"2026-11-17T06:00:00.000Z","page":"example-faces","pending":false,"quiet":null,"recorded_at":"2026-11-20T12:00:05.000Z","title":"One-year moratorium on selling faces","trouble":"bot_wall","trouble_words":"a bot wall came in its place","url":"https://www.example.com/news/moratorium?a=1&b=2","verdict":null}
        {"alerted":true,"alerted_at":"2026-11-20T12:00:05.000Z","captured_at":"2026-11-20T12:00:00.000Z","company":"Example","deliveries":[],"from":"https://www.example.com/news/moratorium","id":"f7267c6bfb2a1ab4","kind":"moved","page":"example-faces","pending":false,"quiet":null,"recorded_at":"2026-11-20T12:00:05.000Z","title":"One-year moratorium on selling faces","to":"https://about.example.com/moratorium","url":"https://www.example.com/news/moratorium?a=1&b=2","verdict":null}
        {"alerted":true,"alerted_at":"2026-11-20T12:00:05.000Z","captured_at":"2026-11-20T12:00:00.000Z","company":"Example","deliveries":[],"evidence":"the server has answered 410 for 3 days","id":"bb5201444698f0ca","kind":"gone","last_good_at":"2026-11-17T06:00:00.000Z","page":"example-faces","pending":false,"quiet":null,"recorded_at":"2026-11-20T12:00:05.000Z","title":"One-year moratorium on selling faces","trouble":"missing","trouble_words":"the page is not there","url":"https://www.example.com/news/moratorium?a=1&b=2","verdict":null}
        {"alerted":true,"alerted_at":"2026-11-20T12:00:05.000Z","captured_at":"2026-11-20T12:00:00.000Z","company":"Example","deliveries":[],"id":"7290d50d94740d5c","kind":"recovered","page":"example-faces","pending":false,"quiet":null,"recorded_at":"2026-11-20T12:00:05.000Z","since":"2026-11-17T12:00:00.000Z","title":"One-year moratorium on selling faces","trouble":"bot_wall","url":"https://www.example.com/news/moratorium?a=1&b=2","verdict":null}
        {"alerted":true,"alerted_at":"2026-11-20T12:00:05.000Z","captured_at":"2026-11-20T12:00:00.000Z","company":"Example","deliveries":[],"id":"43158478ad31c194","kind":"pledge","page":"example-faces","pending":false,"pledge":"police","pledge_name":"No sale to the police","quiet":null,"quote":"moratorium on police use","recorded_at":"2026-11-20T12:00:05.000Z","title":"One-year moratorium on selling faces","url":"https://www.example.com/news/moratorium?a=1&b=2","verdict":null}"#]].assert_eq(&lines.join("\n"));
}

#[test]
fn a_diff_reads_well_on_a_terminal() {
    expect![[r#"
        Example, Service terms
        https://www.example.com/terms
        Before     version 3, 2026-11-20 06:00 UTC
        After      version 4, 2026-11-20 12:00 UTC

        < [moved from here to block 15, under "Contact"] Write to us at any time.
          Police use
          Unchanged paragraph number 1.

          … 5 unchanged blocks …

          under "Police use"
          Unchanged paragraph number 7.
          Unchanged paragraph number 8.
        ~ We [-will never-] {+may+} sell face recognition to the police.
        -   This pause lasts until Congress has passed a law.
        +   Our partners decide for themselves.
        . [renumbered, 3. became 2.] We tell you of changes.
        . [structure, paragraph became heading 3] Contact
        . [link target, /a became /b] Imprint
        > [moved here from block 1] Write to us at any time.
    "#]]
    .assert_eq(&terminal::diff(&samples::pair().view(), &WIDE));
}

#[test]
fn a_diff_reads_well_on_a_narrow_terminal() {
    expect![[r#"
        Example, Service terms
        https://www.example.com/terms
        Before     version 3, 2026-11-20 06:00
                   UTC
        After      version 4, 2026-11-20 12:00
                   UTC

        < [moved from here to block 15, under
        < "Contact"] Write to us at any time.
          Police use
          Unchanged paragraph number 1.

          … 5 unchanged blocks …

          under "Police use"
          Unchanged paragraph number 7.
          Unchanged paragraph number 8.
        ~ We [-will never-] {+may+} sell face
        ~ recognition to the police.
        -   This pause lasts until Congress has
        -   passed a law.
        +   Our partners decide for themselves.
        . [renumbered, 3. became 2.] We tell you
        . of changes.
        . [structure, paragraph became heading
        . 3] Contact
        . [link target, /a became /b] Imprint
        > [moved here from block 1] Write to us
        > at any time.
    "#]]
    .assert_eq(&terminal::diff(&samples::pair().view(), &NARROW));
}

#[test]
fn a_diff_reads_well_as_plain_text() {
    expect![[r#"
        --- Example, Service terms, version 3, 2026-11-20 06:00 UTC
        +++ Example, Service terms, version 4, 2026-11-20 12:00 UTC
        @@ -1,3 +1,2 @@
        -Write to us at any time.
         Police use
         Unchanged paragraph number 1.
        @@ -9,7 +8,8 @@ Police use
         Unchanged paragraph number 7.
         Unchanged paragraph number 8.
        -We will never sell face recognition to the police.
        +We may sell face recognition to the police.
        -This pause lasts until Congress has passed a law.
        +Our partners decide for themselves.
        -3. We tell you of changes.
        +2. We tell you of changes.
        -Contact
        +Contact
        -Imprint
        +Imprint
        +Write to us at any time.

        Structure alone: Contact
        Link target, /a became /b: Imprint
        Moved from block 1 to block 15, under "Contact": Write to us at any time.
        Address: https://www.example.com/terms
    "#]]
    .assert_eq(&plain::diff(&samples::pair().view()));
}

#[test]
fn a_plain_diffs_hunks_fit_both_texts() {
    let pair = samples::pair();
    let view = pair.view();
    let lines_of =
        |text: &Text| -> Vec<String> { text.blocks.iter().map(|block| block.shown()).collect() };
    let shown = plain::diff(&view);
    let (hunks, _notes) = shown.split_once("\n\n").unwrap();
    let mut hunk_count = 0;
    for hunk in hunks.split("\n@@ ").skip(1) {
        let (spans, lines) = hunk.split_once('\n').unwrap();
        let spans: Vec<&str> = spans.split(' ').collect();
        for (span, text, absent) in [(spans[0], view.before, '+'), (spans[1], view.after, '-')] {
            let (start, count) = span[1..].split_once(',').unwrap();
            let (start, count): (usize, usize) = (start.parse().unwrap(), count.parse().unwrap());
            let side: Vec<&str> =
                lines.lines().filter(|line| !line.starts_with(absent)).map(|it| &it[1..]).collect();
            assert_eq!(side, lines_of(text)[start - 1..start - 1 + count], "{hunk}");
        }
        hunk_count += 1;
    }
    assert_eq!(hunk_count, 2);
}

#[test]
fn a_diff_reads_well_as_markdown() {
    expect![[r###"
        ## Example, Service terms

        - Before: version 3, 2026-11-20 06:00 UTC
        - After: version 4, 2026-11-20 12:00 UTC
        - Address: <https://www.example.com/terms>

        > *moved from here to block 15, under "Contact":* Write to us at any time.

        Police use

        Unchanged paragraph number 1.

        *… 5 unchanged blocks …*

        *under "Police use"*

        Unchanged paragraph number 7.

        Unchanged paragraph number 8.

        > **Reworded:** We <del>will never</del> <ins>may</ins> sell face recognition to the police.

        > **Removed:** <del>This pause lasts until Congress has passed a law.</del>

        > **Added:** <ins>Our partners decide for themselves.</ins>

        > *renumbered, 3. became 2.:* We tell you of changes.

        > *structure, paragraph became heading 3:* Contact

        > *link target, /a became /b:* Imprint

        > *moved here from block 1:* Write to us at any time.
    "###]]
    .assert_eq(&markdown::diff(&samples::pair().view()));
}

#[test]
fn a_diff_as_json_is_whole() {
    let value = json::diff(&samples::pair().view());
    assert_eq!(value["rows"].as_array().unwrap().len(), 16);
    assert_eq!(
        value["inserted"],
        serde_json::json!(["may", "Our partners decide for themselves."])
    );
    assert_eq!(value["change_kind"], "removed");
    assert_eq!(value["rows"][0]["words"], "Police use");
}

#[test]
fn a_diff_as_html_can_be_folded_open() {
    let page = html::diff(&samples::pair().view());
    assert!(page.contains("<summary>… 5 unchanged blocks …</summary>"), "{page}");
    assert!(page.contains("Unchanged paragraph number 4."));
    assert!(page.contains("moved here from block 1"));
}

#[test]
fn an_empty_diff_is_no_trouble() {
    let (text, diff) = (Text::default(), Diff::default());
    let pair = samples::pair();
    let view = DiffView { before: &text, after: &text, diff: &diff, ..pair.view() };
    for shown in [terminal::diff(&view, &WIDE), plain::diff(&view), markdown::diff(&view)] {
        assert!(shown.contains("Service terms"), "{shown}");
    }
    assert!(html::diff(&view).contains("Both texts are empty."));
    assert_eq!(json::diff(&view)["change_kind"], Value::Null);
}

#[test]
fn a_change_for_slack_keeps_its_limits() {
    let mut event = samples::change();
    if let What::Change(change) = &mut event.what {
        let long = "word ".repeat(3_000);
        let marks = [(MarkKind::Deleted, long.as_str()), (MarkKind::Inserted, long.as_str())];
        change.edits = vec![samples::edit(EditKind::Reworded, &long, &marks); 300];
    }
    event.title = "t".repeat(5_000);
    let value = slack(&event);
    let blocks = value["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50);
    for text in texts(&value) {
        assert!(!text.is_empty() && text.chars().count() <= 3_500, "{}", text.len());
    }
    assert!(blocks[0]["text"]["text"].as_str().unwrap().chars().count() <= 150);
}

#[test]
fn a_change_for_slack_shows_before_and_after() {
    expect![[r#"
        Example changed "One-year moratorium on selling faces": 1 passage removed, 1 reworded, 1 moved
        Company: Example
        Page: One-year moratorium on selling faces (example-faces)
        When: changed after 2026-11-20 06:00 UTC and no later than 2026-11-20 12:00 UTC
        Cause: the page itself
        Reworded, under "Police use": We [-will never-] {+may+} sell face recognition to the police{+, where the law allows it+}.
        Removed, under "Police use": [-This pause lasts until Congress has passed a law.-]
        Moved, under "Contact": Write to us at any time.
        and 3 edits without new words: 1 date stamp, 2 link targets
        https://www.example.com/news/moratorium?a=1&amp;b=2
        Event 2aae735b3503cf83"#]].assert_eq(slack(&samples::change())["text"].as_str().unwrap());
    let value = slack(&samples::change());
    expect![[r#"{"elements":[{"elements":[{"style":{"bold":true},"text":"Reworded, under \"Police use\"\n","type":"text"}],"type":"rich_text_section"},{"elements":[{"text":"We ","type":"text"},{"style":{"strike":true},"text":"will never","type":"text"},{"text":" ","type":"text"},{"style":{"bold":true},"text":"may","type":"text"},{"text":" sell face recognition to the police","type":"text"},{"style":{"bold":true},"text":", where the law allows it","type":"text"},{"text":".","type":"text"}],"type":"rich_text_quote"}],"type":"rich_text"}"#]].assert_eq(&value["blocks"][2].to_string());
}

#[test]
fn an_alert_is_bounded_and_counts_what_it_leaves_out() {
    let mut event = samples::change();
    if let What::Change(change) = &mut event.what {
        let weak = samples::edit(EditKind::Moved, "", &[(MarkKind::Same, "moved")]);
        let strong = samples::edit(EditKind::Removed, "", &[(MarkKind::Deleted, "the promise")]);
        change.edits = vec![weak; 5_000];
        change.edits.push(strong);
    }
    let account = Account::of(&event);
    assert_eq!(account.excerpts.len(), 40);
    assert!(account.excerpts.iter().any(|it| it.kind == EditKind::Removed));
    assert_eq!(account.rest, ["and 4961 more, not shown here: 4961 passages moved"]);
    assert!(html::event(&event).len() < 100_000);
}

#[test]
fn an_unsure_change_says_so_in_words() {
    let mut event = samples::change();
    if let What::Change(change) = &mut event.what {
        change.certainty = Certainty::Unsure;
    }
    for shown in [plain::event(&event), markdown::event(&event), html::event(&event)] {
        assert!(shown.contains("Unsure: "), "{shown}");
    }
    event.telling = Telling::Quiet("our own upgrade.".to_owned());
    assert!(plain::event(&event).contains("On record only, not an alert: our own upgrade.\n"));
}

#[test]
fn a_change_of_our_own_is_not_laid_at_the_companys_door() {
    let mut event = samples::change();
    if let What::Change(change) = &mut event.what {
        change.cause = Cause::Selection;
    }
    let shown = plain::event(&event);
    assert!(shown.starts_with("Example, \"One-year moratorium on selling faces\" reads otherwise"));
    assert!(!shown.contains("Example changed"));
}

#[test]
fn a_page_without_company_or_wording_edits_reads_well() {
    let mut event = samples::change();
    event.company = String::new();
    if let What::Change(change) = &mut event.what {
        change.edits.retain(|edit| !edit.kind.is_wording());
    }
    assert_eq!(
        plain::subject(&event),
        "\"One-year moratorium on selling faces\" changed: no words, but 1 date stamp, 2 link targets"
    );
    assert!(plain::event(&event).contains("\n3 edits without new words: "));
}

#[test]
fn hostile_words_reach_no_terminal() {
    let pair = samples::hostile_pair();
    let view = DiffView {
        company: HOSTILE,
        title: HOSTILE,
        url: HOSTILE,
        before_label: HOSTILE,
        after_label: HOSTILE,
        ..pair.view()
    };
    let mut shown = vec![terminal::diff(&view, &WIDE), plain::diff(&view), markdown::diff(&view)];
    for event in samples::hostile() {
        let mut forms =
            vec![terminal::event(&event, &NARROW), plain::event(&event), markdown::event(&event)];
        let subject = plain::subject(&event);
        assert!(subject.chars().count() <= 120 && !subject.contains('\n'), "{subject}");
        shown.append(&mut forms);
        shown.push(subject);
    }
    for text in &shown {
        let is_harmful =
            |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{200b}\u{2028}".contains(c));
        assert!(!text.contains(is_harmful), "{text:?}");
    }
    for event in samples::hostile().iter().chain(&all()) {
        for width in [0, 40, 41, 80, 500] {
            let look = Look { color: Color::Never, width };
            let shown = terminal::event(event, &look);
            let widest = shown.lines().map(|line| line.width()).max().unwrap_or(0);
            assert!(widest <= width.clamp(40, 200), "{widest} > {width}: {shown}");
        }
    }
}

#[test]
fn hostile_words_are_only_words_in_html() {
    let pair = samples::hostile_pair();
    let view = DiffView { title: HOSTILE, url: "javascript:alert(1)", ..pair.view() };
    let mut pages: Vec<String> = samples::hostile().iter().map(html::event).collect();
    pages.push(html::diff(&view));
    for page in &pages {
        let parsed = scraper::Html::parse_document(page);
        let allowed = [
            "html", "head", "meta", "title", "style", "body", "main", "div", "h1", "h2", "p", "dl",
            "dt", "dd", "bdi", "b", "i", "ins", "del", "code", "br", "details", "summary",
        ];
        for element in parsed.tree.values().filter_map(|node| node.as_element()) {
            assert!(allowed.contains(&element.name()), "{}", element.name());
            assert!(element.attrs().all(|(name, _)| !name.starts_with("on") && name != "src"));
        }
    }
}

#[test]
fn hostile_words_are_no_markup_in_markdown() {
    for event in samples::hostile() {
        let shown = markdown::event(&event).replace("<ins>", "").replace("</ins>", "");
        let shown = shown.replace("<del>", "").replace("</del>", "");
        assert!(!shown.contains('<') && !shown.contains("@everyone"), "{shown}");
        assert!(!shown.contains("[good]"), "{shown}");
    }
}

#[test]
fn hostile_words_call_nobody_in_chat() {
    for event in samples::hostile() {
        let value = slack(&event);
        for text in texts(&value) {
            assert!(!text.contains("@everyone"), "{text}");
        }
        let text = value["text"].as_str().unwrap();
        assert!(!text.contains(['<', '>', '`', '*', '~']) && !text.contains("]("), "{text}");
        let blocks = value["blocks"].to_string();
        assert!(!blocks.contains("mrkdwn") && !blocks.contains("\"link\""), "{blocks}");
    }
}

#[test]
fn credentials_in_an_address_are_never_told() {
    let mut event = samples::change();
    event.url = "https://user:hunter2@www.example.com/x".parse().unwrap();
    let told = Told { event: event.clone(), deliveries: Vec::new() };
    for shown in [
        terminal::event(&event, &WIDE),
        plain::event(&event),
        markdown::event(&event),
        html::event(&event),
        json::event(&told).to_string(),
        slack(&event).to_string(),
    ] {
        assert!(!shown.contains("hunter2") && shown.contains("www.example.com/x"), "{shown}");
    }
}

/// Returns every string under a `text` key.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match value {
                Value::String(text) if key == "text" => vec![text.clone()],
                other => texts(other),
            })
            .collect(),
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
