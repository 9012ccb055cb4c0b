//! Stream sockets.

pub mod unix;

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::calls;
use super::errno::{Errno, Failure, retry};
use super::fd::{Fd, OwnedFd};
use super::os::{self, constant};

/// A socket address as the kernels lay it out: two bytes that say the family,
/// port and address in network order. sockaddr_in has 16 bytes and
/// sockaddr_in6 has 28; the layouts are asserted beside `os::family_bytes`.
pub(super) struct Sockaddr {
    bytes: [u8; Sockaddr::SIZE],
}

impl Sockaddr {
    const SIZE: usize = 28;

    pub(super) fn empty() -> Self {
        Sockaddr { bytes: [0; Sockaddr::SIZE] }
    }

    pub(super) fn bytes_mut(&mut self) -> &mut [u8; Sockaddr::SIZE] {
        &mut self.bytes
    }

    /// The address, and how many of its bytes count.
    fn new(address: &SocketAddr) -> (Self, usize) {
        let [port_high, port_low] = address.port().to_be_bytes();
        let (v4, v6);
        let (family, length, at, octets): (u32, usize, usize, &[u8]) = match address.ip() {
            IpAddr::V4(ip) => {
                v4 = ip.octets();
                (constant::AF_INET, 16, 4, &v4)
            }
            IpAddr::V6(ip) => {
                v6 = ip.octets();
                (constant::AF_INET6, 28, 8, &v6)
            }
        };
        let [f0, f1] = os::family_bytes(family, length as u8);
        let mut bytes = [0; Sockaddr::SIZE];
        let places = bytes.iter_mut();
        places.zip([f0, f1, port_high, port_low]).for_each(|(to, from)| *to = from);
        let places = bytes.iter_mut().skip(at);
        places.zip(octets).for_each(|(to, from)| *to = *from);
        (Sockaddr { bytes }, length)
    }

    /// The address in the first `length` bytes; None: it is a Unix socket's.
    /// Darwin can accept a connection whose peer is gone already and tell no
    /// address at all: 0.0.0.0 then.
    pub(super) fn get(&self, length: usize) -> Option<SocketAddr> {
        let [f0, f1, port_high, port_low, rest @ ..] = &self.bytes;
        let ip = match os::family_of([*f0, *f1]) {
            constant::AF_UNIX if length >= 2 => return None,
            constant::AF_INET if length >= 16 => rest.first_chunk::<4>().map(|ip| IpAddr::from(*ip)),
            constant::AF_INET6 if length >= 24 => {
                rest.get(4..).and_then(|rest| rest.first_chunk::<16>()).map(|ip| IpAddr::from(*ip))
            }
            _ => None,
        };
        let port = u16::from_be_bytes([*port_high, *port_low]);
        // An IPv4 address, where an IPv6 socket takes those too.
        Some(ip.map_or(UNKNOWN, |ip| SocketAddr::new(ip.to_canonical(), port)))
    }
}

const UNKNOWN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);

/// A listening socket and its address. Connections that it accepts have the
/// timeouts of [`set_timeouts`]. `is_shared`: others of the same user may listen there.
pub fn listen(
    address: &SocketAddr,
    backlog: u32,
    timeout: u32,
    is_shared: bool,
) -> Result<(OwnedFd, SocketAddr), Failure> {
    let family = if address.is_ipv6() { constant::AF_INET6 } else { constant::AF_INET };
    let owned = os::socket(family).map_err(|errno| errno.of("socket"))?;
    let socket = owned.borrow();
    let set_options = || {
        // A restart must not wait for the last connections to leave TIME_WAIT.
        set_flag(socket, constant::SOL_SOCKET, constant::SO_REUSEADDR)?;
        if is_shared {
            set_flag(socket, constant::SOL_SOCKET, constant::SO_REUSEPORT)?;
        }
        if address.is_ipv6() {
            // `::` is IPv6 only, whatever the system's default is.
            set_flag(socket, constant::IPPROTO_IPV6, constant::IPV6_V6ONLY)?;
        }
        set_up(socket, true, timeout)
    };
    set_options().map_err(|errno| errno.of("setsockopt"))?;
    let (sockaddr, length) = Sockaddr::new(address);
    let sockaddr = sockaddr.bytes.get(..length).unwrap_or_default();
    calls::bind(socket, sockaddr).map_err(|errno| errno.of("bind"))?;
    calls::listen(socket, backlog).map_err(|errno| errno.of("listen"))?;
    let mut bound = Sockaddr::empty();
    let length = calls::getsockname(socket, &mut bound.bytes).map_err(|errno| errno.of("getsockname"))?;
    Ok((owned, bound.get(length).unwrap_or(UNKNOWN)))
}

