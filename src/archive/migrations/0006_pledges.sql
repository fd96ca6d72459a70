-- Pledges followed: how each stands in each version of its page, and what people added.

CREATE TABLE pledge (
    id   INTEGER PRIMARY KEY,
    page INTEGER NOT NULL REFERENCES page (id),
    name TEXT NOT NULL,
    UNIQUE (page, name)
) STRICT;

-- A place lies in `text`, in blocks and bytes. A state that was derived anew supersedes the one
-- before, which stays; that of a version whose judgement was superseded counts no more either.
CREATE TABLE pledge_state (
    id            INTEGER PRIMARY KEY,
    pledge        INTEGER NOT NULL REFERENCES pledge (id),
    version       INTEGER NOT NULL REFERENCES version (id),
    text          INTEGER NOT NULL REFERENCES text (id),
    quote         INTEGER NOT NULL REFERENCES sentence (id),
    standing      TEXT NOT NULL,
    from_block    INTEGER,
    from_byte     INTEGER,
    to_block      INTEGER,
    to_byte       INTEGER,
    words         INTEGER NOT NULL REFERENCES sentence (id),
    step          TEXT,
    recorded_at   INTEGER NOT NULL,
    superseded_by INTEGER REFERENCES pledge_state (id)
) STRICT;

CREATE INDEX pledge_state_by_pledge ON pledge_state (pledge, version) WHERE superseded_by IS NULL;

-- Until when the watchlist says that a pledge holds, each time that it says something else.
CREATE TABLE pledge_term (
    id          INTEGER PRIMARY KEY,
    pledge      INTEGER NOT NULL REFERENCES pledge (id),
    term        TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pledge_term_by_pledge ON pledge_term (pledge, id);

-- What people added by hand; only ever added to.
CREATE TABLE pledge_note (
    id          INTEGER PRIMARY KEY,
    pledge      INTEGER NOT NULL REFERENCES pledge (id),
    kind        TEXT NOT NULL,
    day         TEXT NOT NULL,
    source      TEXT NOT NULL,
    words       TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX pledge_note_by_pledge ON pledge_note (pledge, id);

CREATE TRIGGER pledge_note_is_never_rewritten BEFORE UPDATE ON pledge_note
BEGIN SELECT raise(ABORT, 'a note is never rewritten'); END;
