-- The first form of the archive. A migration is never edited; later ones are added beside it.
-- Times are milliseconds since 1970-01-01T00:00:00Z. What repeats is kept once and named by a number.

CREATE TABLE page (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE address (
    id  INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE
) STRICT;

-- Sentences of reasons and evidence, most of which repeat.
CREATE TABLE sentence (
    id    INTEGER PRIMARY KEY,
    words TEXT NOT NULL UNIQUE
) STRICT;

-- Redirects as JSON, `[{"url":…,"status":…,"target":…}]`.
CREATE TABLE route (
    id   INTEGER PRIMARY KEY,
    hops TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE failure (
    id       INTEGER PRIMARY KEY,
    form     TEXT NOT NULL UNIQUE,
    code     TEXT NOT NULL,
    sentence TEXT NOT NULL
) STRICT;

CREATE TABLE wording (
    id     INTEGER PRIMARY KEY,
    digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32)
) STRICT;

CREATE TABLE regime (
    id        INTEGER PRIMARY KEY,
    revision  INTEGER NOT NULL,
    selection BLOB NOT NULL CHECK (length(selection) = 32),
    UNIQUE (revision, selection)
) STRICT;

-- Three shelves of one form. `frame` is a zstd frame, which needs the bytes of `base` as its
-- prefix where there is one; `depth` counts the frames below.
CREATE TABLE snapshot (
    id        INTEGER PRIMARY KEY,
    digest    BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    raw_bytes INTEGER NOT NULL CHECK (raw_bytes >= 0),
    base      INTEGER REFERENCES snapshot (id),
    depth     INTEGER NOT NULL,
    frame     BLOB NOT NULL
) STRICT;

CREATE TABLE text (
    id        INTEGER PRIMARY KEY,
    digest    BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    raw_bytes INTEGER NOT NULL CHECK (raw_bytes >= 0),
    base      INTEGER REFERENCES text (id),
    depth     INTEGER NOT NULL,
    frame     BLOB NOT NULL
) STRICT;

CREATE TABLE header_set (
    id        INTEGER PRIMARY KEY,
    digest    BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    raw_bytes INTEGER NOT NULL CHECK (raw_bytes >= 0),
    base      INTEGER REFERENCES header_set (id),
    depth     INTEGER NOT NULL,
    frame     BLOB NOT NULL
) STRICT;

CREATE TRIGGER snapshot_is_never_rewritten BEFORE UPDATE ON snapshot
BEGIN SELECT raise(ABORT, 'a snapshot is never rewritten'); END;

CREATE TRIGGER text_is_never_rewritten BEFORE UPDATE ON text
BEGIN SELECT raise(ABORT, 'a text is never rewritten'); END;

CREATE TRIGGER header_set_is_never_rewritten BEFORE UPDATE ON header_set
BEGIN SELECT raise(ABORT, 'a header set is never rewritten'); END;

CREATE TABLE visit (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    page       INTEGER NOT NULL REFERENCES page (id),
    started_at INTEGER NOT NULL,
    ended_at   INTEGER NOT NULL,
    origin     TEXT NOT NULL CHECK (origin IN ('live', 'imported')),
    judged     INTEGER NOT NULL DEFAULT 0 CHECK (judged IN (0, 1))
) STRICT;

CREATE INDEX visit_by_time ON visit (page, started_at);
CREATE INDEX visit_unjudged ON visit (id) WHERE judged = 0;

CREATE TABLE part (
    visit        INTEGER NOT NULL REFERENCES visit (id),
    position     INTEGER NOT NULL,
    address      INTEGER NOT NULL REFERENCES address (id),
    route        INTEGER REFERENCES route (id),
    -- Who answered; none if nobody did, and then the fields up to `framing` are empty.
    answered     INTEGER REFERENCES address (id),
    status       INTEGER,
    http_version TEXT,
    headers      INTEGER REFERENCES header_set (id),
    content_type TEXT,
    remote       TEXT,
    certificate  BLOB,
    wire_digest  BLOB,
    wire_bytes   INTEGER,
    framing      TEXT CHECK (framing IN ('told', 'closed_only')),
    outcome      TEXT NOT NULL CHECK (outcome IN ('captured', 'not_modified', 'failed')),
    snapshot     INTEGER REFERENCES snapshot (id),
    failure      INTEGER REFERENCES failure (id),
    attempts     INTEGER NOT NULL,
    took_ms      INTEGER NOT NULL,
    PRIMARY KEY (visit, position),
    CHECK ((outcome = 'failed') = (failure IS NOT NULL)),
    CHECK ((outcome = 'failed') = (snapshot IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX part_by_snapshot ON part (snapshot, visit) WHERE snapshot IS NOT NULL;

-- What the next body and head of an address of a page are likely to resemble.
CREATE TABLE latest (
    page     INTEGER NOT NULL REFERENCES page (id),
    address  INTEGER NOT NULL REFERENCES address (id),
    snapshot INTEGER REFERENCES snapshot (id),
    headers  INTEGER REFERENCES header_set (id),
    PRIMARY KEY (page, address)
) STRICT, WITHOUT ROWID;

-- What a visit was judged to be. A later judgement of the same visit supersedes the earlier,
-- which stays.
CREATE TABLE judgement (
    id            INTEGER PRIMARY KEY,
    visit         INTEGER NOT NULL REFERENCES visit (id),
    page          INTEGER NOT NULL REFERENCES page (id),
    captured_at   INTEGER NOT NULL,
    judged_at     INTEGER NOT NULL,
    finding       TEXT NOT NULL,
    trouble       TEXT,
    evidence      INTEGER REFERENCES sentence (id),
    text          INTEGER REFERENCES text (id),
    regime        INTEGER REFERENCES regime (id),
    wording       INTEGER REFERENCES wording (id),
    -- 0 not read as the policy, 1 read and established, 2 read and not established.
    accepted      INTEGER NOT NULL CHECK (accepted IN (0, 1, 2)),
    superseded_by INTEGER REFERENCES judgement (id)
) STRICT;

CREATE INDEX judgement_by_visit ON judgement (visit);
CREATE INDEX judgement_by_wording ON judgement (page, wording, captured_at)
    WHERE accepted <> 0 AND superseded_by IS NULL AND wording IS NOT NULL;
CREATE INDEX judgement_in_trouble ON judgement (page, wording, captured_at)
    WHERE accepted = 0 AND superseded_by IS NULL AND wording IS NOT NULL;

CREATE TABLE reason (
    judgement INTEGER NOT NULL REFERENCES judgement (id),
    position  INTEGER NOT NULL,
    sentence  INTEGER NOT NULL REFERENCES sentence (id),
    PRIMARY KEY (judgement, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE version (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    page           INTEGER NOT NULL REFERENCES page (id),
    number         INTEGER NOT NULL,
    cause          TEXT NOT NULL,
    text           INTEGER NOT NULL REFERENCES text (id),
    regime         INTEGER NOT NULL REFERENCES regime (id),
    first_visit    INTEGER NOT NULL REFERENCES visit (id),
    first_at       INTEGER NOT NULL,
    established_at INTEGER NOT NULL,
    judgement      INTEGER NOT NULL REFERENCES judgement (id),
    UNIQUE (page, number)
) STRICT;

-- A version's text, read again under a later regime with the same result.
CREATE TABLE read_again (
    version   INTEGER NOT NULL REFERENCES version (id),
    regime    INTEGER NOT NULL REFERENCES regime (id),
    judgement INTEGER NOT NULL REFERENCES judgement (id),
    PRIMARY KEY (version, judgement)
) STRICT, WITHOUT ROWID;

-- A page as of its latest judgement, derived from the rest so that a visit need not read it all.
CREATE TABLE page_status (
    page                   INTEGER PRIMARY KEY REFERENCES page (id),
    first_visit_at         INTEGER NOT NULL,
    last_visit_at          INTEGER NOT NULL,
    last_healthy_at        INTEGER,
    judged_visit           INTEGER REFERENCES visit (id),
    judged_captured_at     INTEGER,
    version                INTEGER REFERENCES version (id),
    version_last_at        INTEGER,
    final_address          INTEGER REFERENCES address (id),
    latest_text            INTEGER REFERENCES text (id),
    away_until             INTEGER,
    waiting_wording        INTEGER REFERENCES wording (id),
    waiting_text           INTEGER REFERENCES text (id),
    waiting_first_visit    INTEGER REFERENCES visit (id),
    waiting_first_at       INTEGER,
    waiting_last_at        INTEGER,
    waiting_sightings      INTEGER,
    waiting_before_last_at INTEGER,
    waiting_diverged_at    INTEGER,
    spell_trouble          TEXT,
    spell_evidence         INTEGER REFERENCES sentence (id),
    spell_since            INTEGER,
    spell_event            TEXT,
    spell_alerted          INTEGER,
    spell_visits           INTEGER
) STRICT;

-- The bodies that an address may answer 304 for.
CREATE TABLE known (
    page          INTEGER NOT NULL REFERENCES page (id),
    position      INTEGER NOT NULL,
    address       INTEGER NOT NULL REFERENCES address (id),
    snapshot      INTEGER NOT NULL REFERENCES snapshot (id),
    etag          TEXT,
    last_modified TEXT,
    PRIMARY KEY (page, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    name          TEXT NOT NULL UNIQUE,
    page          INTEGER NOT NULL REFERENCES page (id),
    kind          TEXT NOT NULL,
    company       TEXT NOT NULL,
    title         TEXT NOT NULL,
    address       INTEGER NOT NULL REFERENCES address (id),
    captured_at   INTEGER NOT NULL,
    recorded_at   INTEGER NOT NULL,
    judgement     INTEGER NOT NULL REFERENCES judgement (id),
    telling       TEXT NOT NULL CHECK (telling IN ('alert', 'pending', 'quiet')),
    alerted_at    INTEGER,
    quiet_because TEXT,
    -- The digests of a change's texts, and all of what happened as JSON.
    before_text   BLOB,
    after_text    BLOB,
    what          TEXT NOT NULL,
    superseded_by INTEGER REFERENCES event (id),
    CHECK ((telling = 'alert') = (alerted_at IS NOT NULL)),
    CHECK ((telling = 'quiet') = (quiet_because IS NOT NULL))
) STRICT;

CREATE INDEX event_by_time ON event (captured_at, id);
CREATE INDEX event_by_page ON event (page, captured_at, id);

CREATE TABLE delivery (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    event      INTEGER NOT NULL REFERENCES event (id),
    channel    TEXT NOT NULL,
    recipient  TEXT NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('due', 'delivered', 'given_up')),
    state_at   INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    UNIQUE (event, channel, recipient)
) STRICT;

CREATE INDEX delivery_open ON delivery (state, state_at) WHERE state <> 'delivered';

CREATE TABLE sweep (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    started_at INTEGER NOT NULL,
    pages_due  INTEGER NOT NULL,
    ended_at   INTEGER,
    outcome    TEXT
) STRICT;
