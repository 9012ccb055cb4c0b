//! Temporary files of servers that were killed: they are removed, and nothing is
//! that only looks like them.

use std::fs::{self, File};
use std::mem;
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};
use svcd_tests::mounts::{NO_PROC, allowed, behind};
use svcd_tests::remains::{all, differences};
use svcd_tests::versions::put;
use svcd_tests::{Server, Tree};

/// Names that are not those of temporary files, though they look much like it.
const OTHERS: &[&str] = &[
    ".svcd-0123ABCD",
    ".svcd-0123abc",
    ".svcd-0123abcde",
    ".svcd-0123abcg",
    ".svcd-",
    ".svcd_0123abcd",
    "svcd-0123abcd",
    "x.svcd-0123abcd",
];

/// Names of temporary files; the last is the first that [`littered`] leaves to take.
const LITTER: &[&str] = &[".svcd-0123abcd", ".svcd-ffffffff", ".svcd-00000004"];

const FOLDERS: &[&str] = &["", "dir/", "deep/deeper/deepest/"];

/// A tree in which nothing is to be removed, and a lock on what is under way there.
fn littered() -> (Tree, Flock<File>) {
    let tree = Tree::standard();
    for folder in FOLDERS {
        for name in OTHERS {
            tree.file(format!("{folder}{name}"), b"somebody's own");
        }
        tree.folder(format!("{folder}.svcd-00000000"));
        tree.link(&format!("{folder}.svcd-00000001"), "hello.txt");
        tree.fifo(&format!("{folder}.svcd-00000002"));
    }
    fs::write(tree.outside().join(LITTER[0]), b"behind a link").expect("a new file");
    tree.link("link", tree.outside());
    let held = File::open(tree.file("dir/.svcd-00000003", b"under way")).expect("the file just made");
    let held = Flock::lock(held, FlockArg::LockExclusiveNonblock).expect("a lock");
    (tree, held)
}

fn litter(tree: &Tree, folder: &str, names: &[&str]) {
    for name in names {
        tree.file(format!("{folder}{name}"), b"of a dead server");
    }
}

#[test]
fn a_start_removes_what_dead_servers_have_left_and_nothing_else() {
    let (tree, held) = littered();
    let before = all(&tree.root());
    for folder in FOLDERS {
        litter(&tree, folder, LITTER);
    }
    // A server that does not write changes nothing.
    let full = all(&tree.root());
    let mut server = Server::with(tree).start();
    assert_eq!(differences(&full, &all(&server.tree.root())), Vec::<String>::new());
    let tree = mem::replace(&mut server.tree, Tree::empty());
    server.stop();

    let server = Server::with(tree).arguments(&["--write"]).start();
    assert_eq!(differences(&before, &all(&server.tree.root())), Vec::<String>::new());
    assert!(server.tree.outside().join(LITTER[0]).exists(), "a link was followed");
    drop(held);
}

/// A new file in `dir`, and the same again; `names` are there before.
fn write_among(server: &Server, names: &[&str]) {
    let before = all(&server.tree.root());
    litter(&server.tree, "dir/", names);
    for expected in [201, 204] {
        let answer = server.ask(&put("/dir/new.bin", b"new")).expect("an answer");
        assert_eq!(answer.status, expected);
    }
    assert_eq!(differences(&before, &all(&server.tree.root())), ["dir/new.bin is new"]);
    assert_eq!(fs::read(server.tree.path("dir/new.bin")).ok().as_deref(), Some(&b"new"[..]));
}

#[test]
fn a_writer_takes_the_name_that_a_dead_one_has_left() {
    let (tree, held) = littered();
    let server = Server::with(tree).arguments(&["--write"]).start();
    write_among(&server, &LITTER[2..]);
    drop(held);
}

#[test]
fn a_writer_without_proc_removes_all_that_dead_ones_have_left_in_its_folder() {
    if !allowed("a writer without /proc among leftovers") {
        return;
    }
    let (tree, held) = littered();
    let start = Server::with(tree).arguments(&["--write"]);
    let server = behind(start, NO_PROC, Path::new("/proc")).start();
    write_among(&server, LITTER);
    drop(held);
}
