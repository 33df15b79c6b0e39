//! The one-time prekeys of one connection (protocol.md section 5 and 9): held in memory, handed out once, gone with
//! the connection.

use duet_crypto::{
    limits::{PREKEYS, PREKEYS_LOW},
    prekeys::{PrekeyId, frame::PrekeyFrame},
    relay::{AckStatus, EnvelopeId, NoPrekey, PrekeyBytes},
};
use std::{
    collections::{HashSet, VecDeque},
    time::Duration,
};
use tokio::time::Instant;

/// What is left of what a client gave.
#[derive(Default)]
pub struct Stock {
    /// Oldest first.
    prekeys: VecDeque<(PrekeyId, Box<PrekeyBytes>)>,
    /// Whether the owner knows that few are left.
    told: bool,
    closed: bool,
}

/// A prekey that nobody else gets.
pub struct Taken {
    /// The PREKEY frame.
    pub prekey: Box<PrekeyBytes>,
    /// How many are left, if the owner is to be told now.
    pub low: Option<u32>,
}

impl Stock {
    /// Adds all of `prekeys` or none. `own` says whether one is of the connection that they came over.
    ///
    /// # Errors
    /// [`AckStatus::Malformed`] for somebody else's, or a repeated one; [`AckStatus::TooLarge`] beyond [`PREKEYS`];
    /// [`AckStatus::Offline`] when the connection has ended.
    pub fn add(
        &mut self,
        prekeys: &[PrekeyBytes],
        own: impl Fn(&PrekeyFrame) -> bool,
    ) -> Result<(), AckStatus> {
        if self.closed {
            return Err(AckStatus::Offline);
        }
        if self.prekeys.len() + prekeys.len() > PREKEYS {
            return Err(AckStatus::TooLarge);
        }
        let mut ids: HashSet<[u8; 16]> = self.prekeys.iter().map(|(id, _)| id.0).collect();
        let mut new = Vec::with_capacity(prekeys.len());
        for prekey in prekeys {
            let frame = PrekeyFrame::decode(prekey).map_err(|_| AckStatus::Malformed)?;
            if !own(&frame) || !ids.insert(frame.pkid.0) {
                return Err(AckStatus::Malformed);
            }
            new.push((frame.pkid, Box::new(*prekey)));
        }
        self.prekeys.extend(new);
        if self.prekeys.len() >= PREKEYS_LOW {
            self.told = false;
        }
        Ok(())
    }

    /// Takes the oldest prekey. `allowed` is asked only if there is one: an empty stock uses up nobody's allowance.
    ///
    /// # Errors
    /// [`NoPrekey::Offline`] when the connection has ended, [`NoPrekey::NoneLeft`], [`NoPrekey::RateLimit`] if not
    /// `allowed`.
    pub fn take(&mut self, allowed: impl FnOnce() -> bool) -> Result<Taken, NoPrekey> {
        if self.closed {
            return Err(NoPrekey::Offline);
        }
        if self.prekeys.is_empty() {
            return Err(NoPrekey::NoneLeft);
        }
        if !allowed() {
            return Err(NoPrekey::RateLimit);
        }
        let (_, prekey) = self.prekeys.pop_front().ok_or(NoPrekey::NoneLeft)?;
        let left = self.prekeys.len();
        let tell = left < PREKEYS_LOW && !std::mem::replace(&mut self.told, left < PREKEYS_LOW);
        Ok(Taken {
            prekey,
            low: tell.then(|| u32::try_from(left).unwrap_or(u32::MAX)),
        })
    }

    /// Whether there are any.
    #[must_use]
    pub fn has_some(&self) -> bool {
        !self.prekeys.is_empty()
    }

    /// Forgets everything, for good.
    pub fn close(&mut self) {
        self.closed = true;
        self.prekeys = VecDeque::new();
    }
}

/// How many answers are remembered, and how long: as for payloads (protocol.md section 9).
const REMEMBERED: usize = 1024;
const LIFETIME: Duration = Duration::from_secs(120);

/// The prekeys that a connection was given lately: a request that is sent again gets the same one again. Requests
/// that brought none are not remembered, so that trying again is possible.
#[derive(Default)]
pub struct Given(VecDeque<(EnvelopeId, Instant, Box<PrekeyBytes>)>);

impl Given {
    /// What the request `id` was answered with.
    pub fn find(&mut self, id: EnvelopeId, now: Instant) -> Option<&PrekeyBytes> {
        while self
            .0
            .front()
            .is_some_and(|(_, at, _)| now.duration_since(*at) >= LIFETIME)
        {
            self.0.pop_front();
        }
        self.0
            .iter()
            .find(|(there, _, _)| *there == id)
            .map(|(_, _, prekey)| &**prekey)
    }

