//! Markup without what no rule reads.
//!
//! The law: reading the reduced markup gives what reading the markup itself gives. It is made in
//! one pass, without a tree, and only of pages of which the pass knows for certain what the parser
//! makes of each stretch; of others there is none. Left out are the characters of scripts and
//! styles, what comments say, and the attributes of HTML elements that `reads` does not list.
//! Source of the states: WHATWG HTML 13.2.5.

use std::borrow::Cow;

use memchr::{memchr, memmem};

use crate::extract::{
    reads::{self, Readers, Use},
    tags::{Tag, is_space},
};

/// Returns `markup` without what no rule reads; `None` where that cannot be told for certain.
pub fn reduced(markup: &str, readers: Readers) -> Option<String> {
    let kept = String::with_capacity(markup.len());
    let tag = Tag::default();
    let mut pass = Pass { markup, readers, tag, kept, kept_until: 0, svg: 0, math: 0 };
    let mut at = 0;
    while let Some(found) = memchr(b'<', &markup.as_bytes()[at..]) {
        at = pass.pass(at + found)?;
    }
    pass.kept.push_str(&markup[pass.kept_until..]);
    Some(pass.kept)
}

/// One way through a page's markup.
struct Pass<'a> {
    markup: &'a str,
    readers: Readers,
    /// The tag that was read last, kept for its room.
    tag: Tag,
    kept: String,
    /// Up to where the markup was kept or left out.
    kept_until: usize,
    /// How many `svg` and `math` elements may be open; in truth there may be fewer, never more.
    svg: u32,
    math: u32,
}

impl<'a> Pass<'a> {
    fn bytes(&self) -> &'a [u8] {
        self.markup.as_bytes()
    }

    fn is_foreign(&self) -> bool {
        0 < self.svg + self.math
    }

    fn leave_out(&mut self, from: usize, until: usize) {
        self.kept.push_str(&self.markup[self.kept_until..from]);
        self.kept_until = until;
    }

    /// Reads what begins with the `<` at `at`, and returns where to go on.
    fn pass(&mut self, at: usize) -> Option<usize> {
        let after = &self.bytes()[at + 1..];
        match after.first()? {
            b'!' if after.starts_with(b"!--") => self.comment(at + 4),
            // Among foreign elements it may be a section of characters, which ends otherwise.
            b'!' if self.is_foreign() => None,
            b'/' if after.get(1)?.is_ascii_alphabetic() => self.end_tag(at + 2),
            // A document type, or a comment of sorts.
            b'!' | b'?' | b'/' => bearable(after, memchr(b'>', after)? + 1).map(|it| at + 1 + it),
            byte if byte.is_ascii_alphabetic() => self.start_tag(at + 1),
            _ => Some(at + 1),
        }
    }

    fn comment(&mut self, from: usize) -> Option<usize> {
        let rest = &self.bytes()[from..];
        if rest.starts_with(b">") || rest.starts_with(b"->") {
            return Some(from);
        }
        let plain = memmem::find(rest, b"-->");
        let length = match memmem::find(&rest[..plain.unwrap_or(rest.len())], b"--!>") {
            Some(banged) => banged,
            None => plain?,
        };
        let until = from + bearable(rest, length)?;
        if !reads::comment(&self.markup[from..until]) {
            self.leave_out(from, until);
        }
        // The end itself is passed over as characters, in which no `<` stands.
        Some(until)
    }

    fn read_tag(&mut self, at: usize) -> Option<Cow<'a, str>> {
        self.tag.read(self.bytes(), at)?;
        bearable(&self.bytes()[at..], self.tag.end - at)?;
        let name = self.tag.name(self.markup);
        Some(lower(name))
    }

    fn end_tag(&mut self, at: usize) -> Option<usize> {
        match &*self.read_tag(at)? {
            "svg" => self.svg = self.svg.saturating_sub(1),
            "math" => self.math = self.math.saturating_sub(1),
            _ => (),
        }
        Some(self.tag.end)
    }

    fn start_tag(&mut self, at: usize) -> Option<usize> {
        let name = self.read_tag(at)?;
        let end = self.tag.end;
        if self.is_foreign() {
            return self.foreign_tag(&name);
        }
        match &*name {
            "svg" | "math" if self.tag.is_closed => return Some(end),
            "svg" => self.svg = 1,
            "math" => self.math = 1,
            // Characters to the end, and a page of frames, in which scripts are none.
            "plaintext" | "frameset" => return None,
            _ => self.leave_out_attributes(&name),
        }
        match &*name {
            "title" | "textarea" | "xmp" | "iframe" | "noembed" | "noframes" | "noscript" => {
                self.end_of_characters(&name, end)
            }
            name if reads::is_unread(name) => {
                let until = self.end_of_characters(name, end)?;
                if is_escaped(&self.bytes()[end..until]) {
                    return None;
                }
                self.leave_out(end, until);
                Some(until)
            }
            _ => Some(end),
        }
    }

    /// Reads a start tag where `svg` or `math` may be open. They are closed by as many end tags at
    /// the latest, as long as nothing in them leads back to HTML with more of HTML within.
    fn foreign_tag(&mut self, name: &str) -> Option<usize> {
        let Tag { end, is_closed, .. } = self.tag;
        match name {
            "svg" => self.svg += u32::from(!is_closed),
            "math" => self.math += u32::from(!is_closed),
            "foreignobject" | "annotation-xml" | "mi" | "mo" | "mn" | "ms" | "mtext"
            | "plaintext" | "frameset" => return None,
            "title" | "desc" | "script" | "style" | "textarea" | "xmp" | "iframe" | "noembed"
            | "noframes" | "noscript" => {
                // Nothing but characters is the same in every namespace.
                let until = self.end_of_characters(name, end)?;
                let has_markup = memchr(b'<', &self.bytes()[end..until]).is_some();
                return (!is_closed && !has_markup).then_some(until);
            }
            _ => (),
        }
        Some(end)
    }

    /// Returns where the end tag begins that ends the characters of an element.
    fn end_of_characters(&self, name: &str, from: usize) -> Option<usize> {
        let bytes = self.bytes();
        let mut at = from;
        loop {
            at += memchr(b'<', &bytes[at..])?;
            let after = bytes.get(at + 2 + name.len())?;
            let is_end = bytes[at + 1] == b'/'
                && bytes[at + 2..at + 2 + name.len()].eq_ignore_ascii_case(name.as_bytes())
                && (is_space(*after) || matches!(after, b'/' | b'>'));
            if is_end {
                return Some(at);
            }
            at += 1;
        }
    }

    fn leave_out_attributes(&mut self, element: &str) {
        let markup = self.markup;
        if self.readers == Readers::RulesAndSelectors || !self.tag.may_be_cut(markup) {
            return;
        }
        let is_meta = element == "meta";
        let tells = |name: &str, value: &str| reads::is_fact(name, value) || may_hide(value);
        let attributes = std::mem::take(&mut self.tag.attributes);
        for it in &attributes {
            let (name, value) = (lower(it.name(markup)), it.value(markup));
            let is_content = || {
                let mut all = attributes.iter().map(|it| (lower(it.name(markup)), it));
                let mut is_told =
                    || all.any(|(n, it)| n != "content" && tells(&n, it.value(markup)));
                is_meta && name == "content" && is_told()
            };
            match reads::attribute(element, &name, value) {
                Use::Value => (),
                Use::Presence => self.leave_out(it.name_end, it.end),
                Use::Nothing if element == "script" && name == "src" && may_hide(value) => (),
                Use::Nothing if is_content() => (),
                Use::Nothing => self.leave_out(it.from, it.end),
            }
        }
        self.tag.attributes = attributes;
    }
}

