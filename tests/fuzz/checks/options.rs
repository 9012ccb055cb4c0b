//! `options` and `text::address` beside std's addresses.
//!
//! The input is a command line: an argument on each line.

use std::ffi::{CStr, CString};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use svcd::http::{field, host};
use svcd::limits;
use svcd::options::{self, Bind, Command, Log, Options};
use svcd::text::address;

pub fn check(data: &[u8]) {
    let arguments =
        data.split(|byte| *byte == b'\n').map(|argument| CString::new(argument).unwrap_or_default());
    let arguments: Vec<CString> = arguments.collect();
    for argument in &arguments {
        addresses(argument.as_bytes());
    }
    let mut options = Options::default();
    match options::parse(arguments.iter().map(CString::as_c_str), &mut options) {
        Ok(Command::Serve) => serve(&options),
        Ok(Command::Help | Command::Version) => {}
        Err(error) => {
            let is_one = |text: &[u8]| arguments.iter().any(|argument| argument.as_bytes() == text);
            assert!(is_one(error.argument));
            assert!(error.value.is_empty() || is_one(error.value));
            assert!(!error.problem.is_empty());
        }
    }
}

/// The bounds that the documentation of each option names.
fn serve(options: &Options) {
    assert!(options.binds.iter().count() <= limits::BINDS);
    for bind in options.binds.iter() {
        assert!(!matches!(bind, Bind::Unix(path) if path.is_empty()));
    }
    let index = options.index.to_bytes();
    assert!(!index.is_empty() && !index.contains(&b'/') && !index.starts_with(b"."));
    if let Some(fallback) = options.fallback {
        is_beneath(fallback);
    }
    assert!(options.cache.is_none_or(|seconds| seconds <= limits::CACHE_CEILING));
    assert!((1..=limits::MAX_CONNS_CEILING as u32).contains(&options.max_conns));
    for seconds in [options.header_timeout, options.idle_timeout] {
        assert!((1..=limits::TIMEOUT_CEILING).contains(&seconds));
    }
    if let Log::File(name) = options.log {
        assert!(!name.is_empty() && name != c"-");
    }
    headers(options);
    media_types(options);
    writes(options);
    programs(options);
}

/// Nobody writes from another machine without a password, unless it is asked for.
fn writes(options: &Options) {
    assert!(options.hosts.iter().count() <= limits::ADDITIONS);
    for name in options.hosts.iter() {
        assert!(host::is_valid(name) && !name.contains(&b':'));
    }
    let is_open = options.binds.iter().any(|bind| match bind {
        Bind::Ip(IpAddr::V4(ip), _) => ip.octets()[0] != 127,
        Bind::Ip(IpAddr::V6(ip), _) => {
            !(*ip == Ipv6Addr::LOCALHOST || ip.to_ipv4_mapped().is_some_and(|ip| ip.octets()[0] == 127))
        }
        Bind::Unix(_) => false,
    });
    let is_asked_for = options.write_unprotected || options.auth.is_some() || options.auth_write.is_some();
    assert!(!options.write || !is_open || is_asked_for);
}

