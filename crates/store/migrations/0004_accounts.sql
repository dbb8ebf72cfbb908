-- What belongs to an account: a verified e-mail address, codes that were mailed, mails that are still to be sent, where
-- a device is as its person would say it, when an account is to be deleted, and handles that wait until they are free.

-- Verified addresses only. `key` is the folded form by which addresses are compared.
CREATE TABLE emails (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    key TEXT NOT NULL UNIQUE,
    verified BIGINT NOT NULL,
    -- Whoever has the address in their address book finds this person by it.
    findable BIGINT NOT NULL
);

-- A code that was mailed, one of a purpose: 'email' or 'password'. The code itself is nowhere: it is made from `seed`
-- under a key that is not in the database.
CREATE TABLE mailed_codes (
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    purpose TEXT NOT NULL,
    -- Where it was sent to.
    address TEXT NOT NULL,
    seed TEXT NOT NULL,
    until BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (person, purpose)
);

-- Mails to be sent. A row only points; what a mail says is put together when it is sent.
CREATE TABLE mails (
    id BIGINT NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    address TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Of a code: its seed. One that has been replaced since is not sent.
    seed TEXT,
    due BIGINT NOT NULL,
    -- From then on it is of no use.
    until BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX mails_due ON mails (due);
CREATE INDEX mails_person ON mails (person);

-- A name of the IANA database, as the browser says; '' where it did not.
ALTER TABLE devices ADD COLUMN zone TEXT NOT NULL DEFAULT '';

-- When the account is deleted; null: never. Until then its person is as if gone.
ALTER TABLE people ADD COLUMN deletes BIGINT;
-- Only a tombstone is left, for the other side's copy of messages.
ALTER TABLE people ADD COLUMN gone BIGINT NOT NULL DEFAULT 0;
CREATE INDEX people_deletes ON people (deletes);

-- Handles of people who are gone, until somebody else may have them.
CREATE TABLE kept_handles (
    handle TEXT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