/// A listening socket that somebody else has made: a descriptor that this process
/// was started with, which nothing else owns. None: it is a Unix socket.
pub fn adopt(number: u32, backlog: u32, timeout: u32) -> Result<(OwnedFd, Option<SocketAddr>), Failure> {
    let owned = OwnedFd::new(number as usize);
    let socket = owned.borrow();
    // What does not listen yet does so behind this; what cannot, says so.
    calls::listen(socket, backlog).map_err(|errno| errno.of("listen"))?;
    let address = local_address(socket);
    calls::fcntl(socket, constant::F_SETFD, constant::FD_CLOEXEC)
        .and_then(|()| calls::fcntl(socket, constant::F_SETFL, constant::O_NONBLOCK))
        .map_err(|errno| errno.of("fcntl"))?;
    // A connection inherits no timeouts from a Unix socket.
    if address.is_some() {
        set_up(socket, true, timeout).map_err(|errno| errno.of("setsockopt"))?;
    }
    Ok((owned, address))
}

/// Lets another program have a socket.
pub fn keep_on_exec(socket: Fd, is_kept: bool) -> Result<(), Errno> {
    calls::fcntl(socket, constant::F_SETFD, if is_kept { 0 } else { constant::FD_CLOEXEC })
}

/// The connection that this process was started with.
pub fn standard_input(timeout: u32) -> Result<Connection, Failure> {
    let socket = calls::fcntl_dup(Fd::STDIN, 3).map_err(|errno| errno.of("fcntl"))?;
    let mut address = Sockaddr::empty();
    let length = calls::getpeername(socket.borrow(), address.bytes_mut());
    let peer = address.get(length.map_err(|errno| errno.of("getpeername"))?);
    calls::fcntl(socket.borrow(), constant::F_SETFL, 0).map_err(|errno| errno.of("fcntl"))?;
    set_up(socket.borrow(), peer.is_some(), timeout).map_err(|errno| errno.of("setsockopt"))?;
    Ok(Connection { socket, peer })
}

/// A connection that a client opened.
pub struct Connection {
    pub socket: OwnedFd,
    /// None: it came over a Unix socket.
    pub peer: Option<SocketAddr>,
}

/// Takes the next connection: blocking, closed on exec, with the timeouts of
/// [`set_timeouts`], which must be those of its listening socket if that has any.
pub fn accept(listener: Fd, timeout: u32) -> Result<Connection, Errno> {
    os::accept(listener, timeout)
}

/// Receives what there is, at most `buffer.len()` bytes; 0 is the end.
/// EAGAIN: the receive timeout is over.
pub fn receive(socket: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    retry(|| calls::recv(socket, buffer, 0))
}

/// Receives only what is there already; EAGAIN: nothing.
pub fn receive_now(socket: Fd, buffer: &mut [u8]) -> Result<usize, Errno> {
    retry(|| calls::recv(socket, buffer, constant::MSG_DONTWAIT))
}

/// Whether the other end has said that nothing more will come, and everything
/// before that was received.
pub fn is_at_end(socket: Fd) -> bool {
    let flags = constant::MSG_DONTWAIT | constant::MSG_PEEK;
    !matches!(retry(|| calls::recv(socket, &mut [0], flags)), Ok(1) | Err(Errno::EAGAIN))
}

/// The server's address of a connection; None: a Unix socket.
pub fn local_address(socket: Fd) -> Option<SocketAddr> {
    let mut address = Sockaddr::empty();
    let length = calls::getsockname(socket, &mut address.bytes).ok()?;
    address.get(length)
}

