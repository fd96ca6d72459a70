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
            "/api/pages": {
                "get": read("pages", "All pages and how their watches are doing", vec![]),
            },
            "/api/pages/{page}": {
                "get": read("page", "One page, with its versions", vec![name("page")]),
            },
            "/api/changes": { "get": read("changes", "Changes, in the order of their captures", vec![
                query("state", json!({ "enum": ["new", "confirmed", "dismissed", "escalated"] })),
                query("page", id()),
                query("company", json!({ "type": "string" })),
                query("since", json!({ "type": "string",
                    "anyOf": [{ "format": "date" }, { "format": "date-time" }] })),
                query("limit", limit()),
            ]) },
            "/api/changes/{change}": {
                "get": read("change", "One change, with its edits and its review", vec![change()]),
            },
            "/api/changes/{change}/review": { "post": decide() },
            "/api/rules": {
                "get": read("rules", "The rules that dismiss changes, those taken back included", vec![]),
            },
            "/api/rules/{rule}/forget": { "post": forget() },
            "/api/pledges": {
                "get": read("pledges", "All pledges and how each stands", vec![]),
            },
            "/api/pledges/{page}/{pledge}": {
                "get": read("pledge", "A pledge's whole life", vec![name("page"), name("pledge")]),
            },
            "/api/search": { "get": read("search", "Where a phrase stood, from when to when", vec![
                json!({ "name": "q", "in": "query", "required": true,
                    "schema": { "type": "string", "minLength": 1, "maxLength": 200,
                        "pattern": "[\\p{L}\\p{N}]" } }),
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

/// Returns what words of people look like: not blank, and no control character but tabs and the ends
/// of lines.
fn words() -> String {
    let control = "\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f";
    format!("^[^{control}]*[^\\s{control}][^{control}]*$")
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

/// Returns the answers to an operation, with what leads on from them.
fn answers(operation: &str) -> Value {
    let required = match operation {
        "change" | "decide" => vec!["id", "page", "review"],
        "pledge" => vec!["pledge", "page", "state"],
        "search" => vec!["count", "stays"],
        "forget" => vec!["rule", "page", "from", "state"],
        list => vec![list],
    };
    let first = |at: &str| format!("$response.body#/{operation}/0/{at}");
    let links = match operation {
        "pages" => {
            json!({ "page": { "operationId": "page", "parameters": { "page": first("page") } } })
        }
        "changes" => json!({
            "change": { "operationId": "change", "parameters": { "change": first("id") } },
            "review": { "operationId": "decide", "parameters": { "change": first("id") } },
        }),
        "pledges" => json!({ "pledge": { "operationId": "pledge",
            "parameters": { "page": first("page"), "pledge": first("pledge") } } }),
        "rules" => {
            json!({ "forget": { "operationId": "forget", "parameters": { "rule": first("rule") } } })
        }
        _ => json!({}),
    };
    json!({
        "200": { "description": "It is on record", "links": links, "content": { "application/json": {
            "schema": { "type": "object", "required": required } } } },
        "400": problem("What was asked cannot be right"),
        "401": problem("Reading needs a password here, and there was none, or a wrong one"),
        "404": problem("There is nothing of that name"),
        "429": problem("Too many wrong passwords"),
        "503": problem("Too much is going on at once"),
    })
}

fn read(operation: &str, summary: &str, parameters: Vec<Value>) -> Value {
    json!({
        "operationId": operation,
        "summary": summary,
        "security": [{}, { "password": [] }],
        "parameters": parameters,
        "responses": answers(operation),
    })
}

fn decide() -> Value {
    let mut answers = answers("decide");
    if let Some(answers) = answers.as_object_mut() {
        answers.insert("403".to_owned(), problem("Reviewing is not open, or not to this user"));
        answers.insert("409".to_owned(), problem("Somebody else decided since `seen`"));
        answers.insert("413".to_owned(), problem("More than 64 kB were sent"));
        answers.insert("415".to_owned(), problem("What was sent is no JSON"));
    }
    json!({
        "operationId": "decide",
        "summary": "Decide about a change; nothing that was decided before is altered",
        "security": [{ "password": [] }],
        "parameters": [change()],
        "requestBody": { "required": true, "content": { "application/json": { "schema": {
            "type": "object",
            "required": ["decision"],
            "additionalProperties": false,
            "properties": {
                "decision": { "enum": ["confirm", "dismiss", "escalate", "reopen", "note"] },
                "reason": { "type": "string", "maxLength": 200, "pattern": words(), "description":
                    "for a dismissal: editorial, not-policy, known, misread, or other words" },
                "always": { "type": "boolean", "default": false, "description":
                    "with a dismissal: dismiss changes like this on this page from now on, by a rule" },
                "note": { "type": "string", "maxLength": 4000, "pattern": words(),
                    "description": "required where the decision is a note" },
                "seen": { "type": "integer", "minimum": 0, "maximum": 1_000_000, "description":
                    "`review.seen` as it was when the reviewer looked" },
            },
            "allOf": [
                { "if": { "properties": { "decision": { "const": "note" } } },
                    "then": { "required": ["note"] } },
                { "if": { "properties": { "decision": { "const": "dismiss" } } },
                    "then": { "required": ["reason"] },
                    "else": { "properties": { "always": { "const": false } } } },
            ],
        } } } },
        "responses": answers,
    })
}

fn forget() -> Value {
    let mut answers = answers("forget");
    if let Some(answers) = answers.as_object_mut() {
        answers.insert("403".to_owned(), problem("Reviewing is not open, or not to this user"));
    }
    json!({
        "operationId": "forget",
        "summary": "Take a rule back from now on; what it dismissed stays so until it is opened again",
        "security": [{ "password": [] }],
        "parameters": [json!({ "name": "rule", "in": "path", "required": true,
            "schema": { "type": "integer", "minimum": 1 } })],
        "responses": answers,
    })
}
