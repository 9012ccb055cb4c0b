//! Nothing outside of DOCROOT is served, whatever the spelling; and every name
//! inside can be asked for.

use svcd_tests::tree::SECRET;
use svcd_tests::{Response, Server, Tree, each, path_max, skip};

fn status(response: &Response, expected: &[u16]) -> Result<(), String> {
    let right = expected.contains(&response.status);
    if right { Ok(()) } else { Err(format!("expected {expected:?}, got {}", response.status)) }
}

#[test]
fn traversal() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/../outside/secret.txt", &[404]),
        ("/../../../../../../etc/passwd", &[404]),
        ("/dir/../../outside/secret.txt", &[404]),
        ("/dir/../../../outside/secret.txt", &[404]),
        ("/missing/../../outside/secret.txt", &[404]),
        ("/%2e%2e/outside/secret.txt", &[404]),
        ("/%2E%2E/outside/secret.txt", &[404]),
        ("/.%2e/outside/secret.txt", &[404]),
        ("/%2e./outside/secret.txt", &[404]),
        ("/%2e%2e/%2e%2e/etc/passwd", &[404]),
        ("/..//outside/secret.txt", &[404]),
        ("//../outside/secret.txt", &[404]),
        ("/dir//../../outside/secret.txt", &[404]),
        ("/./../outside/secret.txt", &[404]),
        ("/..%2foutside/secret.txt", &[400]),
        ("/%2e%2e%2foutside%2fsecret.txt", &[400]),
        ("/..%5coutside%5csecret.txt", &[404, 400]),
        ("/..\\outside\\secret.txt", &[404, 400]),
        ("/%252e%252e/outside/secret.txt", &[404]),
        ("/..%252foutside/secret.txt", &[404]),
        ("/%c0%ae%c0%ae/outside/secret.txt", &[404]),
        ("/%e0%80%ae%e0%80%ae/outside/secret.txt", &[404]),
        ("/..;/outside/secret.txt", &[404]),
        ("/..%00/outside/secret.txt", &[400]),
        ("/.../outside/secret.txt", &[404]),
        ("/..../outside/secret.txt", &[404]),
        ("/dir/..%20/outside/secret.txt", &[404]),
        ("http://a/../outside/secret.txt", &[404]),
        ("http://a/%2e%2e/outside/secret.txt", &[404]),
        ("/?/../outside/secret.txt", &[200]),
        ("/..", &[200]),
        ("/../", &[200]),
        ("/../..", &[200]),
    ];
    // That an answer does not hold the secret is checked for every answer.
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, expected)| status(&server.get(target)?, expected));
}

#[test]
fn dot_segments_and_empty_segments() {
    const ROWS: &[(&str, &str)] = &[
        ("/./hello.txt", "hello, world\n"),
        ("/dir/../hello.txt", "hello, world\n"),
        ("/missing/../hello.txt", "hello, world\n"),
        ("/hello.txt/../hello.txt", "hello, world\n"),
        ("/../hello.txt", "hello, world\n"),
        ("/../../hello.txt", "hello, world\n"),
        ("/%2e/hello.txt", "hello, world\n"),
        ("/dir/%2e%2e/hello.txt", "hello, world\n"),
        ("/a/b/../../hello.txt", "hello, world\n"),
        ("/a/../b/../hello.txt", "hello, world\n"),
        ("//hello.txt", "hello, world\n"),
        ("///hello.txt", "hello, world\n"),
        ("/dir/./inner.txt", "inner\n"),
        ("/dir//inner.txt", "inner\n"),
        ("/dir/../dir/inner.txt", "inner\n"),
        ("/%68ello%2Etxt", "hello, world\n"),
        ("/dir/.", "<!doctype html><title>dir</title>\n"),
        ("/dir/./", "<!doctype html><title>dir</title>\n"),
        ("/dir/x/..", "<!doctype html><title>dir</title>\n"),
        ("/dir/..", "<!doctype html><title>root</title>\n"),
        ("/dir/../", "<!doctype html><title>root</title>\n"),
        ("//", "<!doctype html><title>root</title>\n"),
    ];
    let server = Server::start(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, text)| {
        let response = server.get(target)?;
        status(&response, &[200])?;
        if response.text() == *text { Ok(()) } else { Err(format!("got {:?}", response.text())) }
    });
}

