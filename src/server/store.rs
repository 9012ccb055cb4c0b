//! PUT: a file that is there whole or not at all (RFC 9110 9.3.4).
//!
//! Everything that can be refused is refused before the first byte of the body
//! is read. Then the body goes into a file that nobody sees; when it is whole
//! and on the disk, one rename(2) puts it in its place.

use svcd::http::entity_tag::EntityTag;
use svcd::http::framing::BodyLength;
use svcd::http::{Refusal, Request, Status, coding, response};
use svcd::text::percent;

use super::body::Body;
use super::delivery::Sent;
use super::file;
use super::place::{self, Name, Place};
use super::respond::{self, Reply};
use crate::sys::Errno;
use crate::sys::fs::{self, Root};
use crate::sys::temporary::Temporary;

/// A file on its way.
pub struct Upload<'a> {
    name: Name<'a>,
    temporary: Temporary,
    /// Permission bits of the file that it replaces, which it has too.
    mode: Option<u32>,
    /// Largest body, in bytes.
    most: u64,
}

/// Decides whether a body will be stored, and makes the file for it.
pub fn begin<'a>(request: &Request, place: Place<'a>, most: u64) -> Result<Upload<'a>, Refusal> {
    let Place { folder, name, .. } = place;
    let old = place::current(request, folder.borrow(), name)?;
    match request.body {
        BodyLength::None => return Err(Refusal::NoLength),
        BodyLength::Length(length) if length > most => return Err(Refusal::LargeBody),
        _ => {}
    }
    if request.fields.first("Content-Range").is_some() {
        return Err(Refusal::PartialPut);
    }
    if !coding::is_identity(request.fields) {
        return Err(Refusal::CodedBody);
    }
    let mode = old.map(|old| old.mode);
    // From the beginning, so that nobody else can read what only the owner could.
    let temporary = Temporary::new(folder, mode.unwrap_or(0o666)).map_err(place::failure)?;
    mode.map_or(Ok(()), |mode| temporary.set_mode(mode)).map_err(place::failure)?;
    Ok(Upload { name, temporary, mode, most })
}

impl Upload<'_> {
    pub fn receive(&self, body: &mut Body) -> Result<bool, Refusal> {
        body.limit(self.most);
        body.read(&mut |content| {
            self.temporary.write(content).map_err(place::failure)?;
            Ok(true)
        })
    }
}

/// Puts a file that has come whole in its place, and answers.
pub fn send(reply: &mut Reply, request: &Request, upload: Upload) -> Sent {
    let path = upload.name.path;
    let stored = reply.root.ok_or(Refusal::FolderMoved);
    let (is_new, tag) = match stored.and_then(|root| commit(request, root, upload, reply.site.options.sync)) {
        Ok(stored) => stored,
        Err(refusal) => return respond::refuse(reply, refusal),
    };
    // The file is younger than the request.
    let now = reply.time.max(tag.seconds);
    reply.time = now;
    let (mut head, delivery) = reply.begin(if is_new { Status::CREATED } else { Status::NO_CONTENT });
    if is_new {
        head.push(b"Location: /");
        percent::push_path(&mut head, path);
        response::push_end(&mut head);
        response::push_length(&mut head, 0);
    }
    file::push_entity_tag(&mut head, &tag);
    response::push_last_modified(&mut head, tag.modified(now));
    response::push_end(&mut head);
    delivery.send(&head, head.len())
}

/// True: there was no such file before.
fn commit(request: &Request, root: &Root, upload: Upload, sync: bool) -> Result<(bool, EntityTag), Refusal> {
    let Upload { name, temporary, mode, .. } = upload;
    let tag = file::entity_tag(&temporary.finish().map_err(place::failure)?);
    if sync {
        temporary.sync().map_err(place::failure)?;
    }
    let is_new = replace(request, root, name, &temporary, mode, sync)?;
    if sync {
        fs::sync_folder(temporary.folder()).map_err(|_| Refusal::StoredUnsure)?;
    }
    Ok((is_new, tag))
}

/// Looks once more, with the lock: of two writers with preconditions the second
/// one sees what the first one did.
fn replace(
    request: &Request,
    root: &Root,
    name: Name,
    temporary: &Temporary,
    mode: Option<u32>,
    sync: bool,
) -> Result<bool, Refusal> {
    let _lock = place::lock(root, temporary.folder(), name)?;
    let old = place::current(request, temporary.folder(), name)?;
    if let Some(now) = old.map(|old| old.mode).filter(|now| Some(*now) != mode) {
        temporary.set_mode(now).map_err(place::failure)?;
        if sync {
            temporary.sync().map_err(place::failure)?;
        }
    }
    temporary.publish(name.base, old.is_some()).map_err(|errno| match errno {
        // What some file systems say of characters that they cannot store.
        Errno::EINVAL => Refusal::NoName,
        errno => place::failure(errno),
    })?;
    Ok(old.is_none())
}
