//! Events and diffs to test the forms with: one of each kind, and the same with hostile words in
//! every field.

use std::sync::Arc;

use crate::{
    alert::render::DiffView,
    model::{
        cause::Cause,
        edit::{Diff, DiffRow, Edit, EditKind, Mark, MarkKind, Passage},
        event::{Certainty, Change, Event, EventId, EventKind, Telling, What},
        pledge::{Beside, BesideHow, Happening, News, PledgeChange, Role, Standing, Step},
        snapshot::Digest,
        text::{Block, BlockKind, Link, Text},
        time::Timestamp,
        trouble::{Trouble, TroubleKind},
    },
};

/// Words that do something nearly everywhere they are not made harmless.
pub const HOSTILE: &str = "x\r\nBcc: a@b.example\r\n\r\n\x1b[2J\x1b]0;t\x07\u{9b}31m\u{202e}\u{200b}\
    <script>alert(1)</script>\"><img src=x onerror=alert(1)> [good](javascript:alert(1)) \
    `code` *b* _i_ ~s~ <!channel> @everyone <https://evil.example|good> -] [-fake-] {+fake+} & \
    # | ${x} {{ x }} \0 ]]> \u{2028}end";

/// Returns the instant that `text` names.
pub fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Returns an event of what happened, alerted.
pub fn event(what: What) -> Event {
    let captured_at = at("2026-11-20T12:00:00Z");
    let page = "example-faces".parse().unwrap();
    let mut event = Event {
        id: EventId::of(&page, EventKind::Change, captured_at, ""),
        page,
        company: "Example".to_owned(),
        title: "One-year moratorium on selling faces".to_owned(),
        url: "https://www.example.com/news/moratorium?a=1&b=2".parse().unwrap(),
        captured_at,
        recorded_at: at("2026-11-20T12:00:05Z"),
        what,
        telling: Telling::Alert(at("2026-11-20T12:00:05Z")),
    };
    event.id = EventId::of(&event.page, event.kind(), captured_at, "");
    event
}

/// Returns an edit whose passages follow from its marks.
pub fn edit(kind: EditKind, heading: &str, marks: &[(MarkKind, &str)]) -> Edit {
    let side = |absent: MarkKind| {
        let words: String = marks.iter().filter(|it| it.0 != absent).map(|it| it.1).collect();
        (!words.is_empty()).then_some(Passage { block: 3, words })
    };
    let mark = |it: &(MarkKind, &str)| Mark { kind: it.0, words: it.1.to_owned() };
    Edit {
        kind,
        before: side(MarkKind::Inserted),
        after: side(MarkKind::Deleted),
        heading: heading.to_owned(),
        marks: marks.iter().map(mark).collect(),
        verdict: None,
    }
}

/// Returns a change with one edit of most kinds.
pub fn change() -> Event {
    use MarkKind::{Deleted, Inserted, Same};
    let edits = vec![
        edit(
            EditKind::Reworded,
            "Police use",
            &[
                (Same, "We "),
                (Deleted, "will never "),
                (Inserted, "may "),
                (Same, "sell face recognition to the police"),
                (Inserted, ", where the law allows it"),
                (Same, "."),
            ],
        ),
        edit(
            EditKind::Removed,
            "Police use",
            &[(Deleted, "This pause lasts until Congress has passed a law.")],
        ),
        edit(EditKind::Moved, "Contact", &[(Same, "Write to us at any time.")]),
        edit(EditKind::LinkTarget, "Contact", &[(Same, "Contact us")]),
        edit(EditKind::LinkTarget, "Contact", &[(Same, "Imprint")]),
        edit(
            EditKind::DateStamp,
            "",
            &[(Same, "Last updated "), (Deleted, "June 2020"), (Inserted, "November 2026")],
        ),
    ];
    event(What::Change(Change {
        cause: Cause::Page,
        certainty: Certainty::Confirmed,
        before: Digest::of(b"before"),
        after: Digest::of(b"after"),
        before_last_at: at("2026-11-20T06:00:00Z"),
        edits,
        untold: 0,
        pledges: Vec::new(),
    }))
}

