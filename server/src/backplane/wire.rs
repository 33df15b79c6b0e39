//! The bytes between nodes: envelopes from one node to another one, and notes from one node to all. Nodes of one deployment run
//! one version; another one's envelopes are dropped, which looks like a node that cannot be reached.

use duet_crypto::{
    identity::AccountId,
    relay::{AckStatus, EnvelopeId, NoPrekey, PayloadKind, PrekeyBytes, Presence},
};

use super::{NodeId, sequence::LANES};

/// Changes whenever the bytes do.
pub(super) const VERSION: u8 = 1;

/// The begin of every envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) lane: u8,
    /// Who speaks.
    pub(super) node: NodeId,
    /// Of the speaker's streams to the listener.
    pub(super) generation: u64,
    /// In the lane.
    pub(super) number: u64,
    pub(super) heard: Heard,
}

/// What the speaker has of the listener's streams: its credit, and whether something is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Heard {
    pub(super) generation: u64,
    pub(super) broken: bool,
    /// Bytes of envelopes that are taken in, of each lane.
    pub(super) bytes: [u64; LANES],
}

/// One thing that a node says to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item<'a> {
    /// A payload for somebody at the other node.
    Payload {
        number: u64,
        id: EnvelopeId,
        from: AccountId,
        to: AccountId,
        presence: Presence,
        kind: PayloadKind,
        frame: &'a [u8],
    },
    /// What became of one.
    Settled {
        number: u64,
        status: AckStatus,
    },
    /// `by` wants to know where `account` is.
    Watch {
        account: AccountId,
        by: AccountId,
    },
    /// Not any more.
    Unwatch {
        account: AccountId,
        by: AccountId,
    },
    /// What `by` sees of `account`.
    Shown {
        account: AccountId,
        by: AccountId,
        shown: Option<(Presence, u8)>,
    },
    /// One prekey of a run, for `claimer`.
    AskPrekey {
        number: u64,
        owner: AccountId,
        presence: Presence,
        claimer: AccountId,
    },
    /// Whether `account` turned to `person`.
    AskTurned {
        number: u64,
        account: AccountId,
        person: AccountId,
    },
    /// The answers.
    Prekey {
        number: u64,
        prekey: Result<&'a PrekeyBytes, NoPrekey>,
    },
    Turned {
        number: u64,
        turned: bool,
    },
}

/// What a node says to all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Note {
    /// An account is at the speaker.
    Joined {
        account: AccountId,
        epoch: u64,
        presence: Presence,
    },
    /// It has left.
    Left { account: AccountId, epoch: u64 },
    /// The speaker stops.
    Bye,
}

const HEAD: usize = 3 + 16 + 8 + 8 + 8 + 8 * LANES;

impl Head {
    pub(super) fn write(&self, to: &mut Vec<u8>) {
        to.extend([VERSION, self.lane, u8::from(self.heard.broken)]);
        to.extend(self.node.0);
        for number in [self.generation, self.number, self.heard.generation] {
            to.extend(number.to_be_bytes());
        }
        for bytes in self.heard.bytes {
            to.extend(bytes.to_be_bytes());
        }
    }

    /// The head, and the items behind it.
    pub(super) fn read(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (head, rest) = bytes.split_at_checked(HEAD)?;
        let mut from = Reader(head);
        if from.byte()? != VERSION {
            return None;
        }
        let (lane, broken) = (from.byte()?, from.flag()?);
        let node = NodeId(from.array()?);
        let (generation, number, heard) = (from.number()?, from.number()?, from.number()?);
        let mut bytes = [0; LANES];
        for bytes in &mut bytes {
            *bytes = from.number()?;
        }
        let head = Self {
            lane,
            node,
            generation,
            number,
            heard: Heard {
                generation: heard,
                broken,
                bytes,
            },
        };
        Some((head, rest))
    }
}

