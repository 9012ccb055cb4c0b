//! The command line.

mod default;
mod programs;
mod set;
mod table;
#[cfg(feature = "trace")]
pub mod trace;
mod value;

use core::ffi::CStr;
use core::net::IpAddr;

use crate::access::trusted;
use crate::cgi::script;
use crate::limits;
use crate::text::{List, split};

pub use programs::Mapping;
pub use table::HELP;
use table::{NAMES, Name, described};

/// How to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    /// Where to listen; empty means 127.0.0.1.
    pub binds: List<Bind<'a>, { limits::BINDS }>,
    /// Of every address that has none of its own; 0 lets the kernel choose.
    pub port: u16,
    /// Whether other servers of the same user may listen there too.
    pub reuseport: bool,
    /// Whether standard input is the one connection to serve.
    pub inetd: bool,
    /// None: `www` when there is one, else the current folder.
    pub docroot: Option<&'a CStr>,
    pub index: &'a CStr,
    /// Whether a folder without an index file is listed.
    pub listing: bool,
    /// Whether `/about` serves `about.html`.
    pub clean_urls: bool,
    /// What answers for a missing file: a name below DOCROOT without a leading
    /// slash, hidden components or `..`.
    pub fallback: Option<&'a CStr>,
    /// The folder of pages for errors.
    pub errors: Option<&'a CStr>,
    /// Whether each host has a folder of its name in DOCROOT.
    pub virtual_hosts: bool,
    /// Field lines for every response, without their CRLF; of no name that the server
    /// sets, but Vary and Cache-Control. Together [`limits::ADDED_FIELDS`] bytes at most.
    pub headers: List<&'a [u8], { limits::ADDITIONS }>,
    /// max-age of files, in seconds.
    pub cache: Option<u32>,
    /// Whether an ETag has the inode in it.
    pub inode: bool,
    /// `EXT=TYPE`: the extension without a dot, in any case, and its media
    /// type, which may be of any length up to 256 bytes with it.
    pub media_types: List<&'a [u8], { limits::ADDITIONS }>,
    /// Whether PUT and DELETE are allowed.
    pub write: bool,
    /// Whether they are beyond loopback although nobody needs a password.
    pub write_unprotected: bool,
    /// The file of users of whom every request needs one.
    pub auth: Option<&'a CStr>,
    /// The file of users of whom PUT and DELETE need one.
    pub auth_write: Option<&'a CStr>,
    /// Names that they may be sent to, without port and the dot at the end.
    pub hosts: List<&'a [u8], { limits::ADDITIONS }>,
    /// Bytes of the largest body that PUT stores.
    pub max_body: u64,
    /// Bytes a second that a body must have; 0: any rate will do.
    pub min_rate: u32,
    /// Whether an answer to PUT or DELETE waits for the disk.
    pub sync: bool,
    /// Whether programs are run at all.
    pub has_cgi: bool,
    /// Where programs are, without a slash at either end; see
    /// [`Options::prefixes`].
    pub cgi: List<&'a [u8], { limits::PREFIXES }>,
    /// Programs outside DOCROOT, by the path that they answer for: without a
    /// slash at either end, perhaps empty.
    pub aliases: List<Mapping<'a>, { limits::ADDITIONS }>,
    /// What runs a file, by its extension without the dot.
    pub interpreters: List<Mapping<'a>, { limits::ADDITIONS }>,
    /// `NAME=VALUE`, or a `NAME` whose value the server itself has.
    pub cgi_env: List<&'a [u8], { limits::ADDITIONS }>,
    /// Whether programs see the Authorization field.
    pub cgi_pass_auth: bool,
    /// Whether it is a program's answer, and not the method, that makes a request need
    /// one of the users of [`Options::auth_write`].
    pub cgi_auth: bool,
    /// In seconds without a byte of a program.
    pub cgi_timeout: u32,
    /// In seconds that a program may run; 0: as long as it likes.
    pub cgi_limit: u32,
    /// In seconds of processor time; 0: no limit.
    pub cgi_cpu: u32,
    /// Bytes of address space; 0: no limit.
    pub cgi_memory: u64,
    /// Processes of a program's user; 0: no limit.
    pub cgi_procs: u32,
    /// Files and folders that programs may read, write and execute in the sandbox, besides
    /// DOCROOT and what the system has for all. Without any, they are not kept from files.
    pub cgi_allow: List<&'a CStr, { limits::ADDITIONS }>,
    /// User and group to serve as.
    pub user: Option<(u32, u32)>,
    /// Whether DOCROOT becomes the root folder of the process.
    pub chroot: bool,
    pub sandbox: Sandbox,
    pub max_conns: u32,
    /// Connections of one address; 0: as many as there may be.
    pub max_per_ip: u32,
    /// Proxies that are believed who the client is.
    pub trusted: trusted::List,
    /// The path that answers whether this server is well.
    pub health: Option<&'a [u8]>,
    /// Processes that wait for connections.
    pub spare: u32,
    /// Connections that one of them serves.
    pub reuse: u32,
    /// In seconds, from the first byte of a head to its last; a body has as many
    /// once more.
    pub header_timeout: u32,
    /// In seconds without a byte.
    pub idle_timeout: u32,
    /// In seconds, of what is under way when the server stops.
    pub grace: u32,
    pub log: Log<'a>,
    #[cfg(feature = "trace")]
    pub trace: crate::trace::Settings<'a>,
}

