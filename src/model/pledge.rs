//! A pledge's life: where its clause stands, what it says there, and what happened to it.

use jiff::civil::Date;

use crate::model::{edit::Mark, page::PageId, time::Timestamp, verdict::Verdict};

/// A point in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// The index of the block.
    pub block: usize,
    /// The byte in the block's words.
    pub byte: usize,
}

/// Where something stands in a text: from a point up to another, mostly one sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// Where it begins.
    pub from: Point,
    /// Where it ends; in the block of `from` or a later one.
    pub to: Point,
}

/// How a pledge stands in a version, its wording beside the one that was quoted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// It says what it said when its quotation was found.
    Quoted,
    /// It says it in other words.
    Reworded,
    /// It covers less, or holds under more conditions or exceptions.
    Narrowed,
    /// It binds less.
    Weakened,
    /// It binds more, or covers more.
    Strengthened,
    /// It cannot be told apart from others, or from what has come in its place.
    Ambiguous,
    /// It is there no more.
    Missing,
    /// It was never found.
    Unfound,
}

impl Standing {
    /// Every standing.
    pub const ALL: [Standing; 8] = [
        Standing::Quoted,
        Standing::Reworded,
        Standing::Narrowed,
        Standing::Weakened,
        Standing::Strengthened,
        Standing::Ambiguous,
        Standing::Missing,
        Standing::Unfound,
    ];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Standing::Quoted => "quoted",
            Standing::Reworded => "reworded",
            Standing::Narrowed => "narrowed",
            Standing::Weakened => "weakened",
            Standing::Strengthened => "strengthened",
            Standing::Ambiguous => "ambiguous",
            Standing::Missing => "missing",
            Standing::Unfound => "unfound",
        }
    }

    /// Returns the standing with this code.
    pub fn from_code(code: &str) -> Option<Standing> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            Standing::Quoted => "as quoted",
            Standing::Reworded => "reworded",
            Standing::Narrowed => "narrowed",
            Standing::Weakened => "weakened",
            Standing::Strengthened => "strengthened",
            Standing::Ambiguous => "ambiguous",
            Standing::Missing => "missing",
            Standing::Unfound => "not found yet",
        }
    }
}

/// What a version did to a pledge, in order of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Happening {
    /// Nothing of its own: only what stands beside it is other.
    Kept,
    /// It was found by its quotation.
    Found,
    /// Its number alone is another.
    Renumbered,
    /// It stands elsewhere, in the same words.
    Moved,
    /// It says the same in other words, or cannot be judged.
    Reworded,
    /// It binds or covers more.
    Strengthened,
    /// It covers less, or holds under more conditions or exceptions.
    Narrowed,
    /// It binds less.
    Weakened,
    /// It stands again, after it could not be found.
    Back,
    /// It can no longer be told apart from others.
    Ambiguous,
    /// It is there no more.
    Missing,
}

impl Happening {
    /// Every happening, in order of weight.
    pub const ALL: [Happening; 11] = [
        Happening::Kept,
        Happening::Found,
        Happening::Renumbered,
        Happening::Moved,
        Happening::Reworded,
        Happening::Strengthened,
        Happening::Narrowed,
        Happening::Weakened,
        Happening::Back,
        Happening::Ambiguous,
        Happening::Missing,
    ];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Happening::Kept => "kept",
            Happening::Found => "found",
            Happening::Renumbered => "renumbered",
            Happening::Moved => "moved",
            Happening::Reworded => "reworded",
            Happening::Strengthened => "strengthened",
            Happening::Narrowed => "narrowed",
            Happening::Weakened => "weakened",
            Happening::Back => "back",
            Happening::Ambiguous => "ambiguous",
            Happening::Missing => "missing",
        }
    }

    /// Returns the happening with this code.
    pub fn from_code(code: &str) -> Option<Happening> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What a version did to a pledge and to what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The strongest thing that happened to the clause itself.
    pub what: Happening,
    /// Its number before and after, where they differ.
    pub numbers: Option<(String, String)>,
    /// Whether it stands elsewhere, relative to what kept its place.
    pub moved: bool,
    /// What makes it unsure that the clause is the same one, or why it is ambiguous or missing;
    /// empty where there is no doubt.
    pub doubt: String,
    /// Its words before, where there were any.
    pub before: Option<String>,
    /// Its words after, where there are any; those of the likeliest where it is ambiguous.
    pub after: Option<String>,
    /// Before and after as one marked run of words, where they differ.
    pub marks: Vec<Mark>,
    /// What that amounts to, where its words differ.
    pub verdict: Option<Verdict>,
    /// What was altered around it.
    pub beside: Vec<Beside>,
}

/// A clause beside a pledge that was altered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// How.
    pub how: BesideHow,
    /// What it is to the pledge.
    pub role: Role,
    /// Its words before, where it was there.
    pub before: Option<String>,
    /// Its words after, where it is there.
    pub after: Option<String>,
}

