//! A crowd that writes, removes and reads one name at once: each sees one whole
//! version, and what the answers tell fits together.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::remains::temporaries;
use svcd_tests::tree::Random;
use svcd_tests::versions::{self, Change, History, Outcome, Seen, content, identify};
use svcd_tests::{Connection, Response, Server, Tree, path_max, scale};

/// How long each storm blows.
const TIME: Duration = Duration::from_secs(2);

const WRITERS: usize = 100;
const READERS: usize = 100;

const TARGET: &str = "/storm.bin";

/// Bytes of a body, where something changes: nothing, less and more than one
/// read, than a small file, than what a socket holds.
const SIZES: &[usize] = &[0, 16, 100, 4096, 12_345, 32_768, 32_769, 65_536, 100_000];

/// What one client has done and seen.
#[derive(Default)]
struct Log {
    changes: Vec<Change>,
    seen: Vec<Seen>,
    created: usize,
    replaced: usize,
    deleted: usize,
}

impl Log {
    /// A PUT of a new content over a kept connection.
    fn put(&mut self, connection: &mut Connection, number: u64, size: usize) -> Result<(), String> {
        let request = versions::put(TARGET, &content(number, size));
        let start = Instant::now();
        let answer = connection.exchange(&request).map_err(|why| format!("PUT of {size}: {why}"))?;
        let end = Instant::now();
        match answer.status {
            201 => self.created += 1,
            204 => self.replaced += 1,
            _ => return Err(format!("PUT of {size} bytes: {}", told(&answer))),
        }
        let value = Some(if size == 0 { 0 } else { number });
        let etag = Some(answer.need("ETag")?.to_owned());
        self.changes.push(Change { value, start, end, outcome: Outcome::Done, etag });
        Ok(())
    }

    fn delete(&mut self, connection: &mut Connection) -> Result<(), String> {
        let start = Instant::now();
        let answer =
            connection.exchange(&versions::delete(TARGET)).map_err(|why| format!("DELETE: {why}"))?;
        let end = Instant::now();
        match answer.status {
            204 => {
                self.deleted += 1;
                self.changes.push(Change { value: None, start, end, outcome: Outcome::Done, etag: None });
            }
            404 => self.seen.push(Seen { value: None, start, end, etag: None }),
            _ => return Err(format!("DELETE: {}", told(&answer))),
        }
        Ok(())
    }

    fn get(&mut self, connection: &mut Connection) -> Result<(), String> {
        let request = format!("GET {TARGET} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let start = Instant::now();
        let answer = connection.exchange(request.as_bytes()).map_err(|why| format!("GET: {why}"))?;
        let end = Instant::now();
        let (value, etag) = versions::value_of(&answer).map_err(|why| format!("GET: {why}"))?;
        self.seen.push(Seen { value, start, end, etag });
        Ok(())
    }

    fn join(&mut self, other: Log) {
        self.changes.extend(other.changes);
        self.seen.extend(other.seen);
        self.created += other.created;
        self.replaced += other.replaced;
        self.deleted += other.deleted;
    }
}

fn told(answer: &Response) -> String {
    format!("{} {}", answer.status, answer.text())
}

/// Runs the crowd; of `share` writes one is a DELETE, none if that is 0. Nothing
/// is there at the beginning.
fn storm(share: usize) {
    let server = Server::with(Tree::standard()).arguments(&["--write", "--max-conns", "256"]).start();
    let numbers = AtomicU64::new(1);
    let begun = Instant::now();
    let writer = |seed: u64| -> Result<Log, String> {
        let mut random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (mut log, mut connection) = (Log::default(), server.connect());
        while log.changes.is_empty() || begun.elapsed() < TIME {
            if share != 0 && random.below(share) == 0 {
                log.delete(&mut connection)?;
            } else {
                let size = SIZES[random.below(SIZES.len())];
                log.put(&mut connection, numbers.fetch_add(1, Ordering::Relaxed), size)?;
            }
        }
        Ok(log)
    };
    let reader = || -> Result<Log, String> {
        let (mut log, mut connection) = (Log::default(), server.connect());
        while log.seen.is_empty() || begun.elapsed() < TIME {
            log.get(&mut connection)?;
        }
        Ok(log)
    };
    let mut log = thread::scope(|scope| {
        let writers: Vec<_> =
            (1..=scale(WRITERS) as u64).map(|seed| scope.spawn(move || writer(seed))).collect();
        let readers: Vec<_> = (0..scale(READERS)).map(|_| scope.spawn(reader)).collect();
        let mut log = Log::default();
        for thread in writers.into_iter().chain(readers) {
            log.join(thread.join().expect("a client does not panic").expect("an answer as promised"));
        }
        log
    });

    assert_eq!(temporaries(&server.tree.root()), Vec::<std::path::PathBuf>::new());
    // What is left is what a client has sent, and what the server says it is.
    log.get(&mut server.connect()).expect("the file at the end");
    let left = match fs::read(server.tree.path(&TARGET[1..])) {
        Ok(bytes) => Some(identify(&bytes).expect("the file at the end")),
        Err(_) => None,
    };
    assert_eq!(log.seen.last().map(|seen| seen.value), Some(left), "GET and the file");
    let history = History::new(None, begun, log.changes);
    for seen in &log.seen {
        assert_eq!(history.explains(seen), Ok(()));
    }
    assert_eq!(history.tags_are_strong(&log.seen), Ok(()));
    // Each that was created was deleted, but for the last.
    let there = usize::from(left.is_some());
    let counts = format!("{} created, {} replaced, {} deleted", log.created, log.replaced, log.deleted);
    assert_eq!(log.created, log.deleted + there, "{counts}, at the end: {there}");
    server.assert_serving();
    assert_eq!(server.stop().status.code(), Some(0));
}

#[test]
fn parallel_writers_and_readers_see_whole_versions() {
    storm(0);
}

#[test]
fn the_same_with_files_that_go_and_come() {
    storm(4);
}

#[test]
fn versions_of_the_same_size_have_different_tags_and_times() {
    let server = Server::with(Tree::standard()).arguments(&["--write", "--no-sync"]).start();
    let (mut log, mut connection) = (Log::default(), server.connect());
    let begun = Instant::now();
    let mut times = BTreeSet::new();
    for number in 1..=scale(500) as u64 {
        log.put(&mut connection, number, 1000).expect("a write");
        let metadata = fs::metadata(server.tree.path(&TARGET[1..])).expect("the file just written");
        times.insert(metadata.modified().expect("a time of modification"));
    }
    log.get(&mut connection).expect("the last");
    let written = log.changes.len();
    let history = History::new(None, begun, log.changes);
    assert_eq!(history.tags_are_strong(&log.seen), Ok(()));
    // The clock that dates files ticks slowly before Linux 6.13, and some file systems give a new
    // file the inode of the one before last. In the Darwin rig it ticks too.
    if cfg!(target_os = "linux") && path_max() == 4096 {
        assert_eq!(times.len(), written, "as many times as versions");
    }
}
