//! A client that comes and goes in every way.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use svcd_tests::server::request;
use svcd_tests::tree::Random;
use svcd_tests::versions::{content, delete, identify, put};
use svcd_tests::{Connection, Server};

use crate::shapes::{LAST, Shape, choose};

/// As many ranges as the server takes, each apart from the others.
const SIXTEEN: &str = "Range: bytes=0-0,16-16,32-32,48-48,64-64,80-80,96-96,112-112,128-128,144-144,160-160,\
                       176-176,192-192,208-208,224-224,240-240\r\n";

/// How many answers all clients want together, and have.
pub struct Goal {
    wanted: usize,
    start: Instant,
    /// They do not go on for longer.
    time: Duration,
    answered: AtomicUsize,
    connections: AtomicUsize,
    /// Connections that the client ended in the middle of something.
    aborted: AtomicUsize,
    /// Answers by shape.
    counts: Vec<AtomicUsize>,
    is_over: AtomicBool,
}

impl Goal {
    pub fn of(wanted: usize, time: Duration) -> Goal {
        Goal {
            wanted,
            start: Instant::now(),
            time,
            answered: AtomicUsize::new(0),
            connections: AtomicUsize::new(0),
            aborted: AtomicUsize::new(0),
            counts: (0..64).map(|_| AtomicUsize::new(0)).collect(),
            is_over: AtomicBool::new(false),
        }
    }

    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    /// How many tenths of the way are gone.
    pub fn tenths(&self) -> usize {
        let by_time = 10.0 * self.start.elapsed().as_secs_f64() / self.time.as_secs_f64();
        (10 * self.answered() / self.wanted.max(1)).max(by_time as usize)
    }

    pub fn count_aborted(&self) {
        self.aborted.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections, and answers by method and status.
    pub fn summary(&self, shapes: &[Shape]) -> String {
        let mut sums: BTreeMap<(u16, &str), usize> = BTreeMap::new();
        for (shape, count) in shapes.iter().zip(&self.counts) {
            *sums.entry((shape.status, shape.name())).or_default() += count.load(Ordering::Relaxed);
        }
        let sums: Vec<_> =
            sums.iter().map(|((status, name), sum)| format!("{status} {name} {sum}")).collect();
        let connections = self.connections.load(Ordering::Relaxed);
        let aborted = self.aborted.load(Ordering::Relaxed);
        format!("{connections} connections, {aborted} of them broken off; {}", sums.join(", "))
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
            || self.answered() >= self.wanted
            || self.start.elapsed() >= self.time
    }

    fn count(&self, shape: Option<usize>) {
        self.answered.fetch_add(1, Ordering::Relaxed);
        if let Some(count) = shape.and_then(|shape| self.counts.get(shape)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }
}

pub struct Client<'a> {
    address: SocketAddr,
    pub shapes: &'a [Shape],
    pub goal: &'a Goal,
    pub random: Random,
    /// The name of the file that only this client writes, and its versions.
    pub own: String,
    version: u64,
}

impl<'a> Client<'a> {
    pub fn new(server: &Server, shapes: &'a [Shape], goal: &'a Goal, seed: u64) -> Client<'a> {
        // Seeds that differ in a bit only begin much alike.
        let random = Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let own = format!("/own/{seed}.bin");
        Client { address: server.address, shapes, goal, random, own, version: 0 }
    }

    /// Until the goal is reached, or somebody has got a wrong answer.
    pub fn run(&mut self) -> Result<(), String> {
        while !self.goal.is_over() {
            let result = self.connection();
            if result.is_err() {
                self.goal.is_over.store(true, Ordering::Relaxed);
                return result;
            }
        }
        Ok(())
    }

    fn connection(&mut self) -> Result<(), String> {
        let connection = Connection::try_open(self.address).map_err(|error| format!("connect: {error}"))?;
        self.goal.connections.fetch_add(1, Ordering::Relaxed);
        let (kind, result) = match self.random.below(20) {
            0 => ("one request", self.one(connection)),
            1 => ("a last request", self.last(connection)),
            2..5 => ("leaving", self.leave(connection)),
            5 => ("an own file", self.own_file(connection)),
            6 => ("a flood", self.flood(connection)),
            _ => ("batches", self.batches(connection)),
        };
        result.map_err(|why| format!("{kind}: {why}"))
    }

