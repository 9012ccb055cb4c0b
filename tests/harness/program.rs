//! The program under test: which words start it, and one run of it to its end.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::LazyLock;

use crate::output::Output;
use crate::pace::until;

#[derive(Clone)]
pub struct Program {
    words: Vec<OsString>,
    emulated: bool,
}

/// How a run ended and what it wrote.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    /// The program that the environment names.
    pub fn chosen() -> &'static Program {
        static CHOSEN: LazyLock<Program> = LazyLock::new(|| {
            let words = match env::var("SVCD") {
                Ok(text) if !text.trim().is_empty() => words(&text),
                _ => vec![host_program().into()],
            };
            Program { emulated: words.len() > 1, words }
        });
        &CHOSEN
    }

    /// Another one, that this machine runs itself.
    pub fn at(path: &Path) -> Program {
        Program { words: vec![path.into()], emulated: false }
    }

    /// True if something runs the program for us, more slowly than the processor.
    pub fn is_emulated(&self) -> bool {
        self.emulated
    }

    /// The same program, started by `words` that end in exec of what follows them.
    pub fn behind(&self, words: &[&str]) -> Program {
        let words = words.iter().map(OsString::from).chain(self.words.iter().cloned()).collect();
        Program { words, emulated: self.emulated }
    }

    /// A copy of the program, which can be replaced while it runs.
    pub fn copied_to(&self, place: &Path) -> Program {
        let mut copy = self.clone();
        if let Some(last) = copy.words.last_mut() {
            std::fs::copy(&*last, place).expect("a copy of the program");
            *last = place.into();
        }
        copy
    }

    /// What it is built for, as `linux-aarch64`.
    pub fn machine(&self) -> String {
        let file = self.words.last().and_then(|word| Path::new(word).file_name()).unwrap_or_default();
        let file = file.to_string_lossy();
        file.strip_prefix("svcd-").unwrap_or_else(|| panic!("{file} does not say its machine")).to_owned()
    }

    /// A program of examples/ for the same machine, started in the same way.
    pub fn example(&self, name: &str) -> Program {
        let path = dist().join(format!("examples/{name}-{}", self.machine()));
        assert!(path.is_file(), "{} is missing: run `make examples`", path.display());
        let mut example = self.clone();
        if let Some(last) = example.words.last_mut() {
            *last = path.into();
        }
        example
    }

    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.words[0]);
        command.args(&self.words[1..]).stdin(Stdio::null());
        command
    }

    /// Runs a command line that is expected to end by itself.
    pub fn run<A: AsRef<OsStr>>(&self, arguments: &[A]) -> Ended {
        self.run_in(Path::new("."), arguments)
    }

    pub fn run_in<A: AsRef<OsStr>>(&self, folder: &Path, arguments: &[A]) -> Ended {
        let mut command = self.command();
        command.args(arguments).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let mut run = Run::of(child);
        run.stderr.wait_for("the end of the program", |bytes, ended| {
            // Without this, a mistaken start would cost the whole deadline.
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains("listening on"), "it started to serve: {text}");
            ended.then_some(())
        });
        run.end()
    }
}

/// A started process and what it writes; killed when dropped.
pub(crate) struct Run {
    pub child: Child,
    pub stdout: Output,
    pub stderr: Output,
}

impl Run {
    pub fn of(mut child: Child) -> Run {
        let stdout = Output::drain(child.stdout.take().expect("stdout is piped"));
        let stderr = Output::drain(child.stderr.take().expect("stderr is piped"));
        Run { child, stdout, stderr }
    }

    pub fn end(&mut self) -> Ended {
        let status = until("the end of the program", || self.child.try_wait().expect("wait"));
        let stdout = self.stdout.to_end();
        let stderr = self.stderr.to_end();
        Ended { status, stdout, stderr }
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn words(text: &str) -> Vec<OsString> {
    if let Some(file) = existing(text) {
        return vec![file.into()];
    }
    let mut words = Vec::new();
    for (position, part) in text.split('\'').enumerate() {
        if position % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    // Servers are started in folders of their own, so a relative name would not be found.
    words.into_iter().map(|word| existing(&word).map_or(word.into(), OsString::from)).collect()
}

/// The absolute name of a file that is named with a slash, from here or from the workspace.
fn existing(word: &str) -> Option<PathBuf> {
    // Links are kept: a Python of a venv is one, and knows by its name where it is.
    let named = |path: &Path| path.exists().then(|| std::path::absolute(path).ok()).flatten();
    word.contains('/').then(|| named(Path::new(word)).or_else(|| named(&workspace().join(word)))).flatten()
}

/// The program of this name for this machine: `svcd`, or a flavour of it.
pub fn built(name: &str) -> PathBuf {
    let system = if env::consts::OS == "macos" { "darwin" } else { env::consts::OS };
    dist().join(format!("{name}-{system}-{}", env::consts::ARCH))
}

fn host_program() -> PathBuf {
    let program = built("svcd");
    assert!(program.is_file(), "{} is missing: run `make build` first", program.display());
    program.canonicalize().expect("an existing file has a name")
}

/// The folder of the built programs.
pub fn dist() -> PathBuf {
    env::var_os("SVCD_DIST").map_or_else(|| workspace().join("dist"), PathBuf::from)
}

/// Whether the program runs in the rig that plays Darwin.
pub fn is_rig() -> bool {
    static IS_RIG: LazyLock<bool> =
        LazyLock::new(|| env::var("SVCD").is_ok_and(|words| words.contains("darwin/rig")));
    *IS_RIG
}

/// The folder of the project.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where a tool is, if it is installed.
pub fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let more = ["/usr/sbin", "/usr/local/sbin", "/sbin"].map(PathBuf::from);
    let mut files = env::split_paths(&path).chain(more).map(|folder| folder.join(name));
    files.find(|file| file.is_file())
}
