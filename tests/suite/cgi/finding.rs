//! Which program a path names, and what is answered where it names none.

use svcd_tests::asking::{asking, both, status};
use svcd_tests::scripts::{ENV, SAY, have, is_no_source, script, server, source, variables, variables_of};
use svcd_tests::{Server, Tree, each};

/// Scripts, and everything beside them that is none.
fn start(arguments: &[&str]) -> Server {
    let tree = svcd_tests::scripts::tree(&[("env", ENV), ("dir/env", ENV), ("with space", ENV)]);
    script(&tree, "cgi-bin/.hidden", ENV);
    script(&tree, "cgi-bin/.git/env", ENV);
    script(&tree, "cgi-bin/indexed/index.cgi", ENV);
    tree.file("cgi-bin/dull/index.cgi", source(ENV).as_bytes());
    tree.file("cgi-bin/paged/index.html", b"<title>no page</title>");
    tree.file("cgi-bin/plain", source(ENV).as_bytes());
    tree.file("cgi-bin/plain.txt", source(ENV).as_bytes());
    tree.link("cgi-bin/link", "env");
    tree.link("cgi-bin/broken", "nothing");
    tree.link("cgi-bin/linked", "dir");
    tree.link("cgi-bin/out", tree.outside().join("secret.txt"));
    tree.fifo("cgi-bin/fifo");
    tree.folder("cgi-bin/empty");
    script(&tree, "outside-of-it", ENV);
    Server::with(tree).arguments(arguments).start()
}

#[test]
fn what_is_found() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/cgi-bin/env", &[200]),
        ("/cgi-bin/env/", &[200]),
        ("/cgi-bin/env/more", &[200]),
        ("/cgi-bin/env/.hidden", &[200]),
        ("/cgi-bin/dir/env", &[200]),
        ("/cgi-bin/with%20space", &[200]),
        ("/cgi-bin/indexed/", &[200]),
        ("/cgi-bin/indexed/index.cgi", &[200]),
        ("/cgi-bin/indexed/index.cgi/more", &[200]),
        ("/cgi-bin/indexed", &[301]),
        ("/cgi-bin", &[403]),
        ("/cgi-bin/", &[403]),
        ("/cgi-bin//", &[403]),
        ("/cgi-bin/.", &[403]),
        ("/cgi-bin/dir/..", &[403]),
        ("/cgi-bin/?query", &[403]),
        ("/cgi-bin/dir", &[403]),
        ("/cgi-bin/dir/", &[403]),
        ("/cgi-bin/dull", &[301]),
        ("/cgi-bin/empty/", &[403]),
        ("/cgi-bin/dull/", &[403]),
        ("/cgi-bin/paged/", &[403]),
        ("/cgi-bin/paged/index.html", &[403]),
        ("/cgi-bin/plain", &[403]),
        ("/cgi-bin/plain/", &[403]),
        ("/cgi-bin/plain/more", &[403]),
        ("/cgi-bin/plain.txt", &[403]),
        ("/cgi-bin/link", &[403]),
        ("/cgi-bin/link/more", &[403]),
        ("/cgi-bin/broken", &[403]),
        ("/cgi-bin/linked/env", &[403]),
        ("/cgi-bin/out", &[403]),
        ("/cgi-bin/fifo", &[403]),
        ("/cgi-bin/missing", &[404]),
        ("/cgi-bin/missing/", &[404]),
        ("/cgi-bin/missing/more", &[404]),
        ("/cgi-bin/dir/missing", &[404]),
        ("/cgi-bin/indexed/missing", &[404]),
        ("/cgi-bin/.hidden", &[404]),
        ("/cgi-bin/.hidden/more", &[404]),
        ("/cgi-bin/%2ehidden", &[404]),
        ("/cgi-bin/.git/env", &[404]),
        ("/cgi-bin/.missing", &[404]),
        ("/cgi-bin/en", &[404]),
        ("/cgi-bin/envy", &[404]),
        ("/cgi-bin/ENV", &[404]),
        ("/cgi-bin/env%2Fmore", &[400, 404]),
        ("/cgi-bin%2Fenv", &[400, 404]),
        ("/cgi-bin/env%00", &[400]),
        ("/cgi-bin/env/%00", &[400]),
        ("/cgi-bin/env/%0a", &[400]),
        ("/cgi-bin/env/%7f", &[400]),
        ("/cgi-bin/env/%zz", &[400]),
        ("/cgi-bin/env/%", &[400]),
        ("/cgi-bin/missing/../../hello.txt", &[200]),
        ("/cgi-bin/env/../../hello.txt", &[200]),
        ("/cgi-bin/env/%2e%2e/..%2f/hello.txt", &[400, 404]),
        ("/cgi-bi/env", &[404]),
        ("/cgi-binary/env", &[404]),
    ];
    let server = start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        let answer = server.get(target)?;
        status(&answer, right)?;
        is_no_source(&answer)?;
        let head = server.head(target)?;
        status(&head, &[answer.status]).map_err(|why| format!("HEAD: {why}"))
    });
    server.assert_serving();
}

