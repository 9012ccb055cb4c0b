//! Status codes (RFC 9110 15).

use crate::text::split;

/// A status code: one that this server sends, or that of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status(u16);

impl Status {
    pub const OK: Status = Status(200);
    pub const CREATED: Status = Status(201);
    pub const NO_CONTENT: Status = Status(204);
    pub const PARTIAL_CONTENT: Status = Status(206);

    pub const MOVED_PERMANENTLY: Status = Status(301);
    pub const FOUND: Status = Status(302);
    pub const NOT_MODIFIED: Status = Status(304);

    pub const BAD_REQUEST: Status = Status(400);
    pub const UNAUTHORIZED: Status = Status(401);
    pub const FORBIDDEN: Status = Status(403);
    pub const NOT_FOUND: Status = Status(404);
    pub const METHOD_NOT_ALLOWED: Status = Status(405);
    pub const REQUEST_TIMEOUT: Status = Status(408);
    pub const CONFLICT: Status = Status(409);
    pub const LENGTH_REQUIRED: Status = Status(411);
    pub const PRECONDITION_FAILED: Status = Status(412);
    pub const CONTENT_TOO_LARGE: Status = Status(413);
    pub const URI_TOO_LONG: Status = Status(414);
    pub const UNSUPPORTED_MEDIA_TYPE: Status = Status(415);
    pub const RANGE_NOT_SATISFIABLE: Status = Status(416);
    pub const EXPECTATION_FAILED: Status = Status(417);
    /// RFC 2324 2.3.2; the registry calls it unused.
    pub const IM_A_TEAPOT: Status = Status(418);
    pub const MISDIRECTED_REQUEST: Status = Status(421);
    /// RFC 6585 5.
    pub const REQUEST_HEADER_FIELDS_TOO_LARGE: Status = Status(431);

    pub const INTERNAL_SERVER_ERROR: Status = Status(500);
    pub const NOT_IMPLEMENTED: Status = Status(501);
    pub const BAD_GATEWAY: Status = Status(502);
    pub const SERVICE_UNAVAILABLE: Status = Status(503);
    pub const GATEWAY_TIMEOUT: Status = Status(504);
    pub const HTTP_VERSION_NOT_SUPPORTED: Status = Status(505);
    /// RFC 4918 11.5.
    pub const INSUFFICIENT_STORAGE: Status = Status(507);

    /// The status that a program answers with; `code` has three digits.
    pub const fn of(code: u16) -> Status {
        Status(code)
    }

    pub const fn code(self) -> u16 {
        self.0
    }

    pub fn is_error(self) -> bool {
        self.0 >= 400
    }

    /// The code and the reason phrase of the IANA registry: `200 OK`;
    /// empty for a code that only programs send.
    pub fn line(self) -> &'static [u8] {
        let code = |line: &[u8]| line.iter().take(3).fold(0, |code, digit| code * 10 + u16::from(digit & 15));
        split(LINES, b'\n').find(|line| code(line) == self.0).unwrap_or_default()
    }
}

/// One string and no table of slices, which would cost 16 bytes an entry.
const LINES: &[u8] = b"\
200 OK\n\
201 Created\n\
204 No Content\n\
206 Partial Content\n\
301 Moved Permanently\n\
302 Found\n\
304 Not Modified\n\
400 Bad Request\n\
401 Unauthorized\n\
403 Forbidden\n\
404 Not Found\n\
405 Method Not Allowed\n\
408 Request Timeout\n\
409 Conflict\n\
411 Length Required\n\
412 Precondition Failed\n\
413 Content Too Large\n\
414 URI Too Long\n\
415 Unsupported Media Type\n\
416 Range Not Satisfiable\n\
417 Expectation Failed\n\
418 I'm a teapot\n\
421 Misdirected Request\n\
431 Request Header Fields Too Large\n\
500 Internal Server Error\n\
501 Not Implemented\n\
502 Bad Gateway\n\
503 Service Unavailable\n\
504 Gateway Timeout\n\
505 HTTP Version Not Supported\n\
507 Insufficient Storage\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_phrase() {
        for status in [
            Status::OK,
            Status::CREATED,
            Status::NO_CONTENT,
            Status::PARTIAL_CONTENT,
            Status::MOVED_PERMANENTLY,
            Status::FOUND,
            Status::NOT_MODIFIED,
            Status::BAD_REQUEST,
            Status::UNAUTHORIZED,
            Status::FORBIDDEN,
            Status::NOT_FOUND,
            Status::METHOD_NOT_ALLOWED,
            Status::REQUEST_TIMEOUT,
            Status::CONFLICT,
            Status::LENGTH_REQUIRED,
            Status::PRECONDITION_FAILED,
            Status::CONTENT_TOO_LARGE,
            Status::URI_TOO_LONG,
            Status::UNSUPPORTED_MEDIA_TYPE,
            Status::RANGE_NOT_SATISFIABLE,
            Status::EXPECTATION_FAILED,
            Status::IM_A_TEAPOT,
            Status::MISDIRECTED_REQUEST,
            Status::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Status::INTERNAL_SERVER_ERROR,
            Status::NOT_IMPLEMENTED,
            Status::BAD_GATEWAY,
            Status::SERVICE_UNAVAILABLE,
            Status::GATEWAY_TIMEOUT,
            Status::HTTP_VERSION_NOT_SUPPORTED,
            Status::INSUFFICIENT_STORAGE,
        ] {
            let line = String::from_utf8(status.line().to_vec()).unwrap();
            assert!(line.starts_with(&format!("{} ", status.code())) && line.len() > 5, "{line}");
        }
    }
}