/// Returns a name of an element or attribute as the tokenizer gives it.
fn lower(name: &str) -> Cow<'_, str> {
    match name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        true => Cow::Owned(name.to_ascii_lowercase()),
        false => Cow::Borrowed(name),
    }
}

/// Returns whether a value has character references that may stand for what would be read: any but
/// that of `&` itself. One without a semicolon stands for no sign that a rule looks for.
fn may_hide(value: &str) -> bool {
    value.match_indices('&').any(|(at, _)| {
        let rest = &value[at + 1..];
        let end = rest.bytes().position(|byte| !byte.is_ascii_alphanumeric());
        let is_reference =
            rest.starts_with('#') || end.is_some_and(|end| rest[end..].starts_with(';'));
        is_reference && !rest.starts_with("amp;")
    })
}

/// Within so few bytes are fewer attributes than the bound of `attributes`, wherever the pieces
/// are cut in which the parser is fed.
const BEARABLE_BYTES: usize = 8_192;

/// As many in a longer stretch, with those that may stand before and after it in its pieces, are
/// fewer as well.
const BEARABLE_ATTRIBUTES: usize = 4_000;

/// Returns `length` if no bound on attributes comes into play in a tag or comment of this length
/// at the start of `bytes`.
fn bearable(bytes: &[u8], length: usize) -> Option<usize> {
    let divides = |byte: &&u8| is_space(**byte) || matches!(byte, b'/' | b'"' | b'\'');
    let is_bearable = length <= BEARABLE_BYTES
        || bytes[..length].iter().filter(divides).count() <= BEARABLE_ATTRIBUTES;
    is_bearable.then_some(length)
}

/// Returns whether a script may hold an end tag that does not end it.
fn is_escaped(script: &[u8]) -> bool {
    let Some(at) = memmem::find(script, b"<!--") else { return false };
    script[at..].windows(7).any(|window| window.eq_ignore_ascii_case(b"<script"))
}
