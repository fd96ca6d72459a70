-- Whether a head was ever signed by this key: where it is missing then, it was lost, or a backup of
-- the archive was put where its head is not.
ALTER TABLE log_key ADD COLUMN signed INTEGER NOT NULL DEFAULT 0 CHECK (signed IN (0, 1));
