-- A session is one row with what is known of its refresh tokens, instead of a row for every token it ever had. The tokens of
-- before have no family, so everybody logs in once.
DROP TABLE refresh_tokens;
DROP TABLE sessions;

CREATE TABLE sessions (
    id            BLOB   NOT NULL PRIMARY KEY,
    user_id       BLOB   NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    family_hash   BLOB   NOT NULL UNIQUE,       -- SHA-256 of the part that all its refresh tokens share
    token_hash    BLOB   NOT NULL,              -- SHA-256 of its refresh token
    previous_hash BLOB,                         -- of the one before, which gets the same successor for a moment
    rotated_at    BIGINT,                       -- when that one was used
    user_agent    TEXT,                         -- what its owner sees in the list: the browser,
    address       TEXT   NOT NULL,              -- the network,
    created_at    BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,              -- and the last use, to the minute
    expires_at    BIGINT NOT NULL               -- when its refresh token ends
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- Access tokens of an older version are refused.
ALTER TABLE users ADD COLUMN token_version BIGINT NOT NULL DEFAULT 0;

-- Ids of accounts that were deleted: nobody else gets them.
CREATE TABLE retired_accounts (
    id         BLOB   NOT NULL PRIMARY KEY,
    retired_at BIGINT NOT NULL
);
