//! From a request to what answers it.

use core::ffi::CStr;

use svcd::http::{Method, Refusal, Request, Status, target};
use svcd::limits;
use svcd::text::Buffer;

use super::Site;
use crate::sys::fs::{self, Kind, Metadata};
use crate::sys::{Errno, OwnedFd};

pub enum Route<'a> {
    File(Found<'a>),
    /// A folder without its slash; its name has none either.
    Folder {
        name: &'a [u8],
        query: Option<&'a [u8]>,
    },
}

/// An open regular file.
pub struct Found<'a> {
    pub file: OwnedFd,
    pub metadata: Metadata,
    /// Below DOCROOT, with the index's name where that stands for a folder.
    pub name: &'a [u8],
}

const METHOD: Refusal = Refusal::new(Status::METHOD_NOT_ALLOWED, "files answer GET and HEAD only");
const MISSING: Refusal = Refusal::new(Status::NOT_FOUND, "no such file");
const LINK: Refusal = Refusal::new(Status::FORBIDDEN, "symbolic links are not followed");
const DENIED: Refusal = Refusal::new(Status::FORBIDDEN, "the server may not read this");
const SPECIAL: Refusal = Refusal::new(Status::FORBIDDEN, "not a regular file");
const NO_INDEX: Refusal = Refusal::new(Status::FORBIDDEN, "this folder has no index file");
const SHORTAGE: Refusal = Refusal::new(Status::SERVICE_UNAVAILABLE, "out of descriptors or memory");
const BROKEN: Refusal = Refusal::new(Status::INTERNAL_SERVER_ERROR, "the file system failed");

/// Finds what the request names. `memory` holds the name then.
pub fn route<'a>(
    request: &Request<'a>,
    site: &Site,
    memory: &'a mut [u8; limits::PATH],
) -> Result<Route<'a>, Refusal> {
    if !matches!(request.method, Method::Get | Method::Head) {
        return Err(METHOD);
    }
    let target = target::parse(request.method, request.target)?;
    let mut name = Buffer::new(memory);
    target::resolve(target.path, &mut name)?;
    if target::is_hidden(name.bytes()) {
        return Err(MISSING);
    }
    let len = name.len();
    let is_folder = name.is_empty() || name.bytes().ends_with(b"/");
    if is_folder {
        name.push(site.index.to_bytes());
    }
    let (file, metadata) = match open(site, &mut name) {
        Err(Errno::ENOENT) if is_folder => {
            name.truncate(len);
            return Err(without_index(site, &mut name));
        }
        result => result.map_err(refusal)?,
    };
    let len = name.len() - 1;
    let name = memory.get(..len).unwrap_or_default();
    match metadata.kind {
        Kind::File => Ok(Route::File(Found { file, metadata, name })),
        Kind::Directory if !is_folder => Ok(Route::Folder { name, query: target.query }),
        Kind::Directory => Err(NO_INDEX),
        Kind::Other => Err(SPECIAL),
    }
}

/// Opens what `name` says, and leaves a NUL behind it.
fn open(site: &Site, name: &mut Buffer) -> Result<(OwnedFd, Metadata), Errno> {
    name.push(b"\0");
    if name.overflowed() {
        return Err(Errno::ENAMETOOLONG);
    }
    let path = CStr::from_bytes_until_nul(name.bytes()).map_err(|_| Errno::EINVAL)?;
    let file = site.root.open_beneath(path)?;
    let metadata = fs::metadata(file.borrow())?;
    Ok((file, metadata))
}

/// A folder has no index file: is there a folder?
fn without_index(site: &Site, name: &mut Buffer) -> Refusal {
    name.truncate(name.len().saturating_sub(1));
    if name.is_empty() {
        name.push(b".");
    }
    match open(site, name) {
        Ok(_) => NO_INDEX,
        Err(errno) => refusal(errno),
    }
}

/// What an error of opening a file means to a client.
fn refusal(errno: Errno) -> Refusal {
    match errno {
        // A name that no file can have is a name that no file has.
        Errno::ENOENT | Errno::ENOTDIR | Errno::ENAMETOOLONG | Errno::EILSEQ => MISSING,
        Errno::ELOOP | Errno::EXDEV => LINK,
        Errno::EACCES | Errno::EPERM => DENIED,
        Errno::ENXIO | Errno::EOPNOTSUPP => SPECIAL,
        Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM | Errno::EAGAIN => SHORTAGE,
        _ => BROKEN,
    }
}