/// Returns one event of each other kind.
pub fn others() -> Vec<Event> {
    let trouble = |kind, evidence: &str| Trouble::new(kind, evidence);
    vec![
        event(What::Trouble {
            trouble: trouble(TroubleKind::BotWall, "the page says \"Are you a robot?\" (403)"),
            last_good_at: Some(at("2026-11-17T06:00:00Z")),
        }),
        event(What::Moved {
            from: "https://www.example.com/news/moratorium".to_owned(),
            to: "https://about.example.com/moratorium".to_owned(),
        }),
        event(What::Gone {
            trouble: trouble(TroubleKind::Missing, "the server has answered 410 for 3 days"),
            last_good_at: Some(at("2026-11-17T06:00:00Z")),
        }),
        event(What::Recovered { kind: TroubleKind::BotWall, since: at("2026-11-17T12:00:00Z") }),
        event(What::QuoteMissing {
            pledge: "police".parse().unwrap(),
            name: "No sale to the police".to_owned(),
            quote: "moratorium on police use".to_owned(),
        }),
    ]
}

/// Returns events of every kind with hostile words in every field that can hold them.
pub fn hostile() -> Vec<Event> {
    let trouble = Trouble::new(TroubleKind::OtherPage, HOSTILE);
    let marks =
        [(MarkKind::Same, HOSTILE), (MarkKind::Deleted, HOSTILE), (MarkKind::Inserted, HOSTILE)];
    let mut changed = change();
    if let What::Change(change) = &mut changed.what {
        change.certainty = Certainty::Unsure;
        change.edits = EditKind::ALL.iter().map(|kind| edit(*kind, HOSTILE, &marks)).collect();
        change.pledges = vec![hostile_pledge()];
    }
    let mut events = vec![
        changed,
        event(What::Trouble { trouble: trouble.clone(), last_good_at: None }),
        event(What::Moved { from: HOSTILE.to_owned(), to: HOSTILE.to_owned() }),
        event(What::Gone { trouble, last_good_at: None }),
        event(What::Recovered { kind: TroubleKind::Login, since: at("2026-11-17") }),
        event(What::QuoteMissing {
            pledge: "police".parse().unwrap(),
            name: HOSTILE.to_owned(),
            quote: HOSTILE.to_owned(),
        }),
        event(What::Pledge {
            pledge: "police".parse().unwrap(),
            name: HOSTILE.to_owned(),
            news: News::Indistinct { quote: HOSTILE.to_owned() },
        }),
    ];
    for event in &mut events {
        event.company = HOSTILE.to_owned();
        event.title = HOSTILE.to_owned();
        event.url = "javascript:alert(document.domain)//<!channel>@everyone".parse().unwrap();
        event.telling = Telling::Quiet(HOSTILE.to_owned());
    }
    events
}

fn hostile_pledge() -> PledgeChange {
    let words = || Some(HOSTILE.to_owned());
    let mark = |kind| Mark { kind, words: HOSTILE.to_owned() };
    let beside =
        Beside { how: BesideHow::Reworded, role: Role::Neighbor, before: words(), after: words() };
    PledgeChange {
        pledge: "police".parse().unwrap(),
        name: HOSTILE.to_owned(),
        standing: Standing::Reworded,
        step: Some(Step {
            what: Happening::Reworded,
            numbers: Some((HOSTILE.to_owned(), HOSTILE.to_owned())),
            moved: true,
            doubt: HOSTILE.to_owned(),
            before: words(),
            after: words(),
            marks: vec![mark(MarkKind::Same), mark(MarkKind::Deleted), mark(MarkKind::Inserted)],
            verdict: None,
            beside: vec![beside],
        }),
    }
}

/// Two texts and how they differ.
pub struct Pair {
    before: Text,
    after: Text,
    diff: Diff,
}

impl Pair {
    /// Returns the pair as it is viewed.
    pub fn view(&self) -> DiffView<'_> {
        DiffView {
            company: "Example",
            title: "Service terms",
            url: "https://www.example.com/terms",
            before_label: "version 3, 2026-11-20 06:00 UTC",
            after_label: "version 4, 2026-11-20 12:00 UTC",
            before: &self.before,
            after: &self.after,
            diff: &self.diff,
        }
    }
}

