//! Who is where, in Redis: an entry for each account that is connected, with a lease. Written by compare-and-set on the epoch, so
//! that of two connections of one account the later one stays, whichever node is faster.

use duet_crypto::{identity::AccountId, relay::Presence};
use redis::{RedisResult, Script, aio::MultiplexedConnection};
use std::time::Duration;

use super::{Allowance, NodeId, Remote};
use crate::hub::connection::Member;

/// An entry ends by itself after this time, if nobody renews it.
pub(super) const LEASE: Duration = Duration::from_secs(120);

/// The epoch is the time of Redis in microseconds, and later than all before: one that lost its data goes on counting.
const JOIN: &str = "\
local time = redis.call('TIME')
local epoch = time[1] * 1000000 + time[2]
local last = tonumber(redis.call('GET', KEYS[2]) or '0')
if epoch <= last then epoch = last + 1 end
local there = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if epoch <= there then epoch = there + 1 end
epoch = string.format('%.0f', epoch)
redis.call('SET', KEYS[2], epoch)
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'epoch', epoch, 'presence', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return epoch";

/// Renews the lease, or enters again what Redis has lost. Whoever has a later epoch stays, and is named.
const KEEP: &str = "\
local there = tonumber(redis.call('HGET', KEYS[1], 'epoch') or '0')
if there > tonumber(ARGV[4]) then return string.format('%.0f', there) end
redis.call('HSET', KEYS[1], 'node', ARGV[1], 'epoch', ARGV[4], 'presence', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return ARGV[4]";

const LEAVE: &str = "\
if redis.call('HGET', KEYS[1], 'epoch') == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 0";

/// An allowance that fills up evenly (GCRA): milliseconds to wait, or 0.
const SHARE: &str = "\
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local each = ARGV[2] / ARGV[1]
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now then full = now end
local wait = full + each - now - ARGV[2]
if wait > 0 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', full + each), 'PX', math.ceil(full + each - now))
return 0";

/// Names of everything of one deployment in Redis, and what is done there.
pub(super) struct Registry {
    prefix: String,
    join: Script,
    keep: Script,
    leave: Script,
    share: Script,
}

impl Registry {
    pub(super) fn new(realm: &str) -> Self {
        Self {
            prefix: format!("duet:{realm}:"),
            join: Script::new(JOIN),
            keep: Script::new(KEEP),
            leave: Script::new(LEAVE),
            share: Script::new(SHARE),
        }
    }

    fn user(&self, account: &AccountId) -> Vec<u8> {
        [self.prefix.as_bytes(), b"user:", &account.0].concat()
    }

    /// The channel of one lane of a node.
    pub(super) fn channel(&self, node: NodeId, lane: usize) -> String {
        format!("{}node:{lane}:{node}", self.prefix)
    }

    /// The channel of all nodes.
    pub(super) fn notes(&self) -> String {
        format!("{}notes", self.prefix)
    }

    /// The stream of changes.
    pub(super) fn changes(&self) -> String {
        format!("{}changes", self.prefix)
    }

    /// Enters somebody; their epoch.
    pub(super) async fn join(
        &self,
        redis: &mut MultiplexedConnection,
        node: NodeId,
        member: &Member,
    ) -> RedisResult<u64> {
        let mut call = self.join.key(self.user(&member.account));
        call.key(format!("{}epoch", self.prefix))
            .arg(&node.0[..])
            .arg(&member.presence.0[..])
            .arg(millis(LEASE));
        call.invoke_async(redis).await
    }

    /// Renews the lease of somebody; the epoch of whoever is entered now.
    pub(super) async fn keep(
        &self,
        redis: &mut MultiplexedConnection,
        node: NodeId,
        member: &Member,
        epoch: u64,
    ) -> RedisResult<u64> {
        let mut call = self.keep.key(self.user(&member.account));
        call.arg(&node.0[..])
            .arg(&member.presence.0[..])
            .arg(millis(LEASE))
            .arg(epoch);
        call.invoke_async(redis).await
    }

    /// Removes somebody, unless they have come again.
    pub(super) async fn leave(
        &self,
        redis: &mut MultiplexedConnection,
        account: &AccountId,
        epoch: u64,
    ) -> RedisResult<()> {
        let mut call = self.leave.key(self.user(account));
        call.arg(epoch).invoke_async(redis).await
    }

    /// Where somebody is.
    pub(super) async fn locate(
        &self,
        redis: &mut MultiplexedConnection,
        account: &AccountId,
    ) -> RedisResult<Option<Remote>> {
        type Entry = (Option<Vec<u8>>, Option<u64>, Option<Vec<u8>>);
        let (node, epoch, presence): Entry = redis::cmd("HMGET")
            .arg(self.user(account))
            .arg(&["node", "epoch", "presence"])
            .query_async(redis)
            .await?;
        let array = |bytes: Option<Vec<u8>>| <[u8; 16]>::try_from(bytes?).ok();
        let found = || {
            Some(Remote {
                node: NodeId(array(node)?),
                epoch: epoch?,
                account: *account,
                presence: Presence(array(presence)?),
            })
        };
        Ok(found())
    }

    /// Takes one of an allowance; how long to wait if it is used up.
    pub(super) async fn share(
        &self,
        redis: &mut MultiplexedConnection,
        allowance: &Allowance<'_>,
    ) -> RedisResult<Duration> {
        let kind = allowance.kind.as_bytes();
        let key = [self.prefix.as_bytes(), b"limit:", kind, b":", allowance.key].concat();
        let mut call = self.share.key(key);
        call.arg(allowance.count).arg(millis(allowance.period));
        let wait: u64 = call.invoke_async(redis).await?;
        Ok(Duration::from_millis(wait))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
