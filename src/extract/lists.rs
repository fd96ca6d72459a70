//! The numbers that lists show before their items.

/// How an ordered list numbers its items. Source: WHATWG HTML 4.4.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Numbering {
    /// None: a bullet, or nothing.
    Bullet,
    /// `1.`
    Decimal,
    /// `a.`
    LowerLetter,
    /// `A.`
    UpperLetter,
    /// `i.`
    LowerRoman,
    /// `I.`
    UpperRoman,
}

impl Numbering {
    /// Returns the numbering of an `ol` with this `type`.
    pub fn of(kind: Option<&str>) -> Numbering {
        match kind.map(str::trim) {
            Some("a") => Numbering::LowerLetter,
            Some("A") => Numbering::UpperLetter,
            Some("i") => Numbering::LowerRoman,
            Some("I") => Numbering::UpperRoman,
            Some(_) | None => Numbering::Decimal,
        }
    }
}

/// Returns the marker of the item `number`; empty for a bullet.
///
/// Numbers that have no letters or Roman form are shown in digits, as browsers do.
pub fn marker(numbering: Numbering, number: i32) -> String {
    match (numbering, u32::try_from(number)) {
        (Numbering::Bullet, _) => String::new(),
        (Numbering::LowerLetter, Ok(n @ 1..)) => format!("{}.", letters(n)),
        (Numbering::UpperLetter, Ok(n @ 1..)) => format!("{}.", letters(n).to_uppercase()),
        (Numbering::LowerRoman, Ok(n @ 1..4_000)) => format!("{}.", roman(n)),
        (Numbering::UpperRoman, Ok(n @ 1..4_000)) => format!("{}.", roman(n).to_uppercase()),
        (
            Numbering::Decimal
            | Numbering::LowerLetter
            | Numbering::UpperLetter
            | Numbering::LowerRoman
            | Numbering::UpperRoman,
            _,
        ) => format!("{number}."),
    }
}

/// `a` to `z`, `aa`, …: bijective base 26.
fn letters(number: u32) -> String {
    let mut reversed = Vec::new();
    let mut rest = number;
    while 0 < rest {
        rest -= 1;
        reversed.push(char::from(b'a' + (rest % 26) as u8));
        rest /= 26;
    }
    reversed.iter().rev().collect()
}

/// Returns a number as a lower-case Roman numeral; empty for 0.
pub fn roman(number: u32) -> String {
    const SIGNS: [(u32, &str); 13] = [
        (1_000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ];
    let mut rest = number;
    let mut numeral = String::new();
    for (value, sign) in SIGNS {
        while value <= rest {
            numeral.push_str(sign);
            rest -= value;
        }
    }
    numeral
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_numbered_as_browsers_do() {
        assert_eq!(marker(Numbering::of(None), 3), "3.");
        assert_eq!(marker(Numbering::of(Some("a")), 28), "ab.");
        assert_eq!(marker(Numbering::of(Some("A")), 26), "Z.");
        assert_eq!(marker(Numbering::of(Some("i")), 1994), "mcmxciv.");
        assert_eq!(marker(Numbering::of(Some("I")), 4), "IV.");
        assert_eq!(marker(Numbering::of(Some("a")), 0), "0.");
        assert_eq!(marker(Numbering::of(Some("i")), -2), "-2.");
        assert_eq!(marker(Numbering::Bullet, 7), "");
    }
}
