//! Methods (RFC 9110 9, RFC 5789 for PATCH, RFC 2324 for BREW).

use crate::text::split;

/// The methods that are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Delete,
    Connect,
    Options,
    Trace,
    Patch,
    Brew,
    /// A token, but not the name of any of these.
    Unknown,
}

impl Method {
    /// Reads a method; names are case-sensitive (RFC 9110 9.1).
    pub fn parse(name: &[u8]) -> Method {
        let mut known = split(NAMES, b' ').zip(NAMED);
        known.find(|known| known.0 == name).map_or(Method::Unknown, |known| known.1)
    }
}

/// The names of [`NAMED`], in their order. A match would compare byte by byte, with
/// three instructions for each.
const NAMES: &[u8] = b"GET HEAD POST PUT DELETE CONNECT OPTIONS TRACE PATCH BREW";

const NAMED: [Method; 10] = [
    Method::Get,
    Method::Head,
    Method::Post,
    Method::Put,
    Method::Delete,
    Method::Connect,
    Method::Options,
    Method::Trace,
    Method::Patch,
    Method::Brew,
];

/// The value of Allow for every resource; with --write it can be changed.
pub fn allow(write: bool) -> &'static str {
    if write { "GET, HEAD, OPTIONS, PUT, DELETE" } else { "GET, HEAD, OPTIONS" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_method_is_called_by_its_name_in_capitals() {
        let names = split(NAMES, b' ');
        assert_eq!(names.clone().count(), NAMED.len());
        for (name, method) in names.zip(NAMED) {
            assert_eq!(format!("{method:?}").to_uppercase().as_bytes(), name);
            assert_eq!(Method::parse(name), method);
            assert_eq!(Method::parse(&name.to_ascii_lowercase()), Method::Unknown);
            assert_eq!(Method::parse(&name[1..]), Method::Unknown);
        }
        assert_eq!(Method::parse(b""), Method::Unknown);
    }

    #[test]
    fn what_is_allowed_are_methods() {
        use Method::{Delete, Get, Head, Options, Put};
        for (write, expected) in
            [(false, &[Get, Head, Options][..]), (true, &[Get, Head, Options, Put, Delete])]
        {
            let methods: Vec<_> =
                allow(write).split(", ").map(|name| Method::parse(name.as_bytes())).collect();
            assert_eq!(methods, expected);
        }
    }
}
