//! Made-up policy pages of many kinds of site: every edit is read, and nothing else is.

#![allow(clippy::unwrap_used, reason = "all of it is test code")]

mod bodies;
mod frames;
mod policy;

use pledgewatch::{
    compare::wording::wording,
    extract::page::{Extraction, Source, extract},
    model::{text::Text, watch::Selection},
};

use crate::policy::Policy;

fn read(page: &str) -> Extraction {
    let source = Source { bytes: page.as_bytes(), content_type: Some("text/html; charset=utf-8") };
    extract(&source, &Selection::default()).unwrap()
}

fn words(text: &Text) -> String {
    text.blocks.iter().map(|block| block.shown()).collect::<Vec<_>>().join(" ")
}

/// Returns the passages that are not read.
fn missing(policy: &Policy, page: &str) -> Vec<String> {
    let read = words(&read(page).text).to_lowercase();
    let is_missing = |passage: &&&String| !read.contains(&normalized(passage));
    policy.passages().iter().filter(is_missing).map(|it| (*it).clone()).collect()
}

fn normalized(passage: &str) -> String {
    words(&read(&format!("<p>{passage}</p>")).text).to_lowercase()
}

/// Checks every body in every frame for one policy; returns what is wrong.
fn faults(policy: &Policy, bodies: &[(&str, bodies::Body)]) -> Vec<String> {
    let mut faults = Vec::new();
    for (b, (body_name, body)) in bodies.iter().enumerate() {
        for (f, (frame_name, frame)) in frames::ALL.iter().enumerate() {
            let page = |n: u32| frame(policy, &body(&policy.sections, n), n);
            let name = format!("{} / {body_name} / {frame_name}", policy.title);
            let first = read(&page(0));
            let lost = missing(policy, &page(0));
            if !lost.is_empty() {
                faults.push(format!("{name}: lost {lost:?} ({})", first.region));
            }
            for n in noises(b + f) {
                let next = read(&page(n));
                if wording(&next.text) != wording(&first.text) {
                    let (a, b) = (words(&first.text), words(&next.text));
                    let same = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
                    let around = |it: &str| {
                        it.chars().skip(same.saturating_sub(20)).take(80).collect::<String>()
                    };
                    faults.push(format!(
                        "{name}: noise {n} told: {:?} / {:?} ({})",
                        around(&a),
                        around(&b),
                        first.region
                    ));
                    break;
                }
            }
        }
    }
    faults
}

/// Which noise is tried in a combination: one of five, or all of them if asked.
fn noises(combination: usize) -> Vec<u32> {
    match std::env::var_os("PLEDGEWATCH_ALL_NOISE") {
        Some(_) => (1..6).collect(),
        None => vec![1 + combination as u32 % 5],
    }
}

fn check(faults: Vec<String>) {
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn nothing_is_lost_and_no_noise_is_read_of_a_long_policy() {
    check(faults(&policy::english(), &bodies::ALL));
}

#[test]
fn nothing_is_lost_and_no_noise_is_read_of_a_short_policy() {
    check(faults(&policy::short(), &bodies::ALL[..6]));
}

#[test]
fn nothing_is_lost_and_no_noise_is_read_in_any_language() {
    check(policy::all().iter().flat_map(|it| faults(it, &bodies::ALL[..1])).collect());
}

/// Returns a passage with one thing altered: a digit if it has one, else a word that is put in.
fn altered(passage: &str) -> String {
    match passage.rfind(|c: char| c.is_ascii_digit()) {
        Some(at) => {
            let digit = if passage[at..].starts_with('7') { "8" } else { "7" };
            format!("{}{digit}{}", &passage[..at], &passage[at + 1..])
        }
        None => match passage.split_once(' ') {
            Some((first, rest)) => format!("{first} not {rest}"),
            None => format!("Not {passage}"),
        },
    }
}

#[test]
fn one_digit_or_negation_anywhere_is_another_wording() {
    let policy = policy::english();
    // The date of the last update has a kind of its own.
    let places =
        (0..policy.passages().len()).filter(|&at| *policy.passages()[at] != policy.updated);
    for (at, place) in places.enumerate() {
        let (body_name, body) = bodies::ALL[at % bodies::ALL.len()];
        for (frame_name, frame) in frames::ALL.iter().skip(at % 4).step_by(4) {
            let page = |policy: &Policy| read(&frame(policy, &body(&policy.sections, 0), 0)).text;
            let mut edited = policy.clone();
            let passage = edited.passages_mut().swap_remove(place);
            *passage = altered(passage);
            let told = wording(&page(&policy)) != wording(&page(&edited));
            assert!(told, "{body_name} / {frame_name}: {:?}", edited.passages()[place]);
        }
    }
}
