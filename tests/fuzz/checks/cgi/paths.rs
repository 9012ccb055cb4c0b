//! Which program a path names.

use percent_encoding::percent_decode;
use svcd::cgi::script;
use svcd::http::target;
use svcd::text::Buffer;

const PREFIXES: [&[u8]; 3] = [b"cgi-bin", b"a/b", b""];

pub fn check(path: &[u8]) {
    if !path.starts_with(b"/") {
        return;
    }
    let normalized = crate::written(|out| script::normalize(path, out).expect("room"));
    assert_eq!(normalized, model(path));
    assert_eq!(crate::written(|out| script::normalize(&normalized, out).expect("room")), normalized);
    // Two readers of one path agree about it. Only a segment that `..` takes away
    // may be malformed here.
    let name = resolved(&normalized);
    assert!(resolved(path).is_none_or(|same| name == Some(same)));
    for prefix in PREFIXES {
        let rest = script::below(&normalized, prefix);
        if let Some(rest) = rest {
            assert!(normalized.ends_with(rest) && (rest.is_empty() || rest.starts_with(b"/")));
            walk(prefix, rest, name.as_deref());
        }
        if let Some(name) = &name {
            let is_below = match name.split_at_checked(prefix.len()) {
                Some((start, rest)) => {
                    start.eq_ignore_ascii_case(prefix)
                        && (prefix.is_empty() || rest.is_empty() || rest.starts_with(b"/"))
                }
                None => false,
            };
            assert_eq!(rest.is_some(), is_below);
        }
    }
}

/// Segment by segment it becomes the name that it is as a whole.
fn walk(prefix: &[u8], mut rest: &[u8], resolved: Option<&[u8]>) {
    let mut room = [0; 8192];
    let mut name = Buffer::new(&mut room);
    name.push(prefix);
    info(rest);
    while let Some((segment, behind)) = script::next_segment(rest) {
        assert!(!segment.is_empty() && !segment.contains(&b'/') && behind.len() < rest.len());
        if script::push_segment(&mut name, segment).is_err() {
            assert_eq!(resolved, None);
            return;
        }
        assert!(!name.bytes().contains(&0));
        info(behind);
        rest = behind;
    }
    assert!(rest.iter().all(|byte| *byte == b'/'));
    if let Some(resolved) = resolved {
        assert!(resolved.strip_suffix(b"/").unwrap_or(resolved).eq_ignore_ascii_case(name.bytes()));
    }
}

/// PATH_INFO is what `percent-encoding` makes of it, or nothing.
fn info(rest: &[u8]) {
    let mut room = [0; 8192];
    let mut out = Buffer::new(&mut room);
    let ours = script::decode_path_info(rest, &mut out).ok().map(|()| out.bytes());
    let theirs: Vec<u8> = percent_decode(rest).collect();
    let has_dots = theirs.split(|byte| *byte == b'/').any(|segment| [&b"."[..], b".."].contains(&segment));
    let is_right = is_encoded(rest) && !has_dots && !theirs.iter().any(u8::is_ascii_control);
    assert_eq!(ours, is_right.then_some(&theirs[..]));
}

/// Whether two digits are behind each percent sign.
pub fn is_encoded(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'%')
        .skip(1)
        .all(|behind| behind.len() >= 2 && behind[..2].iter().all(u8::is_ascii_hexdigit))
}

/// None: it names no file.
fn resolved(path: &[u8]) -> Option<Vec<u8>> {
    let mut room = [0; 8192];
    let mut name = Buffer::new(&mut room);
    target::resolve(path, &mut name).ok().map(|()| name.bytes().to_vec())
}

/// With a stack of segments; a last empty one stands for the slash at the end.
fn model(path: &[u8]) -> Vec<u8> {
    let mut stack: Vec<&[u8]> = Vec::new();
    let mut segments = path.split(|byte| *byte == b'/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        let text = String::from_utf8_lossy(segment).to_ascii_lowercase().replace("%2e", ".");
        match text.as_str() {
            "." => {}
            ".." => while stack.pop().is_some_and(<[u8]>::is_empty) {},
            _ => {
                stack.push(segment);
                continue;
            }
        }
        if is_last {
            stack.push(b"");
        }
    }
    [b"/", &stack.join(&b'/')[..]].concat()
}
