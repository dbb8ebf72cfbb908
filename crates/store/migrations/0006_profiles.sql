-- Pictures of people; how they are found, and told apart; reports to the operator, and what the operator does.

-- Null: none. An unguessable name that changes with each picture, so that whoever keeps one never shows an old one.
ALTER TABLE people ADD COLUMN avatar TEXT;

CREATE TABLE avatars (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE,
    -- JPEG, of our own making (PostgreSQL: BYTEA).
    small BLOB NOT NULL,
    large BLOB NOT NULL
);

-- Two foldings of the name, filled by the server: each word with a space before it, without case and diacritics; and
-- what it looks like (UTS 39). Empty until then.
ALTER TABLE people ADD COLUMN name_folded TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN name_look TEXT NOT NULL DEFAULT '';
ALTER TABLE people ADD COLUMN handle_look TEXT NOT NULL DEFAULT '';
CREATE INDEX people_name_look ON people (name_look);
CREATE INDEX people_handle_look ON people (handle_look);

CREATE INDEX follows_followed ON follows (followed, follower);

-- When the operator closed the account; null: it is open.
ALTER TABLE people ADD COLUMN disabled BIGINT;

-- What people tell the operator. Numbers count up.
CREATE TABLE reports (
    id BIGINT NOT NULL PRIMARY KEY,
    reporter BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    about BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    reason TEXT NOT NULL,
    words TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- 'open' or 'closed'.
    state TEXT NOT NULL,
    answer TEXT,
    answered BIGINT
);
CREATE INDEX reports_reporter ON reports (reporter, at);
CREATE INDEX reports_about ON reports (about);

-- Entries of the conversation as they were when they were reported.
CREATE TABLE report_entries (
    report BIGINT NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    -- A handle.
    author TEXT NOT NULL,
    -- What it was, as JSON.
    body TEXT NOT NULL,
    -- Its sound or picture (PostgreSQL: BYTEA).
    media_type TEXT,
    media BLOB,
    PRIMARY KEY (report, seq)
);

-- Warnings that stand until they have been read.
CREATE TABLE warnings (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    words TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- What the operator has done, in order; rows are only ever added. No reference: what was done stays done when a person
-- is gone.
CREATE TABLE operator_acts (
    id BIGINT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    -- Who, as the operating system says.
    who TEXT NOT NULL,
    act TEXT NOT NULL,
    person BIGINT,
    report BIGINT,
    words TEXT NOT NULL
);
