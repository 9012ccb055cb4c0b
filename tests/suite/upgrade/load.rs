//! Clients that ask all the time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use svcd_tests::server::request;
use svcd_tests::{Connection, Server, note, scale, until};

use super::{standard, upgrade};

/// Of each kind.
const CLIENTS: usize = 4;

/// What has become of the connections of clients that keep them.
#[derive(Default)]
struct Kept {
    answers: AtomicUsize,
    /// An answer said that it was the last.
    ended: AtomicUsize,
    /// A request came too late for a connection that had waited. It is asked again:
    /// RFC 9112 9.3.1.
    cut: AtomicUsize,
}

fn count(number: &AtomicUsize) {
    number.fetch_add(1, Ordering::Relaxed);
}

fn is_right(answer: &svcd_tests::Response) -> Result<(), String> {
    answer.is(200)?;
    if answer.body == b"hello, world\n" { Ok(()) } else { Err("other bytes".to_owned()) }
}

/// One request over each connection: none may fail.
fn ask_anew(server: &Server, stop: &AtomicBool, answers: &AtomicUsize) -> Result<(), String> {
    let request = b"GET /hello.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    while !stop.load(Ordering::Relaxed) {
        let mut connection = Connection::try_open(server.address).map_err(|error| error.to_string())?;
        let answer = connection.exchange(request).map_err(|why| format!("a new connection: {why}"))?;
        is_right(&answer)?;
        connection.at_end()?;
        count(answers);
    }
    Ok(())
}

fn ask_again(server: &Server, stop: &AtomicBool, kept: &Kept) -> Result<(), String> {
    let request = request("GET", b"/hello.txt");
    while !stop.load(Ordering::Relaxed) {
        let mut connection = Connection::try_open(server.address).map_err(|error| error.to_string())?;
        for place in 0.. {
            let answer = match connection.exchange(&request) {
                Ok(answer) => answer,
                Err(why) if place == 0 => return Err(format!("the first of a connection: {why}")),
                Err(why) if why.contains(" bytes: ") => return Err(format!("half an answer: {why}")),
                Err(_) => {
                    count(&kept.cut);
                    break;
                }
            };
            is_right(&answer)?;
            count(&kept.answers);
            if answer.field("Connection") == Some("close") {
                connection.at_end()?;
                count(&kept.ended);
                break;
            }
            if stop.load(Ordering::Relaxed) {
                return Ok(());
            }
        }
    }
    Ok(())
}

#[test]
fn no_request_fails_while_the_program_is_replaced_again_and_again() {
    replace(&["-q"]);
}

#[test]
fn nor_does_one_where_processes_wait_for_connections() {
    replace(&["-q", "--spare=3"]);
    replace(&["-q", "--spare=3", "--reuse=20"]);
}

fn replace(arguments: &[&str]) {
    let Some(server) = standard(arguments) else { return };
    let (stop, anew, kept) = (AtomicBool::new(false), AtomicUsize::new(0), Kept::default());
    let upgrades = scale(5);
    let read = |number: &AtomicUsize| number.load(Ordering::Relaxed);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .flat_map(|_| {
                [
                    scope.spawn(|| ask_anew(&server, &stop, &anew)),
                    scope.spawn(|| ask_again(&server, &stop, &kept)),
                ]
            })
            .collect();
        for _ in 0..upgrades {
            let before = (read(&anew), read(&kept.answers));
            until("answers of both kinds", || {
                let is_over = clients.iter().any(|client| client.is_finished());
                (is_over || (read(&anew) > before.0 + 10 && read(&kept.answers) > before.1 + 10))
                    .then_some(())
            });
            upgrade(&server);
        }
        stop.store(true, Ordering::Relaxed);
        for client in clients {
            assert_eq!(client.join().expect("a client"), Ok(()));
        }
    });
    let (ended, cut) = (read(&kept.ended), read(&kept.cut));
    note(&format!(
        "upgrade: {upgrades} times, {} requests on connections of their own and {} on kept ones, none \
         failed; {ended} kept ones were told to end, {cut} were closed while they waited",
        read(&anew),
        read(&kept.answers)
    ));
    // Who asks without a pause is told, unless the machine stood still meanwhile.
    assert!(ended >= 3 * cut && ended > 0, "{ended} were told, {cut} were not");
}
