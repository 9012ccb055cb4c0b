//! One machine: what it has, what its clients want, and which of it is used up first.

/// What was measured, of one processor; seconds and bytes.
#[derive(Debug, Clone, Copy)]
pub struct Costs {
    /// Processor time for a connection with one request: accept, process, answer, end.
    pub connection: f64,
    /// Of that, what the one process takes that accepts all: only one processor can.
    pub parent: f64,
    /// Processor time for each request more.
    pub request: f64,
    /// Memory of a connection, the kernel's part with it.
    pub memory: f64,
}

#[derive(Debug, Clone, Copy)]
pub struct Node {
    pub processors: usize,
    /// Bytes for connections.
    pub memory: f64,
    /// `--max-conns`.
    pub places: usize,
}

/// Of one client.
#[derive(Debug, Clone, Copy)]
pub struct Client {
    /// Requests on a connection.
    pub requests: f64,
    /// Seconds that a connection is there.
    pub hold: f64,
}

/// What is used up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    Processors,
    Parent,
    Places,
    Memory,
}

#[derive(Debug, Clone, Copy)]
pub struct Capacity {
    /// Connections a second.
    pub connections: f64,
    /// Requests a second.
    pub requests: f64,
    /// Connections at a time, by Little's law.
    pub held: f64,
    pub bound: Bound,
}

impl Capacity {
    pub fn text(&self) -> String {
        let Capacity { connections, requests, held, bound } = self;
        format!(
            "{connections:.0} connections and {requests:.0} requests a second, {held:.0} connections at a time; \
             bound by {}",
            bound.text()
        )
    }
}

/// Nothing answers in time that has no time left.
pub const BUSY: f64 = 0.7;

impl Node {
    pub fn capacity(&self, costs: &Costs, client: &Client) -> Capacity {
        let each = costs.connection + (client.requests - 1.0) * costs.request;
        let bounds = [
            (BUSY * self.processors as f64 / each, Bound::Processors),
            (BUSY / costs.parent, Bound::Parent),
            (self.places as f64 / client.hold, Bound::Places),
            (self.memory / costs.memory / client.hold, Bound::Memory),
        ];
        let least = bounds.into_iter().min_by(|one, other| one.0.total_cmp(&other.0));
        let (connections, bound) = least.unwrap_or((0.0, Bound::Processors));
        Capacity {
            connections,
            requests: connections * client.requests,
            held: connections * client.hold,
            bound,
        }
    }
}

impl Bound {
    pub fn text(self) -> &'static str {
        match self {
            Bound::Processors => "processors",
            Bound::Parent => "the process that accepts",
            Bound::Places => "--max-conns",
            Bound::Memory => "memory",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Bound, Client, Costs, Node};

    const COSTS: Costs = Costs { connection: 200e-6, parent: 50e-6, request: 40e-6, memory: 1e5 };

    #[test]
    fn what_is_used_up_first_is_the_bound() {
        let node = Node { processors: 2, memory: 1e9, places: 20_000 };
        let rows = [
            (node, Client { requests: 1.0, hold: 0.01 }, Bound::Processors, 7000.0),
            (node, Client { requests: 11.0, hold: 1.0 }, Bound::Processors, 1.4 / 600e-6),
            (Node { processors: 64, ..node }, Client { requests: 1.0, hold: 0.01 }, Bound::Parent, 14_000.0),
            (node, Client { requests: 1.0, hold: 20.0 }, Bound::Memory, 500.0),
            (Node { places: 256, ..node }, Client { requests: 1.0, hold: 1.0 }, Bound::Places, 256.0),
        ];
        for (node, client, bound, connections) in rows {
            let found = node.capacity(&COSTS, &client);
            assert_eq!(found.bound, bound, "{node:?} {client:?}");
            assert!((found.connections - connections).abs() < 1.0, "{found:?}");
            assert!((found.held - connections * client.hold).abs() < 1.0, "Little's law");
        }
    }
}
