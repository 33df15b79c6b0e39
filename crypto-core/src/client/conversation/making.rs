//! How a conversation comes by its sessions: our call, our answer, a renewal. One path for all three (protocol 4, 5, 4.9).

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use super::{Conversation, Fate};
use crate::client::attempt::{Attempt, Flight};
use crate::client::event::{EndedBy, Event, Suspicion};
use crate::client::job::{Handshake, JobId, Work};
use crate::client::line::{Known, Purpose};
use crate::client::turn::Turn;
use crate::engine::Engine;
use crate::error::Code;
use crate::handshake::{EndError, EndReason, HandshakeId, IncomingOffer, Offer, PendingSession};
use crate::identity::{IdentityKey, Party};
use crate::ids::{EnvelopeId, Presence};
use crate::prekeys::PrekeyError;
use crate::prekeys::frame::PrekeyFrame;
use crate::relay::ClientFrame;
use crate::session::Session;

/// How often one call is made anew because the relay says that the peer has another run.
const CALLS_ANEW: u32 = 4;

impl<E: Engine> Conversation<E> {
    // ---- We call

    /// Looks for the peer's run.
    pub(in crate::client) fn seek(&mut self, turn: &mut Turn<'_, E>) {
        let until = turn.after(turn.shared.settings.seek);
        self.attempt = Some(Attempt::Seeking { until });
    }

    /// The relay has said something of the peer.
    pub(in crate::client) fn peer_is(&mut self, known: Known, turn: &mut Turn<'_, E>) -> Fate {
        let calling = self.attempt.as_ref().is_some_and(Attempt::is_calling);
        if let Some(Attempt::Seeking { .. }) = self.attempt {
            if !known.online {
                return Fate::Ends(EndedBy::Offline);
            }
            self.address = Some(known.presence);
            self.fetch(known.presence, turn);
        } else if calling && !self.is_open() {
            if known.online && self.address != Some(known.presence) {
                self.call_anew(known.presence, turn);
            }
        } else if known.online && self.address == Some(known.presence) {
            self.line_is_back(turn);
        } else {
            self.peer_is_away();
        }
        Fate::Lives
    }

    /// The run that we call is said to be gone, and another one there. It may not be so: the call is made once more, at most
    /// so many times, and nothing ends by it.
    fn call_anew(&mut self, presence: Presence, turn: &mut Turn<'_, E>) {
        if self.calls_anew >= CALLS_ANEW {
            return;
        }
        self.calls_anew += 1;
        self.drop_attempt();
        self.postpone_early(turn);
        self.address = Some(presence);
        self.fetch(presence, turn);
    }

    fn fetch(&mut self, presence: Presence, turn: &mut Turn<'_, E>) {
        let id = EnvelopeId::generate(turn.rng);
        turn.post(
            ClientFrame::PrekeyGet {
                id,
                account: self.account,
                presence,
            }
            .encode(),
        );
        turn.shared
            .line
            .await_fate(id, Purpose::Prekey(self.account));
        let until = turn.after(turn.shared.settings.prekey);
        self.attempt = Some(Attempt::Fetching { id, until });
    }

    /// The relay's answer to PREKEY_GET.
    pub(in crate::client) fn prekey_came(
        &mut self,
        answer: EnvelopeId,
        prekey: Option<&[u8]>,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        match self.attempt {
            Some(Attempt::Fetching { id, .. }) if id == answer => {
                self.make_offer(prekey.map(<[u8]>::to_vec), turn)
            }
            _ => Fate::Lives,
        }
    }

    /// Makes the first flight; for a renewal without a prekey.
    pub(in crate::client) fn make_offer(
        &mut self,
        prekey: Option<Vec<u8>>,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        let Some(presence) = self.address else {
            return self.attempt_failed(EndedBy::Offline, turn);
        };
        if turn.shared.rate.wait(&self.account, turn.now) > 0 {
            return self.attempt_failed(EndedBy::Failed(Code::HandshakeRate), turn);
        }
        let peer = Party {
            account: self.account,
            key: self.key,
        };
        let work = Work::Offer {
            peer,
            presence,
            prekey,
        };
        (self.partner, self.anew) = (Some(presence), false);
        let job = turn.work(Some(self.account), work);
        self.attempt = Some(Attempt::Making { job });
        Fate::Lives
    }

