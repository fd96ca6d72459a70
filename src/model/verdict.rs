//! What an edit amounts to, with its reasons.
//!
//! Three axes: what happened to the clause (`Meaning`), whose duty or right it states (`Norm`),
//! and, from both, which way it goes (`Direction`). The reasons are the words that decided.

use std::ops::Range;

use crate::model::page::PageId;

/// What an edit does to its clause, weakest first: a change's verdict is that of its strongest
/// edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Meaning {
    /// No word that counts is another: typography, numbering, a move, page furniture.
    Cosmetic,
    /// Words are others, yet nothing that binds anyone: synonyms, references, date stamps.
    Editorial,
    /// More people, things, places or purposes are covered.
    Widened,
    /// Fewer people, things, places or purposes are covered.
    Narrowed,
    /// A trigger, precondition, deadline, duration, number or threshold is another.
    Condition,
    /// A carve-out was added, removed or altered.
    Exception,
    /// A clause has no counterpart before.
    Added,
    /// The force of the clause rose.
    Strengthened,
    /// The force of the clause fell.
    Weakened,
    /// A clause has no counterpart after.
    Removed,
}

impl Meaning {
    /// Every meaning, weakest first.
    pub const ALL: [Meaning; 10] = [
        Meaning::Cosmetic,
        Meaning::Editorial,
        Meaning::Widened,
        Meaning::Narrowed,
        Meaning::Condition,
        Meaning::Exception,
        Meaning::Added,
        Meaning::Strengthened,
        Meaning::Weakened,
        Meaning::Removed,
    ];

    /// Returns a stable code for the record, the command line and scripts.
    pub fn code(self) -> &'static str {
        match self {
            Meaning::Cosmetic => "cosmetic",
            Meaning::Editorial => "editorial",
            Meaning::Widened => "widened",
            Meaning::Narrowed => "narrowed",
            Meaning::Condition => "condition",
            Meaning::Exception => "exception",
            Meaning::Added => "added",
            Meaning::Strengthened => "strengthened",
            Meaning::Weakened => "weakened",
            Meaning::Removed => "removed",
        }
    }

    /// Returns the meaning with this code.
    pub fn from_code(code: &str) -> Option<Meaning> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Returns whether something that binds someone is another.
    pub fn is_substantive(self) -> bool {
        match self {
            Meaning::Cosmetic | Meaning::Editorial => false,
            Meaning::Widened
            | Meaning::Narrowed
            | Meaning::Condition
            | Meaning::Exception
            | Meaning::Added
            | Meaning::Strengthened
            | Meaning::Weakened
            | Meaning::Removed => true,
        }
    }
}

/// What the words concerned state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Norm {
    /// The company binds itself, or states a practice that protects.
    Commitment,
    /// The company may do, does or disclaims something at others' cost.
    Reservation,
    /// Users must, or must not.
    UserDuty,
    /// Users may, can, are entitled.
    UserRight,
    /// The meaning or reach of a term.
    Definition,
    /// None of these: addresses, dates, headings.
    Fact,
}

impl Norm {
    /// Every norm.
    pub const ALL: [Norm; 6] = [
        Norm::Commitment,
        Norm::Reservation,
        Norm::UserDuty,
        Norm::UserRight,
        Norm::Definition,
        Norm::Fact,
    ];

    /// Returns a stable code.
    pub fn code(self) -> &'static str {
        match self {
            Norm::Commitment => "commitment",
            Norm::Reservation => "reservation",
            Norm::UserDuty => "user_duty",
            Norm::UserRight => "user_right",
            Norm::Definition => "definition",
            Norm::Fact => "fact",
        }
    }

    /// Returns the norm with this code.
    pub fn from_code(code: &str) -> Option<Norm> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Who is bound by the words concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bound {
    /// The company.
    Company,
    /// Its users or customers.
    User,
    /// Others: partners, authorities, suppliers.
    Other,
    /// Nobody, or it cannot be told.
    Nobody,
}

impl Bound {
    /// Every answer.
    pub const ALL: [Bound; 4] = [Bound::Company, Bound::User, Bound::Other, Bound::Nobody];

    /// Returns a stable code.
    pub fn code(self) -> &'static str {
        match self {
            Bound::Company => "company",
            Bound::User => "user",
            Bound::Other => "other",
            Bound::Nobody => "nobody",
        }
    }

    /// Returns the answer with this code.
    pub fn from_code(code: &str) -> Option<Bound> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Which way an edit goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Nobody is bound more or less.
    Neutral,
    /// More is asked of users.
    UserMore,
    /// Less is asked of users.
    UserLess,
    /// Something is another, and which way it goes cannot be told.
    Unclear,
    /// The company is bound more, or the public protected better.
    Tighter,
    /// The company is bound less, or the public protected worse.
    Looser,
}

