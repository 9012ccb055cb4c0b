//! Other servers beside this one: how each is started, asked and counted. For
//! `svcd-bench`, and for tools/compare.

pub mod account;
pub mod answer;
pub mod cases;
pub mod chart;
pub mod client;
pub mod contestant;
pub mod document;
pub mod growth;
pub mod idle;
pub mod load;
pub mod machine;
pub mod meter;
pub mod paths;
pub mod place;
pub mod running;
pub mod servers;
pub mod spawn;
pub mod table;
