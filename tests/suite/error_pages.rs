//! The page of an error: built in, `404.html` of DOCROOT, or one of `--errors`.

use svcd_tests::asking::{asking, both, status, without};
use svcd_tests::tree::{SECRET, pseudo_random};
use svcd_tests::{Program, Server, Tree, each};

/// A request for each error that a client can cause at once.
fn requests() -> Vec<(&'static str, Vec<u8>, u16)> {
    vec![
        ("no Host", b"GET / HTTP/1.1\r\n\r\n".to_vec(), 400),
        ("a bad target", asking("GET", "/%zz", &[]), 400),
        ("a link", asking("GET", "/link", &[]), 403),
        ("missing", asking("GET", "/missing", &[]), 404),
        ("hidden", asking("GET", "/.secret", &[]), 404),
        ("a method", asking("DELETE", "/hello.txt", &[]), 405),
        ("a precondition", asking("GET", "/hello.txt", &["If-Match: \"x\""]), 412),
        ("a long line", asking("GET", format!("/{}", "x".repeat(20_000)), &[]), 414),
        ("a range", asking("GET", "/hello.txt", &["Range: bytes=99-"]), 416),
        ("an expectation", asking("GET", "/hello.txt", &["Expect: x"]), 417),
        ("coffee", asking("BREW", "/pot", &[]), 418),
        ("a long field", asking("GET", "/", &[&format!("X: {}", "x".repeat(40_000))]), 431),
        ("an unknown method", asking("FETCH", "/", &[]), 501),
        ("a version", b"GET / HTTP/2.0\r\nHost: a\r\n\r\n".to_vec(), 505),
    ]
}

fn tree() -> Tree {
    let tree = Tree::standard();
    tree.link("link", "hello.txt");
    tree
}

/// Starts a server whose `--errors` is a folder beside DOCROOT, filled by `fill`.
fn with_errors(tree: Tree, fill: impl FnOnce(&std::path::Path)) -> Server {
    let folder = tree.outside().join("errors");
    std::fs::create_dir(&folder).expect("a new folder");
    fill(&folder);
    let folder = folder.display().to_string();
    Server::with(tree).arguments(&["--errors", &folder]).start()
}

#[test]
fn the_built_in_page_says_what_was_wrong() {
    let server = Server::with(tree()).start();
    let mut pages = Vec::new();
    each(requests().iter().map(|row| (row.0, row)), |(_, request, right)| {
        let answer = server.ask(request)?;
        status(&answer, &[*right])?;
        answer.has("Content-Type", "text/html; charset=utf-8")?;
        let text = answer.text();
        if !text.contains(&right.to_string()) || !text.contains(&answer.reason) {
            return Err(format!("no status in {text:?}"));
        }
        let again = pages.contains(&text);
        pages.push(text);
        // The two that are not there must not differ: that would tell of hidden files.
        if again && *right != 404 { Err("the page of another error".to_owned()) } else { Ok(()) }
    });
}

#[test]
fn the_built_in_page_holds_no_markup_of_the_client() {
    let server = Server::with(tree()).start();
    for target in ["/<script>alert(1)</script>", "/%3Cscript%3Ealert(1)", "/missing?<script>", "/%zz<script>"]
    {
        let answer = server.get(target).expect("an answer");
        assert!([400, 404].contains(&answer.status), "{target}: {}", answer.status);
        assert!(!answer.text().contains("<script"), "{target}: {}", answer.text());
    }
}

#[test]
fn a_404_html_is_the_page_of_what_is_missing() {
    const PAGE: &str = "<!doctype html><title>lost</title>\n";
    const ROWS: &[(&str, u16)] = &[
        ("/missing", 404),
        ("/missing/", 404),
        ("/dir/missing", 404),
        ("/.secret", 404),
        ("/.git/config", 404),
        ("/hello.txt/", 404),
        ("/missing?q", 404),
    ];
    let tree = tree();
    tree.file("404.html", PAGE.as_bytes());
    tree.file("dir/404.html", b"only that of the root counts");
    let server = Server::with(tree).arguments(&["--cache", "60", "--header", "X-Own: kept"]).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        let answer = both(&server, target, &[])?;
        status(&answer, &[*right])?;
        answer.has("Cache-Control", "no-store")?;
        answer.has("X-Own", "kept")?;
        answer.has("Content-Length", &PAGE.len().to_string())?;
        if !answer.need("Content-Type")?.starts_with("text/html") || answer.text() != PAGE {
            return Err(format!("{:?} {:?}", answer.field("Content-Type"), answer.text()));
        }
        Ok(())
    });
    // The page is no representation of what was asked for: nothing selects it.
    for line in [
        "Range: bytes=0-3",
        "If-None-Match: *",
        "If-Match: \"x\"",
        "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT",
    ] {
        let answer = both(&server, "/missing", &[line]).expect("an answer");
        assert_eq!((answer.status, answer.text().as_str()), (404, PAGE), "{line}");
    }
    let itself = both(&server, "/404.html", &[]).expect("an answer");
    assert_eq!((itself.status, itself.text().as_str()), (200, PAGE), "asked for by its name it is a page");
    let other = both(&server, "/link", &[]).expect("an answer");
    assert!(other.status == 403 && other.text() != PAGE, "the page of 404 only");
}

