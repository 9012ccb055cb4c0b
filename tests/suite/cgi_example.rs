//! Programs that are shown to the reader: examples/cgi.rs below /cgi-bin/, as small as
//! one can be, on the system that the server runs on; and the first one of the
//! README.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

use svcd_tests::asking::status;
use svcd_tests::chunked;
use svcd_tests::server::request;
use svcd_tests::{Program, Response, Server, Tree, each, program, skip};

/// Starts a server with the example as /cgi-bin/cgi.elf, for the same machine as
/// the server itself.
fn start() -> Option<Server> {
    let what = "a program of examples/";
    let svcd = env::var("SVCD").unwrap_or_default();
    let own = format!("svcd-{}-{}", env::consts::OS.replace("macos", "darwin"), env::consts::ARCH);
    let machine = svcd.rsplit_once("svcd-").unwrap_or(("", &own[5..])).1.trim_end_matches('\'').trim();
    let example = program::dist().join(format!("examples/cgi-{machine}"));
    let Ok(bytes) = fs::read(&example) else {
        skip(what, &format!("{} is missing: run `make examples`", example.display()));
        return None;
    };
    let tree = Tree::empty();
    tree.file("cgi-bin/cgi.elf", &bytes);
    tree.permit("cgi-bin/cgi.elf", 0o755);
    let start = Server::with(tree);
    // The rig runs programs of its own kind again. What qemu runs asks the host
    // for it, which cannot, so it is told to start another qemu.
    if !Program::chosen().is_emulated() || machine.starts_with("darwin") {
        return Some(start.start());
    }
    let emulator = svcd.split_whitespace().next().unwrap_or_default();
    if !emulator.starts_with('/') {
        skip(what, &format!("{emulator} is no whole path, and so nothing for --cgi-run"));
        return None;
    }
    Some(start.arguments(&["--cgi-run", &format!("elf={emulator}")]).start())
}

/// What it says of a variable, or of its standard input.
fn said(answer: &Response, name: &str) -> Result<String, String> {
    let page = answer.text();
    let line = page.lines().find_map(|line| line.strip_prefix(&format!("<dt>{name}<dd>")).map(str::to_owned));
    line.ok_or(format!("nothing about {name} in {page:?}"))
}

#[test]
fn it_says_what_was_asked_and_counts_what_was_sent() {
    let Some(server) = start() else { return };
    let post = |length: usize| {
        let head = format!("POST /cgi-bin/cgi.elf HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; length]].concat()
    };
    let in_chunks = |length: usize| {
        let head = "PUT /cgi-bin/cgi.elf HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        [head.as_bytes().to_vec(), chunked::encode(&vec![b'x'; length], 9000)].concat()
    };
    let many = format!("/cgi-bin/cgi.elf?{}", "&".repeat(8000));
    let rows: &[(&str, Vec<u8>, [&str; 4])] = &[
        ("nothing", request("GET", b"/cgi-bin/cgi.elf"), ["GET", "", "", "0"]),
        (
            "bytes that mean something in HTML",
            request("GET", b"/cgi-bin/cgi.elf/%3Cb%3E/%22?a=1&b='"),
            ["GET", "/&lt;b&gt;/&quot;", "a=1&amp;b=&#39;", "0"],
        ),
        ("the longest query", request("GET", many.as_bytes()), ["GET", "", &"&amp;".repeat(8000), "0"]),
        ("a short body", post(3), ["POST", "", "", "3"]),
        ("a long body", post(300_000), ["POST", "", "", "300000"]),
        ("chunks", in_chunks(20_000), ["PUT", "", "", "20000"]),
        ("an unknown method", request("ANY", b"/cgi-bin/cgi.elf/x"), ["ANY", "/x", "", "0"]),
    ];
    each(rows.iter().map(|row| (row.0, row)), |(_, request, expected)| {
        let answer = server.ask(request)?;
        status(&answer, &[200])?;
        answer.has("Content-Type", "text/html; charset=utf-8")?;
        let names = ["REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "bytes on standard input"];
        for (name, expected) in names.iter().zip(expected) {
            let said = said(&answer, name)?;
            if said != *expected {
                return Err(format!("{name}: {said:?} instead of {expected:?}"));
            }
        }
        Ok(())
    });
    let answer = server.head("/cgi-bin/cgi.elf").expect("an answer");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
}

/// The lines that make the first program, as they can be pasted.
#[test]
fn the_first_program_of_the_readme_works() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let text =
        |name: &str| fs::read_to_string(workspace.join(name)).unwrap_or_else(|why| panic!("{name}: {why}"));
    let (readme, manual) = (text("README.md"), text("docs/cgi.md"));
    let start = readme.find("mkdir -p site/cgi-bin\n").expect("the lines");
    let lines = readme[start..].split("```").next().expect("their end");
    assert!(manual.contains(lines), "docs/cgi.md has others than the README");
    let on_page = lines.replace('&', "&amp;").replace('>', "&gt;");
    assert!(text("www/run/index.html").contains(on_page.trim_end()), "the site has others than the README");
    let (making, asking) = lines.split_once("svcd -p 8000 site &\n").expect("a server");
    let path = asking.trim_end().strip_prefix("sleep 1; curl http://127.0.0.1:8000").expect("a question");

    let tree = Tree::empty();
    let made = Command::new("sh").args(["-ec", making]).current_dir(tree.base()).status().expect("a shell");
    assert!(made.success(), "{making}");
    let site = tree.base().join("site");
    let server = Server::with(tree).root(Some(&site)).start();
    let answer = server.get(path).expect("an answer");
    assert_eq!((answer.status, answer.need("Content-Type")), (200, Ok("text/plain")));
    let year = answer.text().trim_end().rsplit(' ').any(|word| word.len() == 4 && word.starts_with("20"));
    assert!(year, "no date: {:?}", answer.text());
}
