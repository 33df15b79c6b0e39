//! Two ends of one session, without a line between them.

use alloc::vec;

use super::*;
use crate::common::{TestRng, sessions_before_ready};

/// When the session begins.
const START: u64 = 1_000_000;

fn settings() -> Settings {
    Settings::default()
}

fn text(text: &str) -> Content {
    Content::Text {
        text: text.into(),
        reply: None,
    }
}

/// Who called and who answered, both in the open session.
struct Two {
    rng: TestRng,
    caller: Talk,
    answerer: Talk,
}

impl Two {
    fn new() -> Self {
        let mut rng = TestRng::new(1);
        let (caller, answerer, ready) = sessions_before_ready(&mut rng);
        let mut caller = Talk::new(caller, 1, Vec::new(), START);
        let mut answerer = Talk::new(answerer, 1, Vec::new(), START);
        answerer.log_ready(ready.clone(), START, &settings());
        assert!(!caller.is_proven() && !answerer.is_proven());
        assert!(!caller.has_room() && !caller.is_calm());
        let opened = caller.receive(&ready, START, &settings(), 0).unwrap();
        assert!(opened.secured && caller.is_proven());
        Self {
            rng,
            caller,
            answerer,
        }
    }

    fn says(&mut self, content: Content, now: u64) -> Vec<u8> {
        let id = matches!(content, Content::Text { .. }).then_some(u64::from(self.caller.said));
        let said = self
            .caller
            .say(content, id, now, &settings(), &mut self.rng);
        said.unwrap()
    }

    fn answers(&mut self, content: Content, now: u64) -> Vec<u8> {
        let said = self
            .answerer
            .say(content, None, now, &settings(), &mut self.rng);
        said.unwrap()
    }

    fn hears(&mut self, frame: &[u8], now: u64) -> Opened {
        self.answerer.receive(frame, now, &settings(), 0).unwrap()
    }

    fn hears_back(&mut self, frame: &[u8], now: u64) -> Opened {
        self.caller.receive(frame, now, &settings(), 0).unwrap()
    }
}

fn numbers(opened: &Opened) -> Vec<u32> {
    opened.said.iter().map(|(seq, ..)| *seq).collect()
}

#[test]
fn the_responder_s_session_is_proven_by_an_answer() {
    let mut two = Two::new();
    assert!(two.caller.is_initiator() && !two.answerer.is_initiator());
    let frame = two.says(text("hello"), START);
    assert!(!two.answerer.is_proven());
    let opened = two.hears(&frame, START);
    assert_eq!(numbers(&opened), [0]);
    // What came says that READY has come.
    assert!(two.answerer.is_proven());
    assert!(!opened.secured && !opened.bye);
}

/// Protocol 6.4: 200 messages under way, and typing does not fill what is left.
#[test]
fn so_much_is_under_way_and_not_more() {
    let mut two = Two::new();
    let mut frames = Vec::new();
    for number in 0..limits::UNACKNOWLEDGED {
        assert!(two.caller.has_room());
        assert_eq!(two.caller.is_calm(), number < CROWDED);
        frames.push(two.says(text("x"), START));
    }
    assert!(!two.caller.has_room());
    for frame in &frames[..3] {
        two.hears(frame, START);
    }
    let receipt = two.answers(Content::Receipt, START);
    let arrived = two.hears_back(&receipt, START).arrived;
    assert_eq!(arrived, [0, 1, 2].map(|id| (id, Status::Delivered)));
    assert!(two.caller.has_room());
}

/// One mebibyte, however few messages that is.
#[test]
fn so_many_bytes_are_under_way_and_not_more() {
    let mut two = Two::new();
    let long = "\u{1f44b}".repeat(limits::TEXT_MAX_CHARS);
    while two.caller.has_room() {
        assert!(two.caller.sent.bytes() < UNACKNOWLEDGED_BYTES);
        two.says(text(&long), START);
    }
    assert!(two.caller.sent.bytes() >= UNACKNOWLEDGED_BYTES);
    assert!(two.caller.sent.len() < limits::UNACKNOWLEDGED);
}

/// Receipts wait for nobody. Where many went unacknowledged they ask for a word, and where that was in vain nothing is said.
#[test]
fn receipts_that_nobody_acknowledges_come_to_an_end() {
    let mut two = Two::new();
    for number in 0..FULL {
        let expected = if number < CROWDED {
            Content::Receipt
        } else {
            Content::Probe
        };
        assert_eq!(two.caller.receipt(), Some(expected));
        assert!(two.caller.has_room());
        two.says(Content::Receipt, START);
        if number == 200 {
            // One asks already.
            two.says(Content::Probe, START);
            assert_eq!(two.caller.receipt(), Some(Content::Receipt));
            break;
        }
    }
    while two.caller.sent.len() < FULL {
        two.says(Content::Receipt, START);
    }
    assert_eq!(two.caller.receipt(), None);
    assert!(!two.caller.has_room());
}

