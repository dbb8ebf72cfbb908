-- "Do not disturb"; devices that are left alone; voice messages; what a person has deleted for themselves.

ALTER TABLE people ADD COLUMN quiet_on BIGINT NOT NULL DEFAULT 0;
ALTER TABLE people ADD COLUMN quiet_until BIGINT;
-- Hours as JSON; null: none.
ALTER TABLE people ADD COLUMN quiet_hours TEXT;
ALTER TABLE people ADD COLUMN quiet_zone TEXT NOT NULL DEFAULT '';

-- Whose calls ring all the same.
CREATE TABLE break_through (
    owner BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    PRIMARY KEY (owner, person)
);

ALTER TABLE devices ADD COLUMN silenced BIGINT NOT NULL DEFAULT 0;

-- A call that one side has deleted from its lists.
ALTER TABLE calls ADD COLUMN caller_deleted BIGINT NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN callee_deleted BIGINT NOT NULL DEFAULT 0;

-- Seconds of a voice message; its sound stands apart, so that pages of a conversation do not read it.
ALTER TABLE entries ADD COLUMN voice BIGINT;

CREATE TABLE voices (
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    author BIGINT NOT NULL REFERENCES people (id),
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- The one column of bytes (PostgreSQL: BYTEA).
    sound BLOB NOT NULL,
    PRIMARY KEY (conversation, seq)
);
CREATE INDEX voices_author ON voices (author);

-- Entries that a person has deleted for themselves. One that nobody sees any more is emptied; its place
-- stays, so that a client that repeats it does not bring it back.
CREATE TABLE deleted_entries (
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    PRIMARY KEY (person, conversation, seq)
);
