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

    /// As a message of this session; `None` if it points at what is not of this session. The texts move out: see
    /// [`Self::restore`].
    pub(super) fn content(&mut self, talk: &Talk) -> Option<Content> {
        let reference = |target: MessageId| match target {
            MessageId::Own(id) => talk.names.seq_of(id).map(|seq| MessageRef {
                author: Author::Sender,
                seq,
            }),
            MessageId::Peer { session, seq } => {
                (session == talk.number && talk.names.theirs(seq).is_some()).then_some(MessageRef {
                    author: Author::Receiver,
                    seq,
                })
            }
        };
        let own = |target: MessageId| match reference(target) {
            Some(MessageRef {
                author: Author::Sender,
                seq,
            }) => Some(seq),
            _ => None,
        };
        Some(match self {
            // A text is said also where what it replied to cannot be named any more.
            Self::Text { text, reply } => Content::Text {
                text: core::mem::take(text),
                reply: reply.and_then(reference),
            },
            Self::File(_, _, descriptor) => Content::File(descriptor.take()?),
            Self::Edit { target, text } => Content::Edit {
                seq: own(*target)?,
                text: core::mem::take(text),
            },
            Self::Delete { target } => Content::Delete { seq: own(*target)? },
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
