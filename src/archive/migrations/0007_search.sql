-- The words of all versions, passage by passage. All of it is derived from the texts.

-- `key` is the first 63 bits of the digest of the words, which the texts hold.
CREATE TABLE passage (
    id  INTEGER PRIMARY KEY,
    key INTEGER NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE passage_words USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);

-- Where a passage stood: on a page, from a version to the first that has it no more.
CREATE TABLE stay (
    page          INTEGER NOT NULL REFERENCES page (id),
    passage       INTEGER NOT NULL REFERENCES passage (id),
    from_version  INTEGER NOT NULL REFERENCES version (id),
    until_version INTEGER REFERENCES version (id),
    PRIMARY KEY (page, passage, from_version)
) STRICT, WITHOUT ROWID;

CREATE INDEX stay_of_passage ON stay (passage);

-- The pages whose versions are all indexed. Others are indexed when they are first searched.
CREATE TABLE searched (
    page INTEGER PRIMARY KEY REFERENCES page (id)
) STRICT;

-- A body may be packed anew, or taken out by order; what it is named by and how long it was stays.
DROP TRIGGER snapshot_is_never_rewritten;
CREATE TRIGGER snapshot_is_never_rewritten BEFORE UPDATE OF id, digest, raw_bytes ON snapshot
BEGIN SELECT raise(ABORT, 'a snapshot is never rewritten'); END;

DROP TRIGGER text_is_never_rewritten;
CREATE TRIGGER text_is_never_rewritten BEFORE UPDATE OF id, digest, raw_bytes ON text
BEGIN SELECT raise(ABORT, 'a text is never rewritten'); END;

DROP TRIGGER header_set_is_never_rewritten;
CREATE TRIGGER header_set_is_never_rewritten BEFORE UPDATE OF id, digest, raw_bytes ON header_set
BEGIN SELECT raise(ABORT, 'a header set is never rewritten'); END;

-- The first of the latest run of bodies at an address: where a run is as long as a chain may be,
-- the next begins with what resembles it, in place of a whole one.
ALTER TABLE latest ADD COLUMN run INTEGER REFERENCES snapshot (id);

-- What was removed by order: what, when and why. The digest of a body stays where it was.
CREATE TABLE removal (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    removed_at INTEGER NOT NULL,
    kind       TEXT NOT NULL CHECK (kind IN ('redact', 'forget')),
    what       TEXT NOT NULL,
    reason     TEXT NOT NULL
) STRICT;

-- What of the shelves has no bytes any more: the shelf's table, the row, and the removal.
CREATE TABLE redacted (
    shelf   TEXT NOT NULL CHECK (shelf IN ('snapshot', 'text')),
    item    INTEGER NOT NULL,
    removal INTEGER NOT NULL REFERENCES removal (id),
    PRIMARY KEY (shelf, item)
) STRICT, WITHOUT ROWID;

-- Words that are taken out leave nothing behind in the index either.
INSERT INTO passage_words (passage_words, rank) VALUES ('secure-delete', 1);

-- What happened, as a zstd frame of the JSON; `what` is empty then.
ALTER TABLE event ADD COLUMN packed BLOB;
