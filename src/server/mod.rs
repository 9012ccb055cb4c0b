//! The rooms, in the order in which a request walks through them.
//!
//! `listeners` is where connections arrive. `accept`, with `children`, `trouble` and
//! `turned_away`, is the parent's: it only accepts, forks, reaps and stops. `spare` has
//! the processes that accept connections themselves, where those are asked for.
//! `connection` and everything behind it is the child's, again and again: `input`
//! has a head and `body` what belongs to it, `access` asks who may, `route` finds
//! a `file`, a folder for a `listing`, or a refusal; a write has a `place` and goes
//! to `store` or `remove`; `respond` puts the answer together, `delivery` sends it,
//! `log` tells of it. `message` has the lines on standard error. At the start,
//! `private` reads the files of users, `leftovers` removes what killed uploads have
//! left, and `sandbox` gives up what is not needed any more.

mod accept;
mod access;
mod answer;
mod body;
mod children;
mod client;
mod connection;
mod delivery;
mod file;
mod inherited;
mod input;
mod leftovers;
mod lines;
mod listeners;
mod listing;
mod log;
pub mod message;
mod place;
mod private;
mod program;
mod program_memory;
mod relay;
mod remove;
mod respond;
mod route;
mod sandbox;
mod script;
mod spare;
mod store;
#[cfg(feature = "trace")]
mod trace;
mod trouble;
mod turned_away;
mod upgrade;

use core::ffi::CStr;
use core::net::SocketAddr;

use svcd::access::trusted;
use svcd::access::users::{Malformed, Users};
use svcd::cgi::environment;
use svcd::limits;
use svcd::options::{Log, Options};
use svcd::text::List;

use crate::sys::fs::{self, Root};
use crate::sys::net::{self, Connection};
use crate::sys::{Environment, Errno, Failure, Fd, Itself, Scoreboard, prepare_for_one, process};
use client::Client;
use inherited::Inherited;
use listeners::Listeners;

/// What all connections share.
pub struct Site<'a> {
    pub root: Root,
    /// Where that was at the start, for programs; empty: it was not asked for, or is
    /// not known.
    pub path: &'a [u8],
    /// The folder of --errors.
    pub errors: Option<Root>,
    pub options: &'a Options<'a>,
    pub log: Option<Fd<'static>>,
    /// Those of --cgi-env, with their values.
    pub variables: List<&'a [u8], { limits::ADDITIONS }>,
    /// Whether programs are run: see [`sandbox::has_programs`].
    pub has_programs: bool,
    pub environment: Environment,
    /// Of whom every request needs one.
    pub users: Option<Users<'a>>,
    /// Of whom a write needs one.
    pub writers: Option<Users<'a>>,
}

impl Site<'_> {
    /// Whom a connection counts for, by --max-per-ip: one of a proxy is of many clients.
    fn counted(&self, connection: &Connection) -> Option<SocketAddr> {
        connection.peer.filter(|peer| trusted::how(&self.options.trusted, Some(peer.ip())).is_none())
    }
}

/// What a connection works in.
pub struct Memory<'a> {
    /// What arrives.
    pub input: &'a mut [u8; limits::INPUT],
    /// The name below DOCROOT that its path means.
    pub name: &'a mut [u8; limits::PATH],
    /// The path of the request without its dot segments.
    pub path: &'a mut [u8; limits::PATH],
    /// The head of an answer, and its body when that is small.
    pub reply: &'a mut [u8; limits::REPLY],
    /// The entries of a folder.
    pub listing: &'a mut [u8; limits::LISTING],
}

/// What is there for all connections.
struct Shared<'a> {
    path: &'a mut [u8; limits::PATH],
    users: &'a mut [u8; limits::USERS],
    writers: &'a mut [u8; limits::USERS],
    children: &'a mut [u8; children::TABLE],
}

pub const MEMORY: usize =
    limits::INPUT + 3 * limits::PATH + limits::REPLY + limits::LISTING + 2 * limits::USERS + children::TABLE;

impl<'a> Memory<'a> {
    /// None cannot happen: the parts add up to the whole.
    fn new(whole: &'a mut [u8; MEMORY]) -> Option<(Self, Shared<'a>)> {
        let (input, rest) = whole.split_first_chunk_mut()?;
        let (name, rest) = rest.split_first_chunk_mut()?;
        let (path, rest) = rest.split_first_chunk_mut()?;
        let (reply, rest) = rest.split_first_chunk_mut()?;
        let (listing, rest) = rest.split_first_chunk_mut()?;
        let (root_path, rest) = rest.split_first_chunk_mut()?;
        let (users, rest) = rest.split_first_chunk_mut()?;
        let (writers, rest) = rest.split_first_chunk_mut()?;
        let shared = Shared { path: root_path, users, writers, children: rest.first_chunk_mut()? };
        Some((Memory { input, name, path, reply, listing }, shared))
    }
}

