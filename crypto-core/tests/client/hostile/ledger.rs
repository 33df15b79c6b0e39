//! What was said and done, what was shown of it, and the rules that bind the two.

use std::collections::{BTreeMap, BTreeSet};
use std::string::String;
use std::vec::Vec;

use duet_crypto::client::{Body, EndedBy, Event, MessageId, Settings, Stage, Status};
use duet_crypto::identity::AccountId;
use duet_crypto::session::Activity;

/// What an own message was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Edit,
    /// Of this one of the sender's own.
    Delete(MessageId),
    Reaction,
}

/// An own message.
#[derive(Debug)]
struct Said {
    from: usize,
    to: usize,
    kind: Kind,
    /// Shown with a call, and whether that call was completed.
    early: Option<bool>,
    shown: bool,
    read: bool,
    viewed: bool,
    /// Taken back where it was shown.
    gone: bool,
    outcome: Option<Status>,
    /// Its client is gone.
    abandoned: bool,
}

/// A conversation as one side sees it.
#[derive(Debug)]
struct Seen {
    since: u64,
    secure: bool,
    was_secure: bool,
    heard_at: u64,
    /// The newest message of each session: its number, and which of its author's it was.
    newest: BTreeMap<u32, (u32, usize)>,
}

/// The books.
pub(crate) struct Ledger {
    accounts: Vec<AccountId>,
    settings: Settings,
    said: Vec<Said>,
    texts: BTreeMap<String, usize>,
    ids: BTreeMap<(usize, u32, MessageId), usize>,
    /// Messages of others under the names that they have where they are shown.
    shown: BTreeMap<(usize, u32, usize, MessageId), usize>,
    seen: BTreeMap<(usize, usize), Seen>,
    /// Early messages that are shown with a call that rings or is being answered.
    early: BTreeMap<(usize, usize), Vec<usize>>,
    /// When somebody's conversation with another one last ended.
    ended: BTreeMap<(usize, usize), u64>,
    left: BTreeSet<(usize, usize)>,
    /// When somebody last left another one. The end is told when it is known what became of the last words.
    parted: BTreeMap<(usize, usize), u64>,
    called: BTreeSet<(usize, usize)>,
    typed: BTreeSet<(usize, usize)>,
    /// Deletions and reactions less those that were shown.
    acts: BTreeMap<(usize, usize), i64>,
    /// The relay has changed frames or names: alarms are right.
    pub(crate) forged: bool,
    trace: Vec<String>,
}

impl Ledger {
    pub(crate) fn new(accounts: Vec<AccountId>, settings: Settings) -> Self {
        Self {
            accounts,
            settings,
            said: Vec::new(),
            texts: BTreeMap::new(),
            ids: BTreeMap::new(),
            shown: BTreeMap::new(),
            seen: BTreeMap::new(),
            early: BTreeMap::new(),
            ended: BTreeMap::new(),
            left: BTreeSet::new(),
            parted: BTreeMap::new(),
            called: BTreeSet::new(),
            typed: BTreeSet::new(),
            acts: BTreeMap::new(),
            forged: false,
            trace: Vec::new(),
        }
    }

    pub(crate) fn index_of(&self, account: &AccountId) -> usize {
        let found = self.accounts.iter().position(|one| one == account);
        found.unwrap_or_else(|| panic!("an event names nobody: {account:?}"))
    }

    /// What has happened, for a test that fails.
    pub(crate) fn note(&mut self, line: String) {
        self.trace.push(line);
    }

    pub(crate) fn trace(&self) -> &[String] {
        &self.trace
    }

    // ---- What people do

    pub(crate) fn calls(&mut self, from: usize, to: usize) {
        self.called.insert((from, to));
    }

    pub(crate) fn leaves(&mut self, from: usize, to: usize) {
        self.left.insert((from, to));
    }

    /// Says the last word of a conversation.
    pub(crate) fn parts(&mut self, from: usize, to: usize, now: u64) {
        if self.has(from, to) {
            self.parted.insert((from, to), now);
        }
    }

    pub(crate) fn types(&mut self, from: usize, to: usize) {
        self.typed.insert((from, to));
    }

    /// The text of the next message.
    pub(crate) fn next_text(&self, from: usize, to: usize) -> String {
        format!("{from} to {to}: {}", self.texts.len())
    }

    pub(crate) fn says(
        &mut self,
        (from, run): (usize, u32),
        to: usize,
        id: MessageId,
        kind: Kind,
        text: Option<String>,
    ) {
        let index = *self.ids.entry((from, run, id)).or_insert(self.said.len());
        if let Some(text) = text {
            self.texts.insert(text, index);
        } else {
            *self.acts.entry((from, to)).or_default() += 1;
        }
        if index == self.said.len() {
            self.said.push(Said {
                from,
                to,
                kind,
                early: None,
                shown: false,
                read: false,
                viewed: false,
                gone: false,
                outcome: None,
                abandoned: false,
            });
        }
    }

