//! Writing beside the settings that change what a name means for reading: they
//! never change what is written.

use svcd_tests::asking::{asking, status, without};
use svcd_tests::writing::{HOST_LINE, delete, put, refused, server_of, stored};
use svcd_tests::{Server, Snapshot, Tree, each};

fn text(server: &Server, target: &str, lines: &[&str]) -> Result<String, String> {
    server.ask(&asking("GET", target, lines)).map(|answer| answer.text())
}

#[test]
fn an_index_is_written_by_its_own_name() {
    let server = server_of(Tree::small(), &["--index", "index.html"]);
    refused(&server, &put("/dir/", b"new", &[]), &[409]).expect("a folder");
    refused(&server, &put("/", b"new", &[]), &[409]).expect("a folder");
    stored(&server, &put("/dir/index.html", b"new", &[]), 204, "/dir/", b"new").expect("its index");
    stored(&server, &put("/index.html", b"root", &[]), 204, "/", b"root").expect("its index");
    stored(&server, &put("/bare/index.html", b"bare", &[]), 201, "/bare/", b"bare").expect("a first one");
    assert_eq!(server.ask(&delete("/bare/index.html", &[])).map(|answer| answer.status), Ok(204));
    assert!(text(&server, "/bare/", &[]).is_ok_and(|text| text.contains("file.txt")), "a listing again");
}

#[test]
fn clean_urls_are_for_reading() {
    let tree = Tree::small();
    tree.file("about.html", b"about\n");
    let server = server_of(tree, &["--clean-urls"]);
    assert_eq!(text(&server, "/about", &[]), Ok("about\n".to_owned()));
    refused(&server, &delete("/about", &[]), &[404]).expect("no such file");
    // There is no /about, so this is a new one, and it is what is read from then on.
    stored(&server, &put("/about", b"new\n", &["If-None-Match: *"]), 201, "/about", b"new\n").expect("new");
    assert_eq!(text(&server, "/about.html", &[]), Ok("about\n".to_owned()), "the page is untouched");
    assert_eq!(server.ask(&delete("/about", &[])).map(|answer| answer.status), Ok(204));
    assert_eq!(text(&server, "/about", &[]), Ok("about\n".to_owned()));
}

#[test]
fn a_fallback_is_for_reading() {
    let tree = Tree::small();
    tree.file("app.html", b"the app\n");
    let server = server_of(tree, &["--fallback", "app.html"]);
    assert_eq!(text(&server, "/page", &[]), Ok("the app\n".to_owned()));
    refused(&server, &delete("/page", &[]), &[404]).expect("no such file");
    refused(&server, &put("/page", b"new", &["If-Match: *"]), &[412]).expect("no such file");
    stored(&server, &put("/page", b"page\n", &["If-None-Match: *"]), 201, "/page", b"page\n").expect("new");
    assert_eq!(text(&server, "/app.html", &[]), Ok("the app\n".to_owned()));
    stored(&server, &put("/app.html", b"v2\n", &[]), 204, "/app.html", b"v2\n").expect("the fallback itself");
    assert_eq!(text(&server, "/other", &[]), Ok("v2\n".to_owned()));
}

#[test]
fn an_older_coded_sibling_is_not_served_for_the_new_file() {
    let tree = Tree::small();
    tree.file("a.css", b"old {}\n");
    tree.file("a.css.gz", b"stands for old {} in gzip");
    tree.file("b.css.br", b"stands for a file that is not there yet");
    let server = server_of(tree, &[]);
    let coded = ["Accept-Encoding: gzip, br, zstd", HOST_LINE];
    assert_eq!(text(&server, "/a.css", &coded), Ok("stands for old {} in gzip".to_owned()));
    for (target, right) in [("/a.css", 204), ("/b.css", 201)] {
        stored(&server, &put(target, b"new {}\n", &[]), right, target, b"new {}\n").expect(target);
        let answer = server.ask(&asking("GET", target, &coded)).expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (200, "new {}\n"), "{target}");
        assert_eq!(without(&answer, &["Content-Encoding"]), Ok(()), "{target}");
    }
}

#[test]
fn each_host_writes_in_its_folder() {
    let tree = Tree::small();
    for host in ["one.example", "two.example", "localhost"] {
        tree.file(format!("{host}/page.txt"), host.as_bytes());
    }
    tree.file("one.example/hello.txt", b"hello, world\n");
    tree.link("link.example", "one.example");
    let server = server_of(tree, &["--virtual-hosts"]);
    let read = |name: &str| std::fs::read_to_string(server.tree.path(name)).unwrap_or_default();
    let one = ["Host: one.example"];
    let answer = server.ask(&put("/page.txt", b"new", &one)).expect("an answer");
    assert_eq!((answer.status, read("one.example/page.txt").as_str()), (204, "new"));
    assert_eq!(read("two.example/page.txt"), "two.example");
    let answer = server.ask(&put("/sub.txt", b"new", &["Host: TWO.example.:80"])).expect("an answer");
    assert_eq!((answer.status, read("two.example/sub.txt").as_str()), (201, "new"));
    assert_eq!(answer.has("Location", "/sub.txt"), Ok(()), "without the folder of the host");
    let absolute = put("http://two.example/absolute.txt", b"new", &one);
    assert_eq!(server.ask(&absolute).map(|answer| answer.status), Ok(201));
    assert_eq!(read("two.example/absolute.txt"), "new");
    assert_eq!(server.ask(&delete("/page.txt", &one)).map(|answer| answer.status), Ok(204));
    let before = Snapshot::of(server.tree.base());
    const ROWS: &[(&str, &str, &[u16])] = &[
        ("/page.txt", "nobody.example", &[404]),
        ("/hello.txt", "127.0.0.1", &[404]),
        ("/page.txt", "link.example", &[403, 404]),
        ("/page.txt", ".git", &[400, 404]),
        ("/two.example/page.txt", "one.example", &[404, 409]),
        ("/../two.example/page.txt", "one.example", &[404, 409]),
    ];
    each(ROWS.iter().map(|row| (format!("{} of {}", row.0, row.1), row)), |(target, host, right)| {
        let line = format!("Host: {host}");
        status(&server.ask(&put(target, b"abc", &[&line]))?, right)?;
        status(&server.ask(&delete(target, &[&line]))?, right)?;
        before.is_kept()
    });
}

#[test]
fn fields_of_the_command_line_are_in_every_answer() {
    let server = server_of(Tree::small(), &["--header", "X-Own: kept", "--cache", "60"]);
    let rows = [
        ("201", put("/new", b"abc", &[]), 201),
        ("204", put("/new", b"abc", &[]), 204),
        ("204 of DELETE", delete("/new", &[]), 204),
        ("409", put("/missing/x", b"abc", &[]), 409),
        ("411", b"PUT /new HTTP/1.1\r\nHost: localhost\r\n\r\n".to_vec(), 411),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, right)| {
        let answer = server.ask(request)?;
        status(&answer, &[*right])?;
        answer.has("X-Own", "kept")
    });
}
