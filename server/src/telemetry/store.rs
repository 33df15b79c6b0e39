//! What is counted of the database.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabels {
    operation: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationLabels {
    operation: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// Connections to the database at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// Those that are doing something.
    pub in_use: usize,
    /// Those that wait for something to do.
    pub idle: usize,
}

/// Its copies are one.
#[derive(Clone)]
pub struct StoreMetrics {
    operations: Family<OutcomeLabels, Counter>,
    durations: Family<OperationLabels, Histogram>,
    /// The circuit breaker: 0 closed, 1 half open, 2 open.
    pub breaker: Gauge,
    connections: Family<StateLabels, Gauge>,
    /// Those who wait for a connection.
    pub waiting: Gauge,
}

impl Default for StoreMetrics {
    fn default() -> Self {
        Self {
            operations: Family::default(),
            durations: Family::new_with_constructor(|| {
                Histogram::new([0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0])
            }),
            breaker: Gauge::default(),
            connections: Family::default(),
            waiting: Gauge::default(),
        }
    }
}

impl StoreMetrics {
    /// Puts them where Prometheus finds them.
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "database_operations",
            "What was asked of the database, and what became of it",
            self.operations.clone(),
        );
        registry.register_with_unit(
            "database_operation_duration",
            "Time until the database answered or was given up",
            Unit::Seconds,
            self.durations.clone(),
        );
        registry.register(
            "database_breaker",
            "The circuit breaker before the database: 0 closed, 1 half open, 2 open",
            self.breaker.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to the database, by what they do",
            self.connections.clone(),
        );
        registry.register(
            "database_waiting",
            "Reads and writes that wait for a connection to the database",
            self.waiting.clone(),
        );
    }

    /// Counts an outcome. Both are of fixed lists.
    pub fn count(&self, operation: &'static str, outcome: &'static str) {
        self.operations
            .get_or_create(&OutcomeLabels { operation, outcome })
            .inc();
    }

    /// Notes the connections that there are now.
    pub fn connections(&self, now: Connections) {
        for (state, count) in [("in_use", now.in_use), ("idle", now.idle)] {
            self.connections
                .get_or_create(&StateLabels { state })
                .set(i64::try_from(count).unwrap_or(i64::MAX));
        }
    }

    /// Notes how long it took.
    pub fn observe(&self, operation: &'static str, elapsed: Duration) {
        self.durations
            .get_or_create(&OperationLabels { operation })
            .observe(elapsed.as_secs_f64());
    }
}
