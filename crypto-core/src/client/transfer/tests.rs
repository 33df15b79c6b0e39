//! One side by hand, then two sides over a line that does what it likes.

use std::collections::BTreeMap;
use std::vec;

use proptest::prelude::*;
use proptest::sample::Index;

use super::*;

const FILE: FileId = FileId([1; 32]);
const OTHER: FileId = FileId([2; 32]);
const THIRD: FileId = FileId([3; 32]);

fn want(file: FileId, index: u32, count: u32) -> Control {
    Control {
        file,
        op: ControlOp::Want,
        index,
        count,
    }
}

fn request(file: FileId, first: u32, count: u32) -> ChunkRequest {
    ChunkRequest { file, first, count }
}

/// An own file of so many chunks that the peer has accepted.
fn sending(chunks: u32) -> Transfers {
    let mut transfers = Transfers::new();
    transfers.offer(FILE, chunks).unwrap();
    let accepted = transfers.control(&say(FILE, ControlOp::Accept));
    assert_eq!(accepted, Some(TransferEvent::Accepted));
    transfers
}

/// A file of the peer of so many chunks that was accepted.
fn receiving(chunks: u32) -> Transfers {
    let mut transfers = Transfers::new();
    transfers.announced(FILE, chunks).unwrap();
    let accept = transfers.accept(&FILE, &[]);
    assert_eq!(accept, Ok(say(FILE, ControlOp::Accept)));
    transfers
}

fn new(chunks: Range<u32>, whole: bool) -> Arrival {
    let chunks = vec![chunks];
    Arrival::New { chunks, whole }
}

// ---- Own files

#[test]
fn runs_lie_inside_one_want() {
    let mut transfers = sending(300);
    for (index, count) in [(0, 100), (100, 10), (200, 3)] {
        assert_eq!(transfers.control(&want(FILE, index, count)), None);
    }
    let runs = core::iter::from_fn(|| transfers.next_chunks(64));
    let runs: Vec<_> = runs.map(|run| (run.first, run.count)).collect();
    assert_eq!(runs, [(0, 64), (64, 36), (100, 10), (200, 3)]);
}

#[test]
fn a_frame_has_one_to_64_chunks() {
    let mut transfers = sending(512);
    transfers.control(&want(FILE, 0, 512));
    let counts = [0, 1, 7, 64, 65, u32::MAX].map(|most| transfers.next_chunks(most).unwrap().count);
    assert_eq!(counts, [1, 1, 7, 64, 64, 64]);
}

#[test]
fn files_take_turns() {
    let mut transfers = sending(100);
    transfers.offer(OTHER, 100).unwrap();
    assert_eq!(transfers.next_chunks(64), None);
    transfers.control(&want(FILE, 0, 3));
    transfers.control(&want(OTHER, 5, 2));
    let runs = core::iter::from_fn(|| transfers.next_chunks(1));
    let runs: Vec<_> = runs.map(|run| (run.file, run.first)).collect();
    let wanted = [(FILE, 0), (OTHER, 5), (FILE, 1), (OTHER, 6), (FILE, 2)];
    assert_eq!(runs, wanted);
}

#[test]
fn what_may_not_be_wanted_is_ignored() {
    let mut transfers = sending(600);
    for (index, count) in [
        (0, 0),
        (600, 0),
        (600, 1),
        (599, 2),
        (u32::MAX, 1),
        (1, u32::MAX),
        (0, 513),
    ] {
        assert_eq!(transfers.control(&want(FILE, index, count)), None);
        assert_eq!(transfers.next_chunks(64), None);
    }
    assert_eq!(transfers.control(&want(OTHER, 0, 1)), None);
    // A file that is only offered stays so.
    transfers.offer(OTHER, 600).unwrap();
    assert_eq!(transfers.control(&want(OTHER, 0, 0)), None);
    let accepted = transfers.control(&say(OTHER, ControlOp::Accept));
    assert_eq!(accepted, Some(TransferEvent::Accepted));

    // The bound is over all files, and to the chunk.
    transfers.control(&want(FILE, 0, 512));
    transfers.control(&want(OTHER, 0, 1));
    assert_eq!(transfers.queued(), 512);
    assert_eq!(transfers.next_chunks(1), Some(request(FILE, 0, 1)));
    transfers.control(&want(OTHER, 0, 2));
    assert_eq!(transfers.queued(), 511);
    transfers.control(&want(OTHER, 0, 1));
    assert_eq!(transfers.queued(), 512);
    transfers.control(&want(FILE, 599, 1));
    assert_eq!(transfers.queued(), 512);
}

