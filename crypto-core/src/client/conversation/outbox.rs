//! What waits to be said: the person's acts in their order, and what has no name and goes before them.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;

use crate::client::event::{MessageId, Status};
use crate::client::talk::Talk;
use crate::files::{Descriptor, FileId};
use crate::session::{Author, Content, MessageRef};

/// What waits to be said, in messages and in bytes of text.
const QUEUE: usize = 4_096;
const QUEUE_BYTES: usize = 8 << 20;

/// Something that the person did and that waits for its turn.
pub(in crate::client) enum Act {
    Text {
        text: String,
        reply: Option<MessageId>,
    },
    /// `fid`, chunks, and what is said of it.
    File(FileId, u32, Option<Box<Descriptor>>),
    Edit {
        target: MessageId,
        text: String,
    },
    Delete {
        target: MessageId,
    },
    React {
        target: MessageId,
        set: bool,
        emoji: String,
    },
}

/// In the queue.
pub(super) struct Queued {
    pub(super) id: u64,
    pub(super) act: Act,
    /// Bytes that it takes.
    bytes: usize,
    /// It went with a call before, and may have arrived.
    went: bool,
}

impl Queued {
    /// What becomes of it if it does not go any more.
    pub(super) const fn outcome(&self) -> Status {
        if self.went {
            Status::Unconfirmed
        } else {
            Status::NotDelivered
        }
    }
}

/// The queue of a conversation.
#[derive(Default)]
pub(super) struct Outbox {
    queue: VecDeque<Queued>,
    bytes: usize,
    /// About files, and what was viewed.
    controls: VecDeque<Content>,
}

impl Outbox {
    /// Own messages that wait.
    pub(super) fn len(&self) -> usize {
        self.queue.len()
    }

    /// Takes something up under a name that is made for it. `None`: more than can be kept waits already.
    pub(super) fn take_up(&mut self, act: Act, name: impl FnOnce() -> u64) -> Option<u64> {
        let bytes = act.weight();
        if self.queue.len() >= QUEUE || self.bytes + bytes > QUEUE_BYTES {
            return None;
        }
        let id = name();
        self.bytes += bytes;
        self.queue.push_back(Queued {
            id,
            act,
            bytes,
            went: false,
        });
        Some(id)
    }

    /// What went with a call and was lost waits again, before everything else; false if it is nothing that can.
    pub(super) fn queue_again(&mut self, id: u64, content: Content) -> bool {
        let act = match content {
            Content::Text { text, .. } => Act::Text { text, reply: None },
            Content::File(descriptor) => match file_id(&descriptor) {
                Some((fid, chunks)) => Act::File(fid, chunks, Some(descriptor)),
                None => return false,
            },
            _ => return false,
        };
        let bytes = act.weight();
        self.bytes += bytes;
        self.queue.push_front(Queued {
            id,
            act,
            bytes,
            went: true,
        });
        true
    }

    /// Changes a text that still waits; false if it does not wait any more.
    pub(super) fn edit(&mut self, target: MessageId, text: &str) -> bool {
        let mut waiting = self.queue.iter_mut();
        match waiting.find(|queued| MessageId::Own(queued.id) == target) {
            Some(Queued {
                act: Act::Text { text: old, .. },
                bytes,
                ..
            }) => {
                self.bytes = self.bytes - *bytes + text.len();
                (*old, *bytes) = (String::from(text), text.len());
                true
            }
            _ => false,
        }
    }

    /// Whether the withdrawal of this one waits.
    pub(super) fn withdraws(&self, message: MessageId) -> bool {
        let of = |act: &Act| matches!(act, Act::Delete { target } if *target == message);
        self.queue.iter().any(|queued| of(&queued.act))
    }

    /// Takes back what still waits.
    pub(super) fn remove(&mut self, target: MessageId) -> Option<Queued> {
        let mut waiting = self.queue.iter();
        let place = waiting.position(|queued| MessageId::Own(queued.id) == target)?;
        let queued = self.queue.remove(place)?;
        self.bytes -= queued.bytes;
        Some(queued)
    }

    pub(super) fn front(&mut self) -> Option<&mut Queued> {
        self.queue.front_mut()
    }

    pub(super) fn pop_front(&mut self) {
        if let Some(queued) = self.queue.pop_front() {
            self.bytes -= queued.bytes;
        }
    }

