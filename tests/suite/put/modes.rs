//! The mode of a stored file: that of the one before, or what the umask leaves.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use svcd_tests::writing::{self, put, server_of};
use svcd_tests::{Server, Tree, each};

fn mode(server: &Server, name: &str) -> u32 {
    fs::metadata(server.tree.path(name)).expect(name).permissions().mode() & 0o7777
}

#[test]
fn a_new_file_has_what_the_umask_leaves() {
    let rows = [("022", 0o644), ("077", 0o600), ("027", 0o640), ("0", 0o666), ("002", 0o664)];
    each(rows.map(|row| (row.0, row)), |(umask, expected)| {
        let script = format!("umask {umask} && exec \"$@\"");
        let start = Server::with(Tree::small()).behind(&["sh", "-c", &script, "sh"]);
        let server = start.arguments(&["--write"]).try_start()?;
        server.ask(&put("/new.sh", b"abc", &[]))?.is(201)?;
        match mode(&server, "new.sh") {
            found if found == expected => Ok(()),
            found => Err(format!("mode {found:o}")),
        }
    });
}

#[test]
fn the_mode_of_a_replaced_file_is_kept() {
    const ROWS: &[(&str, u32, u32)] = &[
        ("for others to read", 0o644, 0o644),
        ("for nobody else", 0o600, 0o600),
        ("for a group", 0o660, 0o660),
        ("for all to write", 0o666, 0o666),
        ("nobody may write", 0o444, 0o444),
        ("a script", 0o755, 0o755),
        // Whoever may write a file must not make one that runs as another user.
        ("set-user-ID", 0o4755, 0o755),
        ("set-group-ID", 0o2755, 0o755),
        ("sticky", 0o1644, 0o644),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(_, before, after)| {
        server.tree.permit("hello.txt", *before);
        for content in [&b"one"[..], b"and two"] {
            let answer = server.ask(&put("/hello.txt", content, &[]))?;
            writing::is_stored(&server, &answer, 204, "/hello.txt", content)?;
            let found = mode(&server, "hello.txt");
            if found != *after {
                return Err(format!("mode {found:o}"));
            }
        }
        Ok(())
    });
}

#[test]
fn folders_keep_theirs() {
    let tree = Tree::small();
    tree.permit("dir", 0o2775);
    let server = server_of(tree, &[]);
    for target in ["/dir/new", "/dir/inner.txt"] {
        let answer = server.ask(&put(target, b"abc", &[])).expect("an answer");
        assert!([201, 204].contains(&answer.status), "{}", answer.status);
    }
    assert_eq!(mode(&server, "dir"), 0o2775);
}
