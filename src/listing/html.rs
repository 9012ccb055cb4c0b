//! A listing for people: one table, light and dark, for any width, no script.

use super::{Column, Entry, Order, Page};
use crate::http::date;
use crate::text::{Buffer, decimal, find, html, percent, split, utf8};

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

const COLUMNS: [Column; 3] = [Column::Name, Column::Modified, Column::Size];
const TITLES: &[u8] = b"Name\nLast modified\nSize";

pub fn begin<F: FnMut(&[u8]) -> bool>(page: &mut Page<F>, path: &[u8], order: Order) {
    let head = page.unit();
    head.push(HEAD);
    push_text(head, path);
    head.push(b"</title>\n<h1>Index of ");
    // Links upwards, without the folder's own name: they hold wherever this
    // server is mounted.
    let depth = split(path, b'/').count() - 1;
    push_crumb(page.unit(), depth, b"");
    for (place, name) in split(path, b'/').take(depth).enumerate() {
        push_crumb(page.unit(), depth - place - 1, name);
    }
    let head = page.unit();
    head.push(b"</h1>\n<table>\n<thead>\n<tr>");
    for (column, title) in COLUMNS.into_iter().zip(split(TITLES, b'\n')) {
        // What is newest or largest is what is looked for.
        let mut descending = column != Column::Name;
        head.push(b"<th");
        if column == order.column {
            descending = !order.descending;
            head.push(if order.descending {
                b" aria-sort=\"descending\""
            } else {
                b" aria-sort=\"ascending\""
            });
        }
        head.push(b"><a href=\"?C=");
        head.push_byte(column as u8);
        head.push(if descending { b";O=D\">" } else { b";O=A\">" });
        head.push(title);
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
    date::push_minute(row, entry.modified);
    row.push(b"<td>");
    if !entry.is_folder {
        push_size(row, entry.size);
    }
    row.push(b"\n");
}

pub fn end<F: FnMut(&[u8]) -> bool>(page: &mut Page<F>) {
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
    if find(entry.name, b':').is_some() {
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
    while let Some(piece) = utf8::take(&mut text) {
        match piece {
            Ok(character) => push(buffer, character),
            Err(_) => buffer.push("\u{fffd}".as_bytes()),
        }
    }
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