    pub(in crate::client) fn offered(
        &mut self,
        done: JobId,
        offer: Offer<E>,
        turn: &mut Turn<'_, E>,
    ) {
        let awaited = self.attempt.as_ref().and_then(Attempt::job) == Some(done);
        let Some(address) = self.address.filter(|_| awaited) else {
            return;
        };
        turn.send_at_once(self.account, address, offer.frame());
        let flight = Flight {
            frames: vec![offer.frame().into()],
            again: turn.after(turn.shared.settings.flight_again),
            until: turn.after(turn.shared.settings.accept),
        };
        self.attempt = Some(Attempt::Ringing { offer, flight });
    }

    /// The prekey was of no use: without it, then. Under another key it is the changed key.
    pub(in crate::client) fn prekey_refused(
        &mut self,
        done: JobId,
        error: PrekeyError,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if !self.awaits(done) {
            return Fate::Lives;
        }
        if error != PrekeyError::IdentityChanged {
            return self.make_offer(None, turn);
        }
        let pinned = turn.shared.pins.get(&self.account).is_some();
        let key = PrekeyFrame::decode(frame)
            .ok()
            .and_then(|prekey| IdentityKey::from_bytes(&prekey.owner_key).ok());
        match key.filter(|_| pinned) {
            Some(key) => {
                let account = self.account;
                turn.tell(Event::KeyChanged { account, key });
                Fate::Ends(EndedBy::KeyChanged)
            }
            None => Fate::Ends(EndedBy::Failed(Code::IdentityChanged)),
        }
    }

    /// ACCEPT, of our call or nobody's.
    pub(in crate::client) fn accept_came(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) -> Fate {
        let ours = match &self.attempt {
            Some(Attempt::Ringing { offer, .. }) => offer.concerns(frame, &self.account).is_ok(),
            _ => false,
        };
        match self.attempt.take() {
            Some(Attempt::Ringing { offer, flight }) if ours => {
                let frame = frame.to_vec();
                let job = turn.work(Some(self.account), Work::Accept { offer, frame });
                self.attempt = Some(Attempt::Checking { job, flight });
            }
            other => self.attempt = other,
        }
        Fate::Lives
    }

    /// ACCEPT was genuine: CONFIRM goes out, and the session waits for READY.
    pub(in crate::client) fn accepted(
        &mut self,
        done: JobId,
        confirm: &[u8],
        session: Session,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if !self.awaits(done) {
            return Fate::Lives;
        }
        if let Err(fate) = self.complete(turn) {
            return fate;
        }
        let (again, by) = (
            turn.after(turn.shared.settings.flight_again),
            turn.after(turn.shared.settings.ready),
        );
        let talk = self.begin(session, turn);
        talk.confirm = Some((confirm.into(), again));
        talk.ready_by = Some(by);
        if let Some(address) = self.address {
            turn.send_at_once(self.account, address, confirm);
        }
        Fate::Lives
    }

    // ---- We answer

    /// Accepts a call that was verified.
    pub(in crate::client) fn answer(
        &mut self,
        incoming: IncomingOffer<E>,
        presence: Presence,
        turn: &mut Turn<'_, E>,
    ) {
        self.address = Some(presence);
        (self.partner, self.anew) = (Some(presence), false);
        let job = turn.work(Some(self.account), Work::Answer(incoming));
        self.attempt = Some(Attempt::Answering { job });
    }

