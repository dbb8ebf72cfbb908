-- Pictures of people.

-- Null: none. An unguessable name that changes with each picture, so that whoever keeps one never shows an old one.
ALTER TABLE people ADD COLUMN avatar TEXT;

CREATE TABLE avatars (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    token TEXT NOT NULL UNIQUE,
    -- JPEG, of our own making (PostgreSQL: BYTEA).
    small BLOB NOT NULL,
    large BLOB NOT NULL
);
