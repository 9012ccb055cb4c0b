//! From a request to what answers it.

use svcd::http::coding::{self, Coding};
use svcd::http::{Method, Refusal, Request, host, target};
use svcd::limits;
use svcd::text::Buffer;

use super::Site;
use super::place::{self, Place};
use super::script::{self, Below, Script};
use super::store::{self, Upload};
use crate::sys::fs::{self, Kind, Metadata, Root};
use crate::sys::{Errno, OwnedFd};

pub enum Route<'a> {
    File(Found<'a>),
    /// A folder without its slash; its name has none either.
    Redirect {
        name: &'a [u8],
        query: Option<&'a [u8]>,
    },
    /// A folder without an index file.
    Listing(Folder<'a>),
    /// OPTIONS of a resource that there is, or of the server.
    Options,
    /// Whether this server is well.
    Health,
    /// PUT, of which the body is to come.
    Put(Upload<'a>),
    Delete(Place<'a>),
    Program(Script<'a>),
    /// The calls that have served the request before.
    #[cfg(feature = "trace")]
    Trace,
}

/// An open regular file.
pub struct Found<'a> {
    pub file: OwnedFd,
    pub metadata: Metadata,
    /// Below DOCROOT, with the index's name where that stands for a folder and
    /// without the ending of a coding.
    pub name: &'a [u8],
    pub coding: Option<Coding>,
    /// It stands for a file that is missing.
    pub is_fallback: bool,
}

/// An open folder.
pub struct Folder<'a> {
    pub directory: OwnedFd,
    /// Below DOCROOT, empty or with a slash at its end.
    pub name: &'a [u8],
    pub query: Option<&'a [u8]>,
}

/// What a request is addressed to; none in HTTP/1.0, perhaps.
pub fn authority<'a>(request: &Request<'a>) -> Option<&'a [u8]> {
    target::authority(request.target).or_else(|| request.fields.first("Host"))
}

/// The folder of the host that a request names (RFC 9110 7.2), below DOCROOT.
pub fn host(request: &Request, docroot: &Root) -> Result<Root, Refusal> {
    let mut room = [0; limits::HOST];
    let mut name = Buffer::new(&mut room);
    host::push_name(&mut name, authority(request).unwrap_or_default());
    if name.is_empty() || name.bytes().starts_with(b".") {
        return Err(Refusal::NoSuchHost);
    }
    fs::c_str(&mut name).and_then(|name| docroot.below(name)).map_err(|errno| match refusal(errno) {
        Refusal::NoSuchFile => Refusal::NoSuchHost,
        other => other,
    })
}

/// Finds what the request names; `below` tells whether it is for a program.
/// `memory` holds the name then.
pub fn route<'a>(
    request: &Request<'a>,
    below: Option<Below<'a>>,
    site: &Site<'a>,
    root: &Root,
    memory: &'a mut [u8; limits::PATH],
) -> Result<Route<'a>, Refusal> {
    let options = site.options;
    if let Some(below) = below {
        return script::find(request, below, site, root, memory);
    }
    match request.method {
        Method::Get | Method::Head => {}
        Method::Options if request.target == b"*" => return Ok(Route::Options),
        Method::Options => {}
        Method::Put if options.write => {
            let place = place::find(request, site, root, memory)?;
            return store::begin(request, place, options.max_body).map(Route::Put);
        }
        Method::Delete if options.write => {
            return place::find(request, site, root, memory).map(Route::Delete);
        }
        Method::Brew => return Err(Refusal::Teapot),
        Method::Unknown => return Err(Refusal::UnknownMethod),
        _ => return Err(Refusal::NoSuchMethod),
    }
    let target = target::parse(request.method, request.target)?;
    let mut name = Buffer::new(memory);
    target::resolve(target.path, &mut name)?;
    if target::is_hidden(name.bytes()) {
        return Err(Refusal::NoSuchFile);
    }
    script::check_name(options, root, name.bytes())?;
    let found = find(site, root, &mut name).map_err(refusal)?;
    let len = name.len();
    if request.method == Method::Options {
        return Ok(Route::Options);
    }
    match found {
        Target::Folder(..) if !options.listing => Err(Refusal::NoIndex),
        Target::Folder(directory) => {
            let name = memory.get(..len).unwrap_or_default();
            Ok(Route::Listing(Folder { directory, name, query: target.query }))
        }
        Target::Unslashed => {
            let name = memory.get(..len).unwrap_or_default();
            Ok(Route::Redirect { name, query: target.query })
        }
        Target::File(file, metadata, is_fallback) => {
            let mut found = Found { file, metadata, name: b"", coding: None, is_fallback };
            choose_coding(request, root, &mut name, &mut found);
            found.name = memory.get(..len).unwrap_or_default();
            Ok(Route::File(found))
        }
    }
}

