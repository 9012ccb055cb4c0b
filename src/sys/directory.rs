//! What is in a folder.

use core::ffi::CStr;

use super::calls;
use super::errno::{Errno, retry};
use super::fd::Fd;
use super::fs::{self, Kind, Metadata};
use super::os::{self, constant};

/// Reads some of the names in a folder: none when all have been read. `buffer`
/// must have room for the longest record, 1048 bytes.
pub fn read<'a>(directory: Fd, buffer: &'a mut [u8]) -> Result<Names<'a>, Errno> {
    let len = retry(|| os::read_directory(directory, buffer))?;
    Ok(Names(buffer.get(..len).unwrap_or_default()))
}

/// The next [`read`] begins at the first name again.
pub fn rewind(directory: Fd) -> Result<(), Errno> {
    calls::lseek(directory, 0, constant::SEEK_SET).map(drop)
}

pub struct Name<'a> {
    pub name: &'a CStr,
    /// Not every file system tells.
    pub kind: Option<Kind>,
}

/// Names, `.` and `..` among them, in the order of the file system.
pub struct Names<'a>(&'a [u8]);

impl Names<'_> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<'a> Iterator for Names<'a> {
    type Item = Name<'a>;

    fn next(&mut self) -> Option<Name<'a>> {
        loop {
            // The inode number, an offset, the length of the record.
            let (inode, rest) = self.0.split_first_chunk::<8>()?;
            let len = rest.get(8..)?.first_chunk::<2>()?;
            let (record, rest) = self.0.split_at_checked(usize::from(u16::from_ne_bytes(*len)))?;
            // The type is the byte in front of the name.
            let (kind, name) = record.get(os::DIRENT_NAME - 1..)?.split_first()?;
            let name = CStr::from_bytes_until_nul(name).ok()?;
            self.0 = rest;
            let kind = match u32::from(*kind) {
                constant::DT_UNKNOWN => None,
                constant::DT_REG => Some(Kind::File),
                constant::DT_DIR => Some(Kind::Directory),
                _ => Some(Kind::Other),
            };
            if os::is_entry(u64::from_ne_bytes(*inode)) {
                return Some(Name { name, kind });
            }
        }
    }
}

/// What lstat(2) tells about a name in a folder. EACCES: the server may not
/// read the file, or not enter the folder.
pub fn readable_metadata(directory: Fd, name: &CStr) -> Result<Metadata, Errno> {
    let mut stat = os::Stat::new();
    calls::fstatat(directory, name, &mut stat, constant::AT_SYMLINK_NOFOLLOW)?;
    let metadata = fs::meaning(&stat);
    let access = match metadata.kind {
        Kind::File => constant::R_OK,
        Kind::Directory => constant::R_OK | constant::X_OK,
        Kind::Other => return Ok(metadata),
    };
    // Where the owner, the group and all others may, nobody needs to be asked.
    let for_all = access * 0o111;
    if stat.mode() & for_all != for_all {
        calls::faccessat(directory, name, access)?;
    }
    Ok(metadata)
}
