//! Mistakes with PUT, DELETE and temporary files.

use std::fs;
use std::time::{Duration, Instant};

use svcd_tests::asking::{asking, status};
use svcd_tests::server::request;
use svcd_tests::snapshot::leftovers;
use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::{self, delete, head, put, put_chunks, refused, server_of, stored};
use svcd_tests::{Server, Snapshot, Tree, each, skip};

#[test]
fn nobody_writes_unless_it_was_asked_for() {
    let server = Server::with(Tree::small()).start();
    for request in [put("/new.txt", b"abc", &[]), put("/hello.txt", b"", &[]), delete("/hello.txt", &[])] {
        refused(&server, &request, &[405]).expect("not allowed");
    }
}

#[test]
fn no_page_of_another_site_writes() {
    let server = writing::server(&[]);
    for line in ["Origin: http://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"] {
        refused(&server, &put("/hello.txt", b"abc", &[line]), &[403]).expect(line);
        refused(&server, &delete("/hello.txt", &[line]), &[403]).expect(line);
    }
    // A name of another one that was made to lead here (DNS rebinding).
    refused(&server, &delete("/hello.txt", &["Host: evil.example:8080"]), &[421]).expect("another name");
}

#[test]
fn a_file_that_is_deleted_is_gone_and_the_answer_says_so() {
    let server = writing::server(&[]);
    let answer = server.ask(&delete("/hello.txt", &[])).expect("an answer");
    assert_eq!(answer.status, 204);
    assert!(!server.tree.path("hello.txt").exists());
    assert_eq!(server.ask(&delete("/hello.txt", &[])).map(|answer| answer.status), Ok(404));
    assert_eq!(server.ask(&delete("/index.html/x", &[])).map(|answer| answer.status), Ok(404));
    assert_eq!(server.ask(&delete("*", &[])).map(|answer| answer.status), Ok(400));
}

#[test]
fn a_created_file_has_a_location() {
    let server = writing::server(&[]);
    let answer = stored(&server, &put("/a%20b", b"abc", &[]), 201, "/a%20b", b"abc").expect("stored");
    assert_eq!(answer.has("Location", "/a%20b").and(answer.has("Content-Length", "0")), Ok(()));
}

#[test]
fn each_mistake_of_a_length_has_its_own_status() {
    const ROWS: &[(&str, &[&str], u16)] = &[
        ("none", &[], 411),
        ("a tail", &["Content-Length: 3x"], 400),
        ("negative", &["Content-Length: -3"], 400),
        ("signed", &["Content-Length: +3"], 400),
        ("empty", &["Content-Length:"], 400),
        ("two", &["Content-Length: 3", "Content-Length: 4"], 400),
        ("the same twice", &["Content-Length: 3", "Content-Length: 3"], 400),
        ("more than a gigabyte", &["Content-Length: 1073741825"], 413),
        ("forty digits", &["Content-Length: 1111111111111111111111111111111111111111"], 400),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, lines, right)| {
        refused(&server, &head("PUT", "/new.txt", lines), &[*right]).map(drop)
    });
    // A space behind it is none of its value, and this is another field.
    let lines = ["Content-Length: 3 ", "Content-Length-Foo: 99"];
    let request = [&head("PUT", "/new.txt", &lines)[..], b"abc"].concat();
    stored(&server, &request, 201, "/new.txt", b"abc").expect("three bytes");
}

#[test]
fn the_framing_of_chunks_is_not_stored() {
    let server = writing::server(&[]);
    let chunks = b"5\r\nhello\r\n7;a=b\r\n, world\r\n0\r\nX: y\r\n\r\n";
    stored(&server, &put_chunks("/new.txt", chunks, &[]), 201, "/new.txt", b"hello, world").expect("stored");
    let both = put_chunks("/other.txt", chunks, &["Content-Length: 43"]);
    refused(&server, &both, &[400]).expect("a length as well");
}

