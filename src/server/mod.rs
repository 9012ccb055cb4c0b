//! The rooms, in the order in which a request walks through them.
//!
//! `accept`, with `children` and `turned_away`, is the parent's: it only accepts,
//! forks, reaps and stops. `connection` and everything behind it is the child's:
//! read a head, `route` it to a `file` or a refusal, `respond`, `log`, exit.
//! `message` has the lines on standard error.

mod accept;
mod children;
mod connection;
mod file;
mod log;
pub mod message;
mod respond;
mod route;
mod turned_away;

use core::ffi::CStr;
use core::net::SocketAddr;

use svcd::limits;
use svcd::options::Options;

use crate::sys::fs::Root;
use crate::sys::{Errno, Failure, Fd, OwnedFd, net};

/// What all connections share.
pub struct Site<'a> {
    pub root: Root,
    /// The name that stands for its folder.
    pub index: &'a CStr,
    pub log: Option<Fd<'static>>,
}

/// What a connection works in.
pub struct Memory<'a> {
    /// The head of a request as it arrives.
    pub head: &'a mut [u8; limits::HEAD],
    /// The name below DOCROOT that its path means.
    pub name: &'a mut [u8; limits::PATH],
    /// The head of an answer, and its body when that is small.
    pub reply: &'a mut [u8; limits::REPLY],
}

pub const MEMORY: usize = limits::HEAD + limits::PATH + limits::REPLY;

impl<'a> Memory<'a> {
    /// None cannot happen: the parts add up to the whole.
    fn new(whole: &'a mut [u8; MEMORY]) -> Option<Self> {
        let (head, rest) = whole.split_first_chunk_mut()?;
        let (name, rest) = rest.split_first_chunk_mut()?;
        Some(Memory { head, name, reply: rest.first_chunk_mut()? })
    }
}

/// Why the server did not start or could not go on.
pub struct RunError<'a> {
    pub failure: Failure,
    /// What the call was about.
    pub about: About<'a>,
}

pub enum About<'a> {
    Nothing,
    Path(&'a CStr),
    Address(SocketAddr),
}

impl From<Failure> for RunError<'_> {
    fn from(failure: Failure) -> Self {
        RunError { failure, about: About::Nothing }
    }
}

/// Starts, serves until a signal stops it, and ends in good order.
pub fn run<'a>(options: &Options<'a>, memory: &mut [u8; MEMORY]) -> Result<(), RunError<'a>> {
    let Some(mut memory) = Memory::new(memory) else {
        return Err(Errno::ENOMEM.of("start").into());
    };
    let root = open_docroot(options.docroot)?;
    let log = log::open(options.log)?;
    let site = Site { root, index: options.index, log };
    let asked = SocketAddr::new(options.bind, options.port);
    let (listener, address) = net::listen(&asked, limits::BACKLOG, limits::IDLE_TIMEOUT)
        .map_err(|failure| RunError { failure, about: About::Address(asked) })?;
    accept::serve(listener, &address, &site, options.max_conns, &mut memory)
}

fn open_docroot(asked: Option<&CStr>) -> Result<Root, RunError<'_>> {
    let path = match asked {
        Some(path) => path,
        None => match Root::open(c"www") {
            Ok(root) => return Ok(root),
            // A www that is there and cannot be opened is not passed over: the
            // folder around it was not meant.
            Err(Failure { errno: Errno::ENOENT | Errno::ENOTDIR, .. }) => c".",
            Err(failure) => return Err(RunError { failure, about: About::Path(c"www") }),
        },
    };
    Root::open(path).map_err(|failure| RunError { failure, about: About::Path(path) })
}