/// A receipt goes a second after what causes it, or with thirty-two of them at once.
#[test]
fn what_came_is_owed_a_receipt_soon() {
    let mut two = Two::new();
    let first = two.says(text("one"), START);
    let second = two.says(text("two"), START);
    two.hears(&first, START + 10);
    two.hears(&second, START + 500);
    assert!(!two.answerer.owes_now(START + 1_009));
    assert_eq!(two.answerer.next_wake(START + 500), Some(START + 1_010));
    assert!(two.answerer.owes_now(START + 1_010));
    // It is due: waking up again and again changes nothing.
    assert_ne!(two.answerer.next_wake(START + 1_010), Some(START + 1_010));
    two.answers(Content::Receipt, START + 1_010);
    assert!(!two.answerer.owes_now(START + 60_000));
    for number in 0..32 {
        assert!(!two.answerer.owes_now(START + 2_000), "{number}");
        let frame = two.says(text("x"), START + 2_000);
        two.hears(&frame, START + 2_000);
    }
    assert!(two.answerer.owes_now(START + 2_000));
    two.answerer.owe_nothing();
    assert!(!two.answerer.owes_now(START + 60_000));
    // What causes none is owed none.
    let typing = two.says(Content::Receipt, START + 3_000);
    two.hears(&typing, START + 3_000);
    assert!(!two.answerer.owes_now(START + 60_000));
}

/// What comes after a gap counts when the gap closes, in order, and that is told at once. Until then the peer is told, ever
/// more rarely, that something is missing.
#[test]
fn a_gap_is_complained_about_and_closes() {
    let mut two = Two::new();
    let lost = two.says(Content::Receipt, START);
    let after = two.says(Content::Receipt, START);
    let opened = two.hears(&after, START);
    assert_eq!(numbers(&opened), []);
    assert!(!two.answerer.is_complete());
    let mut now = START;
    for times in 0..COMPLAINTS {
        let due = now + (5_000 << times.saturating_sub(1));
        assert!(!two.answerer.owes_now(due - 1), "{times}");
        assert!(two.answerer.owes_now(due), "{times}");
        now = due;
        two.answers(Content::Receipt, now);
    }
    // It was said often enough.
    assert!(!two.answerer.owes_now(now + 3_600_000));
    let question = two.says(text("?"), now);
    two.hears(&question, now);
    let opened = two.hears(&lost, now);
    assert_eq!(numbers(&opened), [0, 1, 2]);
    assert!(two.answerer.is_complete() && two.answerer.owes_now(now));
    assert_eq!(two.answerer.heard(), 3);
}

/// A gap that closes is told at once only if something is owed, and what comes in order is not a gap.
#[test]
fn what_comes_in_order_is_told_in_its_time() {
    let mut two = Two::new();
    let frames = [Content::Receipt, Content::Receipt].map(|content| two.says(content, START));
    two.hears(&frames[1], START);
    two.hears(&frames[0], START);
    assert!(!two.answerer.owes_now(START));
    let frame = two.says(text("x"), START);
    two.hears(&frame, START);
    assert!(!two.answerer.owes_now(START));
}

/// More than an honest peer has under way behind a gap is a fault of the peer's.
#[test]
fn so_much_is_held_and_not_more() {
    let mut two = Two::new();
    two.says(Content::Receipt, START);
    for number in 0..=HELD {
        let frame = two.says(Content::Receipt, START);
        // Keys of one turn are kept for fewer: the peer turns meanwhile.
        let heard = two.answerer.receive(&frame, START, &settings(), 0);
        if number % 64 == 63 {
            let answer = two.answers(Content::Receipt, START);
            two.hears_back(&answer, START);
        }
        match heard {
            Ok(opened) => assert!(numbers(&opened).is_empty() && number < HELD),
            Err(error) => assert_eq!((error, number), (ReceiveError::Sequence, HELD)),
        }
    }
}

#[test]
fn so_many_bytes_are_held_and_not_more() {
    let mut two = Two::new();
    two.says(Content::Receipt, START);
    let long = "\u{1f44b}".repeat(limits::TEXT_MAX_CHARS);
    let most = HELD_BYTES / long.len();
    for number in 0..=most {
        let frame = two.says(text(&long), START);
        let heard = two.answerer.receive(&frame, START, &settings(), 0);
        assert_eq!(heard.is_ok(), number < most, "{number}");
    }
    // What counts is not held any more.
    let mut two = Two::new();
    for _ in 0..2 {
        let lost = two.says(Content::Receipt, START);
        for _ in 0..most {
            let frame = two.says(text(&long), START);
            two.hears(&frame, START);
        }
        assert_eq!(numbers(&two.hears(&lost, START)).len(), most + 1);
        let receipt = two.answers(Content::Receipt, START);
        two.hears_back(&receipt, START);
    }
}