#[test]
fn what_is_no_regular_file() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/link", &[403]),
        ("/link-to-folder", &[403]),
        ("/link-to-folder/", &[403]),
        ("/link-to-folder/inner.txt", &[403]),
        ("/link-to-folder/missing", &[403]),
        ("/link-outside", &[403]),
        ("/link-to-outside/secret.txt", &[403]),
        ("/link-absolute", &[403]),
        ("/link-to-nothing", &[403]),
        ("/link-to-itself", &[403]),
        ("/dir/link-up/hello.txt", &[403]),
        ("/linked-index/", &[403]),
        ("/fifo", &[403]),
        ("/fifo-index/", &[403]),
        ("/socket", &[403]),
        ("/folder-index/", &[200, 403, 404]),
        ("/bare/", &[200]),
        ("/hello.txt/", &[404]),
        ("/hello.txt/x", &[404]),
        ("/hello.txt/./", &[404]),
        ("/hello.txt/x/../y", &[404]),
        ("/fifo/", &[404, 403]),
        ("/missing", &[404]),
        ("/missing/", &[404]),
        ("/missing/x", &[404]),
        ("/dir/missing/", &[404]),
        ("/.secret", &[404]),
        ("/%2esecret", &[404]),
        ("/.git/config", &[404]),
        ("/.git/", &[404]),
        ("/.git", &[404]),
        ("/dir/.hidden", &[404]),
        ("/dir/.well-known/x", &[404]),
        ("/.missing", &[404]),
        ("/.well-known/x", &[200]),
        ("/.well-known/acme/token", &[200]),
        ("/.well-known/missing", &[404]),
        ("/.well-known/../.secret", &[404]),
        ("/.well-known/../.git/config", &[404]),
        ("/.well-known/../dir/.hidden", &[404]),
        ("/.well-knownx", &[404]),
    ];
    let tree = Tree::standard();
    let outside = tree.outside();
    tree.link("link", "hello.txt");
    tree.link("link-to-folder", "dir");
    tree.link("link-outside", "../outside/secret.txt");
    tree.link("link-to-outside", &outside);
    tree.link("link-absolute", tree.path("hello.txt"));
    tree.link("link-to-nothing", "missing");
    tree.link("link-to-itself", "link-to-itself");
    tree.link("dir/link-up", "..");
    tree.folder("linked-index");
    tree.link("linked-index/index.html", "../hello.txt");
    tree.fifo("fifo");
    tree.folder("fifo-index");
    tree.fifo("fifo-index/index.html");
    tree.socket("socket");
    tree.folder("folder-index/index.html");
    tree.file(".well-knownx", b"hidden\n");
    let server = Server::with(tree).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, expected)| {
        status(&server.get(target)?, expected)?;
        let head = server.head(target)?;
        status(&head, expected)
    });
}

#[test]
fn devices() {
    let server = Server::start(&[]);
    match server.tree.null_device("null") {
        Ok(()) => {
            let response = server.get("/null").expect("an answer");
            assert_eq!(response.status, 403);
        }
        Err(why) => skip("a device in the tree", &why),
    }
}