#[test]
fn wanted_again_is_sent_again_and_once_while_it_waits() {
    let mut transfers = sending(600);
    transfers.control(&want(FILE, 0, 512));
    // All of it waits: nothing is added, so it is no more than may be.
    transfers.control(&want(FILE, 0, 512));
    assert_eq!(transfers.queued(), 512);
    while transfers.next_chunks(64).is_some() {}
    transfers.control(&want(FILE, 10, 2));
    assert_eq!(transfers.next_chunks(64), Some(request(FILE, 10, 2)));
    assert_eq!(transfers.next_chunks(64), None);
}

#[test]
fn what_was_not_passed_on_is_sent_first() {
    let mut transfers = sending(600);
    transfers.control(&want(FILE, 0, 512));
    let first = transfers.next_chunks(64).unwrap();
    transfers.next_chunks(64);
    transfers.requeue(first);
    assert_eq!(transfers.next_chunks(64), Some(first));
    assert_eq!(transfers.next_chunks(1), Some(request(FILE, 128, 1)));

    // Never beyond the bound: here its peer wanted other chunks instead.
    transfers.control(&want(FILE, 512, 88));
    transfers.control(&want(FILE, 0, 41));
    assert_eq!(transfers.queued(), 512);
    transfers.requeue(request(FILE, 100, 1));
    assert_eq!(transfers.queued(), 512);
    assert_eq!(transfers.next_chunks(1), Some(request(FILE, 129, 1)));
    // Of what waits there is nothing to put back.
    transfers.requeue(request(FILE, 129, 2));
    assert_eq!(transfers.next_chunks(2), Some(request(FILE, 129, 1)));
    assert_eq!(transfers.next_chunks(2), Some(request(FILE, 130, 2)));
}

#[test]
fn nothing_comes_back_to_a_file_that_is_over_or_stopped() {
    let mut transfers = sending(600);
    transfers.control(&want(FILE, 0, 100));
    let run = transfers.next_chunks(64).unwrap();
    assert!(transfers.is_sending(&FILE));
    let paused = transfers.control(&say(FILE, ControlOp::Pause));
    assert_eq!(paused, Some(TransferEvent::Paused));
    assert_eq!(transfers.control(&say(FILE, ControlOp::Pause)), None);
    assert!(!transfers.is_sending(&FILE));
    transfers.requeue(run);
    assert_eq!(transfers.next_chunks(64), None);

    let resumed = transfers.control(&want(FILE, 0, 10));
    assert_eq!(resumed, Some(TransferEvent::Resumed));
    assert_eq!(transfers.next_chunks(64), Some(request(FILE, 0, 10)));
    let cancel = transfers.cancel(&FILE);
    assert_eq!(cancel, Ok(say(FILE, ControlOp::Cancel)));
    assert_eq!(transfers.cancel(&FILE), Err(TransferError::Unknown));
    transfers.requeue(run);
    assert_eq!(transfers.next_chunks(64), None);
    assert_eq!(transfers.relayed(&run), None);
    assert!(!transfers.is_sending(&FILE));
}

#[test]
fn words_that_do_not_fit_an_own_file_mean_nothing() {
    let mut transfers = Transfers::new();
    transfers.offer(FILE, 3).unwrap();
    assert!(!transfers.is_sending(&FILE));
    for op in [ControlOp::Pause, ControlOp::Done] {
        assert_eq!(transfers.control(&say(FILE, op)), None);
    }
    // A WANT says that the file is taken.
    let accepted = transfers.control(&want(FILE, 0, 1));
    assert_eq!(accepted, Some(TransferEvent::Accepted));
    assert_eq!(transfers.control(&say(FILE, ControlOp::Accept)), None);
    let done = transfers.control(&say(FILE, ControlOp::Done));
    assert_eq!(done, Some(TransferEvent::Done));
    for &op in ControlOp::ALL {
        assert_eq!(transfers.control(&say(FILE, op)), None);
    }
    transfers.offer(FILE, 3).unwrap();
    let rejected = transfers.control(&say(FILE, ControlOp::Reject));
    assert_eq!(rejected, Some(TransferEvent::Rejected));
    assert!(transfers.end().is_empty());
}

#[test]
fn what_the_relay_passed_on_is_counted_once() {
    let mut transfers = sending(4_000);
    assert_eq!(transfers.relayed(&request(FILE, 0, 64)), Some(64));
    assert_eq!(transfers.relayed(&request(FILE, 32, 64)), Some(96));
    assert_eq!(transfers.relayed(&request(OTHER, 0, 1)), None);
    // In the worst order it is not counted to its end, and takes no more memory.
    for chunk in (100..4_000).step_by(2) {
        transfers.relayed(&request(FILE, chunk, 1));
    }
    assert_eq!(transfers.own[0].relayed.runs(), 512);
    assert_eq!(transfers.relayed(&request(FILE, 0, 1)), Some(96 + 511));
}

