//! The pages around a policy, each as some kind of site makes them, with what changes by itself.

use crate::policy::Policy;

/// How a page is put around the sections of a policy; `n` varies everything that is not policy.
pub type Frame = fn(&Policy, &str, u32) -> String;

/// All of them, by name.
pub const ALL: [(&str, Frame); 24] = [
    ("bare", bare),
    ("main", main),
    ("article", article),
    ("bootstrap", bootstrap),
    ("wordpress", wordpress),
    ("drupal", drupal),
    ("hashed sections", hashed),
    ("next with hero", next_hero),
    ("hero section before main", hero_before_main),
    ("documentation", documentation),
    ("help center", help_center),
    ("shop", shop),
    ("frames of 1999", nineties),
    ("legal center with sidebar", legal_center),
    ("contents beside", contents_beside),
    ("cookie dialog first", cookie_dialog),
    ("cookie bar without a name", cookie_bar),
    ("consent manager last", consent_manager),
    ("landing page", landing),
    ("header holds the title", header_title),
    ("mobile menu twice", mobile_menu),
    ("chat and toasts", chat),
    ("main around everything", main_around),
    ("single page application", application),
];

fn pick(n: u32, from: &[&'static str]) -> &'static str {
    from[n as usize % from.len()]
}

fn menu(n: u32) -> String {
    let more = pick(
        n,
        &[
            "",
            "<li><a href=/spring>Spring sale</a></li>",
            "<li><a href=/app>Get the app</a></li>",
            "<li><a href=/gift>Gift cards</a></li>",
        ],
    );
    format!(
        "<ul><li><a href=/shop>Shop</a></li><li><a href=/blog>Blog</a></li>{more}<li><a href=/jobs>Careers</a></li><li><a href=/help>Help</a></li></ul>"
    )
}

fn foot(n: u32) -> String {
    format!(
        "<div><h4>Company</h4><ul><li><a href=/about>About</a></li><li><a href=/press{n}>{}</a></li></ul></div><p>\u{a9} 203{n} Larkspur. All rights reserved.</p>",
        pick(n, &["Press", "Newsroom", "Investors"])
    )
}

fn banner(n: u32) -> String {
    format!(
        "<p>{}</p><button>Accept all</button><button>Reject all</button><a href=/cookies>More</a>",
        pick(
            n,
            &[
                "We use cookies to make this site better for you and to measure how it is used.",
                "We and our partners use cookies. By going on you consent to them.",
                "This site uses cookies for its shop, its statistics and its advertising."
            ]
        )
    )
}

fn promotion(n: u32) -> &'static str {
    pick(
        n,
        &["Free delivery this week", "Our spring sale ends in 3 days", "New: parcels by night", ""],
    )
}

/// Cards of other pages of the site, with a sentence each.
fn cards(n: u32) -> String {
    let card = |at: u32| {
        let (title, says) = [
            (
                "Ten tips for parcels",
                "How to pack what breaks, and what to do when it has broken anyway.",
            ),
            (
                "How we pack",
                "Our people in the hall show what they do with ten thousand parcels in a day.",
            ),
            (
                "Meet our drivers",
                "Three of those who bring your parcels tell of their routes, dogs and rain.",
            ),
            (
                "Parcels by night",
                "From this summer we bring parcels until eleven, and this is how you book it.",
            ),
            (
                "A year of parcels",
                "We count what we carried this year, and it is more than ever before in our life.",
            ),
        ][(at + n) as usize % 5];
        format!(
            "<div class=card><a href=/b/{at}><h3>{title}</h3></a><p>{says}</p><a href=/b/{at}>Read more</a></div>"
        )
    };
    (0..3).map(card).collect()
}

fn page(policy: &Policy, n: u32, body: &str) -> String {
    let dir = if policy.is_right_to_left { " dir=rtl" } else { "" };
    format!(
        "<!doctype html><html lang={}{dir}><head><meta charset=utf-8><title>{} | Larkspur</title>\
         <meta name=csrf content='{n}f3a'><script nonce={n}c>window.x={n};</script><style>.a{n}{{}}</style></head>\
         {body}<script src=/a.{n}.js></script></html>",
        policy.language, policy.title
    )
}

fn head(policy: &Policy) -> String {
    format!("<h1>{}</h1><p>{}</p><p>{}</p>", policy.title, policy.updated, policy.intro)
}

fn bare(policy: &Policy, body: &str, n: u32) -> String {
    page(policy, n, &format!("<body>{}{body}</body>", head(policy)))
}

fn main(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><header><a href=/>Larkspur</a><nav>{}</nav></header><main>{}{body}</main><footer>{}</footer></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn article(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div id=top>{}</div><article>{}{body}</article><div class=newsletter><p>{}</p><input type=email><button>Subscribe</button></div><footer>{}</footer></body>",
            menu(n),
            head(policy),
            promotion(n),
            foot(n)
        ),
    )
}

