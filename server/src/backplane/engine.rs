//! The connections to Redis. They live and die together: when one breaks, all are made anew.

use futures_util::StreamExt as _;
use redis::{
    AsyncConnectionConfig, Client, RedisResult,
    aio::{MultiplexedConnection, PubSubStream},
    streams::{StreamRangeReply, StreamReadReply},
};
use std::{future::Future, io, time::Duration};
use tokio::time::timeout;

use super::{
    NodeId,
    link::{CHUNKS, MESSAGES, SILENCE},
    registry::Registry,
};

/// Changes that Redis keeps for a node that is slow to read them.
const CHANGES_KEPT: usize = 10_000;
/// How long a read of the stream waits for something to come.
const BLOCK: usize = 500;

/// What everybody may use: answers come within [`SILENCE`], or the engine counts as away.
#[derive(Clone)]
pub(super) struct Engine {
    /// Which, of all that there were.
    pub(super) number: u64,
    /// Messages and everything small.
    pub(super) commands: MultiplexedConnection,
    /// Chunks: they must not stand before anything else.
    pub(super) bulk: MultiplexedConnection,
}

/// What is read, by one task each.
pub(super) struct Incoming {
    pub(super) messages: PubSubStream,
    pub(super) chunks: PubSubStream,
    pub(super) changes: Follower,
}

impl Engine {
    /// Connects, and subscribes to what is said to this node and to all.
    pub(super) async fn connect(
        client: &Client,
        registry: &Registry,
        me: NodeId,
        number: u64,
    ) -> RedisResult<(Self, Incoming)> {
        let commands = connection(client).await?;
        let bulk = connection(client).await?;
        let mut messages = in_time(client.get_async_pubsub()).await?;
        in_time(messages.subscribe(registry.channel(me, MESSAGES))).await?;
        in_time(messages.subscribe(registry.notes())).await?;
        let mut chunks = in_time(client.get_async_pubsub()).await?;
        in_time(chunks.subscribe(registry.channel(me, CHUNKS))).await?;
        let changes = Follower::start(connection(client).await?, registry.changes()).await?;
        let incoming = Incoming {
            messages: messages.into_on_message(),
            chunks: chunks.into_on_message(),
            changes,
        };
        let engine = Self {
            number,
            commands,
            bulk,
        };
        Ok((engine, incoming))
    }

    /// The connection for a lane.
    pub(super) fn lane(&mut self, lane: usize) -> &mut MultiplexedConnection {
        if lane == CHUNKS {
            &mut self.bulk
        } else {
            &mut self.commands
        }
    }
}

async fn connection(client: &Client) -> RedisResult<MultiplexedConnection> {
    let config = AsyncConnectionConfig::new()
        .set_connection_timeout(Some(SILENCE))
        .set_response_timeout(Some(SILENCE));
    client
        .get_multiplexed_async_connection_with_config(&config)
        .await
}

async fn in_time<T>(asked: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    timeout(SILENCE, asked)
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

/// Says something on a channel; how many heard it.
pub(super) async fn publish(
    redis: &mut MultiplexedConnection,
    channel: &str,
    bytes: &[u8],
) -> RedisResult<u64> {
    redis::cmd("PUBLISH")
        .arg(channel)
        .arg(bytes)
        .query_async(redis)
        .await
}

/// Adds a change to the stream.
pub(super) async fn add_change(
    redis: &mut MultiplexedConnection,
    stream: &str,
    change: &[u8],
) -> RedisResult<()> {
    redis::cmd("XADD")
        .arg(stream)
        .arg("MAXLEN")
        .arg("~")
        .arg(CHANGES_KEPT)
        .arg("*")
        .arg("change")
        .arg(change)
        .query_async(redis)
        .await
}

/// Reads the stream of changes from where it was when this began.
pub(super) struct Follower {
    redis: MultiplexedConnection,
    stream: String,
    cursor: String,
}

impl Follower {
    async fn start(mut redis: MultiplexedConnection, stream: String) -> RedisResult<Self> {
        let last: StreamRangeReply = redis::cmd("XREVRANGE")
            .arg(&stream)
            .arg(&["+", "-", "COUNT", "1"])
            .query_async(&mut redis)
            .await?;
        let cursor = last.ids.into_iter().next();
        Ok(Self {
            redis,
            stream,
            cursor: cursor.map_or_else(|| "0-0".to_owned(), |last| last.id),
        })
    }

    /// What has come since; empty if nothing has for a while.
    pub(super) async fn next(&mut self) -> RedisResult<Vec<Vec<u8>>> {
        let reply: Option<StreamReadReply> = redis::cmd("XREAD")
            .arg(&["COUNT", "256", "BLOCK"])
            .arg(BLOCK)
            .arg("STREAMS")
            .arg(&self.stream)
            .arg(&self.cursor)
            .query_async(&mut self.redis)
            .await?;
        let mut changes = Vec::new();
        for entry in reply
            .into_iter()
            .flat_map(|reply| reply.keys)
            .flat_map(|key| key.ids)
        {
            changes.extend(entry.get("change"));
            self.cursor = entry.id;
        }
        Ok(changes)
    }
}

/// The next thing that was said; `None` when the connection broke.
pub(super) async fn said(stream: &mut PubSubStream) -> Option<redis::Msg> {
    stream.next().await
}

/// Between two attempts to connect.
pub(super) const RETRY: Duration = Duration::from_millis(200);
