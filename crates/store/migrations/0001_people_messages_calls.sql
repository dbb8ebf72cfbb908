-- Column types are TEXT and BIGINT only, so that one text serves SQLite and PostgreSQL. Truth values are 0 and 1,
-- moments are milliseconds since 1970, ids are 63 random bits.

CREATE TABLE people (
    id BIGINT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    bio TEXT NOT NULL,
    verified BIGINT NOT NULL,
    password TEXT NOT NULL,
    created BIGINT NOT NULL,
    calling_enabled BIGINT NOT NULL,
    audience_address_book BIGINT NOT NULL,
    audience_following BIGINT NOT NULL,
    audience_verified BIGINT NOT NULL,
    audience_everyone BIGINT NOT NULL,
    enhanced_privacy BIGINT NOT NULL,
    calling_asked BIGINT NOT NULL,
    -- The newest cursor of this person's feed.
    feed BIGINT NOT NULL
);

CREATE TABLE devices (
    id BIGINT NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- SHA-256 of the session's token, in hexadecimal.
    token TEXT NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    last_seen BIGINT NOT NULL
);
CREATE INDEX devices_person ON devices (person, last_seen);

CREATE TABLE follows (
    follower BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    followed BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    PRIMARY KEY (follower, followed)
);

CREATE TABLE blocks (
    blocker BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    blocked BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    PRIMARY KEY (blocker, blocked)
);

CREATE TABLE address_book (
    owner BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    since BIGINT NOT NULL,
    PRIMARY KEY (owner, person)
);

CREATE TABLE conversations (
    id BIGINT NOT NULL PRIMARY KEY,
    -- The newest place given out.
    newest BIGINT NOT NULL
);

-- Each side's view of a conversation.
CREATE TABLE members (
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    other BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    -- The newest place this person has read, and the newest they can see.
    read_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    -- C-1: this person has typed a message to the other, who could see it.
    wrote BIGINT NOT NULL,
    PRIMARY KEY (person, other)
);
CREATE INDEX members_newest ON members (person, last_at);

CREATE TABLE entries (
    conversation BIGINT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author BIGINT NOT NULL REFERENCES people (id),
    -- Null: both see it. Else: this person alone.
    only_for BIGINT,
    -- A message has key and text; a call has the rest.
    client_key TEXT,
    text TEXT,
    call BIGINT,
    call_kind TEXT,
    outcome TEXT,
    seconds BIGINT,
    PRIMARY KEY (conversation, seq),
    UNIQUE (author, client_key),
    UNIQUE (call)
);

-- What each person is told, in order. Rows point at what changed; what it is now is read where it stands.
CREATE TABLE feed (
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    cursor BIGINT NOT NULL,
    kind TEXT NOT NULL,
    other BIGINT,
    seq BIGINT,
    PRIMARY KEY (person, cursor)
);

CREATE TABLE calls (
    id BIGINT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    caller BIGINT NOT NULL REFERENCES people (id),
    callee BIGINT NOT NULL REFERENCES people (id),
    client_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    started BIGINT NOT NULL,
    -- 'ringing', 'connecting', 'active', 'ended'.
    phase TEXT NOT NULL,
    -- When a sweep has to look at it; null once ended.
    deadline BIGINT,
    -- The callee's devices were made to ring.
    rung BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    -- Null: it was allowed to ring. Else why it was not, for the callee's quiet list.
    unrung TEXT,
    -- Once ended.
    outcome TEXT,
    seconds BIGINT,
    callee_sees BIGINT NOT NULL,
    -- The machine's own value, as JSON.
    snapshot TEXT NOT NULL,
    UNIQUE (caller, client_key)
);
CREATE INDEX calls_deadline ON calls (deadline);
CREATE INDEX calls_caller ON calls (caller, started);
CREATE INDEX calls_callee ON calls (callee, started);
