//! `listing` beside std's sort, `serde_json` and `percent-encoding`.
//!
//! The first line of the input is a path and a query; each other line is an
//! entry: a letter for its kind and size (`d` is a folder), one for its age, a
//! space, its name.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use svcd::http::{Method, date, target};
use svcd::listing::{Arena, Entry, Format, Order, Page, is_shown};
use svcd::text::Buffer;

pub fn check(data: &[u8]) {
    let (line, lines) = crate::first_line(data);
    let Ok(target) = target::parse(Method::Get, line) else { return };
    let order = Order::parse(target.query.unwrap_or_default());
    let path = crate::written(|name| {
        if target::resolve(target.path, name).is_err() {
            name.truncate(0);
        }
        if !name.is_empty() && !name.bytes().ends_with(b"/") {
            name.push(b"/");
        }
    });
    let arrival = entries(lines);
    let mut sorted = arrival.clone();
    sorted.sort_by(|a, b| order.compare(a, b));

    for memory in [4096, 20_000] {
        assert_eq!(names(&parts(&arrival, order, memory)), names(&sorted));
    }
    json(&page(Format::Json, &path, order, &sorted), &sorted);
    html(&page(Format::Html, &path, order, &sorted), &path, &sorted);
}

/// Each name once, in the order of the input.
fn entries(lines: &[u8]) -> Vec<Entry<'_>> {
    let mut seen = BTreeMap::new();
    let mut entries = Vec::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let [kind, age, _, name @ ..] = line else { continue };
        if !is_shown(name) || name.contains(&b'/') || seen.insert(name, ()).is_some() {
            continue;
        }
        let is_folder = *kind == b'd';
        let size = if is_folder { 0 } else { 37u64.wrapping_pow(u32::from(kind % 13)) };
        let modified = 1_000_003u64.wrapping_pow(u32::from(age % 5));
        entries.push(Entry { name, is_folder, size, modified });
    }
    entries
}

fn names<'a>(entries: &[Entry<'a>]) -> Vec<&'a [u8]> {
    entries.iter().map(|entry| entry.name).collect()
}

/// What comes out of an arena, part by part.
fn parts<'a>(arrival: &[Entry<'a>], order: Order, memory: usize) -> Vec<Entry<'a>> {
    let mut memory = vec![0xaa; memory];
    let mut arena = Arena::new(&mut memory, order);
    let by_name: BTreeMap<_, _> = arrival.iter().map(|entry| (entry.name, entry)).collect();
    let mut written = Vec::new();
    loop {
        arrival.iter().for_each(|entry| arena.add(entry));
        let before = written.len();
        for entry in arena.sorted() {
            let known = by_name.get(entry.name).copied().expect("an entry that was added");
            assert_eq!(*known, entry);
            written.push(*known);
        }
        if !arena.next_part() {
            return written;
        }
        assert!(written.len() > before, "a part without an entry");
    }
}

/// The same whatever the room for a piece is.
fn page(format: Format, path: &[u8], order: Order, entries: &[Entry]) -> String {
    let with_room = |room: usize| {
        let mut room = vec![0; room];
        let mut bytes = Vec::new();
        let mut send = |piece: &[u8]| {
            assert!(!piece.is_empty());
            bytes.extend_from_slice(piece);
            true
        };
        let mut page = Page::new(format, &mut room, &mut send);
        page.begin(path, order);
        assert!(entries.iter().all(|entry| page.push(entry)) && page.end());
        bytes
    };
    let bytes = with_room(Page::PIECE);
    assert_eq!(bytes, with_room(2 * Page::PIECE));
    String::from_utf8(bytes).expect("a page is UTF-8 whatever the names are")
}

fn json(text: &str, entries: &[Entry]) {
    let array: Vec<serde_json::Value> = serde_json::from_str(text).expect("JSON");
    assert_eq!(array.len(), entries.len());
    for (object, entry) in array.iter().zip(entries) {
        assert_eq!(object["name"].as_str(), Some(&*shown(entry.name)));
        assert_eq!(object["type"], if entry.is_folder { "directory" } else { "file" });
        assert_eq!(object["size"].as_u64(), (!entry.is_folder).then_some(entry.size));
        let mut room = [0; 32];
        let mut mtime = Buffer::new(&mut room);
        date::push_rfc3339(&mut mtime, entry.modified);
        assert_eq!(object["mtime"].as_str().map(str::as_bytes), Some(mtime.bytes()));
        assert_eq!(named_by(object["url"].as_str().expect("a reference")), reference(entry));
    }
}