    /// One request, and the server closes.
    fn one(&mut self, mut connection: Connection) -> Result<(), String> {
        let (place, shape) = choose(self.shapes, &mut self.random);
        let answer = connection.exchange(&shape.request(true))?;
        shape.check(&answer)?;
        self.goal.count(Some(place));
        connection.at_end()
    }

    /// A request that no connection survives.
    fn last(&mut self, mut connection: Connection) -> Result<(), String> {
        let (request, status) = LAST[self.random.below(LAST.len())];
        connection.send(request);
        let answer = connection.answer(request)?;
        self.goal.count(None);
        answer.is(status).map_err(|why| format!("{}: {why}", request.escape_ascii()))
    }

    /// Pipelined requests, several times; then one of the orderly ends.
    fn batches(&mut self, mut connection: Connection) -> Result<(), String> {
        let count = 1 + self.random.below(8);
        let end = self.random.below(4);
        for batch in 1..=count {
            let size = 1 + self.random.below(24);
            let is_end = batch == count;
            let chosen: Vec<_> = (0..size).map(|_| choose(self.shapes, &mut self.random)).collect();
            let is_last = |place: usize| is_end && end == 0 && place + 1 == size;
            let requests: Vec<_> =
                chosen.iter().enumerate().map(|(place, (_, shape))| shape.request(is_last(place))).collect();
            connection.send(&requests.concat());
            if is_end && end == 1 {
                connection.half_close();
            }
            for ((place, shape), request) in chosen.iter().zip(&requests) {
                shape.check(&connection.next_answer(request)?)?;
                self.goal.count(Some(*place));
            }
        }
        match end {
            0 | 1 => connection.at_end(),
            2 => self.last(connection),
            // It just goes.
            _ => Ok(()),
        }
    }

    /// Very many requests at once, or many that each ask for many ranges.
    fn flood(&mut self, mut connection: Connection) -> Result<(), String> {
        let (count, shape) = if self.random.below(2) == 0 {
            (200, request("HEAD", b"/hello.txt"))
        } else {
            (32, format!("GET /bytes.bin HTTP/1.1\r\nHost: svcd.test\r\n{SIXTEEN}\r\n").into_bytes())
        };
        connection.send(&shape.repeat(count));
        for _ in 0..count {
            let status = connection.next_answer(&shape)?.status;
            if !matches!(status, 200 | 206) {
                return Err(format!("{status} in a flood of {}", shape.escape_ascii()));
            }
            self.goal.count(None);
        }
        Ok(())
    }

    /// A file is made, replaced, read and removed again. Some stay for a while.
    fn own_file(&mut self, mut connection: Connection) -> Result<(), String> {
        for step in 0..1 + self.random.below(3) {
            self.version += 1;
            let bytes = content(self.version, 16 + self.random.below(100_000));
            let answer = connection.exchange(&put(&self.own, &bytes))?;
            match answer.status {
                201 if step == 0 => {}
                204 => {}
                status => return Err(format!("PUT {}: {status} {}", self.own, answer.text())),
            }
            let answer = connection.exchange(&request("GET", self.own.as_bytes()))?;
            answer.is(200)?;
            let found = identify(&answer.body).map_err(|why| format!("GET {}: {why}", self.own))?;
            if found != self.version {
                return Err(format!("GET {}: content {found} after {}", self.own, self.version));
            }
            self.goal.count(None);
            self.goal.count(None);
        }
        if self.random.below(4) == 0 {
            return Ok(());
        }
        self.goal.count(None);
        connection.exchange(&delete(&self.own))?.is(204)
    }

    /// Removes what it may have left.
    pub fn clean_up(&self) -> Result<(), String> {
        let mut connection =
            Connection::try_open(self.address).map_err(|error| format!("connect: {error}"))?;
        match connection.exchange(&delete(&self.own))?.status {
            204 | 404 => Ok(()),
            status => Err(format!("DELETE {}: {status}", self.own)),
        }
    }
}