// ---- Files of the peer

#[test]
fn the_window_is_asked_for_in_steps() {
    let mut transfers = receiving(2_000);
    assert_eq!(transfers.next_want(0), Some(want(FILE, 0, 256)));
    assert_eq!(transfers.next_want(0), Some(want(FILE, 256, 256)));
    assert_eq!(transfers.next_want(0), None);
    assert_eq!(transfers.arrived(&FILE, 0, 63, 200), new(0..63, false));
    assert_eq!(transfers.next_want(200), None);
    transfers.arrived(&FILE, 63, 1, 201);
    // 64 of them when the last WANT was a while ago, more at a time when they come fast.
    assert_eq!(transfers.next_want(99), None);
    assert_eq!(transfers.next_want(100), Some(want(FILE, 512, 64)));
    for (first, room) in [(64, false), (128, false), (192, false), (256, true)] {
        transfers.arrived(&FILE, first, 64, 199);
        let asked = transfers.next_want(199);
        assert_eq!(asked, room.then(|| want(FILE, 576, 256)));
    }
    assert_eq!(transfers.outstanding(), 512);
}

#[test]
fn a_short_file_goes_beside_a_long_one() {
    let mut transfers = receiving(2_000);
    while transfers.next_want(0).is_some() {}
    transfers.announced(OTHER, 3).unwrap();
    transfers.accept(&OTHER, &[]).unwrap();
    transfers.arrived(&FILE, 0, 2, 500);
    assert_eq!(transfers.next_want(500), None);
    transfers.arrived(&FILE, 2, 1, 500);
    assert_eq!(transfers.next_want(500), Some(want(OTHER, 0, 3)));
}

#[test]
fn files_are_asked_for_in_turns() {
    let mut transfers = receiving(2_000);
    transfers.announced(OTHER, 2_000).unwrap();
    transfers.announced(THIRD, 2_000).unwrap();
    transfers.accept(&THIRD, &[]).unwrap();
    assert_eq!(transfers.next_want(0), Some(want(FILE, 0, 256)));
    assert_eq!(transfers.next_want(0), Some(want(THIRD, 0, 256)));
    transfers.accept(&OTHER, &[]).unwrap();
    transfers.arrived(&FILE, 0, 64, 500);
    assert_eq!(transfers.next_want(500), Some(want(OTHER, 0, 64)));
    transfers.arrived(&FILE, 64, 64, 1_000);
    assert_eq!(transfers.next_want(1_000), Some(want(FILE, 256, 64)));
}

#[test]
fn only_what_is_missing_is_wanted() {
    let mut transfers = Transfers::new();
    transfers.announced(FILE, 100).unwrap();
    let beyond = transfers.accept(&FILE, &[0..1, 99..101]);
    assert_eq!(beyond, Err(TransferError::Range));
    transfers
        .accept(&FILE, &[90..100, 0..10, 20..30, 8..12])
        .unwrap();
    assert!(!transfers.expects(&FILE, 12, 1));
    assert_eq!(transfers.next_want(0), Some(want(FILE, 12, 8)));
    assert_eq!(transfers.next_want(0), Some(want(FILE, 30, 60)));
    assert_eq!(transfers.next_want(0), None);
    assert!(transfers.expects(&FILE, 11, 2) && !transfers.expects(&FILE, 20, 10));
    assert_eq!(transfers.arrived(&FILE, 20, 10, 1), Arrival::Held);
    assert_eq!(transfers.arrived(&FILE, 95, 5, 1), Arrival::Held);
    assert_eq!(transfers.arrived(&FILE, 95, 6, 1), Arrival::Unwanted);
    assert_eq!(
        transfers.arrived(&FILE, 11, 64, 1),
        Arrival::New {
            chunks: vec![12..20, 30..75],
            whole: false
        }
    );
    assert_eq!(transfers.complete(&FILE), Err(TransferError::State));
    assert_eq!(transfers.arrived(&FILE, 75, 15, 1), new(75..90, true));
    assert_eq!(transfers.deadline(), None);
    assert_eq!(transfers.complete(&FILE), Ok(say(FILE, ControlOp::Done)));
    assert_eq!(transfers.arrived(&FILE, 75, 15, 1), Arrival::Unwanted);
    assert!(transfers.end().is_empty());
}

