//! The files of users: what is read of them, and what is refused at the start.

use std::fs;
use std::path::Path;

use svcd_tests::writing::server_of;
use svcd_tests::{Program, Server, Tree, each, some};

use super::{ANN, BOB, basic, file_of, get};
use crate::command_line::fails;

/// Largest file of users.
const LARGEST: usize = 16 * 1024 - 1;

#[test]
fn what_a_file_may_hold() {
    let (ann, bob) = (ANN.trim_end(), BOB.trim_end());
    let hash = ann.split_once(':').map_or("", |line| line.1);
    let long_name = "n".repeat(255);
    let long = format!("#{}\n{ann}\n", "x".repeat(LARGEST - ann.len() - 3));
    assert_eq!(long.len(), LARGEST);
    let second = format!("ann:{}\n", bob.split_once(':').map_or("", |line| line.1));
    let rows: Vec<(&str, String, &str)> = vec![
        ("a line", format!("{ann}\n"), "ann"),
        ("no line end", ann.to_owned(), "ann"),
        ("CRLF", format!("{bob}\r\n\r\n{ann}\r\n"), "ann"),
        ("empty lines and comments", format!("\n\n# ann:x\n\n{ann}\n\n#\n"), "ann"),
        ("many users", format!("{}{ann}\n", BOB.repeat(100)), "ann"),
        ("a comment behind the hash", format!("{ann}:a comment: of two parts\n"), "ann"),
        ("an empty comment", format!("{ann}:\n"), "ann"),
        ("a long name", format!("{long_name}:{hash}\n"), &long_name),
        ("the longest file", long, "ann"),
        ("the first of two counts", format!("{ann}\n{second}"), "ann"),
    ];
    each(some(&rows).map(|row| (row.0, row)), |(_, text, user)| {
        let tree = Tree::small();
        let path = file_of(&tree, "users", text).display().to_string();
        let server = Server::with(tree).arguments(&["--auth", &path]).try_start()?;
        get(&server, &[&basic(user, "open sesame")])?.is(200)?;
        get(&server, &[&basic(user, "a:b")])?.is(401)
    });
}

#[test]
fn what_a_file_may_not_hold() {
    let (user, hash) = ANN.trim_end().split_once(':').expect("a user and a hash");
    let rows: Vec<(&str, String, Option<u32>)> = vec![
        ("nothing", String::new(), None),
        ("no user", "# ann\n\n\n".to_owned(), None),
        ("a name alone", "ann\n".to_owned(), Some(1)),
        ("no hash", "ann:\n".to_owned(), Some(1)),
        ("no name", format!(":{hash}\n"), Some(1)),
        ("a password", "ann:open sesame\n".to_owned(), Some(1)),
        ("apr1", "ann:$apr1$annsalt$ZTLPSGPqLWUSaXkQbYCqJ.\n".to_owned(), Some(1)),
        ("MD5", "ann:$1$annsalt$ZTLPSGPqLWUSaXkQbYCqJ.\n".to_owned(), Some(1)),
        ("bcrypt", "ann:$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC\n".to_owned(), Some(1)),
        ("SHA-512", format!("ann:$6$annsalt${}\n", "x".repeat(86)), Some(1)),
        ("SHA-1", "ann:{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=\n".to_owned(), Some(1)),
        ("a short hash", format!("{user}:{}\n", &hash[..hash.len() - 1]), Some(1)),
        ("a long hash", format!("{user}:{hash}x\n"), Some(1)),
        ("another letter", format!("{user}:{}!\n", &hash[..hash.len() - 1]), Some(1)),
        ("no salt and no hash", format!("{ANN}bob:$5$\n"), Some(2)),
        ("too many rounds", format!("{ANN}\n{user}:{}\n", hash.replace("1000", "10000000")), Some(3)),
        ("rounds in letters", format!("#\n{user}:{}\n", hash.replace("1000", "many")), Some(2)),
        ("no rounds", format!("{user}:{}\n", hash.replace("1000", "")), Some(1)),
        ("a good one before", format!("{ANN}{BOB}\n# x\nann:x\n"), Some(5)),
        ("a long name", format!("{}:{hash}\n", "n".repeat(256)), Some(1)),
        ("too large", format!("{ANN}#{}\n", "x".repeat(LARGEST - ANN.len() - 1)), None),
        ("far too large", format!("{ANN}#{}\n", "x".repeat(1 << 20)), None),
    ];
    each(some(&rows).map(|row| (row.0, row)), |(_, text, line)| {
        for option in ["--auth", "--auth-write"] {
            let tree = Tree::small();
            let path = file_of(&tree, "some-users", text).display().to_string();
            let root = tree.root().display().to_string();
            let ended = Program::chosen().run(&["-p", "0", "--write", option, &path, &root]);
            fails(&ended, 1)?;
            let place = line.map_or(String::new(), |line| format!("line {line}:"));
            if !ended.stderr.contains("some-users") || !ended.stderr.contains(&place) {
                return Err(format!("expected the file and {place:?}: {}", ended.stderr));
            }
            if ended.stderr.contains(hash) || ended.stderr.contains("open sesame") {
                return Err(format!("the secret is told: {}", ended.stderr));
            }
        }
        Ok(())
    });
}