impl Direction {
    /// Every direction, least weight first.
    pub const ALL: [Direction; 6] = [
        Direction::Neutral,
        Direction::UserMore,
        Direction::UserLess,
        Direction::Unclear,
        Direction::Tighter,
        Direction::Looser,
    ];

    /// Returns a stable code.
    pub fn code(self) -> &'static str {
        match self {
            Direction::Neutral => "neutral",
            Direction::UserMore => "user_more",
            Direction::UserLess => "user_less",
            Direction::Unclear => "unclear",
            Direction::Tighter => "tighter",
            Direction::Looser => "looser",
        }
    }

    /// Returns the direction with this code.
    pub fn from_code(code: &str) -> Option<Direction> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// How far a verdict can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sureness {
    /// Wording is another; a reader should look.
    Low,
    /// Several things are another at once, or the words that decided are weak.
    Medium,
    /// One thing is another, and the words say which.
    High,
}

impl Sureness {
    /// Every degree, least first.
    pub const ALL: [Sureness; 3] = [Sureness::Low, Sureness::Medium, Sureness::High];

    /// Returns a stable code.
    pub fn code(self) -> &'static str {
        match self {
            Sureness::Low => "low",
            Sureness::Medium => "medium",
            Sureness::High => "high",
        }
    }

    /// Returns the degree with this code.
    pub fn from_code(code: &str) -> Option<Sureness> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What else is to be said about an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// The clause stands elsewhere now.
    Moved,
    /// Its number is another.
    Renumbered,
    /// A sentence ends or begins elsewhere; the words went to or came from the neighbours.
    Resegmented,
    /// A statement of when the page was last updated.
    DateStamp,
    /// Page furniture.
    Furniture,
    /// A reference, link or citation is another.
    Reference,
    /// A reference, link or citation is gone.
    EvidenceLost,
    /// An address, telephone number or mailbox is another.
    Contact,
    /// A name or term was replaced.
    Renamed,
    /// A carve-out came.
    ExceptionAdded,
    /// A carve-out went.
    ExceptionRemoved,
    /// The test of a carve-out is another.
    ExceptionChanged,
    /// A time or duration is another.
    Deadline,
    /// A number is another.
    Number,
    /// A condition is another.
    Trigger,
    /// A word that limits the force is another.
    Hedge,
    /// What was denied is affirmed, or the reverse.
    Polarity,
    /// "Only" or a like word is another.
    Exclusivity,
    /// A statement of its own came or went within the sentence.
    Appended,
    /// Members of an enumeration came or went.
    List,
    /// A limit on use that protects third parties.
    Safeguard,
    /// The clause stands on another page of the company.
    OnOtherPage,
    /// The same words stand elsewhere in the text still.
    Duplicate,
    /// Several things are another, some one way and some the other.
    Mixed,
    /// The counterpart cannot be told from others.
    Ambiguous,
}

impl Tag {
    /// Every tag.
    pub const ALL: [Tag; 25] = [
        Tag::Moved,
        Tag::Renumbered,
        Tag::Resegmented,
        Tag::DateStamp,
        Tag::Furniture,
        Tag::Reference,
        Tag::EvidenceLost,
        Tag::Contact,
        Tag::Renamed,
        Tag::ExceptionAdded,
        Tag::ExceptionRemoved,
        Tag::ExceptionChanged,
        Tag::Deadline,
        Tag::Number,
        Tag::Trigger,
        Tag::Hedge,
        Tag::Polarity,
        Tag::Exclusivity,
        Tag::Appended,
        Tag::List,
        Tag::Safeguard,
        Tag::OnOtherPage,
        Tag::Duplicate,
        Tag::Mixed,
        Tag::Ambiguous,
    ];

    /// Returns a stable code.
    pub fn code(self) -> &'static str {
        match self {
            Tag::Moved => "moved",
            Tag::Renumbered => "renumbered",
            Tag::Resegmented => "resegmented",
            Tag::DateStamp => "date_stamp",
            Tag::Furniture => "furniture",
            Tag::Reference => "reference",
            Tag::EvidenceLost => "evidence_lost",
            Tag::Contact => "contact",
            Tag::Renamed => "renamed",
            Tag::ExceptionAdded => "exception_added",
            Tag::ExceptionRemoved => "exception_removed",
            Tag::ExceptionChanged => "exception_changed",
            Tag::Deadline => "deadline",
            Tag::Number => "number",
            Tag::Trigger => "trigger",
            Tag::Hedge => "hedge",
            Tag::Polarity => "polarity",
            Tag::Exclusivity => "exclusivity",
            Tag::Appended => "appended",
            Tag::List => "list",
            Tag::Safeguard => "safeguard",
            Tag::OnOtherPage => "on_other_page",
            Tag::Duplicate => "duplicate",
            Tag::Mixed => "mixed",
            Tag::Ambiguous => "ambiguous",
        }
    }

    /// Returns the tag with this code.
    pub fn from_code(code: &str) -> Option<Tag> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// Which of two passages a place is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// The passage before.
    Before,
    /// The passage after.
    After,
}