#[test]
fn a_client_that_waits_is_told_to_go_on() {
    let server = writing::server(&[]);
    let request = head("PUT", "/new.txt", &["Content-Length: 3", "Expect: 100-continue"]);
    let mut connection = server.connect();
    connection.send(&request);
    let interim = connection.next_response(svcd_tests::response::Asked::by(&request));
    assert_eq!(interim.map(|interim| interim.status), Ok(100));
    connection.send(b"abc");
    assert_eq!(connection.next_answer(&request).map(|answer| answer.status), Ok(201));
}

#[test]
fn a_part_is_not_stored_as_the_whole() {
    let server = writing::server(&[]);
    let part = put("/hello.txt", b"HELLO", &["Content-Range: bytes 0-4/13"]);
    refused(&server, &part, &[400]).expect("a part");
}

#[test]
fn what_must_not_exist_is_not_overwritten() {
    let server = writing::server(&[]);
    refused(&server, &put("/hello.txt", b"abc", &["If-None-Match: *"]), &[412]).expect("it exists");
}

#[test]
fn what_cannot_be_stored_leaves_no_temporary_file() {
    let tree = Tree::small();
    tree.link("link", "hello.txt");
    tree.link("link-to-folder", "dir");
    tree.fifo("fifo");
    let server = server_of(tree, &[]);
    let targets =
        ["/missing/x", "/hello.txt/x", "/new/", "/", "/dir", "/dir/", "/link", "/link-to-folder/x", "/fifo"];
    each(targets.map(|target| (target, target)), |target| {
        for length in [5, 100_000] {
            refused(&server, &put(target, &pseudo_random(length), &[]), &[403, 409])?;
        }
        Ok(())
    });
}

