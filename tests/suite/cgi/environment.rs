//! The variables of a program (RFC 3875 4.1), and that there are no others.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use svcd_tests::scripts::{ENV, have, script, server, tree, variables, variables_of};
use svcd_tests::server::request;
use svcd_tests::{Server, Tree, each, response, skip, unix};

/// Asks with these bytes.
fn ask(server: &Server, request: &str) -> Result<BTreeMap<String, String>, String> {
    variables(&server.ask(request.as_bytes())?)
}

#[test]
fn all_of_them() {
    let server = server(&[("env", ENV)], &[]);
    let mut stream = TcpStream::connect(server.address).expect("connect");
    let own = stream.local_addr().expect("an address").port().to_string();
    let text = "GET /cgi-bin/env/a%20b?c=%64&e HTTP/1.1\r\nHost: svcd.test\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    stream.write_all(text.as_bytes()).expect("send");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("receive");
    let found = response::only(&bytes, false).and_then(|answer| variables(&answer)).expect("an environment");
    let root = server.tree.root().display().to_string();
    let (file, translated) = (format!("{root}/cgi-bin/env"), format!("{root}/a b"));
    let port = server.address.port().to_string();
    let expected: BTreeMap<&str, &str> = [
        ("DOCUMENT_ROOT", root.as_str()),
        ("GATEWAY_INTERFACE", "CGI/1.1"),
        ("HTTP_ACCEPT", "*/*"),
        ("HTTP_HOST", "svcd.test"),
        ("PATH", "/usr/local/bin:/usr/bin:/bin"),
        ("PATH_INFO", "/a b"),
        ("PATH_TRANSLATED", &translated),
        ("QUERY_STRING", "c=%64&e"),
        ("REDIRECT_STATUS", "200"),
        ("REMOTE_ADDR", "127.0.0.1"),
        ("REMOTE_HOST", "127.0.0.1"),
        ("REMOTE_PORT", &own),
        ("REQUEST_METHOD", "GET"),
        ("REQUEST_URI", "/cgi-bin/env/a%20b?c=%64&e"),
        ("SCRIPT_FILENAME", &file),
        ("SCRIPT_NAME", "/cgi-bin/env"),
        ("SERVER_ADDR", "127.0.0.1"),
        ("SERVER_NAME", "svcd.test"),
        ("SERVER_PORT", &port),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("SERVER_SOFTWARE", "svcd/0.1.0"),
    ]
    .into();
    let found: BTreeMap<&str, &str> = found.iter().map(|(name, value)| (&**name, &**value)).collect();
    assert_eq!(found, expected);
}