    /// Accepts a call that the person has accepted: whoever calls beside an open session begins anew.
    pub(in crate::client) fn answer_anew(
        &mut self,
        incoming: IncomingOffer<E>,
        presence: Presence,
        turn: &mut Turn<'_, E>,
    ) {
        self.answer(incoming, presence, turn);
        self.anew = self.is_open();
    }

    pub(in crate::client) fn answered(
        &mut self,
        done: JobId,
        pending: PendingSession<E>,
        turn: &mut Turn<'_, E>,
    ) {
        let Some(address) = self.address.filter(|_| self.awaits(done)) else {
            return;
        };
        turn.send_at_once(self.account, address, pending.frame());
        let flight = Flight {
            frames: vec![Box::from(&pending.frame()[..])],
            again: turn.after(turn.shared.settings.flight_again),
            until: turn.after(turn.shared.settings.confirm),
        };
        self.attempt = Some(Attempt::Awaiting { pending, flight });
    }

    /// CONFIRM, of the call that we accepted or nobody's.
    pub(in crate::client) fn confirm_came(&mut self, frame: &[u8], turn: &mut Turn<'_, E>) -> Fate {
        let ours = match &self.attempt {
            Some(Attempt::Awaiting { pending, .. }) => {
                pending.concerns(frame, &self.account).is_ok()
            }
            _ => false,
        };
        match self.attempt.take() {
            Some(Attempt::Awaiting { pending, flight }) if ours => {
                let frame = frame.to_vec();
                let job = turn.work(Some(self.account), Work::Confirm { pending, frame });
                self.attempt = Some(Attempt::Checking { job, flight });
            }
            other => self.attempt = other,
        }
        Fate::Lives
    }

    /// CONFIRM was genuine: READY goes out before anything else.
    pub(in crate::client) fn confirmed(
        &mut self,
        done: JobId,
        ready: Vec<u8>,
        session: Session,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if !self.awaits(done) {
            return Fate::Lives;
        }
        if let Err(fate) = self.complete(turn) {
            return fate;
        }
        let account = self.account;
        let (now, settings) = (turn.now, turn.shared.settings);
        let early = session.early();
        let renews = self.is_open() && !self.anew;
        if let Some(address) = self.address {
            turn.send_at_once(account, address, &ready);
        }
        let talk = self.begin(session, turn);
        talk.log_ready(ready, now, &settings);
        self.await_peer(now);
        if early.sent > 0 {
            let dropped = early.dropped();
            turn.tell(Event::EarlyConfirmed { account, dropped });
        }
        if renews {
            turn.tell(Event::Renewed { account });
        }
        Fate::Lives
    }

    // ---- Both

    fn awaits(&self, done: JobId) -> bool {
        self.attempt.as_ref().and_then(Attempt::job) == Some(done)
    }

    /// The handshake is complete: the key is pinned, if nobody's was.
    fn complete(&mut self, turn: &mut Turn<'_, E>) -> Result<(), Fate> {
        let (account, key) = (self.account, self.key);
        let known = turn.shared.pins.get(&account).is_some();
        match turn.shared.pins.complete(&self.name, &key, turn.now) {
            Ok(_) => {
                turn.shared.rate.completed(&account, turn.now);
                if !known {
                    turn.tell(Event::Pinned { account });
                }
                Ok(())
            }
            Err(error) => {
                self.attempt = None;
                Err(Fate::Ends(match error.code() {
                    Code::IdentityChanged => EndedBy::KeyChanged,
                    code => EndedBy::Failed(code),
                }))
            }
        }
    }

    /// END, of the handshake under way or nobody's.
    pub(in crate::client) fn end_came(
        &mut self,
        hid: &HandshakeId,
        frame: &[u8],
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        let (handshake, flight) = match self.attempt.take() {
            Some(Attempt::Ringing { offer, flight }) if offer.hid() == *hid => {
                (Handshake::Offered(offer), flight)
            }
            Some(Attempt::Awaiting { pending, flight }) if pending.hid() == *hid => {
                (Handshake::Pending(pending), flight)
            }
            other => {
                self.attempt = other;
                return Fate::Lives;
            }
        };
        let work = Work::VerifyEnd(handshake, frame.to_vec());
        let job = turn.work(Some(self.account), work);
        self.attempt = Some(Attempt::Checking { job, flight });
        Fate::Lives
    }

