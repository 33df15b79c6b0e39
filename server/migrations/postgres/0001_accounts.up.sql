-- Ids, hashes and keys are bytes; times are milliseconds since the Unix epoch.

CREATE TABLE users (
    id           BYTEA   NOT NULL PRIMARY KEY,  -- account id, protocol.md section 3.1
    username     TEXT    COLLATE "C" NOT NULL UNIQUE, -- bytes in order: the index also serves the prefix search
    secret_hash  TEXT    NOT NULL,              -- Argon2id of the login secret, PHC string
    identity_key BYTEA,                          -- Ed25519 public key in use, if any
    key_since    BIGINT,
    created_at   BIGINT  NOT NULL
);

-- Every key an account ever had, the current one included.
CREATE TABLE identity_keys (
    user_id      BYTEA   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    identity_key BYTEA   NOT NULL,
    set_at       BIGINT  NOT NULL,
    -- 'first'; 'signed' by the old key; 'lost': replaced without the old key's signature
    proof        TEXT    NOT NULL CHECK (proof IN ('first', 'signed', 'lost'))
);
CREATE INDEX identity_keys_by_user ON identity_keys (user_id, set_at);

-- A session is one login on one device: the family of its refresh tokens.
CREATE TABLE sessions (
    id         BYTEA  NOT NULL PRIMARY KEY,
    user_id    BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,                 -- when its newest refresh token ends
    revoked_at BIGINT
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

CREATE TABLE refresh_tokens (
    hash       BYTEA  NOT NULL PRIMARY KEY,     -- SHA-256 of the token
    session_id BYTEA  NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT                           -- kept after use, so that a second use is noticed
);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session_id);

-- Access tokens that were ended before their time, until they expire by themselves.
CREATE TABLE revoked_tokens (
    jti        BYTEA  NOT NULL PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (expires_at);

-- Login attempts by name, whether or not the name exists.
CREATE TABLE login_attempts (
    username     TEXT   NOT NULL PRIMARY KEY,
    attempts     BIGINT NOT NULL,
    window_start BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);
