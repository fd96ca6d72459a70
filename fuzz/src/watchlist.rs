//! A watchlist is read, or its mistakes are told with lines that the file has.

use pledgewatch::{
    model::watch::Watchlist,
    watchlist::{mistakes::Mistakes, read},
};

/// The most bytes of one mistake in words; what it quotes is shortened.
const MISTAKE_BYTES_MAX: usize = 2_000;

/// Checks the law for a watchlist's text.
pub fn check(text: &str) {
    let read_once = read::read(text);
    assert_eq!(read_once, read::read(text), "the same text is read the same");
    match read_once {
        Err(mistakes) => check_mistakes(text, &mistakes),
        Ok(watchlist) => {
            let mut pages: Vec<_> = watchlist.watches.iter().map(|watch| &watch.page).collect();
            pages.sort();
            pages.dedup();
            assert_eq!(pages.len(), watchlist.watches.len(), "each page has an id of its own");
            let commented = format!("{text}\n# a comment at its end alters nothing\n");
            // Only the digest of the text itself may differ.
            let again =
                read::read(&commented).map(|it| Watchlist { source: watchlist.source, ..it });
            assert_eq!(again.as_ref(), Ok(&watchlist));
        }
    }
}

fn check_mistakes(text: &str, mistakes: &Mistakes) {
    assert!(!mistakes.0.is_empty(), "a refusal says why");
    let lines = text.split('\n').count();
    for mistake in &mistakes.0 {
        assert!((1..=lines).contains(&mistake.line), "{lines} lines: {mistake:?}");
        let told = mistake.to_string();
        assert!(!told.contains(char::is_control), "{told:?}");
        assert!(told.len() <= MISTAKE_BYTES_MAX, "{} bytes: {told}", told.len());
        assert!(!mistake.problem.is_empty() && !mistake.remedy.is_empty(), "{told}");
    }
    assert!(mistakes.0.is_sorted_by_key(|it| it.line), "in the order of the text: {mistakes:?}");
}
