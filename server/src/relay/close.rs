//! Why the relay closes a WebSocket. 4400-4499 follow the HTTP statuses they resemble.

macro_rules! close_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $reason:literal;)+) => {
        /// Close codes of `/ws`, each with the short reason that goes with it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CloseCode { $($(#[doc = $doc])+ $name,)+ }

        impl CloseCode {
            /// All codes with their TypeScript names and documentation, for the generator.
            pub(crate) const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$name, stringify!($name), concat!($($doc),+))),+];

            /// The number on the wire.
            #[must_use]
            pub fn code(self) -> u16 {
                match self { $(Self::$name => $code,)+ }
            }

            /// A short reason for people who look at the socket.
            #[must_use]
            pub fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)+ }
            }
        }
    };
}

close_codes! {
    /// The relay restarts: reconnect after the delay of the NOTICE frame.
    Restart = 1012, "restart";
    /// A frame that protocol.md section 9 does not allow, or not at this moment.
    Malformed = 4400, "malformed frame";
    /// The token, account, key or signature was refused, or the token was revoked or has expired.
    Unauthenticated = 4401, "unauthenticated";
    /// No LOGIN within the time allowed, or no sign of life.
    Timeout = 4408, "timeout";
    /// The same account connected elsewhere: do not reconnect by yourself.
    TakenOver = 4409, "taken over";
    /// Nothing was sent or received for an hour.
    Idle = 4410, "idle";
    /// A message larger than any frame of the protocol.
    TooLarge = 4413, "too large";
    /// Too many messages, or too many of them refused.
    RateLimited = 4429, "rate limited";
    /// The client does not read what is sent to it.
    TooSlow = 4430, "too slow";
    /// Something inside the relay failed.
    Internal = 4500, "internal error";
}
