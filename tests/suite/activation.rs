//! Sockets that a service manager has made: sd_listen_fds(3).

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;

use nix::sys::signal::Signal;
use svcd_tests::server::{Start, request};
use svcd_tests::{Connection, Program, Server, Tree, each, skip, unix, until};

use crate::command_line::fails;

/// Makes the sockets that its first argument names, `tcp`, `unix:PATH`, `pipe`, from
/// descriptor 3 on, sets the variables of the second one and executes the rest. A
/// `$$` there is the process id.
const MANAGER: &str = r#"
use Socket;
use POSIX ();
use Fcntl;
my ($sockets, $variables) = (shift, shift);
my @kept;
for my $word (split / /, $sockets) {
    if ($word eq 'pipe') {
        pipe(my $read, my $write) or die "pipe: $!";
        push @kept, $read, $write;
        next;
    }
    my $path = $word =~ /^unix:(.*)/ ? $1 : undef;
    socket(my $socket, $path ? PF_UNIX : PF_INET, SOCK_STREAM, 0) or die "socket: $!";
    bind($socket, $path ? pack_sockaddr_un($path) : pack_sockaddr_in(0, INADDR_LOOPBACK)) or die "bind: $!";
    $word =~ /^silent/ or listen($socket, 64) or die "listen: $!";
    push @kept, $socket;
}
# First far away from where they are to be, whatever is there by now.
my @high = map { fcntl($_, F_DUPFD, 100) or die "fcntl: $!" } @kept;
POSIX::close($_) for 3 .. 30;
POSIX::dup2($high[$_], 3 + $_) or die "dup2: $!" for 0 .. $#high;
POSIX::close($_) for @high;
for my $pair (split / /, $variables) {
    my ($name, $value) = split /=/, $pair, 2;
    $value =~ s/\$\$/$$/;
    $ENV{$name} = $value;
}
exec @ARGV or die "exec: $!";
"#;

fn is_possible(what: &str) -> bool {
    let found = Command::new("perl").arg("-v").output().is_ok();
    if !found {
        skip(what, "there is no perl to make sockets");
    }
    found
}

fn managed(tree: Tree, sockets: &str, variables: &str) -> Start {
    Server::with(tree).behind(&["perl", "-e", MANAGER, sockets, variables])
}

/// How it ends that cannot start so.
fn run(sockets: &str, variables: &str, arguments: &[&str]) -> svcd_tests::program::Ended {
    Program::chosen().behind(&["perl", "-e", MANAGER, sockets, variables]).run(arguments)
}

/// The addresses that the first `count` lines on standard error tell.
fn addresses(server: &Server, count: usize) -> Vec<SocketAddr> {
    let lines = server.errors().lines(count);
    let at = |line: &String| line.strip_prefix("svcd: listening on http://")?.strip_suffix('/')?.parse().ok();
    lines.iter().filter_map(at).collect()
}

fn answers(address: SocketAddr) -> Result<(), String> {
    let asked = request("GET", b"/hello.txt");
    Connection::open(address).exchange(&asked)?.is(200)
}

#[test]
fn one_two_and_eight_sockets_are_served() {
    if !is_possible("sockets of a service manager") {
        return;
    }
    for count in [1, 2, 8] {
        let sockets = vec!["tcp"; count].join(" ");
        let variables = format!("LISTEN_PID=$$ LISTEN_FDS={count} LISTEN_FDNAMES=a:b");
        let server = managed(Tree::standard(), &sockets, &variables).start();
        let mut found = addresses(&server, count);
        for address in &found {
            assert_eq!(answers(*address), Ok(()), "{address}");
        }
        found.sort();
        found.dedup();
        assert_eq!(found.len(), count);
        assert!(found.iter().all(|address| address.port() != 8080), "the sockets stand for all of --bind");
        let ended = server.stop();
        assert_eq!((ended.status.code(), ended.stderr.lines().count()), (Some(0), count));
    }
}

#[test]
fn tcp_and_unix_sockets_with_addresses_of_its_own_besides() {
    if !is_possible("sockets of a service manager and --bind") {
        return;
    }
    let tree = Tree::standard();
    let (lent, own) = (tree.outside().join("lent"), tree.outside().join("own"));
    let sockets = format!("tcp unix:{}", lent.display());
    let bind = format!("-bunix:{}", own.display());
    let server =
        managed(tree, &sockets, "LISTEN_PID=$$ LISTEN_FDS=2").arguments(&["-b127.0.0.1", &bind]).start();
    let lines = server.errors().lines(4);
    assert_eq!(lines[1], "svcd: listening on a Unix socket");
    assert_eq!(lines[3], format!("svcd: listening on unix:{}", own.display()));
    for address in addresses(&server, 4) {
        assert_eq!(answers(address), Ok(()), "{address}");
    }
    for path in [&lent, &own] {
        let answer = unix::get(path, "/hello.txt");
        assert_eq!(answer.map(|answer| answer.status), Ok(200), "{}", path.display());
    }
    // A file of its own goes with the server, that of somebody else does not.
    server.signal(Signal::SIGTERM);
    until("the file to go", || (!own.exists()).then_some(()));
    assert!(lent.exists());
    assert_eq!(server.end().status.code(), Some(0));
}

