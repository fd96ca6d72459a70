//! What an element's name means to a reader: shown or not, running on or a block of its own.

/// What a node of the page is to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// A run of characters.
    Text,
    /// Never shown to a reader, or shown by something that is not part of the page.
    Unseen,
    /// Runs on within the line: `span`, `a`, `b` and all names that nobody knows.
    Inline,
    /// A link.
    Anchor,
    /// `button`.
    Button,
    /// A form's field without words of its own: `input`.
    Field,
    /// `textarea`, whose words may be an agreement or what the user is to write.
    TextArea,
    /// `br`.
    Break,
    /// `hr`.
    Rule,
    /// A heading, level 1 to 6.
    Heading(u8),
    /// `p`, `div`, `section` and whatever else begins a line of its own.
    Block,
    /// `summary` or `legend`: a caption of what follows.
    Caption,
    /// `pre` and its kind: line ends count.
    Pre,
    /// `ol`.
    Ordered,
    /// `ul` and `menu`.
    Unordered,
    /// `li`.
    Item,
    /// `table`.
    Table,
    /// `tr`.
    Row,
    /// `td` or `th`.
    Cell,
    /// `nav`.
    Nav,
    /// `footer`.
    Footer,
    /// `header`.
    Header,
    /// `aside`.
    Aside,
    /// `dialog`.
    Dialog,
    /// `main`.
    Main,
    /// `article`.
    Article,
}

impl Tag {
    /// Returns what the HTML element `name`, in lower case, is to us.
    pub fn of(name: &str) -> Tag {
        match name {
            "script" | "style" | "noscript" | "template" | "iframe" | "object" | "embed"
            | "canvas" | "head" | "title" | "meta" | "link" | "svg" | "select" | "datalist"
            | "audio" | "video" | "picture" | "source" | "track" | "map" | "frameset" | "frame"
            | "noframes" | "progress" | "meter" | "param" | "img" | "noembed" | "area"
            | "annotation" | "annotation-xml" => Tag::Unseen,
            "a" => Tag::Anchor,
            "button" => Tag::Button,
            "input" => Tag::Field,
            "textarea" => Tag::TextArea,
            "br" => Tag::Break,
            "hr" => Tag::Rule,
            "h1" => Tag::Heading(1),
            "h2" => Tag::Heading(2),
            "h3" => Tag::Heading(3),
            "h4" => Tag::Heading(4),
            "h5" => Tag::Heading(5),
            "h6" => Tag::Heading(6),
            "summary" | "legend" => Tag::Caption,
            "pre" | "xmp" | "listing" | "plaintext" => Tag::Pre,
            "ol" => Tag::Ordered,
            "ul" | "menu" | "dir" => Tag::Unordered,
            "li" => Tag::Item,
            "table" => Tag::Table,
            "tr" => Tag::Row,
            "td" | "th" => Tag::Cell,
            "nav" => Tag::Nav,
            "footer" => Tag::Footer,
            "header" => Tag::Header,
            "aside" => Tag::Aside,
            "dialog" => Tag::Dialog,
            "main" => Tag::Main,
            "article" => Tag::Article,
            "html" | "body" | "p" | "div" | "section" | "dl" | "dt" | "dd" | "blockquote"
            | "center" | "address" | "details" | "fieldset" | "figure" | "figcaption" | "form"
            | "hgroup" | "search" | "thead" | "tbody" | "tfoot" | "caption" | "colgroup"
            | "optgroup" | "slot" => Tag::Block,
            _ => Tag::Inline,
        }
    }

    /// Returns whether it begins a line of its own.
    pub fn is_block(self) -> bool {
        match self {
            Tag::Text
            | Tag::Unseen
            | Tag::Inline
            | Tag::Anchor
            | Tag::Button
            | Tag::Field
            | Tag::Break => false,
            Tag::TextArea
            | Tag::Rule
            | Tag::Heading(_)
            | Tag::Block
            | Tag::Caption
            | Tag::Pre
            | Tag::Ordered
            | Tag::Unordered
            | Tag::Item
            | Tag::Table
            | Tag::Row
            | Tag::Cell
            | Tag::Nav
            | Tag::Footer
            | Tag::Header
            | Tag::Aside
            | Tag::Dialog
            | Tag::Main
            | Tag::Article => true,
        }
    }
}