#[test]
fn what_was_never_wanted_does_not_count() {
    let mut transfers = Transfers::new();
    assert_eq!(transfers.arrived(&FILE, 0, 1, 0), Arrival::Unwanted);
    transfers.announced(FILE, 300).unwrap();
    assert_eq!(transfers.arrived(&FILE, 0, 1, 0), Arrival::Unwanted);
    assert_eq!(transfers.next_want(0), None);
    transfers.accept(&FILE, &[]).unwrap();
    assert_eq!(transfers.arrived(&FILE, 0, 1, 0), Arrival::Unwanted);
    transfers.next_want(0);
    for (first, count) in [(256, 1), (256, u32::MAX), (u32::MAX, 1), (0, 0), (10, 0)] {
        assert!(!transfers.expects(&FILE, first, count));
        let arrival = transfers.arrived(&FILE, first, count, 0);
        assert_eq!(arrival, Arrival::Unwanted);
    }
    assert!(transfers.expects(&FILE, 255, 2));
    assert_eq!(transfers.arrived(&FILE, 255, 2, 0), new(255..256, false));
    assert_eq!(transfers.arrived(&FILE, 255, 1, 0), Arrival::Held);
    assert!(!transfers.expects(&OTHER, 0, 1));
}

#[test]
fn what_does_not_come_is_wanted_again() {
    let mut transfers = receiving(300);
    assert_eq!(transfers.deadline(), None);
    while transfers.next_want(1_000).is_some() {}
    assert_eq!(transfers.deadline(), Some(6_000));
    transfers.arrived(&FILE, 64, 64, 2_000);
    assert_eq!(transfers.deadline(), Some(7_000));
    assert_eq!(transfers.next_want(6_999), None);
    assert_eq!(transfers.outstanding(), 236);
    assert_eq!(transfers.next_want(7_000), Some(want(FILE, 0, 64)));
    assert_eq!(transfers.next_want(7_000), Some(want(FILE, 128, 172)));
    // Each time it takes twice as long, up to a bound, until something comes.
    assert_eq!(transfers.deadline(), Some(17_000));
    let mut now = 17_000;
    for wait in [20_000, 40_000, 80_000, 120_000, 120_000] {
        transfers.advance(now);
        assert_eq!(transfers.deadline(), None);
        assert_eq!(transfers.next_want(now), Some(want(FILE, 0, 64)));
        now += wait;
        assert_eq!(transfers.deadline(), Some(now));
    }
    transfers.arrived(&FILE, 0, 1, 16_000);
    assert_eq!(transfers.deadline(), Some(21_000));
}

#[test]
fn rare_chunks_are_waited_for_longer() {
    let mut transfers = receiving(300);
    transfers.next_want(0);
    // The first gap counts whole, each further one an eighth.
    transfers.arrived(&FILE, 0, 1, 4_000);
    assert_eq!(transfers.deadline(), Some(20_000));
    transfers.arrived(&FILE, 1, 1, 12_000);
    assert_eq!(transfers.deadline(), Some(12_000 + 4 * 4_500));
    // A clock that was set back is no gap at all.
    transfers.arrived(&FILE, 2, 1, 0);
    assert_eq!(transfers.deadline(), Some(4 * 3_937));
    transfers.arrived(&FILE, 3, 1, u64::MAX);
    assert_eq!(transfers.deadline(), Some(u64::MAX));
}

#[test]
fn a_late_chunk_counts() {
    let mut transfers = receiving(100);
    transfers.next_want(0);
    transfers.lost_line();
    assert_eq!((transfers.outstanding(), transfers.deadline()), (0, None));
    assert!(transfers.expects(&FILE, 0, 64));
    assert_eq!(transfers.arrived(&FILE, 0, 64, 1), new(0..64, false));
    assert_eq!(transfers.deadline(), None);
    assert_eq!(transfers.next_want(2), Some(want(FILE, 64, 36)));
    assert_eq!(transfers.deadline(), Some(5_002));
}

#[test]
fn after_a_lost_line_the_same_is_wanted_first() {
    let mut sender = sending(1_000);
    sender.offer(OTHER, 1_000).unwrap();
    let mut transfers = receiving(1_000);
    while let Some(wanted) = transfers.next_want(0) {
        sender.control(&wanted);
    }
    transfers.announced(OTHER, 1_000).unwrap();
    transfers.accept(&OTHER, &[]).unwrap();
    // The other file's turn comes when all is wanted again, which its sender has in its queue.
    transfers.lost_line();
    while let Some(wanted) = transfers.next_want(1) {
        assert_eq!(wanted.file, FILE);
        sender.control(&wanted);
    }
    assert_eq!((transfers.outstanding(), sender.queued()), (512, 512));
}

