//! relay.json

use duet_crypto::engine::{LocalIdentity, block_on};
use duet_crypto::error::Code;
use duet_crypto::identity::{AccountId, IdentityKey, IdentitySeed};
use duet_crypto::relay::{
    AckStatus, BeatNumber, Challenge, ClientFrame, EnvelopeId, NoPrekey, Notice, PayloadKind,
    PrekeyBytes, Presence, ServerFrame, Token, Watched, WelcomeStatus, login, payload_kind,
    send_to_deliver,
};
use duet_crypto::replacement;
use serde_json::Value;

use super::unknown;
use crate::case::{Failure, Input, Outputs, hex, outputs, unhex};

/// The top bit of a client's BEAT.
const OPEN: u32 = 1 << 31;

/// The frames that a client sends, without LOGIN, which is made in one way only. A BEAT goes both ways.
pub(crate) const TO_RELAY: [&str; 6] = ["send", "prekeys", "prekey_get", "watch", "token", "beat"];

pub(super) fn relay(case: Input<'_>) -> Result<Outputs, Failure> {
    match case.text("op")? {
        "frame" => {
            let (kind, fields) = (case.text("kind")?, case.object("fields")?);
            let frame = encode(kind, fields)?;
            let to = if TO_RELAY.contains(&kind) {
                "relay"
            } else {
                "client"
            };
            let (again, decoded) = decode(to, &frame)?;
            if again != kind || Value::from(decoded) != *fields.raw() {
                return Err(Failure::case("decodes to something else"));
            }
            if kind == "beat" && fields.number::<u32>("value")? < OPEN {
                let (again, decoded) = decode("client", &frame)?;
                if again != kind || Value::from(decoded) != *fields.raw() {
                    return Err(Failure::case("a client reads something else"));
                }
            }
            Ok(outputs! { "frame" => hex(&frame) })
        }
        "decode" => {
            let (kind, fields) = decode(case.text("to")?, &case.hex("frame")?)?;
            Ok(outputs! { "kind" => kind, "fields" => fields })
        }
        "payload" => {
            let mut payload = case.hex("head")?;
            payload.resize(case.number("len")?, 0);
            let kind = match payload_kind(&payload)? {
                PayloadKind::Handshake => "handshake",
                PayloadKind::Message => "message",
                PayloadKind::Chunk => "chunk",
            };
            Ok(outputs! { "payload_kind" => kind })
        }
        "forward" => {
            let mut frame = case.hex("frame")?;
            send_to_deliver(
                &mut frame,
                &AccountId(case.array("from")?),
                &Presence(case.array("presence")?),
            )?;
            Ok(outputs! { "deliver" => hex(&frame) })
        }
        "login" => {
            let frame = block_on(login(
                &local(case)?,
                &Challenge(case.array("challenge")?),
                &Presence(case.array("presence")?),
                case.text("token")?,
            ))?;
            verify_login(case, &frame)?;
            Ok(outputs! { "frame" => hex(&frame) })
        }
        "login_verify" => verify_login(case, &case.hex("frame")?).map(|()| outputs! {}),
        "replacement" => {
            let (old, new) = (local(case)?, IdentityKey::from_bytes(&case.array("new")?)?);
            let signature = block_on(replacement::sign(&old, &new))?;
            let party = old.party();
            if !replacement::verify(&party.account, &party.key, &new, &signature) {
                return Err(Failure::Refused(Code::Signature));
            }
            Ok(outputs! { "sig" => hex(&signature) })
        }
        op => Err(unknown(op)),
    }
}

fn local(case: Input<'_>) -> Result<LocalIdentity<duet_crypto::engine::Software>, Failure> {
    let seed = IdentitySeed::from_bytes(&case.array("seed")?);
    Ok(LocalIdentity::software(seed, AccountId(case.array("aid")?)))
}

fn verify_login(case: Input<'_>, frame: &[u8]) -> Result<(), Failure> {
    match ClientFrame::decode(frame)? {
        ClientFrame::Login(login) => {
            login.verify(&Challenge(case.array("challenge")?))?;
            Ok(())
        }
        _ => Err(Failure::Refused(Code::FrameType)),
    }
}

