//! What is counted of other nodes.

use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};

/// Its copies are one.
#[derive(Clone, Default)]
pub struct NodeMetrics {
    /// Whether Redis is there: 1, or 0.
    pub engine: Gauge,
    /// How often it was lost.
    pub losses: Counter,
    /// Other nodes that can be reached.
    pub alive: Gauge,
    /// How often one of them could not be reached any more.
    pub lost: Counter,
}

impl NodeMetrics {
    pub(super) fn register(&self, registry: &mut Registry) {
        registry.register(
            "nodes_engine",
            "Whether the Redis that joins several relays is there",
            self.engine.clone(),
        );
        registry.register(
            "nodes_engine_losses",
            "Times that this Redis was lost",
            self.losses.clone(),
        );
        registry.register(
            "nodes_alive",
            "Other relays of this deployment that can be reached",
            self.alive.clone(),
        );
        registry.register(
            "nodes_lost",
            "Times that another relay could not be reached any more",
            self.lost.clone(),
        );
    }
}
