//! Why the relay closes a WebSocket, and what the client does then (section 9).

/// What a client does after its connection was closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AfterClose {
    /// It connects again, with a growing pause between its tries.
    Reconnect,
    /// It connects again once, with a fresh access token.
    RenewToken,
    /// It does not connect again by itself: a person decides.
    Stay,
}

macro_rules! close_codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $reason:literal, $after:ident;)+) => {
        /// Close codes of `/ws`, each with the short reason that goes with it. 4400 to 4499 follow the HTTP statuses
        /// they resemble.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum CloseCode { $($(#[doc = $doc])+ $name,)+ }

        impl CloseCode {
            /// All codes with their names and documentation, in numerical order.
            pub const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$name, stringify!($name), concat!($($doc),+))),+];

            /// The number on the wire.
            #[must_use]
            pub const fn code(self) -> u16 {
                match self { $(Self::$name => $code,)+ }
            }

            /// A short reason for people who look at the socket.
            #[must_use]
            pub const fn reason(self) -> &'static str {
                match self { $(Self::$name => $reason,)+ }
            }

            /// What the client does next.
            #[must_use]
            pub const fn after(self) -> AfterClose {
                match self { $(Self::$name => AfterClose::$after,)+ }
            }
        }
    };
}

close_codes! {
    /// The relay goes away.
    GoingAway = 1001, "going away", Reconnect;
    /// The connection broke without a close frame. Never on the wire.
    Broken = 1006, "broken", Reconnect;
    /// The relay restarts: reconnect after the delay of the NOTICE frame.
    Restart = 1012, "restart", Reconnect;
    /// A frame that protocol.md section 9 does not allow, or not at this moment.
    Malformed = 4400, "malformed frame", Stay;
    /// The token, account, key or signature was refused, or the token was revoked or has expired.
    Unauthenticated = 4401, "unauthenticated", RenewToken;
    /// No LOGIN within the time allowed, or no sign of life.
    Timeout = 4408, "timeout", Reconnect;
    /// The same account connected elsewhere.
    TakenOver = 4409, "taken over", Stay;
    /// Nothing but BEATs was sent or received for an hour.
    Idle = 4410, "idle", Reconnect;
    /// A message larger than any frame of the protocol.
    TooLarge = 4413, "too large", Stay;
    /// Too many messages, or too many of them refused.
    RateLimited = 4429, "rate limited", Reconnect;
    /// The client does not read what is sent to it.
    TooSlow = 4430, "too slow", Reconnect;
    /// Something inside the relay failed.
    Internal = 4500, "internal error", Reconnect;
}

impl AfterClose {
    /// What a client does after any code: one that it does not know counts as a broken connection.
    #[must_use]
    pub fn of(code: u16) -> Self {
        CloseCode::ALL
            .iter()
            .find(|(close, ..)| close.code() == code)
            .map_or(CloseCode::Broken, |(close, ..)| *close)
            .after()
    }
}
