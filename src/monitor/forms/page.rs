//! How a watch is doing, as JSON.

use serde_json::{Value, json};

use crate::{
    model::{sweep::ClockJump, time::Timestamp},
    monitor::{
        integrity::Integrity,
        status::{PageStatus, Status},
    },
};

/// Returns how a page is doing.
pub fn page(page: &PageStatus) -> Value {
    let shown = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "page": page.page.as_str(),
        "company": page.company,
        "title": page.title,
        "url": page.url,
        "final_url": page.final_url,
        "health": page.health.word(),
        "first_visit_at": shown(page.first_visit_at),
        "last_visit_at": shown(page.last_visit_at),
        "last_healthy_at": shown(page.last_healthy_at),
        "last_change_at": shown(page.last_change_at),
        "next_due_at": shown(page.next_due_at),
        "versions": page.versions,
        "visits": page.size.map(|size| size.visits),
        "body_bytes": page.size.map(|size| size.raw_bytes),
        "stored_bytes": page.size.map(|size| size.stored_bytes),
        "trouble": page.spell.as_ref().map(|spell| json!({
            "kind": spell.trouble.kind.code(),
            "evidence": spell.trouble.evidence,
            "since": spell.since.to_string(),
            "alerted": spell.alerted,
        })),
        "waiting": page.waiting.as_ref().map(|waiting| json!({
            "first_at": waiting.first_at.to_string(),
            "last_at": waiting.last_at.to_string(),
            "sightings": waiting.sightings,
        })),
        "alternating": page.turns.map(|turns| json!({
            "wordings": turns.wordings,
            "turns": turns.turns,
            "first_at": turns.first_at.to_string(),
            "last_at": turns.last_at.to_string(),
        })),
        "notes": page.notes,
        "region": page.region,
        "learns": page.learns,
        "learnt": page.learnt,
    })
}

/// Returns how the rest is doing.
pub fn rest(status: &Status) -> Value {
    let undelivered: Vec<_> = status
        .undelivered
        .iter()
        .map(|delivery| {
            json!({
                "event": delivery.event.as_str(),
                "channel": delivery.addressee.channel,
                "recipient": delivery.addressee.recipient,
                "state": delivery.state.code(),
                "attempts": delivery.attempts,
                "last_error": delivery.last_error,
            })
        })
        .collect();
    let ended = status.last_sweep.and_then(|sweep| sweep.ended);
    let jump = |jump: &ClockJump| json!({ "before": jump.before.to_string(), "after": jump.after.to_string() });
    let jumps: Vec<_> = status.clock_jumps.iter().map(jump).collect();
    json!({
        "last_sweep_began_at": status.last_sweep.map(|sweep| sweep.began_at.to_string()),
        "last_sweep_ended_at": ended.map(|(at, _)| at.to_string()),
        "last_sweep_outcome": ended.map(|(_, end)| end.code()),
        "clock_jumps": jumps,
        "undelivered": undelivered,
        "held": status.held.len(),
        "log": log(&status.log),
    })
}

/// Returns how the log stands as JSON.
pub fn log(stands: &Integrity) -> Value {
    json!({
        "entries": stands.entries,
        "origin": stands.key.as_ref().map(|key| &key.name),
        "key": stands.key.as_ref().map(|key| key.to_text()),
        "signed": stands.head.as_ref().map(|head| json!({
            "size": head.size,
            "root": head.root.to_string(),
        })),
        "unsigned_because": stands.unsigned,
        "anchored": stands.anchored.as_ref().map(|(size, given)| json!({
            "size": size,
            "by": given,
        })),
    })
}
