//! What happens to the folder while a body is under way.

use std::fs::{self, File};
use std::path::Path;

use nix::fcntl::{Flock, FlockArg};
use svcd_tests::snapshot::{Snapshot, leftovers};
use svcd_tests::writing::{self, delete, head, put, refused, server_of, stored};
use svcd_tests::{Connection, Response, Server, Tree, each};

const BODY: &[u8] = b"a body that comes late";

/// Begins a PUT and waits for 100: its folder is open then, and its temporary
/// file is there.
fn begin(server: &Server, target: &str) -> Connection {
    let length = format!("Content-Length: {}", BODY.len());
    let mut connection = server.connect();
    connection.send(&head("PUT", target, &[&length, "Expect: 100-continue"]));
    let interim = connection.read(25).expect("an interim answer");
    assert_eq!(interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

fn end(mut connection: Connection, target: &str) -> Result<Response, String> {
    connection.try_send(BODY).map_err(|error| error.to_string())?;
    connection.next_answer(&put(target, BODY, &[]))
}

type Change = fn(&Path);

/// What is done to `dir` meanwhile.
const CHANGES: &[(&str, Change)] = &[
    ("renamed", |root| fs::rename(root.join("dir"), root.join("elsewhere")).expect("a new name")),
    ("hidden", |root| fs::rename(root.join("dir"), root.join(".dir")).expect("a new name")),
    ("moved out", |root| fs::rename(root.join("dir"), root.join("../outside/dir")).expect("a new place")),
    ("removed", |root| fs::remove_dir_all(root.join("dir")).expect("it is gone")),
    ("replaced", |root| {
        fs::rename(root.join("dir"), root.join("elsewhere")).expect("a new name");
        fs::create_dir(root.join("dir")).expect("a new folder");
    }),
    ("a link", |root| {
        fs::rename(root.join("dir"), root.join("../outside/dir")).expect("a new place");
        std::os::unix::fs::symlink("../outside/dir", root.join("dir")).expect("a link");
    }),
];

/// Every file below a folder.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_folder = |path: &Path| path.is_dir() && !path.is_symlink();
    entries
        .flat_map(|path| if is_folder(&path) { files(&path) } else { fs::read(path).into_iter().collect() })
        .collect()
}

#[test]
fn a_folder_that_moves_under_an_upload_is_not_written() {
    each(CHANGES.iter().map(|change| (change.0, change.1)), |change| {
        let server = writing::server(&[]);
        let targets = ["/dir/new.txt", "/dir/inner.txt"];
        let uploads = targets.map(|target| begin(&server, target));
        change(&server.tree.root());
        for (connection, target) in uploads.into_iter().zip(targets) {
            let answer = end(connection, target)?;
            if answer.status != 409 {
                return Err(format!("{target}: {}", answer.status));
            }
        }
        if files(server.tree.base()).iter().any(|content| content == BODY) {
            return Err("it is stored".to_owned());
        }
        match leftovers(server.tree.base()).first() {
            Some(left) => Err(format!("{} is left", left.display())),
            None => Ok(()),
        }
    });
}

#[test]
fn a_folder_that_another_process_has_locked_is_waited_for() {
    let server = writing::server(&[]);
    let lock = || {
        let folder = File::open(server.tree.path("dir")).expect("the folder");
        Flock::lock(folder, FlockArg::LockExclusiveNonblock).expect("a lock")
    };
    let held = lock();
    let mut waiting = server.connect();
    waiting.send(&delete("/dir/inner.txt", &[]));
    // Another folder is not concerned.
    stored(&server, &put("/bare/new.txt", b"abc", &[]), 201, "/bare/new.txt", b"abc").expect("stored");
    drop(held);
    assert_eq!(waiting.next_answer(b"DELETE").map(|answer| answer.status), Ok(204));

    // But not for ever.
    let _held = lock();
    refused(&server, &put("/dir/new.txt", b"abc", &[]), &[503]).expect("the right answer");
}

#[test]
fn a_start_does_not_wait_for_locks() {
    let tree = Tree::small();
    tree.file("dir/.svcd-0123abcd", b"left over");
    let folder = File::open(tree.path("dir")).expect("the folder");
    let held = Flock::lock(folder, FlockArg::LockExclusiveNonblock).expect("a lock");
    let server = server_of(tree, &[]);
    assert_eq!(leftovers(&server.tree.root()).len(), 1);
    drop(held);
}

#[test]
fn a_host_whose_folder_has_the_pages_of_errors_is_not_written() {
    let tree = Tree::empty();
    tree.file("errors/404.html", b"a page");
    tree.folder("other");
    let errors = tree.path("errors");
    let server = server_of(tree, &["--virtual-hosts", "--errors", errors.to_str().expect("a path")]);
    let host = &["Host: errors"];
    let before = Snapshot::of(server.tree.base());
    let status = |request: &[u8]| server.ask(request).map(|answer| answer.status);
    for target in ["/404.html", "/new.html"] {
        assert_eq!(status(&put(target, b"abc", host)), Ok(403), "PUT {target}");
        assert_eq!(status(&delete(target, host)), Ok(403), "DELETE {target}");
    }
    assert_eq!(before.is_kept(), Ok(()));
    assert_eq!(status(&put("/new.html", b"abc", &["Host: other"])), Ok(201));
}
