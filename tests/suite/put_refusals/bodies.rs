//! Bodies that do not come as they were announced.

use svcd_tests::asking::status;
use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::{self, head, put, put_chunks, refused};
use svcd_tests::{Snapshot, chunked, each, scale};

use super::{TARGETS, server};

#[test]
fn cut_by_the_end_of_the_connection() {
    let server = writing::server(&[]);
    let before = Snapshot::of(server.tree.base());
    let short = b"3;e\r\nabc\r\n3\r\ndef\r\n0\r\nX: y\r\n\r\n";
    let long = pseudo_random(200_000);
    let rows = [
        ("a length", put("/hello.txt", b"abcdef", &[]), 1),
        ("chunks", put_chunks("/new.txt", short, &[]), 1),
        ("a long one", put("/new.txt", &long, &[]), 40_000),
        ("many chunks", put_chunks("/hello.txt", &chunked::encode(&long, 3000), &[]), 40_000),
    ];
    for (name, whole, step) in rows {
        let body = whole.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        let cuts = (body..whole.len()).step_by(step).chain([whole.len() - 1]);
        each(cuts.map(|cut| (format!("{name}, cut at {cut}"), cut)), |cut| {
            let mut connection = server.connect();
            connection.send(&whole[..cut]);
            connection.half_close();
            let answer = connection.next_answer(&whole)?;
            status(&answer, &[400])?;
            answer.has("Connection", "close")?;
            connection.at_end()?;
            before.is_kept()
        });
    }
}

#[test]
fn left_in_the_middle() {
    let server = writing::server(&[]);
    let before = Snapshot::of(server.tree.base());
    let content = pseudo_random(100_000);
    for (number, target) in TARGETS.iter().cycle().take(scale(30).max(3)).enumerate() {
        let whole = put(target, &content, &[]);
        let mut connection = server.connect();
        connection.send(&whole[..whole.len() - 1 - number * 3000]);
        match number % 2 {
            0 => connection.reset(),
            _ => drop(connection),
        }
    }
    assert_eq!(before.is_kept(), Ok(()));
    server.assert_serving();
}

#[test]
fn malformed_chunks() {
    let server = server();
    let extension = format!("3;{}\r\nabc\r\n0\r\n\r\n", "x".repeat(10_000));
    let trailer = format!("3\r\nabc\r\n0\r\nX: {}\r\n\r\n", "y".repeat(10_000));
    let rows: &[(&str, &[u8])] = &[
        ("no hex digit", b"x\r\nabc\r\n0\r\n\r\n"),
        ("no size", b"\r\nabc\r\n0\r\n\r\n"),
        ("a minus", b"-3\r\nabc\r\n0\r\n\r\n"),
        ("0x", b"0x3\r\nabc\r\n0\r\n\r\n"),
        ("a bare line feed", b"3\nabc\n0\n\n"),
        ("longer than its size", b"3\r\nabcd\r\n0\r\n\r\n"),
        ("shorter than its size", b"4\r\nabc\r\n0\r\n\r\n"),
        ("a good one before", b"3\r\nabc\r\nzz\r\n0\r\n\r\n"),
        ("a last one that is none", b"3\r\nabc\r\n0x\r\n\r\n"),
        ("beyond 64 bits", b"10000000000000003\r\nabc\r\n0\r\n\r\n"),
        ("an open quote", b"3;a=\"b\r\nabc\r\n0\r\n\r\n"),
        ("a long extension", extension.as_bytes()),
        ("a trailer that is no field", b"3\r\nabc\r\n0\r\nX y\r\n\r\n"),
        ("a long trailer", trailer.as_bytes()),
    ];
    for target in TARGETS {
        each(rows.iter().map(|row| (format!("{target}, {}", row.0), row.1)), |chunks| {
            let answer = refused(&server, &put_chunks(target, chunks, &[]), &[400, 413])?;
            answer.has("Connection", "close")
        });
    }
}

#[test]
fn a_chunk_that_is_said_to_be_too_large() {
    // It says more than is allowed, and sends little of it: nobody has to wait.
    let server = server();
    let before = Snapshot::of(server.tree.base());
    for size in ["3e9", "10000", "7fffffffffffffff"] {
        let request = [
            head("PUT", "/hello.txt", &["Transfer-Encoding: chunked"]),
            format!("{size}\r\nabc").into_bytes(),
        ]
        .concat();
        let mut connection = server.connect();
        connection.send(&request);
        connection.half_close();
        let answer = connection.next_answer(&request).expect(size);
        assert!([400, 413].contains(&answer.status), "{size}: {}", answer.status);
        assert_eq!(connection.at_end(), Ok(()), "{size}");
    }
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn content_beyond_its_length_is_the_next_request() {
    let server = writing::server(&[]);
    let mut connection = server.connect();
    let request = [&head("PUT", "/three", &["Content-Length: 3"])[..], b"abcdef"].concat();
    connection.send(&request);
    connection.half_close();
    assert_eq!(connection.next_answer(&request).map(|answer| answer.status), Ok(201));
    assert_eq!(server.get("/three").map(|answer| answer.text()), Ok("abc".to_owned()));
    let next = connection.next_answer(b"def").expect("an answer to what is no request");
    assert_eq!((next.status, next.is_kept()), (400, false));
    assert_eq!(connection.at_end(), Ok(()));
}
