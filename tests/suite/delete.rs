//! DELETE (RFC 9110 9.3.5): a file is gone, and nothing else can be deleted.

use std::fs;
use std::io::Read;

use svcd_tests::asking::{status, without};
use svcd_tests::log_line::LogLine;
use svcd_tests::server::request;
use svcd_tests::tree::big;
use svcd_tests::writing::{self, delete, head, names_in, refused, server_of};
use svcd_tests::{Connection, Tree, each};

#[test]
fn a_file_is_gone() {
    let tree = Tree::small();
    tree.file("with space", b"x");
    tree.file("\u{e4}.txt", b"x");
    tree.file("read-only", b"x");
    tree.permit("read-only", 0o400);
    let server = server_of(tree, &[]);
    let rows = [
        ("/dir/inner.txt", "dir/inner.txt"),
        ("/empty.txt", "empty.txt"),
        ("/with%20space", "with space"),
        ("/%C3%A4.txt", "\u{e4}.txt"),
        ("/read-only", "read-only"),
        ("//index.html?query", "index.html"),
        ("/dir/../bare/./file.txt", "bare/file.txt"),
        ("http://localhost/dir/index.html", "dir/index.html"),
    ];
    each(rows.map(|row| (row.0, row)), |(target, name)| {
        let before = names_in(server.tree.path(name).parent().expect("a folder").to_owned());
        let answer = server.ask(&delete(target, &[]))?;
        status(&answer, &[204])?;
        without(&answer, &["ETag", "Last-Modified", "Content-Type", "Location"])?;
        if fs::symlink_metadata(server.tree.path(name)).is_ok() {
            return Err("it is still there".to_owned());
        }
        let after = names_in(server.tree.path(name).parent().expect("a folder").to_owned());
        if after.len() + 1 != before.len() {
            return Err(format!("{before:?} became {after:?}"));
        }
        refused(&server, &delete(target, &[]), &[404]).map(drop)
    });
    assert_eq!(server.get("/dir/inner.txt").map(|answer| answer.status), Ok(404));
}

#[test]
fn what_is_no_file_stays() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/missing", &[404]),
        ("/missing/", &[404]),
        ("/missing/x", &[404]),
        ("/dir/missing", &[404]),
        ("/hello.txt/", &[404]),
        ("/hello.txt/x", &[404]),
        ("/hello.txt/x/y", &[404]),
        ("/", &[403]),
        ("/dir", &[409]),
        ("/dir/", &[409]),
        ("/dir/.", &[409]),
        ("/dir/..", &[403]),
        ("/bare", &[409]),
        ("/bare/", &[409]),
        ("/only-hidden", &[409]),
        ("/empty", &[403]),
        ("/empty/", &[403]),
        ("/link", &[403]),
        ("/link-to-folder", &[403]),
        ("/link-to-folder/inner.txt", &[403]),
        ("/link-to-folder/missing", &[403]),
        ("/link-to-nothing", &[403]),
        ("/link-to-itself", &[403]),
        ("/link-outside", &[403]),
        ("/link-to-outside/secret.txt", &[403]),
        ("/dir/link-up/hello.txt", &[403]),
        ("/fifo", &[403]),
        ("/socket", &[403]),
        ("/link-to-folder/", &[403, 404]),
        ("/link/x", &[403, 404]),
        ("/fifo/", &[403, 404]),
        ("/fifo/x", &[403, 404]),
        ("/../outside/secret.txt", &[404]),
        ("/%2e%2e/outside/secret.txt", &[404]),
        ("/dir/../../outside/secret.txt", &[404]),
        ("/..%2foutside/secret.txt", &[400]),
    ];
    let tree = Tree::small();
    tree.folder("empty");
    tree.file("only-hidden/.x", b"x");
    tree.link("link", "hello.txt");
    tree.link("link-to-folder", "dir");
    tree.link("link-to-nothing", "nothing");
    tree.link("link-to-itself", "link-to-itself");
    tree.link("link-outside", "../outside/secret.txt");
    tree.link("link-to-outside", "../outside");
    tree.link("dir/link-up", "..");
    tree.fifo("fifo");
    tree.socket("socket");
    let server = server_of(tree, &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        refused(&server, &delete(target, &[]), right).map(drop)
    });
}

#[test]
fn an_empty_root_stays() {
    let tree = Tree::empty();
    let server = server_of(tree, &[]);
    for target in ["/", "//", "/."] {
        let answer = server.ask(&delete(target, &[])).expect("an answer");
        assert_eq!(answer.status, 403, "{target}");
    }
    assert!(server.tree.root().is_dir());
}

