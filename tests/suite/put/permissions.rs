//! What the file system does not permit.

use svcd_tests::writing::{delete, put, refused, stored};
use svcd_tests::{Server, Tree, each, skip};

const ANY_USER: u32 = 65534;

/// A server that is not the superuser; `dir` and `bare` belong to others, and
/// all may write in `bare`.
fn start() -> Option<Server> {
    let tree = Tree::small();
    tree.folder("closed");
    tree.file("closed/file.txt", b"closed\n");
    tree.file("unsearchable/file.txt", b"closed\n");
    tree.permit("closed", 0o555);
    tree.permit("unsearchable", 0o444);
    tree.permit("bare", 0o777);
    let mut start = Server::with(tree).arguments(&["--write"]);
    let superuser = nix::unistd::geteuid().is_root();
    if superuser {
        // Permissions do not bind the superuser, so the server must be someone else.
        start = start.user(ANY_USER);
    }
    match start.try_start() {
        Ok(server) => Some(server),
        Err(why) if superuser => {
            skip("writing without permission", &format!("as another user: {why}"));
            None
        }
        Err(why) => panic!("{why}"),
    }
}

#[test]
fn without_permission_nothing_is_written() {
    let Some(server) = start() else { return };
    let targets = ["/closed/file.txt", "/closed/new.txt", "/unsearchable/file.txt", "/unsearchable/new.txt"];
    each(targets.map(|target| (target, target)), |target| {
        refused(&server, &put(target, b"abc", &[]), &[403]).map_err(|why| format!("PUT: {why}"))?;
        refused(&server, &put(target, &[b'x'; 100_000], &[]), &[403])?;
        let right = if target == "/closed/new.txt" { &[403, 404][..] } else { &[403] };
        refused(&server, &delete(target, &[]), right).map_err(|why| format!("DELETE: {why}")).map(drop)
    });
    stored(&server, &put("/bare/new.txt", b"abc", &[]), 201, "/bare/new.txt", b"abc").expect("with it");
    server.tree.permit("unsearchable", 0o755);
}

#[test]
fn a_file_that_may_not_be_written_is_replaced_where_its_folder_may() {
    // It is the folder that is written.
    let Some(server) = start() else { return };
    server.tree.permit("bare/file.txt", 0o444);
    let answer = server.ask(&put("/bare/file.txt", b"new", &[])).expect("an answer");
    assert!([204, 403].contains(&answer.status), "{}", answer.status);
    let right = if answer.status == 204 { "new" } else { "a folder without an index\n" };
    assert_eq!(server.get("/bare/file.txt").map(|answer| answer.text()), Ok(right.to_owned()));
    server.tree.permit("unsearchable", 0o755);
}
