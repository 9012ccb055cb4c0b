//! A DOCROOT made for one test, and a place beside it that must never be served.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use nix::sys::stat::Mode;
#[cfg(target_os = "linux")]
use nix::sys::stat::SFlag;

use crate::clock;

/// What stands in the file outside the tree; no response may ever hold it.
pub const SECRET: &[u8] = b"outside of the tree: 8f1b6d0c\n";

/// Length of `big.bin`: more than sockets buffer, so that a slow reader is felt.
pub const BIG: usize = 5 * 1024 * 1024;

/// Last modification of every standard file: a leap day, with single-digit parts.
pub const MODIFIED: u64 = 1_709_168_765;

/// Files of the standard tree with plain content: name, bytes.
pub const FILES: &[(&str, &[u8])] = &[
    ("index.html", b"<!doctype html><title>root</title>\n"),
    ("hello.txt", b"hello, world\n"),
    ("empty.txt", b""),
    ("dir/index.html", b"<!doctype html><title>dir</title>\n"),
    ("dir/inner.txt", b"inner\n"),
    ("dir/.hidden", b"hidden\n"),
    ("dir/.well-known/x", b"not at the top\n"),
    ("bare/file.txt", b"a folder without an index\n"),
    (".secret", b"hidden\n"),
    (".git/config", b"hidden\n"),
    (".well-known/x", b"well known\n"),
    (".well-known/acme/token", b"token\n"),
];

pub struct Tree {
    base: PathBuf,
}

impl Tree {
    /// A tree with nothing in it.
    pub fn empty() -> Tree {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("svcd-test-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let base = env::temp_dir().canonicalize().expect("a temporary folder").join(name);
        // Of an earlier run that was killed and had the same process id.
        let _ = fs::remove_dir_all(&base);
        fs::create_dir_all(base.join("www")).expect("a new folder");
        fs::create_dir(base.join("outside")).expect("a new folder");
        fs::write(base.join("outside/secret.txt"), SECRET).expect("a new file");
        Tree { base }
    }

    /// The tree that most tests use: [`FILES`], every byte in `bytes.bin`, and `big.bin`.
    pub fn standard() -> Tree {
        let tree = Tree::small();
        tree.file("bytes.bin", &every_byte());
        tree.file("big.bin", big());
        tree
    }

    /// Only [`FILES`].
    pub fn small() -> Tree {
        let tree = Tree::empty();
        for (name, bytes) in FILES {
            tree.file(name, bytes);
        }
        tree
    }

    /// The folder that holds all of it: the root, and what is beside it.
    pub fn base(&self) -> &Path {
        &self.base
    }

    pub fn root(&self) -> PathBuf {
        self.base.join("www")
    }

    /// The folder beside the root.
    pub fn outside(&self) -> PathBuf {
        self.base.join("outside")
    }

    pub fn path(&self, name: impl AsRef<[u8]>) -> PathBuf {
        self.root().join(OsStr::from_bytes(name.as_ref()))
    }

    /// Writes a file, with the folders it needs.
    pub fn file(&self, name: impl AsRef<[u8]>, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("below the root")).expect("folders");
        fs::write(&path, bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let file = File::options().write(true).open(&path).expect("the file just written");
        file.set_modified(clock::at(MODIFIED)).expect("a time of modification");
        path
    }

    /// A file of `length` zeros that takes no space.
    pub fn hole(&self, name: &str, length: u64) {
        File::create(self.path(name)).and_then(|file| file.set_len(length)).expect("a sparse file");
    }

    pub fn folder(&self, name: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(&path).expect("folders");
        path
    }

    pub fn link(&self, name: &str, target: impl AsRef<Path>) {
        symlink(target, self.path(name)).expect("a symbolic link");
    }

    pub fn fifo(&self, name: &str) {
        nix::unistd::mkfifo(&self.path(name), Mode::S_IRWXU).expect("a FIFO");
    }

    /// A socket; its name stays when the listener is gone.
    pub fn socket(&self, name: &str) {
        UnixListener::bind(self.path(name)).expect("a socket with a short name");
    }

    /// A device like /dev/null; it takes the superuser.
    pub fn null_device(&self, name: &str) -> Result<(), String> {
        #[cfg(target_os = "linux")]
        {
            let device = nix::sys::stat::makedev(1, 3);
            nix::sys::stat::mknod(&self.path(name), SFlag::S_IFCHR, Mode::S_IRWXU, device)
                .map_err(|error| error.to_string())
        }
        #[cfg(not(target_os = "linux"))]
        Err(format!("{name}: only Linux is known to let its superuser make one here"))
    }

    pub fn permit(&self, name: &str, mode: u32) {
        fs::set_permissions(self.path(name), fs::Permissions::from_mode(mode)).expect("chmod");
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.base);
    }
}

/// Every byte value, in an order that no text conversion survives.
pub fn every_byte() -> Vec<u8> {
    (0..=255u8).chain((0..=255).rev()).cycle().take(4096).collect()
}

/// The bytes of `big.bin`, made once.
pub fn big() -> &'static [u8] {
    static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| pseudo_random(BIG));
    &BYTES
}

/// The same bytes each time, and no part like another.
pub fn pseudo_random(length: usize) -> Vec<u8> {
    let mut random = Random::new(0x5eed);
    let mut bytes = Vec::with_capacity(length + 8);
    while bytes.len() < length {
        bytes.extend(random.next().to_le_bytes());
    }
    bytes.truncate(length);
    bytes
}

/// xorshift64*: known numbers from a known seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.max(1))
    }

    #[expect(clippy::should_implement_trait, reason = "it never ends, so it is no Iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
}
