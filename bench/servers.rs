//! What is measured. A server is a row: words that start it, and a file of
//! configuration beside this one if it needs any.
//!
//! They serve the same folder as the same user, write no log of requests, and may
//! use every processor. What is not said stays as the server comes.

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
}

const SVCD: Server = Server {
    name: "svcd",
    program: "svcd",
    package: "",
    version: &["--version"],
    arguments: &["-q", "-b", "127.0.0.1:{port}", "{site}"],
    configuration: "",
};

/// Another build of the same server, if `BEFORE` names one: what did a change bring?
pub const BEFORE: &str = "svcd before";

/// The one that others are compared with comes first.
pub const ALL: &[Server] = &[
    SVCD,
    Server { name: BEFORE, program: "svcd-before", ..SVCD },
    Server {
        name: "lighttpd",
        program: "lighttpd",
        package: "lighttpd",
        version: &["-v"],
        arguments: &["-D", "-m", "{prefix}/usr/lib/lighttpd", "-f", "{configuration}"],
        configuration: include_str!("lighttpd.conf"),
    },
    Server {
        name: "busybox httpd",
        program: "busybox",
        package: "busybox-static",
        version: &[],
        arguments: &["httpd", "-f", "-p", "127.0.0.1:{port}", "-h", "{site}"],
        configuration: "",
    },
    Server {
        name: "Apache prefork",
        program: "apache2",
        package: "apache2-bin",
        version: &["-v"],
        arguments: &["-D", "FOREGROUND", "-f", "{configuration}"],
        configuration: include_str!("apache.conf"),
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
        configuration: "",
    },
];