    /// Remembers the answer to the request `id`.
    pub fn remember(&mut self, id: EnvelopeId, prekey: Box<PrekeyBytes>, now: Instant) {
        if self.0.len() == REMEMBERED {
            self.0.pop_front();
        }
        self.0.push_back((id, now, prekey));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use duet_crypto::limits::VERSION;

    fn prekeys(numbers: std::ops::Range<u8>) -> Vec<PrekeyBytes> {
        let prekey = |number| {
            let mut bytes = [0; 1379];
            bytes[..3].copy_from_slice(&[VERSION, 0x06, number]);
            bytes[18] = VERSION;
            bytes
        };
        numbers.map(prekey).collect()
    }

    fn add(stock: &mut Stock, numbers: std::ops::Range<u8>) -> Result<(), AckStatus> {
        stock.add(&prekeys(numbers), |_| true)
    }

    /// The number of the prekey that is taken, and the notice.
    fn take(stock: &mut Stock) -> Result<(u8, Option<u32>), NoPrekey> {
        stock
            .take(|| true)
            .map(|taken| (taken.prekey[2], taken.low))
    }

    #[test]
    fn each_is_taken_once_oldest_first_and_the_owner_told_once_a_fall() {
        let mut stock = Stock::default();
        assert_eq!(take(&mut stock), Err(NoPrekey::NoneLeft));
        add(&mut stock, 0..6).unwrap();
        assert_eq!(take(&mut stock), Ok((0, None)));
        assert_eq!(take(&mut stock), Ok((1, Some(4))));
        assert_eq!(take(&mut stock), Ok((2, None)));
        // Four again is not enough for a second notice; five are.
        add(&mut stock, 6..7).unwrap();
        assert_eq!(take(&mut stock), Ok((3, None)));
        add(&mut stock, 7..9).unwrap();
        assert_eq!(take(&mut stock), Ok((4, Some(4))));
        for number in 5..9 {
            assert_eq!(take(&mut stock), Ok((number, None)));
        }
        assert_eq!(take(&mut stock), Err(NoPrekey::NoneLeft));
    }

    #[test]
    fn all_are_taken_in_or_none() {
        let mut stock = Stock::default();
        add(&mut stock, 0..18).unwrap();
        assert_eq!(add(&mut stock, 18..21), Err(AckStatus::TooLarge));
        assert_eq!(add(&mut stock, 17..19), Err(AckStatus::Malformed));
        let twice = [prekeys(30..31), prekeys(30..31)].concat();
        assert_eq!(stock.add(&twice, |_| true), Err(AckStatus::Malformed));
        let foreign = stock.add(&prekeys(18..20), |frame| frame.pkid.0[0] == 18);
        assert_eq!(foreign, Err(AckStatus::Malformed));
        let mut version_zero = prekeys(18..19);
        version_zero[0][18] = 0;
        assert_eq!(
            stock.add(&version_zero, |_| true),
            Err(AckStatus::Malformed)
        );
        assert_eq!(stock.prekeys.len(), 18);
        add(&mut stock, 18..20).unwrap();
        add(&mut stock, 20..20).unwrap();
        assert_eq!(add(&mut stock, 20..21), Err(AckStatus::TooLarge));
    }

    #[test]
    fn an_empty_stock_asks_for_no_allowance_and_a_refusal_takes_nothing() {
        let mut stock = Stock::default();
        let empty = stock.take(|| panic!("asked")).err();
        assert_eq!(empty, Some(NoPrekey::NoneLeft));
        add(&mut stock, 0..1).unwrap();
        assert_eq!(stock.take(|| false).err(), Some(NoPrekey::RateLimit));
        assert_eq!(take(&mut stock), Ok((0, Some(0))));
    }

    #[test]
    fn what_is_closed_stays_empty() {
        let mut stock = Stock::default();
        add(&mut stock, 0..10).unwrap();
        stock.close();
        assert_eq!(take(&mut stock), Err(NoPrekey::Offline));
        assert_eq!(add(&mut stock, 0..1), Err(AckStatus::Offline));
        assert!(stock.prekeys.is_empty());
    }

    #[test]
    fn an_answer_is_remembered_for_two_minutes_and_in_bounded_memory() {
        let (mut given, now) = (Given::default(), Instant::now());
        let [first, second] = &prekeys(1..3)[..] else {
            panic!()
        };
        let id = |number: u16| {
            let mut bytes = [0; 16];
            bytes[..2].copy_from_slice(&number.to_be_bytes());
            EnvelopeId(bytes)
        };
        given.remember(id(1), Box::new(*first), now);
        let almost = now + LIFETIME - Duration::from_millis(1);
        given.remember(id(2), Box::new(*second), almost);
        assert_eq!(given.find(id(1), almost), Some(first));
        assert_eq!(given.find(id(1), now + LIFETIME), None);
        assert_eq!(given.find(id(2), now + LIFETIME), Some(second));
        for number in 0..2000 {
            given.remember(id(number + 3), Box::new(*first), almost);
        }
        assert_eq!(given.0.len(), REMEMBERED);
        assert_eq!(given.find(id(2), almost), None);
        assert_eq!(given.find(id(2002), almost), Some(first));
    }
}
