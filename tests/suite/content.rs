//! What the operator adds to answers: fields, media types, names without
//! extension, a page for everything that is missing.

use svcd_tests::asking::{asking, both, status, without};
use svcd_tests::server::request;
use svcd_tests::tree::SECRET;
use svcd_tests::{Program, Response, Server, Tree, each};

#[test]
fn the_fields_of_a_file() {
    let server = Server::start(&[]);
    for target in ["/hello.txt", "/empty.txt", "/big.bin", "/"] {
        let answer = both(&server, target, &[]).expect("an answer");
        assert_eq!(answer.status, 200, "{target}");
        for name in ["Date", "Server", "Content-Type", "Content-Length", "Last-Modified", "ETag"] {
            answer.need(name).expect(target);
        }
        assert_eq!(answer.has("Accept-Ranges", "bytes"), Ok(()), "{target}");
        assert_eq!(answer.has("Vary", "Accept-Encoding"), Ok(()), "{target}");
        without(&answer, &["Cache-Control", "Expires", "Content-Encoding", "Content-Range"]).expect(target);
    }
}

#[test]
fn head_equals_get_for_every_status() {
    const ROWS: &[(&str, &str, u16)] = &[
        ("/hello.txt", "X: y", 200),
        ("/big.bin", "X: y", 200),
        ("/bare/", "X: y", 200),
        ("/bare/", "Accept: application/json", 200),
        ("/dir", "X: y", 301),
        ("/hello.txt", "If-None-Match: *", 304),
        ("/%zz", "X: y", 400),
        ("/link", "X: y", 403),
        ("/missing", "X: y", 404),
        ("/.secret", "X: y", 404),
        ("/hello.txt", "If-Match: \"x\"", 412),
        ("/hello.txt", "Expect: something-else", 417),
    ];
    let tree = Tree::standard();
    tree.link("link", "hello.txt");
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (format!("{} {}", row.0, row.1), row)), |(target, line, right)| {
        status(&both(&server, target, &[line])?, &[*right])
    });
}

#[test]
fn cache() {
    let server = Server::start(&["--cache", "3600"]);
    let of = |target: &str, line: &str| server.ask(&asking("GET", target, &[line])).expect("an answer");
    let kept = [("/hello.txt", "X: y"), ("/", "X: y"), ("/hello.txt", "Range: bytes=0-1")];
    for (target, line) in kept.into_iter().chain([("/hello.txt", "If-None-Match: *")]) {
        assert_eq!(of(target, line).has("Cache-Control", "max-age=3600"), Ok(()), "{target} {line}");
    }
    // An error may be over in a second.
    for (target, line) in [("/missing", "X: y"), ("/%zz", "X: y"), ("/hello.txt", "If-Match: \"x\"")] {
        let answer = of(target, line);
        assert_ne!(answer.field("Cache-Control"), Some("max-age=3600"), "{target} {line}");
    }
    let never = Server::start(&["--cache=0"]);
    assert_eq!(never.get("/hello.txt").and_then(|answer| answer.has("Cache-Control", "max-age=0")), Ok(()));
}