    /// The front could not be said: what was taken of it comes back.
    pub(super) fn restore_front(&mut self, content: Content) {
        if let Some(queued) = self.queue.front_mut() {
            queued.act.restore(content);
        }
    }

    /// Everything that waits and is said no more.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = Queued> {
        self.bytes = 0;
        core::mem::take(&mut self.queue).into_iter()
    }

    /// Something without a name. Beyond its room it is dropped.
    pub(super) fn control(&mut self, content: Content) {
        if self.controls.len() < QUEUE {
            self.controls.push_back(content);
        }
    }

    pub(super) fn pop_control(&mut self) -> Option<Content> {
        self.controls.pop_front()
    }

    pub(super) fn put_back_control(&mut self, content: Content) {
        self.controls.push_front(content);
    }

    pub(super) fn forget_controls(&mut self) {
        self.controls.clear();
    }

    /// Numbers that were viewed are those of one session.
    pub(super) fn forget_views(&mut self) {
        let views = |content: &Content| matches!(content, Content::Viewed { .. });
        self.controls.retain(|content| !views(content));
    }
}

impl Act {
    /// Bytes that it takes while it waits.
    fn weight(&self) -> usize {
        match self {
            Self::Text { text, .. } | Self::Edit { text, .. } => text.len(),
            Self::File(_, _, descriptor) => {
                descriptor.as_ref().map_or(0, |file| file.preview.len())
            }
            Self::Delete { .. } | Self::React { .. } => 0,
        }
    }

    /// `fid` and chunks, if it is a file.
    pub(super) const fn file(&self) -> Option<(FileId, u32)> {
        match self {
            Self::File(fid, chunks, _) => Some((*fid, *chunks)),
            _ => None,
        }
    }

    /// As a message of this session; `None` if the peer would drop it: it points at what cannot be named, or comes too late. The
    /// texts move out: see [`Self::restore`].
    pub(super) fn content(&mut self, talk: &Talk, now: u64) -> Option<Content> {
        let own = |target: MessageId| match target {
            MessageId::Own(id) => talk.name_own(id),
            MessageId::Peer { .. } => None,
        };
        let reference = |target: MessageId| match target {
            MessageId::Own(_) => own(target).map(|(seq, _)| MessageRef {
                author: Author::Sender,
                seq,
            }),
            MessageId::Peer { session, seq } => {
                talk.names_theirs(session, seq).then_some(MessageRef {
                    author: Author::Receiver,
                    seq,
                })
            }
        };
        Some(match self {
            // A text is said also where what it replied to cannot be named any more.
            Self::Text { text, reply } => Content::Text {
                text: core::mem::take(text),
                reply: reply.and_then(reference),
            },
            Self::File(_, _, descriptor) => Content::File(descriptor.take()?),
            Self::Edit { target, text } => {
                let (seq, _) = own(*target).filter(|(_, own)| own.takes_edits(now))?;
                let text = core::mem::take(text);
                Content::Edit { seq, text }
            }
            Self::Delete { target } => Content::Delete {
                seq: own(*target)?.0,
            },
            Self::React { target, set, emoji } => Content::Reaction {
                target: reference(*target)?,
                set: *set,
                emoji: core::mem::take(emoji),
            },
        })
    }

    /// As an early message, which points at nothing.
    pub(super) fn early_content(&mut self) -> Option<Content> {
        match self {
            Self::Text { text, .. } => Some(Content::Text {
                text: core::mem::take(text),
                reply: None,
            }),
            Self::File(_, _, descriptor) => descriptor.take().map(Content::File),
            _ => None,
        }
    }

    /// What [`Self::content`] took comes back.
    pub(super) fn restore(&mut self, content: Content) {
        match (self, content) {
            (Self::Text { text: place, .. }, Content::Text { text, .. })
            | (Self::Edit { text: place, .. }, Content::Edit { text, .. }) => *place = text,
            (Self::File(_, _, place), Content::File(descriptor)) => *place = Some(descriptor),
            (Self::React { emoji: place, .. }, Content::Reaction { emoji, .. }) => *place = emoji,
            _ => {}
        }
    }
}

