//! The description of the API (OpenAPI 3.1).

use serde_json::{Value, json};

/// Returns the description.
pub fn description() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "pledgewatch",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "What a pledgewatch has on record. Instants are RFC 3339 in UTC; keys are \
                added to, never renamed.",
        },
        "servers": [{ "url": "/" }],
        "paths": {
            "/api/pages": { "get": read("All pages and how their watches are doing", "pages", vec![]) },
            "/api/pages/{page}": {
                "get": read("One page, with its versions", "page", vec![name("page")]),
            },
            "/api/changes": { "get": read("Changes, in the order of their captures", "changes", vec![
                query("state", json!({ "enum": ["new", "confirmed", "dismissed", "escalated"] })),
                query("page", id()),
                query("company", json!({ "type": "string" })),
                query("since", json!({ "type": "string",
                    "anyOf": [{ "format": "date" }, { "format": "date-time" }] })),
                query("limit", limit()),
            ]) },
            "/api/changes/{change}": {
                "get": read("One change, with its edits and its review", "change", vec![change()]),
            },
            "/api/changes/{change}/review": { "post": decide() },
            "/api/rules": {
                "get": read("The rules that dismiss changes, those taken back included", "rules", vec![]),
            },
            "/api/rules/{rule}/forget": { "post": forget() },
            "/api/pledges": { "get": read("All pledges and how each stands", "pledges", vec![]) },
            "/api/pledges/{page}/{pledge}": {
                "get": read("A pledge's whole life", "pledge", vec![name("page"), name("pledge")]),
            },
            "/api/search": { "get": read("Where a phrase stood, from when to when", "search", vec![
                json!({ "name": "q", "in": "query", "required": true,
                    "schema": { "type": "string", "minLength": 1, "maxLength": 200 } }),
                query("limit", limit()),
            ]) },
        },
        "components": {
            "securitySchemes": {
                "password": { "type": "http", "scheme": "bearer",
                    "description": "`NAME:PASSWORD`, as `pledgewatch user add NAME` made it" },
            },
            "schemas": { "Problem": {
                "type": "object",
                "required": ["error", "advice"],
                "properties": { "error": { "type": "string" }, "advice": { "type": "string" } },
            } },
        },
    })
}

fn id() -> Value {
    json!({ "type": "string", "pattern": "^[a-z0-9-]{1,100}$" })
}

fn limit() -> Value {
    json!({ "type": "integer", "minimum": 1, "maximum": 500, "default": 100 })
}

fn name(name: &str) -> Value {
    json!({ "name": name, "in": "path", "required": true, "schema": id() })
}

fn change() -> Value {
    json!({ "name": "change", "in": "path", "required": true,
        "schema": { "type": "string", "pattern": "^[0-9a-fA-F]{16}$" } })
}

fn query(name: &str, schema: Value) -> Value {
    json!({ "name": name, "in": "query", "required": false, "schema": schema })
}

fn problem(what: &str) -> Value {
    json!({ "description": what, "content": { "application/json": {
        "schema": { "$ref": "#/components/schemas/Problem" } } } })
}

fn answers(key: &str) -> Value {
    let required = match key {
        "change" => vec!["id", "page", "review"],
        "pledge" => vec!["pledge", "page", "state"],
        "search" => vec!["count", "stays"],
        "rule" => vec!["rule", "page", "from", "state"],
        other => vec![other],
    };
    json!({
        "200": { "description": "It is on record", "content": { "application/json": {
            "schema": { "type": "object", "required": required } } } },
        "400": problem("What was asked cannot be right"),
        "401": problem("Reading needs a password here, and there was none, or a wrong one"),
        "404": problem("There is nothing of that name"),
        "429": problem("Too many wrong passwords"),
        "503": problem("Too much is going on at once"),
    })
}

fn read(summary: &str, key: &str, parameters: Vec<Value>) -> Value {
    json!({
        "summary": summary,
        "security": [{}, { "password": [] }],
        "parameters": parameters,
        "responses": answers(key),
    })
}

fn decide() -> Value {
    let mut answers = answers("change");
    if let Some(answers) = answers.as_object_mut() {
        answers.insert("403".to_owned(), problem("Reviewing is not open, or not to this user"));
        answers.insert("409".to_owned(), problem("Somebody else decided since `seen`"));
        answers.insert("413".to_owned(), problem("More than 64 kB were sent"));
        answers.insert("415".to_owned(), problem("What was sent is no JSON"));
    }
    json!({
        "summary": "Decide about a change; nothing that was decided before is altered",
        "security": [{ "password": [] }],
        "parameters": [change()],
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["decision"],
            "additionalProperties": false,
            "properties": {
                "decision": { "enum": ["confirm", "dismiss", "escalate", "reopen", "note"] },
                "reason": { "type": "string", "minLength": 1, "maxLength": 200, "description":
                    "for a dismissal: editorial, not-policy, known, misread, or other words" },
                "always": { "type": "boolean", "default": false, "description":
                    "with a dismissal: dismiss changes like this on this page from now on, by a rule" },
                "note": { "type": "string", "maxLength": 4000,
                    "description": "required where the decision is a note" },
                "seen": { "type": "integer", "minimum": 0, "description":
                    "`review.seen` as it was when the reviewer looked" },
            },
        } } } },
        "responses": answers,
    })
}

fn forget() -> Value {
    let mut answers = answers("rule");
    if let Some(answers) = answers.as_object_mut() {
        answers.insert("403".to_owned(), problem("Reviewing is not open, or not to this user"));
    }
    json!({
        "summary": "Take a rule back from now on; what it dismissed stays so until it is opened again",
        "security": [{ "password": [] }],
        "parameters": [json!({ "name": "rule", "in": "path", "required": true,
            "schema": { "type": "integer", "minimum": 1 } })],
        "responses": answers,
    })
}
