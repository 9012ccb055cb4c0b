//! Stream sockets.

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
        let mut bytes = [0; Sockaddr::SIZE];
        let length = match address.ip() {
            IpAddr::V4(ip) => {
                let [f0, f1] = os::family_bytes(constant::AF_INET, 16);
                let [a, b, c, d] = ip.octets();
                bytes = [
                    f0, f1, port_high, port_low, a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    0, 0, 0, 0,
                ];
                16
            }
            IpAddr::V6(ip) => {
                let [f0, f1] = os::family_bytes(constant::AF_INET6, 28);
                let head = [f0, f1, port_high, port_low, 0, 0, 0, 0];
                for (to, from) in bytes.iter_mut().zip(head.into_iter().chain(ip.octets())) {
                    *to = from;
                }
                28
            }
        };
        (Sockaddr { bytes }, length)
    }

    /// The address in the first `length` bytes. Darwin can accept a connection
    /// whose peer is gone already and tell no address at all: 0.0.0.0 then.
    pub(super) fn get(&self, length: usize) -> SocketAddr {
        let unknown = SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0);
        let [f0, f1, port_high, port_low, rest @ ..] = &self.bytes;
        let ip = match os::family_of([*f0, *f1]) {
            constant::AF_INET if length >= 16 => rest.first_chunk::<4>().map(|ip| IpAddr::from(*ip)),
            constant::AF_INET6 if length >= 24 => {
                rest.get(4..).and_then(|rest| rest.first_chunk::<16>()).map(|ip| IpAddr::from(*ip))
            }
            _ => None,
        };
        let port = u16::from_be_bytes([*port_high, *port_low]);
        ip.map_or(unknown, |ip| SocketAddr::new(ip, port))
    }
}

/// A listening socket and its address. Connections that it accepts give up
/// reading and writing after `timeout` seconds without a byte.
pub fn listen(address: &SocketAddr, backlog: u32, timeout: u32) -> Result<(OwnedFd, SocketAddr), Failure> {
    let family = if address.is_ipv6() { constant::AF_INET6 } else { constant::AF_INET };
    let owned = os::socket(family).map_err(|errno| errno.of("socket"))?;
    let socket = owned.borrow();
    let option = |errno: Errno| errno.of("setsockopt");
    // A restart must not wait for the last connections to leave TIME_WAIT.
    set_flag(socket, constant::SOL_SOCKET, constant::SO_REUSEADDR).map_err(option)?;
    if address.is_ipv6() {
        // `::` is IPv6 only, whatever the system's default is.
        set_flag(socket, constant::IPPROTO_IPV6, constant::IPV6_V6ONLY).map_err(option)?;
    }
    set_timeouts(socket, timeout).map_err(option)?;
    os::limit_silence(socket, timeout).map_err(option)?;
    let (sockaddr, length) = Sockaddr::new(address);
    let sockaddr = sockaddr.bytes.get(..length).unwrap_or_default();
    calls::bind(socket, sockaddr).map_err(|errno| errno.of("bind"))?;
    calls::listen(socket, backlog).map_err(|errno| errno.of("listen"))?;
    let mut bound = Sockaddr::empty();
    let length = calls::getsockname(socket, &mut bound.bytes).map_err(|errno| errno.of("getsockname"))?;
    Ok((owned, bound.get(length)))
}

/// A connection that a client opened.
pub struct Connection {
    pub socket: OwnedFd,
    pub peer: SocketAddr,
}

/// Takes the next connection: blocking, closed on exec, with the timeouts of
/// the listening socket.
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
/// there. EAGAIN: the client took nothing for the send timeout.
pub fn send_file(socket: Fd, file: Fd, offset: u64, count: u64) -> (u64, Result<(), Errno>) {
    os::send_file(socket, file, offset, count)
}

/// Says that no more will be sent, while the other direction stays open.
pub fn shutdown_write(socket: Fd) -> Result<(), Errno> {
    calls::shutdown(socket, constant::SHUT_WR)
}

/// How long a receive may wait, in milliseconds; 0 would mean for ever and is
/// taken for 1.
pub fn set_receive_timeout(socket: Fd, milliseconds: u64) -> Result<(), Errno> {
    set_timeout(socket, constant::SO_RCVTIMEO, milliseconds.max(1))
}

/// How long a receive and a send may wait for a byte, in seconds.
pub(super) fn set_timeouts(socket: Fd, seconds: u32) -> Result<(), Errno> {
    for option in [constant::SO_RCVTIMEO, constant::SO_SNDTIMEO] {
        set_timeout(socket, option, u64::from(seconds) * 1000)?;
    }
    Ok(())
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
