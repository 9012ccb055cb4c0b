//! Disks that are full, cannot be written to, or are several: a write that fails
//! says why, leaves the old content, and nothing else.

use std::fs;
use std::path::{Path, PathBuf};

use nix::unistd::geteuid;
use svcd_tests::mounts::{NO_PROC, allowed, behind, inside};
use svcd_tests::remains::{all, differences, temporaries};
use svcd_tests::versions::{content, delete, identify, put};
use svcd_tests::{Response, Server, Tree, each, skip};

/// Somebody who owns nothing.
const ANY_USER: u32 = 65534;

const FULL: &str = "mount -t tmpfs -o size=1m none \"$0\"";

/// The number of the content that is there from the beginning.
const OLD: u64 = 1;

fn start(tree: Tree, script: &str, path: &Path) -> Server {
    behind(Server::with(tree), script, path).arguments(&["--write"]).start()
}

fn chunked(target: &str, body: &[u8]) -> Vec<u8> {
    let mut request =
        format!("PUT {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
            .into_bytes();
    for chunk in body.chunks(50_000) {
        request.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
        request.extend([chunk, b"\r\n"].concat());
    }
    request.extend(b"0\r\n\r\n");
    request
}

fn status(answer: &Response, expected: u16) -> Result<(), String> {
    answer.is(expected).map_err(|why| format!("{why}: {}", answer.text()))
}

/// `Ok` if the file holds this content, seen from within the server's mounts.
fn holds(server: &Server, name: &str, number: u64) -> Result<(), String> {
    let bytes =
        fs::read(inside(server, &server.tree.path(name))).map_err(|error| format!("{name}: {error}"))?;
    match identify(&bytes) {
        Ok(found) if found == number => Ok(()),
        found => Err(format!("{name}: expected {number}, found {found:?}")),
    }
}

fn is_clean(server: &Server) -> Result<(), String> {
    let left = temporaries(&inside(server, &server.tree.root()));
    if left.is_empty() { Ok(()) } else { Err(format!("left: {left:?}")) }
}

#[test]
fn a_full_disk_is_told_and_given_back() {
    if !allowed("uploads to a full disk") {
        return;
    }
    for without_proc in [false, true] {
        let tree = Tree::standard();
        let disk = tree.folder("disk");
        let script = format!("{FULL}\n{}", if without_proc { NO_PROC } else { "" });
        let server = start(tree, &script, &disk);
        let old = put("/disk/old.bin", &content(OLD, 100_000));
        assert_eq!(server.ask(&old).map(|answer| answer.status), Ok(201));
        let large = content(2, 2_000_000);
        let rows = [
            ("a length, replacing", put("/disk/old.bin", &large)),
            ("a length, new", put("/disk/new.bin", &large)),
            ("chunks, replacing", chunked("/disk/old.bin", &large)),
            ("chunks, new", chunked("/disk/new.bin", &large)),
        ];
        each(rows, |request| {
            status(&server.ask(&request)?, 507)?;
            holds(&server, "disk/old.bin", OLD)?;
            is_clean(&server)?;
            if inside(&server, &server.tree.path("disk/new.bin")).exists() {
                return Err("there is a new file".to_owned());
            }
            // All of the space is there again, for both contents at once.
            status(&server.ask(&put("/disk/space.bin", &content(3, 900_000)))?, 201)?;
            holds(&server, "disk/space.bin", 3)?;
            status(&server.ask(&delete("/disk/space.bin"))?, 204)
        });
        // As many as have a place at once; the others are told that they have not.
        let answers: Vec<_> = std::thread::scope(|scope| {
            let server = &server;
            let ask = |place: u64| {
                move || server.ask(&put(&format!("/disk/{place}.bin"), &content(10 + place, 300_000)))
            };
            let threads: Vec<_> = (0..8).map(|place| scope.spawn(ask(place))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a client")).collect()
        });
        for (place, answer) in answers.into_iter().enumerate() {
            let name = format!("disk/{place}.bin");
            match answer.expect("an answer").status {
                201 => holds(&server, &name, 10 + place as u64).expect("what was acknowledged"),
                507 => assert!(!inside(&server, &server.tree.path(&name)).exists(), "{name}"),
                status => panic!("{name}: {status}"),
            }
        }
        holds(&server, "disk/old.bin", OLD).expect("the old content");
        is_clean(&server).expect("nothing left");
        server.assert_serving();
    }
}

#[test]
fn a_read_only_disk_is_not_written_to() {
    if !allowed("writes to a read-only disk") {
        return;
    }
    let tree = Tree::standard();
    let disk = tree.folder("disk");
    let script = "mount --bind \"$0\" \"$0\"\nmount -o remount,bind,ro \"$0\"";
    tree.file("disk/old.bin", &content(OLD, 1000));
    let server = start(tree, script, &disk);
    let before = all(&server.tree.root());
    let rows = [
        ("replace", put("/disk/old.bin", b"new")),
        ("create", put("/disk/new.bin", b"new")),
        ("create, chunked", chunked("/disk/new.bin", b"new")),
        ("delete", delete("/disk/old.bin")),
    ];
    each(rows, |request| status(&server.ask(&request)?, 403));
    assert_eq!(differences(&before, &all(&server.tree.root())), Vec::<String>::new());
    // What is beside it is written to as ever.
    assert_eq!(server.ask(&put("/new.txt", b"new")).map(|answer| answer.status), Ok(201));
    server.assert_serving();
}

#[test]
fn a_folder_that_its_user_may_not_write_to() {
    let tree = Tree::standard();
    for (folder, mode) in [("closed", 0o555), ("hidden", 0o000), ("open", 0o777)] {
        tree.file(format!("{folder}/old.bin"), &content(OLD, 1000));
        tree.permit(&format!("{folder}/old.bin"), 0o444);
        tree.permit(folder, mode);
    }
    let mut start = Server::with(tree).arguments(&["--write"]);
    let superuser = geteuid().is_root();
    if superuser {
        start = start.user(ANY_USER);
    }
    let server = match start.try_start() {
        Ok(server) => server,
        Err(why) if superuser => {
            return skip("folders that may not be written to", &format!("as another user: {why}"));
        }
        Err(why) => panic!("{why}"),
    };
    let rows = [
        ("replace in one that may be read", put("/closed/old.bin", b"new"), 403),
        ("create in one that may be read", put("/closed/new.bin", b"new"), 403),
        ("delete in one that may be read", delete("/closed/old.bin"), 403),
        ("replace in one that may not", put("/hidden/old.bin", b"new"), 403),
        ("create in one that may not", put("/hidden/new.bin", b"new"), 403),
        ("delete in one that may not", delete("/hidden/old.bin"), 403),
        ("create in one that may be written to", put("/open/new.bin", b"new"), 201),
        // The folder decides, as for rename(2) and unlink(2).
        ("replace a file of another", put("/open/old.bin", b"new"), 204),
        ("delete it", delete("/open/old.bin"), 204),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, expected)| {
        status(&server.ask(request)?, *expected)
    });
    server.tree.permit("hidden", 0o755);
    server.tree.permit("closed", 0o755);
    for name in ["closed/old.bin", "hidden/old.bin"] {
        assert_eq!(fs::read(server.tree.path(name)).ok(), Some(content(OLD, 1000)), "{name}");
    }
    assert!(!server.tree.path("closed/new.bin").exists() && !server.tree.path("hidden/new.bin").exists());
    assert_eq!(temporaries(&server.tree.root()), Vec::<PathBuf>::new());
}

#[test]
fn a_file_that_something_is_mounted_on_is_not_replaced() {
    if !allowed("writes to a mount point") {
        return;
    }
    let tree = Tree::standard();
    let point = tree.file("point.bin", &content(OLD, 1000));
    fs::write(tree.outside().join("mounted.bin"), content(2, 1000)).expect("a file");
    let server = start(tree, "mount --bind \"${0%/www/*}/outside/mounted.bin\" \"$0\"", &point);
    holds(&server, "point.bin", 2).expect("it is mounted");
    let before = all(&server.tree.root());
    let rows = [("PUT", put("/point.bin", b"new")), ("DELETE", delete("/point.bin"))];
    each(rows, |request| {
        status(&server.ask(&request)?, 409)?;
        holds(&server, "point.bin", 2)?;
        is_clean(&server)
    });
    assert_eq!(differences(&before, &all(&server.tree.root())), Vec::<String>::new());
    assert_eq!(fs::read(server.tree.outside().join("mounted.bin")).ok(), Some(content(2, 1000)));
    server.assert_serving();
}

#[test]
fn a_file_longer_than_the_process_may_write_is_refused() {
    let tree = Tree::standard();
    tree.file("old.bin", &content(OLD, 1000));
    // In blocks of 512 or 1024 bytes, as sh likes it.
    let server = Server::with(tree)
        .behind(&["sh", "-c", "ulimit -f 64 && exec \"$@\"", "sh"])
        .arguments(&["--write"])
        .start();
    let large = content(2, 300_000);
    let rows = [
        ("a length, replacing", put("/old.bin", &large)),
        ("a length, new", put("/new.bin", &large)),
        ("chunks, replacing", chunked("/old.bin", &large)),
        ("chunks, new", chunked("/new.bin", &large)),
    ];
    each(rows, |request| {
        status(&server.ask(&request)?, 413)?;
        if server.tree.path("new.bin").exists() || !temporaries(&server.tree.root()).is_empty() {
            return Err("a file was left".to_owned());
        }
        let old = fs::read(server.tree.path("old.bin")).map_err(|error| error.to_string())?;
        if old == content(OLD, 1000) { Ok(()) } else { Err("the old content is gone".to_owned()) }
    });
    assert_eq!(server.ask(&put("/new.bin", &content(3, 10_000))).map(|answer| answer.status), Ok(201));
    server.assert_serving();
}

#[test]
fn a_file_system_within_another_is_written_to() {
    if !allowed("writes to a file system within another") {
        return;
    }
    let tree = Tree::standard();
    let nested = tree.folder("dir/nested");
    let server = start(tree, "mount -t tmpfs none \"$0\"\nmkdir \"$0/deeper\"", &nested);
    let rows = [
        ("new at its top", put("/dir/nested/file.bin", &content(2, 70_000)), 201),
        ("again", put("/dir/nested/file.bin", &content(3, 70_000)), 204),
        ("new in a folder", put("/dir/nested/deeper/file.bin", &content(3, 70_000)), 201),
        ("new around it", put("/dir/file.bin", &content(3, 70_000)), 201),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, expected)| {
        status(&server.ask(request)?, *expected)?;
        is_clean(&server)
    });
    for name in ["dir/nested/file.bin", "dir/nested/deeper/file.bin", "dir/file.bin"] {
        holds(&server, name, 3).expect("the last content");
    }
    // The mount point is a folder that cannot be removed.
    let answer = server.ask(&delete("/dir/nested")).expect("an answer");
    assert!(matches!(answer.status, 403 | 409), "{}", answer.status);
    assert_eq!(server.ask(&delete("/dir/nested/file.bin")).map(|answer| answer.status), Ok(204));
}

