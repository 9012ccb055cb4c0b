//! Every method reaches the program, and none reaches the folder.

use svcd_tests::asking::{asking, status};
use svcd_tests::scripts::{CAT, ENV, have, server, tree, variables};
use svcd_tests::writing::HOST_LINE;
use svcd_tests::{Server, Snapshot, each};

#[test]
fn the_program_is_told_which() {
    let server = server(&[("env", ENV)], &[]);
    let methods = [
        "GET",
        "POST",
        "PUT",
        "DELETE",
        "PATCH",
        "OPTIONS",
        "PROPFIND",
        "MKCOL",
        "FETCH",
        "get",
        "A!#$%&'*+-.^_`|~1",
    ];
    each(methods.map(|method| (method, method)), |method| {
        let answer = server.ask(&asking(method, "/cgi-bin/env/x", &["Content-Length: 0"]))?;
        have(&variables(&answer)?, &[("REQUEST_METHOD", Some(method)), ("PATH_INFO", Some("/x"))])
    });
    for method in ["TRACE", "CONNECT"] {
        let answer = server.ask(&asking(method, "/cgi-bin/env", &[])).expect("an answer");
        assert!([400, 405, 501].contains(&answer.status), "{method}: {}", answer.status);
    }
    // Of the server as a whole, and not of a program.
    assert_eq!(server.ask(&asking("OPTIONS", "*", &[])).map(|answer| answer.status), Ok(204));
}

#[test]
fn nothing_is_written_below_a_prefix() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/cgi-bin/cat", &[200]),
        ("/cgi-bin/cat/new", &[200]),
        ("//cgi-bin//cat", &[200]),
        ("/%63gi-bin/cat", &[200]),
        ("/./cgi-bin/cat", &[200]),
        ("/dir/../cgi-bin/cat", &[200]),
        ("/cgi-bin/new", &[404]),
        ("/cgi-bin/new/", &[404]),
        ("/cgi-bin/index.cgi", &[404]),
        ("/cgi-bin/folder/new", &[404]),
        ("//cgi-bin//new", &[404]),
        ("/%63gi-bin/new", &[404]),
        ("/./cgi-bin/new", &[404]),
        ("/dir/../cgi-bin/new", &[404]),
        ("/cgi-bin/cat/../new", &[404]),
        ("/cgi-bin/.new", &[403, 404]),
        ("/cgi-bin/plain", &[403]),
        ("/cgi-bin/folder", &[301, 403]),
        ("/cgi-bin/folder/", &[403]),
        ("/cgi-bin/", &[403]),
        ("/cgi-bin", &[301, 403]),
        ("//cgi-bin", &[301, 403]),
        ("/%63gi-bin", &[301, 403]),
        ("/cgi-bin/x/..", &[403]),
    ];
    let tree = tree(&[("cat", CAT)]);
    tree.file("cgi-bin/plain", b"plain");
    tree.folder("cgi-bin/folder");
    let server = Server::with(tree).arguments(&["--write"]).start();
    let before = Snapshot::of(server.tree.base());
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        for method in ["PUT", "DELETE"] {
            let text = format!("{method} {target} HTTP/1.1\r\n{HOST_LINE}\r\nContent-Length: 4\r\n\r\nbody");
            let answer = server.ask(text.as_bytes())?;
            status(&answer, right).map_err(|why| format!("{method}: {why}"))?;
            if answer.status == 200 && answer.text() != "body" {
                return Err(format!("{method}: {:?}", answer.text()));
            }
        }
        before.is_kept()
    });
    // Beside it, writing is as ever.
    let put = format!("PUT /new.txt HTTP/1.1\r\n{HOST_LINE}\r\nContent-Length: 4\r\n\r\nbody");
    assert_eq!(server.ask(put.as_bytes()).map(|answer| answer.status), Ok(201));
}

#[test]
fn a_prefix_that_is_not_there_cannot_be_made() {
    let server = svcd_tests::writing::server(&[]);
    for target in ["/cgi-bin/evil", "/cgi-bin", "//cgi-bin//evil", "/%63gi-bin/evil", "/cgi-bin/a/b"] {
        let text = format!("PUT {target} HTTP/1.1\r\n{HOST_LINE}\r\nContent-Length: 4\r\n\r\nbody");
        let answer = server.ask(text.as_bytes()).expect("an answer");
        assert!([403, 404, 409].contains(&answer.status), "{target}: {}", answer.status);
    }
    assert!(!server.tree.path("cgi-bin").exists());
}

#[test]
fn bodies_may_be_as_large_as_a_program_wants() {
    // --max-body and --min-rate are for what is stored.
    let tree = tree(&[("cat", CAT)]);
    let server = Server::with(tree).arguments(&["--write", "--max-body", "100"]).start();
    let body = "x".repeat(1000);
    for method in ["POST", "PUT"] {
        let text =
            format!("{method} /cgi-bin/cat HTTP/1.1\r\n{HOST_LINE}\r\nContent-Length: 1000\r\n\r\n{body}");
        let answer = server.ask(text.as_bytes()).expect("an answer");
        // A server that bounds it for all has to say so and to run nothing.
        assert!([200, 413].contains(&answer.status), "{method}: {}", answer.status);
        assert_eq!(answer.status == 200, answer.text() == body, "{method}");
    }
}
