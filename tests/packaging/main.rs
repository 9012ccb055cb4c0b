//! What is shipped: each artefact is built, looked at by the tools of its field, and used.

mod capacity;
mod container;
mod debian;
mod manifests;
mod proxies;
mod release;
mod service;