/// Why the server did not start or could not go on.
pub enum RunError<'a> {
    Call(Failure, About<'a>),
    /// A line of a file of users that is none.
    Users(&'a CStr, Malformed),
    /// A file of the server's own that lies where clients could get it.
    Exposed(&'a CStr),
    /// Programs may use all files, and that was not to be.
    Unlimited,
}

/// What a call was about.
pub enum About<'a> {
    Nothing,
    Path(&'a CStr),
    Address(SocketAddr),
}

impl From<Failure> for RunError<'_> {
    fn from(failure: Failure) -> Self {
        RunError::Call(failure, About::Nothing)
    }
}

/// Starts, serves until a signal stops it, and ends in good order.
pub fn run<'a>(
    options: &'a Options<'a>,
    itself: Itself,
    started_with: Environment,
    memory: &'a mut [u8; MEMORY],
) -> Result<(), RunError<'a>> {
    let inherited = Inherited::of(started_with);
    let Some((mut memory, shared)) = Memory::new(memory) else {
        return Err(Errno::ENOMEM.of("start").into());
    };
    let root = open_docroot(options.docroot)?;
    let errors = match options.errors {
        None => None,
        Some(path) => Some(Root::open(path).map_err(|failure| RunError::Call(failure, About::Path(path)))?),
    };
    let users = private::read_users(options.auth, &root, shared.users)?;
    let writers = private::read_users(options.auth_write, &root, shared.writers)?;
    let own_log = match options.log {
        Log::File(path) if options.write => Some(path),
        _ => None,
    };
    own_log.map_or(Ok(()), |path| private::check(path, None, &root))?;
    let log = log::open(options.log)?.filter(|log| !options.inetd || log.number() != Fd::STDOUT.number());
    let mut variables = List::new();
    let own = started_with.map(|line| -> &'a [u8] { line });
    for line in options.cgi_env.iter().filter_map(|line| environment::inherited(line, own.clone())) {
        // There is room for as many as there are options.
        let _ = variables.push(line);
    }
    own_log.map_or(Ok(()), |path| private::check(path, log, &root))?;
    private::check_programs(options, &root)?;
    sandbox::check_allowed(options)?;
    fs::set_nonblocking_write(Fd::STDERR);
    if inherited.is_trial {
        return Ok(());
    }
    // For one connection that would take too long.
    if options.write && !inherited.is_successor && !options.inetd {
        leftovers::remove(&root).map_err(|errno| errno.of("openat"))?;
    }
    let has_programs = sandbox::has_programs(options, &root);
    let path = if has_programs { root.path(shared.path).unwrap_or_default() } else { b"" };
    let environment = started_with;
    let site =
        Site { root, path, errors, options, log, variables, has_programs, environment, users, writers };
    if options.inetd {
        serve_standard_input(&site, &mut memory)?;
    }
    let mut listeners = Listeners::open(options, &inherited)?;
    let successor = inherited.is_successor;
    let result = accept::serve(&mut listeners, &site, &itself, successor, shared.children, &mut memory);
    listeners.close_and_remove();
    result
}

/// Does not come back but with an error.
fn serve_standard_input<'a>(site: &Site<'a>, memory: &mut Memory) -> Result<(), RunError<'a>> {
    prepare_for_one()?;
    let Connection { socket, peer } = net::standard_input(site.options.idle_timeout)?;
    // inetd(8) connects standard error too, which is no place for messages then.
    if let (Ok(input), Ok(errors)) = (fs::metadata(Fd::STDIN), fs::metadata(Fd::STDERR))
        && input.is_same_file(&errors)
        && let Ok(nowhere) = fs::open_append(c"/dev/null")
    {
        let _ = fs::replace(Fd::STDERR, nowhere);
    }
    let client = Client::new(socket, peer, 0, Scoreboard::new(1)?, site);
    sandbox::enter(site)?;
    connection::serve(&client, memory);
    process::exit(0)
}

fn open_docroot(asked: Option<&CStr>) -> Result<Root, RunError<'_>> {
    let path = match asked {
        Some(path) => path,
        None => match Root::open(c"www") {
            Ok(root) => return Ok(root),
            // A www that is there and cannot be opened is not passed over: the
            // folder around it was not meant.
            Err(Failure { errno: Errno::ENOENT | Errno::ENOTDIR, .. }) => c".",
            Err(failure) => return Err(RunError::Call(failure, About::Path(c"www"))),
        },
    };
    Root::open(path).map_err(|failure| RunError::Call(failure, About::Path(path)))
}
