DROP TABLE login_attempts;
DROP TABLE revoked_tokens;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE identity_keys;
DROP TABLE users;
