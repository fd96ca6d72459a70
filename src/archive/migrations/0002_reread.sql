-- What was read is read again: texts under another regime, and what a visit asked for.

-- Language and headers that a visit asked with, as a digest; none of visits before, and of imports.
ALTER TABLE visit ADD COLUMN asked BLOB CHECK (asked IS NULL OR length(asked) = 32);

-- What the version reads like under that regime; none is the version's own text.
ALTER TABLE read_again ADD COLUMN text INTEGER REFERENCES text (id);

-- Pages that were renamed here, whose name in the watchlist may be the one before still.
CREATE TABLE renaming (
    before TEXT PRIMARY KEY,
    after  TEXT NOT NULL
) STRICT;

-- Trouble that was over before it was told waits for nothing any more.
UPDATE event SET telling = 'quiet', quiet_because = 'it was over before it was alerted'
WHERE telling = 'pending' AND name NOT IN
    (SELECT spell_event FROM page_status WHERE spell_event IS NOT NULL);
