//! The watchlist that ships with the product, checked as its readers rely on it.

use crate::{
    model::watch::{Term, Watch, WatchState, Watchlist},
    watchlist::read::read,
};

const TEXT: &str = include_str!("../../watchlist.toml");

fn shipped() -> Watchlist {
    read(TEXT).unwrap_or_else(|mistakes| panic!("{mistakes}"))
}

#[test]
fn it_watches_ten_pages_of_three_companies() {
    let watches = shipped().watches;
    let of = |company: &str| watches.iter().filter(|watch| watch.company == company).count();
    assert_eq!([of("Microsoft"), of("Amazon"), of("IBM")], [4, 3, 3]);
    assert_eq!(watches.len(), 10);
}

#[test]
fn every_page_is_one_https_address_with_a_title_and_no_further_rules() {
    for watch in shipped().watches {
        let company = watch.company.to_lowercase();
        assert!(watch.page.as_str().starts_with(&format!("{company}-")), "{}", watch.page);
        assert!(!watch.title.is_empty() && watch.title != watch.page.as_str());
        assert_eq!(watch.urls.len(), 1);
        assert_eq!(watch.url().scheme(), "https");
        assert!(watch.url().host_str().is_some_and(|host| host.ends_with(".com")));
        assert!(watch.selection.select.is_empty() && watch.selection.remove.is_empty());
        assert_eq!(watch.state, WatchState::Active);
        assert_eq!(watch.every, Watch::EVERY);
    }
}

#[test]
fn the_pledges_are_those_that_were_made() {
    let mut got = Vec::new();
    for watch in shipped().watches {
        for pledge in &watch.pledges {
            let made = pledge.made.map(|day| day.to_string()).unwrap_or_default();
            let until = match &pledge.until {
                Term::Open => String::new(),
                Term::Deadline(day) => day.to_string(),
                Term::Condition(words) => words.clone(),
            };
            got.push([watch.page.to_string(), pledge.quote.clone(), made, until]);
        }
    }
    let expectation = [
        [
            "microsoft-azure-face-overview",
            "will not sell facial recognition technology to police departments in the United States",
            "2020-06-11",
            "strong regulation grounded in human rights",
        ],
        ["microsoft-ai-code-of-conduct", "police department in the United States", "", ""],
        [
            "amazon-rekognition-moratorium",
            "one-year moratorium on police use",
            "2020-06-10",
            "2021-06-10",
        ],
        [
            "amazon-aws-service-terms",
            "moratorium on use of Amazon Rekognition's face comparison feature by police departments",
            "",
            "",
        ],
        [
            "ibm-facial-recognition-sunset",
            "no longer offers general purpose IBM facial recognition or analysis software",
            "2020-06-08",
            "",
        ],
    ];
    assert_eq!(got, expectation);
}

#[test]
fn it_says_that_the_moratorium_was_extended() {
    assert!(TEXT.contains("2021-05-18") && TEXT.contains("until further notice"));
}

#[test]
fn its_channels_are_examples_that_read_when_their_marks_are_removed() {
    assert!(shipped().channels.is_empty());
    let (pages, channels) = TEXT.split_once("# --- Who is told").unwrap();
    let examples: String = channels
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| {
            let key = line.split(" = ").next().unwrap_or_default();
            line.starts_with("[[") || key != *line && !key.contains(' ')
        })
        .map(|line| format!("{line}\n"))
        .collect();
    let watchlist =
        read(&format!("{pages}\n{examples}")).unwrap_or_else(|m| panic!("{examples}{m}"));
    assert_eq!(watchlist.channels.len(), 2);
}