#[test]
fn own_fields_on_every_answer() {
    let rows: &[(&str, Vec<u8>, u16)] = &[
        ("a file", asking("GET", "/hello.txt", &[]), 200),
        ("a large file", asking("GET", "/big.bin", &[]), 200),
        ("a head", asking("HEAD", "/hello.txt", &[]), 200),
        ("a listing", asking("GET", "/bare/", &[]), 200),
        ("a listing in JSON", asking("GET", "/bare/", &["Accept: application/json"]), 200),
        ("OPTIONS", asking("OPTIONS", "/hello.txt", &[]), 204),
        ("OPTIONS *", asking("OPTIONS", "*", &[]), 204),
        ("a part", asking("GET", "/hello.txt", &["Range: bytes=0-1"]), 206),
        ("parts", asking("GET", "/big.bin", &["Range: bytes=0-1,100000-100001"]), 206),
        ("a folder", asking("GET", "/dir", &[]), 301),
        ("not modified", asking("GET", "/hello.txt", &["If-None-Match: *"]), 304),
        ("no request", b"GET\r\n\r\n".to_vec(), 400),
        ("a bad target", asking("GET", "/%zz", &[]), 400),
        ("no Host", b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("missing", asking("GET", "/missing", &[]), 404),
        ("a method", asking("DELETE", "/hello.txt", &[]), 405),
        ("a precondition", asking("GET", "/hello.txt", &["If-Match: \"x\""]), 412),
        ("a long line", asking("GET", format!("/{}", "x".repeat(20_000)), &[]), 414),
        ("no such range", asking("GET", "/hello.txt", &["Range: bytes=99-"]), 416),
        ("an expectation", asking("GET", "/hello.txt", &["Expect: x"]), 417),
        ("coffee", asking("BREW", "/pot", &[]), 418),
        ("a version", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n".to_vec(), 505),
    ];
    let server = Server::start(&["--header", "X-Own: one, two", "--header=Permissions-Policy: camera=()"]);
    each(rows.iter().map(|row| (row.0, row)), |(_, request, right)| {
        let answer = server.ask(request)?;
        status(&answer, &[*right])?;
        answer.has("Permissions-Policy", "camera=()")?;
        answer.has("X-Own", "one, two")
    });
}

#[test]
fn own_fields_without_spaces_and_with_colons() {
    let server = Server::start(&["--header", "A:b", "--header", "Link: <http://x/>; rel=y"]);
    let mut connection = server.connect();
    connection.send(&asking("GET", "/hello.txt", &[]));
    let bytes = connection.read_to_end().expect("an answer");
    let head = String::from_utf8_lossy(&bytes).into_owned();
    // The space behind a colon is optional (RFC 9112 5).
    assert!(["\r\nA:b\r\n", "\r\nA: b\r\n"].iter().any(|line| head.contains(line)), "{head}");
    assert!(head.contains("\r\nLink: <http://x/>; rel=y\r\n"), "{head}");
}

#[test]
fn what_the_options_do_not_take() {
    const ROWS: &[(&str, &str)] = &[
        ("--header", "no colon"),
        ("--header", ": no name"),
        ("--header", ""),
        ("--header", "bad name: x"),
        ("--header", "Two: lines\r\nX: y"),
        ("--header", "Two: lines\nX: y"),
        ("--header", "Bell: \u{7}"),
        ("--mime", "html"),
        ("--mime", "=text/html"),
        ("--mime", "x="),
        ("--mime", "x=a\r\nB: c"),
        ("--cache", "x"),
        ("--cache", "-1"),
        ("--cache", ""),
    ];
    let tree = Tree::standard();
    let root = tree.root();
    each(ROWS.iter().map(|row| (format!("{row:?}"), row)), |(name, value)| {
        let ended = Program::chosen().run(&[
            name.as_ref(),
            value.as_ref(),
            "-p".as_ref(),
            "0".as_ref(),
            root.as_os_str(),
        ]);
        match (ended.status.code(), ended.stderr.lines().count()) {
            (Some(2), 1) => Ok(()),
            other => Err(format!("ended with {other:?}: {}", ended.stderr)),
        }
    });
}

#[test]
fn media_types_of_the_operator() {
    let tree = Tree::empty();
    for name in ["a.html", "a.own", "a.OWN", "a.txt", "a.tar.own", "own", "a.x", "a.html.gz"] {
        tree.file(name, b"content");
    }
    let rows = [
        ("/a.html", "application/xhtml+xml"),
        ("/a.own", "application/x-own"),
        ("/a.OWN", "application/x-own"),
        ("/a.tar.own", "application/x-own"),
        ("/a.x", "text/x; charset=us-ascii"),
        ("/own", "application/octet-stream"),
    ];
    let options = [
        "--mime",
        "html=application/xhtml+xml",
        "--mime=own=application/x-own",
        "--mime",
        "x=text/x; charset=us-ascii",
    ];
    let server = Server::with(tree).arguments(&options).start();
    each(rows.map(|row| (row.0, row)), |(target, right)| {
        both(&server, target, &[])?.has("Content-Type", right)
    });
    let plain = server.get("/a.txt").expect("an answer");
    assert!(plain.need("Content-Type").is_ok_and(|kind| kind.starts_with("text/plain")), "the others stay");
    let sibling = both(&server, "/a.html", &["Accept-Encoding: gzip"]).expect("an answer");
    assert_eq!(sibling.has("Content-Encoding", "gzip"), Ok(()));
    assert_eq!(sibling.has("Content-Type", "application/xhtml+xml"), Ok(()));
}

/// The content of `name`, as one of these trees has it.
fn named(answer: &Response, right: u16, name: &str) -> Result<(), String> {
    status(answer, &[right])?;
    if right != 200 || answer.text() == name { Ok(()) } else { Err(format!("got {:?}", answer.text())) }
}

#[test]
fn clean_urls() {
    const ROWS: &[(&str, u16, &str)] = &[
        ("/about", 200, "about.html"),
        ("/about?q", 200, "about.html"),
        ("/about.html", 200, "about.html"),
        ("/%61bout", 200, "about.html"),
        ("/sub/page", 200, "sub/page.html"),
        ("/sub/../about", 200, "about.html"),
        ("/both", 200, "both"),
        ("/both.html", 200, "both.html"),
        ("/folder/", 200, "folder/index.html"),
        ("/folder", 301, ""),
        ("/about/", 404, ""),
        ("/about/x", 404, ""),
        ("/index", 200, "index.html"),
        ("/a.b", 200, "a.b.html"),
        ("/missing", 404, ""),
        ("/.hidden", 404, ""),
        ("/link", 403, ""),
        ("/deep.html/x", 404, ""),
    ];
    let tree = Tree::empty();
    let files = ["about.html", "sub/page.html", "both", "both.html", "folder/index.html", "folder.html"];
    for name in files.into_iter().chain(["index.html", "a.b.html", ".hidden.html", "deep.html"]) {
        tree.file(name, name.as_bytes());
    }
    tree.link("link.html", "about.html");
    let server = Server::with(tree).arguments(&["--clean-urls"]).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right, name)| {
        let answer = both(&server, target, &[])?;
        if *target == "/about" && !answer.need("Content-Type")?.starts_with("text/html") {
            return Err(format!("Content-Type: {:?}", answer.field("Content-Type")));
        }
        named(&answer, *right, name)
    });
    let plain = Server::start(&[]);
    plain.tree.file("about.html", b"about.html");
    assert_eq!(plain.get("/about").map(|answer| answer.status), Ok(404), "only when it was asked for");
}

