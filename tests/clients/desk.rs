//! A place to write from, with two servers to write to.

use std::fs::File;
use std::path::{Path, PathBuf};

use svcd_tests::tree::{MODIFIED, big};
use svcd_tests::{Server, Tree, skip};

use crate::beside;
use crate::nginx::Nginx;
use crate::tool::{Ended, Place, files_below, find};

/// Length of `long.bin`: more than any socket holds.
pub const LONG: usize = 40_000_000;

/// A tool and two servers, each with a tree of its own that it may write to.
pub struct Desk {
    tool: PathBuf,
    always: &'static [&'static str],
    pub server: Server,
    /// The other tree, whether there is an nginx for it or not.
    other: Tree,
    nginx: Option<Nginx>,
}

const DAV: &str = "dav_methods PUT DELETE; client_max_body_size 100m;";

impl Desk {
    /// None, with a note, if the tool is not installed.
    pub fn new(tool: &str, always: &'static [&'static str], options: &[&str]) -> Option<Desk> {
        Desk::with_users(tool, always, options, None)
    }

    pub fn with_users(
        tool: &str,
        always: &'static [&'static str],
        options: &[&str],
        users: Option<&str>,
    ) -> Option<Desk> {
        let Some(path) = find(tool) else {
            skip(tool, "it is not installed here");
            return None;
        };
        let (tree, other) = (Tree::empty(), Tree::empty());
        for tree in [&tree, &other] {
            tree.file("hello.txt", b"hello, world\n");
            tree.file("dir/file.txt", b"file\n");
        }
        let file = tree.outside().join("users");
        let file = file.to_str().expect("a name in UTF-8");
        let mut arguments = vec!["--write"];
        arguments.extend(options);
        let mut directives = DAV.to_owned();
        if let Some(users) = users {
            std::fs::write(file, users).expect("a new file");
            arguments.extend(["--auth-write", file]);
            directives += &format!(
                "location / {{ limit_except GET {{ auth_basic svcd; auth_basic_user_file {file}; }} {DAV} }}"
            );
        }
        let server = Server::with(tree).arguments(&arguments).start();
        let nginx = beside(&other, &directives);
        Some(Desk { tool: path, always, server, other, nginx })
    }

    /// Runs the tool where `new.txt`, `big.bin` and `long.bin` are to be sent from.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        self.run_at(&self.server.address.to_string(), arguments)
    }

    fn run_at(&self, address: &str, arguments: &[&str]) -> Ended {
        let place = Place::new();
        place.write("new.txt", b"new\n", MODIFIED);
        place.write("big.bin", big(), MODIFIED);
        let long = File::create(place.path("long.bin")).and_then(|file| file.set_len(LONG as u64));
        long.expect("a sparse file");
        let arguments: Vec<String> = arguments.iter().map(|word| word.replace("{}", address)).collect();
        let words = self.always.iter().copied().chain(arguments.iter().map(String::as_str));
        place.run(&self.tool, &words.collect::<Vec<_>>())
    }

    /// Runs the tool with both servers. It must end and say the same, and the two
    /// trees must stay alike. Gives what it said.
    pub fn both(&self, code: i32, arguments: &[&str]) -> String {
        let said = self.run(arguments).with(code);
        if let Some(nginx) = &self.nginx {
            let other = self.run_at(&nginx.address.to_string(), arguments).with(code);
            assert_eq!(said, other, "{arguments:?}: nginx otherwise");
            let plain = |root: &Path| -> Vec<(String, Vec<u8>)> {
                files_below(root).into_iter().map(|(name, (bytes, _))| (name, bytes)).collect()
            };
            let (found, right) = (plain(&self.server.tree.root()), plain(&self.other.root()));
            let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
                files.iter().map(|(name, _)| name.clone()).collect()
            };
            assert_eq!(names(&found), names(&right), "{arguments:?}: other files than of nginx");
            assert!(found == right, "{arguments:?}: other bytes than of nginx");
        }
        said
    }

    pub fn stored(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.server.tree.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}
