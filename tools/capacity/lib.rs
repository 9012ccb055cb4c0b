//! What a node can do: a small model of queues, and what was measured for it.

pub mod figures;
pub mod node;
pub mod queue;
