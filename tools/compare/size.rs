//! What a server is on the disk.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use svcd_bench::running::Running;
use svcd_tests::strace::Call;

/// A file, and its bytes.
pub type File = (PathBuf, u64);

pub struct Size {
    pub program: u64,
    /// What else is executable in its processes: libraries and modules.
    pub libraries: Vec<File>,
    /// Other regular files that it reads when it starts.
    pub read: Vec<File>,
}

impl Size {
    pub fn of_libraries(&self) -> u64 {
        sum(&self.libraries)
    }

    pub fn of_read(&self) -> u64 {
        sum(&self.read)
    }
}

fn sum(files: &[File]) -> u64 {
    files.iter().map(|file| file.1).sum()
}

/// A program that nobody here can look into while it runs: all that it needs is in it.
pub fn alone(program: &Path) -> Result<Size, String> {
    let bytes = fs::metadata(program).map_err(|error| format!("{}: {error}", program.display()))?.len();
    Ok(Size { program: bytes, libraries: Vec::new(), read: Vec::new() })
}

/// By what its processes have mapped, and by the calls of its start.
pub fn of(program: &Path, running: &Running, start: &[Vec<Call>], own: &Path) -> Result<Size, String> {
    let mut size = alone(program)?;
    let name = |path: &Path| path.canonicalize().unwrap_or(path.to_owned());
    let program = name(program);
    let mut known = BTreeSet::from([program]);
    for process in running.processes().unwrap_or_default() {
        let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap_or_default();
        for path in maps.lines().filter_map(executable).map(|path| name(&path)) {
            if let Ok(file) = fs::metadata(&path)
                && known.insert(path.clone())
            {
                size.libraries.push((path, file.len()));
            }
        }
    }
    for call in start.iter().flatten() {
        // What this has made for it, and what the kernel and its files tell, is nothing of it.
        let Some(path) = opened(&call.text).map(|path| name(&path)) else { continue };
        let is_other = ["/proc", "/sys", "/dev"].iter().any(|top| path.starts_with(top))
            || path == Path::new("/etc/ld.so.cache")
            || path.parent() == Some(&name(own));
        if let Ok(file) = fs::metadata(&path)
            && file.is_file()
            && !is_other
            && known.insert(path.clone())
        {
            size.read.push((path, file.len()));
        }
    }
    Ok(size)
}

/// The file of a line of proc_pid_maps(5), if it is executable there.
fn executable(line: &str) -> Option<PathBuf> {
    let path = line.find('/').and_then(|begin| line.get(begin..))?;
    line.split(' ').nth(1)?.contains('x').then(|| path.into())
}

/// What a call has opened to read it, where it has an absolute path.
fn opened(text: &str) -> Option<PathBuf> {
    let (call, result) = text.rsplit_once(" = ")?;
    let is_opened = call.starts_with("open") && call.contains("O_RDONLY") && !result.starts_with('-');
    let path = call.split('"').nth(1)?;
    (is_opened && path.starts_with('/')).then(|| path.into())
}

#[test]
fn a_library_is_what_is_mapped_to_be_executed() {
    let line = "7f01-7f02 r-xp 00026000 08:01 1234    /usr/lib/libc.so.6";
    assert_eq!(executable(line), Some("/usr/lib/libc.so.6".into()));
    assert_eq!(executable(&line.replace("r-xp", "r--p")), None);
    assert_eq!(executable("7ffd-7ffe r-xp 00000000 00:00 0    [vdso]"), None);
}

#[test]
fn only_what_was_opened_to_be_read_counts() {
    let rows = [
        ("openat(AT_FDCWD, \"/usr/lib/a.py\", O_RDONLY|O_CLOEXEC) = 3", Some("/usr/lib/a.py")),
        ("open(\"/usr/lib/a.py\", O_RDONLY) = 3", Some("/usr/lib/a.py")),
        ("openat(AT_FDCWD, \"/usr/lib/a.py\", O_RDONLY) = -1 ENOENT (No such file or directory)", None),
        ("openat(AT_FDCWD, \"/tmp/log\", O_WRONLY|O_CREAT, 0666) = 3", None),
        ("openat(4, \"1k.txt\", O_RDONLY) = 3", None),
    ];
    for (text, expected) in rows {
        assert_eq!(opened(text), expected.map(PathBuf::from), "{text}");
    }
}
