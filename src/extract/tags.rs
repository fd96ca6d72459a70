//! Where the parts of a tag stand in the markup. Source: WHATWG HTML 13.2.5.6 to 40.

/// One attribute.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    /// What divides it from what is before.
    pub from: usize,
    name_from: usize,
    /// The end of its name.
    pub name_end: usize,
    value: (usize, usize),
    is_quoted: bool,
    /// Its end, with its quotes.
    pub end: usize,
}

impl Attribute {
    /// Returns its name as written.
    pub fn name<'a>(&self, markup: &'a str) -> &'a str {
        &markup[self.name_from..self.name_end]
    }

    /// Returns its value as written, without its quotes.
    pub fn value<'a>(&self, markup: &'a str) -> &'a str {
        &markup[self.value.0..self.value.1]
    }

    fn is_plain(&self, bytes: &[u8]) -> bool {
        let name = &bytes[self.name_from..self.name_end];
        self.from < self.name_from && !name.starts_with(b"=")
    }
}

/// A start tag or an end tag.
#[derive(Debug, Default)]
pub struct Tag {
    name: (usize, usize),
    /// Its attributes, in order.
    pub attributes: Vec<Attribute>,
    /// Whether it ends in `/>`.
    pub is_closed: bool,
    /// What comes after it.
    pub end: usize,
}

impl Tag {
    /// Returns its name as written.
    pub fn name<'a>(&self, markup: &'a str) -> &'a str {
        &markup[self.name.0..self.name.1]
    }

    /// Returns whether attributes can be cut out of it without making others of the rest.
    pub fn may_be_cut(&self, markup: &str) -> bool {
        let bytes = markup.as_bytes();
        // `<br class=a data-b="c"/>` without the second would end in the value `a/`.
        let is_tight = self.is_closed
            && !is_space(bytes[self.end - 3])
            && self.attributes.iter().any(|it| !it.is_quoted);
        !is_tight && self.attributes.iter().all(|it| it.is_plain(bytes))
    }

    /// Reads the tag whose name begins at `at`; `None` if the page ends in it.
    pub fn read(&mut self, bytes: &[u8], at: usize) -> Option<()> {
        self.attributes.clear();
        self.is_closed = false;
        let name_end = at + bytes[at..].iter().position(|&byte| ends_name(byte))?;
        self.name = (at, name_end);
        let mut at = name_end;
        loop {
            let from = at;
            at += bytes[at..].iter().position(|&byte| !is_space(byte) && byte != b'/')?;
            if bytes[at] == b'>' {
                self.is_closed = bytes[at - 1] == b'/' && from < at;
                self.end = at + 1;
                return Some(());
            }
            let attribute = attribute(bytes, from, at)?;
            at = attribute.end;
            self.attributes.push(attribute);
        }
    }
}

fn attribute(bytes: &[u8], from: usize, name_from: usize) -> Option<Attribute> {
    // A name may begin with `=`.
    let rest = &bytes[name_from + 1..];
    let name_end = name_from + 1 + rest.iter().position(|&byte| ends_name(byte) || byte == b'=')?;
    let none = Attribute {
        from,
        name_from,
        name_end,
        value: (name_end, name_end),
        is_quoted: false,
        end: name_end,
    };
    let sign = name_end + bytes[name_end..].iter().position(|&byte| !is_space(byte))?;
    if bytes[sign] != b'=' {
        return Some(none);
    }
    let at = sign + 1 + bytes[sign + 1..].iter().position(|&byte| !is_space(byte))?;
    match bytes[at] {
        b'>' => Some(Attribute { end: at, ..none }),
        quote @ (b'"' | b'\'') => {
            let until = at + 1 + memchr::memchr(quote, &bytes[at + 1..])?;
            Some(Attribute { value: (at + 1, until), is_quoted: true, end: until + 1, ..none })
        }
        _ => {
            let ends = |&byte: &u8| is_space(byte) || byte == b'>';
            let until = at + bytes[at..].iter().position(ends)?;
            Some(Attribute { value: (at, until), end: until, ..none })
        }
    }
}

fn ends_name(byte: u8) -> bool {
    is_space(byte) || matches!(byte, b'/' | b'>')
}

/// Returns whether the tokenizer takes a byte for white space; it makes a line end of `\r`.
pub fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\t' | b'\r' | b'\x0c')
}