    /// Everything of `from` that `by` sees is in view.
    pub(crate) fn reads(&mut self, by: usize, from: usize) {
        for said in &mut self.said {
            if (said.from, said.to) == (from, by) && (said.shown || said.early.is_some()) {
                said.read = true;
            }
        }
    }

    /// The newest one of `from` that `by` sees is viewed.
    pub(crate) fn views(&mut self, by: usize, from: usize, text: &str) {
        let said = &mut self.said[self.texts[text]];
        assert_eq!((said.from, said.to), (from, by));
        said.viewed = true;
    }

    pub(crate) fn reloads(&mut self, index: usize, run: u32) {
        for (&(owner, of, _), &said) in &self.ids {
            if (owner, of) == (index, run) {
                self.said[said].abandoned |= self.said[said].outcome.is_none();
            }
        }
        self.seen.retain(|(owner, _), _| *owner != index);
        self.early.retain(|(owner, _), _| *owner != index);
    }

    // ---- What is shown

    /// An own message of this run, if it may be pointed at.
    pub(crate) fn newest_text(
        &self,
        (from, run): (usize, u32),
        to: usize,
        back: u8,
    ) -> Option<MessageId> {
        let own = self.ids.iter().rev().filter(|((owner, of, _), said)| {
            let said = &self.said[**said];
            (*owner, *of) == (from, run) && said.to == to && said.kind == Kind::Text
        });
        own.map(|((_, _, id), _)| *id).nth(usize::from(back % 4))
    }

    pub(crate) fn stage_is_secure(&self, index: usize, with: usize) -> bool {
        self.seen
            .get(&(index, with))
            .is_some_and(|seen| seen.secure)
    }

    pub(crate) fn has(&self, index: usize, with: usize) -> bool {
        self.seen.contains_key(&(index, with))
    }

    pub(crate) fn outcome(&self, owner: (usize, u32), id: MessageId) -> Option<Status> {
        self.said[self.ids[&(owner.0, owner.1, id)]].outcome
    }

    pub(crate) fn event(&mut self, (index, run): (usize, u32), now: u64, event: &Event) {
        match event {
            Event::Message {
                account,
                id,
                body,
                early,
            } => {
                // A word that comes with a call is no sign of the session's peer.
                let from = if *early {
                    self.index_of(account)
                } else {
                    self.heard(index, account, now)
                };
                let Body::Text { text, .. } = body else {
                    return;
                };
                let said = self.message((index, from), *id, text, *early);
                self.shown.insert((index, run, from, *id), said);
            }
            Event::EarlyConfirmed { account, .. } => {
                let from = self.heard(index, account, now);
                for said in self.early.remove(&(index, from)).unwrap_or_default() {
                    self.said[said].early = Some(true);
                }
            }
            Event::Incoming { account, .. } => {
                let from = self.index_of(account);
                assert!(self.called.contains(&(from, index)), "nobody called");
                self.early.remove(&(index, from));
            }
            Event::Edited { account, text, .. } => {
                let from = self.heard(index, account, now);
                let said = &mut self.said[self.texts[text]];
                assert_eq!((said.from, said.to), (from, index), "somebody else's words");
                said.shown = true;
            }
            Event::Deleted { account, .. } | Event::Reaction { account, .. } => {
                let from = self.heard(index, account, now);
                if let Event::Deleted { id, .. } = event {
                    let said = self.shown[&(index, run, from, *id)];
                    self.said[said].gone = true;
                }
                let left = self.acts.entry((from, index)).or_default();
                *left -= 1;
                assert!(*left >= 0, "an act that nobody did");
            }
            Event::Viewed { account, id } => {
                let by = self.heard(index, account, now);
                let said = &self.said[self.ids[&(index, run, *id)]];
                assert!(said.to == by && said.viewed, "it was not viewed: {id:?}");
            }
            Event::Activity { account, activity } => {
                let from = self.index_of(account);
                assert!(*activity == Activity::Idle || self.typed.contains(&(from, index)));
            }
            Event::Status {
                account,
                id,
                status,
            } => {
                let with = self.index_of(account);
                if matches!(status, Status::Delivered | Status::Read) {
                    self.heard(index, account, now);
                }
                let said = self.ids[&(index, run, *id)];
                assert_eq!(self.said[said].to, with);
                self.status((index, run), said, *status);
            }
            Event::Conversation { account, state } => {
                let with = self.index_of(account);
                let secure = state.stage == Stage::Secure;
                let seen = self.seen.entry((index, with)).or_insert_with(|| Seen {
                    since: now,
                    secure,
                    was_secure: false,
                    heard_at: now,
                    newest: BTreeMap::new(),
                });
                seen.secure = secure;
                seen.was_secure |= secure;
            }
            Event::Ended {
                account,
                by,
                unsettled,
                ..
            } => {
                let with = self.index_of(account);
                for one in unsettled {
                    let said = self.ids[&(index, run, one.id)];
                    self.status((index, run), said, one.status);
                }
                self.end(index, with, now, *by);
            }
            Event::KeyChanged { .. } => panic!("nobody has another key"),
            Event::Suspicious { .. } => assert!(self.forged, "an alarm, and nobody forged"),
            _ => {}
        }
    }

