//! What is measured. A server is a row: words that start it, and a file of
//! configuration beside this one if it needs any.
//!
//! They serve the same folder as the same user, write no log of requests, take 256
//! connections at least, and may use every processor. What is not said stays as the
//! server comes.

use crate::cases::{FILES, PROGRAMS};
use crate::spawn;

/// In the arguments and in the configuration stand for something:
///
/// - `{port}`: a free port of 127.0.0.1.
/// - `{site}`: the folder that is served.
/// - `{folder}`: a folder for whatever the server writes.
/// - `{configuration}`: the name of its file of configuration.
/// - `{prefix}`: where its package was unpacked; empty if it is installed.
/// - `{processors}`: how many there are; `{workers}`: 0 if there is only one.
pub struct Server {
    /// As it is called in tables.
    pub name: &'static str,
    /// Its executable.
    pub program: &'static str,
    /// The package of Debian and Ubuntu, which `linker/setup.sh bench` looks for.
    pub package: &'static str,
    /// Arguments that make it say its version.
    pub version: &'static [&'static str],
    pub arguments: &'static [&'static str],
    pub configuration: &'static str,
    /// Words of the cases that it has an answer for.
    pub cases: &'static [&'static [&'static str]],
    /// Ways in which it can be asked; others are found out.
    pub kept: &'static [bool],
    /// It gets the listening socket as its standard input.
    pub inherits: bool,
}

pub const SVCD: Server = Server {
    name: "svcd",
    program: "svcd",
    package: "",
    version: &["--version"],
    // Its default is 256, and there are more for a moment when each has one request.
    arguments: &["-q", "--max-conns", "2048", "-b", "127.0.0.1:{port}", "{site}"],
    configuration: "",
    cases: &[FILES, PROGRAMS],
    kept: &[true, false],
    inherits: false,
};

pub const SPARE: &str = "svcd --spare 8";
pub const REUSE: &str = "svcd --spare 8 --reuse 100";

/// With processes that wait: what is asked for over kept connections is the same.
const WAITING: Server = Server { cases: &[&["1k", "100k"], PROGRAMS], kept: &[false], ..SVCD };

/// Those that are svcd too: nobody compares them with each other.
pub fn is_own(name: &str) -> bool {
    name.starts_with(SVCD.name)
}

/// floor.rs.
const FLOOR: Server = Server { program: "floor", version: &[], cases: &[&["1k"]], inherits: true, ..SVCD };

/// Another build of the same server, if `BEFORE` names one: what did a change bring?
pub const BEFORE: &str = "svcd before";

pub const NGINX: &str = "nginx";

const KEPT: &str = "bare loop, kept";
const ONCE: &str = "bare loop, closed";

/// What no server can be better than.
pub const FLOORS: &[&str] = &[KEPT, ONCE, spawn::NAME];

/// The one that others are compared with comes first.
pub const ALL: &[Server] = &[
    SVCD,
    Server {
        name: SPARE,
        arguments: &["-q", "--spare", "8", "--max-conns", "2048", "-b", "127.0.0.1:{port}", "{site}"],
        ..WAITING
    },
    Server {
        name: REUSE,
        arguments: &[
            "-q",
            "--spare",
            "8",
            "--reuse",
            "100",
            "--max-conns",
            "2048",
            "-b",
            "127.0.0.1:{port}",
            "{site}",
        ],
        ..WAITING
    },
    Server { name: BEFORE, program: "svcd-before", ..SVCD },
    Server {
        name: NGINX,
        program: "nginx",
        package: "nginx-light",
        version: &["-v"],
        arguments: &["-e", "{folder}/nginx.log", "-p", "{folder}", "-c", "{configuration}"],
        configuration: include_str!("nginx.conf"),
        cases: &[FILES],
        ..SVCD
    },
    Server {
        name: "lighttpd",
        program: "lighttpd",
        package: "lighttpd",
        version: &["-v"],
        arguments: &["-D", "-m", "{prefix}/usr/lib/lighttpd", "-f", "{configuration}"],
        configuration: include_str!("lighttpd.conf"),
        ..SVCD
    },
    Server {
        name: "busybox httpd",
        program: "busybox",
        package: "busybox-static",
        version: &[],
        arguments: &["httpd", "-f", "-p", "127.0.0.1:{port}", "-h", "{site}"],
        cases: &[&["1k", "100k", "10m", "304"], PROGRAMS],
        ..SVCD
    },
    Server {
        name: "Apache prefork",
        program: "apache2",
        package: "apache2-bin",
        version: &["-v"],
        arguments: &["-D", "FOREGROUND", "-f", "{configuration}"],
        configuration: include_str!("apache.conf"),
        ..SVCD
    },
    Server {
        name: "mini_httpd",
        program: "mini_httpd",
        package: "mini-httpd",
        version: &["-V"],
        arguments: &[
            "-D",
            "-h",
            "127.0.0.1",
            "-p",
            "{port}",
            "-d",
            "{site}",
            "-c",
            "cgi-bin/*",
            "-l",
            "/dev/null",
        ],
        ..SVCD
    },
    Server {
        name: "darkhttpd",
        program: "darkhttpd",
        package: "darkhttpd",
        version: &["--help"],
        // It cannot be told to write no log.
        arguments: &["{site}", "--addr", "127.0.0.1", "--port", "{port}", "--log", "/dev/null"],
        cases: &[FILES],
        ..SVCD
    },
    Server { name: KEPT, arguments: &["kept"], kept: &[true], ..FLOOR },
    Server { name: ONCE, arguments: &["once"], kept: &[false], ..FLOOR },
];