#[test]
fn by_the_request() {
    const LONG: &str = "GET /cgi-bin/env HTTP/1.1\r\nHost: svcd.test\r\n";
    type Row<'a> = (&'a str, &'a str, &'a [(&'a str, Option<&'a str>)]);
    let rows: [Row; 15] = [
        ("no query", LONG, &[("QUERY_STRING", Some("")), ("REQUEST_URI", Some("/cgi-bin/env"))]),
        (
            "an empty query",
            "GET /cgi-bin/env? HTTP/1.1\r\nHost: a\r\n",
            &[("QUERY_STRING", Some("")), ("REQUEST_URI", Some("/cgi-bin/env?"))],
        ),
        (
            "a query that is not decoded",
            "GET /cgi-bin/env?a%20b+c?d/../&%zz HTTP/1.1\r\nHost: a\r\n",
            &[("QUERY_STRING", Some("a%20b+c?d/../&%zz"))],
        ),
        (
            "a path that is not decoded",
            "GET //cgi-bin/x/../%65nv/%41?q HTTP/1.1\r\nHost: a\r\n",
            &[("REQUEST_URI", Some("//cgi-bin/x/../%65nv/%41?q")), ("SCRIPT_NAME", Some("/cgi-bin/env"))],
        ),
        (
            "absolute-form",
            "GET http://other.test:99/cgi-bin/env?q HTTP/1.1\r\nHost: svcd.test\r\n",
            &[("REQUEST_URI", Some("/cgi-bin/env?q")), ("SERVER_NAME", Some("other.test"))],
        ),
        (
            "a host with a port",
            "GET /cgi-bin/env HTTP/1.1\r\nHost: svcd.test:99\r\n",
            &[("SERVER_NAME", Some("svcd.test")), ("HTTP_HOST", Some("svcd.test:99"))],
        ),
        (
            "a host of IPv6",
            "GET /cgi-bin/env HTTP/1.1\r\nHost: [::1]:80\r\n",
            &[("SERVER_NAME", Some("[::1]"))],
        ),
        (
            "HTTP/1.0",
            "GET /cgi-bin/env HTTP/1.0\r\n",
            &[("SERVER_PROTOCOL", Some("HTTP/1.0")), ("SERVER_NAME", Some("127.0.0.1")), ("HTTP_HOST", None)],
        ),
        (
            "HTTP/1.0 with a host",
            "GET /cgi-bin/env HTTP/1.0\r\nHost: old.test\r\n",
            &[("SERVER_PROTOCOL", Some("HTTP/1.0")), ("SERVER_NAME", Some("old.test"))],
        ),
        ("POST", "POST /cgi-bin/env HTTP/1.1\r\nHost: a\r\n", &[("REQUEST_METHOD", Some("POST"))]),
        (
            "PROPFIND",
            "PROPFIND /cgi-bin/env HTTP/1.1\r\nHost: a\r\n",
            &[("REQUEST_METHOD", Some("PROPFIND"))],
        ),
        ("no body", LONG, &[("CONTENT_LENGTH", None), ("CONTENT_TYPE", None)]),
        (
            "a type alone",
            "GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\nContent-Type: a/b; c=\"d\"\r\n",
            &[("CONTENT_TYPE", Some("a/b; c=\"d\"")), ("HTTP_CONTENT_TYPE", None)],
        ),
        (
            "who is not checked",
            "GET /cgi-bin/env HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YW5uOng=\r\nRemote-User: ann\r\n",
            &[("AUTH_TYPE", None), ("REMOTE_USER", None), ("HTTP_AUTHORIZATION", None)],
        ),
        ("no TLS", LONG, &[("HTTPS", None), ("REMOTE_IDENT", None)]),
    ];
    let server = server(&[("env", ENV)], &[]);
    let port = server.address.port().to_string();
    each(rows.map(|row| (row.0, row)), |(_, head, expected)| {
        let found = ask(&server, &format!("{head}\r\n"))?;
        have(&found, expected)?;
        have(&found, &[("SERVER_PORT", Some(&port)), ("REMOTE_ADDR", Some("127.0.0.1"))])
    });
}