#[test]
fn names() {
    const ROWS: &[&[u8]] = &[
        b"with space.txt",
        b"  spaces  ",
        b"per%cent.txt",
        b"%41",
        b"%2e%2e",
        b"quo\"te.txt",
        b"it's.txt",
        b"a+b.txt",
        b"hash#tag.txt",
        b"question?mark.txt",
        b"amp&er=sand;x",
        b"less<more>.txt",
        b"back\\slash.txt",
        b"co:lon",
        b"-dash",
        b"~tilde",
        b"a..b",
        b"a.",
        b"[brackets]{braces}|^`",
        b"*",
        "na\u{ef}ve \u{540d}\u{524d}.txt".as_bytes(),
        "decomposed a\u{308}".as_bytes(),
        "\u{1f980}".as_bytes(),
        b"\xff\xfe not UTF-8 \x80",
    ];
    let tree = Tree::empty();
    let mut rows: Vec<Vec<u8>> = ROWS.iter().map(|name| name.to_vec()).collect();
    rows.push(vec![b'n'; 255]);
    if cfg!(target_os = "macos") {
        skip("a name that is not UTF-8", "the file system has none");
        rows.retain(|name| std::str::from_utf8(name).is_ok());
    }
    for name in &rows {
        tree.file(name, name);
    }
    let server = Server::with(tree).start();
    each(rows.iter().map(|name| (String::from_utf8_lossy(name).into_owned(), name)), |name| {
        let encoded = |keep: fn(u8) -> bool, upper: bool| {
            let mut target = vec![b'/'];
            for &byte in name {
                match (keep(byte), upper) {
                    (true, _) => target.push(byte),
                    (_, true) => target.extend(format!("%{byte:02X}").bytes()),
                    _ => target.extend(format!("%{byte:02x}").bytes()),
                }
            }
            target
        };
        let forms = [
            encoded(|_| false, true),
            encoded(|_| false, false),
            encoded(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte), true),
            encoded(|byte| byte.is_ascii_alphanumeric() || b"-._~+!$&'()*,;=:@".contains(&byte), true),
            // Bytes from 0x80 may stand as they are.
            encoded(|byte| byte.is_ascii_alphanumeric() || byte >= 0x80, true),
        ];
        for target in forms {
            let response = server.get(&target)?;
            if (response.status, &response.body) != (200, name) {
                return Err(format!("{} for {:?}", response.status, String::from_utf8_lossy(&target)));
            }
        }
        Ok(())
    });
    for target in ["/with+space.txt", "/a%20b.txt"] {
        assert_eq!(server.get(target).map(|response| response.status), Ok(404), "{target}: + is no space");
    }
}

#[test]
fn long_and_deep_paths() {
    let tree = Tree::standard();
    // PATH_MAX is 1024 on Darwin and 4096 on Linux, with the NUL.
    let deep = "d/".repeat(900.min((path_max() - 10) / 2)) + "file.txt";
    tree.file(&deep, b"deep\n");
    let wide = format!("{0}/{0}/{0}/file.txt", "w".repeat(255));
    tree.file(&wide, b"wide\n");
    let server = Server::with(tree).start();
    for (name, text) in [(&deep, "deep\n"), (&wide, "wide\n")] {
        assert_eq!(server.get(format!("/{name}")).map(|response| response.text()), Ok(text.to_owned()));
    }
    let rows: &[(&str, String, &[u16])] = &[
        ("a segment of 256 bytes", format!("/{}", "x".repeat(256)), &[404]),
        ("a segment of 4000 bytes", format!("/{}", "x".repeat(4000)), &[404]),
        ("a segment of 7000 bytes", format!("/{}", "x".repeat(7000)), &[404, 414]),
        ("3500 folders", "/d".repeat(3500), &[404, 414]),
        ("a folder with too long a name", format!("/{}/", "x".repeat(256)), &[404]),
        ("too long below a file", format!("/hello.txt/{}", "x".repeat(256)), &[404]),
        ("2300 encoded bytes", format!("/{}", "%78".repeat(2300)), &[404]),
        ("2000 steps up", format!("{}/hello.txt", "/..".repeat(2000)), &[200]),
        ("2000 steps down and up", format!("{}/hello.txt", "/a/..".repeat(1500)), &[200]),
        ("4000 empty segments", format!("{}hello.txt", "/".repeat(4000)), &[200]),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, target, expected)| status(&server.get(target)?, expected));
}

#[test]
fn a_link_that_appears_while_serving() {
    // A name is safe or not at the moment it is opened, not when it was looked at.
    let server = Server::start(&[]);
    assert_eq!(server.get("/bare/file.txt").map(|response| response.status), Ok(200));
    let bare = server.tree.path("bare");
    std::fs::remove_dir_all(&bare).expect("remove");
    std::os::unix::fs::symlink(server.tree.outside(), &bare).expect("a link");
    let response = server.get("/bare/secret.txt").expect("an answer without the secret");
    assert_eq!(response.status, 403);
    assert_ne!(response.body, SECRET);
}