/// Returns a pair with every kind of edit, a fold, and a move over it.
pub fn pair() -> Pair {
    use MarkKind::{Deleted, Inserted, Same};
    let filler = |n| block(BlockKind::Paragraph, &format!("Unchanged paragraph number {n}."));
    let mut stays: Vec<Block> = vec![block(BlockKind::Heading(2), "Police use")];
    stays.extend((1..9).map(filler));
    let moved = "Write to us at any time.";
    let mut before = vec![block(BlockKind::Paragraph, moved)];
    before.extend(stays.clone());
    before.push(block(BlockKind::Paragraph, "We will never sell face recognition to the police."));
    before.push(block(BlockKind::Item(1), "This pause lasts until Congress has passed a law."));
    before.push(marked(BlockKind::Item(1), "3.", "We tell you of changes.", "/a"));
    before.push(block(BlockKind::Paragraph, "Contact"));
    before.push(marked(BlockKind::Paragraph, "", "Imprint", "/a"));
    let mut after = stays.clone();
    after.push(block(BlockKind::Paragraph, "We may sell face recognition to the police."));
    after.push(block(BlockKind::Item(1), "Our partners decide for themselves."));
    after.push(marked(BlockKind::Item(1), "2.", "We tell you of changes.", "/a"));
    after.push(block(BlockKind::Heading(3), "Contact"));
    after.push(marked(BlockKind::Paragraph, "", "Imprint", "/b"));
    after.push(block(BlockKind::Paragraph, moved));
    let edit = |kind, b: Option<usize>, a: Option<usize>, marks: &[(MarkKind, &str)]| {
        let mut edit = edit(kind, "Police use", marks);
        edit.before = b.map(|b| Passage { block: b, words: before[b].shown() });
        edit.after = a.map(|a| Passage { block: a, words: after[a].shown() });
        DiffRow::Edited(edit)
    };
    let mut rows: Vec<DiffRow> =
        (0..9).map(|n| DiffRow::Same { before: n + 1, after: n }).collect();
    let reworded = [
        (Same, "We "),
        (Deleted, "will never "),
        (Inserted, "may "),
        (Same, "sell face recognition to the police."),
    ];
    rows.extend([
        edit(EditKind::Reworded, Some(10), Some(9), &reworded),
        edit(EditKind::Removed, Some(11), None, &[(Deleted, &before[11].words)]),
        edit(EditKind::Added, None, Some(10), &[(Inserted, &after[10].words)]),
        edit(
            EditKind::Renumbered,
            Some(12),
            Some(11),
            &[(Deleted, "3."), (Inserted, "2."), (Same, " We tell you of changes.")],
        ),
        edit(EditKind::Structure, Some(13), Some(12), &[(Same, "Contact")]),
        edit(EditKind::LinkTarget, Some(14), Some(13), &[(Same, "Imprint")]),
        edit(EditKind::Moved, Some(0), Some(14), &[(Same, moved)]),
    ]);
    let diff = Diff { rows };
    Pair { before: before.into(), after: after.into(), diff }
}

/// Returns a pair with hostile words in every block, link and mark.
pub fn hostile_pair() -> Pair {
    let mut pair = pair();
    let Pair { before, after, .. } = &mut pair;
    let texts = [before, after].map(|text| Arc::make_mut(&mut text.blocks));
    for block in texts.into_iter().flatten() {
        block.words = HOSTILE.to_owned();
        block.marker = HOSTILE.to_owned();
        block.links = vec![Link { target: format!("{HOSTILE}{}", block.links.len()) }];
    }
    for row in &mut pair.diff.rows {
        if let DiffRow::Edited(edit) = row {
            edit.heading = HOSTILE.to_owned();
            edit.before.iter_mut().chain(&mut edit.after).for_each(|passage| {
                passage.words = HOSTILE.to_owned();
            });
            edit.marks.iter_mut().for_each(|mark| mark.words = HOSTILE.to_owned());
        }
    }
    pair
}

fn block(kind: BlockKind, words: &str) -> Block {
    Block::new(kind, words)
}

fn marked(kind: BlockKind, marker: &str, words: &str, target: &str) -> Block {
    let links = vec![Link { target: target.to_owned() }];
    Block { kind, marker: marker.to_owned(), words: words.to_owned(), links }
}
