-- Several nodes on one database: who is there, whose sockets are where, and what has to reach sockets of other nodes.

-- A node is there until `lease`; renewed every few seconds. One that did not renew it is gone, and its rows go.
CREATE TABLE nodes (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The URLs of its relay as browsers are to use them, as JSON; `relays`: the relay is there.
    relay_urls TEXT NOT NULL,
    relays BIGINT NOT NULL,
    -- It goes down: nothing new is given to it.
    draining BIGINT NOT NULL,
    lease BIGINT NOT NULL
);

-- Open sockets, each with its node's own number. Without several nodes there are none here.
CREATE TABLE presence (
    node BIGINT NOT NULL,
    socket BIGINT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    device BIGINT NOT NULL,
    visible BIGINT NOT NULL,
    PRIMARY KEY (node, socket)
);
CREATE INDEX presence_person ON presence (person);

-- The newest place given out in this person's signals.
ALTER TABLE people ADD COLUMN signal BIGINT NOT NULL DEFAULT 0;

-- What the sockets of a person are to be sent, in order and without gaps, for the minute until it is there everywhere.
-- What it says is sealed under a key that is not in the database (P-6).
CREATE TABLE signals (
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    n BIGINT NOT NULL,
    sealed BLOB NOT NULL,
    made BIGINT NOT NULL,
    PRIMARY KEY (person, n)
);
CREATE INDEX signals_made ON signals (made);

-- The node whose relay an answered call uses; null where there is one node, or no relay.
ALTER TABLE calls ADD COLUMN relay BIGINT;
CREATE INDEX calls_relay ON calls (relay, deadline);

-- Calls of which a node's relay has to be told the end.
CREATE TABLE revocations (
    node BIGINT NOT NULL,
    call BIGINT NOT NULL,
    PRIMARY KEY (node, call)
);

-- Self-tests of rings, each as JSON; kept for minutes, so that any node can tell how far one has come.
CREATE TABLE ring_tests (
    device BIGINT NOT NULL PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    at BIGINT NOT NULL,
    test TEXT NOT NULL
);
