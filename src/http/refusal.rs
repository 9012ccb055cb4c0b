//! Why a request is not served: every reason, with its status.

use super::Status;

macro_rules! refusals {
    ($($(#[$meta:meta])* $name:ident $status:ident $reason:literal,)*) => {
        /// Why a request is not served: what the client is told, and what the log
        /// says. One byte, since so much code hands one on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Refusal {
            $($(#[$meta])* $name,)*
        }

        impl Refusal {
            /// Each of them, in their order.
            #[cfg(test)]
            const ALL: &[Refusal] = &[$($(#[$meta])* Refusal::$name,)*];
        }

        /// Of each its status, a byte for the length of its reason, and that. One string:
        /// a table of slices would cost 20 bytes more for each.
        static TABLE: &[u8] = &{
            const PARTS: &[(Status, &str)] = &[$($(#[$meta])* (Status::$status, $reason),)*];
            joined::<{ joined_len(PARTS) }>(PARTS)
        };
    };
}

const fn joined_len(mut parts: &[(Status, &str)]) -> usize {
    let mut len = 0;
    while let [(_, reason), rest @ ..] = parts {
        len += 3 + reason.len();
        parts = rest;
    }
    len
}

/// Evaluated by the compiler, which stops where a reason is too long.
const fn joined<const LEN: usize>(mut parts: &[(Status, &str)]) -> [u8; LEN] {
    let mut all = [0; LEN];
    let mut end = 0;
    while let [(status, reason), rest @ ..] = parts {
        assert!(reason.len() < 256);
        let code = status.code().to_be_bytes();
        (all[end], all[end + 1], all[end + 2]) = (code[0], code[1], reason.len() as u8);
        end += 3;
        let mut place = 0;
        while place < reason.len() {
            all[end + place] = reason.as_bytes()[place];
            place += 1;
        }
        end += place;
        parts = rest;
    }
    all
}

// A reason is one line of plain ASCII that names the broken rule. The commonest are
// first, since they are found by counting.
refusals! {
    NoSuchFile NOT_FOUND "no such file",
    NoIndex FORBIDDEN "this folder has no index file",
    FolderMoves MOVED_PERMANENTLY "this is a folder: its address ends in a slash",
    PasswordNeeded UNAUTHORIZED "a user and a password are needed",
    WrongPassword UNAUTHORIZED "no such user, or another password",
    PreconditionFailed PRECONDITION_FAILED "a precondition failed, RFC 9110 13.1",
    NoSuchBytes RANGE_NOT_SATISFIABLE "no such bytes, RFC 9110 14.1.1",

    // In the order of `HeadError`.
    MalformedMethod BAD_REQUEST "malformed method, RFC 9110 9.1",
    MalformedTarget BAD_REQUEST "malformed request-target, RFC 9112 3.2",
    LongRequestLine URI_TOO_LONG "request line too long, RFC 9112 3",
    MalformedVersion BAD_REQUEST "malformed HTTP version, RFC 9112 2.3",
    OtherVersion HTTP_VERSION_NOT_SUPPORTED "only HTTP/1 is spoken here",
    BareCr BAD_REQUEST "bare CR, RFC 9112 2.2",
    BareLf BAD_REQUEST "line ends in a bare LF, RFC 9112 2.2",
    ObsFold BAD_REQUEST "folded field line, RFC 9112 5.2",
    SpaceBeforeColon BAD_REQUEST "space before the colon, RFC 9112 5.1",
    MalformedFieldName BAD_REQUEST "malformed field name, RFC 9110 5.1",
    MalformedFieldValue BAD_REQUEST "control byte in a field value, RFC 9110 5.5",
    NoHost BAD_REQUEST "no Host field, RFC 9112 3.2",
    HostRepeated BAD_REQUEST "more than one Host field, RFC 9112 3.2",
    InvalidHost BAD_REQUEST "invalid Host field, RFC 9112 3.2",
    MalformedLength BAD_REQUEST "malformed Content-Length, RFC 9110 8.6",
    LengthRepeated BAD_REQUEST "more than one Content-Length, RFC 9112 6.3",
    LengthAndCoding BAD_REQUEST "Content-Length with Transfer-Encoding, RFC 9112 6.1",
    CodingOn10 BAD_REQUEST "Transfer-Encoding in HTTP/1.0, RFC 9112 6.1",
    UnknownCoding NOT_IMPLEMENTED "unknown transfer coding, RFC 9112 6.1",
    CodingNotLast BAD_REQUEST "chunked is not the last coding, RFC 9112 6.3",

    // The request as a whole.
    CutHead BAD_REQUEST "the request ends too early",
    SlowHead REQUEST_TIMEOUT "the request took too long",
    LargeHead REQUEST_HEADER_FIELDS_TOO_LARGE "request head larger than 16384 bytes",
    UnknownExpectation EXPECTATION_FAILED "unknown expectation, RFC 9110 10.1.1",
    UnknownMethod NOT_IMPLEMENTED "unknown method, RFC 9110 9.1",
    NoSuchMethod METHOD_NOT_ALLOWED "files have no such method",
    Teapot IM_A_TEAPOT "short and stout, RFC 2324 2.3.2",
    NoSuchHost NOT_FOUND "no such host",
    TwoClients BAD_REQUEST "Forwarded and X-Forwarded-For differ, see --trusted",
    NoProxyHeader BAD_REQUEST "not what the PROXY protocol has before a request, see --trusted",
    TooManyConnections SERVICE_UNAVAILABLE "too many connections, try again soon",

    // Its target.
    Asterisk BAD_REQUEST "* is for OPTIONS only, RFC 9112 3.2.4",
    MalformedEncoding BAD_REQUEST "malformed percent-encoding, RFC 3986 2.1",
    ControlByte BAD_REQUEST "control byte in the path",
    EncodedSlash BAD_REQUEST "encoded slash in the path",
    LongPath URI_TOO_LONG "path too long",
    HiddenDots BAD_REQUEST "dot segment behind an encoded slash",

    // Its body.
    CutBody BAD_REQUEST "the body ends too early, RFC 9112 8",
    SlowBody REQUEST_TIMEOUT "the body took too long",
    LargeBody CONTENT_TOO_LARGE "the body is larger than --max-body",
    ChunkSize BAD_REQUEST "malformed chunk size, RFC 9112 7.1",
    ChunkTooLarge BAD_REQUEST "chunk size too large, RFC 9112 7.1",
    ChunkExtension BAD_REQUEST "malformed chunk extension, RFC 9112 7.1.1",
    ChunkUnended BAD_REQUEST "chunk longer than its size, RFC 9112 7.1",
    MalformedTrailer BAD_REQUEST "malformed trailer section, RFC 9112 7.1.2",
    ChunkExtras BAD_REQUEST "chunk extensions and trailers too long",
    ChunkBareCr BAD_REQUEST "bare CR between chunks, RFC 9112 2.2",
    ChunkBareLf BAD_REQUEST "bare LF between chunks, RFC 9112 2.2",

    // What is read.
    Link FORBIDDEN "symbolic links are not followed",
    MayNotRead FORBIDDEN "the server may not read this",
    NotRegular FORBIDDEN "not a regular file",
    Shortage SERVICE_UNAVAILABLE "out of descriptors or memory",
    Broken INTERNAL_SERVER_ERROR "the file system failed",
    Unreadable INTERNAL_SERVER_ERROR "the file could not be read",
    Shrunk INTERNAL_SERVER_ERROR "the file became shorter meanwhile",

    // What is written.
    CrossSite FORBIDDEN "a page of another site may not write here",
    OtherHost MISDIRECTED_REQUEST "nothing is written under this host name, see --host",
    HiddenName FORBIDDEN "names that begin with a dot are not written",
    PagesOfErrors FORBIDDEN "the pages of --errors are not written",
    MayNotWrite FORBIDDEN "the server may not write here",
    ReadOnly FORBIDDEN "the file system is read-only",
    SpecialOrLink FORBIDDEN "not a regular file, and symbolic links are not followed",
    NoParent CONFLICT "no such folder: PUT makes none",
    IsFolder CONFLICT "this is a folder, or would be one with its slash",
    Changed CONFLICT "something else is there, or it is in use",
    FolderMoved CONFLICT "its folder has gone or was moved meanwhile",
    Locked SERVICE_UNAVAILABLE "another process has locked the folder, flock(2)",
    LongName URI_TOO_LONG "a file cannot have so long a name",
    NoName BAD_REQUEST "not a name of this file system",
    LargeFile CONTENT_TOO_LARGE "a file cannot be so large",
    NoSpace INSUFFICIENT_STORAGE "no space left",
    NoLength LENGTH_REQUIRED "PUT needs Content-Length or chunks, RFC 9110 15.5.12",
    PartialPut BAD_REQUEST "a part cannot be stored, RFC 9110 14.5",
    CodedBody UNSUPPORTED_MEDIA_TYPE "a coded body cannot be stored, RFC 9110 8.4",
    StoredUnsure INTERNAL_SERVER_ERROR "stored, but the disk failed: it may not last",
    FoldersStay FORBIDDEN "folders are not deleted",
    FolderNotEmpty CONFLICT "this folder is not empty",
    DeletedUnsure INTERNAL_SERVER_ERROR "deleted, but the disk failed: it may come back",

    // A program.
    NoPrograms FORBIDDEN "there were no programs at the start; start the server again",
    NoIndexProgram FORBIDDEN "this folder has no index.cgi",
    NotAProgram FORBIDDEN "not a program that the server may execute",
    ManyVariables REQUEST_HEADER_FIELDS_TOO_LARGE "more variables for the program than 1024 or 32768 bytes",
    NotStarted SERVICE_UNAVAILABLE "the program could not be started",
    ProgramLoop BAD_GATEWAY "programs send each other on, RFC 3875 6.2.2",
    ProgramNoHead BAD_GATEWAY "the program ended without a head, RFC 3875 6.1",
    ProgramSilent GATEWAY_TIMEOUT "the program took too long",
    ProgramFailed BAD_GATEWAY "the program was ended by a signal, or not heard",
    ClientGone BAD_GATEWAY "the client has left",
    ProgramLongHead BAD_GATEWAY "the head of the program is too long",
    ProgramLine BAD_GATEWAY "malformed head of the program, RFC 3875 6.3",
    ProgramRepeated BAD_GATEWAY "the program gave a field twice, RFC 3875 6.3",
    ProgramNothing BAD_GATEWAY "the program gave no Content-Type, Location or Status, RFC 3875 6.2",
    ProgramStatus BAD_GATEWAY "malformed Status of the program, RFC 3875 6.3.3",
    ProgramLength BAD_GATEWAY "malformed Content-Length of the program, RFC 9110 8.6",
    ProgramLocation BAD_GATEWAY "malformed Location of the program, RFC 3875 6.3.2",
    // Its own, whose status it says itself.
    OfProgram BAD_GATEWAY "the answer of the program",

    #[cfg(feature = "escape")]
    EscapeDone OK "done",
    #[cfg(feature = "escape")]
    EscapeEacces FORBIDDEN "EACCES",
    #[cfg(feature = "escape")]
    EscapeEperm FORBIDDEN "EPERM",
    #[cfg(feature = "escape")]
    EscapeError INTERNAL_SERVER_ERROR "another error",
    #[cfg(feature = "escape")]
    EscapeUnknown NOT_FOUND "no such attempt",
}

impl Refusal {
    pub fn status(self) -> Status {
        self.told().0
    }

    pub fn reason(self) -> &'static [u8] {
        self.told().1
    }

    /// The status and the reason.
    #[inline(never)]
    pub fn told(self) -> (Status, &'static [u8]) {
        let (mut rest, mut before) = (TABLE, self as u8);
        while let [high, low, len, behind @ ..] = rest {
            let (reason, next) = behind.split_at_checked(usize::from(*len)).unwrap_or_default();
            if before == 0 {
                return (Status::of(u16::from_be_bytes([*high, *low])), reason);
            }
            (rest, before) = (next, before - 1);
        }
        (Status::INTERNAL_SERVER_ERROR, b"")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_has_its_status_and_a_reason_of_its_own() {
        let mut seen = std::collections::HashSet::new();
        for refusal in Refusal::ALL {
            let (status, reason) = (refusal.status(), refusal.reason());
            assert!(!status.line().is_empty(), "{refusal:?}");
            assert!(
                !reason.is_empty() && reason.iter().all(|byte| (b' '..=b'~').contains(byte)),
                "{refusal:?}"
            );
            assert!(seen.insert(reason), "{refusal:?}");
        }
        assert_eq!(Refusal::NoSuchFile.status(), Status::NOT_FOUND);
        assert_eq!(Refusal::LongPath.reason(), b"path too long");
        assert_eq!(Refusal::OfProgram.reason(), b"the answer of the program");
    }
}
