//! Files that a killed server has left under a temporary name: they are gone
//! when the next one starts, or the next one writes beside them. Nothing else is
//! ever taken for one.

use std::fs::{self, File};
use std::path::PathBuf;

use nix::fcntl::{Flock, FlockArg};
use svcd_tests::snapshot::leftovers;
use svcd_tests::writing::{self, delete, put, server_of, stored};
use svcd_tests::{Server, Snapshot, Tree, each};

/// Names that are no temporary file's, or are not the server's to remove.
const OTHERS: &[&str] = &[
    ".svcd-notes",
    ".svcd-0123ABCD",
    ".svcd-0123abc",
    ".svcd-0123abcde",
    ".svcd-0123abcg",
    ".svcd-",
    ".svcd",
    ".svcd-0123abcd.txt",
    ".svcd_0123abcd",
    ".SVCD-0123abcd",
    "svcd-0123abcd",
    "x.svcd-0123abcd",
    ".svcd-0x23abcd",
    ".svcd--123abcd",
    ".svcd- 123abcd",
    ".svcd-0123abcd~",
];

const FOLDERS: &[&str] = &["", "dir/", "dir/a/b/c/", "empty-but-for-it/"];

fn deep() -> String {
    "deeper/".repeat(20)
}

fn lock(path: &PathBuf) -> Flock<File> {
    let file = File::open(path).expect("the file");
    Flock::lock(file, FlockArg::LockExclusiveNonblock).unwrap_or_else(|error| panic!("flock: {}", error.1))
}

#[test]
fn they_are_gone_after_a_start() {
    let tree = Tree::small();
    let deep = deep();
    let folders = FOLDERS.iter().copied().chain([deep.as_str()]);
    let files: Vec<PathBuf> = folders
        .flat_map(|folder| {
            let names = [".svcd-0123abcd", ".svcd-00000000", ".svcd-ffffffff"];
            names.map(|name| tree.file(format!("{folder}{name}"), b"unfinished"))
        })
        .collect();
    // Only where somebody can write: not in folders that no request can name, and
    // not through a link that leads out of the tree.
    let hidden = tree.file(".git/objects/.svcd-0123abcd", b"somebody else's");
    fs::write(tree.outside().join(".svcd-0123abcd"), "x").expect("a file");
    tree.link("out", "../outside");
    tree.permit("dir/a/b/c/.svcd-0123abcd", 0o000);
    let before: Vec<PathBuf> = files.iter().filter(|file| file.exists()).cloned().collect();
    assert_eq!(before.len(), files.len());
    let server = server_of(tree, &[]);
    assert_eq!(files.iter().find(|file| fs::symlink_metadata(file).is_ok()), None, "none is left");
    assert!(server.tree.outside().join(".svcd-0123abcd").exists(), "outside of the tree");
    assert!(hidden.exists(), "in a hidden folder");
    server.assert_serving();
    assert_eq!(server.stop().stderr.lines().count(), 1, "nothing to complain about");
}

#[test]
fn they_stay_where_nothing_is_written() {
    let tree = Tree::small();
    tree.file(".svcd-0123abcd", b"x");
    tree.file("dir/.svcd-00000000", b"x");
    let before = Snapshot::of(tree.base());
    let server = Server::with(tree).start();
    server.assert_serving();
    assert_eq!(before.is_kept(), Ok(()));
}

