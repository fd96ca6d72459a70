//! The lexicon of commitments: which words bind, limit, except and condition, as data.
//!
//! Lower case, contractions written out, entries divided by a comma and a space. A phrase stands in
//! one list of [`TERMS`] only. To teach the program a phrase, put it here; `terms` finds it, and the
//! questions of `cascade` weigh it. Lists of roots hold words as `roots` leaves them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use crate::compare::meaning::roots;
use crate::compare::meaning::sense::Sense;

/// The entries of a list, one word each.
pub type Words = LazyLock<BTreeSet<&'static str>>;

/// The entries of a list, each of one word and more: by the first of its words, those after it.
pub type Runs = LazyLock<BTreeMap<&'static str, Vec<Vec<&'static str>>>>;

/// The entries of a list, one word each, as their roots.
pub type Roots = LazyLock<BTreeSet<String>>;

fn roots_of(list: &'static str) -> BTreeSet<String> {
    list.split(", ").map(roots::root).collect()
}

fn words(list: &'static str) -> BTreeSet<&'static str> {
    list.split(", ").collect()
}

fn runs(list: &'static str) -> BTreeMap<&'static str, Vec<Vec<&'static str>>> {
    let mut runs = BTreeMap::<_, Vec<_>>::new();
    for entry in list.split(", ") {
        let mut words = entry.split(' ');
        let first = words.next().unwrap_or(entry);
        runs.entry(first).or_default().push(words.collect());
    }
    runs
}

/// The terms by what they do.
pub const TERMS: &[(Sense, &str)] = &[
    (Sense::Plain, "best practices, help center, help centre, help menu, help page, help pages"),
    (
        Sense::Mask,
        "as well as, for the purpose of, for the purposes of, free will, help center, help menu, \
         help page, help pages, hereby agree, if any, if applicable, if available, if necessary, \
         if you have any questions, if you have questions, in connection with, in order for, \
         in order to, in relation to, including but not limited to, including without limitation, \
         must agree, no later than, not limited to, not only, notwithstanding the foregoing, \
         on the basis of, per se, read only, should you have any questions, strictly necessary, \
         that means, the following, the use of, this means, under no obligation, when applicable, when using, \
         where applicable, where available, whether or not, which means, will to, with regard to",
    ),
    (
        Sense::Force(100),
        "at no time, guarantee, guarantees, in no event, never, under no circumstances, \
         warrants that",
    ),
    (
        Sense::Force(80),
        "are forbidden from, are forbidden to, are not allowed to, are not permitted to, \
         are obligated to, are obliged to, are prohibited from, are required to, commit to, ensure, ensure that, \
         ensures, ensures that, have to, is forbidden from, is not allowed to, \
         is not permitted to, is obligated to, is prohibited from, is required to, must, shall, \
         undertake to, will",
    ),
    (
        Sense::Force(50),
        "as of now, as of this writing, as of today, as things stand, at present, at the moment, \
         at this time, currently, for now, for the present, for the time being, presently, \
         right now, so far, thus far",
    ),
    (
        Sense::Force(45),
        "all reasonable efforts, all reasonable endeavours, best effort, best efforts, \
         best endeavours, do our best, do our best to, every effort, make every effort",
    ),
    (
        Sense::Force(40),
        "good faith efforts, reasonable effort, reasonable efforts, reasonable endeavours, \
         reasonable measures, reasonable steps",
    ),
    (Sense::Force(38), "commercially reasonable effort, commercially reasonable efforts"),
    (
        Sense::Force(35),
        "aim to, aims to, attempt to, attempts to, designed to, endeavor to, endeavors to, \
         endeavour to, help to, seek to, seek ways to, seeks to, should, strive to, \
         strives to, tries to, try to, work to, working to, working toward, working towards, \
         works to",
    ),
    (
        Sense::Force(30),
        "aspire to, expect to, expects to, hope to, hopes to, intend to, intends to, \
         our goal is, plan to, plans to, would like to",
    ),
    (
        Sense::Force(20),
        "are not obligated to, are not required to, but are not obligated to, \
         but are not required to, but is not required to, can, could, do not have to, does not have to, \
         has no obligation to, \
         have no obligation to, is not obligated to, is not required to, may, may choose to, \
         may elect to, might, need not, reserve the right, reserve the right to, reserves the right, \
         reserves the right to",
    ),
    (
        Sense::Discretion,
        "at its discretion, at its sole discretion, at our discretion, \
         at our sole discretion, for any reason, in its discretion, in its sole discretion, \
         in our discretion, in our sole and absolute discretion, in our sole discretion, \
         without notice, without prior notice",
    ),
    (
        Sense::Threshold,
        "believe in good faith, concrete reasons, good faith belief, objective and concrete reasons, \
         reasonably believe, reasonably believes, reasonably suspect, reason to believe, \
         reasonable grounds, actual knowledge",
    ),
    (
        Sense::Hedge,
        "appropriate, as appropriate, as we deem appropriate, as we see fit, \
         if we deem it appropriate, where we consider it appropriate, where we deem appropriate, \
         where we deem it appropriate, where we see fit, as far as possible, as needed, for the most part, \
         generally, if possible, in general, in most cases, in principle, in some cases, \
         knowingly, likely, mostly, normally, often, ordinarily, primarily, \
         reasonably practicable, substantially, to our knowledge, typically, usually, \
         when appropriate, when possible, where appropriate, where feasible, where possible, \
         where practicable",
    ),
    (Sense::Emphasis, "always, at all times, explicitly, in all cases, strictly"),
    (
        Sense::Negation,
        "abstain from, cease to, fail to, fails to, neither, no, no longer, nor, not, refrain from",
    ),
    (
        Sense::Exception,
        "apart from, aside from, but not, do not apply to, do not extend to, does not apply to, \
         does not extend to, except, \
         except as, except for, except if, except in, except that, except to the extent, \
         except when, except where, except with respect to, excluding, exclusive of, \
         exempt from, notwithstanding, other than, save as, save for, shall not apply to, \
         unless, unless and until, unless otherwise, will not apply to, with the exception of",
    ),
    (
        Sense::Legal,
        "as permitted by applicable law, as permitted by law, as required by applicable law, \
         as required by law, except as required by applicable law, except as required by law, \
         if required by applicable law, if required by law, subject to applicable law, \
         to the extent allowed under applicable law, \
         to the extent permitted by applicable law, to the extent permitted by law, \
         to the fullest extent permitted by applicable law, \
         to the fullest extent permitted by law, \
         to the maximum extent permitted by applicable law, \
         to the maximum extent permitted by law, \
         to the maximum extent permitted under applicable law, unless prohibited by law, \
         unless required by applicable law, unless required by law, where permitted, \
         where permitted by law, where required by law",
    ),
    (
        Sense::Condition,
        "as long as, as soon as, at the time, conditional upon, contingent on, depending on, \
         if, in case, in case of, in the event, in the event of, in the event that, \
         on condition that, on the condition that, once, only if, only when, pending, \
         provided, provided that, so long as, subject to, till, to the extent, \
         to the extent that, unless earlier, until, upon, upon request, upon your request, \
         when, whenever, where, with your consent, with your permission",
    ),
    (
        Sense::Vague,
        "as soon as possible, as soon as practicable, as soon as reasonably practicable, \
         at any time, from time to time, immediately, in a timely manner, indefinitely, \
         permanently, promptly, shortly, soon, until further notice, \
         within a reasonable period, within a reasonable time, without delay, \
         without undue delay",
    ),
    (Sense::Exclusive, "exclusive, exclusively, only, solely"),
    (
        Sense::Partial,
        "certain, designated, eligible, limited, particular, qualifying, selected, some, \
         specific, specified",
    ),
    (
        Sense::Example,
        "among others, e.g, eg, for example, for instance, include, includes, including, \
         like, such as",
    ),
    (Sense::Company, "our, ourselves, the company, us, we"),
    (
        Sense::User,
        "advertiser, advertisers, customer, customers, developer, developers, driver, \
         drivers, end user, end users, licensee, member, members, merchant, participant, \
         participants, passenger, passengers, player, players, publisher, publishers, seller, \
         sellers, subscriber, subscribers, user, users, you, your, yours, yourself",
    ),
];

/// Words with which something opens that stands before the main clause, up to a comma.
pub static OPENERS: Words = LazyLock::new(|| {
    words(
        "accordingly, additionally, after, also, although, as, because, before, by, \
         collectively, consequently, during, even, finally, for, from, further, furthermore, \
         generally, given, however, in, moreover, similarly, since, therefore, through, to, \
         under, using, while, with, without",
    )
});

/// Verbs and adjectives, as roots, by which a company that does them binds itself or protects.
pub static PROTECTS: Words = LazyLock::new(|| {
    words(
        "adher, aim, anonymiz, audit, ban, believ, commit, comply, cut, dedicat, delet, donat, \
         eliminat, encrypt, ensur, follow, halt, honor, implement, limit, mak, minimiz, notify, \
         offset, paus, pay, pledg, prohibit, promiz, protect, publish, recogniz, recycl, reduc, \
         refund, remain, replenish, report, requir, respect, restor, safeguard, secur, stop, striv, \
         support, uphold",
    )
});

/// Verbs, as roots, that a company does to others' cost.
pub static ADVERSE: Words = LazyLock::new(|| {
    words(
        "block, cancel, charg, collect, deduct, disclos, end, limit, monitor, process, remov, \
         retain, sell, shar, stor, suspend, track, transfer, us",
    )
});

/// Verbs and adjectives by which users are bound.
pub static DUTIES: Words = LazyLock::new(|| {
    words(
        "accept, acknowledge, agree, agrees, bear, confirm, consent, indemnify, need, \
         obligated, remain, represent, required, responsible, undertake, waive, warrant",
    )
});

/// Verbs, nouns and adjectives by which users are entitled.
pub static RIGHTS: Words =
    LazyLock::new(|| words("able, choose, entitled, free, own, receive, retain, right"));

/// Verbs of steps by which users exercise a right.
pub static STEPS: Words = LazyLock::new(|| {
    words(
        "call, click, complete, contact, contacting, email, emailing, fill, filling, go, \
         navigate, open, request, select, visit, write",
    )
});

/// Verbs with which a command to users begins, or a list item that says what they must not do.
pub static IMPERATIVES: Words = LazyLock::new(|| {
    words(
        "abuse, access, attempt, be, bypass, circumvent, collect, comply, copy, create, \
         decompile, disable, disclose, distribute, do, download, encourage, engage, ensure, \
         follow, harass, impersonate, infringe, intentionally, interfere, keep, let, \
         maintain, make, misrepresent, modify, never, not, obtain, please, post, promote, \
         provide, publish, read, remove, reproduce, resell, respect, reverse, review, see, \
         sell, send, share, solicit, submit, take, transfer, transmit, upload, use, violate",
    )
});

/// Nouns with which an item of what is collected begins.
pub static DATA: Words = LazyLock::new(|| {
    words(
        "address, addresses, cookies, data, details, device, identifiers, information, ip, \
         location, records, usage",
    )
});

/// Nouns with which an item of what is not allowed begins.
pub static MATTER: Words = LazyLock::new(|| {
    words(
        "ads, advertising, claims, content, footage, imagery, images, material, materials, \
         misleading, posts, videos",
    )
});

/// Names of documents and of places on a site, as menus have them.
pub static MENU: Words = LazyLock::new(|| {
    words(
        "accessibility, agreement, blog, careers, conditions, contact, contents, cookie, cookies, \
         guidelines, help, home, imprint, legal, menu, navigation, notice, policies, policy, \
         press, privacy, search, service, settings, sitemap, statement, support, terms, use",
    )
});

/// Runs of words that disclaim.
pub static DISCLAIMS: Runs = LazyLock::new(|| {
    runs(
        "aggregate liability, as available, disclaim, disclaims, have no liability, no duty, \
         no liability, no obligation, no responsibility, no warranties, no warranty, \
         not be held responsible, not be liable, not be responsible, not guarantee, \
         not liable, not responsible, not warrant, reserve the right, reserves the right, \
         sole discretion, total liability, without any warranties, without any warranty, \
         without warranty",
    )
});

/// Runs of words that define a term.
pub static DEFINES: Runs = LazyLock::new(|| {
    runs(
        "are defined as, is considered, is defined as, is not considered, means, \
         refer to the, refers to, shall mean, the term",
    )
});

/// Runs of words by which users grant the company something.
pub static GRANTS: Runs = LazyLock::new(|| {
    runs(
        "you acknowledge and agree that, you acknowledge that, you agree and instruct, \
         you agree that we, you authorize, you grant, you hereby grant, \
         you understand and agree that, you understand that",
    )
});

/// Runs of words by which a clause only refers to another place.
pub static REFERS: Runs = LazyLock::new(|| {
    runs(
        "available at, available online, can be found, find out more, for additional terms, \
         for an example, for example see, for examples, for further information, \
         for more details, for more information, learn more, more information about, \
         please see, see our, to learn more",
    )
});

/// Runs of words that say whom to write to.
pub static CONTACTS: Runs = LazyLock::new(|| {
    runs("by contacting us, contact our, contact us, email us at, please contact, write to us at")
});

/// Runs of words that name harm to third parties.
pub static SAFEGUARDS: Runs = LazyLock::new(|| {
    runs(
        "biometric, campaigning, critical infrastructure, discrimination, emotion, emotions, \
         facial, genocide, intelligence purposes, law enforcement, likeness, lobbying, \
         military, police, self harm, social scoring, surveillance, warfare, weapon, weapons",
    )
});

/// Nouns for what was promised, by which a sentence takes up the one before.
pub static PROMISES: Roots = LazyLock::new(|| {
    roots_of(
        "assurance, ban, commitment, deadline, exclusion, freeze, goal, guarantee, limit, \
         limitation, moratorium, obligation, paragraph, pause, pledge, prohibition, promise, \
         protection, provision, requirement, restriction, right, rule, section, sentence, stance, \
         suspension, target, undertaking",
    )
});

/// Nouns and verbs for what keeps from harm: who ends it lets go on what it held back.
pub static KEEPS: Roots = LazyLock::new(|| {
    roots_of(
        "anonymization, assistance, audit, ban, commitment, conservation, deletion, donation, \
         embargo, encryption, exclusion, freeze, guarantee, moratorium, oversight, pause, pledge, \
         prohibition, promise, protection, publication, publish, recycling, refund, report, \
         restoration, restriction, safeguard, support, suspension, transparency",
    )
});

/// Verbs by which something ends, is refused or forbidden.
pub static ENDS: Roots = LazyLock::new(|| {
    roots_of(
        "abandon, ban, bar, block, cease, decline, delete, disable, discontinue, end, exclude, \
         expire, forbid, freeze, halt, lapse, lift, pause, phase, prohibit, quit, refuse, reject, \
         restrict, revoke, stop, suspend, terminate, withdraw",
    )
});

/// Verbs by which something begins, goes on, is accepted or permitted.
pub static GOES_ON: Roots = LazyLock::new(|| {
    roots_of(
        "accept, adopt, agree, allow, approve, authorize, begin, continue, enable, enact, expand, \
         implement, impose, include, introduce, keep, launch, maintain, permit, persist, \
         reinstate, reintroduce, relaunch, remain, renew, reopen, restart, restore, resume, retain, \
         return, start, stay, uphold, welcome",
    )
});

/// Those of both whose subject is who acts, and never what is held back.
pub static FORBIDS: Roots = LazyLock::new(|| {
    roots_of(
        "accept, agree, allow, authorize, ban, bar, block, decline, enable, exclude, forbid, include, \
         permit, prohibit, refuse, reject, restrict",
    )
});

/// Words by which something is a duty.
pub static FIRM: Roots = LazyLock::new(|| {
    roots_of(
        "ban, bar, binding, commit, compulsory, demand, forbid, insist, mandate, mandatory, \
         obligatory, permanent, permanently, pledge, prohibit, promise, require, unconditional",
    )
});

/// Words by which it is a wish.
pub static SOFT: Roots = LazyLock::new(|| {
    roots_of(
        "advise, advisory, aspirational, consider, discourage, encourage, explore, hope, invite, non-binding, optional, \
         provisional, recommend, temporarily, temporary, urge, voluntarily, voluntary",
    )
});

/// Verbs by which a sentence, denied, says how far the one before it reaches.
pub static REACHES: Roots = LazyLock::new(|| {
    roots_of(
        "affect, apply, bind, concern, cover, extend, govern, include, limit, preclude, \
         prejudice, prevent, prohibit, restrict",
    )
});

/// Verbs by which a sentence takes something out of the one before it.
pub static CARVES: Roots = LazyLock::new(|| roots_of("except, exclude, exempt"));

/// Verbs by which a promise may be relaxed.
pub static RELAXES: Roots = LazyLock::new(|| {
    roots_of(
        "adjust, amend, change, end, lift, modify, override, reconsider, relax, review, revise, \
         revisit, revoke, suspend, terminate, update, waive, withdraw",
    )
});

/// Adjectives by which a promise is none.
pub static NOT_FIRM: Roots = LazyLock::new(|| {
    roots_of("aspirational, indicative, non-binding, optional, provisional, temporary, voluntary")
});

/// Verbs by which a promise is over.
pub static SUBSIDES: Roots = LazyLock::new(|| roots_of("end, expire, lapse, sunset"));

/// Words with which a sentence opens that goes against the one before it.
pub const CONTRASTS: &[&[&str]] = &[
    &["but"],
    &["even", "so"],
    &["having", "said", "that"],
    &["however"],
    &["nevertheless"],
    &["nonetheless"],
    &["still", ","],
    &["that", "said"],
    &["yet", ","],
];
