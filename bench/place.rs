//! A folder that the servers share: what they serve, what they write, and the
//! packages that `linker/setup.sh bench` has unpacked.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use svcd_tests::Tree;
use svcd_tests::program::{Program, dist};

/// Servers do not run as root, and one of them refuses to.
const NOBODY: u32 = 65534;

pub struct Place {
    pub site: Tree,
    /// What the packages have brought, where every user may read it.
    prefix: PathBuf,
}

const SYSTEM: [&str; 4] = ["/usr/sbin", "/usr/local/sbin", "/usr/bin", "/usr/local/bin"];

/// A program, and where it is.
#[derive(Clone)]
pub struct Found {
    pub path: PathBuf,
    /// Where its package was unpacked; empty if it is installed.
    pub prefix: PathBuf,
    /// The loader, if libraries of the program are in the prefix too.
    loader: Option<PathBuf>,
    /// Words of a command line that ends in exec of what follows them.
    front: Vec<String>,
    /// It runs as who has started this.
    is_own_user: bool,
}

impl Place {
    pub fn new() -> Result<Place, String> {
        let site = Tree::empty();
        let prefix = site.outside().join("packages");
        let unpacked = dist().join("../target/bench/root");
        let unpacked = if unpacked.is_dir() { unpacked } else { site.root() };
        let mut copy = Command::new("cp");
        let copied = copy.arg("-R").arg(&unpacked).arg(&prefix).status();
        if !copied.is_ok_and(|status| status.success()) {
            return Err(format!("{copy:?} failed"));
        }
        let folder = site.outside();
        if nix::unistd::geteuid().is_root() {
            std::os::unix::fs::chown(&folder, Some(NOBODY), Some(NOBODY))
                .map_err(|error| error.to_string())?;
        }
        Ok(Place { site, prefix })
    }

    /// A file for a server, in the folder that it may write to.
    pub fn folder(&self) -> PathBuf {
        self.site.outside()
    }

    /// An unpacked program comes before an installed one: it is the newest that there is.
    pub fn find(&self, program: &str) -> Option<Found> {
        match program {
            "svcd" => return self.copied(Program::chosen().command().get_program().into(), program),
            "floor" => {
                let built = dist().join(format!("examples/floor-linux-{}", env::consts::ARCH));
                return self.copied(built, program);
            }
            "svcd-before" => return self.copied(env::var_os("BEFORE")?.into(), program),
            _ if program.starts_with("svcd-") => return self.copied(dist().join(program), program),
            _ => {}
        }
        let below = |top: &Path, folder: &str| top.join(folder).join(program);
        let folders = ["usr/sbin", "usr/bin", "sbin", "bin"];
        if let Some(path) =
            folders.map(|folder| below(&self.prefix, folder)).into_iter().find(|path| path.is_file())
        {
            return Some(Found { loader: loader(&path), prefix: self.prefix.clone(), ..Found::at(path) });
        }
        // What the system has comes before what only one user may look at.
        let path = env::var_os("PATH").unwrap_or_default();
        let places = SYSTEM.iter().map(PathBuf::from).chain(env::split_paths(&path));
        places.map(|folder| folder.join(program)).find(|path| path.is_file()).map(Found::at)
    }

    /// Another user may not be able to look into the folder where it was built.
    fn copied(&self, built: PathBuf, name: &str) -> Option<Found> {
        let path = self.folder().join(name);
        // What runs already cannot be written to.
        if !path.exists() {
            fs::copy(built, &path).ok()?;
        }
        Some(Found::at(path))
    }
}

impl Found {
    pub fn at(path: PathBuf) -> Found {
        Found { path, prefix: PathBuf::new(), loader: None, front: Vec::new(), is_own_user: false }
    }

    /// The same, started by words that end in exec of what follows them.
    pub fn behind(&self, words: &[String]) -> Found {
        Found { front: [words, &self.front].concat(), ..self.clone() }
    }

    /// The same, not as another user.
    pub fn as_own_user(&self) -> Found {
        Found { is_own_user: true, ..self.clone() }
    }

    pub fn command(&self) -> Command {
        let mut words: Vec<OsString> = self.front.iter().map(OsString::from).collect();
        // A variable would do, but servers hand that one on to programs, which
        // then look for their libraries in more places.
        if let Some(loader) = &self.loader {
            words.extend([loader.into(), "--library-path".into(), libraries(&self.prefix).into()]);
        }
        words.push(self.path.clone().into());
        let mut command = Command::new(words.remove(0));
        command.args(words);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").stdin(Stdio::null());
        command
    }

    /// As a user who is not root.
    pub fn server(&self) -> Command {
        let mut command = self.command();
        if nix::unistd::geteuid().is_root() && !self.is_own_user {
            command.uid(NOBODY).gid(NOBODY);
        }
        command
    }
}

/// Every folder of libraries below a prefix, with colons between.
fn libraries(prefix: &Path) -> String {
    let tops = ["usr/lib", "lib"].map(|name| prefix.join(name));
    let folders = tops.iter().filter_map(|top| fs::read_dir(top).ok()).flatten().flatten();
    let folders = folders.map(|entry| entry.path()).filter(|path| path.to_string_lossy().contains("-linux-"));
    folders.map(|path| path.display().to_string()).collect::<Vec<_>>().join(":")
}

/// The system's dynamic loader, if this program asks for one.
fn loader(program: &Path) -> Option<PathBuf> {
    let loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1"].map(PathBuf::from);
    let loader = loaders.into_iter().find(|path| path.exists())?;
    let mut verify = Command::new(&loader);
    verify.arg("--verify").arg(program).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    verify.status().is_ok_and(|status| status.success()).then_some(loader)
}
