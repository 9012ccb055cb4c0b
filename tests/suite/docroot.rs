//! Which folder is served, and what stands for a folder in it.

use std::fs;

use svcd_tests::{Server, Tree, skip};

const ANY_USER: u32 = 65534;

#[test]
fn www_is_served_when_there_is_one() {
    let tree = Tree::standard();
    let folder = tree.root().parent().expect("it has one").to_owned();
    let server = Server::with(tree).root(None).in_folder(&folder).start();
    server.assert_serving();
}

#[test]
fn else_the_current_folder() {
    let tree = Tree::standard();
    let folder = tree.root();
    let server = Server::with(tree).root(None).in_folder(&folder).start();
    server.assert_serving();

    let tree = Tree::standard();
    tree.file("www", b"not a folder\n");
    let folder = tree.root();
    let server = Server::with(tree).root(None).in_folder(&folder).start();
    server.assert_serving();
    assert_eq!(server.get("/www").map(|response| response.status), Ok(200));
}

#[test]
fn a_relative_docroot_and_one_like_an_option() {
    let tree = Tree::empty();
    tree.file("-dash/hello.txt", b"hello, world\n");
    let folder = tree.root();
    let server =
        Server::with(tree).root(Some("-dash".as_ref())).in_folder(&folder).arguments(&["--"]).start();
    server.assert_serving();
}

#[test]
fn a_docroot_through_a_symbolic_link() {
    // What the command line says is believed; only requests may not follow links.
    let tree = Tree::standard();
    let link = tree.outside().join("link");
    std::os::unix::fs::symlink(tree.root(), &link).expect("a link");
    let server = Server::with(tree).root(Some(&link)).start();
    server.assert_serving();
}

#[test]
fn a_docroot_that_is_replaced_is_not_followed() {
    // The folder was opened once; another one of the same name is not what was asked for.
    let server = Server::start(&[]);
    let elsewhere = server.tree.outside().join("moved");
    fs::rename(server.tree.root(), &elsewhere).expect("rename");
    fs::create_dir(server.tree.root()).expect("a new folder");
    server.assert_serving();
}

#[test]
fn index_name() {
    let tree = Tree::standard();
    tree.file("dir/start.htm", b"start\n");
    tree.file("start.htm", b"top\n");
    let server = Server::with(tree).arguments(&["--index", "start.htm"]).start();
    assert_eq!(server.get("/").map(|response| response.text()), Ok("top\n".to_owned()));
    assert_eq!(server.get("/dir/").map(|response| response.text()), Ok("start\n".to_owned()));
    assert_eq!(server.get("/dir/?q").map(|response| response.text()), Ok("start\n".to_owned()));
    // A folder without one is listed.
    assert_eq!(server.get("/bare/").map(|response| response.status), Ok(200));
}

#[test]
fn unreadable_files_and_folders() {
    let tree = Tree::standard();
    tree.permit("hello.txt", 0o000);
    tree.permit("bare", 0o000);
    tree.permit("dir/index.html", 0o000);
    let mut start = Server::with(tree);
    let superuser = nix::unistd::geteuid().is_root();
    if superuser {
        // Permissions do not bind the superuser, so the server must be someone else.
        start = start.user(ANY_USER);
    }
    let server = match start.try_start() {
        Ok(server) => server,
        Err(why) if superuser => return skip("unreadable files", &format!("as another user: {why}")),
        Err(why) => panic!("{why}"),
    };
    for target in ["/hello.txt", "/bare/file.txt", "/bare/", "/dir/"] {
        assert_eq!(server.get(target).map(|response| response.status), Ok(403), "{target}");
    }
    assert_eq!(server.get("/dir/inner.txt").map(|response| response.status), Ok(200));
    server.tree.permit("bare", 0o755);
}

#[test]
fn a_mount_point_below_docroot() {
    const SCRIPT: &str = "mount -t tmpfs none \"$0\" && echo mounted >\"$0/file.txt\" && exec \"$@\"";
    let tree = Tree::standard();
    let mount = tree.folder("mount").display().to_string();
    if !cfg!(target_os = "linux") || !nix::unistd::geteuid().is_root() {
        return skip("a mount point below DOCROOT", "it takes Linux and its superuser");
    }
    match Server::with(tree).behind(&["unshare", "-m", "sh", "-c", SCRIPT, &mount]).try_start() {
        Ok(server) => {
            let text = server.get("/mount/file.txt").map(|response| response.text());
            assert_eq!(text, Ok("mounted\n".to_owned()));
        }
        Err(why) => skip("a mount point below DOCROOT", &format!("no mount here: {why}")),
    }
}
