//! The record as JSON for programs, as the commands print it with `--json`.

use serde_json::{Value, json};

use crate::{
    alert::render::{json as forms, reviews},
    model::{event::EventId, page::PageId, review::ReviewState, time::Timestamp},
    monitor::{
        app::App,
        export::request::Extent,
        forms::{page, pledge, stay},
        history,
        pledges::list,
        review::{self, ReviewQuery, Reviewed},
        search, status,
    },
    web::{answer::Refusal, pages::search::PHRASE_CHARS_MAX},
};

/// The most entries of one answer.
const LIMIT_MAX: usize = 500;

/// What a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// How all pages are doing.
    Pages,
    /// How one page is doing, with its versions.
    Page(PageId),
    /// Changes.
    Changes(Box<ReviewQuery>),
    /// One change.
    Change(EventId),
    /// The rules that dismiss changes.
    Rules,
    /// All pledges.
    Pledges,
    /// A pledge's life.
    Pledge(PageId, PageId),
    /// Where a phrase stood.
    Search(String, usize),
}

impl Asked {
    /// Reads what is asked for from a path below `/api/` and the fields of the query.
    pub fn read(path: &str, fields: &[(String, String)]) -> Result<Asked, Refusal> {
        let nothing = || Refusal::Missing("There is nothing of that name.".to_owned());
        let parts: Vec<&str> = path.split('/').collect();
        let asked = match parts.as_slice() {
            ["pages"] => Asked::Pages,
            ["pages", page] => Asked::Page(page.parse().map_err(|_| nothing())?),
            ["changes"] => return changes(fields),
            ["changes", id] => Asked::Change(id.parse().map_err(|_| nothing())?),
            ["rules"] => Asked::Rules,
            ["pledges"] => Asked::Pledges,
            ["pledges", page, pledge] => Asked::Pledge(
                page.parse().map_err(|_| nothing())?,
                pledge.parse().map_err(|_| nothing())?,
            ),
            ["search"] => return phrase(fields),
            _ => return Err(nothing()),
        };
        only(fields, &[])?;
        Ok(asked)
    }
}

/// Refuses fields that are not known, or stand there twice, and returns those that are.
fn only<'a>(
    fields: &'a [(String, String)],
    known: &[&str],
) -> Result<Vec<(&'a str, &'a str)>, Refusal> {
    for (at, (name, _)) in fields.iter().enumerate() {
        let is_twice = fields[..at].iter().any(|(other, _)| other == name);
        if !known.contains(&name.as_str()) || is_twice {
            let name: String = name.chars().take(40).collect();
            return Err(Refusal::Wrong(format!(
                "The field `{name}` is not known, or is given twice."
            )));
        }
    }
    Ok(fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect())
}

fn changes(fields: &[(String, String)]) -> Result<Asked, Refusal> {
    let mut query = ReviewQuery { limit: Some(100), ..ReviewQuery::default() };
    for (name, value) in only(fields, &["state", "page", "company", "since", "limit"])? {
        let wrong = |what: &str| Refusal::Wrong(format!("The field `{name}` is {what}."));
        match name {
            "state" => {
                let state = ReviewState::from_code(value);
                let states = "one of new, confirmed, dismissed, escalated";
                query.state = Some(state.ok_or_else(|| wrong(states))?);
            }
            "page" => query.page = Some(value.parse().map_err(|_| wrong("a page's id"))?),
            "company" => query.company = Some(value.to_owned()),
            "since" => {
                let since = value.parse::<Timestamp>();
                query.since = Some(since.map_err(|_| wrong("a day or an RFC 3339 instant"))?);
            }
            _ => query.limit = Some(limit(value)?),
        }
    }
    Ok(Asked::Changes(Box::new(query)))
}

fn phrase(fields: &[(String, String)]) -> Result<Asked, Refusal> {
    let (mut phrase, mut most) = (None, 100);
    for (name, value) in only(fields, &["q", "limit"])? {
        match name {
            "q" => phrase = Some(value.trim().to_owned()),
            _ => most = limit(value)?,
        }
    }
    let has_words = |it: &String| it.chars().any(char::is_alphanumeric);
    match phrase.filter(|it| has_words(it) && it.chars().count() <= PHRASE_CHARS_MAX) {
        Some(phrase) => Ok(Asked::Search(phrase, most)),
        None => Err(Refusal::Wrong(format!(
            "The field `q` is a phrase with a word, of at most {PHRASE_CHARS_MAX} characters."
        ))),
    }
}

fn limit(value: &str) -> Result<usize, Refusal> {
    match value.parse() {
        Ok(limit) if (1..=LIMIT_MAX).contains(&limit) => Ok(limit),
        Ok(_) | Err(_) => {
            Err(Refusal::Wrong(format!("The field `limit` is a number from 1 to {LIMIT_MAX}.")))
        }
    }
}

/// Returns what is asked for.
pub fn answer(app: &App, asked: &Asked, now: Timestamp) -> Result<Value, Refusal> {
    Ok(match asked {
        Asked::Pages => {
            let status = status::status(app, &[], now)?;
            let pages: Vec<Value> = status.pages.iter().map(page::page).collect();
            json!({ "pages": pages, "rest": page::rest(&status) })
        }
        Asked::Page(id) => {
            let status = status::status(app, std::slice::from_ref(id), now)?;
            let versions: Vec<Value> = history::versions(app, id)?
                .iter()
                .map(|it| {
                    json!({ "version": it.number, "cause": it.cause.code(),
                        "first_at": it.first_at.to_string(),
                        "established_at": it.established_at.to_string(),
                        "text_digest": it.text.to_string() })
                })
                .collect();
            json!({ "page": status.pages.first().map(page::page), "versions": versions })
        }
        Asked::Changes(query) => {
            let found = review::list(app, query)?;
            json!({ "changes": found.iter().map(change).collect::<Vec<_>>() })
        }
        Asked::Change(id) => change(&review::one(app, id)?),
        Asked::Rules => {
            let rules = review::rules(app)?;
            let rules = rules.iter().map(|it| reviews::rule(&it.rule));
            json!({ "rules": rules.collect::<Vec<_>>() })
        }
        Asked::Pledges => {
            let lives = list::all(app)?;
            let facts = lives.iter().map(|life| Value::Object(pledge::facts(life, now)));
            json!({ "pledges": facts.collect::<Vec<_>>() })
        }
        Asked::Pledge(page, id) => pledge::whole(&list::one(app, &format!("{page}/{id}"))?, now),
        Asked::Search(phrase, limit) => {
            let found = search::find(app, phrase, &Extent::default(), *limit)?;
            let count = found.count;
            let stays: Vec<Value> =
                found.stays.iter().map(|it| stay::as_json(it, app, phrase)).collect();
            json!({ "count": count, "stays": stays, "unindexed": search::unindexed(app)? })
        }
    })
}

/// Returns a change with its review. Who was told is nobody's business here.
pub fn change(reviewed: &Reviewed) -> Value {
    let mut value = forms::event(&reviewed.told);
    if let Some(object) = value.as_object_mut() {
        object.remove("deliveries");
        let mut review = reviews::value(&reviewed.standing, &reviewed.trail, reviewed.is_settled);
        review["seen"] = reviewed.standing.entries.into();
        object.insert("review".to_owned(), review);
    }
    value
}
