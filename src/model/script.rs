//! Scripts that are written without spaces between words.

/// Returns whether a letter is of a script without spaces: Thai, Lao, Myanmar, Khmer, kana and Han
/// (Unicode 16, Blocks.txt).
pub fn is_without_spaces(c: char) -> bool {
    !c.is_ascii()
        && (is_katakana(c)
            || matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}'
                | '\u{1780}'..='\u{17ff}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{309f}'
                | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
                | '\u{20000}'..='\u{3ffff}'))
}

/// Returns whether a letter is katakana, in which words that were borrowed are written: within runs
/// of other scripts, they are words of their own.
pub fn is_katakana(c: char) -> bool {
    matches!(c, '\u{30a0}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}')
}
