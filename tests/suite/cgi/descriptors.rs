//! What a program is started with beside its variables: folder, descriptors,
//! signals, process group and limits.

use std::collections::BTreeSet;

use svcd_tests::scripts::{script, server, tree};
use svcd_tests::server::request;
use svcd_tests::{Program, Response, Server, each, skip};

const HEAD: &str = "printf 'Content-Type: text/plain\\n\\n'\n";

fn text(answer: Result<Response, String>) -> String {
    let answer = answer.expect("an answer");
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.text()
}

#[test]
fn its_folder_is_the_working_directory() {
    let pwd = format!("{HEAD}pwd -P\ncat beside\n");
    let server = server(&[("pwd", &pwd), ("a/b/pwd", &pwd)], &[]);
    for folder in ["cgi-bin", "cgi-bin/a/b"] {
        server.tree.file(format!("{folder}/beside"), folder.as_bytes());
        let found = text(server.get(format!("/{folder}/pwd/more?x")));
        assert_eq!(found, format!("{}\n{folder}", server.tree.path(folder).display()));
    }
}

#[test]
fn it_has_three_descriptors() {
    let server = server(&[("fds", &format!("{HEAD}ls /dev/fd/\n"))], &[]);
    let other = server.connect();
    let mut connection = server.connect();
    for bytes in [request("GET", b"/cgi-bin/fds"), request("POST", b"/cgi-bin/fds")] {
        let answer = connection.exchange(&bytes).expect("an answer").text();
        let found: BTreeSet<u32> = answer.lines().map(|line| line.parse().expect("a number")).collect();
        // The fourth is the folder that `ls` reads.
        assert_eq!(found, [0, 1, 2, 3].into());
    }
    drop(other);
}

#[test]
fn without_a_body_the_input_is_at_its_end() {
    let server = server(&[("wc", &format!("{HEAD}wc -c\n"))], &[]);
    for bytes in [
        request("GET", b"/cgi-bin/wc"),
        request("POST", b"/cgi-bin/wc"),
        b"POST /cgi-bin/wc HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n".to_vec(),
        b"POST /cgi-bin/wc HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_vec(),
        b"GET /cgi-bin/wc HTTP/1.0\r\n\r\n".to_vec(),
    ] {
        assert_eq!(text(server.ask(&bytes)).trim(), "0", "{}", bytes.escape_ascii());
    }
    // The next request of the connection is not its input.
    let mut connection = server.connect();
    let bytes = request("GET", b"/cgi-bin/wc");
    connection.send(&[bytes.clone(), bytes.clone()].concat());
    for _ in 0..2 {
        assert_eq!(text(connection.next_answer(&bytes)).trim(), "0");
    }
}

#[test]
fn signals_are_as_for_a_new_process() {
    let kill = "for name in PIPE TERM INT HUP ALRM USR1 USR2; do\n\
        sh -c 'kill -s '$name' $$; exit 0' 2>/dev/null\n\
        test $? -gt 128 || printf '%s ' $name\ndone\n\
        sh -c 'exit 7'; echo $?\n";
    let masks = "test -r /proc/self/status && grep -E '^Sig(Blk|Ign)' /proc/self/status || :\n";
    let server = server(&[("kill", &format!("{HEAD}{kill}")), ("masks", &format!("{HEAD}{masks}"))], &[]);
    assert_eq!(text(server.get("/cgi-bin/kill")), "7\n", "what has not killed is told first");
    for line in text(server.get("/cgi-bin/masks")).lines() {
        let (name, mask) = line.split_once(':').expect("a mask");
        // Bits 31 and 32 belong to the C library of an emulator.
        let mask = u64::from_str_radix(mask.trim(), 16).expect("hex") & !(3 << 31);
        assert_eq!(mask, 0, "{name}");
    }
}

#[test]
fn it_leads_a_process_group() {
    let group = format!("{HEAD}ps -o pgid= -p $$ | tr -d ' '\necho $$\n");
    let server = server(&[("group", &group)], &[]);
    let mut seen = BTreeSet::new();
    for _ in 0..2 {
        let found = text(server.get("/cgi-bin/group"));
        let lines: Vec<&str> = found.lines().collect();
        match lines[..] {
            [group, own] => assert_eq!(group, own),
            _ => return skip("the process group of a program", "no ps here"),
        }
        seen.insert(found);
    }
    assert_eq!(seen.len(), 2, "each has its own");
}

#[test]
fn nobody_waits_for_it_in_vain() {
    // However many have run, none is left as a zombie.
    let server = server(&[("true", HEAD)], &[]);
    let mut connection = server.connect();
    for _ in 0..svcd_tests::scale(30) {
        let answer = connection.exchange(&request("GET", b"/cgi-bin/true")).expect("an answer");
        assert_eq!(answer.status, 200);
    }
    drop(connection);
    if svcd_tests::process::visible("zombies of programs") {
        svcd_tests::process::until_children(server.id(), 0);
    }
}

/// `--cgi-cpu` and its like, as the kernel shows them.
fn limits(arguments: &[&str]) -> Option<Vec<(String, String)>> {
    let server = server(&[("limits", &format!("{HEAD}cat /proc/self/limits\n"))], arguments);
    let text = text(server.get("/cgi-bin/limits"));
    let lines = text.lines().map(|line| {
        let (name, rest) = line.split_at(line.len().min(26));
        (name.trim().to_owned(), rest.split_whitespace().next().unwrap_or_default().to_owned())
    });
    (!text.is_empty()).then(|| lines.collect())
}

#[test]
fn limits_can_be_set() {
    let own = limits(&[]);
    let Some(own) = own else { return skip("limits of programs", "no /proc/self/limits here") };
    let rows: [(&str, &[&str], &str, &str); 4] = [
        ("time", &["--cgi-cpu", "7"], "Max cpu time", "7"),
        ("memory", &["--cgi-memory", "512m"], "Max address space", "536870912"),
        ("processes", &["--cgi-procs", "4000"], "Max processes", "4000"),
        ("none", &["--cgi-cpu=0", "--cgi-memory=0", "--cgi-procs=0"], "Max cpu time", "unlimited"),
    ];
    each(rows.map(|row| (row.0, row)), |(name, arguments, limit, value)| {
        if name == "memory" && Program::chosen().is_emulated() {
            // An emulator would bind itself by it.
            return Ok(());
        }
        let found = limits(arguments).ok_or("no limits")?;
        let right = |row: &&(String, String)| row.0 == limit;
        let (is, was) = (found.iter().find(right), own.iter().find(right));
        let right = if value == "unlimited" { was.map(|row| row.1.as_str()) } else { Some(value) };
        if is.map(|row| row.1.as_str()) == right { Ok(()) } else { Err(format!("{is:?}, before {was:?}")) }
    });
}

#[test]
fn a_program_that_computes_without_end() {
    let server = Server::with(tree(&[])).arguments(&["--cgi-cpu", "1"]).start();
    script(&server.tree, "cgi-bin/loop", "while :; do :; done\n");
    assert_eq!(server.get("/cgi-bin/loop").map(|answer| answer.status), Ok(502));
    server.assert_serving();
}
