//! A git repository with a past, and a server that gives it away.

use std::path::{Path, PathBuf};

use svcd_tests::tree::{MODIFIED, pseudo_random};
use svcd_tests::{Tree, skip};

use crate::tool::{Ended, Place};
use crate::{Host, tool};

/// Commits of `main.git` on its branch.
pub const COMMITS: usize = 3;

/// Nothing that a person has set; a name to commit with; and no question is asked.
const ALWAYS: &[&str] = &[
    "GIT_CONFIG_NOSYSTEM=1",
    "GIT_TERMINAL_PROMPT=0",
    "GIT_ASKPASS=false",
    "GIT_TRACE_CURL_NO_DATA=1",
    "git",
    "-c",
    "user.name=Ann",
    "-c",
    "user.email=ann@svcd.test",
    "-c",
    "gc.auto=0",
];

/// git, where `main.git` is beside the root of a server, and `seed` in the place.
pub struct Git {
    pub host: Host,
    env: PathBuf,
}

/// Where git keeps the program that answers for a repository.
fn backend() -> Option<String> {
    let folder = Place::new().run(&tool("git")?, &["--exec-path"]).with(0);
    let folders = [folder.trim(), "/usr/lib/git-core", "/usr/libexec/git-core"];
    let mut files = folders.iter().map(|folder| format!("{folder}/git-http-backend"));
    let found = files.find(|file| Path::new(file).is_file());
    if found.is_none() {
        skip("git-http-backend", "this git has none");
    }
    found
}

impl Git {
    /// None, with a note, if git is not installed. It answers below `/git/`.
    pub fn new(options: &[&str]) -> Option<Git> {
        Git::of(Tree::empty(), options)
    }

    pub fn of(tree: Tree, options: &[&str]) -> Option<Git> {
        let alias = format!("--alias=/git/={}", backend()?);
        let root = format!("--cgi-env=GIT_PROJECT_ROOT={}", tree.outside().display());
        Git::shown_by(tree, &[options, &[&alias, &root, "--cgi-env=GIT_HTTP_EXPORT_ALL=1"]].concat())
    }

    /// With other programs that show the repository.
    pub fn shown_by(tree: Tree, options: &[&str]) -> Option<Git> {
        let (env, _) = (tool("env")?, tool("git")?);
        let git = Git { host: Host::new(tree, options), env };
        git.fill();
        Some(git)
    }

    fn fill(&self) {
        self.git(&["init", "-q", "-b", "main", "seed"]);
        for (name, bytes) in [
            ("seed/README", b"# Read me\n\nOf a <repository>.\n".to_vec()),
            ("seed/data.bin", pseudo_random(2_000_000)),
            ("seed/more", b"more\n".repeat(1000)),
        ] {
            self.host.place.write(name, &bytes, MODIFIED);
            self.git(&["-C", "seed", "add", "."]);
            self.git(&["-C", "seed", "commit", "-q", "-m", &format!("Add {name}")]);
        }
        self.git(&["clone", "-q", "--bare", "seed", &self.bare()]);
        self.git(&["-C", &self.bare(), "update-server-info"]);
    }

    /// Where `main.git` is.
    pub fn bare(&self) -> String {
        self.host.server.tree.outside().join("main.git").display().to_string()
    }

    /// What git says; it must do what it is asked for.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.run(&[], arguments).with(0)
    }

    /// With these variables.
    pub fn run(&self, variables: &[&str], arguments: &[&str]) -> Ended {
        let trace = format!("GIT_TRACE_CURL={}", self.host.place.path("trace").display());
        self.host.run(&self.env, &[variables, &[&trace], ALWAYS, arguments].concat())
    }

    /// What was asked and answered since the last time.
    pub fn trace(&self) -> String {
        let path = self.host.place.path("trace");
        let text = std::fs::read(&path).expect("what git has written down");
        std::fs::remove_file(path).expect("it");
        String::from_utf8_lossy(&text).into_owned()
    }

    /// Fails unless the copy is whole, and is at the commit of `main.git`.
    pub fn is_whole(&self, copy: &str) {
        self.git(&["-C", copy, "fsck", "--strict"]);
        let head = |folder: &str| self.git(&["-C", folder, "rev-parse", "main"]);
        assert_eq!(head(copy), head(&self.bare()), "{copy} is at the same commit");
    }

    /// How many commits a copy knows.
    pub fn count(&self, copy: &str) -> usize {
        self.git(&["-C", copy, "rev-list", "--count", "HEAD"]).trim().parse().expect("a number")
    }

    /// Adds a commit that gives a file these bytes.
    pub fn commit(&self, copy: &str, name: &str, bytes: &[u8]) {
        self.host.place.write(&format!("{copy}/{name}"), bytes, MODIFIED);
        self.git(&["-C", copy, "add", "."]);
        self.git(&["-C", copy, "commit", "-q", "-m", &format!("Change {name}")]);
    }
}
