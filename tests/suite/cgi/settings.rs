//! Programs beside the settings that are about files.

use svcd_tests::asking::{asking, status, without};
use svcd_tests::scripts::{ENV, SAY, have, is_no_source, say, script, server, tree, variables};
use svcd_tests::{Server, Tree, each};

#[test]
fn each_host_has_its_own() {
    let tree = Tree::empty();
    for host in ["one.test", "two.test"] {
        tree.file(format!("{host}/hello.txt"), b"hello, world\n");
        script(&tree, &format!("{host}/cgi-bin/env"), ENV);
    }
    script(&tree, "one.test/cgi-bin/only", ENV);
    script(&tree, "cgi-bin/env", ENV);
    let server = Server::with(tree).arguments(&["--virtual-hosts"]).start();
    for host in ["one.test", "two.test"] {
        let line = format!("Host: {host}");
        let answer = server.ask(&asking("GET", "/cgi-bin/env/x", &[&line])).expect("an answer");
        let root = server.tree.path(host).display().to_string();
        let (file, info) = (format!("{root}/cgi-bin/env"), format!("{root}/x"));
        let expected = [
            ("DOCUMENT_ROOT", Some(root.as_str())),
            ("SCRIPT_FILENAME", Some(&file)),
            ("PATH_TRANSLATED", Some(&info)),
            ("SCRIPT_NAME", Some("/cgi-bin/env")),
            ("SERVER_NAME", Some(host)),
        ];
        assert_eq!(have(&variables(&answer).expect("an environment"), &expected), Ok(()), "{host}");
        let only = server.ask(&asking("GET", "/cgi-bin/only", &[&line])).expect("an answer");
        assert_eq!(only.status, if host == "one.test" { 200 } else { 404 }, "{host}");
    }
    for host in ["three.test", "cgi-bin", "..", "."] {
        let answer = server.ask(&asking("GET", "/cgi-bin/env", &[&format!("Host: {host}")]));
        let answer = answer.expect("an answer");
        assert!([400, 403, 404, 421].contains(&answer.status), "{host}: {}", answer.status);
        assert_eq!(is_no_source(&answer), Ok(()), "{host}");
    }
}

#[test]
fn no_setting_brings_a_source() {
    let rows: [(&str, &[&str]); 5] = [
        ("a fallback", &["--fallback", "cgi-bin/x"]),
        ("a fallback with a slash", &["--fallback", "/cgi-bin/x"]),
        ("pages for errors", &["--errors", "cgi-bin"]),
        ("an index", &["--index", "x"]),
        ("clean URLs", &["--clean-urls"]),
    ];
    each(rows.map(|row| (row.0, row)), |(_, arguments)| {
        let tree = tree(&[("x", ENV), ("404.html", ENV), ("dir/x", ENV), ("x.html", ENV)]);
        // Settings that cannot be met may also be refused at the start.
        let Ok(server) = Server::with(tree).arguments(arguments).try_start() else { return Ok(()) };
        let targets =
            ["/missing", "/missing/x", "/cgi-bin/missing", "/cgi-bin/", "/cgi-bin/dir/", "/cgi-bin/x"];
        for target in targets {
            let answer = server.get(target)?;
            is_no_source(&answer).map_err(|why| format!("{target}: {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn fields_that_are_added_are_added_to_programs_too() {
    let server = server(&[("say", SAY)], &["--header", "X-Added: yes", "--cache", "60"]);
    let answer = say(&server, b"Content-Type: text/plain\n\nabc").expect("an answer");
    assert_eq!(answer.has("X-Added", "yes"), Ok(()));
    // How long it may be kept is the program's to say.
    assert_eq!(without(&answer, &["Cache-Control", "ETag", "Last-Modified", "Accept-Ranges"]), Ok(()));
}

/// A field that is no list must not stand in an answer twice.
#[test]
fn a_field_that_the_program_gives_too_is_the_programs() {
    let added = ["X-Frame-Options:DENY", "access-control-allow-origin: *", "Vary: Origin", "X-Added: yes"];
    let added: Vec<&str> = added.iter().flat_map(|line| ["--header", line]).collect();
    let server = server(&[("say", SAY)], &added);
    let said = b"x-frame-options: SAMEORIGIN\nAccess-Control-Allow-Origin: http://a\n\
                 Vary: Cookie\nContent-Type: text/plain\nContent-Length: 3\n\nabc";
    server.tree.file("cgi-bin/said", said);
    // Read as it is: a list may stand there twice.
    let mut connection = server.connect();
    connection.send(&asking("GET", "/cgi-bin/say", &[]));
    let bytes = connection.read_to_end().expect("an answer");
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    for (name, expected) in [
        ("x-frame-options", &["sameorigin"][..]),
        ("access-control-allow-origin", &["http://a"]),
        ("vary", &["origin", "cookie"]),
        ("x-added", &["yes"]),
    ] {
        let lines = text.lines().filter_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        assert_eq!(lines.collect::<Vec<_>>(), expected, "{name}");
    }
    // Not of this program.
    let answer = server.get("/cgi-bin/missing").expect("an answer");
    assert_eq!(answer.has("Access-Control-Allow-Origin", "*"), Ok(()));
}

#[test]
fn pages_for_errors_are_for_the_servers_own() {
    let tree = tree(&[("say", SAY), ("end", "exit 1\n")]);
    for code in [404, 502] {
        tree.file(format!("errors/{code}.html"), format!("<p>own {code}").as_bytes());
    }
    let errors = tree.path("errors").display().to_string();
    let server = Server::with(tree).arguments(&["--errors", &errors]).start();
    let answer = server.get("/cgi-bin/end").expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (502, "<p>own 502"));
    let answer = server.get("/cgi-bin/missing").expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (404, "<p>own 404"));
    let answer = say(&server, b"Status: 404 No\nContent-Type: text/plain\n\nmine").expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (404, "mine"));
    status(&say(&server, b"Status: 204 None\n\n").expect("an answer"), &[204]).expect("no page");
}
