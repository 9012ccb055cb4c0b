//! DELETE of a file (RFC 9110 9.3.5).

use svcd::http::{Refusal, Request, Status, response};

use super::delivery::Sent;
use super::place::{self, Place};
use super::respond::{self, Reply};
use crate::sys::directory::{self, Name};
use crate::sys::fs::{self, Root};

pub fn send(reply: &mut Reply, request: &Request, place: &Place) -> Sent {
    let removed = reply.root.ok_or(Refusal::NoSuchFile);
    let removed = removed.and_then(|root| remove(request, root, place, reply.site.options.sync));
    if let Err(refusal) = removed {
        return respond::refuse(reply, refusal);
    }
    let (mut head, delivery) = reply.begin(Status::NO_CONTENT);
    response::push_end(&mut head);
    delivery.send(&head, head.len())
}

fn remove(request: &Request, root: &Root, place: &Place, sync: bool) -> Result<(), Refusal> {
    let folder = place.folder.borrow();
    let lock = place::lock(root, folder, place.name)?;
    match place::current(request, folder, place.name) {
        Err(Refusal::IsFolder) => {
            return Err(if is_empty(place) { Refusal::FoldersStay } else { Refusal::FolderNotEmpty });
        }
        Ok(_) if place.is_slashed => return Err(Refusal::NoSuchFile),
        result => result?,
    };
    fs::unlink(folder, place.name.base).map_err(place::failure)?;
    drop(lock);
    if sync { fs::sync_folder(folder).map_err(|_| Refusal::DeletedUnsure) } else { Ok(()) }
}

/// Of a folder that cannot be read, nobody is told what is in it.
fn is_empty(place: &Place) -> bool {
    let mut room = [0; 2048];
    let is_entry = |name: Name| !matches!(name.name.to_bytes(), b"." | b"..");
    fs::open_folder(place.folder.borrow(), place.name.base)
        .and_then(|folder| directory::read(folder.borrow(), &mut room).map(|mut names| !names.any(is_entry)))
        .unwrap_or(true)
}
