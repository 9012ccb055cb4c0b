//! git-http-backend: writing.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use svcd_tests::tree::pseudo_random;
use svcd_tests::writing::head;
use svcd_tests::{Tree, until};

use crate::repository::Git;

/// Of `ann`, whose password is `open sesame`, and `writer`, whose is `write it`; made
/// by crypt(3) with the least rounds.
const USERS: &str = "ann:$5$rounds=1000$annsalt$KDGM1RG2nxjAIwEBnpuDj83zFxDW0xp7HqLoynl.YE7\n\
writer:$5$rounds=1000$writersalt$fk/dgudjxP8UGbVTqDGsnWMEiJPm.Wiw/d98n3qS0Q2\n";

/// More than git holds in memory for one request, so it is sent in chunks.
const LARGE: usize = 12_000_000;

/// With a file of users for this option.
fn with_users(option: &str, others: &[&str]) -> Option<Git> {
    let tree = Tree::empty();
    let file = tree.outside().join("users");
    fs::write(&file, USERS).expect("a new file");
    Git::of(tree, &[others, &[&format!("{option}={}", file.display())]].concat())
}

/// Lets everyone write, as far as git is asked.
fn open_up(git: &Git) {
    git.git(&["-C", &git.bare(), "config", "http.receivepack", "true"]);
}

fn change(git: &Git, url: &str) {
    git.git(&["clone", "-q", url, "copy"]);
    git.commit("copy", "large.bin", &pseudo_random(LARGE));
    let _ = git.trace();
}

#[test]
fn a_large_push_in_chunks_and_one_of_known_length() {
    let Some(git) = Git::new(&[]) else { return };
    open_up(&git);
    change(&git, "http://{}/git/main.git");
    git.git(&["-C", "copy", "push", "-q"]);
    assert!(git.trace().contains("Send header: Transfer-Encoding: chunked"), "it was sent in chunks");
    git.is_whole("copy");
    git.is_whole(&git.bare());

    // Nothing that it could be put together from.
    let other: Vec<u8> = pseudo_random(LARGE).into_iter().rev().collect();
    git.commit("copy", "large.bin", &other);
    git.git(&["-C", "copy", "-c", "http.postBuffer=50000000", "push", "-q"]);
    let trace = git.trace();
    assert!(
        !trace.contains("Send header: Transfer-Encoding: chunked")
            && trace.contains("Send header: Content-Length: 12"),
        "{trace}"
    );
    git.is_whole("copy");
    git.git(&["clone", "-q", "http://{}/git/main.git", "again"]);
    git.is_whole("again");

    // A new branch, and its end.
    git.git(&["-C", "copy", "push", "-q", "origin", "main:other"]);
    git.git(&["-C", "copy", "push", "-q", "origin", ":other"]);
    assert_eq!(git.git(&["-C", &git.bare(), "branch"]), "* main\n");
}

#[test]
fn a_push_of_whom_git_does_not_know() {
    let Some(git) = Git::new(&[]) else { return };
    change(&git, "http://{}/git/main.git");
    let ended = git.run(&[], &["-C", "copy", "push", "-q"]);
    assert!(ended.stderr.contains("403"), "{}", ended.stderr);
    ended.with(128);
}

/// None of these, who are not users, can push what is in `copy`.
fn assert_only_users_push(git: &Git, others: &[&str]) {
    let before = git.git(&["-C", &git.bare(), "rev-parse", "main"]);
    for user in others {
        let url = format!("http://{user}{{}}/git/main.git");
        let ended = git.run(&[], &["-C", "copy", "push", "-q", &url, "main"]);
        let is_unknown = ["could not read Username", "Authentication failed", "HTTP 401"];
        assert!(is_unknown.iter().any(|words| ended.stderr.contains(words)), "{}", ended.stderr);
        assert!(!ended.status.success(), "{user}");
    }
    assert_eq!(git.git(&["-C", &git.bare(), "rev-parse", "main"]), before, "nothing was written");
}

/// A request of git that has a body needs a password, be it for a clone or a push.
/// Who it is of is known, to the server and to git.
#[test]
fn a_push_with_a_password() {
    let Some(git) = with_users("--auth-write", &[]) else { return };
    open_up(&git);
    git.git(&["-C", &git.bare(), "config", "core.logAllRefUpdates", "always"]);
    git.run(&[], &["clone", "-q", "http://{}/git/main.git", "copy"]).with(128);
    change(&git, "http://writer:write%20it@{}/git/main.git");
    assert_only_users_push(&git, &["", "ann:wrong@", "eve:open%20sesame@"]);
    git.git(&["-C", "copy", "push", "-q", "http://ann:open%20sesame@{}/git/main.git", "main"]);
    git.is_whole("copy");
    let log = git.git(&["-C", &git.bare(), "reflog", "--format=%gn %ge", "main"]);
    assert_eq!(log, "ann ann@http.127.0.0.1\n", "REMOTE_USER and REMOTE_ADDR");
}

