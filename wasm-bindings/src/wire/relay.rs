//! Frames from the relay (protocol.md section 9).

use duet_crypto::relay::{AckStatus, NoPrekey, Notice, PrekeyBytes, ServerFrame, WelcomeStatus};

use super::object::{Bytes, Fixed, wire_union, wire_words};

wire_words! {
    /// The result of LOGIN or TOKEN.
    WelcomeWord as "WelcomeStatus" = WelcomeStatus {
        Ok as "ok",
        /// Token, account or key refused.
        Refused as "refused",
        TryLater as "tryLater",
    }
}

wire_words! {
    /// News from the relay itself.
    NoticeWord as "Notice" = Notice {
        /// The node is going away: reconnect after `value` ms.
        Draining as "draining",
        PrekeysLow as "prekeysLow",
        PartnerUnreachable as "partnerUnreachable",
    }
}

wire_words! {
    /// What became of a SEND.
    AckWord as "AckStatus" = AckStatus {
        /// Written to the recipient's socket.
        Written as "written",
        Offline as "offline",
        RateLimit as "rateLimit",
        TooLarge as "tooLarge",
        Malformed as "malformed",
        /// Not on the recipient's allow-list.
        NotAllowed as "notAllowed",
        /// The recipient's node is unreachable: try again.
        Unreachable as "unreachable",
    }
}

/// The status byte of a PREKEY_RES: the core tells a prekey from its absence by type.
#[derive(Clone, Copy)]
pub(crate) enum PrekeyStatus {
    Ok,
    NoneLeft,
    RateLimit,
    Offline,
    NotAllowed,
}

impl From<Result<&PrekeyBytes, NoPrekey>> for PrekeyStatus {
    fn from(prekey: Result<&PrekeyBytes, NoPrekey>) -> Self {
        match prekey {
            Ok(_) => Self::Ok,
            Err(NoPrekey::NoneLeft) => Self::NoneLeft,
            Err(NoPrekey::RateLimit) => Self::RateLimit,
            Err(NoPrekey::Offline) => Self::Offline,
            Err(NoPrekey::NotAllowed) => Self::NotAllowed,
        }
    }
}

wire_words! {
    /// What became of a PREKEY_GET: only `ok` comes with a prekey, and after any other word one begins with an OFFER.
    PrekeyWord as "PrekeyStatus" = PrekeyStatus {
        Ok as "ok",
        /// All are handed out.
        NoneLeft as "none",
        RateLimit as "rateLimit",
        /// Offline, or another run.
        Offline as "offline",
        /// Not on the account's allow-list.
        NotAllowed as "notAllowed",
    }
}

wire_union! {
    /// A frame from the relay, without the payload of a DELIVER, which never enters the WebAssembly module. `ack` is a
    /// hint for the user interface: delivery is what the peer acknowledges. `prekey` has a PREKEY frame for `createOffer`
    /// if its status is `ok`. `beat` is answered at once by `encodeBeat` with its number.
    RelayHead as "RelayHead" {
        Challenge as "challenge" { challenge as "challenge": Fixed<32>, }
        Welcome as "welcome" { status as "status": WelcomeWord, }
        Notice as "notice" { notice as "notice": NoticeWord, value as "value": u32, }
        Deliver as "deliver" {
            eid as "eid": Fixed<16>,
            from as "from": Fixed<32>,
            presence as "presence": Fixed<16>,
        }
        Ack as "ack" { eid as "eid": Fixed<16>, status as "status": AckWord, }
        Prekey as "prekey" {
            eid as "eid": Fixed<16>,
            status as "status": PrekeyWord,
            prekey as "prekey": Option<Bytes>,
        }
        Presence as "presence" {
            account_id as "accountId": Fixed<32>,
            presence as "presence": Fixed<16>,
            online as "online": bool,
            max_version as "maxVersion": u8,
        }
        Beat as "beat" { number as "number": u32, }
    }
}

impl From<ServerFrame<'_>> for RelayHead {
    fn from(frame: ServerFrame<'_>) -> Self {
        match frame {
            ServerFrame::Challenge(challenge) => Self::Challenge {
                challenge: Fixed(challenge.0),
            },
            ServerFrame::Welcome(status) => Self::Welcome {
                status: status.into(),
            },
            ServerFrame::Notice { notice, value } => Self::Notice {
                notice: notice.into(),
                value,
            },
            ServerFrame::Deliver {
                id,
                from,
                presence,
                payload: _,
            } => Self::Deliver {
                eid: Fixed(id.0),
                from: Fixed(from.0),
                presence: Fixed(presence.0),
            },
            ServerFrame::Ack { id, status } => Self::Ack {
                eid: Fixed(id.0),
                status: status.into(),
            },
            ServerFrame::PrekeyResponse { id, prekey } => Self::Prekey {
                eid: Fixed(id.0),
                status: PrekeyStatus::from(prekey).into(),
                prekey: prekey.ok().map(|frame| Bytes(frame.to_vec())),
            },
            ServerFrame::Presence {
                account,
                presence,
                online,
                max_version,
            } => Self::Presence {
                account_id: Fixed(account.0),
                presence: Fixed(presence.0),
                online,
                max_version,
            },
            ServerFrame::Beat(number) => Self::Beat {
                number: number.value(),
            },
        }
    }
}
