//! What the class, id and label of an element hint at.
//!
//! A hint is never proof: authors name things as they like, and policies stand in boxes called
//! `cookie-policy`. Whoever asks must weigh the words as well.

use scraper::node::Element;

/// What an author may have meant a box to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// A cookie or consent box.
    Consent,
    /// The way from the home page to here.
    Breadcrumb,
    /// Buttons for social networks.
    Share,
    /// Other pages that one might read.
    Related,
    /// A form for a newsletter.
    Newsletter,
    /// A menu, or a column beside the text.
    Menu,
    /// A table of contents.
    Contents,
    /// "Was this page helpful?"
    Feedback,
    /// A choice of languages.
    Language,
    /// Previous and next page.
    Pager,
    /// An advertisement for something of the site.
    Promotion,
    /// A call to action.
    Action,
    /// The page's foot.
    Footer,
    /// A form.
    Form,
    /// For readers of screens only, such as "skip to content".
    Skip,
    /// The root of a consent manager, named as its maker names it on every site.
    ConsentTool,
}

fn hint_of(token: &str) -> Option<Hint> {
    Some(match token {
        "gdpr" | "ccpa" | "cmp" => Hint::Consent,
        "breadcrumb" | "breadcrumbs" | "crumb" | "crumbs" => Hint::Breadcrumb,
        "share" | "sharing" | "social" | "socials" | "addtoany" | "sharethis" => Hint::Share,
        "related" | "recommended" | "recommendations" | "popular" | "trending" | "featured"
        | "suggested" | "similar" => Hint::Related,
        "newsletter" | "subscribe" | "signup" | "mailing" => Hint::Newsletter,
        "nav" | "navbar" | "navigation" | "menu" | "menubar" | "submenu" | "megamenu"
        | "sidebar" | "sidenav" | "leftnav" | "subnav" | "topnav" | "topbar" | "toolbar"
        | "drawer" | "header" | "masthead" | "hamburger" | "dropdown" => Hint::Menu,
        "toc" | "contents" | "jumplinks" | "scrollspy" | "onthispage" => Hint::Contents,
        "feedback" | "helpful" | "survey" | "rating" | "vote" | "votes" => Hint::Feedback,
        "language" | "languages" | "lang" | "locale" | "locales" => Hint::Language,
        "pager" | "pagination" | "prev" | "previous" | "next" => Hint::Pager,
        "promo" | "promotion" | "announcement" | "banner" | "advert" | "ad" | "ads" => {
            Hint::Promotion
        }
        "cta" => Hint::Action,
        "footer" | "colophon" => Hint::Footer,
        "form" => Hint::Form,
        "skip" | "skipnav" | "skiplink" => Hint::Skip,
        "onetrust" | "cookiebot" | "cybot" | "didomi" | "truste" | "trustarc" | "usercentrics"
        | "osano" | "cmplz" | "klaro" | "tarteaucitron" => Hint::ConsentTool,
        _ if token.contains("cookie") || token.contains("consent") => Hint::Consent,
        _ => return None,
    })
}

/// The hints of one element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hints(u16);

impl Hints {
    /// Reads class, id and `aria-label` of an element.
    pub fn of(element: &Element) -> Hints {
        let mut hints = Hints::default();
        for (name, value) in element.attrs() {
            if matches!(name, "class" | "id" | "aria-label" | "data-testid") {
                hints.read(value);
            }
        }
        hints
    }

    /// Returns whether the element hints at it.
    pub fn has(self, hint: Hint) -> bool {
        self.0 & (1 << hint as u16) != 0
    }

    fn read(&mut self, value: &str) {
        let mut token = String::new();
        let mut was_lower = false;
        // Class lists of generated styles run to kilobytes; their names come first.
        for c in value.chars().take(400).chain([' ']) {
            let is_new_word = c.is_ascii_uppercase() && was_lower;
            if !c.is_ascii_alphabetic() || is_new_word {
                self.read_token(&token);
                token.clear();
            }
            if c.is_ascii_alphabetic() {
                token.push(c.to_ascii_lowercase());
            }
            was_lower = c.is_ascii_lowercase();
        }
    }

    fn read_token(&mut self, token: &str) {
        if let (2.., Some(hint)) = (token.len(), hint_of(token)) {
            self.0 |= 1 << hint as u16;
        }
    }
}
