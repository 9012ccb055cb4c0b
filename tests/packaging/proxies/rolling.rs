//! Three servers behind HAProxy under load: one is killed, one makes way for a newer
//! version, and no client notices.

use std::fs;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use svcd_tests::process::{children, visible};
use svcd_tests::{Server, Tree, note, scripts, until};

use super::front::Front;
use super::haproxy::{figure, start_without_tls, until_status};
use super::load::{Load, Told};
use super::{Curl, NAME};
use crate::service::load::Over;

const BODY: &[u8] = &[b'x'; 1024];

/// Takes so long that some are under way whenever a server is killed.
const SLOW: &str = "sleep 0.4\nprintf 'Content-Type: text/plain\\n\\nslow'\n";

/// How long each step lasts at least, and how many clients there are. `SVCD_ROLLING=5` makes it
/// longer, and lets eight times as many ask without a pause, for figures.
fn size() -> (Duration, usize, Duration) {
    let seconds = std::env::var("SVCD_ROLLING").ok().and_then(|text| text.parse().ok());
    match seconds {
        Some(seconds) => (Duration::from_secs(seconds), 64, Duration::ZERO),
        None => (Duration::from_millis(300), 8, Duration::from_millis(8)),
    }
}

fn server(at: &str, version: &str) -> Server {
    let tree = scripts::tree(&[("slow", SLOW)]);
    tree.file("load.bin", BODY);
    let header = format!("X-Version: {version}");
    let options = ["-b", at, "--trusted", "127.0.0.1=proxy", "--health", "/healthz", "--max-conns", "512"];
    Server::with(tree).arguments(&options).arguments(&["--header", &header]).start()
}

/// It and every process of it, at once.
fn kill_all(server: &Server) {
    // So that it makes no more of them meanwhile.
    server.signal(Signal::SIGSTOP);
    until("it to stand still", || is_stopped(server.id()).then_some(()));
    let below = children(server.id()).into_iter().map(|child| child.id);
    for id in [server.id()].into_iter().chain(below) {
        // One that has ended by itself meanwhile is as well.
        let _ = kill(Pid::from_raw(id.cast_signed()), Signal::SIGKILL);
    }
}

fn is_stopped(id: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T'))
}

/// A client that speaks HTTP/2 over TLS, until `stop`; what it got that was not 200.
fn curls(curl: &Curl, https: u16, stop: &AtomicBool, count: &AtomicUsize) -> Vec<String> {
    let url = format!("https://{NAME}:{https}/load.bin?[1-200]");
    let mut wrong = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let form = ["-Z", "--parallel-max", "4", "--http2", "-o", "/dev/null", "-w", "%{http_code}\n"];
        let said = curl.run(&[&form[..], &[&url]].concat());
        count.fetch_add(said.lines().count(), Ordering::Relaxed);
        wrong.extend(said.lines().filter(|code| *code != "200").map(str::to_owned));
        thread::sleep(Duration::from_millis(50));
    }
    wrong
}

/// One is killed and comes back, another one is ended and a newer one started in its place.
fn change(front: &Front, servers: [Server; 3], step: impl Fn()) -> [Server; 3] {
    let folder = front.folder();
    let [a, b, c] = servers;
    step();
    let at = a.address.to_string();
    kill_all(&a);
    drop(a);
    step();
    let a = server(&at, "1");
    until_status(&folder, "a", "UP");
    step();
    let at = b.address.to_string();
    assert_eq!(b.stop().status.code(), Some(0));
    let b = server(&at, "2");
    until_status(&folder, "b", "UP");
    step();
    [a, b, c]
}

#[test]
fn one_is_killed_and_one_rolled_and_no_request_fails() {
    if !visible("three servers behind HAProxy") {
        return;
    }
    let (step, clients, pause) = size();
    let servers = ["1", "1", "1"].map(|version| server("127.0.0.1:0", version));
    let Some(front) = start_without_tls(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    ["a", "b", "c"].iter().for_each(|server| until_status(&front.folder(), server, "UP"));
    let address = SocketAddr::from(([127, 0, 0, 1], front.ports.plain));
    let load = Load::start(address, clients, pause, "/load.bin", BODY);
    let slow = Load::start(address, 12, pause, "/cgi-bin/slow", b"slow");
    let (begin, stop, count) = (Instant::now(), AtomicBool::new(false), AtomicUsize::new(0));
    // However slow the machine is: each step has some of all.
    let step = || {
        let (end, before) = (Instant::now() + step, count.load(Ordering::Relaxed));
        load.wait_for(130);
        slow.wait_for(1);
        until("answers by HTTP/2", || (count.load(Ordering::Relaxed) > before).then_some(()));
        thread::sleep(end.saturating_duration_since(Instant::now()));
    };
    let (servers, wrong) = thread::scope(|scope| {
        let curls = scope.spawn(|| curls(&curl, front.ports.https, &stop, &count));
        let over = Over(&stop);
        let servers = change(&front, servers, step);
        until("each of them to be asked", || {
            let lines = |server: &Server| server.log().so_far().matches(" /load.bin?").count();
            servers.iter().all(|server| lines(server) > 20).then_some(())
        });
        drop(over);
        (servers, curls.join().expect("curl"))
    });
    let count = count.into_inner();
    let seconds = begin.elapsed().as_secs_f64();
    let (told, slow) = (load.end(), slow.end());
    report(&front, &told, count, seconds);
    assert!(told.failures.is_empty(), "{} failed: {:?}", told.failures.len(), told.failures.first());
    assert!(slow.failures.is_empty(), "of {} slow ones: {:?}", slow.times.len(), slow.failures);
    assert!(wrong.is_empty(), "{} of HTTP/2 failed: {:?}", wrong.len(), wrong.first());
    assert!(told.times.len() > 500 && count > 100, "it was no load: {} and {count}", told.times.len());
    let version = servers[1].get("/load.bin").expect("an answer");
    version.has("X-Version", "2").expect("the newer one");
}

fn report(front: &Front, told: &Told, count: usize, seconds: f64) {
    let [half, most, all] = told.within();
    let of_all = |field| figure(&front.folder(), "BACKEND", field);
    note(&format!(
        "one killed, one rolled: {} requests by HTTP/1.1 and {count} by HTTP/2 over TLS in {seconds:.1} s, {} \
         failed; half of the answers within {half:.1} ms, 99 % within {most:.1} ms, all within {all:.0} ms; \
         HAProxy asked again {} times, another one {} times",
        told.times.len(),
        told.failures.len(),
        of_all("wretr"),
        of_all("wredis"),
    ));
}

/// A load that does not notice a server that is gone would show nothing.
#[test]
fn the_same_load_without_haproxy_notices() {
    if !visible("a server that is killed under load") {
        return;
    }
    let server = Server::with(Tree::small()).start();
    server.tree.file("load.bin", BODY);
    let load = Load::start(server.address, 4, Duration::from_millis(1), "/load.bin", BODY);
    load.wait_for(20);
    kill_all(&server);
    load.wait_for_a_failure();
    assert!(!load.end().failures.is_empty());
}
