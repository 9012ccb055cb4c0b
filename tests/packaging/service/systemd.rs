//! A real systemd as the first process, with the units as they are shipped.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::path::Path;
use std::{fs, thread};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use svcd_tests::asking::asking;
use svcd_tests::response::only;
use svcd_tests::{Connection, Response, deadline, skip, until, writing};

use super::load;
use super::machine::{Machine, Network};

const SYSTEMD: &str = "/usr/lib/systemd/systemd";
const PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// Targets that start nothing, so that nothing runs but svcd; what svcd writes, in a file.
const PREPARE: &str = r#"
units=etc/systemd/system
mkdir -p "$units/svcd.service.d"
cp "$PACKAGING/systemd/svcd.service" "$PACKAGING/systemd/svcd.socket" "$units"
for name in sysinit basic sockets multi-user shutdown; do
    printf '[Unit]\nDefaultDependencies=no\n' >"$units/$name.target"
done
printf '[Unit]\nDefaultDependencies=no\nRequires=svcd.socket\n' >"$units/up.target"
printf '[Service]\nStandardOutput=append:/var/log/svcd\nStandardError=append:/var/log/svcd\n' \
    >"$units/svcd.service.d/log.conf"
echo hello >srv/www/hello.txt
chmod 644 srv/www/hello.txt
truncate -s 32000000 srv/www/big.bin
"#;

/// None, with a note, where no systemd can be booted.
fn booted(what: &str, prepare: &str) -> Option<Machine> {
    if !Path::new(SYSTEMD).exists() {
        skip(what, "there is no systemd");
        return None;
    }
    let variables = ["SYSTEMD_UNIT_PATH=/etc/systemd/system", "SYSTEMD_GENERATOR_PATH=/none"];
    let command = [&["env"][..], &variables, &[SYSTEMD, "--unit=up.target", "--show-status=0"]].concat();
    let machine = Machine::start(what, &format!("{PREPARE}{prepare}"), &command)?;
    until("systemd to listen", || {
        let asked = machine.try_run(&["systemctl", "is-active", "--quiet", "svcd.socket"]);
        asked.status.success().then_some(())
    });
    Some(machine)
}

fn ask(network: &Network, request: &[u8]) -> Result<Response, String> {
    network.within(|| {
        let mut connection = Connection::try_open(PORT).map_err(|error| error.to_string())?;
        connection.try_send(request).map_err(|error| error.to_string())?;
        connection.answer(request)
    })
}

fn status(network: &Network, request: &[u8]) -> Result<u16, String> {
    ask(network, request).map(|answer| answer.status)
}

/// As /proc shows it, of the process that systemd has started.
fn main_process(machine: &Machine) -> String {
    machine.run(&["systemctl", "show", "--property=MainPID", "--value", "svcd"]).trim().to_owned()
}

fn field(machine: &Machine, process: &str, name: &str) -> String {
    let status = machine.text(&format!("/proc/{process}/status"));
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {status}")).trim().to_owned()
}

/// What is suggested in /etc/default/svcd.
const OPTIONS: &str = r#"
mkdir etc/default
sed -n 's/^#\(OPTIONS=\)/\1/p' "$PACKAGING/debian/default" >etc/default/svcd
"#;

#[test]
fn the_first_client_starts_it_without_a_privilege() {
    let Some(machine) = booted("svcd.service under systemd", OPTIONS) else { return };
    let network = machine.network();
    assert_eq!(machine.run(&["systemctl", "show", "-P", "ActiveState", "svcd"]), "inactive\n");
    let hello = asking("GET", "/hello.txt", &[]);
    let answer =
        ask(&network, &hello).unwrap_or_else(|why| panic!("{why}: {}", machine.text("/var/log/svcd")));
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello\n"));
    answer.has("Cache-Control", "max-age=3600").expect("--cache of the options");
    let log = machine.text("/var/log/svcd");
    // All of it, beside what systemd takes.
    let sandbox = log.lines().find_map(|line| line.strip_prefix("svcd: sandbox: ")).unwrap_or_default();
    assert!(sandbox.starts_with("landlock ") && super::is_documented(sandbox), "{log}");
    let is_logged = || machine.text("/var/log/svcd").contains("\"GET /hello.txt HTTP/1.1\" 200 6 ");
    until("a line of the log", || is_logged().then_some(()));
    let process = main_process(&machine);
    let of = |name| field(&machine, &process, name);
    assert_eq!((of("NoNewPrivs"), of("Seccomp")), ("1".to_owned(), "2".to_owned()));
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(of(set), "0000000000000000", "{set}");
    }
    let user: u32 = of("Uid").split_whitespace().next().and_then(|id| id.parse().ok()).expect("a number");
    assert!((61184..=65519).contains(&user), "{user} is no user that systemd has made up");
    // Its network has no way out, and still it serves.
    let links = machine.text(&format!("/proc/{process}/net/dev"));
    assert_eq!(links.lines().filter(|line| line.contains(':')).count(), 1, "{links}");
    // SIGTERM ends it well, and the next client starts it anew.
    machine.run(&["systemctl", "stop", "svcd.service"]);
    assert_eq!(machine.run(&["systemctl", "show", "-P", "Result", "svcd"]), "success\n");
    assert_eq!(status(&network, &hello), Ok(200));
}

