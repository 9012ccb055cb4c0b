//! The program as the first process: a kernel and one file serve a web site.

use std::path::{Path, PathBuf};
use std::time::Duration;

use svcd_tests::http_client::HttpClient;
use svcd_tests::output::Output;
use svcd_tests::program::dist;
use svcd_tests::until;

use crate::archive::Archive;
use crate::machine::{Clock, Machine, PORT};
use crate::{fetched, source};

/// A page as it is sent, which also stands for a site.
const PAGE: &[u8] = b"<!doctype html><title>alone</title>\n";

const ORPHANS: usize = 5;

const HEAD: &str = "printf 'Content-Type: text/plain\\n\\n'\n";

/// Leaves a process that is in no group of the server's and says when it ends,
/// and kills the process of its connection, which would have ended that too.
const ORPHAN: &str = "setsid sh -c ': >/tmp/'$$'; sleep 1; echo an orphan ends >/dev/console' \
    </dev/null >/dev/null 2>&1 &\nuntil test -e /tmp/$$; do :; done\nkill -9 $PPID\n";

/// A line for each process: its id, state, parent and name.
const PROCESSES: &str =
    "cat /proc/[0-9]*/stat | sed 's/^\\([0-9]*\\) (\\(.*\\)) \\(.\\) \\([0-9]*\\) .*/\\1 \\3 \\4 \\2/'\n";

/// The program as /init itself, with words of the kernel's command line.
#[test]
fn it_is_all_that_a_kernel_starts() {
    let Some(fetched) = fetched("the program as /init") else { return };
    let mut files = Archive::default();
    files.copy("init", &program()).folder("www").file("www/index.html", PAGE);
    let mut machine = Machine::boot(&fetched, "init", &mut files, &Clock::Outside, "-- --bind 0.0.0.0 /www");
    // No network card can be had without another program: there is nobody to ask it.
    until_listening(&machine.console());
}

/// Nothing but the program and the site is left when it starts.
#[test]
fn it_serves_a_site_alone() {
    let Some(fetched) = fetched("the program alone") else { return };
    let words = "/bin/busybox rm -rf /start /init /bin\nexec /svcd --bind 0.0.0.0 --write-unprotected /www";
    let (machine, console) = start(&fetched, "alone", words, &[]);
    let client = HttpClient::new(machine.address);

    let page = client.get("/").expect("a page");
    assert_eq!((page.status, page.content_type.as_str()), (200, "text/html; charset=utf-8"));
    assert_eq!(page.body, PAGE);
    assert_eq!(client.get("/missing").expect("an answer").status, 404);
    // Each connection is a process, and the first process waits for each.
    for _ in 0..20 {
        assert_eq!(HttpClient::new(machine.address).get("/").expect("a page").body, PAGE);
    }
    console.wait_for("lines of the log", |bytes, _| {
        (String::from_utf8_lossy(bytes).matches("\"GET / HTTP/1.1\" 200 ").count() == 21).then_some(())
    });
}

/// It inherits what has lost its parent, and ends when it is told to, which no
/// first process does that leaves signals as they are.
#[test]
fn it_reaps_orphans_and_ends_in_order() {
    let Some(fetched) = fetched("the program as the first process") else { return };
    let words = "/bin/busybox mkdir -p /proc /tmp /usr/bin\n/bin/busybox mount -t proc none /proc\n/bin/busybox mount -t devtmpfs none /dev\n\
        /bin/busybox --install -s /usr/bin\n/bin/busybox ln -s busybox /bin/sh\n\
        export PATH=/usr/bin\nexec /svcd --bind 0.0.0.0 /www";
    let scripts = [
        ("orphan", ORPHAN.to_owned()),
        ("processes", format!("{HEAD}{PROCESSES}")),
        ("end", format!("{HEAD}kill -TERM 1\necho asked\n")),
    ];
    let (machine, console) = start(&fetched, "first", words, &scripts);
    let client = HttpClient::new(machine.address);
    let first = page(&client, "processes");
    assert!(first.lines().any(|line| line.starts_with("1 S 0 svcd")), "the first process: {first}");
    drop(client);
    for _ in 0..ORPHANS {
        // Its process is killed, so there is no answer.
        let answer = HttpClient::new(machine.address).get("/cgi-bin/orphan");
        assert!(answer.is_err(), "{:?}", answer.map(|answer| String::from_utf8(answer.body)));
    }
    // They end while no connection is there, whose end could remind it of them.
    console.wait_for("the end of the orphans", |bytes, _| {
        (String::from_utf8_lossy(bytes).matches("an orphan ends").count() == ORPHANS).then_some(())
    });
    std::thread::sleep(Duration::from_secs(1));
    let client = HttpClient::new(machine.address);
    let ask = |name: &str| page(&client, name);
    let mut last = String::new();
    let alone = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        until("the end of all orphans", || {
            last = ask("processes");
            let orphans = last.lines().any(|line| line.contains(" Z ") || line.ends_with(" sleep"));
            (!orphans).then_some(())
        });
    }));
    assert!(alone.is_ok(), "processes that nobody has waited for:\n{last}");

    assert_eq!(ask("end"), "asked\n");
    // A kernel without its first process cannot go on, and says with which code it ended.
    let said = console.wait_for("the end of the machine", |bytes, ended| {
        ended.then(|| String::from_utf8_lossy(bytes).into_owned())
    });
    let code = said.split_once("Attempted to kill init! exitcode=").map(|said| said.1.get(..10));
    assert_eq!(code, Some(Some("0x00000000")), "the console: {said}");
}

/// What a program says.
fn page(client: &HttpClient, name: &str) -> String {
    let answer = client.get(&format!("/cgi-bin/{name}")).unwrap_or_else(|why| panic!("{name}: {why}"));
    assert_eq!(answer.status, 200, "{name}: {}", String::from_utf8_lossy(&answer.body));
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// A machine whose first process becomes the program by the last of `words`.
fn start(fetched: &Path, name: &str, words: &str, scripts: &[(&str, String)]) -> (Machine, Output) {
    let mut files = Archive::default();
    files.copy("init", &source("tests/boot/first_process.sh")).copy("svcd", &program());
    files.folder("bin").copy("bin/busybox", &fetched.join("system/bin/busybox"));
    files.tree("start", &fetched.join("modules")).file("start/words", words.as_bytes());
    files.folder("www").file("www/index.html", PAGE).folder("www/cgi-bin");
    for (name, text) in scripts {
        files.program(&format!("www/cgi-bin/{name}"), format!("#!/bin/sh\n{text}").as_bytes());
    }
    let mut machine = Machine::boot(fetched, name, &mut files, &Clock::Outside, "");
    let console = machine.console();
    until_listening(&console);
    (machine, console)
}

fn until_listening(console: &Output) {
    let line = format!("svcd: listening on http://0.0.0.0:{PORT}/");
    console.wait_for(&line, |bytes, _| String::from_utf8_lossy(bytes).contains(&line).then_some(()));
}

fn program() -> PathBuf {
    dist().join("svcd-linux-aarch64")
}