#[test]
fn a_stopped_file_leaves_its_room_to_others() {
    let mut transfers = receiving(600);
    transfers.announced(OTHER, 600).unwrap();
    assert_eq!(transfers.pause(&OTHER), Err(TransferError::State));
    assert_eq!(transfers.control(&say(OTHER, ControlOp::Pause)), None);
    transfers.accept(&OTHER, &[]).unwrap();
    transfers.next_want(0);
    transfers.next_want(0);
    assert_eq!(transfers.pause(&FILE), Ok(say(FILE, ControlOp::Pause)));
    assert_eq!(transfers.pause(&FILE), Err(TransferError::State));
    assert_eq!(transfers.next_want(0), Some(want(OTHER, 256, 256)));
    // What was on its way is taken, and is no sign that the file goes on.
    assert_eq!(transfers.arrived(&FILE, 0, 64, 1), new(0..64, false));
    transfers.arrived(&OTHER, 0, 512, 1);
    assert_eq!(transfers.next_want(1), Some(want(OTHER, 512, 88)));
    assert_eq!(transfers.next_want(1), None);
    assert_eq!(transfers.resume(&FILE), Ok(None));
    assert_eq!(transfers.resume(&FILE), Err(TransferError::State));
    assert_eq!(transfers.next_want(1), Some(want(FILE, 64, 192)));

    // Its sender's stop is its sender's, and beside ours.
    let paused = transfers.control(&say(FILE, ControlOp::Pause));
    assert_eq!(paused, Some(TransferEvent::Paused));
    assert_eq!(transfers.control(&say(FILE, ControlOp::Pause)), None);
    assert_eq!(
        (transfers.outstanding(), transfers.next_want(1)),
        (88, None)
    );
    assert_eq!(transfers.resume(&FILE), Err(TransferError::State));
    assert_eq!(transfers.pause(&FILE), Ok(say(FILE, ControlOp::Pause)));
    let resumed = transfers.control(&say(FILE, ControlOp::Accept));
    assert_eq!(resumed, Some(TransferEvent::Resumed));
    assert_eq!(transfers.control(&say(FILE, ControlOp::Accept)), None);
    assert_eq!(transfers.next_want(1), None);
    transfers.resume(&FILE).unwrap();
    assert_eq!(transfers.next_want(1), Some(want(FILE, 64, 192)));
}

#[test]
fn nothing_goes_of_an_own_file_that_was_stopped_here() {
    let mut transfers = Transfers::new();
    transfers.offer(FILE, 600).unwrap();
    assert_eq!(transfers.pause(&FILE), Err(TransferError::State));
    transfers.control(&want(FILE, 0, 100));
    let run = transfers.next_chunks(64).unwrap();
    assert_eq!(transfers.pause(&FILE), Ok(say(FILE, ControlOp::Pause)));
    assert_eq!(transfers.pause(&FILE), Err(TransferError::State));
    transfers.requeue(run);
    assert_eq!(transfers.control(&want(FILE, 64, 36)), None);
    assert!(!transfers.is_sending(&FILE) && !transfers.has_wanted());

    // Its receiver stops it, too, and goes on: that is another stop.
    let paused = transfers.control(&say(FILE, ControlOp::Pause));
    assert_eq!(paused, Some(TransferEvent::Paused));
    let resumed = transfers.control(&want(FILE, 0, 100));
    assert_eq!(resumed, Some(TransferEvent::Resumed));
    assert!(!transfers.has_wanted());

    let go_on = transfers.resume(&FILE);
    assert_eq!(go_on, Ok(Some(say(FILE, ControlOp::Accept))));
    assert_eq!(transfers.resume(&FILE), Err(TransferError::State));
    assert_eq!(transfers.control(&want(FILE, 0, 100)), None);
    assert_eq!(transfers.next_chunks(64), Some(run));
}

