//! Requests that do not wait for the answers before them (RFC 9112 9.3.2) are
//! answered in order, each as if it had been alone.

use std::thread;
use std::time::Duration;

use svcd_tests::process::{until_children, visible};
use svcd_tests::server::request;
use svcd_tests::tree::big;
use svcd_tests::{Connection, Server, Tree, each, is_tried, scale};

/// Requests of many kinds, all of which keep the connection.
const MIXED: &[&[u8]] = &[
    b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n",
    b"HEAD /bytes.bin HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /missing HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\nGET /dir/inner.txt HTTP/1.1\r\nHost: body\r\n\r\n",
    b"GET /dir HTTP/1.1\r\nHost: a\r\n\r\n",
    b"\r\nGET /bytes.bin HTTP/1.1\r\nHost: a\r\n\r\n",
    b"PUT /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGET /\r\n0\r\n\r\n",
    b"GET /bytes.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=1-9\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    b"HEAD /missing HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nIf-None-Match: *\r\n\r\n",
    b"BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /bare/ HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /empty.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    b"FETCH / HTTP/1.1\r\nHost: a\r\n\r\n",
    b"GET /hello.txt HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
];

/// What each request is answered alone, without its date.
fn alone(server: &Server, requests: &[&[u8]]) -> Vec<Vec<u8>> {
    let answer = |request: &&[u8]| {
        let answer = server.connect().exchange(request);
        answer.unwrap_or_else(|why| panic!("{}: {why}", request.escape_ascii())).undated()
    };
    requests.iter().map(answer).collect()
}

/// `Ok` if these requests, which have been sent, are answered so.
fn answers(connection: &mut Connection, requests: &[&[u8]], expected: &[Vec<u8>]) -> Result<(), String> {
    for (number, (request, expected)) in requests.iter().zip(expected).enumerate() {
        let answer = connection.next_answer(request).map_err(|why| format!("answer {number}: {why}"))?;
        if answer.undated() != *expected {
            let expected = expected[..expected.len().min(60)].escape_ascii();
            return Err(format!(
                "answer {number} is {} {:?} and not {expected}",
                answer.status, answer.fields
            ));
        }
    }
    Ok(())
}

#[test]
fn in_one_segment() {
    let server = Server::start(&[]);
    let expected = alone(&server, MIXED);
    // In both orders, so that each kind follows another one.
    let rows: Vec<(String, usize, bool)> = (0..MIXED.len())
        .flat_map(|first| {
            [false, true].map(|reverse| (format!("from {first}, reverse: {reverse}"), first, reverse))
        })
        .collect();
    each(rows.iter().map(|row| (&row.0, row)), |(_, first, reverse)| {
        let mut order: Vec<usize> = (0..MIXED.len()).collect();
        order.rotate_left(*first);
        if *reverse {
            order.reverse();
        }
        let requests: Vec<&[u8]> = order.iter().map(|number| MIXED[*number]).collect();
        let expected: Vec<Vec<u8>> = order.iter().map(|number| expected[*number].clone()).collect();
        let mut connection = server.connect();
        connection.send(&requests.concat());
        answers(&mut connection, &requests, &expected)?;
        connection.is_open()
    });
}

#[test]
fn a_client_that_half_closes_gets_all_its_answers() {
    let server = Server::start(&[]);
    let expected = alone(&server, MIXED);
    let mut connection = server.connect();
    connection.send(&MIXED.concat());
    connection.half_close();
    assert_eq!(answers(&mut connection, MIXED, &expected), Ok(()));
    assert_eq!(connection.at_end(), Ok(()));
}

#[test]
fn cut_anywhere() {
    let server = Server::start(&[]);
    let pairs: &[[&[u8]; 2]] = &[
        [MIXED[0], MIXED[2]],
        // Bodies, and the empty line that may come first.
        [MIXED[3], MIXED[5]],
        [MIXED[6], MIXED[0]],
    ];
    for (number, pair) in pairs.iter().enumerate() {
        let expected = alone(&server, pair);
        let bytes = pair.concat();
        let cuts = (0..=bytes.len()).filter(|cut| is_tried(*cut));
        each(cuts.map(|cut| (format!("pair {number}, cut at {cut}"), cut)), |cut| {
            let mut connection = server.connect();
            connection.send(&bytes[..cut]);
            if cut >= pair[0].len() {
                // What is there is answered, whatever else begins to come.
                answers(&mut connection, &pair[..1], &expected[..1])?;
                connection.send(&bytes[cut..]);
                answers(&mut connection, &pair[1..], &expected[1..])?;
            } else {
                connection.send(&bytes[cut..]);
                answers(&mut connection, pair, &expected)?;
            }
            connection.half_close();
            connection.at_end()
        });
    }
}

