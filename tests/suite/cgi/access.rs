//! Who may run programs, and who they say it was (`--auth`, `--auth-write`).

use std::fs;

use svcd_tests::asking::{asking, status};
use svcd_tests::log_line::LogLine;
use svcd_tests::scripts::{ENV, have, script, tree, variables};
use svcd_tests::{Response, Server, each, some};

use crate::auth::{ANN, basic};

/// With the user ann in the file of `option`.
fn start(option: &str, arguments: &[&str]) -> Server {
    let tree = tree(&[("env", ENV), ("mark", "echo x >ran\nprintf 'Content-Type: text/plain\\n\\n'\n")]);
    let path = tree.outside().join("users");
    fs::write(&path, ANN).expect("a file of users");
    let path = path.display().to_string();
    Server::with(tree).arguments(&["--write", option, &path]).arguments(arguments).start()
}

fn ann() -> String {
    basic("ann", "open sesame")
}

#[test]
fn without_a_password_nothing_is_run() {
    let server = start("--auth", &[]);
    let wrong = basic("ann", "open");
    for method in some(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"]) {
        for lines in [&[][..], &[wrong.as_str()]] {
            for target in ["/cgi-bin/mark", "/cgi-bin/missing", "/cgi-bin/", "//cgi-bin/mark/x"] {
                let answer = server.ask(&asking(method, target, lines)).expect("an answer");
                assert_eq!(answer.status, 401, "{method} {target} {lines:?}");
            }
        }
    }
    assert!(!server.tree.path("cgi-bin/ran").exists());
}

#[test]
fn the_program_hears_who_it_was() {
    let server = start("--auth", &[]);
    for method in ["GET", "POST", "DELETE"] {
        let answer =
            server.ask(&asking(method, "/cgi-bin/env", &[&ann(), "Remote-User: eve"])).expect("an answer");
        let found = variables(&answer).expect("an environment");
        let expected = [
            ("REMOTE_USER", Some("ann")),
            ("AUTH_TYPE", Some("Basic")),
            ("HTTP_AUTHORIZATION", None),
            ("REQUEST_METHOD", Some(method)),
        ];
        assert_eq!(have(&found, &expected), Ok(()));
    }
    let line = LogLine::parse(&server.log().lines(1)[0]).expect("a line");
    assert_eq!((line.user.as_str(), line.status), ("ann", 200));
}

#[test]
fn the_field_is_passed_only_if_it_shall_be() {
    let server = start("--auth", &["--cgi-pass-auth"]);
    let answer = server.ask(&asking("GET", "/cgi-bin/env", &[&ann()])).expect("an answer");
    let found = variables(&answer).expect("an environment");
    let value = ann();
    let value = value.strip_prefix("Authorization: ");
    let expected =
        [("REMOTE_USER", Some("ann")), ("AUTH_TYPE", Some("Basic")), ("HTTP_AUTHORIZATION", value)];
    assert_eq!(have(&found, &expected), Ok(()));
}

#[test]
fn with_users_for_writing_alone_reading_methods_are_free() {
    let server = start("--auth-write", &[]);
    for method in ["GET", "OPTIONS"] {
        let answer = server.ask(&asking(method, "/cgi-bin/env", &[])).expect("an answer");
        let found = variables(&answer).expect("an environment");
        assert_eq!(have(&found, &[("REMOTE_USER", None), ("AUTH_TYPE", None)]), Ok(()), "{method}");
    }
    assert_eq!(server.ask(&asking("HEAD", "/cgi-bin/env", &[])).map(|answer| answer.status), Ok(200));
    let wrong = basic("ann", "open");
    for method in ["POST", "PUT", "DELETE", "PATCH", "PROPFIND", "MKCOL"] {
        for lines in [&[][..], &[wrong.as_str()]] {
            let answer = server.ask(&asking(method, "/cgi-bin/mark", lines)).expect("an answer");
            assert_eq!(answer.status, 401, "{method} {lines:?}");
        }
        let answer = server.ask(&asking(method, "/cgi-bin/env", &[&ann()])).expect("an answer");
        let found = variables(&answer).expect("an environment");
        let expected = [("REMOTE_USER", Some("ann")), ("AUTH_TYPE", Some("Basic"))];
        assert_eq!(have(&found, &expected), Ok(()), "{method}");
    }
    assert!(!server.tree.path("cgi-bin/ran").exists());
    // Who is not asked may say who he is, and must not lie.
    let answer = server.ask(&asking("GET", "/cgi-bin/env", &[&wrong])).expect("an answer");
    assert_eq!(answer.status, 401);
    let answer = server.ask(&asking("GET", "/cgi-bin/env", &[&ann()])).expect("an answer");
    assert_eq!(have(&variables(&answer).expect("an environment"), &[("REMOTE_USER", Some("ann"))]), Ok(()));
}