#[test]
fn one_of_several_links() {
    let server = writing::server(&[]);
    fs::hard_link(server.tree.path("hello.txt"), server.tree.path("other.txt")).expect("a hard link");
    assert_eq!(server.ask(&delete("/other.txt", &[])).map(|answer| answer.status), Ok(204));
    server.assert_serving();
}

#[test]
fn its_content_is_read_and_dropped() {
    let server = writing::server(&[]);
    let inner = request("DELETE", b"/hello.txt");
    let chunks = [&format!("{:x}\r\n", inner.len()).into_bytes()[..], &inner[..], b"\r\n0\r\n\r\n"].concat();
    let length = format!("Content-Length: {}", inner.len());
    let rows: [(&str, &[&str], &[u8]); 4] = [
        ("none", &[], b""),
        ("none, said so", &["Content-Length: 0"], b""),
        ("a length", &[&length], &inner),
        ("chunks", &["Transfer-Encoding: chunked"], &chunks),
    ];
    each(rows.map(|row| (row.0, row)), |(_, lines, body)| {
        for (target, right) in [("/passing", 204), ("/passing", 404), ("/dir", 409)] {
            if right == 204 {
                server.tree.file("passing", b"x");
            }
            let request = [head("DELETE", target, lines), body.to_vec()].concat();
            let mut connection = server.connect();
            let answer = connection.exchange(&request)?;
            status(&answer, &[right])?;
            connection.is_open().map_err(|why| format!("after {right}: {why}"))?;
        }
        Ok(())
    });
}

#[test]
fn with_malformed_content_the_answer_says_what_happened() {
    // Whether the file goes before its dropped content is read is nobody's
    // promise, but the answer has to say what happened.
    let server = writing::server(&[]);
    for (number, body) in ["x\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n"].into_iter().enumerate() {
        let name = format!("kept-{number}");
        server.tree.file(&name, b"x");
        let line = "Transfer-Encoding: chunked";
        let request = [head("DELETE", format!("/{name}"), &[line]), body.as_bytes().to_vec()].concat();
        let answer = server.ask(&request).expect("an answer");
        let is_there = server.tree.path(&name).exists();
        assert_eq!(is_there, answer.status != 204, "{body:?}: {}", answer.status);
    }
}

#[test]
fn of_http_1_0() {
    let server = writing::server(&[]);
    let mut connection = server.connect();
    let answer = connection.exchange(b"DELETE /empty.txt HTTP/1.0\r\n\r\n").expect("an answer");
    assert_eq!(answer.status, 204);
    assert_eq!(connection.at_end(), Ok(()));
    assert!(!server.tree.path("empty.txt").exists());
}

#[test]
fn who_reads_the_file_reads_it_to_its_end() {
    let server = server_of(Tree::standard(), &[]);
    let mut connection = Connection::open_narrow(server.address);
    connection.send(&request("GET", b"/big.bin"));
    let mut bytes = connection.read(10_000).expect("the beginning");
    let mut file = fs::File::open(server.tree.path("hello.txt")).expect("the file");
    assert_eq!(server.ask(&delete("/big.bin", &[])).map(|answer| answer.status), Ok(204));
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the head") + 4;
    while bytes.len() < head + big().len() {
        bytes.extend(connection.read(1).expect("the rest"));
    }
    let answer = svcd_tests::response::only(&bytes, false).expect("a whole answer");
    assert!(answer.body == big(), "{} bytes", answer.body.len());
    assert_eq!(server.get("/big.bin").map(|answer| answer.status), Ok(404));
    assert_eq!(server.ask(&delete("/hello.txt", &[])).map(|answer| answer.status), Ok(204));
    let mut text = String::new();
    file.read_to_string(&mut text).expect("it is still read");
    assert_eq!(text, "hello, world\n");
}

#[test]
fn what_the_log_says_of_it() {
    let server = writing::server(&[]);
    let rows = [("/empty.txt", 204), ("/empty.txt", 404), ("/dir/", 409), ("/.x", 403)];
    for (number, (target, right)) in rows.into_iter().enumerate() {
        assert_eq!(server.ask(&delete(target, &[])).map(|answer| answer.status), Ok(right), "{target}");
        let lines = server.log().lines(number + 1);
        let line = LogLine::parse(&lines[number]).expect("a line");
        assert_eq!((line.status, line.request), (right, format!("DELETE {target} HTTP/1.1")));
    }
}