fn encode(kind: &str, fields: Input<'_>) -> Result<Vec<u8>, Failure> {
    let id = || fields.array("eid").map(EnvelopeId);
    let presence = || fields.array("presence").map(Presence);
    let account = |key| fields.array(key).map(AccountId);
    let payload = || fields.hex("payload");
    Ok(match kind {
        "send" => ClientFrame::Send {
            id: id()?,
            to: account("to")?,
            presence: presence()?,
            payload: &payload()?,
        }
        .encode(),
        "prekeys" => {
            let frames = fields.list("prekeys")?.map(|frame| {
                unhex(frame.raw().as_str().unwrap_or_default())?
                    .try_into()
                    .map_err(|_| Failure::case("a PREKEY has 1,379 bytes"))
            });
            let prekeys = frames.collect::<Result<Vec<PrekeyBytes>, Failure>>()?;
            ClientFrame::Prekeys {
                id: id()?,
                prekeys: &prekeys,
            }
            .encode()
        }
        "prekey_get" => ClientFrame::PrekeyGet {
            id: id()?,
            account: account("aid")?,
            presence: presence()?,
        }
        .encode(),
        "prekey_res" => {
            let prekey = match fields.value("prekey")? {
                Value::Null => None,
                _ => Some(fields.array("prekey")?),
            };
            let prekey = match &prekey {
                Some(prekey) if fields.number::<u8>("status")? == 0 => Ok(prekey),
                Some(_) => return Err(Failure::case("a prekey without the status for it")),
                None => Err(number(fields, "status", NoPrekey::ALL, NoPrekey::value)?),
            };
            ServerFrame::PrekeyResponse { id: id()?, prekey }.encode()
        }
        "watch" => {
            let accounts = fields.list("aids")?.map(|account| {
                unhex(account.raw().as_str().unwrap_or_default())?
                    .try_into()
                    .map_err(|_| Failure::case("an account id has 32 bytes"))
            });
            let accounts = accounts.collect::<Result<Vec<[u8; 32]>, Failure>>()?;
            let accounts =
                Watched::new(&accounts).ok_or_else(|| Failure::case("at most 64 accounts"))?;
            ClientFrame::Watch {
                id: id()?,
                accounts,
            }
            .encode()
        }
        "beat" => {
            let (number, talking) = beat(fields)?;
            ClientFrame::Beat { number, talking }.encode()
        }
        "token" => ClientFrame::Token(Token::new(fields.text("token")?.as_bytes())?).encode(),
        "challenge" => ServerFrame::Challenge(Challenge(fields.array("challenge")?)).encode(),
        "welcome" => ServerFrame::Welcome(number(
            fields,
            "status",
            WelcomeStatus::ALL,
            WelcomeStatus::value,
        )?)
        .encode(),
        "notice" => ServerFrame::Notice {
            notice: number(fields, "code", Notice::ALL, Notice::value)?,
            value: fields.number("value")?,
        }
        .encode(),
        "deliver" => ServerFrame::Deliver {
            id: id()?,
            from: account("from")?,
            presence: presence()?,
            payload: &payload()?,
        }
        .encode(),
        "ack" => ServerFrame::Ack {
            id: id()?,
            status: number(fields, "status", AckStatus::ALL, AckStatus::value)?,
        }
        .encode(),
        "presence" => ServerFrame::Presence {
            account: account("aid")?,
            presence: presence()?,
            online: fields.number::<u8>("online")? == 1,
            max_version: fields.number("max_version")?,
        }
        .encode(),
        _ => return Err(unknown(kind)),
    })
}

/// A client's BEAT; the relay's is the same without the top bit.
fn beat(fields: Input<'_>) -> Result<(BeatNumber, bool), Failure> {
    let value = fields.number::<u32>("value")?;
    let number =
        BeatNumber::new(value % OPEN).ok_or_else(|| Failure::case("a number below 2^31"))?;
    Ok((number, value >= OPEN))
}