/// As git-http-backend says who may push.
#[test]
fn programs_may_say_who_needs_a_password() {
    const TYPE: &str = "Content-Type: text/plain\\n";
    let refusing =
        |head: &str| format!("test -n \"$REMOTE_USER\" || {{ printf '{head}\\nno'; exit; }}\n{ENV}");
    let programs = [
        ("forbid", refusing(&format!("Status: 403 No\\n{TYPE}"))),
        ("ask", refusing(&format!("Status: 401 Who\\n{TYPE}"))),
        ("own", refusing(&format!("Status: 401 Who\\nWWW-Authenticate: Own\\n{TYPE}"))),
        ("never", format!("printf 'Status: 403 No\\n{TYPE}\\nno'\n")),
        ("missing", format!("printf 'Status: 404 No\\n{TYPE}\\nno'\n")),
    ];
    let start = |options: &[&str]| {
        let server = start("--auth-write", options);
        programs.iter().for_each(|(name, text)| script(&server.tree, &format!("cgi-bin/{name}"), text));
        server
    };
    let asked = |answer: &Response| {
        answer.field("WWW-Authenticate").map(|field| field.split(' ').next() == Some("Basic"))
    };
    let server = start(&["--cgi-auth"]);
    for method in some(["GET", "HEAD", "POST", "PUT", "PROPFIND"]) {
        for (name, code, challenge) in [
            ("env", 200, None),
            ("forbid", 401, Some(true)),
            ("ask", 401, Some(true)),
            ("own", 401, Some(false)),
            ("never", 401, Some(true)),
            ("missing", 404, None),
        ] {
            let target = format!("/cgi-bin/{name}");
            let answer = server.ask(&asking(method, &target, &["Content-Length: 0"])).expect("an answer");
            assert_eq!((answer.status, asked(&answer)), (code, challenge), "{method} {name}");
            let known =
                server.ask(&asking(method, &target, &["Content-Length: 0", &ann()])).expect("an answer");
            let code = match name {
                "never" => 403,
                "missing" => 404,
                _ => 200,
            };
            assert_eq!((known.status, asked(&known)), (code, None), "{method} {name}");
            let wrong = basic("ann", "open");
            let answer = server.ask(&asking(method, "/cgi-bin/mark", &[&wrong])).expect("an answer");
            assert_eq!((answer.status, asked(&answer)), (401, Some(true)), "{method}");
        }
    }
    assert!(!server.tree.path("cgi-bin/ran").exists());
    // Files are as ever, and so is what the server itself refuses.
    let put = asking("PUT", "/new", &["Content-Length: 0", "Host: localhost"]);
    assert_eq!(server.ask(&put).map(|answer| answer.status), Ok(401));
    assert_eq!(server.get("/cgi-bin/").map(|answer| answer.status), Ok(403));
    // Nobody is asked who was not said to be.
    let server = start(&[]);
    let answer = server.get("/cgi-bin/forbid").expect("an answer");
    assert_eq!((answer.status, asked(&answer)), (403, None));
    let tree = tree(&[("forbid", &programs[0].1)]);
    let server = Server::with(tree).arguments(&["--cgi-auth"]).start();
    let answer = server.get("/cgi-bin/forbid").expect("an answer");
    assert_eq!((answer.status, asked(&answer)), (403, None));
}

#[test]
fn pages_of_other_sites_may_ask_programs() {
    // What a request from elsewhere may do is the program's to say, as ever.
    let server = Server::with(tree(&[("env", ENV)])).arguments(&["--write"]).start();
    let rows: [(&str, &[&str]); 4] = [
        ("another site", &["Sec-Fetch-Site: cross-site", "Origin: http://evil.example"]),
        ("another host", &["Host: evil.example"]),
        ("a form", &["Origin: null", "Content-Type: text/plain"]),
        ("a page that is no secret", &["Sec-Fetch-Site: same-site"]),
    ];
    each(rows.map(|row| (row.0, row)), |(_, lines)| {
        for method in ["GET", "POST"] {
            status(&server.ask(&asking(method, "/cgi-bin/env", lines))?, &[200])?;
        }
        Ok(())
    });
}