/// One address to listen on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bind<'a> {
    /// None: at [`Options::port`].
    Ip(IpAddr, Option<u16>),
    /// The path of a socket file; not empty. Whether it is too long, the system
    /// says.
    Unix(&'a CStr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log<'a> {
    StandardOutput,
    File(&'a CStr),
    None,
}

/// Whether the server gives up what it does not need, once everything is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sandbox {
    Off,
    /// As far as the system can.
    On,
    /// All of it, or the server does not start.
    Require,
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// As the options say by then.
    Serve,
    Help,
    Version,
}

/// What is printed as `argument value: problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageError<'a> {
    pub argument: &'a [u8],
    /// Empty when the argument holds its value itself.
    pub value: &'a [u8],
    pub problem: &'static str,
}

const UNPROTECTED: &str = "beyond loopback it needs --auth, --auth-write or --write-unprotected";

pub const VERSION: &str = concat!("svcd ", env!("CARGO_PKG_VERSION"), "\n");

impl Default for Options<'_> {
    fn default() -> Self {
        default::options()
    }
}

/// Reads the arguments behind the program's name into `options`, which are the
/// default ones. They are large, and there is one of them: nobody hands them on.
pub fn parse<'a>(
    mut arguments: impl Iterator<Item = &'a CStr>,
    options: &mut Options<'a>,
) -> Result<Command, UsageError<'a>> {
    let mut only_operands = false;
    let error = |argument, problem| UsageError { argument, value: b"", problem };
    while let Some(argument) = arguments.next() {
        let bytes = argument.to_bytes();
        if only_operands || !bytes.starts_with(b"-") || bytes == b"-" {
            if options.docroot.replace(argument).is_some() {
                return Err(error(bytes, "only one DOCROOT is served"));
            }
            continue;
        }
        if bytes == b"--" {
            only_operands = true;
            continue;
        }
        #[cfg(feature = "trace")]
        if trace::take(argument, &mut arguments, &mut options.trace)? {
            continue;
        }
        let (name, takes_value, attached) = look_up(argument)?;
        let value = match (takes_value, attached) {
            (true, Some(value)) => value,
            (true, None) => arguments.next().ok_or(error(bytes, "this option needs a value"))?,
            (false, Some(_)) => {
                return Err(error(bytes, "this option takes no value or other option"));
            }
            (false, None) => c"",
        };
        match name {
            Name::Help => return Ok(Command::Help),
            Name::Version => return Ok(Command::Version),
            _ => set::set(options, name, value).map_err(|problem| {
                let value = if attached.is_some() { b"" } else { value.to_bytes() };
                UsageError { argument: bytes, value, problem }
            })?,
        }
    }
    let has_programs = !(options.aliases.is_empty() && options.cgi.is_empty());
    let clashes: [(bool, &[u8], &str); 4] = [
        (options.write && !is_protected(options), b"--write", UNPROTECTED),
        (options.write && !options.inode, b"--no-inode", "with --write, two files can be as old and as long"),
        (options.chroot && has_programs, b"--chroot", "programs cannot be run there"),
        (options.reuse > 1 && options.spare == 0, b"--reuse", "it is for processes that wait: --spare"),
    ];
    if let Some((_, argument, problem)) = clashes.into_iter().find(|clash| clash.0) {
        return Err(error(argument, problem));
    }
    if options.cgi.is_empty() {
        let _ = options.cgi.push(b"cgi-bin");
    }
    let is_program =
        |file: &CStr| options.prefixes().any(|prefix| script::below(file.to_bytes(), prefix).is_some());
    if options.fallback.is_some_and(is_program) {
        return Err(error(b"--fallback", "a fallback is no file in a folder of programs"));
    }
    Ok(Command::Serve)
}

/// Whether nobody but this machine, or who has a password, can write, or all may.
fn is_protected(options: &Options) -> bool {
    options.write_unprotected
        || options.auth.or(options.auth_write).is_some()
        || options.binds.iter().all(|bind| match bind {
            Bind::Ip(address, _) => address.to_canonical().is_loopback(),
            Bind::Unix(_) => true,
        })
}

/// The option that `argument` names, whether it takes a value, and the value
/// attached to it: `--name=VALUE` or `-nVALUE`.
fn look_up(argument: &CStr) -> Result<(Name, bool, Option<&CStr>), UsageError<'_>> {
    let bytes = argument.to_bytes();
    let mut names = NAMES.iter();
    for line in split(HELP.as_bytes(), b'\n') {
        let Some((short, long, takes_value)) = described(line) else { continue };
        let Some(name) = names.next() else { break };
        let attached = match (bytes.strip_prefix(short), bytes.strip_prefix(long)) {
            (Some([]), _) | (_, Some([])) => None,
            (Some(value), _) | (_, Some([b'=', value @ ..])) => Some(suffix(argument, value.len())),
            _ => continue,
        };
        return Ok((*name, takes_value, attached));
    }
    Err(UsageError { argument: bytes, value: b"", problem: "unknown option; svcd --help lists them" })
}

/// The last `len` bytes of `text`.
fn suffix(text: &CStr, len: usize) -> &CStr {
    let bytes = text.to_bytes_with_nul();
    let tail = bytes.len().checked_sub(len + 1).and_then(|start| bytes.get(start..));
    tail.and_then(|tail| CStr::from_bytes_until_nul(tail).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
