//! The options: their names, and what the help says of them.

use crate::text::find;

/// It is also the table of options: see [`described`].
pub const HELP: &str = "\
usage: svcd [OPTIONS] [DOCROOT]     `svcd .` serves the current folder
  DOCROOT                 folder to serve; default ./www if there is one, else .
  -b, --bind ADDR         IP, IP:PORT, unix:PATH, repeatable; default 127.0.0.1
  -p, --port PORT         default 8080; 0 lets the kernel choose
      --reuseport         share the port with another server of the same user
      --inetd             serve the connection that is standard input, and exit
      --index NAME        file that stands for its folder; default index.html
      --no-listing        a folder without an index file answers 403
      --clean-urls        /about serves about.html
      --fallback FILE     file of DOCROOT that answers for what is missing
      --errors DIR        pages for errors: DIR/404.html and the like
      --virtual-hosts     each host has its own root, DOCROOT/HOST
      --header 'K: V'     field for every response, repeatable
      --cache SECONDS     Cache-Control: max-age of files
      --no-inode          ETag without it: the same on all that have a copy
      --mime EXT=TYPE     media type of an extension, repeatable
      --write             allow PUT and DELETE
      --write-unprotected  --write beyond loopback without any password
      --auth FILE         every request needs a user of FILE, lines USER:HASH
      --auth-write FILE   PUT and DELETE do; HASH is of `openssl passwd -5`
      --host NAME         name of this server that writes may go to, repeatable
      --max-body BYTES    largest body that PUT takes; default 1g; units k, m, g
      --min-rate BPS      bytes a second that a body must move; default 1024
      --no-sync           do not wait for the disk
      --cgi PREFIX        programs are below PREFIX, repeatable; else /cgi-bin/
      --no-cgi            no programs are run
      --alias URL=PROG    program for all that is below URL, repeatable
      --cgi-run EXT=PROG  program that runs files of an extension, repeatable
      --cgi-env NAME[=V]  variable for programs, repeatable
      --cgi-pass-auth     programs see the Authorization field
      --cgi-auth          programs say who needs a password, by 401 or 403
      --cgi-timeout S     seconds of silence of a program; default 60
      --cgi-limit S       seconds that a program may run; default 0, no limit
      --cgi-cpu S         seconds of processor time of a program; default 0
      --cgi-memory BYTES  address space of a program; default 0, no limit
      --cgi-procs N       processes that its user may have; default 0
      --cgi-allow PATH    all that programs may write, repeatable; see --sandbox
      --user UID[:GID]    serve as this user, once everything is open
      --chroot            DOCROOT is the root of all; no programs are run
      --sandbox HOW       off, on or require; default on, as far as possible
      --max-conns N       connections at a time; default 256
      --max-per-ip N      connections of an address at a time; default 0, any
      --trusted NET[=HOW]  proxies, ADDR or ADDR/LEN, that say who the client is
      --health URL        path that answers 200 to anybody, and is not logged
      --spare N           processes that wait for connections; default 0
      --reuse N           connections that each of these serves; default 1
      --header-timeout S  seconds for the head of a request; default 10
      --idle-timeout S    seconds without a byte; default 15
      --grace S           seconds for what is under way at a stop; default 10
      --log FILE          log requests to FILE; default -, standard output
  -q, --quiet             log nothing
  -h, --help              print this and exit
  -V, --version           print the version and exit
";

#[derive(Clone, Copy)]
pub enum Name {
    Bind,
    Port,
    Reuseport,
    Inetd,
    Index,
    NoListing,
    CleanUrls,
    Fallback,
    Errors,
    VirtualHosts,
    Header,
    Cache,
    NoInode,
    Mime,
    Write,
    WriteUnprotected,
    Auth,
    AuthWrite,
    Host,
    MaxBody,
    MinRate,
    NoSync,
    Cgi,
    NoCgi,
    Alias,
    CgiRun,
    CgiEnv,
    CgiPassAuth,
    CgiAuth,
    CgiTimeout,
    CgiLimit,
    CgiCpu,
    CgiMemory,
    CgiProcs,
    CgiAllow,
    User,
    Chroot,
    Sandbox,
    MaxConns,
    MaxPerIp,
    Trusted,
    Health,
    Spare,
    Reuse,
    HeaderTimeout,
    IdleTimeout,
    Grace,
    Log,
    Quiet,
    Help,
    Version,
}

/// The options in the order of [`HELP`].
pub static NAMES: [Name; 51] = [
    Name::Bind,
    Name::Port,
    Name::Reuseport,
    Name::Inetd,
    Name::Index,
    Name::NoListing,
    Name::CleanUrls,
    Name::Fallback,
    Name::Errors,
    Name::VirtualHosts,
    Name::Header,
    Name::Cache,
    Name::NoInode,
    Name::Mime,
    Name::Write,
    Name::WriteUnprotected,
    Name::Auth,
    Name::AuthWrite,
    Name::Host,
    Name::MaxBody,
    Name::MinRate,
    Name::NoSync,
    Name::Cgi,
    Name::NoCgi,
    Name::Alias,
    Name::CgiRun,
    Name::CgiEnv,
    Name::CgiPassAuth,
    Name::CgiAuth,
    Name::CgiTimeout,
    Name::CgiLimit,
    Name::CgiCpu,
    Name::CgiMemory,
    Name::CgiProcs,
    Name::CgiAllow,
    Name::User,
    Name::Chroot,
    Name::Sandbox,
    Name::MaxConns,
    Name::MaxPerIp,
    Name::Trusted,
    Name::Health,
    Name::Spare,
    Name::Reuse,
    Name::HeaderTimeout,
    Name::IdleTimeout,
    Name::Grace,
    Name::Log,
    Name::Quiet,
    Name::Help,
    Name::Version,
];

/// The option on a line of [`HELP`]: the short name `-n` or two spaces, the
/// long name, whether a value follows. A value is one space behind the name, a
/// text is more.
pub fn described(line: &[u8]) -> Option<(&[u8], &[u8], bool)> {
    let (short, rest) = (line.get(2..4)?, line.get(6..)?);
    let end = find(rest, b' ')?;
    let (long, text) = rest.split_at_checked(end)?;
    long.starts_with(b"--").then_some((short, long, !text.starts_with(b"  ")))
}
