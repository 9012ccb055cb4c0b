//! What docs/trace.md shows is what is printed.

use svcd_tests::document::Part;
use svcd_tests::program::is_rig;
use svcd_tests::server::request;
use svcd_tests::{Program, Server, skip};

const HELP: Part = Part { file: "docs/trace.md", begin: "```help", end: "```" };
const CALLS: [Part; 2] = [
    Part { file: "docs/trace.md", begin: "```linux", end: "```" },
    Part { file: "docs/trace.md", begin: "```darwin", end: "```" },
];

#[test]
fn the_options() {
    let help = Program::chosen().run(&["--help"]).stdout;
    let place = help.find("this program prints its own").expect("its heading");
    HELP.is(&help[place..]).unwrap_or_else(|why| panic!("{why}"));
}

#[test]
fn the_calls_of_a_request() {
    if !is_rig() && Program::chosen().is_emulated() {
        return skip("the calls in docs/trace.md", "an emulator has no openat2(2)");
    }
    let server = Server::start(&["--trace", "--output", "/dev/null", "-q"]);
    let mut connection = server.connect();
    let mut text = String::new();
    // Only the first one may not be there yet when the process looks.
    for target in ["/empty.txt", "/hello.txt", "/.svcd/trace"] {
        let request = request("GET", target.as_bytes());
        connection.send(&request);
        text = connection.next_answer(&request).unwrap_or_else(|why| panic!("{why}")).text();
    }
    let part = CALLS[usize::from(is_rig())];
    let found = part.read().unwrap_or_else(|why| panic!("{why}"));
    if masked(&found) != masked(&text) {
        part.is(&text).unwrap_or_else(|why| panic!("{why}"));
    }
}

/// Without what is another one each time: the process and the time.
fn masked(text: &str) -> String {
    let line = |line: &str| {
        let (_, call) = line.split_once(' ').unwrap_or_default();
        let mut call = call.trim_start().to_owned();
        for (begin, end) in [("tv_sec=", ","), ("sec=", "}"), ("\\nDate: ", "\"")] {
            if let Some(place) = call.find(begin).map(|place| place + begin.len())
                && let Some(length) = call[place..].find(end)
            {
                call.replace_range(place..place + length, "");
            }
        }
        // The time's digits have no fixed number, so the column is not either.
        format!("{}\n", call.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    text.lines().map(line).collect()
}

#[test]
fn times_are_masked_and_nothing_else() {
    let line = |second: u32, part: u32, fd: u32| {
        format!("17 clock_gettime({fd}, {{tv_sec={second}, tv_nsec={part}}}) = 0\n")
    };
    assert_eq!(masked(&line(5, 6, 7)), masked(&line(15, 16, 7)));
    assert_ne!(masked(&line(5, 6, 7)), masked(&line(5, 6, 8)));
}
