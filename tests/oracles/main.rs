//! The library beside well-kept crates that do the same. Where svcd answers
//! otherwise, the reason stands beside it.

mod access;
mod cgi;
mod chunked;
mod conditions;
mod dates;
mod heads;
mod listing;
mod media_types;
mod negotiation;
mod numbers;
mod option_table;
mod paths;
mod proxies;
mod ranges;

/// A request's head with these field lines, each ending in CRLF.
fn head(lines: &str) -> Vec<u8> {
    format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n").into_bytes()
}

fn fields(head: &[u8]) -> svcd::http::field::Fields<'_> {
    match svcd::http::request::parse(head) {
        Ok(svcd::http::Parsed::Complete(request, _)) => request.fields,
        other => panic!("{}: {other:?}", head.escape_ascii()),
    }
}