/// Sends all of `bytes`. `more`: further bytes follow at once, so that the
/// system may wait for them before it fills a segment.
///
/// The error comes with the number of bytes that went out before it.
pub fn send_all(socket: Fd, bytes: &[u8], more: bool) -> Result<(), (Errno, usize)> {
    let flags = constant::MSG_NOSIGNAL | if more { constant::MSG_MORE } else { 0 };
    let mut sent = 0;
    while let Some(rest) = bytes.get(sent..).filter(|rest| !rest.is_empty()) {
        sent += retry(|| calls::send(socket, rest, flags)).map_err(|errno| (errno, sent))?;
    }
    Ok(())
}

/// Sends what goes out without waiting. Darwin has the flag for receiving only:
/// there it is for what fits into the buffer of a new connection.
pub fn send_now(socket: Fd, bytes: &[u8]) -> Result<usize, Errno> {
    retry(|| calls::send(socket, bytes, constant::MSG_NOSIGNAL | constant::MSG_DONTWAIT))
}

/// Sends up to `count` bytes of `file` from `offset` on; returns how many went
/// out, and the error that stopped it. None and no error: the file has no byte
/// there. EAGAIN: there was no room for the send timeout.
pub fn send_file(socket: Fd, file: Fd, offset: u64, count: u64) -> (u64, Result<(), Errno>) {
    os::send_file(socket, file, offset, count)
}

/// Says that no more will be sent, while the other direction stays open.
pub fn shutdown_write(socket: Fd) -> Result<(), Errno> {
    calls::shutdown(socket, constant::SHUT_WR)
}

/// Says that no more is wanted: a listening socket takes no connections any more.
pub fn shutdown_read(socket: Fd) -> Result<(), Errno> {
    calls::shutdown(socket, constant::SHUT_RD)
}

/// How long a receive may wait, in milliseconds; 0 would mean for ever and is
/// taken for 1.
pub fn set_receive_timeout(socket: Fd, milliseconds: u64) -> Result<(), Errno> {
    set_timeout(socket, constant::SO_RCVTIMEO, milliseconds.max(1))
}

/// What a connection needs, or inherits from its listening socket. The end of an
/// answer must not wait until the client has acknowledged what was sent before it.
fn set_up(socket: Fd, is_tcp: bool, timeout: u32) -> Result<(), Errno> {
    if is_tcp {
        set_flag(socket, constant::IPPROTO_TCP, constant::TCP_NODELAY)?;
    }
    set_timeouts(socket, timeout)
}

/// How long a receive may wait for a byte, in seconds. A send that finds no room
/// comes back after a quarter of that, so that its caller can see whether the
/// client takes anything; see [`unacknowledged`].
pub(super) fn set_timeouts(socket: Fd, seconds: u32) -> Result<(), Errno> {
    set_timeout(socket, constant::SO_RCVTIMEO, u64::from(seconds) * 1000)?;
    set_timeout(socket, constant::SO_SNDTIMEO, u64::from(seconds) * 250)
}

/// Bytes that were sent and that the other end has not acknowledged. A slow
/// client makes this smaller long before there is room for a new send: the
/// kernel gathers megabytes, and waits until a third of them is gone.
pub fn unacknowledged(socket: Fd) -> Result<u32, Errno> {
    os::unacknowledged(socket)
}

/// Lets the close of a socket drop what was not sent yet, and reset the
/// connection. The kernel would keep it for a client that takes nothing.
pub fn set_abort(socket: Fd) {
    // struct linger: on, for 0 seconds. Should it fail, the kernel gives up too,
    // only later.
    let _ = calls::setsockopt(socket, constant::SOL_SOCKET, constant::SO_LINGER, &1u64.to_le_bytes());
}

/// timeval: two 64-bit words on Linux; on Darwin the second is 32 bits and
/// padding, which is the same in little-endian order.
fn set_timeout(socket: Fd, option: u32, milliseconds: u64) -> Result<(), Errno> {
    let (seconds, micros) = (milliseconds / 1000, milliseconds % 1000 * 1000);
    let timeval = u128::from(micros) << 64 | u128::from(seconds);
    calls::setsockopt(socket, constant::SOL_SOCKET, option, &timeval.to_le_bytes())
}

fn set_flag(socket: Fd, level: u32, option: u32) -> Result<(), Errno> {
    calls::setsockopt(socket, level, option, &1u32.to_ne_bytes())
}
