//! `http::target`, `http::host` and what a redirect says, beside
//! `percent-encoding`.
//!
//! The input is a request-target; it is a Host too.

use percent_encoding::percent_decode;
use svcd::http::{Method, field, host, target};
use svcd::text::{Buffer, percent};

pub fn check(data: &[u8]) {
    for method in [Method::Get, Method::Options, Method::Unknown] {
        let Ok(parsed) = target::parse(method, data) else { continue };
        assert!(parsed.path.starts_with(b"/") && !parsed.path.contains(&b'?'));
        match parsed.query {
            Some(query) => assert!(data.ends_with(&[b"?", query].concat())),
            None => assert!(!data.contains(&b'?')),
        }
        path(parsed.path);
        if data.iter().all(|byte| field::is_target_byte(*byte)) {
            redirect(parsed.path, parsed.query);
        }
    }
    // Whatever else calls it: a path need not come out of a target.
    path(data);
    if data.iter().all(|byte| field::is_value_byte(*byte)) {
        authority(data);
    }
    if let Some(found) = target::authority(data) {
        assert!(target::parse(Method::Get, data).is_ok() && host::is_valid(found));
        authority(found);
    }
}

fn path(path: &[u8]) {
    let mut room = [0; 8192];
    let mut name = Buffer::new(&mut room);
    let ours = target::resolve(path, &mut name).ok().map(|()| name.bytes());
    let model = model(path);
    assert_eq!(ours, model.as_deref());

    // With less room there is an error or the same name.
    let mut small = [0; 24];
    let mut small = Buffer::new(&mut small);
    if target::resolve(path, &mut small).is_ok() {
        assert_eq!(Some(small.bytes()), ours);
    }
    let Some(name) = ours else { return };
    assert!(!name.starts_with(b"/") && !name.iter().any(u8::is_ascii_control));
    let segments: Vec<_> = name.split(|byte| *byte == b'/').collect();
    for (place, segment) in segments.iter().enumerate() {
        let is_last = place + 1 == segments.len();
        assert!(!matches!(**segment, [b'.'] | [b'.', b'.']) && (is_last || !segment.is_empty()));
    }
    let below_well_known = matches!(segments[..], [b".well-known", _, ..]);
    let shown = if below_well_known { &segments[1..] } else { &segments[..] };
    assert_eq!(target::is_hidden(name), shown.iter().any(|segment| segment.starts_with(b".")));
}

/// RFC 3986 5.2.4 on decoded segments, with a stack.
fn model(path: &[u8]) -> Option<Vec<u8>> {
    let mut stack: Vec<Vec<u8>> = Vec::new();
    let mut ends_in_folder = true;
    for segment in path.split(|byte| *byte == b'/').skip(1) {
        let is_escape = |part: &[u8]| part.len() >= 2 && part[..2].iter().all(u8::is_ascii_hexdigit);
        if !segment.split(|byte| *byte == b'%').skip(1).all(is_escape) {
            return None;
        }
        let decoded: Vec<u8> = percent_decode(segment).collect();
        if decoded.iter().any(|byte| *byte == b'/' || *byte < 32 || *byte == 127) {
            return None;
        }
        ends_in_folder = matches!(decoded[..], [] | [b'.'] | [b'.', b'.']);
        match &decoded[..] {
            b"" | b"." => {}
            b".." => drop(stack.pop()),
            _ => stack.push(decoded),
        }
    }
    let mut name = stack.join(&b'/');
    if ends_in_folder && !name.is_empty() {
        name.push(b'/');
    }
    Some(name)
}

/// What a redirect says is a path of this server, and means the same name.
fn redirect(path: &[u8], query: Option<&[u8]>) {
    let mut room = [0; 8192];
    let mut name = Buffer::new(&mut room);
    if target::resolve(path, &mut name).is_err() {
        return;
    }
    let location = crate::written(|buffer| {
        buffer.push(b"/");
        percent::push_path(buffer, name.bytes());
        if let Some(query) = query {
            buffer.push(b"?");
            percent::push_query(buffer, query);
        }
    });
    assert!(!location.starts_with(b"//") && location.iter().all(u8::is_ascii_graphic));
    let again = target::parse(Method::Get, &location).expect("a path");
    assert_eq!(again.query.is_some(), query.is_some());
    if let (Some(query), Some(again)) = (query, again.query) {
        assert!(percent_decode(query).eq(percent_decode(again)));
    }
    let mut room = [0; 8192];
    let mut same = Buffer::new(&mut room);
    target::resolve(again.path, &mut same).expect("a name that was one");
    assert_eq!(same.bytes(), name.bytes());
}

/// A valid one has a name that is a single folder's.
fn authority(authority: &[u8]) {
    if !host::is_valid(authority) {
        return;
    }
    assert!(
        !authority.contains(&b'@')
            && !authority.contains(&b'/')
            && authority.iter().all(u8::is_ascii_graphic)
    );
    let name = crate::written(|buffer| host::push_name(buffer, authority));
    assert!(name.iter().all(|byte| byte.is_ascii_graphic() && !byte.is_ascii_uppercase() && *byte != b'/'));
    assert!(!name.contains(&b':') || (name.starts_with(b"[") && name.ends_with(b"]")));
    assert!(authority.to_ascii_lowercase().starts_with(&name));
    // Neither case nor a port makes it another host.
    let upper = authority.to_ascii_uppercase();
    assert_eq!(crate::written(|buffer| host::push_name(buffer, &upper)), name);
}