/// How a clause beside a pledge was altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BesideHow {
    /// It was not there before.
    Added,
    /// It is there no more.
    Removed,
    /// It has other words.
    Reworded,
}

impl BesideHow {
    /// Every way.
    pub const ALL: [BesideHow; 3] = [BesideHow::Added, BesideHow::Removed, BesideHow::Reworded];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            BesideHow::Added => "added",
            BesideHow::Removed => "removed",
            BesideHow::Reworded => "reworded",
        }
    }

    /// Returns the way with this code.
    pub fn from_code(code: &str) -> Option<BesideHow> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}

/// What a clause beside a pledge is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// It takes something out of the pledge.
    Exception,
    /// It makes the pledge depend on something.
    Condition,
    /// It leads to where more is said of the pledge.
    Reference,
    /// It leads in the list or section in which the pledge stands.
    LeadIn,
    /// It says something else.
    Neighbor,
}

impl Role {
    /// Every role.
    pub const ALL: [Role; 5] =
        [Role::Exception, Role::Condition, Role::Reference, Role::LeadIn, Role::Neighbor];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            Role::Exception => "exception",
            Role::Condition => "condition",
            Role::Reference => "reference",
            Role::LeadIn => "lead_in",
            Role::Neighbor => "neighbor",
        }
    }

    /// Returns the role with this code.
    pub fn from_code(code: &str) -> Option<Role> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }

    /// Returns it in words.
    pub fn words(self) -> &'static str {
        match self {
            Role::Exception => "exception",
            Role::Condition => "condition",
            Role::Reference => "reference",
            Role::LeadIn => "lead-in",
            Role::Neighbor => "clause",
        }
    }
}

/// How a pledge stands in one version of its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PledgeState {
    /// The pledge's id.
    pub pledge: PageId,
    /// The quotation by which it was found.
    pub quote: String,
    /// How it stands.
    pub standing: Standing,
    /// Where it stands, or the likeliest place where it is ambiguous.
    pub place: Option<Place>,
    /// Its words there; empty where it has no place.
    pub words: String,
    /// What the version did to it; `None` if nothing.
    pub step: Option<Step>,
}

/// What a change did to a pledge of its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PledgeChange {
    /// The pledge's id.
    pub pledge: PageId,
    /// What people call it.
    pub name: String,
    /// How it stands after.
    pub standing: Standing,
    /// What happened; `None` if it stands as it stood.
    pub step: Option<Step>,
}

impl PledgeChange {
    /// Returns whether it is worth a line of its own: anything but a renumbering.
    pub fn is_told(&self) -> bool {
        self.step.as_ref().is_some_and(|step| {
            !step.beside.is_empty()
                || match step.what {
                    Happening::Kept | Happening::Renumbered => false,
                    Happening::Found
                    | Happening::Moved
                    | Happening::Reworded
                    | Happening::Strengthened
                    | Happening::Narrowed
                    | Happening::Weakened
                    | Happening::Back
                    | Happening::Ambiguous
                    | Happening::Missing => true,
                }
        })
    }
}

/// Something about a pledge that is no change of its page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The quotation stands in several clauses: which is meant cannot be told.
    Indistinct {
        /// The quotation.
        quote: String,
    },
    /// The deadline is near.
    Nears {
        /// The deadline.
        deadline: Date,
        /// How the pledge stands.
        standing: Standing,
    },
    /// An edit moved, dropped or set the time that its clause names.
    Retimed {
        /// The time before in the words of the page, where one was named.
        before: Option<String>,
        /// The time after, where one is named.
        after: Option<String>,
    },
    /// The deadline passed.
    Lapsed {
        /// The deadline.
        deadline: Date,
        /// How the pledge stands.
        standing: Standing,
        /// Since when it says what it says.
        since: Option<Timestamp>,
        /// When the page was last read.
        read_at: Option<Timestamp>,
    },
}

/// What a person added to a pledge's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// What it is.
    pub kind: NoteKind,
    /// The day of which it speaks.
    pub on: Date,
    /// Where it was said; empty if not given.
    pub source: String,
    /// What was said.
    pub words: String,
    /// When it was added.
    pub recorded_at: Timestamp,
}

/// What a person's entry in a pledge's life is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// A statement made elsewhere.
    Said,
    /// The condition was met.
    Met,
    /// The condition was not met after all: the mark before is taken back.
    NotMet,
}

impl NoteKind {
    /// Every kind.
    pub const ALL: [NoteKind; 3] = [NoteKind::Said, NoteKind::Met, NoteKind::NotMet];

    /// Returns a stable code for the record and for scripts.
    pub fn code(self) -> &'static str {
        match self {
            NoteKind::Said => "said",
            NoteKind::Met => "met",
            NoteKind::NotMet => "not_met",
        }
    }

    /// Returns the kind with this code.
    pub fn from_code(code: &str) -> Option<NoteKind> {
        Self::ALL.into_iter().find(|it| it.code() == code)
    }
}
