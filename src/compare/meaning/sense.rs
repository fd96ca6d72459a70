//! What a term does in a clause.

/// What a term does in a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sense {
    /// It looks like a term and is none: `may 2024`, `help center`.
    Mask,
    /// It looks like a term and is an ordinary noun.
    Plain,
    /// How firmly the clause binds: 100 absolutely, 80 firmly, 60 as a practice, 50 for now, 45
    /// to 35 with effort, 30 by intent, 20 if it pleases.
    Force(u8),
    /// It lowers the force.
    Hedge,
    /// It raises the force.
    Emphasis,
    /// It leaves the matter to whoever acts.
    Discretion,
    /// It says how sure one must be.
    Threshold,
    /// It denies.
    Negation,
    /// It opens a carve-out.
    Exception,
    /// It is a carve-out by itself: `to the extent permitted by law`.
    Legal,
    /// It opens a condition.
    Condition,
    /// It says when, without a date: `promptly`.
    Vague,
    /// It limits to what follows.
    Exclusive,
    /// It limits what it stands before: `certain`.
    Partial,
    /// It opens examples: `such as`.
    Example,
    /// It names the company.
    Company,
    /// It names the users.
    User,
}