#[test]
fn each_thing_at_its_time() {
    let mut transfers = Transfers::new();
    for unknown in [
        transfers.accept(&FILE, &[]),
        transfers.reject(&FILE),
        transfers.pause(&FILE),
        transfers.complete(&FILE),
        transfers.cancel(&FILE),
    ] {
        assert_eq!(unknown, Err(TransferError::Unknown));
    }
    assert_eq!(transfers.resume(&FILE), Err(TransferError::Unknown));

    transfers.announced(FILE, 1).unwrap();
    assert_eq!(transfers.complete(&FILE), Err(TransferError::State));
    assert_eq!(transfers.reject(&FILE), Ok(say(FILE, ControlOp::Reject)));
    transfers.announced(FILE, 1).unwrap();
    // All of it is here already.
    transfers
        .accept(&FILE, core::slice::from_ref(&(0..1)))
        .unwrap();
    assert_eq!(transfers.accept(&FILE, &[]), Err(TransferError::State));
    assert_eq!(transfers.reject(&FILE), Err(TransferError::State));
    assert_eq!(transfers.next_want(0), None);
    assert_eq!(transfers.complete(&FILE), Ok(say(FILE, ControlOp::Done)));

    // What only a receiver says means nothing about a file of the peer; that it stops does.
    let mut transfers = receiving(10);
    for op in [ControlOp::Accept, ControlOp::Reject, ControlOp::Done] {
        assert_eq!(transfers.control(&say(FILE, op)), None);
    }
    assert_eq!(transfers.control(&want(FILE, 0, 1)), None);
    let cancelled = transfers.control(&say(FILE, ControlOp::Cancel));
    assert_eq!(cancelled, Some(TransferEvent::Cancelled));
    assert_eq!(transfers.control(&say(FILE, ControlOp::Cancel)), None);
}

#[test]
fn files_are_bounded_and_never_go_both_ways() {
    let mut transfers = Transfers::new();
    let id = |number: usize, side: u8| {
        let mut id = [side; 32];
        id[0] = u8::try_from(number).unwrap();
        FileId(id)
    };
    for number in 0..limits::FILES_UNDER_WAY {
        transfers.offer(id(number, 0), 1).unwrap();
        transfers.announced(id(number, 1), 1).unwrap();
    }
    assert_eq!(transfers.offer(id(99, 0), 1), Err(TransferError::Full));
    assert_eq!(transfers.announced(id(99, 1), 1), Err(TransferError::Full));
    assert_eq!(TransferError::Full.code(), crate::error::Code::FilesFull);
    for known in [id(0, 0), id(0, 1)] {
        assert_eq!(transfers.offer(known, 1), Err(TransferError::Known));
        assert_eq!(transfers.announced(known, 1), Err(TransferError::Known));
    }
    transfers.cancel(&id(0, 0)).unwrap();
    transfers.cancel(&id(0, 1)).unwrap();
    assert_eq!(transfers.offer(id(99, 0), 1), Ok(()));
    assert_eq!(transfers.announced(id(99, 1), 1), Ok(()));
}

#[test]
fn the_end_names_what_is_unfinished() {
    let mut transfers = sending(10);
    transfers.relayed(&request(FILE, 0, 4));
    transfers.announced(OTHER, 20).unwrap();
    transfers.announced(THIRD, 30).unwrap();
    transfers.accept(&OTHER, &[]).unwrap();
    transfers.next_want(0);
    transfers.arrived(&OTHER, 0, 5, 0);
    let unfinished = |file, side, accepted, done, chunks| Unfinished {
        file,
        side,
        accepted,
        done,
        chunks,
    };
    let mut ended = transfers.end();
    ended.sort_by_key(|file| file.file);
    assert_eq!(
        ended,
        [
            unfinished(FILE, Side::Own, true, 4, 10),
            unfinished(OTHER, Side::Peer, true, 5, 20),
            unfinished(THIRD, Side::Peer, false, 0, 30),
        ]
    );
    assert!(transfers.end().is_empty());
    assert_eq!((transfers.deadline(), transfers.next_want(1)), (None, None));
}

#[test]
fn the_largest_file_costs_little_in_the_worst_order() {
    let chunks = (1 << 26) + 1;
    let mut transfers = receiving(chunks);
    // A sender that leaves every second chunk out, and stays away until each is wanted again.
    for step in 0..200 {
        let now = step / 10 * STALL_MAX + step % 10 * WANT_EVERY;
        while let Some(Control { index, count, .. }) = transfers.next_want(now) {
            for chunk in (index..index + count).filter(|chunk| chunk % 2 == 1) {
                transfers.arrived(&FILE, chunk, 1, now);
            }
        }
        assert!(transfers.outstanding() <= 512);
        assert!(transfers.peers[0].held.runs() <= 512);
    }
    // 480 are missing: there is no room for a step.
    assert_eq!(transfers.peers[0].frontier, 960);
}

// ---- Two sides

/// What happens next. `side` is 0 or 1; numbers are taken modulo what there is.
#[derive(Debug, Clone)]
enum Step {
    /// A WANT is said, or lost with its session.
    Say {
        side: usize,
        lost: bool,
    },
    /// The oldest word is heard.
    Hear {
        side: usize,
    },
    /// A frame is sent.
    Send {
        side: usize,
        most: u32,
    },
    /// A frame that is on its way to `side` meets its fate.
    Meet {
        side: usize,
        which: Index,
        fate: Fate,
    },
    /// The line of one side is cut. What it had sent is put back or gone, and what it was sent is gone.
    Cut {
        side: usize,
        requeued: bool,
    },
    /// The person stops one of the files that come or go, or goes on.
    Stop {
        side: usize,
        which: Index,
    },
    Wait(u64),
}

