//! `--virtual-hosts`: each host has its folder below DOCROOT, and no other.

use svcd_tests::asking::{asking, both, status};
use svcd_tests::{Server, Tree, each};

fn tree() -> Tree {
    let tree = Tree::standard();
    for host in ["one.example", "two.example", "localhost", "127.0.0.1", "xn--nxasmq6b", "a_b"] {
        tree.file(format!("{host}/index.html"), host.as_bytes());
        tree.file(format!("{host}/sub/index.html"), host.as_bytes());
        tree.file(format!("{host}/only-{host}.txt"), host.as_bytes());
    }
    tree.file(".hidden.example/index.html", b"hidden");
    tree.file("UPPER.example/index.html", b"no host has this name");
    tree.link("link.example", "one.example");
    tree.link("outside.example", "../outside");
    tree.file("file.example", b"no folder");
    tree.folder("bare.example");
    tree
}

fn server() -> Server {
    Server::with(tree()).arguments(&["--virtual-hosts"]).start()
}

#[test]
fn each_host_has_its_folder() {
    const ROWS: &[(&str, &str, &str)] = &[
        ("/", "Host: one.example", "one.example"),
        ("/", "Host: two.example", "two.example"),
        ("/sub/", "Host: two.example", "two.example"),
        ("/", "Host: one.example:8080", "one.example"),
        ("/", "Host: one.example:", "one.example"),
        ("/", "Host: one.example.", "one.example"),
        ("/", "Host: one.example.:80", "one.example"),
        ("/", "Host: ONE.Example", "one.example"),
        ("/", "host:\tone.example ", "one.example"),
        ("/", "Host: 127.0.0.1:80", "127.0.0.1"),
        ("/", "Host: localhost", "localhost"),
        ("/", "Host: xn--nxasmq6b", "xn--nxasmq6b"),
        ("/", "Host: a_b", "a_b"),
        ("http://two.example/", "Host: one.example", "two.example"),
        ("http://two.example", "Host: one.example", "two.example"),
        ("HTTP://Two.EXAMPLE:80/sub/", "Host: one.example", "two.example"),
        ("/sub/../", "Host: one.example", "one.example"),
        ("/../two.example/../", "Host: one.example", "one.example"),
    ];
    let server = server();
    each(ROWS.iter().map(|row| (format!("{} {}", row.0, row.1), row)), |(target, line, right)| {
        let answer = both(&server, target, &[line])?;
        status(&answer, &[200])?;
        if answer.text() == *right { Ok(()) } else { Err(format!("got {:?}", answer.text())) }
    });
}

#[test]
fn no_host_sees_what_is_of_another() {
    const ROWS: &[(&str, &str)] = &[
        ("/only-two.example.txt", "one.example"),
        ("/two.example/", "one.example"),
        ("/../two.example/index.html", "one.example"),
        ("/%2e%2e/two.example/index.html", "one.example"),
        ("/../hello.txt", "one.example"),
        ("/hello.txt", "one.example"),
        ("/one.example/", "one.example"),
    ];
    let server = server();
    each(ROWS.iter().map(|row| (format!("{} of {}", row.0, row.1), row)), |(target, host)| {
        status(&both(&server, target, &[&format!("Host: {host}")])?, &[404])
    });
}

#[test]
fn an_unknown_host_is_not_found() {
    const ROWS: &[(&str, &[u16])] = &[
        ("three.example", &[404]),
        ("one.example.evil", &[404]),
        ("..one.example.", &[400, 404]),
        ("one..example", &[400, 404]),
        ("evil.one.example", &[404]),
        ("one", &[404]),
        ("UPPER.example", &[404]),
        ("[::1]", &[404]),
        ("[::1]:8080", &[404]),
        ("one.example%00", &[400, 404]),
        ("%6fne.example", &[400, 404]),
        ("file.example", &[404]),
        ("link.example", &[403, 404]),
        ("outside.example", &[403, 404]),
        // A name of nothing but dots, or with a dot in front, is no host.
        (".", &[400, 404]),
        ("..", &[400, 404]),
        ("...", &[400, 404]),
        ("..:80", &[400, 404]),
        (".hidden.example", &[400, 404]),
        ("..one.example", &[400, 404]),
        (".git", &[400, 404]),
        ("..%2foutside", &[400, 404]),
        ("../outside", &[400]),
        ("/", &[400]),
        ("one.example/sub", &[400]),
        ("one.example/..", &[400]),
        ("one.example\\sub", &[400]),
        ("one.example\\..\\..", &[400]),
        ("one.example:x", &[400]),
        ("one.example:80:80", &[400]),
        ("user@one.example", &[400]),
        ("one.example, two.example", &[400]),
        ("one.example two.example", &[400]),
        ("", &[400]),
        (":80", &[400]),
        ("[::1", &[400]),
        ("[::1]/../../../", &[400]),
        ("[::1].", &[400]),
        ("x[::1]", &[400]),
    ];
    let server = server();
    each(ROWS.iter().map(|row| (format!("Host: {}", row.0), row)), |(host, right)| {
        // What is asked for stands in the folder beside DOCROOT and in DOCROOT.
        for target in ["/secret.txt", "/hello.txt", "/", "/index.html", "/config"] {
            let answer = server.ask(&asking("GET", target, &[&format!("Host: {host}")]))?;
            status(&answer, right).map_err(|why| format!("{target}: {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn a_long_host_is_not_found() {
    let server = server();
    for length in [64, 255, 256, 4000] {
        let line = format!("Host: {}", "h".repeat(length));
        let answer = server.ask(&asking("GET", "/", &[&line])).expect("an answer");
        assert!([400, 404].contains(&answer.status), "{length} bytes: {}", answer.status);
    }
}

#[test]
fn of_old_clients() {
    let server = server();
    let rows: [(&[u8], u16); 3] = [
        (b"GET / HTTP/1.0\r\n\r\n", 404),
        (b"GET / HTTP/1.0\r\nHost: one.example\r\n\r\n", 200),
        (b"GET http://one.example/ HTTP/1.0\r\n\r\n", 200),
    ];
    each(rows.map(|row| (String::from_utf8_lossy(row.0).into_owned(), row)), |(request, right)| {
        status(&server.ask(request)?, &[right])
    });
}

#[test]
fn redirects_and_listings_of_a_host() {
    let server = server();
    let redirect = both(&server, "/sub?q", &["Host: one.example"]).expect("an answer");
    assert_eq!(redirect.status, 301);
    assert_eq!(redirect.has("Location", "/sub/?q"), Ok(()), "without the folder of the host");
    let listing = both(&server, "/", &["Host: bare.example"]).expect("an answer");
    assert_eq!(listing.status, 200);
    assert!(!listing.text().contains("one.example"), "{}", listing.text());
}

#[test]
fn without_the_option_a_host_is_not_looked_at() {
    let server = Server::with(tree()).start();
    for host in ["one.example", "three.example", "localhost", "."] {
        let answer =
            server.ask(&asking("GET", "/hello.txt", &[&format!("Host: {host}")])).expect("an answer");
        assert_eq!(answer.text(), "hello, world\n", "{host}");
    }
}

#[test]
fn the_server_as_a_whole_is_asked_whatever_the_host() {
    let server = server();
    for host in ["one.example", "nobody.example"] {
        let lines = format!("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n");
        let answer = server.ask(lines.as_bytes()).expect("an answer");
        assert_eq!(answer.status, 204, "{host}");
        let answer = server.ask(&asking("OPTIONS", "/", &[&format!("Host: {host}")])).expect("an answer");
        assert_eq!(answer.status, if host == "one.example" { 204 } else { 404 }, "{host}");
    }
}
