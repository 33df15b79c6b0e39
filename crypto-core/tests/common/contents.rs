//! One content of every kind and shape that a message may have: the only list of them for tests and fuzzers.

use std::boxed::Box;
use std::vec::Vec;

use duet_crypto::files::{Control, ControlOp, FileId};
use duet_crypto::session::{Activity, Author, Content, MessageRef};

use super::{TestRng, descriptor};

/// Every kind with each of its numbers, in the order of the kinds. BYE is the last but READY, which nobody may send.
pub fn samples() -> Vec<Content> {
    let rng = &mut TestRng::new(0);
    let targets = [Author::Sender, Author::Receiver].map(|author| MessageRef { author, seq: 7 });
    let mut contents = std::vec![
        Content::Text {
            text: "\u{44f} \u{1f98a}".into(),
            reply: None,
        },
        Content::Receipt,
        Content::Read { up_to: 3 },
        Content::Viewed { seq: 4 },
        Content::File(Box::new(descriptor(5, rng))),
        Content::Edit {
            seq: 5,
            text: "new".into(),
        },
        Content::Delete { seq: 6 },
        Content::Probe,
    ];
    for target in targets {
        contents.push(Content::Text {
            text: "a reply".into(),
            reply: Some(target),
        });
        contents.extend([true, false].map(|set| Content::Reaction {
            target,
            set,
            emoji: "\u{1f44d}".into(),
        }));
    }
    let activities = [
        Activity::Idle,
        Activity::Typing,
        Activity::RecordingVoice,
        Activity::RecordingVideo,
    ];
    contents.extend(activities.map(Content::Typing));
    contents.extend(ControlOp::ALL.iter().map(|&op| {
        Content::FileControl(Control {
            file: FileId([8; 32]),
            op,
            index: 1,
            count: 2,
        })
    }));
    contents.extend([Content::Bye, Content::Ready]);
    contents
}
