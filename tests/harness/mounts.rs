//! Servers with file systems of their own: in a mount namespace, which takes
//! Linux, and either the superuser or namespaces for everybody.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use crate::pace::skip;
use crate::server::{Server, Start};

/// The words that begin a new mount namespace, or why there is none to be had.
static NAMESPACE: LazyLock<Result<Vec<&str>, String>> = LazyLock::new(|| {
    if !cfg!(target_os = "linux") {
        return Err("only Linux has mount namespaces".to_owned());
    }
    let mut words = vec!["unshare", "--mount"];
    if !nix::unistd::geteuid().is_root() {
        words.extend(["--user", "--map-root-user"]);
    }
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).args(["mount", "-t", "tmpfs", "none", "/tmp"]).stdin(Stdio::null());
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(words);
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr).trim()))
});

/// True if [`behind`] works here; else the reason is noted for `what`.
pub fn allowed(what: &str) -> bool {
    if let Err(why) = &*NAMESPACE {
        skip(what, why);
        return false;
    }
    true
}

/// Starts in a namespace where `script`, given `path` as `$0`, has been run by sh.
pub fn behind(start: Start, script: &str, path: &Path) -> Start {
    let namespace = NAMESPACE.as_ref().expect("it is asked for first whether this is allowed");
    let script = format!("set -e\n{script}\nexec \"$@\"");
    let path = path.display().to_string();
    let words: Vec<&str> = namespace.iter().copied().chain(["sh", "-c", &script, &path]).collect();
    start.behind(&words)
}

/// A script that takes /proc away, as in some containers: then a file cannot be
/// linked by its descriptor. An emulator that does not run without keeps it.
pub const NO_PROC: &str = "mount -t tmpfs none /proc; \"$@\" --help >/dev/null 2>&1 || umount /proc";

/// The path by which this process finds what the server has at `path`.
pub fn inside(server: &Server, path: &Path) -> PathBuf {
    let mut found = PathBuf::from(format!("/proc/{}/root", server.id()));
    found.extend(path.components().skip(1));
    found
}