/// The variant whose number on the wire is the field's.
fn number<T: Copy, N: TryFrom<u64> + PartialEq>(
    fields: Input<'_>,
    key: &str,
    all: &[T],
    value: impl Fn(T) -> N,
) -> Result<T, Failure> {
    let wanted: N = fields.number(key)?;
    all.iter()
        .copied()
        .find(|one| value(*one) == wanted)
        .ok_or_else(|| unknown(key))
}

/// The kind and the fields of a frame, as the files name them.
fn decode(to: &str, frame: &[u8]) -> Result<(&'static str, Outputs), Failure> {
    match to {
        "relay" => Ok(from_client(&ClientFrame::decode(frame)?)),
        "client" => Ok(from_server(&ServerFrame::decode(frame)?)),
        _ => Err(unknown(to)),
    }
}

fn from_client(frame: &ClientFrame<'_>) -> (&'static str, Outputs) {
    match frame {
        ClientFrame::Login(login) => (
            "login",
            outputs! {
                "aid" => hex(&login.account.0),
                "ik" => hex(&login.key),
                "presence" => hex(&login.presence.0),
                "max_version" => login.max_version,
                "token" => login.token.as_str(),
            },
        ),
        ClientFrame::Token(token) => ("token", outputs! { "token" => token.as_str() }),
        ClientFrame::Send {
            id,
            to,
            presence,
            payload,
        } => (
            "send",
            outputs! {
                "eid" => hex(&id.0), "to" => hex(&to.0), "presence" => hex(&presence.0), "payload" => hex(payload),
            },
        ),
        ClientFrame::Prekeys { id, prekeys } => (
            "prekeys",
            outputs! {
                "eid" => hex(&id.0),
                "prekeys" => prekeys.iter().map(|frame| hex(frame)).collect::<Vec<_>>(),
            },
        ),
        ClientFrame::PrekeyGet {
            id,
            account,
            presence,
        } => (
            "prekey_get",
            outputs! {
                "eid" => hex(&id.0), "aid" => hex(&account.0), "presence" => hex(&presence.0),
            },
        ),
        ClientFrame::Watch { id, accounts } => (
            "watch",
            outputs! {
                "eid" => hex(&id.0),
                "aids" => accounts.accounts().map(|account| hex(&account.0)).collect::<Vec<_>>(),
            },
        ),
        ClientFrame::Beat { number, talking } => (
            "beat",
            outputs! { "value" => number.value() + if *talking { OPEN } else { 0 } },
        ),
    }
}

fn from_server(frame: &ServerFrame<'_>) -> (&'static str, Outputs) {
    match frame {
        ServerFrame::Challenge(challenge) => {
            ("challenge", outputs! { "challenge" => hex(&challenge.0) })
        }
        ServerFrame::Welcome(status) => ("welcome", outputs! { "status" => status.value() }),
        ServerFrame::Notice { notice, value } => (
            "notice",
            outputs! { "code" => notice.value(), "value" => *value },
        ),
        ServerFrame::Deliver {
            id,
            from,
            presence,
            payload,
        } => (
            "deliver",
            outputs! {
                "eid" => hex(&id.0), "from" => hex(&from.0), "presence" => hex(&presence.0), "payload" => hex(payload),
            },
        ),
        ServerFrame::Ack { id, status } => (
            "ack",
            outputs! { "eid" => hex(&id.0), "status" => status.value() },
        ),
        ServerFrame::PrekeyResponse { id, prekey } => (
            "prekey_res",
            outputs! {
                "eid" => hex(&id.0),
                "status" => prekey.err().map_or(0, NoPrekey::value),
                "prekey" => prekey.ok().map(|frame| hex(frame)),
            },
        ),
        ServerFrame::Presence {
            account,
            presence,
            online,
            max_version,
        } => (
            "presence",
            outputs! {
                "aid" => hex(&account.0),
                "presence" => hex(&presence.0),
                "online" => u8::from(*online),
                "max_version" => *max_version,
            },
        ),
        ServerFrame::Beat(number) => ("beat", outputs! { "value" => number.value() }),
    }
}
