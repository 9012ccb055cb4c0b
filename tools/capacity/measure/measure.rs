//! What is measured: the server on one processor, its clients on another one.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process;
use std::thread;
use std::time::{Duration, Instant};

use nix::sched::{CpuSet, sched_setaffinity};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeVal;
use nix::unistd::Pid;
use svcd_bench::account::Account;
use svcd_bench::client::Client;
use svcd_capacity::figures::Figure;
use svcd_tests::{Server, Tree};

use crate::arrivals::come;

const GET: &[u8] = b"GET /1k.txt HTTP/1.1\r\nHost: svcd.test\r\n\r\n";
const GET_AND_CLOSE: &[u8] = b"GET /1k.txt HTTP/1.1\r\nHost: svcd.test\r\nConnection: close\r\n\r\n";

/// Clients at a time, and how long each waits before it asks.
const CLIENTS: [usize; 7] = [4, 16, 32, 64, 96, 128, 192];
const THINK: f64 = 0.02;

/// Places, and how long each is held; in between nobody gives way, who must have waited
/// for more than a second.
const PLACES: usize = 32;
const HOLD: f64 = 0.2;
const OFFERED: [f64; 4] = [20.0, 28.0, 36.0, 48.0];

struct Measured {
    server: Server,
    account: Account,
}

pub fn all() -> Result<Vec<Figure>, String> {
    on_processor(0)?;
    let mut figures = Vec::new();
    let mut add = |kind: &str, at: f64, measured: f64| {
        eprintln!("{kind} at {at:.4}: {measured:.6}");
        figures.push(Figure { kind: kind.to_owned(), at, measured });
    };
    let measured = start(&[])?;
    let kept = measured.busy(16, 2.0, 0.0, true)?;
    add("request", kept.rate, kept.server);
    let before = ticks(measured.server.id())?;
    let new = measured.busy(16, 3.0, 0.0, false)?;
    add("connection", new.rate, new.server);
    add("client", new.rate, new.client);
    add("parent", new.rate, (ticks(measured.server.id())? - before) / new.count);
    for clients in CLIENTS {
        // The best of some: whoever else works on this machine makes them fewer.
        let rates = (0..3).map(|_| Ok(measured.busy(clients, 1.6, THINK, false)?.rate));
        let rates = rates.collect::<Result<Vec<f64>, String>>()?;
        add("connections of clients", clients as f64, rates.into_iter().fold(0.0, f64::max));
    }
    drop(measured);

    let measured = start(&["--max-conns", &PLACES.to_string()])?;
    for offered in OFFERED {
        let rate = offered / HOLD;
        let seen = come(measured.server.address, rate, 6.0, HOLD);
        let answered: Vec<f64> =
            seen.iter().filter(|one| one.status == 200).map(|one| one.took.as_secs_f64()).collect();
        let lost = seen.iter().filter(|one| one.status == 503).count();
        if answered.len() + lost < seen.len() {
            return Err("some had no answer".to_owned());
        }
        // A place is taken while the request is answered, too.
        let there = HOLD + answered.iter().sum::<f64>() / answered.len() as f64;
        add("lost of 32 places", rate * there, lost as f64 / seen.len() as f64);
    }
    drop(measured);
    add("memory", 400.0, memory(400)?);
    Ok(figures)
}

/// On the second processor, and counted from its beginning.
fn start(options: &[&str]) -> Result<Measured, String> {
    let tree = Tree::empty();
    tree.file("1k.txt", &[b'x'; 1024]);
    let account = Account::open("capacity").ok_or("no control groups: only root can make them")?;
    let options = [&["-q", "--max-conns", "4096"], options].concat();
    let starting = || Server::with(tree).arguments(&options).behind(&["taskset", "-c", "1"]).start();
    let server = account.within(starting).map_err(|error| error.to_string())?;
    Ok(Measured { server, account })
}

impl Measured {
    fn seconds(&self) -> Result<f64, String> {
        self.account.seconds().ok_or("no figure of the control group".to_owned())
    }

