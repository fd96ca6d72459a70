-- What a body reads like that differs from the latest one in nothing that is read.

-- The latest body of a page that was read, by its fingerprint, with all that was read of it but the
-- wording's place in the history. Digests, since nothing here keeps a text.
CREATE TABLE read_as (
    page        INTEGER PRIMARY KEY REFERENCES page (id) ON DELETE CASCADE,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    revision    INTEGER NOT NULL,
    selection   BLOB NOT NULL CHECK (length(selection) = 32),
    text        BLOB NOT NULL CHECK (length(text) = 32),
    wording     BLOB NOT NULL CHECK (length(wording) = 32),
    -- The strongest sign of trouble, and the language.
    sign        TEXT,
    evidence    TEXT,
    language    TEXT
) STRICT;
