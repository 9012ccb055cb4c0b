//! One client that asks one request after the other, for what wrk and ab cannot: it
//! counts, and it knows when the server is done.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::answer::field;

pub struct Client {
    stream: TcpStream,
    room: Vec<u8>,
}

impl Client {
    pub fn open(address: SocketAddr) -> Result<Client, String> {
        Client::patient(address, Duration::from_secs(30))
    }

    /// One that waits for so long where nothing comes.
    pub fn patient(address: SocketAddr, time: Duration) -> Result<Client, String> {
        let stream = TcpStream::connect(address).map_err(|error| format!("connect: {error}"))?;
        stream
            .set_read_timeout(Some(time))
            .and_then(|()| stream.set_nodelay(true))
            .map_err(|error| error.to_string())?;
        Ok(Client { stream, room: vec![0; 256 * 1024] })
    }

    /// Sends a request and reads its answer, which must be one of success. Returns how
    /// many bytes came.
    pub fn ask(&mut self, request: &[u8]) -> Result<u64, String> {
        self.stream.write_all(request).map_err(|error| format!("send: {error}"))?;
        let mut head = Vec::new();
        let length = loop {
            let count = self.receive()?;
            let received = self.room.get(..count).unwrap_or_default();
            head.extend_from_slice(received);
            if let Some(length) = length(&head)? {
                break length;
            }
            if count == 0 {
                return Err(format!("closed after {} bytes", head.len()));
            }
        };
        let mut total = head.len() as u64;
        match length {
            Length::Known(length) => {
                while total < length {
                    match self.receive()? {
                        0 => return Err(format!("closed after {total} of {length} bytes")),
                        count => total += count as u64,
                    }
                }
            }
            Length::Chunks => {
                // Nothing follows behind the last chunk, and no other chunk ends like it.
                let mut tail = head;
                while !tail.ends_with(LAST_CHUNK) {
                    let count = self.receive()?;
                    if count == 0 {
                        return Err(format!("closed within chunks, after {total} bytes"));
                    }
                    total += count as u64;
                    let received = self.room.get(..count).unwrap_or_default();
                    tail.drain(..tail.len().saturating_sub(LAST_CHUNK.len()));
                    tail.extend_from_slice(received);
                }
            }
            Length::Close => loop {
                match self.receive()? {
                    0 => break,
                    count => total += count as u64,
                }
            },
        }
        Ok(total)
    }

    fn receive(&mut self) -> Result<usize, String> {
        self.stream.read(&mut self.room).map_err(|error| format!("receive: {error}"))
    }
}

const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

#[derive(Debug, PartialEq, Eq)]
enum Length {
    /// Bytes of head and content.
    Known(u64),
    Chunks,
    /// The connection ends with it.
    Close,
}

/// None: more of the head must come.
fn length(bytes: &[u8]) -> Result<Option<Length>, String> {
    let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n").map(|at| at + 4) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default());
    if !["2", "3"].iter().any(|class| head.split(' ').nth(1).is_some_and(|status| status.starts_with(class)))
    {
        return Err(format!("it answered {:?}", head.lines().next().unwrap_or_default()));
    }
    if head.split(' ').nth(1) == Some("304") {
        return Ok(Some(Length::Known(end as u64)));
    }
    Ok(Some(match (field(&head, "Transfer-Encoding"), field(&head, "Content-Length")) {
        (Some(_), _) => Length::Chunks,
        (None, Some(length)) => {
            let length: u64 = length.parse().map_err(|_| format!("length {length}"))?;
            Length::Known(end as u64 + length)
        }
        (None, None) => Length::Close,
    }))
}

#[cfg(test)]
mod tests {
    use super::{Client, Length, length};
    use std::io::Write;
    use std::net::TcpListener;
    use std::thread;

    #[test]
    fn a_head_tells_where_its_answer_ends() {
        let rows = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", None),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab", Some(Length::Known(43))),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", Some(Length::Known(48))),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", Some(Length::Chunks)),
            ("HTTP/1.1 200 OK\r\n\r\n", Some(Length::Close)),
        ];
        for (bytes, expected) in rows {
            assert_eq!(length(bytes.as_bytes()), Ok(expected), "{bytes:?}");
        }
        assert!(length(b"HTTP/1.1 404 Not Found\r\n\r\n").is_err());
    }

    #[test]
    fn chunks_are_read_to_the_last_one_though_it_comes_in_parts() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            for part in
                ["HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r", "\n0\r\n", "\r", "\n"]
            {
                stream.write_all(part.as_bytes()).unwrap();
                stream.flush().unwrap();
                thread::yield_now();
            }
            stream
        });
        let mut client = Client::open(address).unwrap();
        assert_eq!(client.ask(b"GET / HTTP/1.1\r\n\r\n"), Ok(58));
        drop(server.join().unwrap());
    }
}
