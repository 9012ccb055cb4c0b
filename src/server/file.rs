//! A regular file as an answer: conditions, ranges, content.

use svcd::http::entity_tag::EntityTag;
use svcd::http::multipart::Boundary;
use svcd::http::precondition::{self, Outcome};
use svcd::http::range::{self, List, Range, Ranges};
use svcd::http::{Method, Refusal, Request, Status, media_type, multipart, response};
use svcd::text::{Buffer, decimal};

use super::delivery::{Delivery, Sent};
use super::respond::{self, Reply};
use super::route::Found;
use crate::sys::fs::Metadata;

pub fn entity_tag(&Metadata { inode, size, modified, nanos, .. }: &Metadata) -> EntityTag {
    EntityTag { inode, size, seconds: modified, nanos }
}

/// Appends ETag.
pub fn push_entity_tag(head: &mut Buffer, tag: &EntityTag) {
    head.push(b"ETag: ");
    tag.push(head);
    response::push_end(head);
}

/// Answers GET and HEAD.
pub fn send(reply: &mut Reply, request: &Request, found: &Found) -> Sent {
    let mut tag = entity_tag(&found.metadata);
    if !reply.site.options.inode {
        tag.inode = 0;
    }
    let size = tag.size;
    match precondition::evaluate(request.fields, request.method, Some(&tag), reply.time) {
        Outcome::Proceed => {}
        Outcome::NotModified => return not_modified(reply, found, &tag),
        Outcome::Failed => return respond::refuse(reply, Refusal::PreconditionFailed),
    }
    // RFC 9110 14.2: ranges are for GET only.
    let has_ranges =
        request.method == Method::Get && precondition::if_range(request.fields, &tag, reply.time);
    let ranges = if has_ranges { range::parse(request.fields, size) } else { Ranges::Whole };
    let sent = match ranges {
        Ranges::Whole => send_one(reply, found, &tag, None),
        Ranges::Unsatisfiable => return respond::unsatisfiable(reply, size),
        Ranges::Satisfiable(list) if list.len() == 1 => send_one(reply, found, &tag, list.iter().next()),
        Ranges::Satisfiable(list) => return send_several(reply, found, &tag, &list),
    };
    sent.unwrap_or_else(|refusal| respond::refuse(reply, refusal))
}

/// A head with the fields that 304 has too (RFC 9110 15.4.5).
fn begin<'a, 'b>(
    reply: &'b mut Reply<'a>,
    status: Status,
    found: &Found,
    tag: &EntityTag,
) -> (Buffer<'b>, Delivery<'a>) {
    let cache = reply.site.options.cache;
    let (mut head, delivery) = reply.begin(status);
    push_entity_tag(&mut head, tag);
    head.push(b"Vary: Accept-Encoding\r\n");
    if found.is_fallback {
        // Tomorrow there may be a file of this name.
        head.push(b"Cache-Control: no-cache\r\n");
    } else if let Some(seconds) = cache {
        head.push(b"Cache-Control: max-age=");
        decimal::push(&mut head, u64::from(seconds));
        response::push_end(&mut head);
    }
    (head, delivery)
}

fn not_modified(reply: &mut Reply, found: &Found, tag: &EntityTag) -> Sent {
    let (mut head, delivery) = begin(reply, Status::NOT_MODIFIED, found, tag);
    response::push_end(&mut head);
    delivery.send(&head, head.len())
}

/// A head with the fields that say what the content is.
fn begin_content<'a, 'b>(
    reply: &'b mut Reply<'a>,
    status: Status,
    found: &Found,
    tag: &EntityTag,
    media_type: &dyn Fn(&mut Buffer),
    length: u64,
) -> (Buffer<'b>, Delivery<'a>) {
    let now = reply.time;
    let (mut head, delivery) = begin(reply, status, found, tag);
    response::push_last_modified(&mut head, tag.modified(now));
    head.push(b"Accept-Ranges: bytes\r\nContent-Type: ");
    media_type(&mut head);
    response::push_end(&mut head);
    if let Some(coding) = found.coding {
        response::push_field(&mut head, "Content-Encoding", coding.name());
    }
    response::push_length(&mut head, length);
    (head, delivery)
}

/// Sends the whole file, or one range of it.
fn send_one(
    reply: &mut Reply,
    found: &Found,
    tag: &EntityTag,
    range: Option<Range>,
) -> Result<Sent, Refusal> {
    let media_type = media_type(reply, found);
    let size = found.metadata.size;
    let (status, first, length) = match range {
        None => (Status::OK, 0, size),
        Some(range) => (Status::PARTIAL_CONTENT, range.first, range.length()),
    };
    let (mut head, delivery) =
        begin_content(reply, status, found, tag, &|head| head.push(media_type), length);
    if range.is_some() {
        head.push(b"Content-Range: ");
        range::push_content_range(&mut head, range, size);
        response::push_end(&mut head);
    }
    response::push_end(&mut head);
    delivery.send_file(head, found.file.borrow(), first, length)
}

/// Sends several ranges as parts of one body (RFC 9110 14.6).
fn send_several(reply: &mut Reply, found: &Found, tag: &EntityTag, ranges: &List) -> Sent {
    let media_type = media_type(reply, found);
    let Metadata { inode, size, nanos, .. } = found.metadata;
    let boundary = Boundary(reply.time ^ inode, u64::from(nanos) ^ size);
    let (mut head, delivery) = begin_content(
        reply,
        Status::PARTIAL_CONTENT,
        found,
        tag,
        &|head| multipart::push_media_type(head, boundary),
        multipart::length(media_type, ranges, size),
    );
    response::push_end(&mut head);
    let mut parts = delivery.send_head(head.bytes());
    for range in ranges.iter() {
        head.truncate(0);
        multipart::push_part_head(&mut head, boundary, media_type, range, size);
        parts.bytes(head.bytes(), true);
        parts.file(found.file.borrow(), range.first, range.length());
    }
    head.truncate(0);
    multipart::push_end(&mut head, boundary);
    parts.bytes(head.bytes(), false);
    parts.end(true)
}

fn media_type<'a>(reply: &Reply<'a>, found: &Found) -> &'a [u8] {
    media_type::of(found.name, reply.site.options.media_types.iter())
}
