//! A server whose calls can be made to fail, and what a write has done to it.

use std::fs;

use svcd_tests::remains::temporaries;
use svcd_tests::strace::{Call, Strace, traceable, usable};
use svcd_tests::versions::{content, delete, identify, put};
use svcd_tests::{Response, Server, Tree, mounts};

/// The contents of before and of after.
const OLD: u64 = 1;
const NEW: u64 = 2;

/// Bytes of the new content: it comes with its head in one piece, so that the
/// calls are the same each time.
const SIZE: usize = 2000;

/// The folder that is written to.
pub const FOLDER: &str = "box";

/// A request that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    Create,
    Replace,
    Delete,
}

impl Write {
    pub const ALL: [Write; 3] = [Write::Create, Write::Replace, Write::Delete];

    fn name(self) -> &'static str {
        if self == Write::Create { "box/new.bin" } else { "box/old.bin" }
    }

    fn request(self) -> Vec<u8> {
        let target = format!("/{}", self.name());
        if self == Write::Delete { delete(&target) } else { put(&target, &content(NEW, SIZE)) }
    }

    /// What is there before and after it.
    fn values(self) -> (Option<u64>, Option<u64>) {
        match self {
            Write::Create => (None, Some(NEW)),
            Write::Replace => (Some(OLD), Some(NEW)),
            Write::Delete => (Some(OLD), None),
        }
    }

    fn done(self) -> u16 {
        if self == Write::Create { 201 } else { 204 }
    }
}

/// What is there after all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    None,
    Whole,
}

/// A server whose calls can be made to fail.
pub struct Victim {
    server: Server,
}

impl Victim {
    /// None if that cannot be done here, which is noted for `what`.
    pub fn start(what: &str, arguments: &[&str]) -> Option<Victim> {
        usable(what).then(|| Victim::of(traceable(Server::with(Victim::tree())), arguments))
    }

    /// One that has no /proc.
    pub fn without_proc(what: &str) -> Option<Victim> {
        if !usable(what) || !mounts::allowed(what) {
            return None;
        }
        let start = traceable(Server::with(Victim::tree()));
        Some(Victim::of(mounts::behind(start, mounts::NO_PROC, &std::env::temp_dir()), &[]))
    }

    fn tree() -> Tree {
        let tree = Tree::standard();
        tree.folder(FOLDER);
        tree
    }

    fn of(start: svcd_tests::server::Start, arguments: &[&str]) -> Victim {
        Victim { server: start.arguments(&["--write"]).arguments(arguments).start() }
    }

    fn prepare(&self) {
        self.server.tree.file(Write::Replace.name(), &content(OLD, 5000));
        let _ = fs::remove_file(self.server.tree.path(Write::Create.name()));
    }

    /// The answer, if one came, and the calls of the child that gave it.
    pub fn attempt(&self, write: Write, words: &[String]) -> (Result<Response, String>, Vec<Call>) {
        self.prepare();
        let strace = Strace::attach(&self.server, words);
        let answer = self.server.ask(&write.request());
        (answer, strace.end())
    }

    /// The calls of a write in which nothing fails.
    pub fn calls(&self, write: Write) -> Vec<Call> {
        let (answer, calls) = self.attempt(write, &[]);
        let answer = answer.expect("an answer");
        assert_eq!(answer.status, write.done(), "{write:?}: {}", answer.text());
        assert_eq!(self.effect(write), Ok(Effect::Whole), "{write:?}");
        calls
    }

    /// What a write has done: all or nothing.
    pub fn effect(&self, write: Write) -> Result<Effect, String> {
        let bytes = fs::read(self.server.tree.path(write.name())).ok();
        let found = bytes.map(|bytes| identify(&bytes)).transpose()?;
        match write.values() {
            (before, _) if found == before => Ok(Effect::None),
            (_, after) if found == after => Ok(Effect::Whole),
            (before, after) => Err(format!("content {found:?}, neither {before:?} nor {after:?}")),
        }
    }

    /// `Ok` if nothing is left that nobody asked for.
    pub fn is_clean(&self) -> Result<(), String> {
        let left = temporaries(&self.server.tree.root());
        if left.is_empty() { Ok(()) } else { Err(format!("left: {left:?}")) }
    }

    /// `Ok` if the next write is done, and takes away what a dead child has left.
    pub fn goes_on(&self, write: Write) -> Result<(), String> {
        self.prepare();
        let answer = self.server.ask(&write.request())?;
        answer.is(write.done()).map_err(|why| format!("the next one: {why}: {}", answer.text()))?;
        self.is_clean().map_err(|why| format!("after the next one: {why}"))?;
        let plain = self.server.get("/hello.txt")?;
        plain.is(200)
    }
}
