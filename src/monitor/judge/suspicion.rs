//! Whether a text may not be the policy at all, judged beside the established text.

use crate::{
    compare::wording::likeness,
    model::{
        text::Text,
        trouble::{Trouble, TroubleKind},
    },
};

/// A text of fewer characters than this cannot collapse: a third of it is noise.
const CHARS_MIN: usize = 600;

/// Below this many words in a thousand in common, two texts are two documents.
const OTHER_PAGE_PER_MILLE: u32 = 120;

/// What is known of a visit's page beside its text.
#[derive(Clone, Copy, Debug)]
pub struct Aspect<'a> {
    /// The strongest sign of trouble on the page itself.
    pub sign: Option<&'a Trouble>,
    /// The language of the text before.
    pub language_before: Option<&'a str>,
    /// The language of the text after.
    pub language_after: Option<&'a str>,
    /// Whether the body may have been cut off without a word: only the connection's end ended it.
    pub may_be_cut: bool,
}

/// Returns why the text after may not be the policy whose established text is `before`.
///
/// A page that was healthy with the same words is healthy whatever else it looks like, so this
/// is asked only of texts whose words differ.
pub fn suspicion(before: &Text, after: &Text, aspect: &Aspect) -> Option<Trouble> {
    let (chars_before, chars_after) = (before.char_count(), after.char_count());
    if chars_after == 0 {
        return Some(Trouble::new(TroubleKind::Empty, "no words where there were some before"));
    }
    let collapsed = CHARS_MIN <= chars_before && chars_after * 3 < chars_before;
    let alike = likeness(before, after);
    if let Some(sign) = aspect.sign
        && (chars_after * 2 < chars_before || alike < OTHER_PAGE_PER_MILLE * 3)
    {
        return Some(sign.clone());
    }
    if let (Some(language_before), Some(language_after)) =
        (aspect.language_before, aspect.language_after)
        && language_before != language_after
        && alike < OTHER_PAGE_PER_MILLE * 3
    {
        let evidence = format!("`{language_after}` where it was `{language_before}`");
        return Some(Trouble::new(TroubleKind::OtherLanguage, evidence));
    }
    if collapsed {
        let evidence = format!("{chars_after} characters where there were {chars_before}");
        return Some(Trouble::new(TroubleKind::Collapsed, evidence));
    }
    if aspect.may_be_cut && chars_after * 10 < chars_before * 7 {
        let evidence = format!(
            "the connection closed after {chars_after} characters where there were \
             {chars_before}; nothing tells that the page was whole"
        );
        return Some(Trouble::new(TroubleKind::Partial, evidence));
    }
    if CHARS_MIN <= chars_before && alike < OTHER_PAGE_PER_MILLE {
        let evidence = format!("{alike} words in a thousand are those of the version before");
        return Some(Trouble::new(TroubleKind::OtherPage, evidence));
    }
    None
}
