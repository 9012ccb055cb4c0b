//! A listing for people: one table, light and dark, for any width, no script.

use super::{Column, Entry, Order, Page};
use crate::http::date;
use crate::text::{Buffer, decimal, html, percent};

const HEAD: &[u8] = b"<!DOCTYPE html>\n\
<html lang=\"en\">\n\
<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width\">\n\
<meta name=\"color-scheme\" content=\"light dark\">\n\
<style>\n\
body{font:1rem/1.5 system-ui,sans-serif;max-width:60rem;margin:1rem auto;padding:0 .5rem}\n\
h1{font-size:1.3rem}h1,p{padding:0 .5rem}h1,td{overflow-wrap:anywhere}\n\
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}\n\
th,td{padding:.3rem .5rem;text-align:left;vertical-align:top;border-bottom:1px solid #8884}\n\
th:last-child,td:last-child{text-align:right;white-space:nowrap}\n\
th:first-child{width:100%}th{white-space:nowrap}td:nth-child(2){min-width:6.5em}@media(min-width:36em){td+td{white-space:nowrap}}\n\
tr:hover td{background:#8882}\n\
th a,h1 a{color:inherit}a{text-decoration:none}a:hover{text-decoration:underline}\n\
[aria-sort]:after{content:\" \\2191\"}[aria-sort^=d]:after{content:\" \\2193\"}\n\
</style>\n\
<title>Index of /";

static COLUMNS: [(Column, &str); 3] =
    [(Column::Name, "Name"), (Column::Modified, "Last modified"), (Column::Size, "Size")];

pub fn begin(page: &mut Page, path: &[u8], order: Order) {
    let head = page.unit();
    head.push(HEAD);
    push_text(head, path);
    head.push(b"</title>\n<h1>Index of ");
    // Links upwards, without the folder's own name: they hold wherever this
    // server is mounted.
    let depth = path.split(|byte| *byte == b'/').count() - 1;
    push_crumb(page.unit(), depth, b"");
    for (place, name) in path.split(|byte| *byte == b'/').take(depth).enumerate() {
        push_crumb(page.unit(), depth - place - 1, name);
    }
    let head = page.unit();
    head.push(b"</h1>\n<table>\n<thead>\n<tr>");
    for (column, title) in &COLUMNS {
        // What is newest or largest is what is looked for.
        let mut descending = *column != Column::Name;
        head.push(b"<th");
        if *column == order.column {
            descending = !order.descending;
            head.push(if order.descending {
                b" aria-sort=\"descending\""
            } else {
                b" aria-sort=\"ascending\""
            });
        }
        head.push(b"><a href=\"?C=");
        head.push_byte(*column as u8);
        head.push(if descending { b";O=D\">" } else { b";O=A\">" });
        head.push(title.as_bytes());
        head.push(b"</a>");
    }
    head.push(b"\n<tbody>\n");
    if depth > 0 {
        head.push(b"<tr><td><a href=\"../\">../</a><td><td>\n");
    }
}

/// A name and a slash that lead so many folders up.
fn push_crumb(head: &mut Buffer, up: usize, name: &[u8]) {
    head.push(b"<a href=\"./");
    for _ in 0..up {
        head.push(b"../");
    }
    head.push(b"\">");
    push_text(head, name);
    head.push(b"/</a>");
}

pub fn push_row(row: &mut Buffer, entry: &Entry) {
    row.push(b"<tr><td><a href=\"");
    push_reference(row, entry);
    row.push(b"\">");
    push_text(row, entry.name);
    if entry.is_folder {
        row.push(b"/");
    }
    row.push(b"</a><td>");
    let mut room = [0; 20];
    let mut time = Buffer::new(&mut room);
    date::push_rfc3339(&mut time, entry.modified);
    row.push(time.bytes().get(..10).unwrap_or_default());
    row.push(b" ");
    row.push(time.bytes().get(11..16).unwrap_or_default());
    row.push(b"<td>");
    if !entry.is_folder {
        push_size(row, entry.size);
    }
    row.push(b"\n");
}

pub fn end(page: &mut Page) {
    let (folders, files) = (page.folders, page.files);
    let tail = page.unit();
    tail.push(b"</table>\n<p>Folders: ");
    decimal::push(tail, folders);
    tail.push(b", files: ");
    decimal::push(tail, files);
    tail.push(b". Times are UTC.\n");
}

/// What leads from the folder to an entry (RFC 3986 4.2); also good inside a
/// quoted attribute.
pub fn push_reference(buffer: &mut Buffer, entry: &Entry) {
    if entry.name.contains(&b':') {
        // Its first segment would be read as a scheme.
        buffer.push(b"./");
    }
    for &byte in entry.name {
        match byte {
            b'&' => buffer.push(b"%26"),
            _ => percent::push_path(buffer, &[byte]),
        }
    }
    if entry.is_folder {
        buffer.push(b"/");
    }
}

fn push_text(buffer: &mut Buffer, text: &[u8]) {
    push_utf8(buffer, text, html::push_escaped);
}

/// Each byte that is no UTF-8 becomes U+FFFD.
pub fn push_utf8(buffer: &mut Buffer, mut text: &[u8], push: fn(&mut Buffer, &[u8])) {
    while let Some((first, behind)) = text.split_first() {
        let rest = match text.split_at_checked(character_len(*first, behind)) {
            Some((character @ [_, ..], rest)) => {
                push(buffer, character);
                rest
            }
            _ => {
                buffer.push("\u{fffd}".as_bytes());
                behind
            }
        };
        text = rest;
    }
}

/// Bytes of the character (RFC 3629 3) that begins with `first`; 0: it is none.
fn character_len(first: u8, behind: &[u8]) -> usize {
    let len = match first.leading_ones() as usize {
        0 => return 1,
        len @ 2..=4 => len,
        _ => return 0,
    };
    let mut point = u32::from(first) & 0x7f >> len;
    for byte in behind.iter().take(len - 1) {
        if byte & 0xc0 != 0x80 {
            return 0;
        }
        point = point << 6 | u32::from(byte & 0x3f);
    }
    // No surrogate, not beyond the last one, and not longer than it must be.
    if char::from_u32(point).is_some_and(|character| character.len_utf8() == len) { len } else { 0 }
}

/// In units of 1000, and tenths of them: `999 B`, `1.2 kB`.
fn push_size(buffer: &mut Buffer, mut size: u64) {
    let mut units: &[u8] = b"kMGTPE";
    let mut below = 0;
    let mut unit = b' ';
    while let Some((larger, rest)) = units.split_first().filter(|_| size >= 1000) {
        (below, size) = (size % 1000, size / 1000);
        (unit, units) = (*larger, rest);
    }
    decimal::push(buffer, size);
    if unit != b' ' {
        buffer.push(b".");
        decimal::push(buffer, below / 100);
        buffer.push(b" ");
    }
    buffer.push(&[unit, b'B']);
}
