//! Bytes that mean nothing, or almost something: always the same ones, from a
//! fixed seed, so that what fails once fails again.

use svcd_tests::response::{self, Asked};
use svcd_tests::tree::Random;
use svcd_tests::{Server, scale};

const VALID: &[u8] = b"GET /dir/../hello.txt?a=%20b HTTP/1.1\r\nHost: example.org:8080\r\n\
    Accept: */*\r\nContent-Length: 0\r\nUser-Agent: probe/1.0\r\n\r\n";

/// Pieces that parsers are known to trip over.
const PIECES: &[&[u8]] = &[
    b"\r\n",
    b"\n",
    b"\r",
    b"\0",
    b" ",
    b"\t",
    b":",
    b"%",
    b"%00",
    b"/../",
    b"//",
    b"?",
    b"#",
    b"HTTP/1.1",
    b"\r\n\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Content-Length: 18446744073709551616\r\n",
    b"\xff\xff",
];

fn noise(random: &mut Random) -> Vec<u8> {
    let length = random.below(2000);
    (0..length).map(|_| random.next() as u8).collect()
}

fn mutated(random: &mut Random) -> Vec<u8> {
    mutate(VALID.to_vec(), random)
}

fn mutate(mut bytes: Vec<u8>, random: &mut Random) -> Vec<u8> {
    for _ in 0..=random.below(4) {
        let at = random.below(bytes.len());
        match random.below(5) {
            0 => bytes[at] = random.next() as u8,
            1 => bytes[at] ^= 1 << random.below(8),
            2 => drop(bytes.remove(at)),
            3 => {
                let piece = PIECES[random.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            _ => {
                let end = (at + random.below(20)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
        }
    }
    bytes
}

/// Several valid requests behind each other, and then changed as one.
fn mutated_stream(random: &mut Random) -> Vec<u8> {
    const REQUESTS: &[&[u8]] = &[
        VALID,
        b"GET /missing HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20\r\n\r\nGET /x HTTP/1.1\r\n\r\n\r",
        b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nGET /\r\n0\r\nX: y\r\n\r\n",
        b"GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"\r\nOPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    ];
    let mut bytes = Vec::new();
    for _ in 0..STREAM {
        bytes.extend(REQUESTS[random.below(REQUESTS.len())]);
    }
    mutate(bytes, random)
}

/// Requests in one stream.
const STREAM: usize = 4;

/// Sends each, and checks that the answers are whole ones; returns how many
/// there were of each class of status, with those that got none in the first
/// place.
fn send(count: usize, seed: u64, make: fn(&mut Random) -> Vec<u8>) -> [usize; 6] {
    let server = Server::start(&["-q"]);
    let mut random = Random::new(seed);
    let mut classes = [0; 6];
    for number in 0..count {
        let bytes = make(&mut random);
        let mut connection = server.connect();
        let _ = connection.try_send(&bytes);
        connection.half_close();
        let shown = || format!("connection {number}, sent {:?}", bytes.escape_ascii().to_string());
        let all = connection.read_to_end().unwrap_or_else(|why| panic!("{why}: {}", shown()));
        let mut rest = &all[..];
        let mut closed = false;
        if rest.is_empty() {
            classes[0] += 1;
        }
        while !rest.is_empty() {
            assert!(!closed, "bytes behind an answer that closes: {}", shown());
            let answer = response::take(rest, Asked::anything(), true);
            let answer = answer.unwrap_or_else(|why| panic!("{why}: {}", shown())).expect("ended");
            assert_ne!(answer.status, 500, "{}", shown());
            classes[usize::from(answer.status / 100)] += 1;
            closed = !answer.is_kept();
            rest = &rest[answer.raw.len()..];
        }
    }
    server.assert_serving();
    classes
}

#[test]
fn noise_is_refused() {
    let classes = send(scale(300), 1, noise);
    assert_eq!((classes[1], classes[2], classes[3]), (0, 0, 0), "noise was served: {classes:?}");
}

#[test]
fn almost_requests_are_answered_or_closed() {
    let count = scale(1500);
    let classes = send(count, 2, mutated);
    // Most changes hit something that matters; if none did, the table above did nothing.
    assert!(classes[4] > 0 && classes[1] == 0, "{classes:?}");
}

#[test]
fn almost_streams_of_requests_are_answered_or_closed() {
    let count = scale(1500);
    let classes = send(count, 3, mutated_stream);
    assert!(classes[2] > count / 4 && classes[4] > 0 && classes[1] == 0, "{classes:?}");
    assert!(classes.iter().sum::<usize>() <= count * (STREAM + 4), "more answers than requests: {classes:?}");
}
