//! How much of a connection's line CHUNK frames may fill: about a quarter of a second, so that a text never waits behind
//! a file for longer.
//!
//! A frame is measured from the moment it is handed to the socket until the relay says that it has passed it on. What a
//! frame takes beyond the least that one ever took, it spent waiting, behind the bytes of the other frames in flight: here,
//! at the relay, or before the recipient's line. The window, the bytes that may be in flight, follows from one number:
//!
//! ```text
//! fits = bytes in flight when the frame was sent * (least time + 150 ms) / time that it took
//! ```
//!
//! At the pace of that frame so many bytes wait 150 ms, and at any better pace less. A frame that waited
//!
//! - *less than 40 ms* lets the window grow to what fits, or a little if that is not more; and never beyond twice what was in
//!   flight with it: a window that is not used proves nothing. So the window of a fast line doubles with each round trip.
//! - *up to 150 ms* leaves it.
//! - *more* lets it shrink to what fits, at once. Frames that were sent before the change say the same again, which changes
//!   nothing.
//!
//! This is control by delay, as in LEDBAT (RFC 6817) and BBR, and unlike control by loss, which fills every buffer of the way
//! before it hears anything: a socket loses nothing. 150 ms of waiting and the time of one shortest frame, 131 ms at
//! 1 Mbit/s, make the quarter of a second.
//!
//! The least time must be that of an empty line. So a frame that goes into an empty line is short; and if it took longer
//! than the least, the least moves a quarter of the way to it, since the line itself may have become slower. Every ten
//! seconds the line is left to run empty once. After that, as after any pause, the window is opened by and by.

use crate::files::cobblestone::CHUNK_SEALED;
use crate::ids::EnvelopeId;
use crate::limits;
use crate::map::Map;

/// Bytes of a frame with one chunk, its heads counted generously.
const SHORTEST: usize = CHUNK_SEALED + 256;
/// The window of a line that is not known: 0.27 s at 1 Mbit/s.
const FIRST: usize = 2 * SHORTEST;
/// Frames that make up a window: enough for the line never to run empty between them.
const FRAMES: usize = 4;
/// The largest window, about 4 MiB: four frames of 64 chunks.
const LARGEST: usize = FRAMES * (limits::FRAME_CHUNKS as usize) * SHORTEST;
/// How long a frame may take of the line, in ms: less than what lets the window grow, for a frame waits for itself too.
const SLICE: u64 = 25;
/// How long a frame may wait, in ms.
const WAIT_MAX: u64 = 150;
/// How long it waits at least where the window does not grow.
const WAIT_ENOUGH: u64 = 40;
/// The share of an acknowledged frame by which the window grows in any case: the pace of a frame that did not wait is only
/// the least that the line can do.
const TRIAL: usize = 16;
/// For so long, in ms, a measurement of the empty line is good, and so is the window of a line that is not used.
const FRESH: u64 = 10_000;

/// So many least times it is good in any case: to leave a long way empty costs much.
const RARELY: u64 = 50;

/// A frame in flight.
#[derive(Debug)]
struct Flight {
    bytes: usize,
    sent: u64,
    /// Bytes in flight when it was sent, itself included.
    with: usize,
}

/// How fast CHUNK frames go into one connection.
#[derive(Debug)]
pub(crate) struct ChunkPace {
    /// Bytes that may be in flight.
    window: usize,
    /// How much of it may be used so far: a whole window at once would all wait before an empty line.
    opened: usize,
    /// Bytes that are.
    in_flight: usize,
    /// Bytes that a frame may have so that it takes [`SLICE`], at the pace of the last one.
    slice: usize,
    frames: Map<EnvelopeId, Flight>,
    /// The least time that a frame took, in ms.
    least: Option<u64>,
    /// When a frame was last sent into the empty line.
    alone: u64,
    /// Nothing is sent until the line is empty.
    emptying: bool,
    /// The last sign of life of the line.
    heard: u64,
}

impl ChunkPace {
    /// For a new connection.
    pub(crate) const fn new() -> Self {
        Self {
            window: FIRST,
            opened: FIRST,
            in_flight: 0,
            slice: SHORTEST,
            frames: Map::new(),
            least: None,
            alone: 0,
            emptying: false,
            heard: 0,
        }
    }