fn html(text: &str, path: &[u8], entries: &[Entry]) {
    let path = shown(path);
    let (_, rest) = text.split_once("<title>Index of /").expect("a title");
    let (title, rest) = rest.split_once("</title>").expect("its end");
    assert_eq!(plain(title), path);
    let (_, rest) = rest.split_once("<h1>Index of ").expect("a heading");
    let (crumbs, rest) = rest.split_once("</h1>").expect("its end");
    assert_eq!(heading(crumbs), format!("/{path}"));

    let (_, rows) = rest.split_once("\n<tbody>\n").expect("rows");
    let (rows, tail) = rows.split_once("</table>").expect("the last row");
    let rows = if path.is_empty() { rows } else { rows.split_once('\n').expect("the way up").1 };
    assert_eq!(rows.lines().count(), entries.len());
    for (row, entry) in rows.lines().zip(entries) {
        let row = row.strip_prefix("<tr><td><a href=\"").expect("a link");
        let (link, row) = row.split_once("\">").expect("its end");
        let (name, row) = row.split_once("</a><td>").expect("the name's end");
        let (time, size) = row.split_once("<td>").expect("a size");
        assert_eq!(named_by(link), reference(entry));
        assert!(!link.split('/').next().expect("one").contains(':'), "RFC 3986 4.2: {link}");
        let slash = if entry.is_folder { "/" } else { "" };
        assert_eq!(plain(name), shown(entry.name) + slash);
        assert!(time.len() == 16 && time.bytes().all(|byte| byte.is_ascii_digit() || b"- :".contains(&byte)));
        assert_eq!(size, if entry.is_folder { String::new() } else { rounded(entry.size) });
    }
    let folders = entries.iter().filter(|entry| entry.is_folder).count();
    assert!(tail.contains(&format!("Folders: {folders}, files: {}.", entries.len() - folders)));
}

/// What a heading of links says.
fn heading(crumbs: &str) -> String {
    let crumb = |link: &str| {
        let (up, text) =
            link.strip_prefix("<a href=\"./").expect("a link").split_once("\">").expect("its end");
        assert_eq!(up.replace("../", ""), "");
        plain(text)
    };
    crumbs.split("</a>").filter(|link| !link.is_empty()).map(crumb).collect()
}

/// A text of HTML as a browser shows it; it has no byte with a meaning but in
/// references.
fn plain(text: &str) -> String {
    assert!(!text.contains(['<', '>', '"', '\'']), "{text}");
    for reference in text.split('&').skip(1) {
        let name = reference.split(';').next().unwrap_or_default();
        assert!(["lt", "gt", "quot", "#39", "amp"].contains(&name), "{text}");
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// A name with U+FFFD for each byte that is no UTF-8.
fn shown(name: &[u8]) -> String {
    let chunk =
        |chunk: std::str::Utf8Chunk| chunk.valid().to_string() + &"\u{fffd}".repeat(chunk.invalid().len());
    name.utf8_chunks().map(chunk).collect()
}

fn reference(entry: &Entry) -> Vec<u8> {
    [entry.name, if entry.is_folder { b"/" } else { b"" }].concat()
}

/// The bytes of the file that a reference from within its folder names.
fn named_by(reference: &str) -> Vec<u8> {
    let reference = reference.strip_prefix("./").unwrap_or(reference);
    assert!(
        reference.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>?#&\\".contains(&byte)),
        "{reference}"
    );
    percent_decode(reference.as_bytes()).collect()
}

/// By its digits: `999 B`, `1.2 kB`.
fn rounded(size: u64) -> String {
    let digits = size.to_string();
    match (digits.len() - 1) / 3 {
        0 => format!("{digits} B"),
        thousands => {
            let (whole, below) = digits.split_at(digits.len() - 3 * thousands);
            format!("{whole}.{} {}B", &below[..1], b" kMGTPE"[thousands] as char)
        }
    }
}
