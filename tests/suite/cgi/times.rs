//! `--cgi-timeout` is the longest silence of a program, `--cgi-limit` its whole time.
//!
//! That nothing comes too early is measured. That it does not come too late is
//! counted by the programs themselves, since a clock goes on while a machine with
//! too much to do stands still.

use std::fs;
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::scripts::{Gate, TICK, ids_of, server, ticks, ticks_in, until_gone};
use svcd_tests::server::request;
use svcd_tests::{Server, each, until};

const TEXT: &str = "printf 'Content-Type: text/plain\\n\\nabc'\n";
/// Waits for ever, with children that do.
const WAIT: &str = "sleep 600 &\necho $$ $! $tick >ids\nwait\nsleep 600\n";
/// The same, and does not end when it is asked to.
const STUBBORN: &str = "sleep 600 &\necho $$ $! $tick >ids\nwhile :; do wait; done\n";
const IGNORE: &str = "trap '' TERM HUP INT\n";

fn forget(server: &Server) {
    for name in ["ids", "ticks"] {
        let _ = fs::remove_file(server.tree.path(format!("cgi-bin/{name}")));
    }
}

/// `Ok` if its end was not before `expected` seconds, and if it comes, for all of its
/// processes, not long after that.
fn ends_in_time(server: &Server, since: Instant, expected: f32) -> Result<(), String> {
    let seconds = since.elapsed().as_secs_f32();
    until_gone(&ids_of(&server.tree.path("cgi-bin/ids")));
    let counted = ticks(&server.tree);
    if seconds < expected * 0.9 {
        return Err(format!("after {seconds} s instead of {expected}"));
    }
    if counted > ticks_in(expected) {
        return Err(format!("it ran for {counted} tenths of {expected} seconds"));
    }
    Ok(())
}

/// 504 after so many seconds, and nothing that still runs.
fn is_late(server: &Server, target: &str, expected: f32) -> Result<(), String> {
    forget(server);
    let start = Instant::now();
    let request = request("GET", target.as_bytes());
    let mut connection = server.connect();
    let answer = connection.exchange(&request)?;
    answer.is(504)?;
    ends_in_time(server, start, expected)?;
    if answer.reason != "Gateway Timeout" || !answer.text().contains("504") {
        return Err(answer.text());
    }
    if answer.is_kept() { connection.is_open() } else { connection.at_end() }
}

/// An answer that breaks off after so many seconds.
fn breaks_off(server: &Server, target: &str, expected: f32) -> Result<(), String> {
    forget(server);
    let start = Instant::now();
    match server.get(target) {
        Ok(answer) => return Err(format!("a whole answer: {:?}", answer.text())),
        Err(why) if why.contains("closed after") || why.contains("reset") => {}
        Err(why) => return Err(why),
    }
    ends_in_time(server, start, expected)
}

