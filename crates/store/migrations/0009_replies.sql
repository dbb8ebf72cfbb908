-- What a message can be beside its text: changed, deleted for both, an answer to another, a picture, reacted to.

-- When its author changed it last, and when it was deleted for both; the place of the entry it answers.
ALTER TABLE entries ADD COLUMN edited BIGINT;
ALTER TABLE entries ADD COLUMN deleted BIGINT;
ALTER TABLE entries ADD COLUMN reply_to BIGINT;

-- A picture's size in pixels, and what it shows in words; its bytes stand apart, so that pages of a conversation do
-- not read them. What was written to it is the entry's text.
ALTER TABLE entries ADD COLUMN picture_width BIGINT;
ALTER TABLE entries ADD COLUMN picture_height BIGINT;
ALTER TABLE entries ADD COLUMN picture_alt TEXT;

CREATE TABLE pictures (
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    author BIGINT NOT NULL REFERENCES people (id),
    media_type TEXT NOT NULL,
    -- Of both together, in bytes.
    size BIGINT NOT NULL,
    -- Columns of bytes (PostgreSQL: BYTEA).
    whole BLOB NOT NULL,
    thumb BLOB NOT NULL,
    PRIMARY KEY (conversation, seq)
);
CREATE INDEX pictures_author ON pictures (author);

-- What the author did to an entry that both see while the other side had blocked them: they alone see it (C-6). A null
-- text is an entry that is deleted for them as if for both.
CREATE TABLE private_changes (
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    text TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation, seq)
);

-- One emoji a person and entry. One of a person whom the other side had blocked stands apart: they alone see it, in place
-- of the one that the other side sees (C-6); there a null emoji is one that was taken back.
CREATE TABLE reactions (
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    apart BIGINT NOT NULL,
    emoji TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation, seq, person, apart)
);
