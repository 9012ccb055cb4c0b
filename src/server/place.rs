//! Where a write goes: a name in a folder that is open.

use core::ffi::CStr;

use svcd::http::precondition::{self, Outcome};
use svcd::http::{Method, Refusal, Request, Status, target};
use svcd::limits;
use svcd::text::Buffer;

use super::Site;
use super::file::{self, FAILED};
use super::remove;
use super::route::{self, MISSING};
use crate::sys::fs::{self, Kind, Metadata, Root};
use crate::sys::temporary::Lock;
use crate::sys::{Errno, Fd, OwnedFd, time};

pub struct Place<'a> {
    pub folder: OwnedFd,
    pub name: Name<'a>,
    /// The request has a slash behind the name.
    pub is_slashed: bool,
}

/// A name below DOCROOT.
#[derive(Clone, Copy)]
pub struct Name<'a> {
    /// With the folders before it, without a slash at its end.
    pub path: &'a [u8],
    /// In its folder.
    pub base: &'a CStr,
}

const HIDDEN: Refusal = Refusal::new(Status::FORBIDDEN, "names that begin with a dot are not written");
const GUARDED: Refusal = Refusal::new(Status::FORBIDDEN, "the pages of --errors are not written");
const DENIED: Refusal = Refusal::new(Status::FORBIDDEN, "the server may not write here");
const READ_ONLY: Refusal = Refusal::new(Status::FORBIDDEN, "the file system is read-only");
const SPECIAL: Refusal =
    Refusal::new(Status::FORBIDDEN, "not a regular file, and symbolic links are not followed");
const PARENT: Refusal = Refusal::new(Status::CONFLICT, "no such folder: PUT makes none");
pub const FOLDER: Refusal =
    Refusal::new(Status::CONFLICT, "this is a folder, or would be one with its slash");
const CHANGED: Refusal = Refusal::new(Status::CONFLICT, "something else is there, or it is in use");
pub const MOVED: Refusal = Refusal::new(Status::CONFLICT, "its folder has gone or was moved meanwhile");
const LOCKED: Refusal =
    Refusal::new(Status::SERVICE_UNAVAILABLE, "another process has locked the folder, flock(2)");
const LONG: Refusal = Refusal::new(Status::URI_TOO_LONG, "a file cannot have so long a name");
pub const NO_NAME: Refusal = Refusal::new(Status::BAD_REQUEST, "not a name of this file system");
const LARGE: Refusal = Refusal::new(Status::CONTENT_TOO_LARGE, "a file cannot be so large");
const FULL: Refusal = Refusal::new(Status::INSUFFICIENT_STORAGE, "no space left");

/// Finds the folder of the file that PUT or DELETE names. `memory` holds the
/// name then.
pub fn find<'a>(
    request: &Request,
    site: &Site,
    root: &Root,
    memory: &'a mut [u8; limits::PATH],
) -> Result<Place<'a>, Refusal> {
    let target = target::parse(request.method, request.target)?;
    let mut path = Buffer::new(memory);
    target::resolve(target.path, &mut path)?;
    if path.bytes().split(|byte| *byte == b'/').any(|name| name.starts_with(b".")) {
        return Err(HIDDEN);
    }
    let len = path.bytes().strip_suffix(b"/").unwrap_or(path.bytes()).len();
    let is_slashed = len != path.len();
    match request.method {
        Method::Put if is_slashed || len == 0 => return Err(FOLDER),
        _ if len == 0 => return Err(remove::FOLDER),
        _ => {}
    }
    path.truncate(len);
    let slash = path.bytes().iter().rposition(|byte| *byte == b'/');
    let folder = route::in_folder_of(path.bytes(), |folder| root.folder(folder));
    let folder = folder.map_err(|errno| match errno {
        Errno::ENOENT | Errno::ENOTDIR if request.method == Method::Put => PARENT,
        Errno::ENOENT | Errno::ENOTDIR => MISSING,
        Errno::ELOOP | Errno::EXDEV => SPECIAL,
        errno => failure(errno),
    })?;
    if is_guarded(site, &folder).map_err(failure)? {
        return Err(GUARDED);
    }
    path.push(b"\0");
    if path.overflowed() {
        return Err(LONG);
    }
    let (path, _) = path.split();
    let base = path.get(slash.map_or(0, |slash| slash + 1)..).unwrap_or_default();
    let base = CStr::from_bytes_until_nul(base).map_err(|_| NO_NAME)?;
    let name = Name { path: path.get(..len).unwrap_or_default(), base };
    Ok(Place { folder, name, is_slashed })
}

/// Whether a folder of DOCROOT is that of --errors, or lies in it.
fn is_guarded(site: &Site, folder: &OwnedFd) -> Result<bool, Errno> {
    let Some(errors) = &site.errors else { return Ok(false) };
    fs::is_within(folder.borrow(), &errors.metadata()?, Some(&site.root.metadata()?))
}

/// Keeps other writers out of a folder, if it still is where the name says: it
/// may have been moved while a body came.
pub fn lock<'a>(root: &Root, folder: Fd<'a>, name: Name) -> Result<Lock<'a>, Refusal> {
    let lock = Lock::new(folder, limits::LOCKED_MS).map_err(failure)?;
    let found = route::in_folder_of(name.path, |folder| fs::metadata(root.search(folder)?.borrow()));
    let found = found.and_then(|found| Ok(found.is_same_file(&fs::metadata(folder)?)));
    match found {
        Ok(true) => Ok(lock),
        Ok(false) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::EXDEV) => Err(MOVED),
        Err(errno) => Err(failure(errno)),
    }
}

/// What is called so at this moment, if it may be written and the request's
/// preconditions are met; None: nothing.
pub fn current(request: &Request, folder: Fd, name: Name) -> Result<Option<Metadata>, Refusal> {
    let found = match fs::look_up(folder, name.base) {
        Ok(Metadata { kind: Kind::Directory, .. }) => return Err(FOLDER),
        Ok(Metadata { kind: Kind::Other, .. }) => return Err(SPECIAL),
        Ok(metadata) => Some(metadata),
        Err(Errno::ENOENT) if request.method == Method::Put => None,
        Err(Errno::ENOENT) => return Err(MISSING),
        Err(errno) => return Err(failure(errno)),
    };
    let tag = found.as_ref().map(file::entity_tag);
    match precondition::evaluate(request.fields, request.method, tag.as_ref(), time::now()) {
        Outcome::Proceed => Ok(found),
        _ => Err(FAILED),
    }
}

/// What an error of writing means to a client.
pub fn failure(errno: Errno) -> Refusal {
    match errno {
        Errno::ENOSPC | Errno::EDQUOT => FULL,
        Errno::EFBIG => LARGE,
        Errno::EROFS => READ_ONLY,
        Errno::EACCES | Errno::EPERM => DENIED,
        Errno::EAGAIN => LOCKED,
        Errno::ENAMETOOLONG => LONG,
        Errno::EILSEQ => NO_NAME,
        Errno::EBUSY | Errno::EEXIST | Errno::ENOENT | Errno::EISDIR | Errno::ENOTDIR => CHANGED,
        // Of the system, and not of writing; a link or another file system on
        // the way has been seen to before.
        Errno::EXDEV | Errno::ELOOP => route::BROKEN,
        errno => route::refusal(errno),
    }
}
