//! Every size, count and time that bounds what a client can do, with its
//! reason. A buffer for the server's own words has its size beside it.
//!
//! Times are in seconds, sizes in bytes. A limit that the command line can set
//! is here as its default.

/// Longest request line that is read; RFC 9112 3 asks for at least 8000.
pub const REQUEST_LINE: usize = 8192;

/// Longest head (request line and field section together): browsers with large
/// cookies stay below it.
pub const HEAD: usize = 16 * 1024;

/// Room for the body of a request behind the longest head.
pub const BODY_ROOM: usize = 12 * 1024;

/// What a connection receives into: a head, what is left of the one before, and
/// [`BODY_ROOM`].
pub const INPUT: usize = 2 * HEAD;

/// Longest body that is read and dropped where none is wanted. With a longer
/// one it is cheaper to close the connection.
pub const DISCARD: u64 = 64 * 1024;

/// Chunk extensions and trailers of one body together. Nobody reads them, and
/// they must not make a body longer without end. No other bound is needed: each
/// chunk has a byte of content, and at most 20 of framing around it.
pub const CHUNK_EXTRAS: usize = 8 * 1024;

/// Longest path below DOCROOT, with its NUL: Linux's PATH_MAX.
pub const PATH: usize = 4096;

/// Longest name of a host with --virtual-hosts: that of a domain name (RFC 1035
/// 2.3.4) and a NUL.
pub const HOST: usize = 256;

/// Head of an answer and the page or small file that goes out with it in one
/// call. Above [`INLINE_FILE`] a file is sent by sendfile instead, so this is
/// that much and room for the head.
pub const REPLY: usize = INLINE_FILE + 8 * 1024;

/// Largest file that is copied behind its head: up to here one read and one
/// send are cheaper than a send and a sendfile.
pub const INLINE_FILE: usize = 32 * 1024;

/// Bytes of a file that go out in one call. With a client that takes a little again
/// and again, the call would not come back before it has taken all of them, and
/// nobody would see how slow it is.
pub const SENDFILE: u64 = 1024 * 1024;

/// Memory for the listing of a folder. The larger it is, the less often a large
/// folder is read again: about 20,000 entries fit. Untouched, it costs nothing.
pub const LISTING: usize = 1024 * 1024;

/// The part of it that names are read into from the kernel.
pub const LISTING_NAMES: usize = 32 * 1024;

/// Longest log line: PIPE_BUF on Linux, so that lines of several processes
/// never mix in a pipe.
pub const LOG_LINE: usize = 4096;

/// Bytes that one quoted field may take in a log line; three fields, the user
/// and the reason fit into [`LOG_LINE`].
pub const LOG_FIELD: usize = 1150;

/// Bytes that the name of a user may take there.
pub const LOG_USER: usize = 264;

/// Milliseconds that a line waits for the reader of a log, or of standard error, that is
/// full.
pub const LOG_WAIT_MS: u64 = 1000;

/// Addresses to listen on (--bind), each a descriptor that is waited for.
pub const BINDS: usize = 8;

/// Fields that --header adds, and media types that --mime adds.
pub const ADDITIONS: usize = 16;

/// Networks of --trusted: those of one provider's proxies, which has some twenty, and
/// one's own.
pub const TRUSTED: usize = 32;

/// Bytes of all fields that --header adds, their line ends counted: they take
/// half of what [`REPLY`] has for a head. A media type of --mime is at the most
/// a sixteenth of it long.
pub const ADDED_FIELDS: usize = 4096;

/// Default of --max-conns: one process each, so it bounds processes too.
pub const MAX_CONNS: u32 = 256;

/// Largest --max-conns: the size of the table of children.
pub const MAX_CONNS_CEILING: usize = 4096;

/// Largest --spare. The kernel wakes all who wait, for each connection.
pub const SPARE_CEILING: u32 = 256;

