//! `--cgi-procs` holds a program that does nothing but fork.

use std::env;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::LazyLock;
use std::thread;
use std::time::{Duration, Instant};

use nix::unistd::geteuid;
use svcd_tests::process::visible;
use svcd_tests::scripts::tree;
use svcd_tests::server::request;
use svcd_tests::{Program, Server, deadline, each, path_max, skip, until};

/// What `--cgi-procs` says: the server's processes are among them.
const MOST: usize = 40;

/// Doubles ten times in a tenth of a second, and does not end when it is asked to.
const BOMB: &str =
    "exec perl -e '$SIG{TERM} = \"IGNORE\"; while (1) { fork; select undef, undef, undef, 0.01 }'\n";
/// The same, each in a session of its own.
const SESSIONS: &str = "exec perl -MPOSIX -e '$SIG{TERM} = \"IGNORE\"; \
    while (1) { fork; POSIX::setsid(); select undef, undef, undef, 0.01 }'\n";
const PLAIN: &str = "printf 'Content-Type: text/plain\\n\\nplain'\n";

/// Why there can be no bomb here.
fn obstacle() -> Option<&'static str> {
    if !geteuid().is_root() {
        Some("the limit would count the processes of these tests too: it wants another user")
    } else if env::var_os("SVCD_USER_BY").is_some() {
        Some("the other user is one of the emulator only, and root has no such limit")
    } else if Command::new("perl").args(["-MPOSIX", "-e", "1"]).status().is_err() {
        Some("no perl here")
    } else {
        None
    }
}

/// Somebody who owns nothing, and whom nobody runs as.
static USER: LazyLock<u32> = LazyLock::new(|| {
    let mut users = (0..).map(|number| 20_000 + (std::process::id() + number) % 40_000);
    users.find(|user| processes_of(*user).is_empty()).expect("a user without processes")
});

/// Ends whatever that user has left, however the test has gone.
struct Sweep;

impl Drop for Sweep {
    fn drop(&mut self) {
        // All at once: one by one they would be made anew.
        let mut command = Command::new("sh");
        let _ = command.args(["-c", "kill -9 -1"]).uid(*USER).status();
    }
}

fn start(arguments: &[&str]) -> Result<Server, String> {
    let tree = tree(&[("bomb", BOMB), ("sessions", SESSIONS), ("plain", PLAIN)]);
    let most = MOST.to_string();
    // Should nobody hold it, this does.
    let net = "ulimit -p 300 2>/dev/null || ulimit -u 300; exec \"$@\"";
    let start = Server::with(tree).user(*USER).behind(&["sh", "-c", net, "sh"]);
    start.arguments(&["--cgi-procs", &most]).arguments(arguments).try_start()
}

/// The processes of a user by their lines in proc_pid_stat(5), those among them that
/// have ended and that nobody has waited for.
fn processes_of(user: u32) -> Vec<String> {
    let entries = fs::read_dir("/proc").expect("/proc").flatten();
    let is_process = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit());
    let found = entries.filter(|entry| entry.file_name().to_str().is_some_and(is_process));
    let found = found.filter(|entry| entry.metadata().is_ok_and(|folder| folder.uid() == user));
    let line = |text: String| text.split(' ').take(6).collect::<Vec<_>>().join(" ");
    found.filter_map(|entry| fs::read_to_string(entry.path().join("stat")).ok().map(line)).collect()
}

fn processes() -> usize {
    processes_of(*USER).len()
}

/// Waits until only the server is left.
fn until_over() -> Result<(), String> {
    let end = Instant::now() + deadline();
    while processes() != 1 {
        if Instant::now() > end {
            return Err(format!("{:#?}", processes_of(*USER)));
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

/// Waits until the bomb has gone off, and looks for a while how large it gets.
fn is_held(server: &Server) -> Result<(), String> {
    until("a bomb that has gone off", || (processes() >= MOST / 2).then_some(()));
    for _ in 0..50 {
        let count = processes();
        if count > MOST {
            return Err(format!("{count} processes"));
        }
        thread::sleep(Duration::from_millis(10));
    }
    // Neither the server nor programs that do not fork are bothered.
    server.get("/hello.txt")?.is(200)?;
    let answer = server.get("/cgi-bin/plain")?;
    answer.is(200)?;
    if answer.text() == "plain" { Ok(()) } else { Err(answer.text()) }
}

#[test]
fn a_fork_bomb_is_held_and_ends_with_its_request() {
    const WHAT: &str = "a fork bomb";
    if !visible(WHAT) {
        return;
    }
    if let Some(why) = obstacle() {
        return skip(WHAT, why);
    }
    let _sweep = Sweep;
    // Neither Darwin nor qemu tells who has left.
    let bombs = if path_max() == 1024 || Program::chosen().is_emulated() {
        &["bomb"][..]
    } else {
        &["bomb", "sessions"]
    };
    for arguments in [&[][..], &["--cgi-limit", "2"]] {
        let server = match start(arguments) {
            Ok(server) => server,
            Err(why) => return skip(WHAT, &format!("as another user: {why}")),
        };
        each(bombs.iter().map(|name| (name, name)), |name| {
            let mut connection = server.connect();
            let request = request("GET", format!("/cgi-bin/{name}").as_bytes());
            connection.send(&request);
            is_held(&server)?;
            if !arguments.is_empty() {
                connection.next_answer(&request)?.is(504)?;
            }
            drop(connection);
            until_over()
        });
        server.assert_serving();
    }
}