/// What a name turned out to be.
enum Target {
    /// The flag says that it stands for a missing one.
    File(OwnedFd, Metadata, bool),
    Folder(OwnedFd),
    /// A folder whose name has no slash at its end.
    Unslashed,
}

/// Opens what `name` means: itself, a folder's index, or what stands for a
/// missing file. `name` is the opened one's then.
fn find(site: &Site, root: &Root, name: &mut Buffer) -> Result<Target, Errno> {
    let options = site.options;
    let len = name.len();
    let is_folder = name.is_empty() || name.bytes().ends_with(b"/");
    let mut opened =
        if is_folder { open_with(root, name, options.index.to_bytes()) } else { open(root, name) };
    match &opened {
        Ok((_, Metadata { kind: Kind::Directory, .. })) if !is_folder => return Ok(Target::Unslashed),
        Ok((_, Metadata { kind: Kind::Directory, .. })) | Err(Errno::ENOENT) if is_folder => {
            name.truncate(len);
            // The folder itself: `.` stands for DOCROOT, which has no name.
            opened = open_with(root, name, b".");
            name.truncate(len);
            if let Ok((directory, _)) = opened {
                return Ok(Target::Folder(directory));
            }
        }
        Err(Errno::ENOENT) if options.clean_urls => {
            opened = open_with(root, name, b".html").and_then(regular);
            if opened.is_err() {
                name.truncate(len);
            }
        }
        _ => {}
    }
    let mut is_fallback = false;
    if let Err(errno) = opened
        && refusal(errno) == Refusal::NoSuchFile
        && let Some(fallback) = options.fallback
    {
        name.truncate(0);
        is_fallback = true;
        opened = open_with(root, name, fallback.to_bytes());
    }
    let (file, metadata) = opened.and_then(regular)?;
    Ok(Target::File(file, metadata, is_fallback))
}

/// Opens what `name` says with `suffix` behind it, which stays there.
fn open_with(root: &Root, name: &mut Buffer, suffix: &[u8]) -> Result<(OwnedFd, Metadata), Errno> {
    // Asked before it is pushed: a buffer does not forget that it was too small,
    // and another name may fit.
    if name.unused().len() <= suffix.len() {
        return Err(Errno::ENAMETOOLONG);
    }
    name.push(suffix);
    open(root, name)
}

pub fn open(root: &Root, name: &mut Buffer) -> Result<(OwnedFd, Metadata), Errno> {
    let len = name.len();
    let file = fs::c_str(name).and_then(|name| root.open_beneath(name));
    name.truncate(len);
    let file = file?;
    let metadata = fs::metadata(file.borrow())?;
    Ok((file, metadata))
}

/// Where a file is asked for, a folder is as good as missing.
fn regular(opened: (OwnedFd, Metadata)) -> Result<(OwnedFd, Metadata), Errno> {
    match opened.1.kind {
        Kind::File => Ok(opened),
        Kind::Directory => Err(Errno::ENOENT),
        Kind::Other => Err(Errno::EOPNOTSUPP),
    }
}

/// Opens a regular file that the server looks for by itself.
pub fn open_regular(root: &Root, name: &mut Buffer) -> Option<(OwnedFd, Metadata)> {
    open(root, name).and_then(regular).ok()
}

/// Replaces a file by its encoded sibling, if the client accepts one that is not
/// empty and not older than the file itself.
fn choose_coding(request: &Request, root: &Root, name: &mut Buffer, found: &mut Found) {
    let len = name.len();
    for coding in coding::accepted(request.fields) {
        name.push(coding.suffix());
        let sibling = open_regular(root, name);
        name.truncate(len);
        if let Some((file, metadata)) = sibling
            && metadata.size > 0
            && (metadata.modified, metadata.nanos) >= (found.metadata.modified, found.metadata.nanos)
        {
            (found.file, found.metadata, found.coding) = (file, metadata, Some(coding));
            return;
        }
    }
}

/// What an error of opening a file means to a client.
pub fn refusal(errno: Errno) -> Refusal {
    match errno {
        // A name that no file can have is a name that no file has.
        Errno::ENOENT | Errno::ENOTDIR | Errno::ENAMETOOLONG | Errno::EILSEQ => Refusal::NoSuchFile,
        Errno::ELOOP | Errno::EXDEV => Refusal::Link,
        Errno::EACCES | Errno::EPERM => Refusal::MayNotRead,
        Errno::ENXIO | Errno::EOPNOTSUPP => Refusal::NotRegular,
        Errno::EMFILE | Errno::ENFILE | Errno::ENOMEM | Errno::EAGAIN => Refusal::Shortage,
        _ => Refusal::Broken,
    }
}
