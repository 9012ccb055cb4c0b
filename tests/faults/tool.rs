//! What makes calls fail: strace(1), or the rig that plays Darwin.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use svcd_tests::Server;
use svcd_tests::server::Start;
use svcd_tests::strace::{Call, Strace, Traced, calls_in, traceable, usable};

use crate::matrix::Case;
use crate::victim::EVERYBODY;

/// Whether the program runs in the rig.
pub fn is_rig() -> bool {
    static IS_RIG: LazyLock<bool> =
        LazyLock::new(|| env::var("SVCD").is_ok_and(|words| words.contains("darwin/rig")));
    *IS_RIG
}

/// True if calls can be made to fail; else the reason is noted for `what`.
pub fn can(what: &str) -> bool {
    is_rig() || usable(what)
}

/// How many ask at a time.
pub fn clients() -> usize {
    if is_rig() { 6 } else { usize::MAX }
}

/// The call in which a server that has nothing to do waits.
pub fn wait() -> &'static str {
    if is_rig() { "kevent" } else { "ppoll" }
}

/// Files of the rig, beside the tree, which ends with the server: what fails, and
/// what was called.
pub struct Rig {
    folder: PathBuf,
    rule: PathBuf,
    trace: PathBuf,
}

impl Drop for Rig {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

pub struct Tool {
    rig: Option<Rig>,
}

impl Tool {
    /// Prepares a start.
    pub fn prepare(start: Start) -> (Start, Tool) {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if !is_rig() {
            return (traceable(start), Tool { rig: None });
        }
        let place = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = env::temp_dir().join(format!("svcd-rig-{}-{place}", std::process::id()));
        fs::create_dir_all(&folder).expect("a new folder");
        let rig = Rig { rule: folder.join("rule"), trace: folder.join("trace"), folder };
        fs::write(&rig.rule, "").expect("a rule");
        fs::write(&rig.trace, "").expect("a trace");
        let options = options(&format!("@{}", rig.rule.display()), &rig.trace);
        (start.behind(&["env", &options]), Tool { rig: Some(rig) })
    }

    /// From now on this fails, if something does.
    pub fn begin(&self, server: &Server, who: &str, case: Option<&Case>) -> Watching<'_> {
        let Some(rig) = &self.rig else {
            let words: Vec<_> = case.map(Case::inject).into_iter().collect();
            return Watching::Strace(Strace::attach_all(server, who == EVERYBODY, &words));
        };
        let from = fs::metadata(&rig.trace).map_or(0, |metadata| metadata.len() as usize);
        rig.set(&case.map(Case::rule).unwrap_or_default());
        Watching::Rig(rig, from)
    }
}

/// The variable with the options of the rig.
pub fn options(rule: &str, trace: &Path) -> String {
    format!("DARWIN_RIG_OPTIONS=--inject {rule} --trace-to {}", trace.display())
}

impl Rig {
    /// At once: a rule is never half a one.
    fn set(&self, rule: &str) {
        let new = self.rule.with_extension("new");
        fs::write(&new, rule).and_then(|()| fs::rename(&new, &self.rule)).expect("another rule");
    }
}

pub enum Watching<'a> {
    Strace(Strace),
    /// With the length that the trace had.
    Rig(&'a Rig, usize),
}

impl Watching<'_> {
    /// Nothing fails any more; the calls until now.
    pub fn end(self) -> Vec<Traced> {
        match self {
            Watching::Strace(strace) => strace.end_all(),
            Watching::Rig(rig, from) => {
                rig.set("");
                let text = fs::read(&rig.trace).expect("a trace");
                by_process(&String::from_utf8_lossy(text.get(from..).unwrap_or_default()))
            }
        }
    }
}

/// The calls of each process in a trace of the rig, where `[ID] ` stands before each.
pub fn by_process(text: &str) -> Vec<Traced> {
    let mut lines: Vec<(u32, String)> = Vec::new();
    for line in text.lines() {
        let Some((id, rest)) = line.strip_prefix('[').and_then(|line| line.split_once("] ")) else {
            continue;
        };
        let Ok(id) = id.parse() else { continue };
        match lines.iter_mut().find(|of| of.0 == id) {
            Some(of) => of.1.push_str(rest),
            None => lines.push((id, rest.to_owned())),
        }
        if let Some(of) = lines.iter_mut().find(|of| of.0 == id) {
            of.1.push('\n');
        }
    }
    lines.into_iter().map(|(id, text)| Traced { id, calls: calls_in(&text) }).collect()
}

pub fn is_injected(call: &Call) -> bool {
    call.text.ends_with("(INJECTED)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trace_of_the_rig_is_told_apart_by_process() {
        let text = "[5] main of svcd: slide=0x0\n[5] fork() = 6 0\n[6] close(3) = 0\n[5] close(4) = -1 EIO (INJECTED)\n\
            [6] exit(0) ...\n";
        let found = by_process(text);
        let names =
            |place: usize| -> Vec<_> { found[place].calls.iter().map(|call| call.name.as_str()).collect() };
        assert_eq!((found[0].id, names(0)), (5, vec!["fork", "close"]));
        assert_eq!((found[1].id, names(1)), (6, vec!["close", "exit"]));
        assert!(is_injected(&found[0].calls[1]) && !is_injected(&found[1].calls[0]));
    }
}