#[test]
fn a_folder_is_answered_by_its_index_program() {
    let server = start(&[]);
    let found = variables_of(&server, "/cgi-bin/indexed/?a=b").expect("an environment");
    assert!(["/cgi-bin/indexed/index.cgi", "/cgi-bin/indexed/"].contains(&found["SCRIPT_NAME"].as_str()));
    let file = server.tree.path("cgi-bin/indexed/index.cgi").display().to_string();
    let rest = [
        ("SCRIPT_FILENAME", Some(file.as_str())),
        ("PATH_INFO", Some("")),
        ("PATH_TRANSLATED", None),
        ("QUERY_STRING", Some("a=b")),
        ("REQUEST_URI", Some("/cgi-bin/indexed/?a=b")),
    ];
    assert_eq!(have(&found, &rest), Ok(()));
    // The prefix itself has one, too.
    script(&server.tree, "cgi-bin/index.cgi", ENV);
    for target in ["/cgi-bin/", "//cgi-bin//", "/./cgi-bin/?", "/cgi-bin/?x"] {
        assert_eq!(variables_of(&server, target).map(drop), Ok(()), "{target}");
    }
    assert_eq!(server.get("/cgi-bin/missing").map(|answer| answer.status), Ok(404));
    // Elsewhere it is a file like any other.
    script(&server.tree, "bare/index.cgi", ENV);
    let listing = server.get("/bare/").expect("a listing");
    assert!(listing.text().contains("index.cgi"), "{}", listing.text());
}

/// Links of its page are relative to the folder, as those of a folder of files are.
#[test]
fn a_folder_with_an_index_program_is_redirected_to_its_slash() {
    const ROWS: &[(&str, &str)] = &[
        ("/cgi-bin/indexed", "/cgi-bin/indexed/"),
        ("/cgi-bin/indexed?", "/cgi-bin/indexed/?"),
        ("/cgi-bin/indexed?a=b&c=%20d", "/cgi-bin/indexed/?a=b&c=%20d"),
        ("//cgi-bin//%69ndexed", "/cgi-bin/indexed/"),
        ("/cgi-bin/dir/../indexed", "/cgi-bin/indexed/"),
        ("/cgi-bin/a%20%22b", "/cgi-bin/a%20%22b/"),
        ("/cgi-bin", "/cgi-bin/"),
        ("/./cgi-bin?q", "/cgi-bin/?q"),
        ("http://elsewhere.example/cgi-bin/indexed?q", "/cgi-bin/indexed/?q"),
    ];
    let server = start(&[]);
    script(&server.tree, "cgi-bin/a \"b/index.cgi", ENV);
    script(&server.tree, "cgi-bin/index.cgi", ENV);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, location)| {
        let answer = both(&server, target, &[])?;
        status(&answer, &[301])?;
        answer.has("Location", location)?;
        variables_of(&server, location).map(drop)
    });
    // Another method would lose its body on the way.
    for method in ["POST", "PUT", "OPTIONS", "QUERY"] {
        let answer = server.ask(&asking(method, "/cgi-bin/indexed?q", &["Content-Length: 0"]));
        let found = variables(&answer.expect("an answer")).expect("an environment");
        let rows = [("REQUEST_METHOD", Some(method)), ("SCRIPT_NAME", Some("/cgi-bin/indexed/index.cgi"))];
        assert_eq!(have(&found, &rows), Ok(()));
    }
}

