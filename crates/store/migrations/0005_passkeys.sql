-- Other ways in than a password: passkeys, and accounts at a provider that the community has already.

-- When somebody last showed on this device who they are, with a passkey or at the provider; 0: never.
ALTER TABLE devices ADD COLUMN proved BIGINT NOT NULL DEFAULT 0;

-- What authenticators know a person by: random, so that it tells nothing of them and differs from server to server.
CREATE TABLE passkey_owners (
    person BIGINT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE,
    -- 16 bytes in hexadecimal.
    user_handle TEXT NOT NULL UNIQUE
);

CREATE TABLE passkeys (
    id BIGINT NOT NULL PRIMARY KEY,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    -- The host it was made at and works at.
    host TEXT NOT NULL,
    -- What the authenticator calls it, base64url.
    credential_id TEXT NOT NULL UNIQUE,
    -- Its public key, the count of its uses and what else is known of it, as JSON.
    credential TEXT NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT
);
CREATE INDEX passkeys_person ON passkeys (person, created);

-- Accounts at a provider that are ways in.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person BIGINT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
    -- What the provider calls the account, for its owner to see.
    name TEXT NOT NULL,
    created BIGINT NOT NULL,
    last_used BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject),
    UNIQUE (person, issuer)
);

-- What has begun and waits for the browser to come back with an answer, on whichever node.
CREATE TABLE ceremonies (
    -- SHA-256 of the token that the browser has, in hexadecimal.
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- JSON.
    state TEXT NOT NULL,
    expires BIGINT NOT NULL
);
CREATE INDEX ceremonies_expires ON ceremonies (expires);