#[test]
fn fallback() {
    const ROWS: &[(&str, u16, &str)] = &[
        ("/", 200, "index.html"),
        ("/users/42", 200, "app.html"),
        ("/users/42/", 200, "app.html"),
        ("/missing?q", 200, "app.html"),
        ("/hello.txt/x", 200, "app.html"),
        ("/hello.txt", 200, "hello.txt"),
        ("/app.html", 200, "app.html"),
        ("/.secret", 404, ""),
        ("/.missing", 404, ""),
        ("/.git/config", 404, ""),
        ("/dir/.hidden", 404, ""),
        ("/link", 403, ""),
        ("/%zz", 400, ""),
        ("/dir", 301, ""),
    ];
    let tree = Tree::empty();
    for name in ["index.html", "app.html", "hello.txt", ".secret", ".git/config", "dir/.hidden"] {
        tree.file(name, name.as_bytes());
    }
    tree.link("link", "hello.txt");
    let server = Server::with(tree).arguments(&["--fallback", "app.html", "--cache", "60"]).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right, name)| {
        let answer = both(&server, target, &[])?;
        named(&answer, *right, name)?;
        // What stands for a missing page must be asked for again.
        let stands_in = *name == "app.html" && *target != "/app.html";
        if stands_in { answer.has("Cache-Control", "no-cache") } else { Ok(()) }
    });
    let condition = both(&server, "/users/42", &["If-None-Match: *"]).expect("an answer");
    assert_eq!(condition.status, 304);
    let post = server.ask(&request("POST", b"/users/42")).expect("an answer");
    assert_eq!(post.status, 405, "only for GET and HEAD");
}

#[test]
fn a_fallback_stays_inside() {
    let tree = Tree::standard();
    tree.link("app.html", "../outside/secret.txt");
    for name in ["app.html", "../outside/secret.txt", "missing.html"] {
        let started = Server::with(Tree::standard()).arguments(&["--fallback", name]).try_start();
        // Not to start with such a name is right as well.
        let Ok(server) = started else { continue };
        let _ = std::os::unix::fs::symlink("../outside/secret.txt", server.tree.path("app.html"));
        let answer = server.get("/users/42").expect("an answer without the secret");
        assert!([403, 404].contains(&answer.status) && answer.body != SECRET, "{name}: {}", answer.status);
    }
}