#[test]
fn a_socket_that_does_not_listen_yet_does_then() {
    if !is_possible("a socket that is only bound") {
        return;
    }
    let server = managed(Tree::standard(), "silent-tcp", "LISTEN_PID=$$ LISTEN_FDS=1").start();
    server.assert_serving();
}

#[test]
fn what_is_meant_for_another_process_is_left_alone() {
    if !is_possible("variables for another process") {
        return;
    }
    let rows = [
        ("another process", "LISTEN_PID=1 LISTEN_FDS=1"),
        ("no process", "LISTEN_FDS=1"),
        ("no number", "LISTEN_PID=x$$ LISTEN_FDS=1"),
        ("no sockets", "LISTEN_PID=$$ LISTEN_FDS=0"),
        ("no count", "LISTEN_PID=$$"),
        ("a count that is none", "LISTEN_PID=$$ LISTEN_FDS=-1"),
    ];
    each(rows, |variables| {
        let server = managed(Tree::standard(), "tcp", variables).arguments(&["-b127.0.0.1:0"]).start();
        server.assert_serving();
        let ended = server.stop();
        let lines = ended.stderr.lines().count();
        if lines == 1 { Ok(()) } else { Err(format!("{lines} lines: {}", ended.stderr)) }
    });
}

#[test]
fn a_descriptor_that_is_no_listening_socket_is_a_failed_start() {
    if !is_possible("descriptors that are no sockets") {
        return;
    }
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let rows = [
        ("a pipe", "pipe", "LISTEN_PID=$$ LISTEN_FDS=1", "svcd: listen: ENOTSOCK"),
        ("none", "", "LISTEN_PID=$$ LISTEN_FDS=1", "svcd: listen: "),
        ("behind a socket", "tcp pipe", "LISTEN_PID=$$ LISTEN_FDS=2", "svcd: listen: ENOTSOCK"),
    ];
    each(rows.map(|row| (row.0, row)), |(_, sockets, variables, reason)| {
        let ended = run(sockets, variables, &["-p", "0", &root]);
        fails(&ended, 1)?;
        let told = ended.stderr.starts_with(reason);
        if told { Ok(()) } else { Err(format!("it says {:?}", ended.stderr)) }
    });
}

#[test]
fn more_sockets_than_there_is_room_for_are_a_failed_start() {
    if !is_possible("nine sockets") {
        return;
    }
    let tree = Tree::standard();
    let root = tree.root().display().to_string();
    let seven = ["tcp"; 7].join(" ");
    let arguments = ["-b127.0.0.1:0", "-b127.0.0.1:0", root.as_str()];
    let ended = run(&seven, "LISTEN_PID=$$ LISTEN_FDS=7", &arguments);
    assert_eq!(fails(&ended, 1), Ok(()));
    assert!(ended.stderr.contains("EMFILE"), "{}", ended.stderr);
}

#[test]
fn programs_do_not_get_the_sockets_or_their_variables() {
    if !is_possible("sockets of a service manager, and programs") {
        return;
    }
    let tree = svcd_tests::scripts::tree(&[(
        "look",
        "printf 'Content-Type: text/plain\\n\\n'; env | grep -c ^LISTEN; ls /proc/self/fd 2>/dev/null | wc -l\n",
    )]);
    let server = managed(tree, "tcp tcp", "LISTEN_PID=$$ LISTEN_FDS=2").start();
    let answer = server.get("/cgi-bin/look").expect("an answer");
    let text = answer.text();
    let numbers: Vec<usize> = text.split_whitespace().map(|word| word.parse().expect("a number")).collect();
    assert_eq!(numbers[0], 0, "variables");
    // The three of every program, and the folder that `ls` reads.
    if fs::metadata("/proc/self/fd").is_ok() && !Program::chosen().is_emulated() {
        assert_eq!(numbers[1], 4, "descriptors");
    }
}

#[test]
fn two_servers_share_a_port_if_they_say_so() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("its number").port().to_string();
    drop(free);
    let first = Server::start(&["--reuseport", "-p", &port]);
    let root = first.tree.root().display().to_string();
    let alone = Program::chosen().run(&["-p", &port, &root]);
    assert_eq!(fails(&alone, 1), Ok(()));
    assert!(alone.stderr.contains("EADDRINUSE"), "{}", alone.stderr);
    let second = Server::start(&["--reuseport", "-p", &port]);
    assert_eq!(first.address, second.address);
    // Whoever stops, the other one has the port for itself then.
    assert_eq!(first.stop().status.code(), Some(0));
    second.assert_serving();
}
