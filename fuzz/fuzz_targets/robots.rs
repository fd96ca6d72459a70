//! Any bytes as a robots.txt, asked about any path.

#![no_main]

use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|input: (&str, &[u8])| {
    let (path, robots_txt) = input;
    let base = Url::parse("https://example.org/terms/a?b=c").expect("it is an address");
    laws::robots::check(robots_txt, &base);
    if let Ok(url) = base.join(path)
        && url.has_host()
    {
        laws::robots::check(robots_txt, &url);
    }
});