#[test]
fn the_length_of_a_body() {
    let server = server(&[("env", ENV)], &[]);
    let rows = [("3", "abc", Some("3")), ("007", "abcdefg", Some("7"))];
    each(rows.map(|row| (row.0, row)), |(length, body, said)| {
        let text = format!("POST /cgi-bin/env HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{body}");
        let found = ask(&server, &text)?;
        let length = found.get("CONTENT_LENGTH").map(|value| value.trim_start_matches('0'));
        if length == said { Ok(()) } else { Err(format!("{length:?}")) }
    });
    let none = ask(&server, "POST /cgi-bin/env HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    let none = none.expect("an environment").get("CONTENT_LENGTH").cloned();
    assert!(none.is_none() || none.as_deref() == Some("0"), "{none:?}");
}

#[test]
fn nothing_of_the_servers_own() {
    let server = Server::with(tree(&[("env", ENV)]))
        .behind(&["/usr/bin/env", "LEAK=1", "HOME=/leak", "BASH_ENV=/leak", "REMOTE_USER=leak", "HTTPS=leak"])
        .arguments(&["--cgi-env", "GIVEN=a value = x", "--cgi-env=EMPTY=", "--cgi-env", "HOME"])
        .arguments(&["--cgi-env=MISSING_IN_THE_SERVER", "--cgi-env", "PATH=/bin:/usr/bin"])
        .start();
    let found = variables_of(&server, "/cgi-bin/env").expect("an environment");
    let expected = [
        ("LEAK", None),
        ("BASH_ENV", None),
        ("REMOTE_USER", None),
        ("HTTPS", None),
        ("GIVEN", Some("a value = x")),
        ("EMPTY", Some("")),
        ("HOME", Some("/leak")),
        ("MISSING_IN_THE_SERVER", None),
        ("PATH", Some("/bin:/usr/bin")),
    ];
    assert_eq!(have(&found, &expected), Ok(()));
}

#[test]
fn a_root_that_is_given_by_a_relative_name() {
    for root in ["www", "./www", "outside/../www", "www/"] {
        let tree = tree(&[("env", ENV)]);
        let base = tree.base().to_owned();
        let server = Server::with(tree).in_folder(&base).root(Some(root.as_ref())).start();
        let found = variables_of(&server, "/cgi-bin/env/x").expect("an environment");
        let names = ["DOCUMENT_ROOT", "SCRIPT_FILENAME", "PATH_TRANSLATED"];
        for (name, right) in names.into_iter().zip(["", "/cgi-bin/env", "/x"]) {
            let value = std::path::Path::new(&found[name]);
            assert!(value.is_absolute(), "{root}: {name}={value:?}");
            assert!(found[name].ends_with(right), "{root}: {name}={value:?}");
        }
        let file = std::fs::canonicalize(&found["SCRIPT_FILENAME"]).expect("the script");
        assert_eq!(file, server.tree.path("cgi-bin/env"), "{root}");
    }
}

#[test]
fn a_client_of_ipv6() {
    if TcpListener::bind("[::1]:0").is_err() {
        return skip("programs for IPv6 clients", "no IPv6 here");
    }
    let server = server(&[("env", ENV)], &["-b", "::1"]);
    let found = ask(&server, "GET /cgi-bin/env HTTP/1.0\r\n\r\n").expect("an environment");
    let port = server.address.port().to_string();
    let expected = [
        ("REMOTE_ADDR", Some("::1")),
        ("SERVER_ADDR", Some("::1")),
        ("SERVER_NAME", Some("[::1]")),
        ("SERVER_PORT", Some(&*port)),
    ];
    assert_eq!(have(&found, &expected), Ok(()));
}

#[test]
fn a_client_of_a_unix_socket() {
    let tree = Tree::small();
    script(&tree, "cgi-bin/env", ENV);
    let socket = tree.outside().join("socket");
    let server = Server::with(tree).arguments(&["-b", "127.0.0.1", "-b"]);
    let server = server.arguments(&[&format!("unix:{}", socket.display())]).start();
    let answer = unix::get(&socket, "/cgi-bin/env").expect("an answer");
    let found = variables(&answer).expect("an environment");
    assert_eq!(have(&found, &[("SERVER_NAME", Some("svcd.test")), ("SERVER_PORT", Some("80"))]), Ok(()));
    drop(server);
}

#[test]
fn each_request_of_a_connection_has_its_own() {
    let server = server(&[("env", ENV)], &[]);
    let mut connection = server.connect();
    let mut ports = Vec::new();
    for number in 0..3 {
        let target = format!("/cgi-bin/env/{number}?{number}=");
        let answer = connection.exchange(&request("GET", target.as_bytes())).expect("an answer");
        let found = variables(&answer).expect("an environment");
        let (info, query) = (format!("/{number}"), format!("{number}="));
        assert_eq!(have(&found, &[("PATH_INFO", Some(&info)), ("QUERY_STRING", Some(&query))]), Ok(()));
        ports.push(found["REMOTE_PORT"].clone());
    }
    assert!(ports.iter().all(|port| *port == ports[0]), "{ports:?}");
}
