-- The changes that were told, so that it is counted how many of them wait for a reviewer without
-- reading them all.
CREATE INDEX event_alerted_change ON event (captured_at, id)
    WHERE kind = 'change' AND superseded_by IS NULL AND telling = 'alert';
