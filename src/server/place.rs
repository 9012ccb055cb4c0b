//! Where a write goes: a name in a folder that is open.

use core::ffi::CStr;

use svcd::http::precondition::{self, Outcome};
use svcd::http::{Method, Refusal, Request, target};
use svcd::limits;
use svcd::text::{Buffer, find_last, split, without_last};

use super::Site;
use super::file;
use super::{route, script};
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
    if split(path.bytes(), b'/').any(|name| name.starts_with(b".")) {
        return Err(Refusal::HiddenName);
    }
    script::check_name(site.options, root, path.bytes())?;
    let len = without_last(path.bytes(), b'/').len();
    let is_slashed = len != path.len();
    match request.method {
        Method::Put if is_slashed || len == 0 => return Err(Refusal::IsFolder),
        _ if len == 0 => return Err(Refusal::FoldersStay),
        _ => {}
    }
    path.truncate(len);
    let slash = find_last(path.bytes(), b'/');
    let folder = fs::in_folder_of(path.bytes(), &|folder| root.folder(folder));
    let folder = folder.map_err(|errno| match errno {
        Errno::ENOENT | Errno::ENOTDIR if request.method == Method::Put => Refusal::NoParent,
        Errno::ENOENT | Errno::ENOTDIR => Refusal::NoSuchFile,
        Errno::ELOOP | Errno::EXDEV => Refusal::SpecialOrLink,
        errno => failure(errno),
    })?;
    if is_guarded(site, &folder).map_err(failure)? {
        return Err(Refusal::PagesOfErrors);
    }
    path.push(b"\0");
    if path.overflowed() {
        return Err(Refusal::LongName);
    }
    let (path, _) = path.split();
    let base = path.get(slash.map_or(0, |slash| slash + 1)..).unwrap_or_default();
    let base = CStr::from_bytes_until_nul(base).map_err(|_| Refusal::NoName)?;
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
    let found = fs::in_folder_of(name.path, &|folder| root.search(folder));
    let found = found.and_then(|found| fs::metadata(found.borrow()));
    let found = found.and_then(|found| Ok(found.is_same_file(&fs::metadata(folder)?)));
    match found {
        Ok(true) => Ok(lock),
        Ok(false) | Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::EXDEV) => {
            Err(Refusal::FolderMoved)
        }
        Err(errno) => Err(failure(errno)),
    }
}

/// What is called so at this moment, if it may be written and the request's
/// preconditions are met; None: nothing.
pub fn current(request: &Request, folder: Fd, name: Name) -> Result<Option<Metadata>, Refusal> {
    let found = match fs::look_up(folder, name.base) {
        Ok(Metadata { kind: Kind::Directory, .. }) => return Err(Refusal::IsFolder),
        Ok(Metadata { kind: Kind::Other, .. }) => return Err(Refusal::SpecialOrLink),
        Ok(metadata) => Some(metadata),
        Err(Errno::ENOENT) if request.method == Method::Put => None,
        Err(Errno::ENOENT) => return Err(Refusal::NoSuchFile),
        Err(errno) => return Err(failure(errno)),
    };
    let tag = found.as_ref().map(file::entity_tag);
    match precondition::evaluate(request.fields, request.method, tag.as_ref(), time::now()) {
        Outcome::Proceed => Ok(found),
        _ => Err(Refusal::PreconditionFailed),
    }
}

/// What an error of writing means to a client.
pub fn failure(errno: Errno) -> Refusal {
    match errno {
        Errno::ENOSPC | Errno::EDQUOT => Refusal::NoSpace,
        Errno::EFBIG => Refusal::LargeFile,
        Errno::EROFS => Refusal::ReadOnly,
        Errno::EACCES | Errno::EPERM => Refusal::MayNotWrite,
        Errno::EAGAIN => Refusal::Locked,
        Errno::ENAMETOOLONG => Refusal::LongName,
        Errno::EILSEQ => Refusal::NoName,
        Errno::EBUSY | Errno::EEXIST | Errno::ENOENT | Errno::EISDIR | Errno::ENOTDIR => Refusal::Changed,
        // Of the system, and not of writing; a link or another file system on
        // the way has been seen to before.
        Errno::EXDEV | Errno::ELOOP => Refusal::Broken,
        errno => route::refusal(errno),
    }
}
