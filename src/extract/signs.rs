//! What on a page, seen by itself, speaks against its being the policy.
//!
//! All signs but one count only where little text is left: a policy that tells of captchas is
//! no bot wall.

use scraper::{Html, Node, node::Element};

use crate::{
    extract::{parse::NodeId, reads, words::normalized},
    model::{
        text::{BlockKind, Text},
        trouble::{Trouble, TroubleKind},
    },
};

/// What is read of a page beside its words.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// The content of the first `title`.
    pub title: String,
    /// `og:title`.
    pub shared_title: Option<String>,
    /// `og:site_name`.
    pub site_name: Option<String>,
    /// The language that `html` declares.
    pub language: Option<String>,
    /// Where a `meta refresh` leads.
    pub refresh: Option<String>,
    /// Fields for passwords.
    pub passwords: u32,
    /// Scripts.
    pub scripts: u32,
    /// What those without scripts are told; its beginning.
    pub noscript: String,
    /// Whether an element that applications are drawn into is empty.
    pub is_shell: bool,
    /// Whether a known challenge of a bot wall is loaded.
    pub challenge: Option<String>,
}

/// Names of the elements into which frameworks draw.
const APP_ROOTS: [&str; 6] = ["root", "app", "__next", "__nuxt", "___gatsby", "app-root"];

impl Facts {
    /// Notes an element.
    pub fn note_element(&mut self, element: &Element, html: &Html, id: NodeId) {
        let attr = |wanted: &str| {
            element.attrs().find(|(name, _)| *name == wanted).map(|(_, value)| value)
        };
        match element.name() {
            "html" => self.language = attr("lang").or_else(|| attr("xml:lang")).map(str::to_owned),
            "title" if self.title.is_empty() && is_html(element) => {
                self.title = normalized(&content(html, id, 2_000));
            }
            "meta" => self.note_meta(
                attr("property").or(attr("name")),
                attr("content"),
                attr("http-equiv"),
            ),
            "input" => {
                let is_password = attr("type").is_some_and(|t| t.eq_ignore_ascii_case("password"));
                self.passwords += u32::from(is_password);
            }
            "script" => {
                self.scripts += 1;
                let source = attr("src").unwrap_or("");
                if reads::is_challenge(source) {
                    self.challenge = Some(normalized(brief(source)));
                }
            }
            "noscript" if self.noscript.len() < 400 => {
                self.noscript.push_str(&content(html, id, 400))
            }
            "div" | "app-root" | "main" => {
                let name = attr("id").unwrap_or_else(|| element.name());
                let is_empty = || {
                    html.tree.get(id).is_some_and(|node| {
                        node.children().all(|child| match child.value() {
                            Node::Text(text) => text.trim().is_empty(),
                            Node::Comment(_) => true,
                            Node::Element(_)
                            | Node::Document
                            | Node::Fragment
                            | Node::Doctype(_)
                            | Node::ProcessingInstruction(_) => false,
                        })
                    })
                };
                self.is_shell |= APP_ROOTS.contains(&name) && is_empty();
            }
            _ => (),
        }
    }

    fn note_meta(&mut self, name: Option<&str>, content: Option<&str>, equiv: Option<&str>) {
        let Some(content) = content else { return };
        match name {
            Some("og:title") => self.shared_title = Some(normalized(brief(content))),
            Some("og:site_name") => self.site_name = Some(normalized(brief(content))),
            Some(_) | None => (),
        }
        if equiv.is_some_and(|equiv| equiv.eq_ignore_ascii_case("refresh")) {
            let target = content.split_once(['=']).map(|(_, target)| normalized(brief(target)));
            self.refresh = target.filter(|target| !target.is_empty());
        }
    }
}

/// The most bytes of an attribute that are read for a title or an address.
const BRIEF_BYTES: usize = 2_000;

/// Returns the start of an attribute's value, which may be as long as a page.
fn brief(value: &str) -> &str {
    &value[..value.floor_char_boundary(BRIEF_BYTES)]
}

fn is_html(element: &Element) -> bool {
    &*element.name.ns == "http://www.w3.org/1999/xhtml"
}

fn content(html: &Html, id: NodeId, chars_max: usize) -> String {
    let Some(node) = html.tree.get(id) else { return String::new() };
    let texts = node.children().filter_map(|child| child.value().as_text());
    texts.flat_map(|text| text.chars()).take(chars_max).collect()
}

/// Texts of fewer words may be a page about trouble; the shortest real policies have about as
/// many, but not these phrases.
const SHORT_WORDS: u32 = 150;
/// A notice that a page is missing is shorter than this.
const NOTICE_WORDS: u32 = 60;
/// Fewer words than this are no policy.
const TINY_WORDS: u32 = 20;