fn bootstrap(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><nav class='navbar navbar-expand-lg'><div class=container>{}</div></nav><div class='container py-5'><div class=row><div class='col-lg-8 offset-lg-2'>{}{body}</div></div></div><div class='footer bg-dark'><div class=container>{}</div></div></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn wordpress(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body class='page-template page-id-{n}'><a class='skip-link screen-reader-text' href=#content>Skip to content</a><div id=page class=site><header id=masthead class=site-header><p class=site-title><a href=/>Larkspur</a></p><p class=site-description>{}</p><nav id=site-navigation>{}</nav></header><div id=content class=site-content><div id=primary class=content-area><main id=main class=site-main><article id=post-{n} class='post-{n} page'><header class=entry-header><h1 class=entry-title>{}</h1></header><div class=entry-content><p>{}</p><p>{}</p>{body}<div class='sharedaddy sd-sharing-enabled'><h3 class=sd-title>Share this:</h3><ul><li><a href=//x.example>Chirp</a></li><li><a href=//y.example>Face</a></li></ul></div></div></article></main></div><aside id=secondary class=widget-area><section class='widget widget_recent_entries'><h2>Recent posts</h2>{}</section></aside></div><footer id=colophon class=site-footer>{}</footer></div></body>",
            promotion(n),
            menu(n),
            policy.title,
            policy.updated,
            policy.intro,
            cards(n),
            foot(n)
        ),
    )
}

fn drupal(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body class='path-node page-node-{n}'><div class=dialog-off-canvas-main-canvas><div class='region region-header'><div class='block block-menu'>{}</div></div><div class='region region-breadcrumb'><ol class=breadcrumb><li><a href=/>Home</a></li><li>Legal</li></ol></div><div class='region region-content'><h1 class=page-title>{}</h1><div class='field field--name-body'><p>{}</p><p>{}</p>{body}</div></div><div class='region region-footer'>{}</div></div></body>",
            menu(n),
            policy.title,
            policy.updated,
            policy.intro,
            foot(n)
        ),
    )
}

fn hashed(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div id=SITE_CONTAINER><section class='_{n}aX'><div class=_k{n}>{}</div></section><section class=_b{n}><div><div>{}{body}</div></div></section><section class=_f{n}>{}</section></div></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn next_hero(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div id=__next><div class='css-{n}'><header>{}</header><div class='hero css-h{n}'><div><h1>{}</h1><p>{}</p></div></div><main><p>{}</p>{body}</main><footer>{}</footer></div></div><script id=__NEXT_DATA__ type='application/json'>{{\"n\":{n}}}</script></body>",
            menu(n),
            policy.title,
            policy.updated,
            policy.intro,
            foot(n)
        ),
    )
}

fn hero_before_main(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div class=topbar>{}</div><header class=site>{}</header><section class='page-header'><div class=container><nav aria-label=breadcrumb><a href=/>Home</a> / <a href=/legal>Legal</a></nav><h1>{}</h1><div class=meta>{}</div></div></section><div id=content role=main><p>{}</p>{body}</div><footer>{}</footer></body>",
            promotion(n),
            menu(n),
            policy.title,
            policy.updated,
            policy.intro,
            foot(n)
        ),
    )
}

