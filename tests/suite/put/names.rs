//! The names of stored files: every name that can be read can be written, but
//! for those with a dot in front.

use std::fs;

use svcd_tests::asking::status;
use svcd_tests::tree::FILES;
use svcd_tests::writing::{self, delete, put, refused, stored};
use svcd_tests::{each, path_max, some};

#[test]
fn names_and_the_location_of_each() {
    const ROWS: &[(&str, &str, &str)] = &[
        ("/new.txt", "new.txt", "/new.txt"),
        ("/NEW.TXT", "NEW.TXT", "/NEW.TXT"),
        ("/dir/new.txt", "dir/new.txt", "/dir/new.txt"),
        ("/with%20space", "with space", "/with%20space"),
        ("/a+b", "a+b", "/a+b"),
        ("/per%25cent", "per%cent", "/per%25cent"),
        ("/quo%22te", "quo\"te", "/quo%22te"),
        ("/question%3fmark", "question?mark", "/question%3Fmark"),
        ("/number%23sign", "number#sign", "/number%23sign"),
        ("/%6eew%2etxt2", "new.txt2", "/new.txt2"),
        ("/%C3%A4%e5%90%8d.txt", "\u{e4}\u{540d}.txt", "/%C3%A4%E5%90%8D.txt"),
        ("/\u{f6}\u{1f600}", "\u{f6}\u{1f600}", "/%C3%B6%F0%9F%98%80"),
        ("/dir/../up.txt", "up.txt", "/up.txt"),
        ("/missing/../beside.txt", "beside.txt", "/beside.txt"),
        ("//twice.txt", "twice.txt", "/twice.txt"),
        ("/./dot.txt", "dot.txt", "/dot.txt"),
        ("/dir//deep.txt", "dir/deep.txt", "/dir/deep.txt"),
        ("/query.txt?a=b&c", "query.txt", "/query.txt"),
        ("http://localhost/absolute.txt", "absolute.txt", "/absolute.txt"),
        ("/a.b.c..", "a.b.c..", "/a.b.c.."),
        ("/-", "-", "/-"),
        ("/~", "~", "/~"),
        ("/a.svcd-00000000", "a.svcd-00000000", "/a.svcd-00000000"),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, name, location)| {
        let answer = stored(&server, &put(target, name.as_bytes(), &[]), 201, location, name.as_bytes())?;
        answer.has("Location", location)?;
        let content = fs::read(server.tree.path(name)).map_err(|error| format!("{name}: {error}"))?;
        if content != name.as_bytes() {
            return Err(format!("{name} is another file"));
        }
        let again = server.ask(&put(target, b"", &[]))?;
        status(&again, &[204])?;
        status(&server.ask(&delete(target, &[]))?, &[204])?;
        if fs::metadata(server.tree.path(name)).is_ok() { Err("not deleted".to_owned()) } else { Ok(()) }
    });
}

#[test]
fn long_names() {
    let server = writing::server(&[]);
    let longest = format!("/{}", "n".repeat(255));
    stored(&server, &put(&longest, b"abc", &[]), 201, &longest, b"abc").expect("255 bytes");
    let deep = format!("/{}/x", "y".repeat(256));
    let path = format!("/{}", "d/".repeat(path_max() / 2)) + "x";
    for target in [format!("{longest}n"), deep, path] {
        for request in [put(&target, b"abc", &[]), delete(&target, &[])] {
            // A folder with such a name cannot be there: it is missing, or its name too long.
            let right = if target.len() == 257 { &[414, 404][..] } else { &[414, 409, 404] };
            let answer = refused(&server, &request, right).expect("refused");
            let is_put = request.starts_with(b"PUT");
            assert!(!is_put || answer.status != 404, "{} bytes: {}", target.len(), answer.status);
        }
    }
}

#[test]
fn names_with_a_dot_in_front() {
    let server = writing::server(&[]);
    server.tree.folder(".well-known/folder");
    server.tree.file("dir/.svcd-0123abcd/x", b"");
    const TARGETS: &[&str] = &[
        "/.new",
        "/%2enew",
        "/%2Enew",
        "/./.new",
        "//.new",
        "/dir/.new",
        "/dir//.new",
        "/dir/../.new",
        "/dir/%2e%2e/.new",
        "/%2e/%2enew",
        "/missing/.new",
        "/missing/../.new",
        "/.new?query",
        "/.new/",
        "http://localhost/.new",
        "/.missing/x",
        "/.missing/x/y",
        "/dir/.missing/x",
        "/.secret",
        "/%2esecret",
        "/.git/config",
        "/%2egit/config",
        "/.git/new",
        "/.git",
        "/dir/.hidden",
        "/...",
        "/..new",
        "/.%2enew",
        "/%2e.new",
        "/.svcd-00000000",
        "/.SVCD-00000000",
        "/.svcd-0123abcd",
        "/%2esvcd-0123abcd",
        "/%2e%73vcd-0123abcd",
        "/./.svcd-0123abcd",
        "//.svcd-0123abcd",
        "/dir/.svcd-0123abcd",
        "/dir/.svcd-0123abcd/x",
        "/.svcd",
        "/.well-known/x",
        "/.well-known/new",
        "/.well-known/folder/new",
        "/.well-known/acme/token",
        "/%2ewell-known/x",
        "/.WELL-KNOWN/x",
        "/.\\new",
    ];
    each(some(TARGETS).map(|target| (target, target)), |target| {
        refused(&server, &put(target, b"abc", &[]), &[403]).map_err(|why| format!("PUT: {why}"))?;
        refused(&server, &put(target, b"abc", &["If-None-Match: *"]), &[403, 412])?;
        refused(&server, &delete(target, &[]), &[403]).map_err(|why| format!("DELETE: {why}")).map(drop)
    });
}

#[test]
fn targets_that_name_nothing() {
    let server = writing::server(&[]);
    let rows =
        ["/%zz", "/%", "/a%2fb", "/a%2Fb", "/%00", "/a%00b", "*", "new.txt", "/a b", "/#", "ftp://a/b"];
    each(rows.map(|row| (row, row)), |target| {
        refused(&server, &put(target, b"abc", &[]), &[400]).map_err(|why| format!("PUT: {why}"))?;
        refused(&server, &delete(target, &[]), &[400]).map_err(|why| format!("DELETE: {why}")).map(drop)
    });
}

#[test]
fn every_file_that_can_be_read_can_be_replaced() {
    let server = writing::server(&[]);
    let visible = FILES.iter().filter(|file| !file.0.split('/').any(|part| part.starts_with('.')));
    each(visible.map(|file| (file.0, file.0)), |name| {
        let target = format!("/{name}");
        let answer = server.ask(&put(&target, b"new", &[]))?;
        writing::is_stored(&server, &answer, 204, &target, b"new")
    });
}