    /// Bytes that may go now; 0 while there is no room for a frame.
    ///
    /// A frame waits until it has its full length: others are in flight meanwhile, and a long one costs both sides less than
    /// several short ones.
    pub(crate) fn room(&self) -> usize {
        if self.emptying && self.in_flight > 0 {
            return 0;
        }
        let open = self.window.min(self.opened);
        let room = open.saturating_sub(self.in_flight);
        let least = if self.in_flight == 0 {
            CHUNK_SEALED
        } else {
            self.slice.min(open / FRAMES).max(CHUNK_SEALED)
        };
        if room < least { 0 } else { room }
    }

    /// How many chunks the next frame may carry, 1 to 64: a short while of the line and a share of the window, within the
    /// room. A slow line gets short frames, so that a text can go between two of them.
    pub(crate) fn frame_chunks(&self) -> u32 {
        if self.in_flight == 0 {
            return 1;
        }
        let share = self.slice.min(self.window / FRAMES);
        let chunks = share.min(self.room()) / CHUNK_SEALED;
        u32::try_from(chunks)
            .unwrap_or(limits::FRAME_CHUNKS)
            .clamp(1, limits::FRAME_CHUNKS)
    }

    /// A CHUNK frame was asked for: it has its place on the line.
    pub(crate) fn sent(&mut self, id: EnvelopeId, bytes: usize, now: u64) {
        if self.in_flight == 0 {
            let rest = now.saturating_sub(self.heard);
            if rest >= FRESH {
                self.window = self.window.min(FIRST);
            }
            if self.emptying || rest >= WAIT_MAX {
                let least = self.least.unwrap_or(0);
                self.opened = portion(self.window, WAIT_MAX, least.saturating_add(WAIT_MAX));
            }
            self.alone = now;
            self.emptying = false;
        }
        self.in_flight += bytes;
        let flight = Flight {
            bytes,
            sent: now,
            with: self.in_flight,
        };
        if let Some(before) = self.frames.insert(id, flight) {
            self.in_flight -= before.bytes;
        }
    }

    /// The frame was read and sealed, and is handed to the socket. What that took is no time of the line.
    pub(crate) fn handed(&mut self, id: EnvelopeId, now: u64) {
        if let Some(flight) = self.frames.get_mut(&id) {
            flight.sent = now;
        }
    }

    /// The relay passed a frame on.
    pub(crate) fn acknowledged(&mut self, id: EnvelopeId, now: u64) {
        let Some(flight) = self.land(id, now) else {
            return;
        };
        let took = now.saturating_sub(flight.sent);
        let least = self.measure(&flight, took);
        let wait = took - least;
        self.slice = portion(flight.with, SLICE, took);
        let fits = portion(flight.with, least.saturating_add(WAIT_MAX), took);
        if wait > WAIT_MAX {
            self.window = self.window.min(fits).max(SHORTEST);
        } else if wait < WAIT_ENOUGH {
            let more = fits.max(self.window + flight.bytes / TRIAL);
            let most = (2 * flight.with).min(LARGEST);
            self.window = self.window.max(more.min(most));
        }
        if now.saturating_sub(self.alone) >= FRESH.max(least.saturating_mul(RARELY)) {
            self.emptying = true;
        }
    }

    /// The relay did not pass a frame on. How long it took to say so means nothing.
    pub(crate) fn refused(&mut self, id: EnvelopeId, now: u64) {
        self.land(id, now);
    }

    /// The connection is another one.
    pub(crate) fn reset(&mut self) {
        *self = Self::new();
    }

    fn land(&mut self, id: EnvelopeId, now: u64) -> Option<Flight> {
        let flight = self.frames.remove(&id)?;
        self.in_flight -= flight.bytes;
        self.opened = (self.opened + flight.bytes).min(LARGEST);
        self.heard = now;
        Some(flight)
    }

    /// The least time, now that this frame took so long.
    fn measure(&mut self, flight: &Flight, took: u64) -> u64 {
        let alone = flight.with == flight.bytes && flight.bytes <= SHORTEST;
        let least = match self.least {
            Some(least) if took >= least && alone => least + (took - least).div_ceil(4),
            Some(least) => least.min(took),
            None => took,
        };
        self.least = Some(least);
        least
    }
}