fn documentation(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div class=navbar>{}</div><div class=main-wrapper><div class=theme-doc-sidebar-container><ul class=menu__list><li><a href=/docs/a>Getting started</a></li><li><a href=/docs/b{n}>{}</a></li><li><a href=/docs/c>Legal</a></li></ul></div><main><div class=container><div class=row><div class=col><nav class=theme-doc-breadcrumbs><ul><li><a href=/docs>Docs</a></li><li>Legal</li></ul></nav><article><div class='theme-doc-markdown markdown'>{}{body}</div><footer class=theme-doc-footer><a href=//git.example/edit>Edit this page</a></footer></article><nav class=pagination-nav><a href=/p>Previous<div>{}</div></a><a href=/n>Next<div>Imprint</div></a></nav></div><div class='col col--3'><div class=table-of-contents><ul><li><a href=#s0>On top</a></li><li><a href=#s1>Further on</a></li><li><a href=#s2>At the end</a></li></ul></div></div></div></div></main></div><footer>{}</footer></body>",
            menu(n),
            pick(n, &["Guides", "Recipes", "Tutorials"]),
            head(policy),
            pick(n, &["Licence", "Security", "Support"]),
            foot(n)
        ),
    )
}

fn help_center(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><header class=header><a href=/>Help</a><a href=/requests>Submit a request</a></header><main role=main><div class=container><nav class=sub-nav><ol class=breadcrumbs><li><a href=/>Help</a></li><li><a href=/l>Legal</a></li></ol><form role=search><input type=search placeholder=Search></form></nav><div class=article-container><aside class=article-sidebar><h3>Articles in this section</h3><ul><li><a href=/1>Lost parcels</a></li><li><a href=/2{n}>{}</a></li><li><a href=/3>Refunds</a></li></ul></aside><article class=article><header class=article-header><h1>{}</h1></header><section class=article-info><div class=article-body><p>{}</p><p>{}</p>{body}</div></section><footer><div class=article-votes><span>Was this article helpful?</span><button>Yes</button><button>No</button><small>{} out of {} found this helpful</small></div></footer><section class=related-articles><h3>Related articles</h3><ul><li><a href=/4>{}</a></li><li><a href=/5>Opening hours</a></li></ul></section></article></div></div></main><footer>{}</footer></body>",
            pick(n, &["Delays", "Strikes", "Holidays"]),
            policy.title,
            policy.updated,
            policy.intro,
            n + 3,
            n + 40,
            pick(n, &["Damage", "Insurance", "Weight"]),
            foot(n)
        ),
    )
}

fn shop(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div id=shopify-section-announcement-bar><div class=announcement-bar><p>{}</p></div></div><div class=cart-drawer><h2>Your cart</h2><p>Your cart is empty.</p><a href=/shop>Go on shopping</a></div><main id=MainContent><div class=shopify-policy__container><div class=shopify-policy__title><h1>{}</h1></div><div class=shopify-policy__body><div class=rte><p>{}</p><p>{}</p>{body}</div></div></div></main><div class=shopify-section-footer>{}<p>{}</p></div></body>",
            promotion(n),
            policy.title,
            policy.updated,
            policy.intro,
            foot(n),
            promotion(n + 1)
        ),
    )
}

fn nineties(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body bgcolor=white><table width=760><tr><td colspan=2><img src=logo{n}.gif></td></tr><tr><td width=160 valign=top>{}</td><td valign=top>{}{body}</td></tr><tr><td colspan=2 align=center><font size=1>\u{a9} 203{n} Larkspur</font></td></tr></table></body>",
            menu(n)
                .replace("<li>", "")
                .replace("</li>", "<br>")
                .replace("<ul>", "")
                .replace("</ul>", ""),
            head(policy)
        ),
    )
}

fn legal_center(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><header>{}</header><div class=legal-layout><div class=legal-sidebar><h3>Legal</h3><ul><li><a href=/terms>Terms</a></li><li><a href=/privacy>Privacy</a></li><li><a href=/l{n}>{}</a></li></ul></div><div class=legal-content>{}{body}</div></div><div class=help-box><h3>Questions?</h3><a class=button href=/contact>Write to us</a></div><footer>{}</footer></body>",
            menu(n),
            pick(n, &["Subprocessors", "Security", "Transparency"]),
            head(policy),
            foot(n)
        ),
    )
}

