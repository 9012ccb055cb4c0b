//! A listing for programs: an array with one object in each line.

use super::{Entry, html};
use crate::http::date;
use crate::text::{Buffer, decimal};

/// `url` names every file; `name` has U+FFFD where the name is no UTF-8.
pub fn push_row(row: &mut Buffer, entry: &Entry, is_first: bool) {
    row.push(if is_first { b"\n{\"name\":\"" } else { b",\n{\"name\":\"" });
    html::push_utf8(row, entry.name, push_escaped);
    row.push(b"\",\"url\":\"");
    html::push_reference(row, entry);
    if entry.is_folder {
        row.push(b"\",\"type\":\"directory\"");
    } else {
        row.push(b"\",\"type\":\"file\",\"size\":");
        decimal::push(row, entry.size);
    }
    row.push(b",\"mtime\":\"");
    date::push_rfc3339(row, entry.modified);
    row.push(b"\"}");
}

/// Inside a string (RFC 8259 7); a name that is shown has no control byte.
fn push_escaped(row: &mut Buffer, text: &[u8]) {
    for &byte in text {
        if matches!(byte, b'"' | b'\\') {
            row.push(b"\\");
        }
        row.push_byte(byte);
    }
}