impl<'a> Item<'a> {
    /// All but the frame of a payload, which follows it.
    pub(super) fn begin(&self) -> Vec<u8> {
        // Room for the length.
        let mut to = vec![0; 4];
        let length = match self {
            Self::Payload {
                number,
                id,
                from,
                to: recipient,
                presence,
                kind,
                frame,
            } => {
                to.push(0);
                to.extend(number.to_be_bytes());
                to.extend(id.0);
                to.extend(from.0);
                to.extend(recipient.0);
                to.extend(presence.0);
                to.push(match kind {
                    PayloadKind::Handshake => 0,
                    PayloadKind::Message => 1,
                    PayloadKind::Chunk => 2,
                });
                frame.len()
            }
            Self::Settled { number, status } => {
                to.push(1);
                to.extend(number.to_be_bytes());
                to.push(status.value());
                0
            }
            Self::Watch { account, by } => {
                to.push(2);
                to.extend(account.0);
                to.extend(by.0);
                0
            }
            Self::Unwatch { account, by } => {
                to.push(3);
                to.extend(account.0);
                to.extend(by.0);
                0
            }
            Self::Shown { account, by, shown } => {
                to.push(4);
                to.extend(account.0);
                to.extend(by.0);
                if let Some((presence, max_version)) = shown {
                    to.extend(presence.0);
                    to.push(*max_version);
                }
                0
            }
            Self::AskPrekey {
                number,
                owner,
                presence,
                claimer,
            } => {
                to.push(5);
                to.extend(number.to_be_bytes());
                to.extend(owner.0);
                to.extend(presence.0);
                to.extend(claimer.0);
                0
            }
            Self::AskTurned {
                number,
                account,
                person,
            } => {
                to.push(6);
                to.extend(number.to_be_bytes());
                to.extend(account.0);
                to.extend(person.0);
                0
            }
            Self::Prekey { number, prekey } => {
                to.push(7);
                to.extend(number.to_be_bytes());
                match prekey {
                    Ok(prekey) => to.extend(*prekey),
                    Err(reason) => to.push(reason.value()),
                }
                0
            }
            Self::Turned { number, turned } => {
                to.push(8);
                to.extend(number.to_be_bytes());
                to.push(u8::from(*turned));
                0
            }
        };
        let length = u32::try_from(to.len() - 4 + length).unwrap_or(u32::MAX);
        to[..4].copy_from_slice(&length.to_be_bytes());
        to
    }

    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut from = Reader(bytes);
        let item = match from.byte()? {
            0 => {
                let (number, id) = (from.number()?, EnvelopeId(from.array()?));
                let (sender, to) = (from.account()?, from.account()?);
                let presence = Presence(from.array()?);
                let kind = match from.byte()? {
                    0 => PayloadKind::Handshake,
                    1 => PayloadKind::Message,
                    2 => PayloadKind::Chunk,
                    _ => return None,
                };
                return Some(Self::Payload {
                    number,
                    id,
                    from: sender,
                    to,
                    presence,
                    kind,
                    frame: from.0,
                });
            }
            1 => {
                let (number, status) = (from.number()?, from.byte()?);
                let status = *AckStatus::ALL
                    .iter()
                    .find(|known| known.value() == status)?;
                Self::Settled { number, status }
            }
            2 => Self::Watch {
                account: from.account()?,
                by: from.account()?,
            },
            3 => Self::Unwatch {
                account: from.account()?,
                by: from.account()?,
            },
            4 => Self::Shown {
                account: from.account()?,
                by: from.account()?,
                shown: if from.0.is_empty() {
                    None
                } else {
                    Some((Presence(from.array()?), from.byte()?))
                },
            },
            5 => Self::AskPrekey {
                number: from.number()?,
                owner: from.account()?,
                presence: Presence(from.array()?),
                claimer: from.account()?,
            },
            6 => Self::AskTurned {
                number: from.number()?,
                account: from.account()?,
                person: from.account()?,
            },
            7 => {
                let number = from.number()?;
                let prekey = if let [reason] = from.0 {
                    let reason = NoPrekey::ALL
                        .iter()
                        .find(|known| known.value() == *reason)?;
                    Err(*reason)
                } else {
                    Ok(<&PrekeyBytes>::try_from(from.0).ok()?)
                };
                return Some(Self::Prekey { number, prekey });
            }
            8 => Self::Turned {
                number: from.number()?,
                turned: from.flag()?,
            },
            _ => return None,
        };
        from.0.is_empty().then_some(item)
    }
}

/// The items of an envelope; stops at what is none.
pub(super) fn items(mut bytes: &[u8]) -> impl Iterator<Item = Item<'_>> {
    std::iter::from_fn(move || {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (item, rest) = rest.split_at_checked(length)?;
        bytes = rest;
        Item::read(item)
    })
}

/// Notes of one node, the first one with this number among all of its notes.
pub(super) fn write_notes(node: NodeId, first: u64, notes: &[Note]) -> Vec<u8> {
    let mut to = vec![VERSION];
    to.extend(node.0);
    to.extend(first.to_be_bytes());
    for note in notes {
        match note {
            Note::Joined {
                account,
                epoch,
                presence,
            } => {
                to.push(1);
                to.extend(account.0);
                to.extend(epoch.to_be_bytes());
                to.extend(presence.0);
            }
            Note::Left { account, epoch } => {
                to.push(2);
                to.extend(account.0);
                to.extend(epoch.to_be_bytes());
            }
            Note::Bye => to.push(3),
        }
    }
    to
}

