use super::*;

/// Entries of a folder that is read again for every part, in the order that
/// they come out, and the number of parts.
fn list(folder: &[Entry], order: Order, memory: usize) -> (Vec<String>, usize) {
    let mut memory = vec![0; memory];
    let mut arena = Arena::new(&mut memory, order);
    let (mut names, mut parts) = (Vec::new(), 0);
    loop {
        folder.iter().for_each(|entry| arena.add(entry));
        names.extend(arena.sorted().map(|entry| String::from_utf8(entry.name.to_vec()).unwrap()));
        parts += 1;
        if !arena.next_part() {
            return (names, parts);
        }
    }
}

fn file(name: &str, size: u64, modified: u64) -> Entry<'_> {
    Entry { name: name.as_bytes(), is_folder: false, size, modified }
}

fn folder(name: &str, modified: u64) -> Entry<'_> {
    Entry { is_folder: true, ..file(name, 0, modified) }
}

/// The page of some entries of the folder `path`, in pieces.
fn page(format: Format, path: &str, query: &str, entries: &[Entry]) -> (String, usize) {
    let mut room = vec![0; Page::PIECE];
    let (mut bytes, mut pieces) = (Vec::new(), 0);
    let mut send = |piece: &[u8]| {
        assert!(!piece.is_empty());
        bytes.extend_from_slice(piece);
        pieces += 1;
        true
    };
    let mut page = Page::new(format, &mut room, &mut send);
    page.begin(path.as_bytes(), Order::parse(query.as_bytes()));
    assert!(entries.iter().all(|entry| page.push(entry)));
    assert!(page.end());
    (String::from_utf8(bytes).unwrap(), pieces)
}

#[test]
fn names_stand_where_a_reader_looks_for_them() {
    let sorted = [
        "01", "1", "2b", "10a", "_", "A", "a", "a01", "a1", "a2", "A2b", "a10", "aa", "B", "b", "b 2", "b-1",
        "é",
    ];
    let order = Order::parse(b"");
    for (i, a) in sorted.iter().enumerate() {
        for (j, b) in sorted.iter().enumerate() {
            assert_eq!(order.compare(&file(a, 0, 0), &file(b, 0, 0)), i.cmp(&j), "{a} {b}");
        }
    }
}

#[test]
fn folders_come_first_and_names_decide_between_equals() {
    let entries = [
        file("b", 5, 30),
        file("a10", 5, 10),
        folder("z", 40),
        file("a2", 7, 10),
        folder("y", 50),
        file("c", 7, 20),
    ];
    for (query, expected) in [
        ("", "y z a2 a10 b c"),
        ("C=N;O=A", "y z a2 a10 b c"),
        ("C=N;O=D", "z y c b a10 a2"),
        ("C=S;O=A", "y z a10 b a2 c"),
        ("C=S&O=D", "y z a2 c a10 b"),
        ("C=M", "z y a2 a10 c b"),
        ("O=D;C=M", "y z b c a2 a10"),
        ("C=X;O=d;;&C=", "y z a2 a10 b c"),
    ] {
        let order = Order::parse(query.as_bytes());
        assert_eq!(list(&entries, order, 1 << 12).0.join(" "), expected, "{query}");
    }
}

#[test]
fn what_does_not_fit_comes_in_later_parts() {
    let names: Vec<_> = (0..500).map(|number| format!("file{number}")).collect();
    let mut entries: Vec<_> = names.iter().map(|name| file(name, 0, 0)).collect();
    entries.sort_by_key(|entry| entry.name.iter().rev().copied().collect::<Vec<_>>());
    let order = Order::parse(b"");
    for (memory, most) in [(1 << 15, 1), (1 << 13, 5), (1 << 12, 11), (120, 500)] {
        let (found, parts) = list(&entries, order, memory);
        assert_eq!(found, names, "{memory}");
        assert!(parts <= most, "{parts} parts of {memory}");
    }
}

#[test]
fn hidden_names_and_those_that_cannot_be_asked_for_are_not_shown() {
    for (name, shown) in [
        (&b"a"[..], true),
        (b"a.b", true),
        (b"\xff <&>", true),
        (b"", false),
        (b".", false),
        (b"..", false),
        (b".git", false),
        (b".well-known", false),
        (b"a\nb", false),
        (b"a\x7f", false),
        (&[b'a'; NAME], true),
        (&[b'a'; NAME + 1], false),
    ] {
        assert_eq!(is_shown(name), shown, "{}", name.escape_ascii());
    }
}

