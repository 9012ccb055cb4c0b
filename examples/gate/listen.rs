//! Step 8: a socket that connections come to, for steps 8 to 10.

use super::abi::{BIND, GETSOCKNAME, LISTEN, SETSOCKOPT, SOCKET};
use super::calls::{Fd, write_all};
use super::{Errno, call, system};
use svcd::text::{Buffer, decimal};

const AF_INET: u8 = 2;
const SOCK_STREAM: usize = 1;

/// struct sockaddr_in: family, port and address in the network's order, and 8 zeros.
fn loopback(port: u16) -> [u8; 16] {
    let ([a, b], [high, low]) = (system::family(AF_INET), port.to_be_bytes());
    [a, b, high, low, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]
}

/// Listens on 127.0.0.1 and says so; for port 0 the kernel chooses one.
pub fn listen(port: u16) -> Result<Fd, Errno> {
    let (mut address, one) = (loopback(port), 1u32);
    let mut length = address.len() as u32;
    let at = &raw mut address as usize;
    // SAFETY: the kernel reads 16 bytes of `address` for bind and writes at most so many
    // for getsockname, which also writes the length; the option is one int.
    unsafe {
        let socket = call(SOCKET, [AF_INET as usize, SOCK_STREAM, 0])?;
        let option = [system::SOL_SOCKET, system::SO_REUSEADDR, &raw const one as usize, 4];
        call(SETSOCKOPT, [socket, option[0], option[1], option[2], option[3]])?;
        call(BIND, [socket, at, 16])?;
        call(LISTEN, [socket, 128])?;
        call(GETSOCKNAME, [socket, at, &raw mut length as usize])?;
        let mut room = [0; 64];
        let mut line = Buffer::new(&mut room);
        line.push(b"listening on 127.0.0.1:");
        decimal::push(&mut line, u16::from_be_bytes([address[2], address[3]]).into());
        line.push(b"\n");
        write_all(2, line.bytes())?;
        Ok(socket as Fd)
    }
}