#[test]
fn refusals_are_pages_like_all_others() {
    let server = start(&[]);
    for (target, code) in [("/cgi-bin/plain", 403), ("/cgi-bin/", 403), ("/cgi-bin/missing", 404)] {
        let answer = both(&server, target, &[]).expect(target);
        assert_eq!(answer.status, code, "{target}");
        assert!(answer.text().contains(&code.to_string()), "{target}: {}", answer.text());
        let mut connection = server.connect();
        let request = svcd_tests::server::request("GET", target.as_bytes());
        assert_eq!(connection.exchange(&request).map(|answer| answer.status), Ok(code));
        assert_eq!(connection.is_open(), Ok(()), "{target}");
    }
}

#[test]
fn prefixes() {
    let tree = Tree::small();
    for folder in ["cgi-bin", "scripts", "a/b", "a/b/c"] {
        script(&tree, &format!("{folder}/env"), ENV);
    }
    let server = Server::with(tree).arguments(&["--cgi", "/scripts", "--cgi=/a/b/"]).start();
    let rows: [(&str, Option<&str>); 7] = [
        ("/scripts/env", Some("/scripts/env")),
        ("/a/b/env", Some("/a/b/env")),
        ("/a//b/env", Some("/a/b/env")),
        ("/a/%62/c/env", Some("/a/b/c/env")),
        ("/a/x/../b/env", Some("/a/b/env")),
        // With prefixes of one's own, the default is none.
        ("/cgi-bin/env", None),
        ("/a/env", None),
    ];
    each(rows.map(|row| (row.0, row)), |(target, name)| match name {
        Some(_) => have(&variables_of(&server, target)?, &[("SCRIPT_NAME", name)]),
        None => match server.get(target)? {
            answer if target == "/a/env" => answer.is(404),
            answer if answer.body == source(ENV).as_bytes() => Ok(()),
            answer => Err(format!("{} and not the file", answer.status)),
        },
    });
    assert_eq!(server.get("/a/").map(|answer| answer.status), Ok(200), "above a prefix");
    assert_eq!(server.get("/a/b/").map(|answer| answer.status), Ok(403));
}

#[test]
fn no_programs_at_all() {
    let server = start(&["--no-cgi"]);
    let answer = server.get("/cgi-bin/env").expect("a file");
    assert_eq!((answer.status, answer.body), (200, source(ENV).into_bytes()));
    assert_eq!(server.get("/cgi-bin/").map(|answer| answer.status), Ok(200));
    let post = server.ask(&asking("POST", "/cgi-bin/env", &["Content-Length: 0"]));
    assert_eq!(post.map(|answer| answer.status), Ok(405));
}

#[test]
fn elsewhere_an_executable_file_is_a_file() {
    let server = start(&[]);
    let answer = server.get("/outside-of-it").expect("a file");
    assert_eq!((answer.status, answer.body), (200, source(ENV).into_bytes()));
    let post = server.ask(&asking("POST", "/hello.txt", &["Content-Length: 0"])).expect("an answer");
    assert_eq!((post.status, post.field("Allow")), (405, Some("GET, HEAD, OPTIONS")));
}

#[test]
fn a_script_that_comes_changes_and_goes() {
    let server = server(&[("say", SAY)], &[]);
    let ask = |target: &str| server.get(target).map(|answer| (answer.status, answer.text()));
    assert_eq!(ask("/cgi-bin/new").expect("an answer").0, 404);
    script(&server.tree, "cgi-bin/new", "printf 'Content-Type: text/plain\\n\\none'");
    assert_eq!(ask("/cgi-bin/new"), Ok((200, "one".to_owned())));
    script(&server.tree, "cgi-bin/new", "printf 'Content-Type: text/plain\\n\\ntwo'");
    assert_eq!(ask("/cgi-bin/new"), Ok((200, "two".to_owned())));
    server.tree.permit("cgi-bin/new", 0o644);
    assert_eq!(ask("/cgi-bin/new").expect("an answer").0, 403);
    std::fs::remove_file(server.tree.path("cgi-bin/new")).expect("remove");
    assert_eq!(ask("/cgi-bin/new").expect("an answer").0, 404);
}