#[test]
fn a_page_links_up_sorts_and_escapes() {
    let (html, _) = page(
        Format::Html,
        "a&b/c d/",
        "C=M;O=D",
        &[folder("x:y", 0), file("<i>&amp;'\".txt", 1234, 951_786_365), file("empty", 0, 0)],
    );
    for part in [
        "<title>Index of /a&amp;b/c d/</title>",
        "<h1>Index of <a href=\"./../../\">/</a><a href=\"./../\">a&amp;b/</a><a href=\"./\">c d/</a></h1>",
        "<th><a href=\"?C=N;O=A\">Name</a><th aria-sort=\"descending\"><a href=\"?C=M;O=A\">Last modified</a>",
        "<th><a href=\"?C=S;O=D\">Size</a>\n",
        "<tr><td><a href=\"../\">../</a><td><td>\n",
        "<tr><td><a href=\"./x:y/\">x:y/</a><td>1970-01-01 00:00<td>\n",
        "<tr><td><a href=\"%3Ci%3E%26amp;'%22.txt\">&lt;i&gt;&amp;amp;&#39;&quot;.txt</a>",
        "<td>2000-02-29 01:06<td>1.2 kB\n",
        "<a href=\"empty\">empty</a><td>1970-01-01 00:00<td>0 B\n",
        "<p>Folders: 1, files: 2.",
    ] {
        assert!(html.contains(part), "{part}\n{html}");
    }
    let (html, _) = page(Format::Html, "", "", &[]);
    assert!(!html.contains("../"), "{html}");
    assert!(html.contains("<h1>Index of <a href=\"./\">/</a></h1>"), "{html}");
    assert!(html.contains("<th aria-sort=\"ascending\"><a href=\"?C=N;O=D\">Name</a>"), "{html}");
}

#[test]
fn sizes_are_short() {
    for (size, text) in [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1999, "1.9 kB"),
        (999_999, "999.9 kB"),
        (1_000_000, "1.0 MB"),
        (123_456_789_012, "123.4 GB"),
        (5_000_000_000_000, "5.0 TB"),
        (u64::MAX, "18.4 EB"),
    ] {
        let (html, _) = page(Format::Html, "", "", &[file("f", size, 0)]);
        assert!(html.contains(&format!("<td>{text}\n")), "{text}: {html}");
    }
}

#[test]
fn json_has_one_object_in_a_line() {
    let entries = [
        folder("d", 951_786_365),
        file("a\"\\&b", 5, 0),
        Entry { name: b"x\xff\xc3\xa9\xe2\x82", ..file("", 1, 0) },
    ];
    assert_eq!(
        page(Format::Json, "p/", "", &entries).0,
        "[\n\
         {\"name\":\"d\",\"url\":\"d/\",\"type\":\"directory\",\"mtime\":\"2000-02-29T01:06:05Z\"},\n\
         {\"name\":\"a\\\"\\\\&b\",\"url\":\"a%22%5C%26b\",\"type\":\"file\",\"size\":5,\
         \"mtime\":\"1970-01-01T00:00:00Z\"},\n\
         {\"name\":\"x\u{fffd}\u{e9}\u{fffd}\u{fffd}\",\"url\":\"x%FF%C3%A9%E2%82\",\"type\":\"file\",\"size\":1,\
         \"mtime\":\"1970-01-01T00:00:00Z\"}\n]\n"
    );
    assert_eq!(page(Format::Json, "", "", &[]).0, "[\n]\n");
}

#[test]
fn bytes_that_are_no_character_are_replaced() {
    for (name, shown) in [
        (&b"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"[..], "a\u{e9}\u{20ac}\u{1f600}z"),
        (b"\xe9a", "?a"),
        (b"\x80\xbfa", "??a"),
        (b"\xc0\xaf\xc1\x81", "????"),
        (b"\xe0\x80\xaf", "???"),
        (b"\xed\xa0\x80", "???"),
        (b"\xf0\x80\x80\xaf", "????"),
        (b"\xf4\x8f\xbf\xbf\xf4\x90\x80\x80", "\u{10ffff}????"),
        (b"\xf8\x88\x80\x80\x80\xff", "??????"),
        (b"\xe2\x82", "??"),
        (b"\xf0\x9f\x98", "???"),
        (b"\xe2\x82\xc3\xa9", "??\u{e9}"),
    ] {
        let (html, _) = page(Format::Html, "", "", &[Entry { name, ..file("", 0, 0) }]);
        let shown = shown.replace('?', "\u{fffd}");
        assert!(html.contains(&format!(">{shown}</a>")), "{}: {html}", name.escape_ascii());
    }
}

#[test]
fn the_longest_names_fit_into_a_piece() {
    let longest = "\"".repeat(NAME);
    let entries = [file(&longest, u64::MAX, u64::MAX); 20];
    let deep = "a/".repeat(crate::limits::PATH / 2);
    let wide = format!("{}/", "\"".repeat(NAME)).repeat(4);
    for path in [&deep, &wide] {
        for format in [Format::Html, Format::Json] {
            let (_, pieces) = page(format, path, "", &entries);
            assert!(pieces > 2);
        }
    }
}

#[test]
fn when_the_client_is_gone_nothing_more_is_sent() {
    let mut room = vec![0; Page::PIECE];
    let mut pieces = 0;
    let mut send = |_: &[u8]| {
        pieces += 1;
        false
    };
    let mut page = Page::new(Format::Json, &mut room, &mut send);
    page.begin(b"", Order::parse(b""));
    assert_eq!((0..10_000).take_while(|_| page.push(&file("name", 0, 0))).count() / 1000, 0);
    assert!(!page.end());
    assert_eq!(pieces, 1);
}
