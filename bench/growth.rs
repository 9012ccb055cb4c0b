//! How the cost of a request grows: with connections, with the size of a file, with
//! what is in a folder, with the fields of the request.

use std::fs;
use std::thread;
use std::time::Duration;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use svcd_tests::Tree;

use crate::client::Client;
use crate::meter::{self, Cost};
use crate::place::Place;
use crate::running::Running;
use crate::servers::{self, Server};
use crate::table::{line, shown};
use crate::{document, machine, paths};

/// Something that grows.
struct Subject {
    title: &'static str,
    sizes: &'static [u64],
    make: fn(&Tree, u64) -> Point,
    /// Processor time by the size, where that says something: its name, what it counts of a
    /// microsecond by one, and from which size on.
    each: Option<(&'static str, f64, u64)>,
}

/// What is asked for.
struct Point {
    target: String,
    /// Field lines, with their ends.
    fields: String,
    /// Connections that have had an answer and wait.
    idle: usize,
    /// All over one connection.
    is_kept: bool,
}

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;
const GIB: u64 = 1024 * MIB;

const SUBJECTS: [Subject; 5] = [
    Subject {
        title: "idle connections beside: a request on another one",
        sizes: &[1, 10, 100, 1000],
        make: |_, size| Point { idle: size as usize, ..plain() },
        each: None,
    },
    Subject {
        title: "idle connections beside: a connection and a request",
        sizes: &[1, 10, 100, 1000],
        make: |_, size| Point { idle: size as usize, is_kept: false, ..plain() },
        each: None,
    },
    Subject {
        title: "bytes of the file",
        sizes: &[KIB, 32 * KIB, MIB, 32 * MIB, GIB],
        make: |site, size| {
            let name = format!("{size}.bin");
            site.hole(&name, size);
            Point { target: format!("/{name}"), ..plain() }
        },
        each: Some(("ms for each GiB", GIB as f64 / 1e3, MIB)),
    },
    Subject {
        title: "entries of the folder",
        sizes: &[10, 100, 1000, 10_000, 100_000],
        make: |site, size| {
            let name = format!("folder-{size}");
            let folder = site.folder(&name);
            for number in 0..size {
                fs::write(folder.join(format!("entry-{number:06}.txt")), b"").expect("a new file");
            }
            Point { target: format!("/{name}/"), ..plain() }
        },
        each: Some(("µs for each entry", 1.0, 1)),
    },
    Subject {
        title: "fields of the request",
        sizes: &[1, 10, 30, 100],
        make: |_, size| {
            // Host is the first one.
            let fields = (1..size).map(|number| format!("X-Field-{number}: value of field {number}\r\n"));
            Point { fields: fields.collect(), ..plain() }
        },
        each: None,
    },
];

const SMALL: &str = "1k.txt";

fn plain() -> Point {
    Point { target: format!("/{SMALL}"), fields: String::new(), idle: 0, is_kept: true }
}

/// Of svcd and of nginx, if it is here.
pub fn measure() -> Result<(), String> {
    stay_on_one_processor()?;
    let place = Place::new()?;
    place.site.file(SMALL, &[b'x'; 1024]);
    let mut started = Vec::new();
    for server in servers::ALL.iter().filter(|server| ["svcd", servers::NGINX].contains(&server.name)) {
        match place.find(server.program) {
            Some(found) => started.push((server, Running::start(server, &found, &place)?)),
            None => eprintln!("bench: SKIPPED {}: it is not here", server.name),
        }
    }
    let mut text = String::new();
    for subject in &SUBJECTS {
        text += &of_subject(subject, &place, &started)?;
        text += "\n";
        eprintln!("bench: done: {}", subject.title);
    }
    drop(started);
    let paths = paths::markdown(&place)?;
    let about = machine::about(
        &[],
        "each figure of at most 0.7 s or 3000 requests, one after the other, all on one processor",
    );
    print!("{text}{paths}\n{about}");
    document::insert("docs/performance.md", "make growth", &text)?;
    document::insert("docs/performance.md", "paths", &format!("{paths}\n{about}"))
}

/// What is started stays there too. Else each answer would wait for a processor that has
/// gone to sleep, which on a virtual machine takes longer than the answer.
fn stay_on_one_processor() -> Result<(), String> {
    let all = sched_getaffinity(Pid::from_raw(0)).map_err(|error| error.to_string())?;
    let last = (0..CpuSet::count()).rev().find(|place| all.is_set(*place).unwrap_or(false));
    let mut one = CpuSet::new();
    one.set(last.unwrap_or(0))
        .and_then(|()| sched_setaffinity(Pid::from_raw(0), &one))
        .map_err(|error| error.to_string())
}

fn of_subject(subject: &Subject, place: &Place, started: &[(&Server, Running)]) -> Result<String, String> {
    let each = subject.each;
    let titles = started.iter().flat_map(|(server, _)| {
        let titles = [format!("{}: µs", server.name), "µs of processor time".to_owned()];
        titles.into_iter().chain(each.map(|each| each.0.to_owned()))
    });
    let titles: Vec<_> = titles.collect();
    let mut text = line(subject.title, titles.clone().into_iter());
    text += &line("---:", titles.iter().map(|_| "---:".to_owned()));
    for &size in subject.sizes {
        let point = (subject.make)(&place.site, size);
        let mut cells = Vec::new();
        for (server, running) in started {
            let Cost { time, cost, .. } =
                of_point(&point, running).map_err(|why| format!("{} at {size}: {why}", server.name))?;
            cells.extend([shown(time), optional(cost)]);
            cells.extend(each.map(|(_, factor, from)| {
                optional(cost.filter(|_| size >= from).map(|cost| cost * factor / size as f64))
            }));
        }
        text += &line(&label(size), cells.into_iter());
    }
    Ok(text)
}

fn optional(figure: Option<f64>) -> String {
    figure.map_or("–".to_owned(), shown)
}

fn of_point(point: &Point, running: &Running) -> Result<Cost, String> {
    let Point { target, fields, idle, is_kept } = point;
    let first = format!("GET /{SMALL} HTTP/1.1\r\nHost: svcd.test\r\n\r\n");
    let mut clients = Vec::new();
    for _ in 0..*idle {
        let mut client = Client::open(running.address)?;
        client.ask(first.as_bytes())?;
        clients.push(client);
    }
    let request = format!("GET {target} HTTP/1.1\r\nHost: svcd.test\r\n{fields}\r\n");
    let cost = meter::measure(running, request.as_bytes(), *is_kept);
    drop(clients);
    // Their processes have ended before the next ones come.
    thread::sleep(Duration::from_millis(200));
    cost
}

/// A number with its thousands apart, or with a unit.
fn label(size: u64) -> String {
    let units = [(GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")];
    match units.into_iter().find(|(unit, _)| size >= *unit && size.is_multiple_of(*unit)) {
        Some((unit, name)) => format!("{} {name}", size / unit),
        None if size >= 1000 => format!("{},{:03}", size / 1000, size % 1000),
        None => size.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{GIB, KIB, label};

    #[test]
    fn sizes_are_written_as_people_say_them() {
        let found = [1, 999, 1000, 100_000, KIB, 32 * KIB, GIB].map(label);
        assert_eq!(found, ["1", "999", "1,000", "100,000", "1 KiB", "32 KiB", "1 GiB"]);
    }
}