#[test]
fn a_404_html_of_any_length() {
    let server = Server::with(tree()).start();
    for length in [0, 1, 32 << 10, (32 << 10) + 1, 300_000] {
        let page = pseudo_random(length);
        server.tree.file("404.html", &page);
        let answer = both(&server, "/missing", &[]).expect("an answer");
        assert!((answer.status, &answer.body) == (404, &page), "{length} bytes");
    }
}

#[test]
fn a_404_html_that_is_no_file_is_not_used() {
    type Make = fn(&Tree);
    let rows: [(&str, Make); 3] = [
        ("a link", |tree| tree.link("404.html", "../outside/secret.txt")),
        ("a folder", |tree| drop(tree.folder("404.html"))),
        ("a FIFO", |tree| tree.fifo("404.html")),
    ];
    each(rows.map(|row| (row.0, row.1)), |make| {
        let tree = tree();
        make(&tree);
        let server = Server::with(tree).start();
        let answer = both(&server, "/missing", &[])?;
        status(&answer, &[404])?;
        if answer.text().contains("404") { Ok(()) } else { Err(format!("no page: {}", answer.text())) }
    });
}

#[test]
fn errors_has_a_page_for_each_status() {
    let server = with_errors(tree(), |folder| {
        for (_, _, code) in requests() {
            std::fs::write(folder.join(format!("{code}.html")), format!("own page of {code}\n"))
                .expect("a page");
        }
    });
    server.tree.file("404.html", b"not this one");
    each(requests().iter().map(|row| (row.0, row)), |(_, request, right)| {
        let answer = server.ask(request)?;
        status(&answer, &[*right])?;
        if !answer.need("Content-Type")?.starts_with("text/html") {
            return Err(format!("{:?}", answer.field("Content-Type")));
        }
        without(&answer, &["ETag", "Last-Modified", "Content-Encoding", "Accept-Ranges"])?;
        match right {
            405 => drop(answer.need("Allow")?),
            416 => answer.has("Content-Range", "bytes */13")?,
            _ => {}
        }
        let text = answer.text();
        if text == format!("own page of {right}\n") { Ok(()) } else { Err(text) }
    });
    for target in ["/missing", "/link", "/%zz"] {
        both(&server, target, &[]).expect("HEAD equals GET");
    }
    assert_eq!(server.get("/404.html").map(|answer| answer.text()), Ok("not this one".to_owned()));
}

#[test]
fn a_status_without_a_page_of_its_own_has_the_built_in_one() {
    let server = with_errors(tree(), |folder| {
        std::fs::write(folder.join("403.html"), "own\n").expect("a page");
        std::fs::create_dir(folder.join("400.html")).expect("a folder");
        std::os::unix::fs::symlink("../secret.txt", folder.join("418.html")).expect("a link");
    });
    assert_eq!(server.get("/link").map(|answer| answer.text()), Ok("own\n".to_owned()));
    for (request, code) in [("GET /missing", "404"), ("GET /%zz", "400"), ("BREW /pot", "418")] {
        let answer =
            server.ask(format!("{request} HTTP/1.1\r\nHost: a\r\n\r\n").as_bytes()).expect("an answer");
        assert!(answer.text().contains(code) || answer.body == SECRET, "{request}: {}", answer.text());
    }
    // A 404.html of DOCROOT still stands for the one that is not there.
    server.tree.file("404.html", b"of the root");
    assert_eq!(server.get("/missing").map(|answer| answer.text()), Ok("of the root".to_owned()));
}

#[test]
fn a_page_of_errors_may_change_and_be_large() {
    let server = with_errors(tree(), |folder| {
        std::fs::write(folder.join("404.html"), pseudo_random(200_000)).expect("a page");
    });
    let answer = both(&server, "/missing", &[]).expect("an answer");
    assert!(answer.status == 404 && answer.body == pseudo_random(200_000));
    let page = server.tree.outside().join("errors/404.html");
    std::fs::write(&page, "new\n").expect("write");
    assert_eq!(server.get("/missing").map(|answer| answer.text()), Ok("new\n".to_owned()));
    std::fs::remove_file(&page).expect("remove");
    assert!(server.get("/missing").is_ok_and(|answer| answer.text().contains("404")));
}

#[test]
fn errors_that_is_no_folder_is_a_failure_to_start() {
    let tree = tree();
    let root = tree.root().display().to_string();
    for folder in ["/nonexistent/errors".to_owned(), tree.path("hello.txt").display().to_string()] {
        let ended = Program::chosen().run(&["-p", "0", "--errors", &folder, &root]);
        assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(1), 1), "{}", ended.stderr);
    }
}

#[test]
fn pages_of_errors_are_not_part_of_the_site() {
    let server = with_errors(tree(), |folder| {
        std::fs::write(folder.join("404.html"), "own\n").expect("a page");
    });
    for target in ["/errors/404.html", "/../outside/errors/404.html"] {
        assert_eq!(server.get(target).map(|answer| answer.status), Ok(404), "{target}");
    }
    assert_eq!(
        server.get("/404.html").map(|answer| (answer.status, answer.text())),
        Ok((404, "own\n".to_owned()))
    );
}
