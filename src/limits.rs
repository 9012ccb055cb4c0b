//! Every size, count and time that bounds what a client can do, with its
//! reason. A buffer for the server's own words has its size beside it.
//!
//! Times are in seconds, sizes in bytes. A limit that the command line can set
//! is here as its default.

/// Longest request line that is read; RFC 9112 3 asks for at least 8000.
pub const REQUEST_LINE: usize = 8192;

/// Longest head (request line and field section together): browsers with large
/// cookies stay below it, and one buffer of this size serves a connection.
pub const HEAD: usize = 16 * 1024;

/// Longest path below DOCROOT, with its NUL: Linux's PATH_MAX.
pub const PATH: usize = 4096;

/// Head of an answer and the page or small file that goes out with it in one
/// call. Above [`INLINE_FILE`] a file is sent by sendfile instead, so this is
/// that much and room for the head.
pub const REPLY: usize = INLINE_FILE + 8 * 1024;

/// Largest file that is copied behind its head: up to here one read and one
/// send are cheaper than a send and a sendfile.
pub const INLINE_FILE: usize = 32 * 1024;

/// Longest log line: PIPE_BUF on Linux, so that lines of several processes
/// never mix in a pipe.
pub const LOG_LINE: usize = 4096;

/// Bytes that one quoted field may take in a log line; three fields and the
/// reason fit into [`LOG_LINE`].
pub const LOG_FIELD: usize = 1200;

/// Default of --max-conns: one process each, so it bounds processes too.
pub const MAX_CONNS: u32 = 256;

/// Largest --max-conns: the size of the table of children.
pub const MAX_CONNS_CEILING: usize = 4096;

/// Time from the first byte of a head to its last. A client that drips its
/// head is answered 408 then.
pub const HEADER_TIMEOUT: u32 = 10;

/// Time without a byte: before the first one of a request, and while a
/// response is being sent.
pub const IDLE_TIMEOUT: u32 = 15;

/// Time that running requests get after SIGTERM.
pub const GRACE: u32 = 10;

/// Time that a refused client gets to send what it had under way, so that
/// closing does not reset the connection and destroy the answer.
pub const LINGER: u32 = 2;

/// Bytes that are read and dropped in that time at the most.
pub const LINGER_BYTES: usize = 16 * 1024 * 1024;

/// Clients above --max-conns whose 503 may still be under way. The parent
/// keeps their descriptors this long without a process for them.
pub const TURNED_AWAY: usize = 16;

/// Pause after accept ran out of descriptors or memory, in milliseconds: long
/// enough not to spin, short enough not to be noticed.
pub const ACCEPT_PAUSE_MS: u32 = 100;

/// Queue of connections that wait for accept: Linux's default ceiling.
pub const BACKLOG: u32 = 4096;