/// `bytes` by `part` of `whole`; what takes no time counts as a millisecond.
fn portion(bytes: usize, part: u64, whole: u64) -> usize {
    let portion = bytes as u128 * u128::from(part) / u128::from(whole.max(1));
    usize::try_from(portion).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;

    /// Bytes of a frame beside its chunks.
    const HEADS: usize = 105;

    /// A line that takes one byte after the other, the relay behind it, and a sender that always has more to send.
    struct Line {
        pace: ChunkPace,
        now: u64,
        /// Bytes in a millisecond.
        rate: usize,
        /// From the line's end to the relay, and back.
        latency: u64,
        /// What the line has still to take, frame by frame.
        waiting: VecDeque<(EnvelopeId, usize)>,
        acks: VecDeque<(u64, EnvelopeId)>,
        frames: u32,
        /// Bytes that the line took.
        taken: usize,
    }

    /// What was seen for a while.
    #[derive(Debug)]
    struct Seen {
        /// The longest that a text would have waited, in ms.
        wait: u64,
        /// How much of its time the line was busy, in percent.
        busy: u64,
        /// Most bytes in flight.
        in_flight: usize,
        /// Most chunks of a frame.
        chunks: u32,
    }

    impl Line {
        fn new(rate: usize, latency: u64) -> Self {
            Self {
                pace: ChunkPace::new(),
                now: 0,
                rate,
                latency,
                waiting: VecDeque::new(),
                acks: VecDeque::new(),
                frames: 0,
                taken: 0,
            }
        }

        fn send(&mut self) -> u32 {
            let chunks = self.pace.frame_chunks();
            let mut id = EnvelopeId([0; 16]);
            id.0[..4].copy_from_slice(&self.frames.to_be_bytes());
            self.frames += 1;
            let bytes = chunks as usize * CHUNK_SEALED + HEADS;
            self.pace.sent(id, bytes, self.now);
            self.waiting.push_back((id, bytes));
            chunks
        }

        /// One millisecond without sending.
        fn pass(&mut self) {
            let mut left = self.rate;
            while let Some((id, bytes)) = self.waiting.front_mut() {
                let part = left.min(*bytes);
                *bytes -= part;
                left -= part;
                self.taken += part;
                if *bytes > 0 {
                    break;
                }
                self.acks.push_back((self.now + self.latency, *id));
                self.waiting.pop_front();
            }
            self.now += 1;
            while let Some((_, id)) = self.acks.pop_front_if(|(due, _)| *due <= self.now) {
                self.pace.acknowledged(id, self.now);
            }
        }

        fn run(&mut self, time: u64) -> Seen {
            let (mut wait, mut in_flight, mut longest) = (0, 0, 0);
            let before = self.taken;
            for _ in 0..time {
                while self.pace.room() > 0 {
                    longest = longest.max(self.send());
                }
                let waiting: usize = self.waiting.iter().map(|(_, bytes)| bytes).sum();
                wait = wait.max(waiting.div_ceil(self.rate) as u64);
                in_flight = in_flight.max(self.pace.in_flight);
                self.pass();
            }
            let most = self.rate as u64 * time;
            Seen {
                wait,
                busy: 100 * (self.taken - before) as u64 / most,
                in_flight,
                chunks: longest,
            }
        }
    }

    const MBIT: usize = 125;

    #[test]
    fn at_one_megabit_a_text_never_waits_long() {
        for latency in [0, 5, 20, 50, 100] {
            let mut line = Line::new(MBIT, latency);
            let seen = line.run(60_000);
            assert!(seen.wait <= 300, "{latency}: {seen:?}");
            assert!(seen.busy >= 95, "{latency}: {seen:?}");
            assert_eq!(seen.chunks, 1);
        }
    }

    #[test]
    fn a_slower_line_has_one_short_frame_at_a_time_in_the_end() {
        let mut line = Line::new(MBIT / 4, 50);
        line.run(20_000);
        let seen = line.run(60_000);
        // Two of them now and then: the line could have become better.
        assert!(seen.wait <= 2 * 535, "{seen:?}");
        assert!(seen.busy >= 85, "{seen:?}");
    }

    #[test]
    fn a_fast_line_is_filled_within_some_round_trips() {
        // 200 MB a second and 2 ms there and back, as within one machine.
        let mut line = Line::new(200_000, 2);
        let start = line.run(40);
        assert!(start.in_flight >= 2 << 20, "{start:?}");
        let seen = line.run(30_000);
        assert!(seen.busy >= 99, "{seen:?}");
        assert_eq!(seen.chunks, 64);
        assert!(seen.in_flight <= LARGEST);
    }

    #[test]
    fn lines_of_every_kind_are_used_and_not_filled() {
        for megabits in [2, 5, 10, 20, 50, 100, 1000] {
            for latency in [1, 10, 30, 100, 300] {
                let mut line = Line::new(megabits * MBIT, latency);
                let start = line.run(10_000);
                let seen = line.run(60_000);
                // Where the largest window holds more than the line, the line is busy nearly always.
                let pipe = megabits * MBIT * usize::try_from(latency + 20).unwrap();
                let wanted = (LARGEST * 90 / pipe).min(95) as u64;
                let what = std::format!("{megabits} Mbit/s, {latency} ms: {start:?} {seen:?}");
                assert!(seen.busy >= wanted, "{what}");
                assert!(seen.wait <= 300, "{what}");
                assert!(start.wait <= 300 && start.busy >= wanted / 2, "{what}");
            }
        }
    }

    #[test]
    fn a_line_that_becomes_slow_is_noticed() {
        let mut line = Line::new(100 * MBIT, 10);
        line.run(20_000);
        line.rate = MBIT;
        // What was in flight has to go through.
        line.run(100);
        while line.pace.room() == 0 {
            line.pass();
        }
        let seen = line.run(10_000);
        assert!(seen.wait <= 300, "{seen:?}");
        let seen = line.run(60_000);
        assert!(seen.wait <= 300, "{seen:?}");
        assert!(seen.busy >= 90, "{seen:?}");
    }

    #[test]
    fn a_line_that_becomes_fast_is_noticed() {
        let mut line = Line::new(MBIT, 20);
        line.run(20_000);
        line.rate = 100 * MBIT;
        line.run(1_000);
        let seen = line.run(1_000);
        assert!(seen.busy >= 90, "{seen:?}");
    }

    #[test]
    fn a_way_that_becomes_long_is_used_again() {
        let mut line = Line::new(20 * MBIT, 5);
        line.run(20_000);
        line.latency = 600;
        line.run(30_000);
        let seen = line.run(60_000);
        assert!(seen.busy >= 60, "{seen:?}");
        assert!(seen.wait <= 300, "{seen:?}");
    }

    #[test]
    fn a_first_measurement_that_was_too_long_is_corrected() {
        // The relay slept when the first frame came.
        let mut line = Line::new(MBIT, 400);
        line.send();
        for _ in 0..132 {
            line.pass();
        }
        line.latency = 20;
        line.run(FRESH + 2_000);
        let seen = line.run(60_000);
        assert!(seen.wait <= 300, "{seen:?}");
        assert!(seen.busy >= 90, "{seen:?}");
    }

    #[test]
    fn what_waited_once_leaves_the_window_where_it_can_grow_again() {
        let mut line = Line::new(100 * MBIT, 10);
        line.run(5_000);
        for _ in 0..500 {
            // Half a second in which nothing is heard.
            line.now += 1;
        }
        line.run(1_000);
        assert!(line.run(1_000).busy >= 95);
    }

    #[test]
    fn after_a_rest_the_line_is_not_known() {
        let mut line = Line::new(100 * MBIT, 10);
        line.run(5_000);
        let known = line.pace.window;
        while line.pace.in_flight > 0 {
            line.pass();
        }
        line.now += FRESH - 1;
        line.send();
        assert_eq!(line.pace.window, known);
        while line.pace.in_flight > 0 {
            line.pass();
        }
        line.now += FRESH;
        // A frame into an empty line is short: the window is cut before the second one.
        assert_eq!(line.send(), 1);
        assert_eq!(line.pace.window, FIRST);
    }

    #[test]
    fn refusals_make_room_and_say_nothing_about_the_line() {
        let mut pace = ChunkPace::new();
        let ids = [EnvelopeId([1; 16]), EnvelopeId([2; 16])];
        for id in ids {
            assert!(pace.room() > 0);
            pace.sent(id, CHUNK_SEALED + HEADS, 0);
        }
        assert_eq!(pace.room(), 0);
        pace.refused(ids[0], 30_000);
        assert!(pace.room() > 0);
        assert_eq!((pace.window, pace.least), (FIRST, None));
        // Nor does an acknowledgement of what is not in flight.
        pace.acknowledged(ids[0], 30_000);
        assert_eq!((pace.window, pace.least), (FIRST, None));
        pace.sent(ids[1], CHUNK_SEALED, 30_000);
        assert_eq!(pace.in_flight, CHUNK_SEALED);
        pace.reset();
        assert_eq!((pace.in_flight, pace.room()), (0, FIRST));
    }

    fn id(number: u8) -> EnvelopeId {
        EnvelopeId([number; 16])
    }

    #[test]
    fn a_frame_that_waited_long_makes_the_window_smaller_and_one_that_did_not_larger() {
        // Eight frames in flight, and room for ten; an empty line takes 20 ms.
        let window_after = |took: u64| {
            let (window, least) = (10 * SHORTEST, Some(20));
            let mut pace = ChunkPace {
                window,
                opened: window,
                least,
                ..ChunkPace::new()
            };
            for number in 1..=8 {
                pace.sent(id(number), SHORTEST, 0);
            }
            pace.acknowledged(id(8), took);
            pace.window
        };
        assert_eq!(window_after(20 + 39), 16 * SHORTEST);
        assert_eq!(window_after(20 + 40), 10 * SHORTEST);
        assert_eq!(window_after(20 + 150), 10 * SHORTEST);
        assert_eq!(window_after(20 + 151), 8 * SHORTEST * 170 / 171);
        // Never so small that nothing could go.
        assert_eq!(window_after(1_000_000), SHORTEST);
    }

    #[test]
    fn there_is_room_for_a_whole_chunk_or_none() {
        let room = |window| {
            let pace = ChunkPace {
                window,
                ..ChunkPace::new()
            };
            pace.room()
        };
        assert_eq!(room(CHUNK_SEALED - 1), 0);
        assert_eq!(room(CHUNK_SEALED), CHUNK_SEALED);
        let busy = |emptying, in_flight| {
            let pace = ChunkPace {
                emptying,
                in_flight,
                ..ChunkPace::new()
            };
            pace.room()
        };
        assert_eq!(busy(true, 1), 0);
        assert_eq!(busy(true, 0), FIRST);
        assert_eq!(busy(false, 1), FIRST - 1);
    }

    #[test]
    fn a_frame_has_a_quarter_of_the_window_at_most() {
        let (window, slice) = (32 * CHUNK_SEALED, LARGEST);
        let pace = ChunkPace {
            window,
            opened: window,
            in_flight: CHUNK_SEALED,
            slice,
            ..ChunkPace::new()
        };
        assert_eq!(pace.frame_chunks(), 8);
        // Nor more than the line takes in a moment.
        let slice = 3 * CHUNK_SEALED;
        assert_eq!(ChunkPace { slice, ..pace }.frame_chunks(), 3);
    }

    #[test]
    fn a_frame_waits_for_its_full_length_unless_the_line_is_empty() {
        let room = |in_flight| {
            let window = 32 * CHUNK_SEALED;
            let pace = ChunkPace {
                window,
                opened: window,
                in_flight,
                slice: LARGEST,
                ..ChunkPace::new()
            };
            pace.room() / CHUNK_SEALED
        };
        assert_eq!(room(24 * CHUNK_SEALED), 8);
        assert_eq!(room(24 * CHUNK_SEALED + 1), 0);
        assert_eq!(room(0), 32);
    }

    #[test]
    fn what_a_frame_took_before_it_was_handed_over_is_no_time_of_the_line() {
        let mut pace = ChunkPace::new();
        for (number, sealed_for) in [(1, 0), (2, 500)] {
            let id = EnvelopeId([number; 16]);
            pace.sent(id, SHORTEST, 1_000);
            pace.handed(id, 1_000 + sealed_for);
            pace.acknowledged(id, 1_010 + sealed_for);
        }
        assert_eq!(pace.window, FIRST, "{pace:?}");
    }

    #[test]
    fn the_line_is_left_empty_once_in_a_while() {
        let emptying_after = |least, later: u64| {
            let mut pace = ChunkPace {
                window: LARGEST,
                opened: LARGEST,
                least: Some(least),
                ..ChunkPace::new()
            };
            pace.sent(id(1), SHORTEST, 1_000);
            pace.sent(id(2), SHORTEST, 1_000);
            pace.acknowledged(id(2), 1_000 + later);
            pace.emptying
        };
        assert!(!emptying_after(20, 9_999));
        assert!(emptying_after(20, 10_000));
        // To leave a long way empty costs much.
        assert!(!emptying_after(1_000, 49_999));
        assert!(emptying_after(1_000, 50_000));
    }
}