/// A frame that comes twice is answered: with a receipt where one says something new, else with what was said last; and ever
/// more rarely while nothing comes of it.
#[test]
fn repetitions_are_answered_ever_more_rarely() {
    let mut two = Two::new();
    let frame = two.says(text("x"), START);
    two.hears(&frame, START);
    let settings = settings();
    assert_eq!(two.answerer.repeated(START + 10, &settings), None);
    assert!(two.answerer.owes_now(START + 10));
    let receipt = two.answers(Content::Receipt, START + 10);
    let mut now = START + 10;
    let mut times = vec![];
    for ms in 1..200_000 {
        if let Some(again) = two.answerer.repeated(START + 10 + ms, &settings) {
            assert_eq!(again, receipt);
            times.push(START + 10 + ms - now);
            now = START + 10 + ms;
        }
    }
    assert_eq!(
        times,
        [
            1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000, 30_000
        ]
    );
    // Something new comes: the next one is answered soon again.
    let next = two.says(text("y"), now);
    two.hears(&next, now);
    two.answers(Content::Receipt, now);
    assert_eq!(two.answerer.repeated(now + 999, &settings), None);
    assert!(two.answerer.repeated(now + 1_000, &settings).is_some());
    assert_eq!(two.answerer.repeated(now + 2_999, &settings), None);
    assert!(two.answerer.repeated(now + 3_000, &settings).is_some());
}

/// After the last word nothing is answered.
#[test]
fn nothing_is_said_after_the_last_word() {
    let mut two = Two::new();
    let frame = two.says(text("x"), START);
    two.hears(&frame, START);
    let bye = two.says(Content::Bye, START);
    let opened = two.hears(&bye, START);
    assert!(opened.bye && two.answerer.is_complete());
    assert_eq!(two.answerer.repeated(START + 10_000, &settings()), None);
    assert_eq!(two.answerer.receipt(), None);
    assert!(!two.answerer.has_room() && !two.answerer.is_calm());
}

#[test]
fn a_last_word_after_a_gap_says_that_something_is_missing() {
    let mut two = Two::new();
    two.says(text("lost"), START);
    let bye = two.says(Content::Bye, START);
    assert!(two.hears(&bye, START).bye);
    assert!(!two.answerer.is_complete());
}

/// A session lives for a day, and is renewed in the last sixth of it.
#[test]
fn a_session_has_an_age() {
    let two = Two::new();
    let (settings, day) = (settings(), limits::SESSION_LIFETIME);
    let due = START + day - day / 6;
    assert_eq!(two.caller.next_age(START, &settings), due);
    assert_eq!(two.caller.next_age(due - 1, &settings), due);
    assert_eq!(two.caller.next_age(due, &settings), START + day);
    let renewal = |now| two.caller.renewal(now, &settings);
    assert_eq!(renewal(due - 1), Renewal::NotDue);
    assert_eq!(renewal(due), Renewal::Due);
    assert_eq!(renewal(START + day - 1), Renewal::Due);
    assert_eq!(renewal(START + day), Renewal::Over);
    // Another life, by the settings.
    let short = Settings {
        lifetime: 60_000,
        ..settings
    };
    assert_eq!(two.caller.next_age(START, &short), START + 50_000);
    assert_eq!(two.caller.renewal(START + 49_999, &short), Renewal::NotDue);
    assert_eq!(two.caller.renewal(START + 50_000, &short), Renewal::Due);
    assert_eq!(two.caller.renewal(START + 60_000, &short), Renewal::Over);
}

#[test]
fn a_stalled_session_is_one_whose_peer_is_heard() {
    let mut two = Two::new();
    two.says(text("lost"), START);
    two.caller.advance(START + 5_000);
    let settings = settings();
    assert!(!two.caller.is_stalled(START + 65_000, &settings));
    // Somebody answers, with nothing new.
    two.caller.repeated(START + 6_000, &settings);
    assert!(!two.caller.is_stalled(START + 64_999, &settings));
    assert!(two.caller.is_stalled(START + 65_000, &settings));
}

/// What woke up for nothing would spin.
#[test]
fn the_line_is_needed_when_something_goes_again() {
    let mut two = Two::new();
    assert_eq!(two.caller.next_wake(START), Some(START + 1_000));
    two.caller.owe_nothing();
    assert_eq!(two.caller.next_wake(START), None);
    two.caller.confirm = Some((Box::default(), START + 77));
    assert_eq!(two.caller.next_wake(START), Some(START + 77));
    two.caller.confirm = None;
    two.says(text("x"), START);
    assert_eq!(two.caller.next_wake(START), Some(START + 5_000));
}

/// First words have numbers in the session that they went before, and names on both sides.
#[test]
fn first_words_have_names() {
    let mut rng = TestRng::new(2);
    let (caller, answerer, _) = sessions_before_ready(&mut rng);
    let early = vec![(5, text("one")), (6, text("two"))];
    let mut caller = Talk::new(caller, 3, early, START);
    assert_eq!((caller.said(), caller.number), (2, 3));
    assert!(matches!(caller.name_own(6), Some((1, _))));
    let mut answerer = Talk::new(answerer, 3, Vec::new(), START);
    answerer.name_early(0, false, START);
    answerer.name_early(1, true, START);
    let kinds = [0, 1, 2].map(|seq| answerer.names.theirs(seq).map(|theirs| theirs.kind));
    assert_eq!(kinds, [Some(Named::Text), Some(Named::File), None]);
    let dropped = caller.take_dropped().into_iter();
    let dropped: Vec<_> = dropped.map(|(id, _)| id).collect();
    assert_eq!(dropped, [5, 6]);
    assert!(caller.name_own(6).is_none());
}
