//! `cgi` beside `httparse`, `percent-encoding` and plain models.
//!
//! The first line of the input is the target of a request, field lines follow,
//! and behind an empty line what a program answers.

mod answer;
mod paths;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use percent_encoding::percent_decode;
use svcd::cgi::arguments;
use svcd::cgi::environment::{self, Context};
use svcd::http::field::Fields;
use svcd::http::target::{self, Target};
use svcd::http::{Parsed, Request, request};
use svcd::limits;
use svcd::text::{Buffer, List};

pub fn check(data: &[u8]) {
    let (line, rest) = crate::first_line(data);
    let end = rest.windows(2).position(|pair| pair == b"\n\n").unwrap_or(rest.len());
    let (lines, output) = (&rest[..end], rest.get(end + 2..).unwrap_or_default());
    answer::check(output);
    paths::check(line);
    words(line);
    let mut head = [b"POST ", line, b" HTTP/1.1\r\nHost: x:1\r\n"].concat();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        head.extend_from_slice(line);
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    if let Ok(Parsed::Complete(request, _)) = request::parse(&head)
        && let Ok(target) = target::parse(request.method, request.target)
    {
        words(target.query.unwrap_or_default());
        for pass_auth in [false, true] {
            variables(&request, target, pass_auth);
        }
    }
}

/// Arguments are words that `percent-encoding` decodes alike.
fn words(query: &[u8]) {
    let mut room = [0; limits::REQUEST_LINE];
    let mut out = Buffer::new(&mut room);
    let count = arguments::indexed(query, &mut out);
    let words: Vec<Vec<u8>> =
        query.split(|byte| *byte == b'+').map(|word| percent_decode(word).collect()).collect();
    let is_indexed = !query.contains(&b'=')
        && words.len() <= limits::CGI_WORDS
        && paths::is_encoded(query)
        && !words
            .iter()
            .any(|word| word.is_empty() || word[0] == b'-' || word.iter().any(u8::is_ascii_control));
    assert_eq!(count, is_indexed.then_some(words.len()));
    if is_indexed {
        let model: Vec<u8> = words.iter().flat_map(|word| [word, &b"\0"[..]].concat()).collect();
        assert_eq!(out.bytes(), model);
    }
}

/// Each variable comes once and has no NUL, and HTTP_* is what the model says.
fn variables(request: &Request, target: Target, pass_auth: bool) {
    let mut extra = List::<&[u8], { limits::ADDITIONS }>::new();
    assert!(extra.push(b"HTTP_X_USER=mia") && extra.push(b"A"));
    let address = SocketAddr::from(([127, 0, 0, 1], 80));
    let authority = target::authority(request.target).unwrap_or(b"x:1");
    let context = Context {
        is_redirected: false,
        request,
        method: b"POST",
        target,
        authority: Some(authority),
        script_name: b"cgi-bin/a",
        path_info: b"/b",
        path_translated: b"/www/b",
        script_filename: b"/www/cgi-bin/a",
        document_root: b"/www",
        server: Some(address),
        remote: svcd::access::forwarded::Remote::default(),
        user: b"",
        content_length: None,
        pass_auth,
        extra: &extra,
    };
    let block = crate::written(|block| environment::push(block, &context));
    let lines = block.strip_suffix(b"\0").expect("a NUL").split(|byte| *byte == 0);
    let mut variables = BTreeMap::new();
    for line in lines {
        let equals = line.iter().position(|byte| *byte == b'=').expect("a value");
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        assert!(name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_'));
        assert!(variables.insert(name.to_vec(), value.to_vec()).is_none(), "{}", name.escape_ascii());
    }
    assert_eq!(
        variables.get(&b"QUERY_STRING"[..]).map(Vec::as_slice),
        Some(target.query.unwrap_or_default())
    );
    assert!(!variables.contains_key(&b"HTTP_PROXY"[..]));
    assert_eq!(
        variables.contains_key(&b"HTTP_AUTHORIZATION"[..]),
        pass_auth && has(request.fields, "authorization")
    );
    variables.retain(|name, _| name.starts_with(b"HTTP_"));
    let mut model = model(request.fields, pass_auth);
    model.insert(b"HTTP_HOST".to_vec(), authority.to_vec());
    model.insert(b"HTTP_X_USER".to_vec(), b"mia".to_vec());
    assert_eq!(variables, model);
}

fn has(fields: Fields, name: &str) -> bool {
    fields.first(name).is_some()
}

fn model(fields: Fields, pass_auth: bool) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let mut variables = BTreeMap::new();
    for (name, value) in fields.iter() {
        let name = String::from_utf8_lossy(name).to_ascii_lowercase();
        let is_dropped = match name.as_str() {
            "authorization" => !pass_auth,
            "connection" | "keep-alive" | "te" | "trailer" | "transfer-encoding" | "upgrade" => true,
            "content-length" | "content-type" | "proxy" | "proxy-authorization" | "proxy-connection" => true,
            other => other.contains(|letter: char| letter != '-' && !letter.is_ascii_alphanumeric()),
        };
        if is_dropped {
            continue;
        }
        let separator: &[u8] = if name == "cookie" { b"; " } else { b", " };
        let name = format!("HTTP_{}", name.to_ascii_uppercase().replace('-', "_")).into_bytes();
        variables
            .entry(name)
            .and_modify(|joined: &mut Vec<u8>| {
                joined.extend_from_slice(separator);
                joined.extend_from_slice(value);
            })
            .or_insert_with(|| value.to_vec());
    }
    variables
}