#[test]
fn what_has_another_name_or_is_no_file_stays() {
    let tree = Tree::small();
    for folder in ["", "dir/", ".git/"] {
        for name in OTHERS {
            tree.file(format!("{folder}{name}"), b"somebody's");
        }
        tree.file(format!("{folder}.svcd-aaaaaaaa/inside"), b"in a folder of such a name");
        tree.folder(format!("{folder}.svcd-bbbbbbbb"));
        tree.link(&format!("{folder}.svcd-cccccccc"), "hello.txt");
        tree.link(&format!("{folder}.svcd-dddddddd"), "nothing");
        tree.fifo(&format!("{folder}.svcd-eeeeeeee"));
    }
    let before = Snapshot::of(tree.base());
    let server = server_of(tree, &[]);
    assert_eq!(before.is_kept(), Ok(()), "at the start");
    let answer = server.ask(&put("/dir/new.txt", b"abc", &[])).expect("an answer");
    assert_eq!(answer.status, 201);
    assert_eq!(server.ask(&delete("/dir/new.txt", &[])).map(|answer| answer.status), Ok(204));
    assert_eq!(before.is_kept(), Ok(()), "after a write");
}

#[test]
fn what_somebody_still_writes_stays() {
    let tree = Tree::small();
    let held = [tree.file(".svcd-0123abcd", b"x"), tree.file("dir/.svcd-00000000", b"x")];
    let free = [tree.file(".svcd-0123abce", b"x"), tree.file("dir/.svcd-0123abcd", b"x")];
    let locks = held.each_ref().map(lock);
    let server = server_of(tree, &[]);
    assert!(held.iter().all(|file| file.exists()), "they are locked");
    assert!(!free.iter().any(|file| file.exists()), "these are not");
    // Nor does the next writer take it, or need it.
    let answer = server.ask(&put("/dir/new.txt", b"abc", &[])).expect("an answer");
    assert_eq!(answer.status, 201);
    assert_eq!(fs::read(server.tree.path("dir/new.txt")).ok().as_deref(), Some(&b"abc"[..]));
    assert_eq!(fs::read(&held[1]).ok().as_deref(), Some(&b"x"[..]));
    drop(server);
    drop(locks);
}

#[test]
fn the_next_writer_removes_what_is_in_its_folder() {
    let server = writing::server(&[]);
    for folder in ["", "dir/"] {
        let left = server.tree.file(format!("{folder}.svcd-00000000"), b"left by one that was killed");
        let target = format!("/{folder}new.txt");
        let answer = server.ask(&put(&target, b"abc", &[])).expect("an answer");
        assert_eq!(writing::is_stored(&server, &answer, 201, &target, b"abc"), Ok(()), "{folder}");
        assert!(!left.exists(), "{folder}");
        server.tree.file(format!("{folder}.svcd-00000000"), b"once more");
        stored(&server, &put(&target, b"new", &[]), 204, &target, b"new").expect("replaced");
    }
    assert_eq!(leftovers(&server.tree.root()), Vec::<PathBuf>::new());
}

#[test]
fn a_name_that_is_taken_is_not_needed() {
    // Ten of them, and none can be removed.
    let server = writing::server(&[]);
    let names: Vec<String> = (0..10).map(|number| format!("dir/.svcd-{number:08x}")).collect();
    for name in &names {
        server.tree.file(format!("{name}/inside"), b"a folder");
    }
    each([("/dir/new.txt", 201), ("/dir/inner.txt", 204)].map(|row| (row.0, row)), |(target, right)| {
        let answer = server.ask(&put(target, b"abc", &[]))?;
        answer.is(right)?;
        let text = server.get(target)?.text();
        if text == "abc" { Ok(()) } else { Err(format!("{text:?}")) }
    });
    assert_eq!(leftovers(&server.tree.root()).len(), 10, "{:?}", leftovers(&server.tree.root()));
}

#[test]
fn nobody_reads_or_lists_what_is_unfinished() {
    let server = writing::server(&[]);
    server.tree.file("bare/.svcd-0123abcd", b"unfinished");
    let targets = [
        "/bare/.svcd-0123abcd",
        "/bare/./.svcd-0123abcd",
        "/bare/%2esvcd-0123abcd",
        "//bare//.svcd-0123abcd",
    ];
    for target in targets {
        assert_eq!(server.get(target).map(|answer| answer.status), Ok(404), "{target}");
    }
    assert!(server.get("/bare/").is_ok_and(|listing| !listing.text().contains("svcd-0123abcd")));
}
