//! Transcripts: what a client sends and gets, byte by byte, one rule in each
//! pair of files in `wire/`. Their names begin with the section of RFC 9110 or
//! RFC 9112 that has the rule; `harness/transcript.rs` says how to read them.
//!
//! Those in a folder of it are of a server with other options, and of one each,
//! as they change its files.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use svcd_tests::{Server, Tree, each, transcript};

use crate::auth::ANN;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/wire").join(name)
}

/// What the files in a folder are called, without `.in` and `.out`.
fn names(folder: &Path, least: usize) -> BTreeSet<String> {
    let files = fs::read_dir(folder).expect("a folder of transcripts").flatten();
    let files = files.filter_map(|file| file.file_name().into_string().ok());
    let name = |file: String| Some(file.strip_suffix(".in").or(file.strip_suffix(".out"))?.to_owned());
    let names: BTreeSet<String> = files.filter_map(name).collect();
    assert!(names.len() >= least, "{} transcripts", names.len());
    names
}

fn play(server: &Server, folder: &Path, name: &str) -> Result<(), String> {
    let read = |kind: &str| {
        let path = folder.join(format!("{name}.{kind}"));
        fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
    };
    transcript::play(&mut server.connect(), &read("in")?, &read("out")?)
}

#[test]
fn transcripts() {
    let folder = folder("");
    let server = Server::start(&["--header-timeout", "1"]);
    each(names(&folder, 25).iter().map(|name| (name, name)), |name| play(&server, &folder, name));
}

#[test]
fn transcripts_of_writing() {
    let folder = folder("write");
    each(names(&folder, 15).iter().map(|name| (name, name)), |name| {
        let server = Server::start(&["--write", "--max-body", "20"]);
        play(&server, &folder, name)
    });
}

#[test]
fn transcripts_of_users() {
    let folder = folder("users");
    each(names(&folder, 3).iter().map(|name| (name, name)), |name| {
        let tree = Tree::standard();
        let users = tree.outside().join("users");
        fs::write(&users, ANN).map_err(|error| error.to_string())?;
        let users = users.display().to_string();
        let server = Server::with(tree).arguments(&["--write", "--auth", &users]).start();
        play(&server, &folder, name)
    });
}
