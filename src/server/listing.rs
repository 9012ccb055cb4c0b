//! A folder as an answer.

use svcd::http::request::Version;
use svcd::http::{Persistence, Request, Status, accept, response};
use svcd::limits;
use svcd::listing::{self, Arena, Column, Entry, Format, Order, Page};
use svcd::text::Buffer;

use super::delivery::Sent;
use super::respond::{self, Reply};
use super::route::{self, Folder};
use crate::sys::directory::{self, Name};
use crate::sys::fs::Kind;
use crate::sys::{Errno, Fd, net};

// Behind the head of an answer there is room for a piece of the page.
const _: () = assert!(limits::REPLY - limits::ADDED_FIELDS - 1024 >= Page::PIECE);

/// Answers GET and HEAD of a folder. Nobody knows its length before it is
/// written: HTTP/1.1 has chunks for that, HTTP/1.0 the end of the connection.
pub fn send(
    reply: &mut Reply,
    request: &Request,
    folder: &Folder,
    memory: &mut [u8; limits::LISTING],
) -> Sent {
    let is_chunked = request.version == Version::Http11;
    if !is_chunked {
        reply.persistence = Persistence::Close;
    }
    let (format, media_type): (_, &[u8]) = match accept::prefers_json(request.fields) {
        true => (Format::Json, b"application/json"),
        false => (Format::Html, b"text/html; charset=utf-8"),
    };
    let (mut head, delivery) = reply.begin(Status::OK);
    response::push_field(&mut head, "Content-Type", media_type);
    head.push(b"Vary: Accept\r\n");
    if is_chunked {
        head.push(b"Transfer-Encoding: chunked\r\n");
    }
    response::push_end(&mut head);
    if delivery.head_only {
        return delivery.send(&head, head.len());
    }
    let (head, room) = head.split();
    let Some((framed, memory)) = memory.split_first_chunk_mut::<{ limits::REPLY }>() else {
        return respond::refuse(reply, route::refusal(Errno::ENOMEM));
    };
    Buffer::new(framed).push(head);
    // The head goes out with the first piece, when nothing can go wrong with
    // the folder any more.
    let mut parts = None;
    let result = list(
        folder.directory.borrow(),
        folder.name,
        folder.query.unwrap_or_default(),
        format,
        memory,
        room,
        &mut |piece| {
            let parts = parts.get_or_insert_with(|| delivery.begin_parts(head.len()));
            parts.part(framed, piece, is_chunked, !is_chunked)
        },
    );
    match (result, parts) {
        (Ok(is_whole), Some(mut parts)) => {
            match (is_whole, is_chunked) {
                (true, true) => _ = parts.part(framed, b"", true, false),
                // The end of the connection would say that this is all.
                (false, false) => net::set_abort(delivery.socket),
                _ => {}
            }
            parts.end(is_whole)
        }
        (Ok(_), None) => respond::refuse(reply, route::refusal(Errno::ENOMEM)),
        (Err(errno), _) => respond::refuse(reply, route::refusal(errno)),
    }
}

/// Lists an open folder. `path` is its name below DOCROOT: empty, or with a
/// slash at its end. `piece` gets what goes to `send` together, which says
/// false when the client is gone.
///
/// An error means that nothing was sent. False: not all was sent, and the
/// client must not take it for the whole.
fn list(
    folder: Fd,
    path: &[u8],
    query: &[u8],
    format: Format,
    memory: &mut [u8],
    piece: &mut [u8],
    send: &mut impl FnMut(&[u8]) -> bool,
) -> Result<bool, Errno> {
    let order = Order::parse(query);
    let Some((names, memory)) = memory.split_first_chunk_mut() else { return Ok(false) };
    let mut arena = Arena::new(memory, order);
    collect(folder, names, order, &mut arena)?;
    let mut page = Page::new(format, piece, send);
    page.begin(path, order);
    loop {
        if !arena.sorted().all(|entry| page.push(&entry)) {
            return Ok(false);
        }
        if !arena.next_part() {
            return Ok(page.end());
        }
        let again = directory::rewind(folder);
        if again.and_then(|()| collect(folder, names, order, &mut arena)).is_err() {
            return Ok(false);
        }
    }
}

/// Reads a folder from where it is to its end.
fn collect(
    folder: Fd,
    buffer: &mut [u8; limits::LISTING_NAMES],
    order: Order,
    arena: &mut Arena,
) -> Result<(), Errno> {
    loop {
        let names = directory::read(folder, buffer)?;
        if names.is_empty() {
            return Ok(());
        }
        for Name { name, kind } in names {
            let mut entry = Entry { name: name.to_bytes(), is_folder: false, size: 0, modified: 0 };
            if !listing::is_shown(entry.name) || kind == Some(Kind::Other) {
                continue;
            }
            // Where the name alone decides, those of another part are not looked at.
            if let Some(kind) = kind.filter(|_| order.column == Column::Name) {
                entry.is_folder = kind == Kind::Directory;
                if !arena.admits(&entry) {
                    continue;
                }
            }
            let metadata = match directory::readable_metadata(folder, name) {
                Ok(metadata) => metadata,
                // That is not of this entry.
                Err(Errno::ENOMEM) => return Err(Errno::ENOMEM),
                // What is gone by now or cannot be fetched is left out.
                Err(_) => continue,
            };
            entry.modified = metadata.modified;
            entry.is_folder = metadata.kind == Kind::Directory;
            match metadata.kind {
                Kind::File => entry.size = metadata.size,
                Kind::Directory => {}
                Kind::Other => continue,
            }
            arena.add(&entry);
        }
    }
}