    pub(in crate::client) fn end_verified(
        &mut self,
        done: JobId,
        handshake: Handshake<E>,
        verdict: Result<EndReason, EndError>,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if !self.awaits(done) {
            return Fate::Lives;
        }
        let Some(Attempt::Checking { flight, .. }) = self.attempt.take() else {
            return Fate::Lives;
        };
        match verdict {
            Ok(EndReason::PrekeyUnknown) => {
                self.postpone_early(turn);
                self.make_offer(None, turn)
            }
            Ok(EndReason::Declined) => self.attempt_failed(EndedBy::Declined, turn),
            Ok(EndReason::Busy) => self.attempt_failed(EndedBy::Busy, turn),
            Ok(EndReason::Cancelled) => self.attempt_failed(EndedBy::NoAnswer, turn),
            Ok(EndReason::Version) => {
                self.attempt_failed(EndedBy::Failed(Code::FrameVersion), turn)
            }
            Err(error) => {
                if error == EndError::Signature {
                    turn.tell(Event::Suspicious {
                        account: self.account,
                        what: Suspicion::Signature,
                    });
                }
                self.attempt = Some(match handshake {
                    Handshake::Offered(offer) => Attempt::Ringing { offer, flight },
                    Handshake::Pending(pending) => Attempt::Awaiting { pending, flight },
                    Handshake::Incoming(_) => return Fate::Lives,
                });
                Fate::Lives
            }
        }
    }

    /// A job of this handshake failed, or never came back.
    pub(in crate::client) fn job_failed(
        &mut self,
        done: JobId,
        code: Code,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if self.awaits(done) {
            self.attempt_failed(EndedBy::Failed(code), turn)
        } else {
            Fate::Lives
        }
    }

    /// The handshake is over. Beside an open session it is tried again later.
    pub(in crate::client) fn attempt_failed(
        &mut self,
        by: EndedBy,
        turn: &mut Turn<'_, E>,
    ) -> Fate {
        if self.is_open() {
            self.attempt = None;
            self.renew_after = turn.after(turn.shared.settings.renew_again);
            Fate::Lives
        } else {
            Fate::Ends(by)
        }
    }

    /// Our own call gives way to the peer's, or to our leaving. Says whether the peer is to be told.
    pub(in crate::client) fn drop_attempt(&mut self) -> Option<Offer<E>> {
        match self.attempt.take() {
            Some(Attempt::Ringing { offer, .. }) => Some(offer),
            _ => None,
        }
    }

    /// What is due of the handshake under way.
    pub(in crate::client) fn advance_attempt(&mut self, turn: &mut Turn<'_, E>) -> Fate {
        let (now, settings) = (turn.now, turn.shared.settings);
        let by = match &mut self.attempt {
            Some(Attempt::Seeking { until }) if now >= *until => EndedBy::Offline,
            Some(Attempt::Fetching { until, .. }) if now >= *until => {
                return self.make_offer(None, turn);
            }
            Some(Attempt::Ringing { flight, .. }) if now >= flight.until => EndedBy::NoAnswer,
            Some(Attempt::Awaiting { flight, .. }) if now >= flight.until => EndedBy::TimedOut,
            Some(attempt) => {
                if let (Some(flight), Some(address)) = (attempt.flight(), self.address)
                    && turn.shared.line.is_online()
                    && now >= flight.again
                {
                    flight.again = now.saturating_add(settings.flight_again);
                    for frame in &flight.frames {
                        turn.send_at_once(self.account, address, frame);
                    }
                }
                return Fate::Lives;
            }
            None => return Fate::Lives,
        };
        self.attempt_failed(by, turn)
    }
}
