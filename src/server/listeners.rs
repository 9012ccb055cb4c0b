//! Where the server listens.

use core::iter;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use svcd::limits;
use svcd::options::{Bind, Options};
use svcd::text::List;

use super::inherited::Inherited;
use super::{About, RunError, message};
use crate::sys::net::{self, unix};
use crate::sys::{Errno, Fd, LISTENERS, OwnedFd};

const _: () = assert!(limits::BINDS <= LISTENERS);

/// When the command line names no address.
const DEFAULT: Bind = Bind::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST), None);

/// The listening sockets. Dropping them closes them and leaves the files.
pub struct Listeners<'a> {
    /// The first ones are taken.
    sockets: [Option<OwnedFd>; limits::BINDS],
    /// So many of them are somebody else's too.
    lent: usize,
    bound: List<Bound<'a>, { limits::BINDS }>,
}

/// What a socket got.
#[derive(Clone, Copy)]
pub enum Bound<'a> {
    Ip(SocketAddr),
    Unix(unix::SocketFile<'a>),
    /// A Unix socket of somebody else, who removes its file.
    Lent,
}

impl<'a> Listeners<'a> {
    /// Listens on every address of the command line, or on none; before them, on
    /// the sockets that the server was started with, which may take their place.
    pub fn open(options: &Options<'a>, inherited: &Inherited) -> Result<Self, RunError<'a>> {
        let mut binds = options.binds;
        let given = inherited.sockets.iter().count();
        if binds.is_empty() && (given == 0 || inherited.is_successor) {
            let _ = binds.push(DEFAULT);
        }
        // A successor has all of its sockets, the server's own last.
        let own = if inherited.is_successor { binds.iter().count() } else { 0 };
        let lent = given.saturating_sub(own);
        let mut listeners = Listeners { sockets: Default::default(), lent, bound: List::new() };
        let mut numbers = inherited.sockets.iter().copied();
        let mut places = listeners.sockets.iter_mut();
        let mut opened = Ok(());
        for bind in iter::repeat_n(None, lent).chain(binds.iter().map(Some)) {
            let result = match (bind, numbers.next()) {
                (bind, Some(number)) => adopt(number, bind, options),
                (Some(bind), None) => listen(bind, options),
                (None, None) => break,
            };
            match (result, places.next()) {
                (Ok((socket, bound)), Some(place)) => {
                    *place = Some(socket);
                    let _ = listeners.bound.push(bound);
                }
                (Ok(_), None) => opened = Err(Errno::EMFILE.of("listen").into()),
                (Err(error), _) => opened = Err(error),
            }
            if opened.is_err() {
                break;
            }
        }
        if opened.is_err() {
            listeners.close_and_remove();
        }
        opened.map(|()| listeners)
    }

    pub fn announce(&self) {
        self.bound.iter().for_each(message::listening);
    }

    pub fn sockets(&self) -> &[Option<OwnedFd>] {
        &self.sockets
    }

    pub fn get(&self, place: usize) -> Option<Fd<'_>> {
        self.sockets.get(place)?.as_ref().map(OwnedFd::borrow)
    }

    pub fn close(&mut self) {
        self.sockets = Default::default();
    }

    /// What a child does, which never comes back: nothing is written to the memory
    /// that it shares with its parent, and would need a page of its own for.
    pub fn close_in_child(&self) {
        self.sockets.iter().flatten().for_each(OwnedFd::close_in_child);
    }

    /// Ends listening in all processes that have these sockets, but for those that were
    /// lent. Darwin cannot do that: there, who has one keeps it until it ends.
    pub fn shut_down(&self) {
        for socket in self.sockets.iter().flatten().skip(self.lent) {
            let _ = net::shutdown_read(socket.borrow());
        }
    }

    /// Ends listening for good. The files go first, since the open sockets keep
    /// them apart from others.
    pub fn close_and_remove(&mut self) {
        for bound in self.bound.iter() {
            if let Bound::Unix(file) = bound {
                file.remove();
            }
        }
        self.bound = List::new();
        self.close();
    }
}

fn listen<'a>(bind: &Bind<'a>, options: &Options<'a>) -> Result<(OwnedFd, Bound<'a>), RunError<'a>> {
    match *bind {
        Bind::Ip(ip, port) => {
            let asked = SocketAddr::new(ip, port.unwrap_or(options.port));
            let (socket, address) =
                net::listen(&asked, limits::BACKLOG, options.idle_timeout, options.reuseport)
                    .map_err(|failure| RunError::Call(failure, About::Address(asked)))?;
            Ok((socket, Bound::Ip(address)))
        }
        Bind::Unix(path) => {
            let (socket, file) = unix::listen(path, limits::BACKLOG)
                .map_err(|failure| RunError::Call(failure, About::Path(path)))?;
            Ok((socket, Bound::Unix(file)))
        }
    }
}

/// Takes a socket over: one of a service manager, or the server's own of before,
/// which was made for `bind`.
fn adopt<'a>(
    number: u32,
    bind: Option<&Bind<'a>>,
    options: &Options<'a>,
) -> Result<(OwnedFd, Bound<'a>), RunError<'a>> {
    let (socket, address) = net::adopt(number, limits::BACKLOG, options.idle_timeout)?;
    let bound = match (address, bind) {
        (Some(address), _) => Bound::Ip(address),
        (None, Some(Bind::Unix(path))) => unix::file(path).map_or(Bound::Lent, Bound::Unix),
        (None, _) => Bound::Lent,
    };
    Ok((socket, bound))
}
