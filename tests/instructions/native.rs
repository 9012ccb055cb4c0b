//! The same for the program of this machine, by callgrind, where there is one.

use std::process::{Command, Stdio};

use svcd_tests::program::dist;
use svcd_tests::valgrind::collected;

use crate::requests::{FILE, get, serve, tree};

/// Instructions for one more GET on a connection: those of ten more, divided. None:
/// there is no valgrind, or it cannot run the program.
pub fn of_another_get() -> Option<usize> {
    let program = dist().join("svcd-linux-x86_64");
    let mut valgrind = Command::new("valgrind");
    let has_valgrind = valgrind.arg("--version").stdout(Stdio::null()).status().is_ok();
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) || !has_valgrind || !program.exists() {
        return None;
    }
    let count = |requests: usize| {
        let tree = tree();
        let mut command = Command::new("valgrind");
        let file = format!("--callgrind-out-file={}", tree.base().join("callgrind").display());
        // It knows neither Landlock nor what seccomp(2) forbids it.
        command.args(["--tool=callgrind", &file]).arg(&program).args(["--sandbox", "off"]);
        let asked = vec![("GET", get(FILE, "")); requests];
        collected(&serve(command, &tree, &asked))
    };
    Some(count(20)?.checked_sub(count(10)?)? / 10)
}
