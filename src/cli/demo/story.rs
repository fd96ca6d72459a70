//! The story of the demo: three invented companies, after the pledges of June 2020, one for
//! good, one for a year, one until there is a law.

use crate::cli::demo::site::Served;

/// The page that is edited.
pub const EDITED: &str = "amaranth";

/// What is said first.
pub const OPENING: &str = "\
In June 2020 three companies pledged, within a week, to keep facial recognition from the police:
one for good, one for a year, one until there is a national law. This demo replays what happened
to such pledges, with three invented companies and a site on this machine. The program that
watches it is the real one: it fetches, keeps, compares and alerts.
";

/// What is said last.
pub const CLOSING: &str = "
That was one alert for one edit: none for the new menu and banner, none for the outage.
Next: `pledgewatch init`, `pledgewatch add URL`, and `pledgewatch check` from cron.
";

/// One act: what happens to the site before a sweep.
#[derive(Clone, Debug)]
pub struct Act {
    /// When the sweep runs.
    pub at: &'static str,
    /// What happened, as told to the audience.
    pub told: &'static str,
    /// The pages that are served from now on.
    pub pages: Vec<(&'static str, Served)>,
}

/// Returns the watchlist of the demo.
pub fn watchlist(port: u16) -> String {
    let mut text = String::from(
        "[settings]\nallow_private_addresses = true  # the demo's site is on this machine\n\
         host_gap = \"0\"\nretries_max = 0\nevery = \"6h\"\n",
    );
    for (id, company, title, quote) in PLEDGES {
        text.push_str(&format!(
            "\n[[page]]\nid = \"{id}\"\ncompany = \"{company}\"\ntitle = \"{title}\"\n\
             url = \"http://127.0.0.1:{port}/{id}\"\n\n[[page.pledge]]\nid = \"{id}-police\"\n\
             name = \"No facial recognition for the police\"\nquote = \"{quote}\"\n"
        ));
    }
    text
}

const PLEDGES: [(&str, &str, &str, &str); 3] = [
    ("ibex", "Ibex", "Letter on racial justice", "no longer offers facial recognition"),
    (EDITED, "Amaranth", "One-year pause for police use of FaceFind", "one-year pause"),
    ("mirador", "Mirador", "Our approach to face recognition", "until a national law"),
];

const IBEX: &str = "
<h1>Letter on racial justice</h1>
<p>Ibex no longer offers facial recognition or analysis software. We oppose its use for mass
surveillance and racial profiling, and we will not condone it.</p>
<p>We believe that now is the time for a national dialogue on whether such tools should be used by
law enforcement at all.</p>";

const AMARANTH: &str = "
<h1>One-year pause for police use of FaceFind</h1>
<p>We are putting in place a one-year pause on police use of FaceFind, our facial recognition
service. We will not sell it to any police department or federal agency during that time.</p>
<p>We hope that this year gives Congress enough time to put appropriate rules in place, and we
stand ready to help if asked.</p>
<ul><li>Organizations that find missing children may go on using FaceFind.</li>
<li>Existing police customers will lose access within 30 days.</li></ul>";

const AMARANTH_EDITED: &str = "
<h1>One-year pause for police use of FaceFind</h1>
<p>We are putting in place a one-year pause on police use of FaceFind, our facial recognition
service. We do not currently sell it to any police department.</p>
<p>We hope that this year gives Congress enough time to put appropriate rules in place, and we
stand ready to help if asked.</p>
<ul><li>Organizations that find missing children may go on using FaceFind.</li></ul>";

const MIRADOR: &str = "
<h1>Our approach to face recognition</h1>
<p>We will not sell facial recognition to police departments until a national law, grounded in
human rights, governs this technology.</p>
<p>We review every sensitive use of our technology against our principles.</p>";

/// Returns the acts in order.
pub fn acts() -> Vec<Act> {
    let page = |policy: &str, frame: &Frame| Served { status: 200, body: frame.around(policy) };
    let (plain, dressed) =
        (Frame { menu: "Products", banner: "" }, Frame { menu: "Products & AI", banner: BANNER });
    vec![
        Act {
            at: "2020-06-12T06:00:00Z",
            told: "The first sweep takes the first version of each page.",
            pages: vec![
                ("/ibex", page(IBEX, &plain)),
                ("/amaranth", page(AMARANTH, &plain)),
                ("/mirador", page(MIRADOR, &plain)),
            ],
        },
        Act {
            at: "2020-06-12T12:00:00Z",
            told: "All three get a new menu, a cookie banner and new script ids. No word of a policy changes.",
            pages: vec![
                ("/ibex", page(IBEX, &dressed)),
                ("/amaranth", page(AMARANTH, &dressed)),
                ("/mirador", page(MIRADOR, &dressed)),
            ],
        },
        Act {
            at: "2020-11-19T18:00:00Z",
            told: "Five months of silence later, Mirador's server is down for an evening.",
            pages: vec![(
                "/mirador",
                Served { status: 503, body: "<h1>Service unavailable</h1>".to_owned() },
            )],
        },
        Act {
            at: "2020-11-20T00:00:00Z",
            told: "Mirador is back. And Amaranth has quietly edited its pledge.",
            pages: vec![
                ("/mirador", page(MIRADOR, &dressed)),
                ("/amaranth", page(AMARANTH_EDITED, &dressed)),
            ],
        },
        Act {
            at: "2020-11-20T06:00:00Z",
            told: "The new wording holds at the next sweep: it is established, and told.",
            pages: Vec::new(),
        },
    ]
}

const BANNER: &str = "<div class=\"cookie-banner\" role=\"dialog\"><p>We value your privacy. \
Accept all cookies?</p><button>Accept</button></div>";

/// What stands around a policy.
struct Frame {
    menu: &'static str,
    banner: &'static str,
}

impl Frame {
    fn around(&self, policy: &str) -> String {
        let Frame { menu, banner } = self;
        format!(
            "<!doctype html><html lang=\"en\"><head><title>Policy</title></head><body>{banner}\
             <nav><a href=\"/\">Home</a> <a href=\"/p\">{menu}</a> <a href=\"/c\">Contact</a></nav>\
             <main>{policy}</main><footer><p>All rights reserved</p></footer></body></html>"
        )
    }
}
