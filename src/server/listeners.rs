//! Where the server listens.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use svcd::limits;
use svcd::options::{Bind, Options};
use svcd::text::List;

use super::{About, RunError, message};
use crate::sys::net::{self, unix};
use crate::sys::{Fd, LISTENERS, OwnedFd};

const _: () = assert!(limits::BINDS <= LISTENERS);

/// When the command line names no address.
const DEFAULT: Bind = Bind::Ip(IpAddr::V4(Ipv4Addr::LOCALHOST), None);

/// The listening sockets. Dropping them closes them and leaves the files.
pub struct Listeners<'a> {
    /// The first ones are taken.
    sockets: [Option<OwnedFd>; limits::BINDS],
    bound: List<Bound<'a>, { limits::BINDS }>,
}

/// What a socket got.
#[derive(Clone, Copy)]
pub enum Bound<'a> {
    Ip(SocketAddr),
    Unix(unix::SocketFile<'a>),
}

impl<'a> Listeners<'a> {
    /// Listens on every address of the command line, or on none.
    pub fn open(options: &Options<'a>) -> Result<Self, RunError<'a>> {
        let mut binds = options.binds;
        if binds.is_empty() {
            let _ = binds.push(DEFAULT);
        }
        let mut listeners = Listeners { sockets: Default::default(), bound: List::new() };
        for (place, bind) in listeners.sockets.iter_mut().zip(binds.iter()) {
            match listen(bind, options) {
                Ok((socket, bound)) => {
                    *place = Some(socket);
                    let _ = listeners.bound.push(bound);
                }
                Err(error) => {
                    listeners.close_and_remove();
                    return Err(error);
                }
            }
        }
        Ok(listeners)
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
            let (socket, address) = net::listen(&asked, limits::BACKLOG, options.idle_timeout)
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