/// What [`write_notes`] wrote; none of it if it is something else.
pub(super) fn read_notes(bytes: &[u8]) -> Option<(NodeId, u64, Vec<Note>)> {
    let mut from = Reader(bytes);
    if from.byte()? != VERSION {
        return None;
    }
    let (node, first) = (NodeId(from.array()?), from.number()?);
    let mut notes = Vec::new();
    while !from.0.is_empty() {
        notes.push(match from.byte()? {
            1 => Note::Joined {
                account: from.account()?,
                epoch: from.number()?,
                presence: Presence(from.array()?),
            },
            2 => Note::Left {
                account: from.account()?,
                epoch: from.number()?,
            },
            3 => Note::Bye,
            _ => return None,
        });
    }
    Some((node, first, notes))
}

/// Takes fields from the front.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl Reader<'_> {
    pub(super) fn byte(&mut self) -> Option<u8> {
        Some(self.array::<1>()?[0])
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (field, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*field)
    }

    fn number(&mut self) -> Option<u64> {
        Some(u64::from_be_bytes(self.array()?))
    }

    pub(super) fn account(&mut self) -> Option<AccountId> {
        Some(AccountId(self.array()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ALICE: AccountId = AccountId([1; 32]);
    const BOB: AccountId = AccountId([2; 32]);
    const RUN: Presence = Presence([3; 16]);

    fn samples(frame: &[u8]) -> Vec<Item<'_>> {
        vec![
            Item::Payload {
                number: 7,
                id: EnvelopeId([4; 16]),
                from: ALICE,
                to: BOB,
                presence: RUN,
                kind: PayloadKind::Chunk,
                frame,
            },
            Item::Settled {
                number: u64::MAX,
                status: AckStatus::Unreachable,
            },
            Item::Watch {
                account: ALICE,
                by: BOB,
            },
            Item::Unwatch {
                account: ALICE,
                by: BOB,
            },
            Item::Shown {
                account: ALICE,
                by: BOB,
                shown: Some((RUN, 2)),
            },
            Item::Shown {
                account: ALICE,
                by: BOB,
                shown: None,
            },
            Item::AskPrekey {
                number: 1,
                owner: ALICE,
                presence: RUN,
                claimer: BOB,
            },
            Item::AskTurned {
                number: 2,
                account: ALICE,
                person: BOB,
            },
            Item::Prekey {
                number: 1,
                prekey: Ok(&[9; 1379]),
            },
            Item::Prekey {
                number: 1,
                prekey: Err(NoPrekey::RateLimit),
            },
            Item::Turned {
                number: 2,
                turned: true,
            },
        ]
    }

    fn written(head: &Head, all: &[Item<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        head.write(&mut bytes);
        for item in all {
            bytes.extend(item.begin());
            if let Item::Payload { frame, .. } = item {
                bytes.extend(*frame);
            }
        }
        bytes
    }

    const SOME: Head = Head {
        lane: 1,
        node: NodeId([8; 16]),
        generation: 1_700_000_000_000_000,
        number: 12,
        heard: Heard {
            generation: 3,
            broken: true,
            bytes: [5, 6],
        },
    };

    #[test]
    fn what_is_written_is_read() {
        let frame = [7; 300];
        let samples = samples(&frame);
        let bytes = written(&SOME, &samples);
        let (head, rest) = Head::read(&bytes).unwrap();
        assert_eq!(head, SOME);
        assert_eq!(items(rest).collect::<Vec<_>>(), samples);
        let notes = [
            Note::Joined {
                account: ALICE,
                epoch: 1,
                presence: RUN,
            },
            Note::Left {
                account: BOB,
                epoch: 2,
            },
            Note::Bye,
        ];
        let node = NodeId([6; 16]);
        assert_eq!(
            read_notes(&write_notes(node, 4, &notes)),
            Some((node, 4, notes.to_vec()))
        );
    }

    #[test]
    fn another_version_is_nothing() {
        let mut bytes = written(&SOME, &[]);
        bytes[0] = VERSION + 1;
        assert_eq!(Head::read(&bytes), None);
    }

    proptest! {
        #[test]
        fn any_bytes_give_a_result(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Some((_, rest)) = Head::read(&bytes) {
                let _ = items(rest).count();
            }
            let _ = (items(&bytes).count(), read_notes(&bytes));
        }

        #[test]
        fn what_is_cut_short_loses_its_end_only(cut in 0_usize..2_400) {
            let frame = [7; 300];
            let samples = samples(&frame);
            let bytes = written(&SOME, &samples);
            if let Some((_, rest)) = Head::read(&bytes[..cut.min(bytes.len())]) {
                let read: Vec<_> = items(rest).collect();
                prop_assert_eq!(&read[..], &samples[..read.len()]);
            }
        }
    }
}
