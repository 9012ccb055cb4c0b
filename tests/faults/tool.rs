//! What makes calls fail: strace(1), or the rig that plays Darwin.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use svcd_tests::Server;
pub use svcd_tests::program::is_rig;
use svcd_tests::server::Start;
use svcd_tests::strace::{Call, Strace, Traced, by_process, calls_in, traceable, usable};

use crate::matrix::Case;
use crate::victim::EVERYBODY;

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

/// What stands in front of a server that is looked at from its start on: nothing
/// fails without a case. What is called goes to this file; `beside` are more words for strace(1).
pub fn front(calls: &Path, case: Option<&Case>, beside: Option<&str>) -> Vec<String> {
    if is_rig() {
        let rule = case.map_or("@/dev/null".to_owned(), Case::rule);
        return vec!["env".to_owned(), options(&rule, calls)];
    }
    let file = calls.to_str().expect("a temporary folder in UTF-8");
    let words = ["strace", "-qq", "-s", "0", "-o", file];
    words.into_iter().chain(beside).map(str::to_owned).chain(case.map(Case::inject)).collect()
}

/// What process `id` behind [`front`] has called until now.
pub fn calls(file: &Path, id: u32) -> Vec<Call> {
    let text = fs::read_to_string(file).unwrap_or_default();
    if !is_rig() {
        return calls_in(&text);
    }
    let own = by_process(&text).into_iter().find(|process| process.id == id);
    own.map(|own| own.calls).unwrap_or_default()
}

/// The variable with the options of the rig.
fn options(rule: &str, trace: &Path) -> String {
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

pub fn is_injected(call: &Call) -> bool {
    call.text.ends_with("(INJECTED)")
}