    /// So many clients make one request after the other, and wait before each.
    fn busy(&self, clients: usize, seconds: f64, think: f64, is_kept: bool) -> Result<Busy, String> {
        let (address, before, own) = (self.server.address, self.seconds()?, own_seconds()?);
        let begin = Instant::now();
        let end = begin + Duration::from_secs_f64(seconds);
        let one = || -> Result<u64, String> {
            let mut count = 0;
            let mut client = Client::open(address)?;
            while Instant::now() < end {
                thread::sleep(Duration::from_secs_f64(think));
                if is_kept {
                    client.ask(GET)?;
                } else {
                    Client::open(address)?.ask(GET_AND_CLOSE)?;
                }
                count += 1;
            }
            Ok(count)
        };
        let counts: Vec<Result<u64, String>> = thread::scope(|scope| {
            let clients: Vec<_> = (0..clients).map(|_| scope.spawn(one)).collect();
            clients.into_iter().map(|client| client.join().expect("nobody panics")).collect()
        });
        let took = begin.elapsed().as_secs_f64();
        let count = counts.into_iter().sum::<Result<u64, String>>()? as f64;
        let (server, client) = (self.seconds()? - before, own_seconds()? - own);
        Ok(Busy { server: server / count, client: client / count, rate: count / took, count })
    }
}

/// Processor time of server and clients for each request, how many these are in a
/// second, and all in all.
struct Busy {
    server: f64,
    client: f64,
    rate: f64,
    count: f64,
}

/// Processor time of this process.
fn own_seconds() -> Result<f64, String> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).map_err(|error| error.to_string())?;
    let seconds = |time: TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}

fn on_processor(number: usize) -> Result<(), String> {
    let mut set = CpuSet::new();
    set.set(number)
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &set))
        .map_err(|error| error.to_string())
}

/// Processor time of one process, in seconds.
fn ticks(id: u32) -> Result<f64, String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).map_err(|error| error.to_string())?;
    let words: Vec<&str> = stat.rsplit_once(") ").map_or("", |(_, rest)| rest).split(' ').collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse::<f64>().ok());
    let ticks = number(11).zip(number(12)).ok_or("no times in /proc")?;
    // A hundred a second on every Linux that is seen here, proc_pid_stat(5).
    Ok((ticks.0 + ticks.1) / 100.0)
}

/// Bytes that each of so many connections takes that wait after a request, with all that
/// the kernel has for them, as a container's limit counts it.
fn memory(connections: usize) -> Result<f64, String> {
    let tops = ["/sys/fs/cgroup/memory", "/sys/fs/cgroup"].map(PathBuf::from);
    let names = ["memory.usage_in_bytes", "memory.current"];
    let group = tops.map(|top| top.join(format!("svcd-capacity-{}", process::id())));
    let made = group.iter().zip(names).find(|(group, name)| {
        fs::create_dir(group).is_ok() && (group.join(name).is_file() || fs::remove_dir(group).is_err())
    });
    let (group, name) = made.ok_or("no control group that counts memory")?;
    let told = in_group(group, &group.join(name), connections);
    thread::sleep(Duration::from_millis(500));
    fs::remove_dir(group).map_err(|error| error.to_string())?;
    told
}

fn in_group(group: &Path, figure: &Path, connections: usize) -> Result<f64, String> {
    let tree = Tree::empty();
    tree.file("1k.txt", &[b'x'; 1024]);
    let server = Server::with(tree).arguments(&["-q", "--max-conns", "4096", "--idle-timeout", "60"]).start();
    fs::write(group.join("cgroup.procs"), server.id().to_string()).map_err(|error| error.to_string())?;
    let used = || -> Result<f64, String> {
        thread::sleep(Duration::from_millis(500));
        let text = fs::read_to_string(figure).map_err(|error| error.to_string())?;
        text.trim().parse().map_err(|_| format!("{text} is no number"))
    };
    let open = |count: usize| -> Result<Vec<Client>, String> {
        (0..count)
            .map(|_| Client::open(server.address).and_then(|mut client| client.ask(GET).map(|_| client)))
            .collect()
    };
    // The first ones bring what is there once only.
    let first = open(100)?;
    let before = used()?;
    let more = open(connections)?;
    let after = used()?;
    drop((first, more));
    // So that the group is empty when it is removed.
    let address = server.address;
    drop(server);
    while TcpStream::connect(address).is_ok() {
        thread::sleep(Duration::from_millis(10));
    }
    Ok((after - before) / connections as f64)
}
