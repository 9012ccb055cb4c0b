//! The files that a kernel begins with: an archive of cpio's form `newc`, as
//! Documentation/driver-api/early-userspace/buffer-format.rst of Linux has it.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const FOLDER: u32 = 0o040_755;
const FILE: u32 = 0o100_644;
const PROGRAM: u32 = 0o100_755;
const LINK: u32 = 0o120_777;

#[derive(Default)]
pub struct Archive {
    bytes: Vec<u8>,
    count: u32,
}

impl Archive {
    pub fn folder(&mut self, name: &str) -> &mut Archive {
        self.entry(name.as_bytes(), FOLDER, b"")
    }

    pub fn file(&mut self, name: &str, content: &[u8]) -> &mut Archive {
        self.entry(name.as_bytes(), FILE, content)
    }

    pub fn program(&mut self, name: &str, content: &[u8]) -> &mut Archive {
        self.entry(name.as_bytes(), PROGRAM, content)
    }

    pub fn link(&mut self, name: &str, to: &str) -> &mut Archive {
        self.entry(name.as_bytes(), LINK, to.as_bytes())
    }

    /// A file of this machine, executable.
    pub fn copy(&mut self, name: &str, from: &Path) -> &mut Archive {
        self.program(name, &read(from))
    }

    /// All that is below a folder of this machine; it belongs to root there.
    pub fn tree(&mut self, name: &str, from: &Path) -> &mut Archive {
        if !name.is_empty() {
            self.folder(name);
        }
        let entries = fs::read_dir(from).unwrap_or_else(|why| panic!("{from:?}: {why}"));
        let mut entries: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for path in entries {
            let last = path.file_name().expect("a name").to_str().expect("names in UTF-8");
            let name = if name.is_empty() { last.to_owned() } else { format!("{name}/{last}") };
            let metadata = fs::symlink_metadata(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"));
            if metadata.is_dir() {
                self.tree(&name, &path);
            } else if metadata.is_symlink() {
                let to = fs::read_link(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"));
                self.entry(name.as_bytes(), LINK, to.as_os_str().as_bytes());
            } else {
                self.entry(name.as_bytes(), metadata.mode(), &read(&path));
            }
        }
        self
    }

    /// Writes it to a file.
    pub fn write(&mut self, to: &Path) {
        self.entry(b"TRAILER!!!", 0, b"");
        fs::write(to, &self.bytes).unwrap_or_else(|why| panic!("{to:?}: {why}"));
    }

    fn entry(&mut self, name: &[u8], mode: u32, content: &[u8]) -> &mut Archive {
        self.count += 1;
        let size = u32::try_from(content.len()).expect("less than 4 GiB");
        let name_size = u32::try_from(name.len() + 1).expect("a short name");
        // Inode, mode, owner, group, links, time, size, device, device of a special file.
        let fields = [self.count, mode, 0, 0, 1, 0, size, 0, 0, 0, 0, name_size, 0];
        self.bytes.extend_from_slice(b"070701");
        for field in fields {
            self.bytes.extend_from_slice(format!("{field:08X}").as_bytes());
        }
        self.bytes.extend_from_slice(name);
        self.bytes.push(0);
        self.pad();
        self.bytes.extend_from_slice(content);
        self.pad();
        self
    }

    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(4), 0);
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}
