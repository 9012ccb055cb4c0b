//! Methods (RFC 9110 9, RFC 5789 for PATCH, RFC 2324 for BREW).

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
        match name {
            b"GET" => Method::Get,
            b"HEAD" => Method::Head,
            b"POST" => Method::Post,
            b"PUT" => Method::Put,
            b"DELETE" => Method::Delete,
            b"CONNECT" => Method::Connect,
            b"OPTIONS" => Method::Options,
            b"TRACE" => Method::Trace,
            b"PATCH" => Method::Patch,
            b"BREW" => Method::Brew,
            _ => Method::Unknown,
        }
    }
}

/// The value of Allow for every resource; with --write it can be changed.
pub fn allow(write: bool) -> &'static str {
    if write { "GET, HEAD, OPTIONS, PUT, DELETE" } else { "GET, HEAD, OPTIONS" }
}

#[cfg(test)]
mod tests {
    use super::*;

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