#[test]
fn a_body_that_stalls_or_drips_leaves_no_temporary_file() {
    let server = writing::server(&["--header-timeout", "1", "--min-rate", "1000"]);
    let before = Snapshot::of(server.tree.base());
    let start = Instant::now();
    let mut stalled = server.connect();
    let mut dripping = server.connect();
    let request = head("PUT", "/hello.txt", &["Content-Length: 200000"]);
    stalled.send(&[&request[..], b"abc"].concat());
    dripping.send(&request);
    for _ in 0..8 {
        dripping.send(b"x");
        std::thread::sleep(Duration::from_millis(100));
    }
    for connection in [&mut stalled, &mut dripping] {
        assert_eq!(connection.next_answer(&request).map(|answer| answer.status), Ok(408));
        assert_eq!(connection.at_end(), Ok(()));
    }
    // What was announced gives no time, only what has come.
    assert!(start.elapsed() < Duration::from_secs(1) + svcd_tests::deadline() / 6, "{:?}", start.elapsed());
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn an_upload_that_breaks_off_leaves_the_old_file_and_no_other() {
    let server = writing::server(&[]);
    let before = Snapshot::of(server.tree.base());
    let request = put("/hello.txt", &pseudo_random(100_000), &[]);
    let mut connection = server.connect();
    connection.send(&request[..50_000]);
    connection.half_close();
    assert_eq!(connection.next_answer(&request).map(|answer| answer.status), Ok(400));
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn a_guard_of_names_is_not_passed_by_another_spelling() {
    let tree = Tree::small();
    tree.file(".svcd-00000005", b"somebody's unfinished upload");
    tree.file("errors/404.html", b"lost\n");
    let errors = tree.path("errors").display().to_string();
    let server = Server::with(tree).arguments(&["--errors", &errors]).start();
    let spellings = ["/.svcd-00000005", "/./.svcd-00000005", "/%2esvcd-00000005", "//.svcd-00000005"];
    for target in spellings {
        assert_eq!(server.get(target).map(|answer| answer.status), Ok(404), "{target}");
    }
    assert_eq!(server.get("/%2f.svcd-00000005").map(|answer| answer.status), Ok(400));
    let tree = Tree::small();
    tree.file("errors/404.html", b"lost\n");
    let errors = tree.path("errors").display().to_string();
    let server = server_of(tree, &["--errors", &errors]);
    for target in spellings {
        refused(&server, &put(target, b"abc", &[]), &[403]).expect(target);
    }
    for target in ["/./errors/404.html", "//errors/404.html", "/%65rrors/404.html", "/dir/../errors/new.html"]
    {
        refused(&server, &put(target, b"abc", &[]), &[403]).expect(target);
    }
    for target in ["/%2ferrors/404.html", "/%2f.svcd-00000005"] {
        refused(&server, &put(target, b"abc", &[]), &[400]).expect(target);
    }
}

#[test]
fn an_early_answer_is_not_destroyed_by_what_was_not_read() {
    let server = writing::server(&["--max-body", "1k"]);
    let body = pseudo_random(3_000_000);
    let rows = [
        ("413", put("/new.txt", &body, &[]), 413),
        ("403", put("/.new", &body, &[]), 403),
        ("409", put("/dir/", &body, &[]), 409),
        ("421", put("/new.txt", &body, &["Host: evil.example"]), 421),
        ("405", [&head("POST", "/", &["Content-Length: 3000000"])[..], &body].concat(), 405),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, whole, right)| {
        for _ in 0..3 {
            let mut connection = server.connect();
            let sending = connection.send_beside(whole.clone());
            let answer = connection.next_answer(whole)?;
            status(&answer, &[*right])?;
            answer.has("Connection", "close")?;
            // An end, and not a reset.
            connection.at_end()?;
            sending.join().expect("no panic").map_err(|error| format!("while sending: {error}"))?;
        }
        Ok(())
    });
    assert_eq!(leftovers(&server.tree.root()).len(), 0);
}

#[test]
fn a_file_system_mounted_in_the_tree_is_a_part_of_it() {
    let tree = Tree::small();
    let mounted = tree.folder("mounted").display().to_string();
    let script = format!("mount -t tmpfs svcd-test '{mounted}' && exec \"$@\"");
    let words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"];
    let has_mounts = std::process::Command::new(words[0]).args(&words[1..]).arg("true").output();
    if !has_mounts.is_ok_and(|output| output.status.success()) {
        return skip("a mounted file system", "nothing can be mounted by this user");
    }
    let server = Server::with(tree).behind(&words).arguments(&["--write"]).start();
    // The tests do not see what is mounted there: it is another name space.
    for (content, right) in [(&b"one"[..], 201), (b"and two", 204)] {
        stored(&server, &put("/mounted/new.txt", content, &[]), right, "/mounted/new.txt", content)
            .expect("stored");
        assert!(!server.tree.path("mounted/new.txt").exists());
    }
    assert_eq!(server.ask(&delete("/mounted/new.txt", &[])).map(|answer| answer.status), Ok(204));
    refused(&server, &put("/mounted", b"abc", &[]), &[409]).expect("a folder");
    let folder = server.ask(&delete("/mounted", &[])).expect("an answer");
    assert_eq!(folder.status, 403, "an empty folder");
}

#[test]
fn a_root_that_is_a_mounted_file_system() {
    let tree = Tree::small();
    let root = tree.root().display().to_string();
    let script = format!("mount -t tmpfs svcd-test '{root}' && exec \"$@\"");
    let words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"];
    let has_mounts = std::process::Command::new(words[0]).args(&words[1..]).arg("true").output();
    if !has_mounts.is_ok_and(|output| output.status.success()) {
        return skip("a mounted root", "nothing can be mounted by this user");
    }
    let server = Server::with(tree).behind(&words).arguments(&["--write"]).start();
    let requests = [
        (put("/hello.txt", b"hello, world\n", &[]), 201),
        (asking("GET", "/hello.txt", &[]), 200),
        (request("GET", b"/"), 200),
        (delete("/hello.txt", &[]), 204),
    ];
    for (request, right) in requests {
        assert_eq!(server.ask(&request).map(|answer| answer.status), Ok(right));
    }
    assert!(fs::read(server.tree.path("hello.txt")).is_ok(), "what is below the mount is untouched");
}
