-- What texts are held against where that is not the version's own text: passages that the version
-- shows, and that were not told since they were not seen to hold, stand in it as they stood before.
CREATE TABLE ground (
    version INTEGER PRIMARY KEY REFERENCES version (id),
    text    INTEGER NOT NULL REFERENCES text (id)
) STRICT;