/// `fid` and the number of chunks of a descriptor's file.
pub(in crate::client) fn file_id(descriptor: &Descriptor) -> Option<(FileId, u32)> {
    let chunks = descriptor.layout().ok()?.chunks();
    let keys = descriptor.keys().ok()?;
    Some((FileId(*keys.commitment()), chunks))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::common::{TestRng, sessions};
    use crate::files::{Control, ControlOp};
    use alloc::vec::Vec;

    fn text(text: &str) -> Act {
        Act::Text {
            text: text.into(),
            reply: None,
        }
    }

    fn control(index: u32) -> Content {
        Content::FileControl(Control {
            file: FileId([1; 32]),
            op: ControlOp::Want,
            index,
            count: 1,
        })
    }

    /// What goes, goes off the account, in whichever way it went.
    #[test]
    fn what_does_not_wait_any_more_takes_no_room() {
        let mut outbox = Outbox::default();
        let half = "x".repeat(QUEUE_BYTES / 2);
        assert_eq!(outbox.take_up(text(&half), || 1), Some(1));
        assert_eq!(outbox.take_up(text(&half), || 2), Some(2));
        assert_eq!(outbox.take_up(text("x"), || 3), None);
        outbox.pop_front();
        assert_eq!(outbox.take_up(text(&half), || 4), Some(4));
        assert_eq!(outbox.take_up(text("x"), || 5), None);
        assert!(outbox.remove(MessageId::Own(4)).is_some());
        assert!(outbox.remove(MessageId::Own(4)).is_none());
        assert_eq!(outbox.take_up(text(&half), || 6), Some(6));
        assert!(outbox.edit(MessageId::Own(6), "short"));
        assert_eq!(outbox.take_up(text("more"), || 7), Some(7));
        assert_eq!(outbox.take_up(text(&half), || 8), None);
        let left: Vec<_> = outbox.drain().map(|queued| queued.id).collect();
        assert_eq!(left, [2, 6, 7]);
        assert_eq!((outbox.len(), outbox.bytes), (0, 0));
    }

    /// What went with a call and came back goes before everything else, and may have arrived.
    #[test]
    fn what_went_before_goes_first() {
        let mut outbox = Outbox::default();
        outbox.take_up(text("later"), || 2);
        let first = Content::Text {
            text: "first".into(),
            reply: None,
        };
        assert!(outbox.queue_again(1, first));
        assert!(!outbox.queue_again(3, Content::Probe));
        let queued = outbox.front().map(|queued| (queued.id, queued.outcome()));
        assert_eq!(queued, Some((1, Status::Unconfirmed)));
        assert_eq!(outbox.bytes, "first".len() + "later".len());
        outbox.pop_front();
        let queued = outbox.front().map(|queued| (queued.id, queued.outcome()));
        assert_eq!(queued, Some((2, Status::NotDelivered)));
    }

    #[test]
    fn so_many_words_without_a_name_wait() {
        let mut outbox = Outbox::default();
        for index in 0..=QUEUE {
            outbox.control(control(u32::try_from(index).unwrap()));
        }
        assert_eq!(outbox.controls.len(), QUEUE);
        assert_eq!(outbox.pop_control(), Some(control(0)));
        outbox.put_back_control(control(0));
        assert_eq!(outbox.pop_control(), Some(control(0)));
        outbox.control(Content::Viewed { seq: 1 });
        outbox.forget_views();
        assert_eq!(outbox.controls.len(), QUEUE - 1);
        outbox.forget_controls();
        assert_eq!(outbox.pop_control(), None);
    }

    /// What was taken for a frame that could not go is the same when it does.
    #[test]
    fn what_could_not_go_is_whole_again() {
        let mut rng = TestRng::new(1);
        let (caller, _) = sessions(&mut rng);
        let early = Content::Text {
            text: "first words".into(),
            reply: None,
        };
        let talk = Talk::new(caller, 1, alloc::vec![(9, early)], 0);
        let own = MessageId::Own(9);
        let acts = || {
            [
                text("hello"),
                Act::Edit {
                    target: own,
                    text: "other".into(),
                },
                Act::React {
                    target: own,
                    set: true,
                    emoji: "x".into(),
                },
                Act::Delete { target: own },
            ]
        };
        for (mut act, mut fresh) in acts().into_iter().zip(acts()) {
            let content = act.content(&talk, 0).unwrap();
            act.restore(content);
            assert_eq!(act.content(&talk, 0), fresh.content(&talk, 0));
        }
        // What is not of this session, and what is not ours.
        for target in [MessageId::Own(8), MessageId::Peer { session: 1, seq: 0 }] {
            assert_eq!(Act::Delete { target }.content(&talk, 0), None);
        }
    }
}
