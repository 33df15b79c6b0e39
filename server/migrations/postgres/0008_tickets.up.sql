-- What was begun with the password and waits for its second half, at whichever relay.
CREATE TABLE tickets (
    ticket_hash BYTEA  NOT NULL PRIMARY KEY,    -- SHA-256
    user_id     BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    waiting     TEXT   NOT NULL,                -- JSON of the relay's own
    tries       BIGINT NOT NULL,                -- wrong answers that it is still good for
    expires_at  BIGINT NOT NULL
);
CREATE INDEX tickets_by_user ON tickets (user_id, expires_at);
