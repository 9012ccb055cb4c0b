//! Instructions of a server that takes too long one by one: callgrind runs it, twice, and
//! the second time it is asked more often.

use std::fs;

use svcd_bench::answer;
use svcd_bench::client::Client;
use svcd_bench::place::{Found, Place};
use svcd_bench::running::Running;
use svcd_bench::servers::Server;
use svcd_tests::valgrind::collected;

use crate::measure::{Both, TARGET};

/// How often it is asked each time.
const TIMES: [u32; 2] = [5, 25];

pub fn instructions(server: &Server, found: &Found, place: &Place, keeps: bool) -> Result<Both<f64>, String> {
    let of = |is_kept| {
        let [few, many] = TIMES.map(|times| of_process(server, found, place, times, is_kept));
        Ok::<_, String>(Some((many? - few?) / f64::from(TIMES[1] - TIMES[0])))
    };
    Ok(Both { kept: if keeps { of(true)? } else { None }, own: of(false)? })
}

/// All of one process, with its start and its end.
fn of_process(
    server: &Server,
    found: &Found,
    place: &Place,
    times: u32,
    is_kept: bool,
) -> Result<f64, String> {
    let words = ["valgrind", "--tool=callgrind", "--callgrind-out-file=callgrind.out"];
    let running = Running::start(server, &found.behind(&words.map(str::to_owned)), place);
    let running = running.map_err(|_| "callgrind cannot run it".to_owned())?;
    let request = answer::request(TARGET, None);
    let mut client = Client::open(running.address)?;
    client.ask(&request)?;
    for _ in 0..times {
        if !is_kept {
            client = Client::open(running.address)?;
        }
        client.ask(&request)?;
    }
    drop(client);
    drop(running);
    let said = fs::read_to_string(place.folder().join(format!("{}.out", server.program)));
    let said = said.map_err(|error| error.to_string())?;
    // Several processes say so each of its own.
    match said.matches("Collected : ").count() {
        1 => collected(&said).map(|count| count as f64).ok_or("callgrind has counted nothing".to_owned()),
        count => Err(format!("callgrind has counted {count} processes")),
    }
}
