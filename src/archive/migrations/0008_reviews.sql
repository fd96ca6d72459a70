-- What people decided about changes; only ever added to. What holds is told by the latest.

-- `salt` makes the digest that the log has of a row one that nobody can guess: who decided what is
-- proved by the row, and not told by a log that is published.
CREATE TABLE review (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    event    INTEGER NOT NULL REFERENCES event (id),
    decision TEXT NOT NULL
        CHECK (decision IN ('confirm', 'dismiss', 'escalate', 'reopen', 'note')),
    reason   TEXT,
    note     TEXT,
    reviewer TEXT NOT NULL,
    at       INTEGER NOT NULL,
    rule     INTEGER,
    salt     BLOB NOT NULL CHECK (length(salt) = 16),
    CHECK ((decision = 'dismiss') = (reason IS NOT NULL)),
    CHECK (decision <> 'note' OR note IS NOT NULL)
) STRICT;

CREATE INDEX review_by_event ON review (event, id);

CREATE TRIGGER review_is_never_rewritten BEFORE UPDATE ON review
BEGIN SELECT raise(ABORT, 'a review is never rewritten'); END;

CREATE TRIGGER review_is_only_added_to BEFORE DELETE ON review
BEGIN SELECT raise(ABORT, 'reviews are only added to'); END;
