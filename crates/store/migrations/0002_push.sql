-- Web Push: our keys, the devices' subscriptions, and what is still to be sent.

-- Secrets of this server that every node shares.
CREATE TABLE server_keys (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE push_subscriptions (
    device BIGINT NOT NULL PRIMARY KEY REFERENCES devices (id) ON DELETE CASCADE,
    -- A browser has one a server, whoever is signed in: the newest device that brings it has it.
    endpoint TEXT NOT NULL UNIQUE,
    p256dh TEXT NOT NULL,
    auth TEXT NOT NULL,
    -- Where the page came from, if the browser said so.
    origin TEXT,
    -- 'untried', 'reached', 'failing': how the last push went, and when it was sent.
    state TEXT NOT NULL,
    tried BIGINT
);

-- The outbox. A row is written in the transaction of the thing it is about, and points at it; what is sent is read at
-- the moment of sending.
CREATE TABLE pushes (
    id BIGINT NOT NULL PRIMARY KEY,
    device BIGINT NOT NULL REFERENCES push_subscriptions (device) ON DELETE CASCADE,
    -- 'ring', 'ring_stopped', 'missed', 'message'.
    kind TEXT NOT NULL,
    -- A call's, else null.
    call BIGINT REFERENCES calls (id) ON DELETE CASCADE,
    -- 'ring_stopped': why.
    reason TEXT,
    -- 'missed': the device was sent the ring before.
    woken BIGINT NOT NULL,
    -- A message's: the conversation with whom, and its place in it.
    other BIGINT,
    seq BIGINT,
    made BIGINT NOT NULL,
    -- When to look at it; null: a ring that was sent, kept until it is over, to take it back.
    due BIGINT,
    -- From then on it is of no use.
    until BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX pushes_due ON pushes (due);
CREATE INDEX pushes_call ON pushes (call);
CREATE INDEX pushes_device ON pushes (device, due);
