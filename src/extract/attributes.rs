//! Counts the attributes of a tag that does not end.
//!
//! html5ever compares each new attribute of a tag with all before it, and tells nobody of a tag
//! until it ends: a million attributes on one tag cost hours. So the stretches in which the
//! parser is silent are read here as well, roughly but never too low.

/// More attributes than any page puts on one tag, few enough to compare each with each (some
/// 50 ms); a long value with so many words and a `<` but no `>` would be mistaken for such a tag.
const ATTRIBUTES_MAX: u32 = 10_000;

/// Where in a tag we are. Source: WHATWG HTML 13.2.5.8 and 13.2.5.32 to 39.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    TagName,
    BeforeName,
    Name,
    BeforeValue,
    DoubleQuoted,
    SingleQuoted,
    Unquoted,
}

const STATES: usize = 7;

/// Reads a stretch of the page for a tag with too many attributes.
///
/// Where the tag begins is not known for certain (a `<` may stand in a comment), so every `<`
/// before a letter is taken for a beginning; beginnings that came to the same state are one, with
/// the higher count.
#[derive(Clone, Debug, Default)]
pub struct TagReader {
    counts: [Option<u32>; STATES],
    after_angle: bool,
}

impl TagReader {
    /// Reads on. Returns whether some tag may have more attributes than is bearable.
    pub fn is_overrun_by(&mut self, piece: &str) -> bool {
        for byte in piece.bytes() {
            let mut next = [None; STATES];
            for (index, count) in self.counts.iter().enumerate() {
                let Some(count) = *count else { continue };
                let Some((state, added)) = step(STATE_OF[index], byte) else { continue };
                let count = count + added;
                if ATTRIBUTES_MAX < count {
                    return true;
                }
                let slot = &mut next[state as usize];
                *slot = (*slot).max(Some(count));
            }
            if self.after_angle && byte.is_ascii_alphabetic() {
                let slot = &mut next[State::TagName as usize];
                *slot = (*slot).max(Some(0));
            }
            self.after_angle = byte == b'<' || (self.after_angle && byte == b'/');
            self.counts = next;
        }
        false
    }
}

const STATE_OF: [State; STATES] = [
    State::TagName,
    State::BeforeName,
    State::Name,
    State::BeforeValue,
    State::DoubleQuoted,
    State::SingleQuoted,
    State::Unquoted,
];

/// Returns the state after `byte` and how many attributes began with it, or `None` where the
/// tag ends.
fn step(state: State, byte: u8) -> Option<(State, u32)> {
    let is_space = byte.is_ascii_whitespace();
    let next = match (state, byte) {
        (State::DoubleQuoted, b'"') | (State::SingleQuoted, b'\'') => State::BeforeName,
        (State::DoubleQuoted | State::SingleQuoted, _) => state,
        (_, b'>') => return None,
        (State::BeforeValue, b'"') => State::DoubleQuoted,
        (State::BeforeValue, b'\'') => State::SingleQuoted,
        (State::BeforeValue, _) if is_space => State::BeforeValue,
        (State::BeforeValue, _) => State::Unquoted,
        (State::Unquoted, _) if is_space => State::BeforeName,
        (State::Unquoted, _) => State::Unquoted,
        (State::TagName | State::Name, _) if is_space || byte == b'/' => State::BeforeName,
        (State::TagName, _) => State::TagName,
        (State::Name, b'=') => State::BeforeValue,
        (State::Name, _) => State::Name,
        // A name may be followed by spaces and then its `=`.
        (State::BeforeName, b'=') => State::BeforeValue,
        (State::BeforeName, _) if is_space || byte == b'/' => State::BeforeName,
        (State::BeforeName, _) => return Some((State::Name, 1)),
    };
    Some((next, 0))
}
