-- The second factor of an account: codes that an app makes, and recovery codes.
CREATE TABLE totp (
    user_id      BYTEA NOT NULL PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret       BYTEA NOT NULL,                 -- 20 bytes: the relay computes the same codes
    last_step    BIGINT NOT NULL,               -- codes of this time step and of those before it are used up
    created_at   BIGINT NOT NULL,
    last_used_at BIGINT
);

-- Those that were not used yet.
CREATE TABLE recovery_codes (
    user_id   BYTEA NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_hash BYTEA NOT NULL,                    -- SHA-256
    PRIMARY KEY (user_id, code_hash)
);

-- Until then the device is not asked for the second factor.
ALTER TABLE known_devices ADD COLUMN trusted_until BIGINT;
