//! --health: an address that says whether the server is well.

use svcd_tests::{Server, Tree, each};

#[test]
fn it_is_answered_to_anybody_and_not_logged() {
    let tree = Tree::standard();
    let users = tree.outside().join("users");
    std::fs::write(&users, "a:$5$saltsalt$KVmFGDrrUbyyT0VHGVrURCxSV8cB.1fDCRb4P9ZT6l4\n").expect("a file");
    let auth = format!("--auth={}", users.display());
    let server = Server::with(tree).arguments(&["--health=/healthz", "--virtual-hosts", &auth]).start();
    let mut connection = server.connect();
    let answer =
        connection.exchange(b"GET /healthz HTTP/1.1\r\nHost: 10.0.0.7:8080\r\n\r\n").expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (200, "ok\n"));
    assert_eq!(answer.need("Content-Type").as_deref(), Ok("text/plain; charset=utf-8"));
    assert_eq!(answer.need("Cache-Control").as_deref(), Ok("no-store"));
    connection
        .exchange(b"HEAD /healthz?x HTTP/1.0\r\n\r\n")
        .and_then(|answer| answer.is(200))
        .expect("an answer");
    // What follows is the first line of the log.
    server.get("/other").and_then(|answer| answer.is(401)).expect("an answer");
    assert!(server.log().lines(1)[0].contains("GET /other "), "{}", server.log().so_far());
    assert_eq!(server.log().so_far().lines().count(), 1);
}

#[test]
fn it_is_one_address_and_only_for_reading() {
    let server = Server::start(&["--health=/a/b"]);
    let rows: &[(&str, u16)] = &[
        ("GET /a/b HTTP/1.1", 200),
        ("GET http://x/a/b HTTP/1.1", 200),
        ("GET /a/b/ HTTP/1.1", 404),
        ("GET /a HTTP/1.1", 404),
        ("GET /a%2Fb HTTP/1.1", 400),
        ("GET /a/b/c HTTP/1.1", 404),
        ("PUT /a/b HTTP/1.1", 405),
        ("POST /a/b HTTP/1.1", 405),
    ];
    each(rows.iter().copied().map(|row| (row.0, row)), |(line, status)| {
        server.ask(format!("{line}\r\nHost: x\r\n\r\n").as_bytes())?.is(status)
    });
}

#[test]
fn without_the_option_there_is_none() {
    let server = Server::start(&[]);
    each(["/healthz", "/health", "/.svcd/health"].map(|path| (path, path)), |path| server.get(path)?.is(404));
}