/// Milliseconds without a connection after which a process ends that is one too many
/// of those who wait, as some are after a rush.
pub const SURPLUS_MS: u64 = 5000;

/// Default of --header-timeout: time from the first byte of a head to its last.
/// A client that drips its head is answered 408 then. The body of a request
/// gets as much once more.
pub const HEADER_TIMEOUT: u32 = 10;

/// Default of --idle-timeout: time without a byte, before the first one of a
/// request, and while a response is being sent.
pub const IDLE_TIMEOUT: u32 = 15;

/// Largest time that the command line can set: a day.
pub const TIMEOUT_CEILING: u32 = 86400;

/// Largest --cache: a year.
pub const CACHE_CEILING: u32 = 31_536_000;

/// Default of --grace: time that running requests get after SIGTERM.
pub const GRACE: u32 = 10;

/// Time after SIGTERM in which a request may be noticed that had arrived before,
/// in milliseconds. Then the connections without one are closed.
pub const ARRIVED_MS: u32 = 100;

/// Time without a request after which a connection gives way to a new one above
/// --max-conns. Closed any sooner, one that is in use would be closed at the
/// moment of its next request.
pub const SPARED: u64 = 1;

/// Time that a client which may be sending still gets for another byte, so that
/// closing does not reset the connection and destroy the answer.
pub const LINGER: u32 = 2;

/// Time that it gets for all of them, in milliseconds.
pub const LINGER_ALL_MS: u64 = 10_000;

/// Clients without a process whose 503 may still be under way. The parent keeps
/// their descriptors for [`LINGER`] after the last of them.
pub const TURNED_AWAY: usize = 16;

/// Pause after accept ran out of descriptors or memory, in milliseconds: long
/// enough not to spin, short enough not to be noticed.
pub const ACCEPT_PAUSE_MS: u32 = 100;

/// Queue of connections that wait for accept: Linux's default ceiling.
pub const BACKLOG: u32 = 4096;

/// Ranges of one request that lie apart from each other. A player or a viewer of
/// documents asks for a few; each one more costs a seek and a part's head.
pub const RANGES: usize = 16;

/// A file of users (--auth) is smaller than this, which are about 150 lines of the
/// usual length. It is kept in memory as it is.
pub const USERS: usize = 16 * 1024;

/// Milliseconds that a write waits for a folder that another process has locked.
/// Writes of this server have it for less than one.
pub const LOCKED_MS: u64 = 10_000;

/// Milliseconds that a wrong password has to wait for its answer.
pub const WRONG_PASSWORD_MS: u32 = 500;

/// User and password together, with the colon between them.
pub const CREDENTIALS: usize = 512;

/// Default of --max-body.
pub const MAX_BODY: u64 = 1 << 30;

/// Default of --min-rate, in bytes a second: below it, a body takes longer than
/// anybody would wait.
pub const MIN_RATE: u32 = 1024;

/// Folders of programs (--cgi).
pub const PREFIXES: usize = 8;

/// Longest head of a program's answer.
pub const CGI_HEAD: usize = 16 * 1024;

/// All variables of a program. Most fields take a few bytes more there than in
/// [`HEAD`], and path and query are in several of the others.
pub const CGI_ENVIRONMENT: usize = 32 * 1024;

/// Words of a query that become arguments (RFC 3875 4.4). With more, none does.
pub const CGI_WORDS: usize = 64;

/// Default of --cgi-timeout: time without a byte from a program.
pub const CGI_TIMEOUT: u32 = 60;

/// Longest line of a program's standard error that is told at once.
pub const CGI_LINE: usize = 512;

/// Milliseconds that a program gets to end when it is asked to; half of them to
/// end by itself, when it has said all.
pub const CGI_END_MS: u64 = 1000;

/// Milliseconds that a program goes on for a client that has closed its side of
/// the connection: some do so when they have sent their request.
pub const CGI_GONE_MS: u64 = 1000;
