-- What was read from end to end, and grows with all that was ever said.

-- Calls that go on, by phase: looked at twice a second while one rings, and after every step of a call.
CREATE INDEX calls_open ON calls (phase, deadline) WHERE deadline IS NOT NULL;

-- Calls that began since a moment: a server that starts asks which of them the relay has to forget.
CREATE INDEX calls_started ON calls (started);

-- Both who talk: asked when one of them deletes an entry.
CREATE INDEX members_conversation ON members (conversation);
