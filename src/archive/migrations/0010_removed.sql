-- Sentences that quote what was taken out, and what people added is only ever added to.

-- A sentence whose words were taken out by order: what they were, by digest and length, and by
-- which removal. Its words say that they are gone.
ALTER TABLE sentence ADD COLUMN digest BLOB CHECK (digest IS NULL OR length(digest) = 32);
ALTER TABLE sentence ADD COLUMN raw_bytes INTEGER;
ALTER TABLE sentence ADD COLUMN removal INTEGER REFERENCES removal (id);

-- Up to which body those of an address were packed anew.
ALTER TABLE latest ADD COLUMN packed INTEGER REFERENCES snapshot (id);

CREATE TRIGGER pledge_note_is_only_added_to BEFORE DELETE ON pledge_note
BEGIN SELECT raise(ABORT, 'notes are only added to'); END;

CREATE TRIGGER pledge_term_is_never_rewritten BEFORE UPDATE ON pledge_term
BEGIN SELECT raise(ABORT, 'what the watchlist said is never rewritten'); END;

CREATE TRIGGER pledge_term_is_only_added_to BEFORE DELETE ON pledge_term
BEGIN SELECT raise(ABORT, 'what the watchlist said is only added to'); END;
