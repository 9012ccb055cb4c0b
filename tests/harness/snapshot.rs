//! Everything in a folder as it is at one time, so that it can be shown to be
//! the same later.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use crate::pace::deadline;

/// Names below the folder, and what is there.
#[derive(Clone)]
pub struct Snapshot {
    folder: PathBuf,
    entries: BTreeMap<PathBuf, Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    mode: u32,
    /// Not of folders, which change when something in them comes and goes.
    inode: Option<u64>,
    modified: Option<(i64, i64)>,
    /// Of a file; the target of a link.
    content: Vec<u8>,
}

impl Snapshot {
    pub fn of(folder: impl AsRef<Path>) -> Snapshot {
        let folder = folder.as_ref().to_owned();
        let mut entries = BTreeMap::new();
        walk(&folder, &mut |path, entry| drop(entries.insert(path, entry)));
        Snapshot { folder, entries }
    }

    /// `Ok` if it is as it was. A file under a temporary name may go a moment
    /// after the answer.
    pub fn is_kept(&self) -> Result<(), String> {
        let end = Instant::now() + deadline() / 10;
        loop {
            let now = Snapshot::of(&self.folder);
            match self.difference(&now) {
                None => return Ok(()),
                Some(difference) if Instant::now() > end => return Err(difference),
                Some(_) => thread::sleep(Duration::from_millis(5)),
            }
        }
    }

    fn difference(&self, now: &Snapshot) -> Option<String> {
        let name = |path: &Path| path.strip_prefix(&self.folder).unwrap_or(path).display().to_string();
        for (path, entry) in &self.entries {
            match now.entries.get(path) {
                Some(found) if found == entry => {}
                Some(found) => {
                    return Some(format!(
                        "{} is another: {} bytes, mode {:o}; was {}, {:o}",
                        name(path),
                        found.content.len(),
                        found.mode,
                        entry.content.len(),
                        entry.mode
                    ));
                }
                None => return Some(format!("{} is gone", name(path))),
            }
        }
        let new = now.entries.keys().find(|path| !self.entries.contains_key(*path))?;
        Some(format!("{} is new", name(new)))
    }
}

/// Whatever has the name of a temporary file of the server.
pub fn leftovers(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(folder, &mut |path, _| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with(".svcd") {
            found.push(path);
        }
    });
    found
}

fn walk(folder: &Path, each: &mut impl FnMut(PathBuf, Entry)) {
    // What comes and goes meanwhile is not there.
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        let Ok(metadata) = fs::symlink_metadata(&path) else { continue };
        let kind = metadata.file_type();
        let content = if kind.is_file() {
            fs::read(&path).unwrap_or_default()
        } else if kind.is_symlink() {
            fs::read_link(&path).unwrap_or_default().into_os_string().into_encoded_bytes()
        } else {
            Vec::new()
        };
        let fixed = !kind.is_dir() && !kind.is_fifo();
        let entry = Entry {
            mode: metadata.mode(),
            inode: fixed.then(|| metadata.ino()),
            modified: fixed.then(|| (metadata.mtime(), metadata.mtime_nsec())),
            content,
        };
        if kind.is_dir() {
            walk(&path, each);
        }
        each(path, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    #[test]
    fn every_change_is_seen() {
        type Change = fn(&Tree);
        let rows: [(&str, Change, Option<&str>); 7] = [
            ("nothing", |_| {}, None),
            ("a new file", |tree| drop(tree.file("dir/new", b"")), Some("www/dir/new is new")),
            (
                "one gone",
                |tree| fs::remove_file(tree.path("hello.txt")).expect("rm"),
                Some("hello.txt is gone"),
            ),
            ("another length", |tree| drop(tree.file("hello.txt", b"x")), Some("hello.txt is another")),
            ("as long", |tree| drop(tree.file("hello.txt", b"HELLO, world\n")), Some("hello.txt is another")),
            ("a mode", |tree| tree.permit("hello.txt", 0o600), Some("hello.txt is another")),
            ("a replacement", replace, Some("hello.txt is another")),
        ];
        for (name, change, expected) in rows {
            let tree = Tree::small();
            let before = Snapshot::of(tree.base());
            change(&tree);
            let difference = before.difference(&Snapshot::of(tree.base()));
            let right = match (&difference, expected) {
                (Some(difference), Some(expected)) => difference.contains(expected),
                (found, expected) => found.is_none() && expected.is_none(),
            };
            assert!(right, "{name}: {difference:?}");
        }
    }

    fn replace(tree: &Tree) {
        tree.file("other", b"hello, world\n");
        fs::rename(tree.path("other"), tree.path("hello.txt")).expect("rename");
    }

    #[test]
    fn temporary_names_are_found_at_any_depth() {
        let tree = Tree::small();
        assert_eq!(leftovers(&tree.root()), Vec::<PathBuf>::new());
        let file = tree.file("dir/a/.svcd-0123abcd", b"");
        let folder = tree.folder(".svcd");
        let mut found = leftovers(&tree.root());
        found.sort();
        assert_eq!(found, [folder, file]);
    }
}
