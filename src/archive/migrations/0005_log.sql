-- The log of what was recorded: its entries, who signs it, and where it begins.

-- What was recorded before there was a log: the highest numbers then.
CREATE TABLE log_begins (
    visit     INTEGER NOT NULL,
    judgement INTEGER NOT NULL,
    version   INTEGER NOT NULL,
    event     INTEGER NOT NULL,
    delivery  INTEGER NOT NULL,
    sweep     INTEGER NOT NULL
) STRICT;

INSERT INTO log_begins SELECT
    (SELECT coalesce(max(id), 0) FROM visit),
    (SELECT coalesce(max(id), 0) FROM judgement),
    (SELECT coalesce(max(id), 0) FROM version),
    (SELECT coalesce(max(id), 0) FROM event),
    (SELECT coalesce(max(id), 0) FROM delivery),
    (SELECT coalesce(max(id), 0) FROM sweep);

-- Entries in a row, from number `first` on: each its length in two bytes, highest first, and its
-- bytes; all of them as one zstd frame, as on the shelves. Those of one transaction share a frame.
CREATE TABLE log_frame (
    first     INTEGER PRIMARY KEY,
    entries   INTEGER NOT NULL CHECK (entries > 0),
    -- The first visit and the first judgement that it tells of.
    visit     INTEGER,
    judgement INTEGER,
    raw_bytes INTEGER NOT NULL CHECK (raw_bytes >= 0),
    base      INTEGER REFERENCES log_frame (first),
    depth     INTEGER NOT NULL,
    frame     BLOB NOT NULL
) STRICT;

CREATE INDEX log_frame_by_visit ON log_frame (visit) WHERE visit IS NOT NULL;
CREATE INDEX log_frame_by_judgement ON log_frame (judgement) WHERE judgement IS NOT NULL;

CREATE TRIGGER log_is_never_rewritten BEFORE UPDATE ON log_frame
BEGIN SELECT raise(ABORT, 'the log is never rewritten'); END;

CREATE TRIGGER log_is_only_added_to BEFORE DELETE ON log_frame
BEGIN SELECT raise(ABORT, 'the log is only added to'); END;

-- Who signs the log: the latest row counts. The public key, and the name under which it signs.
CREATE TABLE log_key (
    id     INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    public BLOB NOT NULL CHECK (length(public) = 32)
) STRICT;

-- What a sweep began with: the digest of the watchlist's file, and the extractor's revision.
ALTER TABLE sweep ADD COLUMN watchlist BLOB CHECK (watchlist IS NULL OR length(watchlist) = 32);
ALTER TABLE sweep ADD COLUMN extractor INTEGER;