fn contents_beside(policy: &Policy, body: &str, n: u32) -> String {
    let links: String = policy
        .sections
        .iter()
        .enumerate()
        .map(|(at, it)| format!("<li><a href='#s{at}'>{}</a></li>", it.heading))
        .collect();
    let contents = if n.is_multiple_of(2) {
        format!("<div class=sticky-toc><p>On this page</p><ul>{links}</ul></div>")
    } else {
        String::new()
    };
    page(
        policy,
        n,
        &format!(
            "<body><header>{}</header><main><div class=grid>{contents}<div class=prose>{}{body}</div></div></main><footer>{}</footer></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn cookie_dialog(policy: &Policy, body: &str, n: u32) -> String {
    let dialog = if n.is_multiple_of(3) {
        String::new()
    } else {
        format!(
            "<div role=dialog aria-modal=true aria-label='Your choice'><h2>Your privacy</h2>{}<ul><li>Necessary <button>Always on</button></li><li>Statistics <input type=checkbox></li></ul></div>",
            banner(n)
        )
    };
    page(
        policy,
        n,
        &format!(
            "<body>{dialog}<div class=page><div class=nav>{}</div><div class=content>{}{body}</div><div class=bottom>{}</div></div></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn cookie_bar(policy: &Policy, body: &str, n: u32) -> String {
    let bar = if n.is_multiple_of(2) {
        String::new()
    } else {
        format!("<div class=_x9{n}><div>{}</div></div>", banner(n))
    };
    page(
        policy,
        n,
        &format!(
            "<body><div class=_wrap><div class=_t>{}</div><div class=_c>{}{body}</div></div>{bar}</body>",
            menu(n),
            head(policy)
        ),
    )
}

fn consent_manager(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><header>{}</header><div class=wrapper><div class=content>{}{body}</div></div><footer>{}</footer><div id=onetrust-consent-sdk><div id=onetrust-banner-sdk>{}<p>We and our {}0 partners store information on your device and read it, to show you advertising that you may like.</p></div></div></body>",
            menu(n),
            head(policy),
            foot(n),
            banner(n),
            n + 2
        ),
    )
}

fn landing(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><header>{}</header><main>{}{body}<section class=cta><h2>{}</h2><a class=button href=/start>Start now</a></section></main><footer>{}</footer></body>",
            menu(n),
            head(policy),
            pick(n, &["Send your first parcel", "Parcels, made simple", "Join a million senders"]),
            foot(n)
        ),
    )
}

fn header_title(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><nav>{}</nav><header class=page-head><h1>{}</h1><p>{}</p></header><main><p>{}</p>{body}</main><footer>{}</footer></body>",
            menu(n),
            policy.title,
            policy.updated,
            policy.intro,
            foot(n)
        ),
    )
}

fn mobile_menu(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div class='offcanvas mobile-menu' aria-hidden=true>{}<form class=search><input><button>Search</button></form></div><div class=desktop><div class=logo><a href=/>Larkspur</a></div>{}</div><div class=inner>{}{body}</div><div class=foot>{}</div></body>",
            menu(n),
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn chat(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><div id=root><header>{}</header><main>{}{body}</main><footer>{}</footer></div><div class=chat-widget><button>Chat with us</button><p>{}</p></div><div aria-live=polite class=toast>{}</div></body>",
            menu(n),
            head(policy),
            foot(n),
            pick(
                n,
                &["We answer within minutes.", "We are closed now.", "Hello! Ask us anything."]
            ),
            promotion(n)
        ),
    )
}

fn main_around(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><main><header><nav>{}</nav></header><div class=content>{}{body}</div><footer>{}</footer></main></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}

fn application(policy: &Policy, body: &str, n: u32) -> String {
    page(
        policy,
        n,
        &format!(
            "<body><app-root ng-version=1{n}><app-header><div class=toolbar>{}</div></app-header><router-outlet></router-outlet><app-legal><div class=mat-card>{}{body}</div></app-legal><app-footer><div>{}</div></app-footer></app-root></body>",
            menu(n),
            head(policy),
            foot(n)
        ),
    )
}
