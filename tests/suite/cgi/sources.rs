//! No request brings the source of a script, however its path is spelled.

use nix::unistd::geteuid;
use svcd_tests::asking::asking;
use svcd_tests::scripts::{SAY, is_no_source, server};
use svcd_tests::writing::HOST_LINE;
use svcd_tests::{Server, Snapshot, each, is_tried, skip};

const SPELLINGS: &[&str] = &[
    "/cgi-bin/x",
    "/cgi-bin/x/",
    "/cgi-bin/x//",
    "/cgi-bin/x/.",
    "/cgi-bin/x/y/..",
    "/cgi-bin/x%20",
    "/cgi-bin/x.",
    "/cgi-bin/x%2e",
    "/cgi-bin/x%2F",
    "/cgi-bin/x?",
    "/cgi-bin/x?a",
    "/cgi-bin/x%00",
    "/cgi-bin/x%00.txt",
    "/cgi-bin/x::$DATA",
    "/cgi-bin/%78",
    "/%63gi-bin/x",
    "/cgi%2Dbin/x",
    "/%63%67%69%2d%62%69%6e/%78",
    "/cgi-bin%2Fx",
    "/cgi-bin%2fx",
    "/cgi-bin\\x",
    "/cgi-bin%5cx",
    "//cgi-bin/x",
    "/cgi-bin//x",
    "//cgi-bin//x",
    "///cgi-bin///x",
    "/./cgi-bin/x",
    "/cgi-bin/./x",
    "/%2e/cgi-bin/x",
    "/cgi-bin/%2e/x",
    "/dir/../cgi-bin/x",
    "/dir/%2e%2e/cgi-bin/x",
    "/dir/%2E./cgi-bin/x",
    "/missing/../cgi-bin/x",
    "/../cgi-bin/x",
    "/%2e%2e/cgi-bin/x",
    "/cgi-bin/../cgi-bin/x",
    "/cgi-bin/x/../x",
    "/cgi-bin/missing/../x",
    "/dir//../cgi-bin/x",
    "/dir/..//cgi-bin/x",
    "/.//cgi-bin/x",
    "/CGI-BIN/x",
    "/Cgi-Bin/x",
    "/cgi-bin/X",
    "/CGI-BIN/plain",
    "/cgi-bin/plain",
    "/cgi-bin/plain/",
    "//cgi-bin//plain",
    "/%63gi-bin/plain",
    "/cgi-bin/plain.gz",
    "/cgi-bin/.hidden",
    "/cgi-bin/.well-known/x",
    "/link/x",
    "/link/plain",
    "/linked",
    "http://svcd.test/cgi-bin/x",
    "http://svcd.test//cgi-bin/x",
    "http://svcd.test/%63gi-bin/plain",
];

fn start() -> Server {
    let tree = svcd_tests::scripts::tree(&[("x", "printf 'Content-Type: text/plain\\n\\nrun\\n'\n")]);
    let source = svcd_tests::scripts::source("");
    for name in [".hidden", "plain", "plain.html", "plain.gz", "x.gz", "x.br", "x.zst", "x.html"] {
        tree.file(format!("cgi-bin/{name}"), source.as_bytes());
    }
    tree.file("cgi-bin/.well-known/x", source.as_bytes());
    tree.link("link", "cgi-bin");
    tree.link("linked", "cgi-bin/x");
    Server::with(tree).arguments(&["--clean-urls", "--write"]).start()
}

#[test]
fn under_no_spelling_and_with_no_method() {
    let server = start();
    let before = Snapshot::of(server.tree.base());
    let fields: &[&[&str]] = &[
        &[],
        &["Range: bytes=0-"],
        &["Range: bytes=5-60"],
        &["Range: bytes=0-9,20-60"],
        &["Accept-Encoding: gzip, br, zstd"],
        &["If-None-Match: \"x\""],
        &["If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"],
    ];
    // Where not all are tried, others with each spelling.
    let rows = SPELLINGS.iter().enumerate().map(|(place, target)| (target, (place, target)));
    each(rows, |(place, target)| {
        for (_, lines) in fields.iter().enumerate().filter(|row| is_tried(place + row.0)) {
            let answer = server.ask(&asking("GET", target, lines))?;
            is_no_source(&answer).map_err(|why| format!("{lines:?}: {why}"))?;
            if answer.status == 206 || answer.status == 304 || answer.field("ETag").is_some() {
                return Err(format!("{lines:?}: {} as of a file", answer.status));
            }
        }
        let methods = ["HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "COPY", "get"];
        // What PUT makes, of a name that is no program's, DELETE removes.
        let is_wanted = |row: &(usize, &&str)| is_tried(place + row.0) || *row.1 == "DELETE";
        for (_, method) in methods.iter().enumerate().filter(is_wanted) {
            let answer = server.ask(&asking(method, target, &[HOST_LINE, "Content-Length: 0"]))?;
            is_no_source(&answer).map_err(|why| format!("{method}: {why}"))?;
        }
        before.is_kept()
    });
}

/// Without its empty segments and decoded, such a path would be short.
#[test]
fn a_path_that_is_too_long_to_look_at_names_no_file() {
    let server = start();
    let before = Snapshot::of(server.tree.base());
    let (slashes, name) = ("/".repeat(5000), "%78".repeat(1400));
    let targets = [
        ("slashes before it", format!("{slashes}cgi-bin/plain")),
        ("slashes within it", format!("/cgi-bin{slashes}plain")),
        ("a name that is taken away again", format!("/{name}/../cgi-bin/plain")),
        ("both", format!("/{name}{slashes}../cgi-bin/plain")),
        ("slashes, of another host", format!("http://svcd.test{slashes}cgi-bin/plain")),
    ];
    each(targets, |target| {
        for method in ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"] {
            let answer = server.ask(&asking(method, &target, &[HOST_LINE, "Content-Length: 0"]))?;
            answer.is(414).map_err(|why| format!("{method}: {why}"))?;
        }
        before.is_kept()
    });
}