/// What is run is outside of what a client names, and is where it is said to be.
fn programs(options: &Options) {
    let prefixes: Vec<&[u8]> = options.prefixes().collect();
    assert!(prefixes.len() <= limits::PREFIXES && options.has_cgi != prefixes.is_empty());
    let aliases = options.aliases.iter().map(|alias| alias.key).filter(|key| !key.is_empty());
    for path in prefixes.into_iter().chain(aliases) {
        assert!(!path.ends_with(b"/"));
        is_beneath(&CString::new(path).expect("no NUL"));
    }
    for interpreter in options.interpreters.iter() {
        assert!(
            !interpreter.key.is_empty()
                && !interpreter.key.contains(&b'.')
                && !interpreter.key.contains(&b'/')
        );
    }
    for mapping in options.aliases.iter().chain(options.interpreters.iter()) {
        let program = mapping.program.to_bytes();
        assert!(program.starts_with(b"/") && !program.ends_with(b"/"));
    }
    for line in options.cgi_env.iter() {
        let name = line.split(|byte| *byte == b'=').next().unwrap_or_default();
        assert!(!name.is_empty() && !name[0].is_ascii_digit());
        assert!(name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_'));
    }
    assert!((1..=limits::TIMEOUT_CEILING).contains(&options.cgi_timeout));
    assert!(options.cgi_limit <= limits::TIMEOUT_CEILING && options.cgi_cpu <= limits::TIMEOUT_CEILING);
}

fn is_beneath(path: &CStr) {
    let path = std::path::Path::new(path.to_str().unwrap_or("not UTF-8"));
    assert!(path.is_relative() && path.components().count() > 0);
    for component in path.components() {
        let std::path::Component::Normal(name) = component else { panic!("{}", path.display()) };
        assert!(!name.as_encoded_bytes().starts_with(b"."));
    }
}

/// A line of them cannot end a head, nor say what the server says itself.
fn headers(options: &Options) {
    let own =
        ["content-length", "transfer-encoding", "connection", "date", "content-type", "location", "etag"];
    let lines: Vec<&[u8]> = options.headers.iter().copied().collect();
    assert!(lines.len() <= limits::ADDITIONS);
    assert!(lines.iter().map(|line| line.len() + 2).sum::<usize>() <= limits::ADDED_FIELDS);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':').expect("a colon");
        let (name, value) = (&line[..colon], &line[colon + 1..]);
        assert!(!name.is_empty() && name.iter().all(|byte| field::is_tchar(*byte)));
        assert!(!crate::trim(value).is_empty() && value.iter().all(|byte| field::is_value_byte(*byte)));
        assert!(!own.iter().any(|own| own.as_bytes().eq_ignore_ascii_case(name)));
        // It is a field line for another reader too.
        let head = [line, b"\r\n\r\n"].concat();
        let mut fields = [httparse::EMPTY_HEADER; 2];
        match httparse::parse_headers(&head, &mut fields) {
            Ok(httparse::Status::Complete((len, fields))) => assert_eq!((len, fields.len()), (head.len(), 1)),
            other => panic!("{}: {other:?}", line.escape_ascii()),
        }
    }
}

fn media_types(options: &Options) {
    assert!(options.media_types.iter().count() <= limits::ADDITIONS);
    for line in options.media_types.iter() {
        assert!(line.len() <= 256);
        let equals = line.iter().position(|byte| *byte == b'=').expect("an equals sign");
        let (extension, media_type) = (&line[..equals], &line[equals + 1..]);
        assert!(!extension.is_empty() && !extension.contains(&b'.'));
        assert!(extension.iter().all(|byte| field::is_tchar(*byte)));
        assert!(media_type.iter().all(|byte| field::is_value_byte(*byte)));
        let slash = media_type.iter().position(|byte| *byte == b'/').expect("a slash");
        assert!(slash > 0 && slash + 1 < media_type.len());
    }
}

/// Addresses are read as std reads them.
fn addresses(text: &[u8]) {
    let ours = address::parse(text);
    let theirs = std::str::from_utf8(text).ok().and_then(|text| match text.strip_prefix('[') {
        Some(rest) => rest.strip_suffix(']')?.parse().ok().map(IpAddr::V6),
        None => text.parse().ok(),
    });
    assert_eq!(ours, theirs);
    let with_port = address::parse_with_port(text);
    if let Some(theirs) = std::str::from_utf8(text).ok().and_then(|text| text.parse::<SocketAddr>().ok()) {
        // std reads a scope behind a percent sign, which is no part of an address here.
        let has_scope = text.contains(&b'%');
        assert!(has_scope || with_port == Some((theirs.ip(), Some(theirs.port()))));
    }
    if let Some((ip, port)) = with_port {
        let port = port.unwrap_or_default();
        let text = crate::written(|buffer| address::push_authority(buffer, &SocketAddr::new(ip, port)));
        assert_eq!(String::from_utf8_lossy(&text), SocketAddr::new(ip, port).to_string());
        assert_eq!(address::parse_with_port(&text), Some((ip, Some(port))));
    }
}