#[derive(Debug, Clone, Copy)]
enum Fate {
    Arrives,
    /// A part of it: a relay can cut between two chunks.
    ArrivesShort,
    ArrivesTwice,
    Requeued,
    Lost,
}

fn step() -> impl Strategy<Value = Step> {
    let side = || 0..2_usize;
    let fate = proptest::sample::select(vec![
        Fate::Arrives,
        Fate::Arrives,
        Fate::ArrivesShort,
        Fate::ArrivesTwice,
        Fate::Requeued,
        Fate::Lost,
    ]);
    prop_oneof![
        4 => (side(), proptest::bool::weighted(0.2)).prop_map(|(side, lost)| Step::Say { side, lost }),
        4 => side().prop_map(|side| Step::Hear { side }),
        8 => (side(), 1..=64_u32).prop_map(|(side, most)| Step::Send { side, most }),
        8 => (side(), any::<Index>(), fate).prop_map(|(side, which, fate)| Step::Meet { side, which, fate }),
        1 => (side(), any::<bool>()).prop_map(|(side, requeued)| Step::Cut { side, requeued }),
        1 => (side(), any::<Index>()).prop_map(|(side, which)| Step::Stop { side, which }),
        2 => (0..20_000_u64).prop_map(Step::Wait),
    ]
}

/// One side, and what is on its way to it.
#[derive(Default)]
struct End {
    transfers: Transfers,
    words: VecDeque<Control>,
    frames: Vec<ChunkRequest>,
    /// What came of each file, chunk by chunk.
    came: BTreeMap<FileId, Vec<bool>>,
}

impl End {
    /// Under way, in either direction.
    fn files(&self) -> Vec<FileId> {
        let own = self.transfers.own.iter().map(|own| own.file);
        let peers = self.transfers.peers.iter().map(|file| file.file);
        own.chain(peers).collect()
    }
}

struct World {
    ends: [End; 2],
    now: u64,
}

impl World {
    /// `files`: the side that sends it, and its chunks. All of them are accepted.
    fn new(files: &[(usize, u32)]) -> Self {
        let mut world = Self {
            ends: [End::default(), End::default()],
            now: 0,
        };
        for (number, &(side, chunks)) in files.iter().enumerate() {
            let file = FileId([u8::try_from(number).unwrap(); 32]);
            let (own, peer) = (side, 1 - side);
            world.ends[own].transfers.offer(file, chunks).unwrap();
            let end = &mut world.ends[peer];
            end.transfers.announced(file, chunks).unwrap();
            let accept = end.transfers.accept(&file, &[]).unwrap();
            end.came.insert(file, vec![false; chunks as usize]);
            world.ends[own].words.push_back(accept);
        }
        world
    }

    fn run(&mut self, step: &Step) {
        match *step {
            Step::Say { side, lost } => {
                let word = self.ends[side].transfers.next_want(self.now);
                if !lost {
                    self.ends[1 - side].words.extend(word);
                }
            }
            Step::Hear { side } => {
                let end = &mut self.ends[side];
                if let Some(word) = end.words.pop_front() {
                    end.transfers.control(&word);
                }
            }
            Step::Send { side, most } => {
                let request = self.ends[side].transfers.next_chunks(most);
                assert!(request.is_none_or(|request| (1..=most).contains(&request.count)));
                self.ends[1 - side].frames.extend(request);
            }
            Step::Meet {
                side,
                ref which,
                fate,
            } => self.meet(side, which, fate),
            Step::Cut { side, requeued } => {
                self.ends[side].transfers.lost_line();
                self.ends[side].frames.clear();
                for request in core::mem::take(&mut self.ends[1 - side].frames) {
                    if requeued {
                        self.ends[side].transfers.requeue(request);
                    }
                }
            }
            Step::Stop { side, ref which } => {
                let end = &mut self.ends[side];
                let files = end.files();
                if files.is_empty() {
                    return;
                }
                let file = which.get(&files);
                let word = match end.transfers.pause(file) {
                    Ok(pause) => Some(pause),
                    Err(_) => end.transfers.resume(file).ok().flatten(),
                };
                self.ends[1 - side].words.extend(word);
            }
            Step::Wait(time) => self.now += time,
        }
        self.check();
    }

