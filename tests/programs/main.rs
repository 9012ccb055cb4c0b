//! Programs that people run behind a web server, run by this one: what these
//! cannot do here, the server cannot do.

mod fossil;
mod git;
mod git_writing;
mod munin;
mod perl;
mod php;
mod python;
mod repository;
mod streams;
#[path = "../clients/tool.rs"]
mod tool;
mod viewers;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use svcd_tests::{Response, Server, Tree, html, skip};

use tool::{Ended, Place, find};

/// `-q` first: no configuration of the person who runs the tests.
const CURL: &[&str] = &["-q", "-sS", "--noproxy", "*", "--max-time", "25"];

/// A server that runs programs, and a place to ask it from.
pub struct Host {
    pub server: Server,
    pub place: Place,
}

impl Host {
    pub fn new(tree: Tree, options: &[&str]) -> Host {
        Host { server: Server::with(tree).arguments(options).start(), place: Place::new() }
    }

    /// Runs a tool; `{}` in an argument is the server's address.
    pub fn run(&self, tool: &Path, arguments: &[&str]) -> Ended {
        let address = self.server.address.to_string();
        let arguments: Vec<String> = arguments.iter().map(|word| word.replace("{}", &address)).collect();
        self.place.run(tool, &arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What curl says in the end; it must have an answer, of whatever status.
    pub fn curl(&self, arguments: &[&str]) -> String {
        let curl = find("curl").expect("`linker/setup.sh test` installs curl");
        self.run(&curl, &[CURL, arguments].concat()).with(0)
    }

    /// The status of what is behind a path, as curl sees it.
    pub fn status(&self, target: &str) -> String {
        self.curl(&["-o", "/dev/null", "-w", "%{http_code}", &format!("http://{{}}{target}")])
    }

    /// A page, which must be there.
    pub fn page(&self, target: &str) -> Response {
        let answer = self.server.get(target).unwrap_or_else(|why| panic!("{target}: {why}"));
        assert_eq!(answer.status, 200, "{target}: {}", answer.text());
        answer
    }

    /// Follows every link of the page `base` that leads below `prefix`; each must
    /// lead to something. Tells how many there were.
    pub fn follow(&self, base: &str, prefix: &str) -> usize {
        // Some programs quote with apostrophes.
        let page = self.page(base).text().replace('\'', "\"");
        let targets = html::hrefs(&page).into_iter().filter_map(|href| html::target(base, &href).ok());
        let targets: BTreeSet<String> = targets.filter(|target| target.starts_with(prefix)).collect();
        targets.iter().for_each(|target| drop(self.page(target)));
        targets.len()
    }
}

/// Where a program is that is not in PATH; None, with a note, if it is not installed.
fn installed(path: &str) -> Option<PathBuf> {
    let path = PathBuf::from(path);
    if path.is_file() {
        return Some(path);
    }
    skip(&path.display().to_string(), "it is not installed here");
    None
}

/// Where a tool is; None, with a note, if it is not installed.
fn tool(name: &str) -> Option<PathBuf> {
    let path = find(name);
    if path.is_none() {
        skip(name, "it is not installed here");
    }
    path
}

/// A tree with one program in the folder of programs.
fn with_program(name: &str, text: &str) -> Tree {
    let tree = Tree::empty();
    add_program(&tree, name, text);
    tree
}

fn add_program(tree: &Tree, name: &str, text: &str) {
    let name = format!("cgi-bin/{name}");
    tree.file(&name, text.as_bytes());
    tree.permit(&name, 0o755);
}
