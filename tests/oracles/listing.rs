//! `listing` and what std's sort, `serde_json` and `percent-encoding` make of
//! the same entries.

use std::collections::BTreeMap;

use percent_encoding::percent_decode;
use proptest::prelude::*;
use svcd::listing::{Arena, Entry, Format, Order, Page, is_shown};

/// Kind, size and modification of each name.
type Folder = BTreeMap<Vec<u8>, (bool, u64, u64)>;

/// Names that are much alike, names with a meaning in HTML, names of any bytes.
fn folders() -> impl Strategy<Value = Folder> {
    let alike = "[aAbB0-9]{1,6}".prop_map(String::into_bytes);
    let html = "[<>&\"':;\\\\%?#=+ éa-c]{1,9}".prop_map(String::into_bytes);
    let bytes = prop::collection::vec(any::<u8>(), 1..40);
    let name = prop_oneof![3 => alike, 1 => html, 1 => bytes]
        .prop_filter("a name", |name| is_shown(name) && !name.contains(&b'/'));
    prop::collection::btree_map(name, (any::<bool>(), 0u64..5, 0u64..5), 0..200)
}

fn entries(folder: &Folder) -> Vec<Entry<'_>> {
    let folder = folder.iter();
    folder.map(|(name, &(is_folder, size, modified))| Entry { name, is_folder, size, modified }).collect()
}

fn orders() -> impl Strategy<Value = Order> {
    prop::sample::select(vec!["", "O=D", "C=M", "C=M;O=D", "C=S", "C=S;O=D"])
        .prop_map(|query| Order::parse(query.as_bytes()))
}

fn page(format: Format, entries: &[Entry]) -> String {
    let mut room = vec![0; Page::PIECE];
    let mut bytes = Vec::new();
    let mut send = |piece: &[u8]| {
        bytes.extend_from_slice(piece);
        true
    };
    let mut page = Page::new(format, &mut room, &mut send);
    page.begin(b"a/", Order::parse(b""));
    assert!(entries.iter().all(|entry| page.push(entry)) && page.end());
    String::from_utf8(bytes).expect("a page is UTF-8 whatever the names are")
}

/// A name with U+FFFD for each byte that is no UTF-8.
fn shown(name: &[u8]) -> String {
    let chunk =
        |chunk: std::str::Utf8Chunk| chunk.valid().to_string() + &"\u{fffd}".repeat(chunk.invalid().len());
    name.utf8_chunks().map(chunk).collect()
}

/// A reference in HTML, read as a browser does.
fn unescape(text: &str) -> String {
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    text.replace("&#39;", "'").replace("&amp;", "&")
}

/// The bytes of the file that a reference from within its folder names.
fn named_by(reference: &str) -> Vec<u8> {
    let reference = reference.strip_prefix("./").unwrap_or(reference);
    assert!(reference.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>?#&\\".contains(&byte)));
    percent_decode(reference.as_bytes()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    /// Room for a few of 200 entries: every one comes out once and at its place.
    #[test]
    fn the_parts_together_are_the_sorted_folder(
        folder in folders().prop_flat_map(|folder| {
            let names: Vec<_> = folder.keys().cloned().collect();
            (Just(folder), Just(names).prop_shuffle())
        }),
        order in orders(),
        memory in prop::sample::select(vec![250usize, 600, 2000, 100_000]),
    ) {
        let (folder, arrival) = folder;
        let mut sorted = entries(&folder);
        sorted.sort_by(|a, b| order.compare(a, b));
        let find = |name: &Vec<u8>| *sorted.iter().find(|entry| entry.name == name.as_slice()).unwrap();
        let arrival: Vec<_> = arrival.iter().map(find).collect();
        let mut memory = vec![0xaa; memory];
        let mut arena = Arena::new(&mut memory, order);
        let mut written = 0;
        loop {
            arrival.iter().for_each(|entry| arena.add(entry));
            let part = written;
            for entry in arena.sorted() {
                prop_assert_eq!(Some(&entry), sorted.get(written));
                written += 1;
            }
            if !arena.next_part() {
                break;
            }
            prop_assert!(written > part, "a part without an entry");
        }
        prop_assert_eq!(written, sorted.len());
    }

    /// A sort by an order that is none could still look sorted.
    #[test]
    fn the_order_is_total(folder in folders(), order in orders()) {
        let entries = entries(&folder);
        let entries = &entries[..entries.len().min(12)];
        for a in entries {
            for b in entries {
                prop_assert_eq!(order.compare(a, b), order.compare(b, a).reverse());
                prop_assert_eq!(order.compare(a, b).is_eq(), a.name == b.name);
                for c in entries {
                    if order.compare(a, b).is_lt() && order.compare(b, c).is_lt() {
                        prop_assert!(order.compare(a, c).is_lt(), "{:?} {:?} {:?}", a, b, c);
                    }
                }
            }
        }
    }

    #[test]
    fn json_is_json_and_says_what_there_is(folder in folders()) {
        let entries = entries(&folder);
        let text = page(Format::Json, &entries);
        prop_assert_eq!(text.lines().count(), entries.len() + 2);
        let array: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(array.len(), entries.len());
        for (object, entry) in array.iter().zip(&entries) {
            prop_assert_eq!(object["name"].as_str(), Some(&*shown(entry.name)));
            prop_assert_eq!(object["type"] == "directory", entry.is_folder);
            prop_assert_eq!(object["size"].as_u64(), (!entry.is_folder).then_some(entry.size));
            let mtime = format!("1970-01-01T00:00:0{}Z", entry.modified);
            prop_assert_eq!(object["mtime"].as_str(), Some(&*mtime));
            let mut name = entry.name.to_vec();
            name.extend(entry.is_folder.then_some(b'/'));
            prop_assert_eq!(named_by(object["url"].as_str().unwrap()), name);
        }
    }

    #[test]
    fn html_shows_each_name_and_links_to_it(folder in folders()) {
        let entries = entries(&folder);
        let text = page(Format::Html, &entries);
        let (_, rows) = text.split_once("../</a><td><td>\n").unwrap();
        let (rows, _) = rows.split_once("</table>").unwrap();
        prop_assert_eq!(rows.lines().count(), entries.len());
        for (row, entry) in rows.lines().zip(&entries) {
            let row = row.strip_prefix("<tr><td><a href=\"").unwrap();
            let (reference, row) = row.split_once("\">").unwrap();
            let (text, _) = row.split_once("</a><td>1970-01-01 00:00<td>").unwrap();
            prop_assert!(!text.contains(['<', '>', '"', '\'']), "{}", text);
            let slash = if entry.is_folder { "/" } else { "" };
            prop_assert_eq!(unescape(text), format!("{}{slash}", shown(entry.name)));
            prop_assert_eq!(named_by(reference), [entry.name, slash.as_bytes()].concat());
            // RFC 3986 4.2: no colon before the first slash.
            prop_assert!(!reference.split('/').next().unwrap().contains(':'), "{}", reference);
        }
    }
}