#[test]
fn byte_by_byte() {
    let server = Server::start(&[]);
    let expected = alone(&server, MIXED);
    let mut connection = server.connect();
    for byte in MIXED.concat() {
        connection.send(&[byte]);
    }
    assert_eq!(answers(&mut connection, MIXED, &expected), Ok(()));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn what_ends_the_connection_ends_the_answers() {
    let server = Server::start(&[]);
    let rows: &[(&str, &[u8], u16)] = &[
        ("close", b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200),
        ("HTTP/1.0", b"GET /hello.txt HTTP/1.0\r\n\r\n", 200),
        ("no Host", b"GET / HTTP/1.1\r\n\r\n", 400),
        ("a bare line feed", b"GET / HTTP/1.1\nHost: a\r\n\r\n", 400),
        ("no request at all", b"\x16\x03\x01\r\n\r\n", 400),
        ("two empty lines", b"\r\n\r\n", 400),
        ("another HTTP", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("two lengths", b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("an unknown coding", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("a bad chunk", b"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n", 400),
    ];
    let good = MIXED[0];
    let expected = alone(&server, &[good, good]);
    each(rows.iter().map(|row| (row.0, row)), |(_, last, status)| {
        let mut connection = server.connect();
        connection.send(&[good, good, last, good, good].concat());
        answers(&mut connection, &[good, good], &expected)?;
        let response = connection.next_answer(last)?;
        response.is(*status)?;
        response.has("Connection", "close")?;
        connection.at_end()
    });
}

#[test]
fn a_thousand() {
    let server = Server::start(&["-q"]);
    let expected = alone(&server, MIXED);
    let count = scale(1000).max(MIXED.len());
    let requests: Vec<&[u8]> = MIXED.iter().copied().cycle().take(count).collect();
    let expected: Vec<Vec<u8>> = expected.into_iter().cycle().take(count).collect();
    let mut connection = server.connect();
    let sending = connection.send_beside(requests.concat());
    assert_eq!(answers(&mut connection, &requests, &expected), Ok(()));
    sending.join().expect("no panic").expect("the server reads all");
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn a_large_file_before_a_small_one() {
    let server = Server::start(&[]);
    let (large, small) = (request("GET", b"/big.bin"), request("GET", b"/hello.txt"));
    for mut connection in [server.connect(), Connection::open_narrow(server.address)] {
        connection.send(&[&large[..], &small, &large, &small].concat());
        for _ in 0..2 {
            assert!(connection.next_answer(&large).expect("an answer").body == big());
            assert_eq!(
                connection.next_answer(&small).map(|response| response.text()),
                Ok("hello, world\n".into())
            );
        }
        assert_eq!(connection.is_open(), Ok(()));
    }
}

#[test]
fn a_request_that_comes_while_an_answer_is_under_way() {
    let server = Server::start(&[]);
    let large = request("GET", b"/big.bin");
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&large);
    // Full pipes: the server stands in the middle of the answer.
    thread::sleep(Duration::from_millis(50));
    connection.send(&request("HEAD", b"/big.bin"));
    assert!(connection.next_answer(&large).expect("an answer").body == big());
    assert_eq!(connection.next_answer(b"HEAD / HTTP/1.1\r\n\r\n").map(|response| response.status), Ok(200));
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn a_client_that_reads_late() {
    // More requests than answers fit into the sockets: the server waits, and
    // loses none.
    let server = Server::start(&["-q"]);
    let all = request("GET", b"/bytes.bin");
    let expected = alone(&server, &[&all]).remove(0);
    let mut connection = Connection::open_narrow(server.address);
    let count = scale(1000);
    let sending = connection.send_beside(all.repeat(count));
    thread::sleep(Duration::from_millis(100));
    for number in 0..count {
        let answer = connection.next_answer(&all).unwrap_or_else(|why| panic!("{number}: {why}"));
        assert!(answer.undated() == expected, "{number}");
    }
    sending.join().expect("no panic").expect("the server reads all");
    assert_eq!(connection.is_open(), Ok(()));
}

#[test]
fn no_answer_follows_one_that_broke_off() {
    // The client still counts the bytes of the first one: the second would be
    // taken for a part of it.
    let tree = Tree::standard();
    tree.hole("huge.bin", 256 << 20);
    let server = Server::with(tree).start();
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&[request("GET", b"/huge.bin"), request("GET", b"/hello.txt")].concat());
    connection.read(1000).expect("the beginning");
    server.tree.hole("huge.bin", 4096);
    // The rest is zeros; a reset may end it.
    while let Ok(Some(bytes)) = connection.read_for(svcd_tests::deadline()) {
        if bytes.is_empty() {
            break;
        }
        assert!(bytes.iter().all(|byte| *byte == 0), "{}", bytes.escape_ascii());
    }
    server.assert_serving();
}

#[test]
fn a_client_that_does_not_read() {
    if !visible("how long a client that does not read is kept") {
        return;
    }
    let tree = Tree::standard();
    tree.hole("huge.bin", 1 << 30);
    let server = Server::with(tree).arguments(&["--idle-timeout", "1"]).start();
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/huge.bin").repeat(100));
    connection.read(1000).expect("the beginning");
    until_children(server.id(), 0);
    server.assert_serving();
    drop(connection);
}