/// Words that decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    /// Where they stand.
    pub side: Side,
    /// Their bytes in the words of the passage.
    pub span: Range<usize>,
    /// The words as written.
    pub words: String,
}

/// What an edit amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What happened to the clause.
    pub meaning: Meaning,
    /// Which way it goes.
    pub direction: Direction,
    /// What the words concerned state.
    pub norm: Norm,
    /// Who is bound by them.
    pub bound: Bound,
    /// How far this can be relied on.
    pub sureness: Sureness,
    /// What else is to be said, in the order of [`Tag::ALL`], each once.
    pub tags: Vec<Tag>,
    /// The words that decided, in order of place; at most [`Verdict::TRIGGERS_MAX`].
    pub triggers: Vec<Trigger>,
    /// The other page of the company on which a lost clause stands, or where one that came stood
    /// before. It is all of what was lost, or came, that stands elsewhere where the verdict has
    /// [`Tag::OnOtherPage`], and a part of it otherwise.
    pub on_page: Option<Box<OtherPage>>,
}

/// Another page of the company.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherPage {
    /// Its id.
    pub page: PageId,
    /// What the watchlist called it then.
    pub title: String,
}

impl Verdict {
    /// The most triggers that are kept.
    pub const TRIGGERS_MAX: usize = 16;

    /// Returns the verdict on what touches no norm.
    pub fn quiet(meaning: Meaning, tags: Vec<Tag>) -> Verdict {
        Verdict {
            meaning,
            direction: Direction::Neutral,
            norm: Norm::Fact,
            bound: Bound::Nobody,
            sureness: Sureness::High,
            tags,
            triggers: Vec::new(),
            on_page: None,
        }
    }

    /// Returns how much it weighs: what binds before what does not, then by direction, then
    /// promises before the rest, then by meaning. Greater is stronger. A promise that was lost or
    /// softened, though it is not clear how far, weighs more than one that is better now.
    pub fn weight(&self) -> Weight {
        let is_lost = self.norm == Norm::Commitment
            && self.direction == Direction::Unclear
            && matches!(self.meaning, Meaning::Weakened | Meaning::Removed);
        Weight {
            is_substantive: self.meaning.is_substantive(),
            is_loss: is_lost || self.direction == Direction::Looser,
            direction: self.direction,
            is_promise: self.norm == Norm::Commitment,
            meaning: self.meaning,
            sureness: self.sureness,
        }
    }

    /// Returns whether words of weight are others and nobody can tell what that means: somebody
    /// may be bound otherwise, so a reader has to look.
    pub fn is_unclear(&self) -> bool {
        self.meaning == Meaning::Editorial && self.sureness == Sureness::Low
    }

    /// Returns whether somebody is bound otherwise, or may be.
    pub fn may_bind(&self) -> bool {
        self.meaning.is_substantive() || self.is_unclear()
    }

    /// Returns whether it has a tag.
    pub fn has(&self, tag: Tag) -> bool {
        self.tags.contains(&tag)
    }
}

/// How much a verdict weighs; greater is stronger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Weight {
    is_substantive: bool,
    is_loss: bool,
    direction: Direction,
    is_promise: bool,
    meaning: Meaning,
    sureness: Sureness,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_what_they_name() {
        for it in Meaning::ALL {
            assert_eq!(Meaning::from_code(it.code()), Some(it));
        }
        for it in Norm::ALL {
            assert_eq!(Norm::from_code(it.code()), Some(it));
        }
        for it in Bound::ALL {
            assert_eq!(Bound::from_code(it.code()), Some(it));
        }
        for it in Direction::ALL {
            assert_eq!(Direction::from_code(it.code()), Some(it));
        }
        for it in Sureness::ALL {
            assert_eq!(Sureness::from_code(it.code()), Some(it));
        }
        for it in Tag::ALL {
            assert_eq!(Tag::from_code(it.code()), Some(it));
        }
    }

    #[test]
    fn a_promise_that_loosened_weighs_more_than_any_editorial_edit() {
        let mut looser = Verdict::quiet(Meaning::Widened, Vec::new());
        looser.direction = Direction::Looser;
        let mut tighter = Verdict::quiet(Meaning::Removed, Vec::new());
        tighter.direction = Direction::Tighter;
        let editorial = Verdict::quiet(Meaning::Editorial, Vec::new());
        assert!(tighter.weight() < looser.weight());
        let mut softened = Verdict::quiet(Meaning::Weakened, Vec::new());
        (softened.norm, softened.direction) = (Norm::Commitment, Direction::Unclear);
        assert!(tighter.weight() < softened.weight() && softened.weight() < looser.weight());
        assert!(editorial.weight() < tighter.weight());
    }
}
