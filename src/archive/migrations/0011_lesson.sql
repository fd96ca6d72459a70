-- Places of a page where passages come and go by themselves, learnt with a judgement: of those that
-- are not superseded, the latest of each place counts. `after` is none at the start of the page.
CREATE TABLE lesson (
    id          INTEGER PRIMARY KEY,
    page        INTEGER NOT NULL REFERENCES page (id),
    judgement   INTEGER NOT NULL REFERENCES judgement (id),
    after       BLOB CHECK (after IS NULL OR length(after) = 32),
    words       TEXT NOT NULL,
    passages    INTEGER NOT NULL,
    longest_ms  INTEGER NOT NULL,
    first_visit INTEGER NOT NULL REFERENCES visit (id),
    first_at    INTEGER NOT NULL,
    last_visit  INTEGER NOT NULL REFERENCES visit (id),
    last_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX lesson_by_page ON lesson (page);
