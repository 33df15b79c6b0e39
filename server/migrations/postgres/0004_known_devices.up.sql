-- Devices that an account has been used on: others cannot lock them out.
CREATE TABLE known_devices (
    device_hash  BYTEA  NOT NULL,               -- SHA-256 of the device's cookie
    user_id      BYTEA  NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (device_hash, user_id)
);
CREATE INDEX known_devices_by_user ON known_devices (user_id, last_used_at);
