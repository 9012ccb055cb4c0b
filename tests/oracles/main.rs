//! The library beside well-kept crates that do the same. Where svcd answers
//! otherwise, the reason stands beside it.

mod dates;
mod heads;
mod media_types;
mod numbers;
mod paths;
mod readme;