#[test]
fn what_is_no_file() {
    let tree = Tree::small();
    let root = tree.root().display().to_string();
    let missing = tree.outside().join("missing").display().to_string();
    let folder = tree.outside().display().to_string();
    let below = tree.outside().join("secret.txt/users").display().to_string();
    for (path, error) in [(missing, "ENOENT"), (folder, "EISDIR"), (below, "ENOTDIR"), (String::new(), "")] {
        for option in ["--auth", "--auth-write"] {
            let ended = Program::chosen().run(&["-p", "0", option, &path, &root]);
            assert_eq!(
                fails(&ended, if path.is_empty() { 2 } else { 1 }).or(fails(&ended, 1)),
                Ok(()),
                "{path}"
            );
            assert!(ended.stderr.contains(error), "{path}: {}", ended.stderr);
        }
    }
}

/// A file that would be served may not hold hashes, nor the log what was asked.
fn is_refused(tree: &Tree, folder: &Path, option: &[&str]) -> Result<(), String> {
    let root = tree.root().display().to_string();
    fails(&Program::chosen().run_in(folder, &[&["-p", "0"], option, &[&root]].concat()), 1)
}

#[test]
fn a_file_that_would_be_served() {
    const PLACES: &[&str] = &["users", "dir/users", "dir/../users", ".git/users", "dir/a/b/c/users"];
    let tree = Tree::small();
    for place in PLACES {
        tree.folder("dir/a/b/c");
        tree.file(place, ANN.as_bytes());
        let path = tree.path(place).display().to_string();
        for option in ["--auth", "--auth-write"] {
            assert_eq!(is_refused(&tree, Path::new("."), &[option, &path]), Ok(()), "{option} {place}");
        }
    }
    // By what it is, and not by where the path begins.
    let link = tree.outside().join("link");
    std::os::unix::fs::symlink(tree.path("users"), &link).expect("a link");
    tree.link("dir/.link", "../users");
    for link in [link, tree.path("dir/.link")] {
        let link = link.display().to_string();
        assert_eq!(is_refused(&tree, Path::new("."), &["--auth", &link]), Ok(()), "{link}");
    }
    for relative in ["users", "./users", "../www/users", "dir/../users"] {
        assert_eq!(is_refused(&tree, &tree.root(), &["--auth", relative]), Ok(()), "{relative}");
    }
}

#[test]
fn a_file_that_is_not_served() {
    const PLACES: &[&str] = &[".users", "dir/.users", "../users", "../www-users/users", "../outside/users"];
    each(PLACES.iter().map(|place| (place, place)), |place| {
        let tree = Tree::small();
        fs::create_dir(tree.base().join("www-users")).map_err(|error| error.to_string())?;
        fs::write(tree.path(place), ANN).map_err(|error| error.to_string())?;
        let path = tree.path(place).display().to_string();
        let server = Server::with(tree).arguments(&["--write", "--auth", &path]).try_start()?;
        get(&server, &[&basic("ann", "open sesame")])?.is(200)?;
        let target = format!("/{place}");
        let request = svcd_tests::asking::asking("GET", &target, &[&basic("ann", "open sesame")]);
        server.ask(&request)?.is(404)
    });
}

#[test]
fn a_log_in_the_tree_is_not_for_writing() {
    let tree = Tree::small();
    for place in ["log", "dir/log"] {
        let path = tree.path(place).display().to_string();
        assert_eq!(is_refused(&tree, Path::new("."), &["--write", "--log", &path]), Ok(()), "{place}");
    }
    let path = tree.path(".log").display().to_string();
    let server = server_of(tree, &["--log", &path]);
    server.assert_serving();
    drop(server);
    let tree = Tree::small();
    let path = tree.path("log").display().to_string();
    Server::with(tree).arguments(&["--log", &path]).start().assert_serving();
}