#[test]
fn layers_of_an_overlay_are_written_to() {
    // As the root of a container is.
    const SCRIPT: &str = "mount -t tmpfs none \"$0/../outside\"
cd \"$0/../outside\"
mkdir upper work
mount -t overlay -o \"lowerdir=$0,upperdir=$PWD/upper,workdir=$PWD/work\" none \"$0\"";
    if !allowed("writes to an overlay") {
        return;
    }
    for proc in ["", NO_PROC] {
        let tree = Tree::standard();
        tree.file("dir/old.bin", &content(OLD, 1000));
        let root = tree.root();
        let start = behind(Server::with(tree), &format!("{SCRIPT}\n{proc}"), &root).arguments(&["--write"]);
        let server = match start.try_start() {
            Ok(server) => server,
            Err(why) => return skip("writes to an overlay", &why),
        };
        let rows = [
            ("new at its top", put("/new.bin", &content(2, 70_000)), 201),
            ("new in a folder", put("/dir/new.bin", &content(2, 70_000)), 201),
            ("one of the lower layer", put("/dir/old.bin", &content(2, 70_000)), 204),
            ("the same again", put("/dir/old.bin", &content(3, 70_000)), 204),
            ("one that is removed", delete("/dir/inner.txt"), 204),
            ("one that was removed", put("/dir/inner.txt", &content(3, 70_000)), 201),
        ];
        each(rows.iter().map(|row| (row.0, row)), |(_, request, expected)| {
            let answer = server.ask(request)?;
            status(&answer, *expected)?;
            is_clean(&server)?;
            let Some(told) = answer.field("ETag") else { return Ok(()) };
            let target = request.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
            server.get(target)?.has("ETag", told)
        });
        holds(&server, "dir/old.bin", 3).expect("the last content");
        assert_eq!(server.ask(&delete("/dir/old.bin")).map(|answer| answer.status), Ok(204));
        assert_eq!(server.get("/dir/old.bin").map(|answer| answer.status), Ok(404));
        // Below it all is as it was.
        assert_eq!(fs::read(server.tree.path("dir/old.bin")).ok(), Some(content(OLD, 1000)));
    }
}