/// As docs/running.md says it.
#[test]
fn a_folder_that_was_missing_is_served_once_systemd_forgets_that() {
    let Some(machine) = booted("a folder that is missing", "mv srv/www srv/later\n") else { return };
    let (network, hello) = (machine.network(), asking("GET", "/hello.txt", &[]));
    let result = || machine.run(&["systemctl", "show", "-P", "Result", "svcd.socket"]);
    assert_eq!(result(), "success\n");
    let client = network.within(|| TcpStream::connect(PORT));
    until("systemd to give up", || (result() == "service-start-limit-hit\n").then_some(()));
    drop(client);
    machine.run(&["mv", "/srv/later", "/srv/www"]);
    machine.run(&["systemctl", "reset-failed", "svcd.service", "svcd.socket"]);
    machine.run(&["systemctl", "start", "svcd.socket"]);
    assert_eq!(status(&network, &hello), Ok(200));
}

#[test]
fn a_restart_under_load_loses_no_connection() {
    let Some(machine) = booted("a restart by systemd", "") else { return };
    let network = machine.network();
    let mut processes = Vec::new();
    let enter = || network.enter();
    let count = load::during(PORT, "/hello.txt", enter, |good| {
        for _ in 0..3 {
            load::wait_for(good, 50);
            processes.push(main_process(&machine));
            machine.run(&["systemctl", "restart", "svcd.service"]);
        }
        load::wait_for(good, 50);
    });
    processes.push(main_process(&machine));
    processes.dedup();
    assert_eq!(processes.len(), 4, "three restarts: {processes:?}");
    assert!(count >= 200);
}

#[test]
fn a_restart_waits_for_a_download_and_clients_for_the_restart() {
    let Some(machine) = booted("a restart during a download", "") else { return };
    let network = machine.network();
    let (big, hello) = (asking("GET", "/big.bin", &[]), asking("GET", "/hello.txt", &[]));
    let mut slow = network.within(|| TcpStream::connect(PORT)).expect("a connection");
    slow.set_read_timeout(Some(deadline())).expect("a timeout");
    slow.write_all(&big).expect("a request");
    let mut bytes = vec![0; 1];
    slow.read_exact(&mut bytes).expect("the beginning of an answer");
    let before = main_process(&machine);
    machine.run(&["systemctl", "restart", "--no-block", "svcd.service"]);
    let state = || machine.run(&["systemctl", "show", "-P", "SubState", "svcd"]);
    until("the stop", || state().starts_with("stop").then_some(()));
    let waiting = thread::scope(|scope| {
        let waiting = scope.spawn(|| status(&network, &hello));
        slow.read_to_end(&mut bytes).expect("the rest of it");
        waiting.join().expect("a client")
    });
    let answer = only(&bytes, false).map(|answer| (answer.status, answer.body.len()));
    assert_eq!(answer, Ok((200, 32_000_000)));
    assert_eq!(waiting, Ok(200));
    assert_ne!(main_process(&machine), before);
}

/// The user `anna` with the password `write it`.
const USERS: &str = r#"
cp "$PACKAGING/systemd/write.conf" "$units/svcd.service.d"
mkdir etc/svcd
echo 'anna:$5$rounds=1000$writersalt$fk/dgudjxP8UGbVTqDGsnWMEiJPm.Wiw/d98n3qS0Q2' >etc/svcd/users
chmod 600 etc/svcd/users
"#;

#[test]
fn the_drop_in_for_writing_stores_files_for_users() {
    let Some(machine) = booted("write.conf under systemd", USERS) else { return };
    let network = machine.network();
    let basic = format!("Authorization: Basic {}", STANDARD.encode("anna:write it"));
    let put = |lines: &[&str]| {
        let lines = [&["Host: 127.0.0.1", "Connection: close"], lines].concat();
        status(&network, &writing::put("/new.txt", b"stored\n", &lines))
    };
    assert_eq!(put(&[]), Ok(401), "{}", machine.text("/var/log/svcd"));
    assert_eq!(put(&[&basic]), Ok(201), "{}", machine.text("/var/log/svcd"));
    assert_eq!(machine.text("/var/lib/svcd/new.txt"), "stored\n");
    machine.run(&["systemctl", "restart", "svcd.service"]);
    let answer = ask(&network, &asking("GET", "/new.txt", &[])).expect("an answer");
    assert_eq!(answer.text(), "stored\n");
    // Another user now, perhaps; the folder follows it.
    assert_eq!(put(&[&basic]), Ok(204));
}

const PROGRAM: &str = r#"
cp "$PACKAGING/systemd/cgi.conf" "$units/svcd.service.d"
mkdir srv/www/cgi-bin
cat >srv/www/cgi-bin/note <<'END'
#!/bin/sh
printf 'Content-Type: text/plain\n\n'
date >/var/lib/svcd/last && echo noted
cat <<HERE
in a file of /tmp
HERE
touch /srv/www/mine 2>/dev/null || echo refused
END
chmod 755 srv/www/cgi-bin/note
"#;

#[test]
fn the_drop_in_for_programs_runs_them() {
    let Some(machine) = booted("cgi.conf under systemd", PROGRAM) else { return };
    let answer = ask(&machine.network(), &asking("GET", "/cgi-bin/note", &[])).expect("an answer");
    let log = machine.text("/var/log/svcd");
    assert_eq!(
        (answer.status, answer.text().as_str()),
        (200, "noted\nin a file of /tmp\nrefused\n"),
        "{log}"
    );
    assert!(fs::metadata(machine.path("/var/lib/svcd/last")).is_ok_and(|file| file.len() > 0));
}