    /// A frame of that account's was opened here.
    fn heard(&mut self, index: usize, account: &AccountId, now: u64) -> usize {
        let from = self.index_of(account);
        if let Some(seen) = self.seen.get_mut(&(index, from)) {
            seen.heard_at = now;
        }
        from
    }

    /// Which one it was.
    fn message(
        &mut self,
        (index, from): (usize, usize),
        id: MessageId,
        text: &str,
        early: bool,
    ) -> usize {
        let said = *self.texts.get(text).expect("nobody said this");
        let one = &mut self.said[said];
        assert_eq!((one.from, one.to), (from, index), "in another one's name");
        assert_ne!(one.outcome, Some(Status::NotDelivered), "{text}: it was");
        let MessageId::Peer { session, seq } = id else {
            panic!("an own message");
        };
        if early {
            assert!(!one.shown, "{text}: twice");
            one.early.get_or_insert(false);
            let list = self.early.entry((index, from)).or_default();
            assert!(list.last().is_none_or(|before| *before < said), "order");
            list.push(said);
            return said;
        }
        assert!(!one.shown && one.early != Some(true), "{text}: twice");
        one.shown = true;
        let seen = self.seen.get_mut(&(index, from)).expect("no conversation");
        if let Some((before, of)) = seen.newest.insert(session, (seq, said)) {
            assert!(before < seq && of < said, "{text}: not in its order");
        }
        said
    }

    fn status(&mut self, (owner, run): (usize, u32), said: usize, status: Status) {
        // A reaction is shown to nobody if its message is taken back meanwhile.
        let shown = match self.said[said].kind {
            Kind::Text => self.said[said].shown || self.said[said].early.is_some(),
            Kind::Edit => self.said[said].shown,
            Kind::Delete(target) => self.said[self.ids[&(owner, run, target)]].gone,
            Kind::Reaction => true,
        };
        let said = &mut self.said[said];
        match said.outcome {
            None => {}
            Some(Status::Delivered) => assert_eq!(status, Status::Read, "a second end"),
            Some(before) => panic!("{status:?} after {before:?}"),
        }
        match status {
            Status::Delivered => assert!(shown, "delivered, and nobody saw it"),
            Status::Read => assert!(
                shown && (said.read || said.kind != Kind::Text),
                "read by nobody"
            ),
            Status::NotDelivered => {
                let seen = said.shown || said.early.is_some();
                assert!(!seen, "it was delivered");
            }
            _ => {}
        }
        if is_final(status) {
            said.outcome = Some(status);
        }
    }

    /// Nothing that the relay says ends a session.
    fn end(&mut self, index: usize, with: usize, now: u64, by: EndedBy) {
        let seen = self.seen.remove(&(index, with)).expect("no conversation");
        self.early.remove(&(index, with));
        let fair = match by {
            EndedBy::Us => self.left.contains(&(index, with)),
            EndedBy::Peer | EndedBy::PeerBefore => {
                let over = [&self.ended, &self.parted].into_iter();
                let mut over = over.filter_map(|times| times.get(&(with, index)));
                over.any(|&at| at >= seen.since)
            }
            EndedBy::Silence => now - seen.heard_at >= self.settings.interruption,
            EndedBy::Expired => now - seen.since >= self.settings.lifetime,
            EndedBy::Misbehaviour(_) | EndedBy::KeyChanged => false,
            EndedBy::Declined => !seen.was_secure && self.left.contains(&(with, index)),
            _ => !seen.was_secure,
        };
        assert!(fair, "{index} with {with} ended by {by:?}: {seen:?}");
        self.ended.insert((index, with), now);
    }

    /// Every own message has exactly one end. All conversations are over.
    pub(crate) fn settle(&self) {
        for ((owner, run, id), said) in &self.ids {
            let said = &self.said[*said];
            assert!(
                said.outcome.is_some() || said.abandoned,
                "{id:?} of {owner} in run {run} has no end"
            );
        }
    }
}

fn is_final(status: Status) -> bool {
    !matches!(status, Status::Waiting | Status::Early | Status::Sent)
}
