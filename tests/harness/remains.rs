//! What is in a tree: all of it, to be compared with later, and what must never
//! stay in it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Each entry below a folder by its name: mode, and the bytes of a regular file
/// or the text of a link.
pub type Remains = BTreeMap<PathBuf, (u32, Vec<u8>)>;

/// Everything below `root`. It must not change meanwhile.
pub fn all(root: &Path) -> Remains {
    let mut found = Remains::new();
    walk(root, &mut |path| {
        let metadata = fs::symlink_metadata(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let bytes = if metadata.is_file() {
            fs::read(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
        } else if metadata.is_symlink() {
            fs::read_link(path).expect("a link").into_os_string().into_encoded_bytes()
        } else {
            Vec::new()
        };
        let name = path.strip_prefix(root).expect("below the root").to_owned();
        found.insert(name, (metadata.mode(), bytes));
    });
    found
}

/// How two of them differ, in words; empty if they do not.
pub fn differences(before: &Remains, after: &Remains) -> Vec<String> {
    let gone = before.keys().filter(|name| !after.contains_key(*name));
    let gone = gone.map(|name| format!("{} is gone", name.display()));
    let other = after.iter().filter_map(|(name, now)| match before.get(name) {
        None => Some(format!("{} is new", name.display())),
        Some(then) if then.1 != now.1 => Some(format!("{} has other bytes", name.display())),
        Some(then) if then.0 != now.0 => Some(format!("{} has mode {:o}", name.display(), now.0)),
        Some(_) => None,
    });
    gone.chain(other).collect()
}

/// The temporary files of uploads below `root`, and whatever else is called so.
/// Others may write there meanwhile.
pub fn temporaries(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    walk(root, &mut |path| {
        let name = path.file_name().unwrap_or_default();
        if name.as_encoded_bytes().starts_with(b".svcd-") {
            found.push(path.to_owned());
        }
    });
    found
}

/// Every entry, folders before what is in them. What goes meanwhile is passed over.
fn walk(folder: &Path, each: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        each(&entry.path());
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            walk(&entry.path(), each);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Tree;

    #[test]
    fn what_has_changed_is_told() {
        let tree = Tree::standard();
        let before = all(&tree.root());
        assert_eq!(differences(&before, &all(&tree.root())), Vec::<String>::new());
        assert_eq!(temporaries(&tree.root()), Vec::<PathBuf>::new());
        let left = tree.file("dir/.svcd-0123abcd", b"");
        tree.permit("empty.txt", 0o600);
        tree.file("hello.txt", b"hello, World\n");
        fs::remove_file(tree.path("bytes.bin")).expect("remove");
        let told = differences(&before, &all(&tree.root())).join(", ");
        let expected = "bytes.bin is gone, dir/.svcd-0123abcd is new, empty.txt has mode 100600, \
            hello.txt has other bytes";
        assert_eq!(told, expected);
        assert_eq!(temporaries(&tree.root()), [left]);
    }
}