/// Who says so by himself is known to git before any password is needed, so it
/// need not be told to take from everyone.
#[test]
fn a_push_of_who_says_so_at_once() {
    let Some(git) = with_users("--auth-write", &[]) else { return };
    let field = format!("http.extraHeader=Authorization: Basic {}", STANDARD.encode("ann:open sesame"));
    git.git(&["-c", &field, "clone", "-q", "http://{}/git/main.git", "copy"]);
    git.commit("copy", "README", b"new\n");
    git.run(&[], &["-C", "copy", "push", "-q"]).with(128);
    git.git(&["-C", "copy", "-c", &field, "push", "-q"]);
    git.is_whole("copy");
}

/// Everybody clones, and who pushes is asked: the repository need not be opened up.
#[test]
fn everybody_clones_and_users_push() {
    let Some(git) = with_users("--auth-write", &["--cgi-auth"]) else { return };
    change(&git, "http://{}/git/main.git");
    assert_only_users_push(&git, &["", "ann:wrong@"]);
    git.git(&["-C", "copy", "push", "-q", "http://writer:write%20it@{}/git/main.git", "main"]);
    git.is_whole("copy");
    git.git(&["clone", "-q", "http://{}/git/main.git", "again"]);
    git.is_whole("again");
}

/// Only who is known may clone or push; git takes REMOTE_USER for leave to write.
#[test]
fn a_private_repository() {
    let Some(git) = with_users("--auth", &[]) else { return };
    git.run(&[], &["clone", "-q", "http://{}/git/main.git", "copy"]).with(128);
    change(&git, "http://writer:write%20it@{}/git/main.git");
    git.git(&["-C", "copy", "push", "-q"]);
    git.is_whole("copy");
}

/// Ids of processes that work in this folder.
fn processes_in(folder: &str) -> Vec<String> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let works_here = |path: PathBuf| fs::read_link(path).is_ok_and(|path| path == Path::new(folder));
    let found = entries.filter(|entry| works_here(entry.path().join("cwd")));
    found.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// git keeps what comes in apart until it has all of it. It clears that away at
/// the end of its input, but not when a signal ends it: so it must see the former,
/// unless it was told how much there would be. Then it does not look for an end.
#[test]
fn a_push_that_is_cut_leaves_nothing() {
    let Some(git) = Git::new(&[]) else { return };
    open_up(&git);
    let commit = git.git(&["-C", "seed", "rev-parse", "HEAD"]);
    let pack = "alias.pack=!git pack-objects --all --stdout </dev/null >../pack";
    git.git(&["-C", "seed", "-c", pack, "pack"]);
    let line = format!("{} {} refs/heads/cut\0 report-status", "0".repeat(40), commit.trim());
    let mut body = format!("{:04x}{line}0000", line.len() + 4).into_bytes();
    body.extend(fs::read(git.host.place.path("pack")).expect("what git has packed"));
    let length = format!("Content-Length: {}", body.len());
    let size = format!("{:x}\r\n", body.len());
    let chunk = [size.as_bytes(), &body, b"\r\n0\r\n\r\n"].concat();
    let incoming = || {
        let entries = fs::read_dir(format!("{}/objects", git.bare())).expect("a folder").flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().contains("incoming")).count()
    };
    let ask = |field: &str| {
        let kind = "Content-Type: application/x-git-receive-pack-request";
        head("POST", "/git/main.git/git-receive-pack", &[field, kind])
    };
    for (rude, field, body, left) in [
        (false, "Transfer-Encoding: chunked", &chunk, 0),
        (true, "Transfer-Encoding: chunked", &chunk, 0),
        (false, &length, &body, 1),
        (true, &length, &body, 2),
    ] {
        let mut connection = git.host.server.connect();
        let before = incoming();
        connection.send(&ask(field));
        connection.send(&body[..body.len() - 100_000]);
        until("git to take it in", || (incoming() == before + 1).then_some(()));
        let begin = Instant::now();
        if rude {
            connection.reset()
        } else {
            drop(connection)
        }
        until("git to end", || processes_in(&git.bare()).is_empty().then_some(()));
        assert!(incoming() <= left, "{field}: {} are left after {:?}", incoming(), begin.elapsed());
    }
    git.git(&["-C", &git.bare(), "fsck", "--strict"]);
    assert_eq!(git.git(&["-C", &git.bare(), "branch"]), "* main\n");
    // Whole, it is taken.
    let mut connection = git.host.server.connect();
    let request = ask(&length);
    connection.send(&request);
    let sending = connection.send_beside(body);
    let answer = connection.next_answer(&request).expect("an answer");
    sending.join().expect("a thread").expect("all is sent");
    assert!(answer.text().contains("ok refs/heads/cut"), "{}", answer.text());
}
