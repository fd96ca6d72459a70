//! What keeping a body costs that differs from the one before in a few bytes, beside one zstd
//! level-3 compression of the same body, in milliseconds of processor (on Linux; elsewhere of time).
//!
//! Each round opens the archive anew, as each sweep does, and records a visit of every page: its parts, digest,
//! delta, proof of the delta, rows and transaction. Pages are made, with a fixed seed.

use std::{
    fs,
    hint::black_box,
    io::{self, Write as _},
    sync::LazyLock,
    time::{Duration, Instant},
};

use pledgewatch::{
    archive::store::Archive,
    model::{
        page::PageId,
        snapshot::Snapshot,
        time::Timestamp,
        visit::{Answer, Origin, Outcome, Part, Visit},
    },
};
use url::Url;

const PAGES: usize = 30;
const ROUNDS: usize = 40;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let pages: Vec<String> = (0..PAGES).map(made).collect();
    let (mut ours, mut theirs) = (Duration::ZERO, Duration::ZERO);
    for round in 0..ROUNDS {
        let bodies: Vec<Vec<u8>> = pages.iter().map(|page| said(page, round)).collect();
        let started = spent();
        for body in &bodies {
            black_box(zstd::bulk::compress(body, 3)?);
        }
        let compressed = spent();
        let mut archive = Archive::open(folder.path())?;
        let mut visits = Vec::new();
        for (number, body) in bodies.into_iter().enumerate() {
            visits.push(visit(number, round, body)?);
        }
        archive.record_visits(&visits)?;
        drop(archive);
        // In the first round there is nothing to rest on.
        if 0 < round {
            theirs += compressed - started;
            ours += spent() - compressed;
        }
    }
    let count = (PAGES * (ROUNDS - 1)) as f64;
    let millis = |spent: Duration| 1000.0 * spent.as_secs_f64() / count;
    let mean = pages.iter().map(String::len).sum::<usize>() / PAGES;
    let kept = fs::metadata(folder.path().join("archive.db"))?.len();
    writeln!(
        io::stdout(),
        "{count} bodies of {} kB in the mean, {:.1} MB on disk\n\
         kept: {:.2} ms, zstd level 3: {:.2} ms: {:.2} times",
        mean / 1000,
        kept as f64 / 1e6,
        millis(ours),
        millis(theirs),
        millis(ours) / millis(theirs),
    )?;
    Ok(())
}

/// Returns the processor's time that this thread took; where the system does not tell, time passed.
fn spent() -> Duration {
    static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|it| it.split(' ').next()?.parse().ok());
    nanos.map_or_else(|| STARTED.elapsed(), Duration::from_nanos)
}

/// Returns a page of 100 to 600 kB, the same for the same number, with a place for its nonce.
fn made(number: usize) -> String {
    let mut random = Random(number as u64);
    let words: Vec<String> = (0..900).map(|_| word(&mut random)).collect();
    let bytes = 100_000 + number * 500_000 / PAGES;
    let mut page = "<!doctype html><title>Policy</title><script>NONCE</script>".to_owned();
    while page.len() < bytes {
        let class = random.below(40);
        page.push_str(&format!("<p class=\"text text-{class}\">"));
        for _ in 0..20 + random.below(70) {
            page.push_str(&words[random.below(words.len())]);
            page.push(' ');
        }
        page.push_str("</p>\n");
    }
    page
}

fn word(random: &mut Random) -> String {
    (0..2 + random.below(9)).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
}

/// Numbers that are the same in each run. Source: SplitMix64 (Steele, Lea, Flood 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }
}

/// Returns the page as it is served at this round.
fn said(page: &str, round: usize) -> Vec<u8> {
    page.replacen("NONCE", &format!("nonce-{:08x}", round.wrapping_mul(0x9e37_79b9)), 1)
        .into_bytes()
}

fn visit(number: usize, round: usize, body: Vec<u8>) -> Result<Visit, Failure> {
    let page: PageId = format!("page-{number}").parse()?;
    let url = Url::parse(&format!("https://example.org/{number}"))?;
    let at = Timestamp::from_millis(1_780_000_000_000 + 21_600_000 * round as i64);
    let answer = Answer {
        url: url.clone(),
        status: 200,
        http_version: "HTTP/1.1".to_owned(),
        headers: vec![("content-type".to_owned(), b"text/html; charset=utf-8".to_vec())],
        remote: None,
        certificate: None,
        wire: None,
    };
    let part = Part {
        url,
        hops: Vec::new(),
        answer: Some(answer),
        outcome: Outcome::Captured(Snapshot::new(body)),
        attempts: 1,
        took: Duration::from_millis(80),
    };
    let (started_at, ended_at) = (at, at);
    Ok(Visit { page, started_at, ended_at, origin: Origin::Live, asked: None, parts: vec![part] })
}