#[test]
fn silence() {
    let wait = format!("{TICK}{WAIT}");
    let behind = format!("{TEXT}{wait}");
    let long = behind.replace("plain\\n", "plain\\nContent-Length: 9\\n");
    let inside = format!("printf 'Content-Type: te'\n{wait}");
    let stubborn = format!("{IGNORE}{TICK}{STUBBORN}");
    let scripts = [
        ("wait", &*wait),
        ("inside", &inside),
        ("stubborn", &stubborn),
        ("behind", &behind),
        ("long", &long),
    ];
    let server = server(&scripts, &["--cgi-timeout", "1"]);
    each(["wait", "inside", "stubborn"].map(|name| (name, name)), |name| {
        is_late(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    each(["behind", "long"].map(|name| (name, name)), |name| {
        breaks_off(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    let ended = server.stop();
    assert_eq!(ended.stdout.lines().filter(|line| line.contains(" 504 ")).count(), 3, "{}", ended.stdout);
}

#[test]
fn whoever_says_something_in_time_may_go_on() {
    // Ten pauses of half a second are longer than the timeout, and each alone is
    // much shorter, as long as the machine does not stop for seconds.
    const PIECES: usize = 12;
    const PAUSE: Duration = Duration::from_millis(500);
    let text = "printf 'Content-Type: text/plain\\n\\n'\n\
        for n in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 0.5; echo $n; done\n";
    let reader = "sleep 0.5\nprintf 'Content-Type: text/plain\\n\\n'\nwc -c\n";
    let server = server(&[("slow", text), ("reader", reader)], &["--cgi-timeout", "5"]);
    thread::scope(|scope| {
        scope.spawn(|| {
            let answer = server.get("/cgi-bin/slow").expect("an answer");
            assert_eq!(answer.text().lines().count(), PIECES, "{}", answer.text());
        });
        scope.spawn(|| {
            // The silence is the client's as long as the program waits for its body.
            let mut connection = server.connect();
            let head = format!(
                "POST /cgi-bin/reader HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n",
                PIECES * 1000
            );
            connection.send(head.as_bytes());
            for _ in 0..PIECES {
                thread::sleep(PAUSE);
                connection.send(&[b'x'; 1000]);
            }
            let answer = connection.next_answer(head.as_bytes()).expect("an answer");
            assert_eq!(answer.text().trim(), (PIECES * 1000).to_string());
        });
    });
}

#[test]
fn a_limit_for_all_of_it() {
    let talk = |to: &str| format!("{TICK}echo $$ $tick >ids\nwhile :; do echo again{to}; sleep 0.3; done\n");
    let chatty = format!("{TEXT}{}", talk(""));
    let mute = talk(" >&2");
    let stubborn = format!("{IGNORE}{TICK}{STUBBORN}");
    let behind = format!("{TEXT}{stubborn}");
    let scripts = [("chatty", &*chatty), ("mute", &mute), ("stubborn", &stubborn), ("behind", &behind)];
    let server = server(&scripts, &["--cgi-limit", "1"]);
    each(["mute", "stubborn"].map(|name| (name, name)), |name| {
        is_late(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    each(["chatty", "behind"].map(|name| (name, name)), |name| {
        breaks_off(&server, &format!("/cgi-bin/{name}"), 1.0)
    });
    server.assert_serving();
}

#[test]
fn a_program_that_ignores_its_end_has_a_second_left() {
    // Its child is not told: it ignores that too.
    let text = "(trap '' TERM; exec sleep 600 >&- 2>&-) &\necho $$ $! >ids\n\
        trap 'echo asked >>ticks' TERM\nwhile :; do echo >>ticks; sleep 0.1; done\n";
    let late = |option: &str, head: &str| {
        let server = server(&[("stubborn", &format!("{head}{text}"))], &[option, "1"]);
        let start = Instant::now();
        let mut connection = server.connect();
        connection.send(&request("GET", b"/cgi-bin/stubborn"));
        until_gone(&ids_of(&server.tree.path("cgi-bin/ids")));
        let seconds = start.elapsed().as_secs_f32();
        let ticks = fs::read_to_string(server.tree.path("cgi-bin/ticks")).expect("its ticks");
        let parts: Vec<usize> = ticks.split("asked\n").map(|part| part.lines().count()).collect();
        let [before, behind] = parts[..] else { panic!("{option}: it was asked {} times", parts.len() - 1) };
        assert!(before <= ticks_in(1.0), "{option}: asked after {before} tenths of a second");
        assert!(behind <= ticks_in(1.0), "{option}: gone {behind} tenths of a second after that");
        // A second of time, and one more to end by itself.
        assert!(seconds >= 1.8, "{option}: gone after {seconds} s");
    };
    thread::scope(|scope| {
        for option in ["--cgi-timeout", "--cgi-limit"] {
            scope.spawn(move || late(option, ""));
            scope.spawn(move || late(option, TEXT));
        }
    });
}

#[test]
fn who_ends_when_asked_can_tidy_up() {
    let text = "trap 'echo tidy >tidied; exit 0' TERM\necho $$ >ids\nwhile :; do read x <gate; done\n";
    let server = server(&[("polite", text)], &["--cgi-timeout", "1"]);
    let _gate = Gate::new(&server.tree, "cgi-bin/gate");
    // Its second is soon over where the machine stands still meanwhile.
    until("a tidy end", || {
        forget(&server);
        assert_eq!(server.get("/cgi-bin/polite").map(|answer| answer.status), Ok(504));
        until_gone(&ids_of(&server.tree.path("cgi-bin/ids")));
        server.tree.path("cgi-bin/tidied").exists().then_some(())
    });
}
