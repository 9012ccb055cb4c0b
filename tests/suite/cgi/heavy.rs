//! Ten thousand requests for programs, every tenth of a client that vanishes, and
//! what they leave behind: nothing.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use svcd_tests::process::{children, descriptors, until_children, until_descriptors, visible};
use svcd_tests::remains::{all, differences};
use svcd_tests::scripts::{Gate, tree};
use svcd_tests::server::request;
use svcd_tests::tree::Random;
use svcd_tests::{Connection, Program, Server, scale, until};

const CLIENTS: u64 = 4;

/// Kilobytes that a process may have grown by: a page or two of a table that no
/// request had touched before.
const SLACK: usize = 16;

const HEAD: &str = "printf 'Content-Type: text/plain\\n\\n'\n";

fn start() -> Server {
    let scripts = [
        ("query", format!("{HEAD}printf %s \"$QUERY_STRING\"\n")),
        ("line", format!("read line\n{HEAD}printf %s \"$line\"\n")),
        ("wait", format!("sleep 600 &\n{HEAD}read x <gate\n")),
        ("endless", format!("{HEAD}while :; do printf '%1000s'; done\n")),
        ("reading", "sleep 600 &\ncat >/dev/null\n".to_owned()),
    ];
    let tree = tree(&scripts.each_ref().map(|script| (script.0, script.1.as_str())));
    // Programs without a client have a second left, and others come meanwhile. All of
    // them have what other tests leave them of the processors.
    let arguments = ["--log", "/dev/null", "--max-conns", "1024"];
    Server::with(tree).arguments(&arguments).behind(&["nice"]).start()
}

/// A request whose answer is known.
fn ask(connection: &mut Connection, number: usize) -> Result<(), String> {
    let text = format!("n={number}");
    let request = if number.is_multiple_of(2) {
        request("GET", format!("/cgi-bin/query?{text}").as_bytes())
    } else {
        format!(
            "POST /cgi-bin/line HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{text}\n",
            text.len() + 1
        )
        .into_bytes()
    };
    let answer = connection.exchange(&request)?;
    answer.is(200)?;
    if answer.text() == text { Ok(()) } else { Err(answer.text()) }
}

/// A client that leaves somewhere in the middle.
fn vanish(server: &Server, random: &mut Random) -> Result<(), String> {
    let mut connection = server.connect();
    match random.below(4) {
        0 => connection.send(&request("GET", b"/cgi-bin/wait")),
        1 => {
            connection.send(&request("GET", b"/cgi-bin/wait"));
            connection.read(1)?;
        }
        2 => {
            connection.send(&request("GET", b"/cgi-bin/endless"));
            connection.read(1 + random.below(100_000))?;
        }
        _ => {
            let head = "POST /cgi-bin/reading HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
            connection.send(&[head.as_bytes(), &vec![b'\n'; random.below(50_000)]].concat());
        }
    }
    if random.below(2) == 0 {
        connection.reset();
    }
    Ok(())
}

/// So many requests by several clients at once; one of them has `kept` all the time.
fn crowd(server: &Server, kept: &mut Connection, count: usize) {
    let next = AtomicUsize::new(0);
    let client = |seed: u64, mut kept: Option<&mut Connection>| {
        let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut own = server.connect();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            if random.below(10) == 0 {
                own = server.connect();
            }
            let connection = kept.as_deref_mut().unwrap_or(&mut own);
            let asked = if number % 10 == 9 { vanish(server, &mut random) } else { ask(connection, number) };
            asked.unwrap_or_else(|why| panic!("request {number}: {why}"));
        }
    };
    thread::scope(|scope| {
        scope.spawn(|| client(1, Some(kept)));
        for seed in 2..=CLIENTS {
            scope.spawn(move || client(seed, None));
        }
    });
    // The last ones without a client have a second: no need to ask for them meanwhile.
    thread::sleep(Duration::from_secs(1));
}

/// Kilobytes of a process in memory, when that does not change any more.
fn resident(id: u32) -> usize {
    let name = format!("/proc/{id}/smaps_rollup");
    let now = || {
        let text = fs::read_to_string(&name).unwrap_or_else(|error| panic!("{name}: {error}"));
        let value = text.lines().find_map(|line| line.strip_prefix("Rss:")?.split_whitespace().next());
        value.and_then(|value| value.parse().ok()).unwrap_or_else(|| panic!("{name} without Rss"))
    };
    until("a process at rest", || {
        let before = now();
        thread::sleep(Duration::from_millis(50));
        (now() == before).then_some(before)
    })
}

/// The processes whose working directory is there, as that of each program is.
fn within(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
    let is_there = |path: &Path| fs::read_link(path.join("cwd")).is_ok_and(|cwd| cwd.starts_with(folder));
    let found = entries.filter(|path| is_there(path));
    let name = |path: &Path| fs::read_to_string(path.join("cmdline")).unwrap_or_default().replace('\0', " ");
    found.map(|path| format!("{}: {}", path.display(), name(&path))).collect()
}

#[test]
fn ten_thousand_requests_leave_nothing_behind() {
    if !visible("what many requests for programs leave behind") {
        return;
    }
    let is_emulated = Program::chosen().is_emulated();
    let count = scale(if is_emulated { 2000 } else { 10_000 });
    let server = start();
    let _gate = Gate::new(&server.tree, "cgi-bin/gate");
    let before = all(&server.tree.root());
    let mut kept = server.connect();
    // Every way is gone once before anything is measured.
    crowd(&server, &mut kept, count.min(200));
    let of_kept = until_children(server.id(), 1)[0].id;
    let (own, its) = (descriptors(server.id()), descriptors(of_kept));
    let (rss, its_rss) = (resident(server.id()), resident(of_kept));

    crowd(&server, &mut kept, count);
    assert_eq!(until_children(server.id(), 1)[0].id, of_kept);
    until_descriptors(of_kept, &its);
    assert_eq!(children(of_kept), [], "children of the process of a connection");
    if !is_emulated {
        for (id, rss) in [(server.id(), rss), (of_kept, its_rss)] {
            let now = resident(id);
            assert!(now <= rss + SLACK, "process {id} has grown from {rss} to {now} kB");
        }
    }
    drop(kept);
    until_children(server.id(), 0);
    until_descriptors(server.id(), &own);
    assert_eq!(within(server.tree.base()), Vec::<String>::new(), "processes of programs");
    assert_eq!(differences(&before, &all(&server.tree.root())), Vec::<String>::new());
    server.assert_serving();
    assert_eq!(server.errors().so_far().lines().count(), 1, "{}", server.errors().so_far());
}