const PHRASES: [(TroubleKind, &[&str]); 6] = [
    (
        TroubleKind::BotWall,
        &[
            "verify you are human",
            "verify that you are human",
            "verify you are not a robot",
            "are you a robot",
            "are you human",
            "checking your browser",
            "captcha",
            "unusual traffic",
            "access denied",
            "you have been blocked",
            "request blocked",
            "security check",
            "just a moment",
            "bot detection",
            "ddos protection",
            "pardon our interruption",
            "automated requests",
            "suspicious activity",
        ],
    ),
    (
        TroubleKind::SoftMissing,
        &[
            "page not found",
            "404",
            "not found",
            "could not be found",
            "cannot be found",
            "can't be found",
            "page missing",
            "page doesn't exist",
            "page does not exist",
            "page isn't available",
            "page is not available",
            "page you requested",
            "page you are looking for",
            "page you're looking for",
            "no longer available",
            "no longer exists",
            "can't find that page",
            "seite nicht gefunden",
            "page introuvable",
            "p\u{e1}gina no encontrada",
            "pagina niet gevonden",
            "pagina non trovata",
        ],
    ),
    (
        TroubleKind::ErrorStatus,
        &[
            "internal server error",
            "bad gateway",
            "service unavailable",
            "service temporarily unavailable",
            "gateway timeout",
            "gateway time-out",
            "application error",
            "client-side exception",
            "something went wrong",
            "unexpected error",
            "an error occurred",
            "an error has occurred",
            "site is under maintenance",
            "down for maintenance",
            "too many requests",
            "error establishing a database connection",
        ],
    ),
    (
        TroubleKind::Redirected,
        &[
            "redirecting",
            "you are being redirected",
            "has moved",
            "301 moved",
            "302 found",
            "moved permanently",
        ],
    ),
    (
        TroubleKind::NeedsScript,
        &[
            "enable javascript",
            "javascript is disabled",
            "javascript is required",
            "requires javascript",
            "javascript to run this app",
            "activate javascript",
            "turn on javascript",
            "javascript must be enabled",
        ],
    ),
    (
        TroubleKind::Consent,
        &[
            "before you continue",
            "we use cookies",
            "accept all cookies",
            "accept cookies",
            "cookie preferences",
            "manage cookies",
        ],
    ),
];

/// Returns the signs of trouble on a page, strongest first.
pub fn signs(facts: &Facts, text: &Text) -> Vec<Trouble> {
    let words = text.blocks.iter().map(|block| super_weight(&block.words)).sum::<u32>();
    if SHORT_WORDS <= words {
        return Vec::new();
    }
    let mut signs = Vec::new();
    if words < SHORT_WORDS
        && let Some(target) = &facts.refresh
    {
        signs.push(Trouble::new(TroubleKind::Redirected, format!("a refresh leads to {target}")));
    }
    if let Some(source) = facts.challenge.as_ref().filter(|_| words < 60) {
        signs.push(Trouble::new(
            TroubleKind::BotWall,
            format!("a challenge is loaded from {source}"),
        ));
    }
    signs.extend(phrases(facts, text, words));
    if 0 < facts.passwords {
        let evidence = format!("a field for a password, and only {words} words");
        signs.push(Trouble::new(TroubleKind::Login, evidence));
    }
    if facts.is_shell && 0 < facts.scripts && words < 60 {
        let evidence = format!("an empty frame for an application, and only {words} words");
        signs.push(Trouble::new(TroubleKind::NeedsScript, evidence));
    }
    match words {
        0 => signs.push(Trouble::new(TroubleKind::Empty, "no words at all")),
        1..TINY_WORDS => {
            signs.push(Trouble::new(TroubleKind::Empty, format!("only {words} words")));
        }
        _ => (),
    }
    signs
}

/// Returns whether a passage says that a page or document is not there; longer ones tell of
/// something else.
pub fn missing_notice(words: &str) -> bool {
    let says = words.to_lowercase();
    let known = PHRASES.iter().filter(|(kind, _)| *kind == TroubleKind::SoftMissing);
    super_weight(words) < NOTICE_WORDS
        && known.flat_map(|(_, phrases)| *phrases).any(|phrase| holds(&says, phrase))
}

/// Weighs words as [`crate::extract::words::weigh`] does, so that Chinese counts as well.
fn super_weight(words: &str) -> u32 {
    crate::extract::words::weigh(words).words
}

/// Looks for the phrases of trouble: in title and headings always, in the words where they are
/// but a few.
fn phrases(facts: &Facts, text: &Text, words: u32) -> Vec<Trouble> {
    let mut heads = vec![("the title", facts.title.to_lowercase())];
    for block in text.blocks.iter() {
        if let BlockKind::Heading(_) = block.kind {
            heads.push(("a heading", block.words.to_lowercase()));
        }
    }
    let mut places = heads;
    if words < 60 {
        places.extend(text.blocks.iter().map(|block| ("the text", block.words.to_lowercase())));
    }
    if words < TINY_WORDS {
        places.push(("the words for those without scripts", facts.noscript.to_lowercase()));
    }
    let mut signs = Vec::new();
    for (kind, known) in PHRASES {
        let seen = places.iter().find_map(|(place, says)| {
            known.iter().find(|phrase| holds(says, phrase)).map(|phrase| (place, phrase))
        });
        if let Some((place, phrase)) = seen {
            let evidence = format!("{place} says \"{phrase}\", and there are only {words} words");
            signs.push(Trouble::new(kind, evidence));
        }
    }
    signs
}

/// Returns whether a phrase stands in words as a whole: "404" is not part of "1404".
fn holds(says: &str, phrase: &str) -> bool {
    says.match_indices(phrase).any(|(at, _)| {
        let before = says[..at].chars().next_back();
        let after = says[at + phrase.len()..].chars().next();
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}
