//! Programs that go on and on: events of a clock, the pictures of a camera.

use std::path::Path;
use std::time::{Duration, Instant};

use svcd_tests::until;

use crate::{Host, tool, with_program};

const CLOCK: &str = r"#!/usr/bin/env python3
import sys, time
print('Content-Type: text/event-stream\nCache-Control: no-store\nX-Accel-Buffering: no\n')
for number in range(3):
    print(f'id: {number}\ndata: tick\n', flush=True)
    time.sleep(1)
";

/// An event is there before the next one is made.
#[test]
fn the_events_of_a_clock_come_one_by_one() {
    if tool("python3").is_none() {
        return;
    }
    let host = Host::new(with_program("clock.py", CLOCK), &[]);
    let mut connection = host.server.connect();
    connection
        .send(b"GET /cgi-bin/clock.py HTTP/1.1\r\nHost: svcd.test\r\nAccept: text/event-stream\r\n\r\n");
    let mut seen = Vec::new();
    let mut times = Vec::new();
    for number in 0..3 {
        let wanted = format!("id: {number}\ndata: tick\n\n");
        while !String::from_utf8_lossy(&seen).contains(&wanted) {
            seen.extend(connection.read(1).expect("more of the stream"));
        }
        times.push(Instant::now());
        let later = String::from_utf8_lossy(&seen).contains(&format!("id: {}", number + 1));
        assert!(!later, "event {number} waited for the next");
    }
    for pair in times.windows(2) {
        let between = pair[1] - pair[0];
        assert!(between > Duration::from_millis(700), "{between:?} between two events");
    }
    seen.extend(connection.read(5).expect("the end of the stream"));
    assert!(seen.ends_with(b"0\r\n\r\n"), "it ends well");
}

/// Its child draws the pictures. Neither listens to a polite word.
const CAMERA: &str = r#"#!/bin/sh
trap '' TERM
printf 'HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=picture\r\n'
printf 'X-Processes: %s %s\r\n\r\n' $$ "$(sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!')"
while :; do
    printf -- '--picture\r\nContent-Type: text/plain\r\n\r\n%s\r\n' "$(date)"
    sleep 0.05
done
"#;

#[test]
fn an_endless_stream_dies_with_its_viewer() {
    let host = Host::new(with_program("nph-camera.sh", CAMERA), &[]);
    for rude in [false, true] {
        let mut connection = host.server.connect();
        connection.send(b"GET /cgi-bin/nph-camera.sh HTTP/1.1\r\nHost: svcd.test\r\n\r\n");
        let mut seen = Vec::new();
        while String::from_utf8_lossy(&seen).matches("--picture\r\n").count() < 4 {
            seen.extend(connection.read(1).expect("more pictures"));
        }
        let seen = String::from_utf8_lossy(&seen).into_owned();
        assert!(seen.starts_with("HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;"), "{seen}");
        let line = seen.lines().find_map(|line| line.strip_prefix("X-Processes: ")).expect("it");
        let files: Vec<String> = line.split(' ').map(|id| format!("/proc/{id}/stat")).collect();
        assert_eq!(files.len(), 2, "{line}");
        if svcd_tests::process::visible("whether programs are gone") {
            assert!(files.iter().all(|file| Path::new(file).exists()), "{files:?} run");
        }
        if rude {
            connection.reset()
        } else {
            drop(connection)
        }
        until("both processes to be gone", || {
            files.iter().all(|file| !Path::new(file).exists()).then_some(())
        });
    }
    let log = host.server.log().lines(2);
    assert!(log.iter().all(|line| line.contains("\" 200 ")), "{log:?}");
}