/// What a request to an address like that of a program brings, and what one to another.
fn is_closed(server: &Server, folder: &str) -> Result<(), String> {
    let before = Snapshot::of(server.tree.base());
    for method in ["GET", "HEAD", "PUT", "DELETE"] {
        for name in ["", "x", "plain", "new/../plain"] {
            let target = format!("/{folder}/{name}");
            let answer = server.ask(&asking(method, &target, &[HOST_LINE, "Content-Length: 0"]))?;
            is_no_source(&answer).and_then(|()| answer.is(404)).map_err(|why| format!("{method}: {why}"))?;
        }
    }
    before.is_kept()
}

/// As a file system that folds case has it: a folder with two names. Here it is mounted
/// twice, as few systems fold more than ASCII.
#[test]
fn a_folder_of_programs_by_another_name_is_closed() {
    if !cfg!(target_os = "linux") || !geteuid().is_root() {
        return skip("a folder with two names", "only the superuser of Linux can mount one");
    }
    let tree = svcd_tests::scripts::tree(&[("x", "printf 'Content-Type: text/plain\\n\\nrun\\n'\n")]);
    for name in ["cgi-bin/plain", "git/x", "git/plain"] {
        tree.file(name, svcd_tests::scripts::source("").as_bytes());
    }
    for folder in ["cgi-b\u{131}n", "g\u{131}t", "\u{e9}t\u{e9}"] {
        tree.folder(folder);
    }
    let root = tree.root().display().to_string();
    let script = format!(
        "cd '{root}' && mount --bind cgi-bin 'cgi-b\u{131}n' && mount --bind git 'g\u{131}t' && exec \"$@\""
    );
    let start = Server::with(tree).arguments(&["--write", "--alias=/git/=/bin/true"]);
    let server = match start.behind(&["unshare", "--mount", "sh", "-c", &script, "sh"]).try_start() {
        Ok(server) => server,
        Err(why) => return skip("a folder with two names", &why),
    };
    each(["cgi-b%C4%B1n", "g%C4%B1t"].map(|folder| (folder, folder)), |folder| is_closed(&server, folder));
    let put = server.ask(&asking("PUT", "/%C3%A9t%C3%A9/x", &[HOST_LINE, "Content-Length: 0"]));
    assert_eq!(put.map(|answer| answer.status), Ok(201));
    assert_eq!(server.get("/%C3%A9t%C3%A9/x").map(|answer| answer.status), Ok(200));
}

/// The long s and the sign of kelvin are letters of ASCII in another case.
#[test]
fn letters_that_fold_to_those_of_a_folder_of_programs() {
    let tree = svcd_tests::scripts::tree(&[]);
    for name in ["sk/x", "sk/plain"] {
        tree.file(name, svcd_tests::scripts::source("").as_bytes());
    }
    if !tree.path("\u{17f}\u{212a}/plain").exists() {
        return skip("letters beyond ASCII that fold", "this file system takes them for others");
    }
    let server = Server::with(tree).arguments(&["--write", "--cgi=/sk"]).start();
    each(["%C5%BFk", "s%E2%84%AA"].map(|folder| (folder, folder)), |folder| is_closed(&server, folder));
}

#[test]
fn spellings_of_the_same_path_run_it() {
    let server = start();
    let plain = ["/cgi-bin/x", "/./cgi-bin/x", "//cgi-bin//x", "/%63gi-bin/%78", "/dir/../cgi-bin/x"];
    each(plain.map(|target| (target, target)), |target| {
        let answer = server.get(target)?;
        if (answer.status, answer.text().as_str()) == (200, "run\n") { Ok(()) } else { Err(answer.text()) }
    });
}

#[test]
fn the_files_of_a_program_are_its_own() {
    // What a script keeps beside it is not served, and changes nothing of its answer.
    let server = server(&[("say", SAY)], &[]);
    server.tree.file("cgi-bin/data.json", b"private");
    server.tree.file("cgi-bin/404.html", b"private");
    for target in ["/cgi-bin/data.json", "/cgi-bin/said", "/cgi-bin/404.html", "/cgi-bin/missing"] {
        server.tree.file("cgi-bin/said", b"private");
        let answer = server.get(target).expect("an answer");
        assert!([403, 404].contains(&answer.status), "{target}: {}", answer.status);
        assert!(!answer.text().contains("private"), "{target}");
    }
}
