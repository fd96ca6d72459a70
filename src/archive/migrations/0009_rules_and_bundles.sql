-- Rules that dismiss changes like one that was dismissed, and deliveries that go as one message.

-- Only ever added to: the latest revision of a rule counts. `likenesses` is JSON; of the page's words
-- it holds digests alone. `salt` is that of a review.
CREATE TABLE review_rule (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    rule       INTEGER NOT NULL,
    revision   INTEGER NOT NULL,
    page       INTEGER NOT NULL REFERENCES page (id),
    event      INTEGER NOT NULL REFERENCES event (id),
    state      TEXT NOT NULL CHECK (state IN ('active', 'forgotten')),
    likenesses TEXT NOT NULL,
    reason     TEXT NOT NULL,
    reviewer   TEXT NOT NULL,
    at         INTEGER NOT NULL,
    salt       BLOB NOT NULL CHECK (length(salt) = 16),
    UNIQUE (rule, revision)
) STRICT;

CREATE INDEX review_rule_by_page ON review_rule (page, rule, revision);

CREATE TRIGGER review_rule_is_never_rewritten BEFORE UPDATE ON review_rule
BEGIN SELECT raise(ABORT, 'a rule is never rewritten'); END;

CREATE TRIGGER review_rule_is_only_added_to BEFORE DELETE ON review_rule
BEGIN SELECT raise(ABORT, 'rules are only added to'); END;

-- The message that a delivery goes with, by its name; deliveries to one recipient under one name are
-- one message, whenever it is sent.
ALTER TABLE delivery ADD COLUMN bundle TEXT;

CREATE INDEX delivery_by_addressee ON delivery (channel, recipient, state_at) WHERE state = 'due';