    fn meet(&mut self, side: usize, which: &Index, fate: Fate) {
        let frames = &mut self.ends[side].frames;
        if frames.is_empty() {
            return;
        }
        let request = frames.swap_remove(which.index(frames.len()));
        let mut short = request;
        short.count = request.count.div_ceil(2);
        match fate {
            Fate::Lost => {}
            Fate::Requeued => self.ends[1 - side].transfers.requeue(request),
            Fate::Arrives => self.arrive(side, request),
            Fate::ArrivesShort => self.arrive(side, short),
            Fate::ArrivesTwice => {
                self.arrive(side, request);
                self.arrive(side, request);
            }
        }
    }

    fn arrive(&mut self, side: usize, request: ChunkRequest) {
        let ChunkRequest { file, first, count } = request;
        let end = &mut self.ends[side];
        let expected = end.transfers.expects(&file, first, count);
        let arrival = end.transfers.arrived(&file, first, count, self.now);
        assert_eq!(expected, matches!(arrival, Arrival::New { .. }));
        let Arrival::New { chunks, whole } = arrival else {
            return;
        };
        let came = end.came.get_mut(&file).unwrap();
        for chunk in chunks.into_iter().flatten() {
            assert!((first..first + count).contains(&chunk));
            assert!(!core::mem::replace(&mut came[chunk as usize], true));
        }
        assert_eq!(whole, came.iter().all(|came| *came));
        if whole {
            let done = end.transfers.complete(&file).unwrap();
            self.ends[1 - side].words.push_back(done);
        }
        let _ = self.ends[1 - side].transfers.relayed(&request);
    }

    fn check(&self) {
        for End { transfers, .. } in &self.ends {
            assert!(transfers.outstanding() <= limits::CHUNKS_OUTSTANDING);
            assert!(transfers.queued() <= limits::CHUNKS_OUTSTANDING);
            for own in &transfers.own {
                assert!(own.queue.iter().all(|run| !run.is_empty()));
                // Nothing waits twice.
                let mut queued = ChunkSet::new();
                own.queue.iter().for_each(|run| queued.insert(run.clone()));
                assert_eq!(own.queued(), queued.count());
                assert!(own.relayed.runs() <= RELAYED_RUNS);
            }
            for file in &transfers.peers {
                assert!(file.held.runs() <= limits::CHUNKS_OUTSTANDING as usize + 1);
                let missing: u32 = file
                    .held
                    .gaps(0..file.frontier)
                    .map(|gap| gap.end - gap.start)
                    .sum();
                assert!(missing <= limits::CHUNKS_OUTSTANDING);
                assert_eq!(file.patience.since.is_some(), !file.outstanding.is_empty());
            }
        }
    }

    fn is_over(&self) -> bool {
        let over = |end: &End| end.transfers.own.is_empty() && end.transfers.peers.is_empty();
        self.ends.iter().all(over)
    }

    /// From here on nothing is lost; gives how long it took.
    fn be_honest(&mut self) -> u64 {
        let start = self.now;
        for side in 0..2 {
            for file in self.ends[side].files() {
                let word = self.ends[side].transfers.resume(&file).ok().flatten();
                self.ends[1 - side].words.extend(word);
            }
        }
        while !self.is_over() {
            let mut moved = false;
            for side in 0..2 {
                while let Some(word) = self.ends[side].transfers.next_want(self.now) {
                    self.ends[1 - side].words.push_back(word);
                    moved = true;
                }
                while !self.ends[side].words.is_empty() {
                    self.run(&Step::Hear { side });
                    moved = true;
                }
                while let Some(request) = self.ends[side].transfers.next_chunks(64) {
                    self.ends[1 - side].frames.push(request);
                }
                for request in core::mem::take(&mut self.ends[side].frames) {
                    self.arrive(side, request);
                    moved = true;
                }
                self.check();
            }
            if moved {
                self.now += 10;
            } else {
                let deadlines = self.ends.iter().map(|end| end.transfers.deadline());
                // Who waits for something knows for how long.
                self.now = deadlines.flatten().min().unwrap();
            }
        }
        self.now - start
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the line did: never more than 512 chunks are outstanding, no chunk is new twice, memory stays small; and once
    /// the line is honest, every file becomes whole within a few stalls.
    #[test]
    fn every_file_arrives_once_the_line_is_honest(
        files in proptest::collection::vec((0..2_usize, 1..1_500_u32), 1..6),
        steps in proptest::collection::vec(step(), 0..400),
    ) {
        let mut world = World::new(&files);
        for step in &steps {
            world.run(step);
        }
        let took = world.be_honest();
        prop_assert!(took <= 4 * STALL_MAX, "{took} ms");
        for end in &world.ends {
            prop_assert!(end.came.values().flatten().all(|came| *came));
        }
    }
}
