//! A hundred megabytes to a program and back: each byte in its place, and never
//! more of them in memory than of one.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::LazyLock;
use std::thread;

use svcd_tests::process::{until_children, visible};
use svcd_tests::scripts::{Gate, server};
use svcd_tests::tree::pseudo_random;
use svcd_tests::{Program, Server, deadline, scale, skip};

const MEGABYTE: usize = 1 << 20;

/// The `number`th part of a body: no two are the same.
fn part(number: usize) -> Vec<u8> {
    static REST: LazyLock<Vec<u8>> = LazyLock::new(|| pseudo_random(MEGABYTE - 8));
    [&(number as u64).to_be_bytes(), REST.as_slice()].concat()
}

/// How a body is framed, in both directions.
#[derive(Clone, Copy, PartialEq)]
enum Framing {
    Length,
    Chunks,
}

/// Sends a head and a body of so many parts.
fn send(stream: &TcpStream, framing: Framing, parts: usize) -> io::Result<()> {
    let mut stream = stream;
    let line = match framing {
        Framing::Length => format!("Content-Length: {}", parts * MEGABYTE),
        Framing::Chunks => "Transfer-Encoding: chunked".to_owned(),
    };
    write!(stream, "POST /cgi-bin/back HTTP/1.1\r\nHost: a\r\n{line}\r\n\r\n")?;
    for number in 0..parts {
        let part = part(number);
        if framing == Framing::Length {
            stream.write_all(&part)?;
            continue;
        }
        // As no buffer is long.
        for chunk in part.chunks(50_001) {
            write!(stream, "{:x}\r\n", chunk.len())?;
            stream.write_all(chunk)?;
            stream.write_all(b"\r\n")?;
        }
    }
    if framing == Framing::Chunks { stream.write_all(b"0\r\n\r\n") } else { Ok(()) }
}

/// The answer, and the content in it that was not read yet.
struct Answer {
    from: BufReader<TcpStream>,
    framing: Framing,
    /// Bytes of content until the end, or until that of the chunk.
    left: usize,
}

impl Answer {
    /// Reads the head.
    fn of(stream: TcpStream) -> Result<Answer, String> {
        let mut answer = Answer { from: BufReader::new(stream), framing: Framing::Length, left: 0 };
        let line = answer.line()?;
        if line != "HTTP/1.1 200 OK" {
            return Err(line);
        }
        loop {
            match answer.line()?.as_str() {
                "" => return Ok(answer),
                "Transfer-Encoding: chunked" => answer.framing = Framing::Chunks,
                line => {
                    let length = line.strip_prefix("Content-Length: ").map(str::parse);
                    answer.left = length.transpose().map_err(|_| line)?.unwrap_or(answer.left);
                }
            }
        }
    }

    fn line(&mut self) -> Result<String, String> {
        let mut line = String::new();
        self.from.read_line(&mut line).map_err(|error| error.to_string())?;
        line.strip_suffix("\r\n").map(str::to_owned).ok_or(format!("no line: {line:?}"))
    }

    /// Fills `bytes` with what comes next.
    fn read(&mut self, mut bytes: &mut [u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            if self.left == 0 {
                self.begin_chunk()?;
            }
            let (now, rest) = bytes.split_at_mut(self.left.min(bytes.len()));
            self.from.read_exact(now).map_err(|error| error.to_string())?;
            self.left -= now.len();
            if self.framing == Framing::Chunks && self.left == 0 {
                self.line()?;
            }
            bytes = rest;
        }
        Ok(())
    }

    fn begin_chunk(&mut self) -> Result<(), String> {
        let line = if self.framing == Framing::Chunks { self.line()? } else { "0".to_owned() };
        self.left = usize::from_str_radix(&line, 16).map_err(|_| line)?;
        if self.left == 0 { Err("the end".to_owned()) } else { Ok(()) }
    }

    /// `Ok` if that was all.
    fn end(mut self) -> Result<(), String> {
        let ended = self.begin_chunk();
        if self.left > 0 || ended != Err("the end".to_owned()) {
            return Err(format!("{} more bytes, {ended:?}", self.left));
        }
        if self.framing == Framing::Chunks { self.line().map(drop) } else { Ok(()) }
    }
}

/// The most that a process has had in memory, in kilobytes.
fn peak(id: u32) -> usize {
    let name = format!("/proc/{id}/status");
    let text = fs::read_to_string(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("VmHWM");
    line.trim().trim_end_matches(" kB").parse().expect("kilobytes")
}

/// Sends so many parts, and takes all of them back; looks at the server meanwhile,
/// when nothing is under way any more.
fn there_and_back<T>(
    server: &Server,
    gate: &mut Gate,
    framing: Framing,
    parts: usize,
    look: impl FnOnce() -> T,
) -> Result<T, String> {
    let stream = TcpStream::connect(server.address).map_err(|error| error.to_string())?;
    stream.set_read_timeout(Some(deadline())).expect("a timeout");
    stream.set_write_timeout(Some(deadline())).expect("a timeout");
    let sender = stream.try_clone().expect("a second descriptor");
    let sending = thread::spawn(move || send(&sender, framing, parts));
    let mut answer = Answer::of(stream)?;
    if answer.framing != framing {
        return Err("framed otherwise than the request".to_owned());
    }
    let mut room = vec![0; MEGABYTE];
    for number in 0..parts {
        answer.read(&mut room).map_err(|why| format!("{why} in megabyte {number}"))?;
        if room != part(number) {
            return Err(format!("other bytes in megabyte {number}"));
        }
    }
    sending.join().expect("a sender").map_err(|error| format!("while sending: {error}"))?;
    let seen = look();
    gate.open(1);
    answer.end().map(|()| seen)
}

#[test]
fn a_hundred_megabytes_there_and_back_in_constant_memory() {
    const WHAT: &str = "memory of a connection";
    // The process of the connection stays as long as the program waits.
    let text = "printf 'Content-Type: application/octet-stream\\n'\n\
        test -z \"$CONTENT_LENGTH\" || printf 'Content-Length: %s\\n' $CONTENT_LENGTH\n\
        echo\ncat\nread x <gate\n";
    let server = server(&[("back", text)], &[]);
    let mut gate = Gate::new(&server.tree, "cgi-bin/gate");
    let is_emulated = Program::chosen().is_emulated();
    if is_emulated {
        skip(WHAT, "it would be the emulator's");
    }
    let can_see = !is_emulated && visible(WHAT);
    for (name, framing) in [("a length", Framing::Length), ("chunks", Framing::Chunks)] {
        let mut peak_of = |parts: usize| {
            // That of the connection before must not be taken for this one's.
            if can_see {
                until_children(server.id(), 0);
            }
            let look = || if can_see { peak(until_children(server.id(), 1)[0].id) } else { 0 };
            there_and_back(&server, &mut gate, framing, parts, look)
                .unwrap_or_else(|why| panic!("{name}, {parts} MB: {why}"))
        };
        // One megabyte is more than what is read of chunks before a program starts.
        let (little, much) = (peak_of(1), peak_of(scale(100)));
        // Kernels count some dozens of pages later than they are touched.
        assert!(much <= little + 256, "{name}: {much} kB, and {little} kB for a megabyte");
        assert!(much <= 2048, "{name}: {much} kB");
    }
    server.assert_serving();
}
