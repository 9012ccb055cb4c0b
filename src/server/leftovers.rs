//! What uploads have left whose processes were killed.

use crate::sys::directory::{self, Name};
use crate::sys::fs::{self, Kind, Root};
use crate::sys::temporary::{self, Lock};
use crate::sys::{Errno, OwnedFd};

/// Folders within folders that are looked into; each takes a descriptor and
/// three kilobytes of the stack. What is deeper, the next upload there removes.
const DEPTH: u32 = 128;

/// Removes it from DOCROOT and all folders in it that a request can name. A
/// folder that cannot be opened is left out: no upload has come into it either.
pub fn remove(root: &Root) -> Result<(), Errno> {
    remove_below(root.folder(c".")?, DEPTH);
    Ok(())
}

fn remove_below(folder: OwnedFd, depth: u32) {
    let mut room = [0; 2048];
    while let Ok(names) = directory::read(folder.borrow(), &mut room)
        && !names.is_empty()
    {
        for Name { name, kind } in names {
            if temporary::is_own(name.to_bytes()) {
                // Who has locked the folder is alive, and the next upload will see to it.
                if let Ok(_lock) = Lock::new(folder.borrow(), 0) {
                    temporary::remove_if_left(folder.borrow(), name);
                }
            } else if kind.is_none_or(|kind| kind == Kind::Directory)
                && !name.to_bytes().starts_with(b".")
                && depth > 0
                && let Ok(folder) = fs::open_folder(folder.borrow(), name)
            {
                remove_below(folder, depth - 1);
            }
        }
    }
}
