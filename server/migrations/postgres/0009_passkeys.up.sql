-- Passkeys, as a second factor.
CREATE TABLE passkeys (
    id            BYTEA  NOT NULL PRIMARY KEY,  -- 16 bytes: what its owner names it by
    user_id       BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    host          TEXT   NOT NULL,              -- the name of the site that it is good for
    credential_id BYTEA  NOT NULL UNIQUE,       -- what its authenticator calls it
    public_key    BYTEA  NOT NULL,              -- COSE
    counter       BIGINT NOT NULL,              -- its authenticator's; 0 if that does not count
    name          TEXT   NOT NULL,
    created_at    BIGINT NOT NULL,
    last_used_at  BIGINT
);
CREATE INDEX passkeys_by_user ON passkeys (user_id, created_at);
