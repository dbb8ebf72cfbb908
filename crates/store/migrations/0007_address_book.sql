-- The address book by person or by e-mail, with a name of its owner's; exceptions from who may call; asks for a first
-- message.

CREATE TABLE book_entries (
    owner BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    id BIGINT NOT NULL,
    -- What the owner calls them; '' is what they call themselves.
    name TEXT NOT NULL,
    -- One of the two: somebody here, or an address, which may belong to somebody here.
    person BIGINT REFERENCES people (id) ON DELETE CASCADE,
    email TEXT,
    -- The folded form by which addresses are compared.
    email_key TEXT,
    since BIGINT NOT NULL,
    -- The key of the import that brought it, so that an import can be undone; null: it came alone.
    import TEXT,
    PRIMARY KEY (owner, id),
    UNIQUE (owner, person),
    UNIQUE (owner, email_key)
);
INSERT INTO book_entries (owner, id, name, person, since)
    SELECT owner, row_number() OVER (PARTITION BY owner ORDER BY person), '', person, since FROM address_book;
DROP TABLE address_book;
ALTER TABLE book_entries RENAME TO address_book;

-- The same as `wrote`, whether the other could see it or not: what the person knows themselves. Who counts by `wrote`
-- what they did would see who has blocked them.
ALTER TABLE members ADD COLUMN typed BIGINT NOT NULL DEFAULT 0;
UPDATE members SET typed = wrote;

CREATE TABLE call_exceptions (
    owner BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    -- 'always' or 'never'.
    rule TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (owner, person)
);

-- Who asked whom for a first message (C-1).
CREATE TABLE asks (
    asker BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    asked BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    -- Whether the asked person is to see it. One that must not reach them is kept all the same: the asker's week counts.
    shown BIGINT NOT NULL,
    PRIMARY KEY (asker, asked)
);
CREATE INDEX asks_asked ON asks (asked, at);
