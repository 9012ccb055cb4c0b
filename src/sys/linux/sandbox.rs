//! What the kernel has to keep a process from doing what it never does.

pub use super::landlock::{ALL, CREATE, EXECUTE, READ, REMOVE, Ruleset, WRITE, keep_privileges};
pub use super::seccomp::{close_other_gates, limit_calls};

pub const EXISTS: bool = true;
