//! What is left of a word without its endings and the spelling of a region, and which words say
//! the same.
//!
//! Two words with one root may stand for each other without altering a norm. Words that bind,
//! limit, except or condition are never asked for their root.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Returns the root of a word in lower case.
pub fn root(key: &str) -> String {
    let key = key.strip_suffix("'s").or_else(|| key.strip_suffix('\'')).unwrap_or(key);
    let found = IRREGULAR.binary_search_by_key(&key, |(form, _)| *form);
    let key = found.map_or(key, |at| IRREGULAR[at].1);
    if !key.is_ascii() || key.len() <= 3 {
        return same(key).to_owned();
    }
    let stem = spelled(without_ending(key));
    same(&stem).to_owned()
}

/// Forms of verbs that no ending tells, with the verb; sorted.
const IRREGULAR: &[(&str, &str)] = &[
    ("began", "begin"),
    ("begun", "begin"),
    ("bought", "buy"),
    ("built", "build"),
    ("chosen", "choose"),
    ("drawn", "draw"),
    ("found", "find"),
    ("gave", "give"),
    ("given", "give"),
    ("held", "hold"),
    ("hidden", "hide"),
    ("kept", "keep"),
    ("known", "know"),
    ("lost", "lose"),
    ("made", "make"),
    ("met", "meet"),
    ("paid", "pay"),
    ("said", "say"),
    ("seen", "see"),
    ("sent", "send"),
    ("shown", "show"),
    ("sold", "sell"),
    ("taken", "take"),
    ("told", "tell"),
    ("took", "take"),
    ("understood", "understand"),
    ("withdrawn", "withdraw"),
    ("withdrew", "withdraw"),
    ("written", "write"),
];

fn without_ending(key: &str) -> String {
    let of = |len: usize| key[..key.len() - len].to_owned();
    let stem = match key {
        _ if key.ends_with("ies") && 5 <= key.len() => format!("{}y", of(3)),
        _ if key.ends_with("sses") || key.ends_with("xes") || key.ends_with("ches") => of(2),
        _ if key.ends_with("ss") || key.ends_with("us") || key.ends_with("is") => key.to_owned(),
        _ if key.ends_with("ly") && 7 <= key.len() => of(2),
        _ if key.ends_with('s') => of(1),
        _ if key.ends_with("ied") && 5 <= key.len() => format!("{}y", of(3)),
        _ if key.ends_with("ing") && 6 <= key.len() => of(3),
        _ if key.ends_with("ed") && 5 <= key.len() => of(2),
        _ => key.to_owned(),
    };
    let bytes = stem.as_bytes();
    let doubled = stem.len() < key.len()
        && 3 < stem.len()
        && bytes[bytes.len() - 1] == bytes[bytes.len() - 2]
        && b"bdgmnprt".contains(&bytes[bytes.len() - 1]);
    let stem = if doubled { stem[..stem.len() - 1].to_owned() } else { stem };
    match stem.strip_suffix('e') {
        Some(stem) if 3 <= stem.len() => stem.to_owned(),
        _ => stem,
    }
}

/// Returns a stem in American spelling.
fn spelled(stem: String) -> String {
    for (ending, american) in [
        ("isation", "ization"),
        ("our", "or"),
        ("ys", "yz"),
        ("is", "iz"),
        ("programm", "program"),
        ("centr", "center"),
        ("licenc", "licens"),
        ("defenc", "defens"),
        ("offenc", "offens"),
        ("fulfil", "fulfill"),
        ("judgement", "judgment"),
        ("acknowledgement", "acknowledgment"),
    ] {
        if let Some(start) = stem.strip_suffix(ending)
            && (3 <= start.len() || 7 <= ending.len())
        {
            return format!("{start}{american}");
        }
    }
    stem
}

/// Returns the word that stands for all that say the same.
fn same(stem: &str) -> &str {
    STANDS_FOR.get(stem).copied().unwrap_or(stem)
}

/// For each of these words the one that stands for it.
static STANDS_FOR: LazyLock<BTreeMap<&str, &str>> = LazyLock::new(|| {
    SAME.iter().flat_map(|(words, word)| words.iter().map(move |it| (*it, *word))).collect()
});

/// Words, as stems, that say the same in a policy, and the one that stands for them.
const SAME: &[(&[&str], &str)] = &[
    (&["shar", "disclos"], "disclos"),
    (&["data", "information"], "data"),
    (&["consent", "permission", "approval", "authorization"], "consent"),
    (&["sit", "websit", "webpag"], "sit"),
    (&["utiliz", "us", "use", "used", "using"], "us"),
    (&["obtain", "gather", "receiv"], "obtain"),
    (&["commenc", "start", "begin"], "begin"),
    (&["upon", "after", "following"], "after"),
    (&["terminat", "end", "ceas"], "end"),
    (&["regard", "about", "concern", "relat"], "about"),
    (&["want", "wish", "desir"], "want"),
    (&["fill", "complet"], "complet"),
    (&["keep", "retain"], "retain"),
    (&["assist", "help"], "help"),
    (&["buy", "purchas"], "purchas"),
    (&["show", "display"], "show"),
    (&["mail", "e-mail", "email"], "email"),
    (&["prior", "before", "previou"], "before"),
    (&["ask", "request"], "request"),
    (&["modify", "alter", "chang", "modification", "amend", "amendment"], "chang"),
    (&["contract", "agreement"], "agreement"),
    (&["notic", "policy", "statement"], "policy"),
    (&["customer", "user"], "user"),
    (&["allow", "permit", "enabl"], "permit"),
    (&["creat", "mak", "generat"], "mak"),
    (&["apply", "extend"], "apply"),
    (&["giv", "provid", "offer", "supply"], "provid"),
    (&["aforemention", "forego", "abov"], "abov"),
    (&["within", "in", "inside"], "in"),
    (&["organization", "company", "business"], "business"),
    (&["person", "individual", "peopl"], "person"),
    (&["photo", "photograph", "pictur"], "photograph"),
    (&["phon", "telephon"], "telephon"),
    (&["under", "pursuant"], "under"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_so_that_it_can_be_searched() {
        assert!(IRREGULAR.is_sorted());
    }

    #[test]
    fn endings_and_spelling_do_not_make_another_word() {
        for (before, after) in [
            ("honouring", "honoring"),
            ("organisations", "organization"),
            ("policies", "notice"),
            ("relating", "regarding"),
            ("programmes", "program"),
            ("discloses", "disclosed"),
            ("customer's", "customers"),
            ("uses", "utilized"),
            ("use", "used"),
            ("give", "provides"),
            ("understood", "understands"),
            ("sold", "selling"),
            ("banned", "ban"),
            ("stopped", "stops"),
        ] {
            assert_eq!(root(before), root(after), "{before}");
        }
        assert_ne!(root("children"), root("adults"));
    }
}
