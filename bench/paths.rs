//! What the requests that come most often cost, and what is the least that they could.

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::answer::{Wanted, request};
use crate::cases::{self, Case};
use crate::meter::{self, Cost};
use crate::place::Place;
use crate::running::Running;
use crate::servers::{self, Server};
use crate::spawn;
use crate::table::{line, shown};

struct Path {
    title: &'static str,
    /// The word of its case.
    case: &'static str,
    is_kept: bool,
}

const PATHS: [Path; 4] = [
    Path { title: "one more GET on a connection", case: "1k", is_kept: true },
    Path { title: "GET on a connection of its own", case: "1k", is_kept: false },
    Path { title: "one more static program on a connection", case: "program", is_kept: true },
    Path { title: "static program on a connection of its own", case: "program", is_kept: false },
];

pub fn markdown(place: &Place) -> Result<String, String> {
    let titles = ["µs", "processor: user µs", "kernel µs", "page faults"];
    let mut text = line("one after the other", [""].into_iter().chain(titles).map(str::to_owned));
    text += &line("---", ["---", "---:", "---:", "---:", "---:"].into_iter().map(str::to_owned));
    for path in &PATHS {
        let case = cases::ALL.iter().find(|case| case.word == path.case).ok_or("no such case")?;
        let Wanted::Content(_) = (case.make)(&place.site)? else { return Err("no content".to_owned()) };
        for server in servers::ALL {
            let is_compared = server.name == "svcd" || server.name == servers::NGINX || server.inherits;
            let is_able = server.kept.contains(&path.is_kept)
                && server.cases.iter().any(|words| words.contains(&path.case));
            if is_compared
                && is_able
                && let Some(cost) = of_server(path, case, server, place)?
            {
                text += &row(path.title, server.name, &cost);
            }
        }
        if case.is_program() {
            text += &row(path.title, spawn::NAME, &of_spawn(case, place)?);
        }
    }
    Ok(text)
}

/// None if it is not here.
fn of_server(path: &Path, case: &Case, server: &Server, place: &Place) -> Result<Option<Cost>, String> {
    let Some(found) = place.find(server.program) else { return Ok(None) };
    let running = Running::start(server, &found, place)?;
    meter::measure(&running, &request(case.target, None), path.is_kept).map(Some)
}

fn of_spawn(case: &Case, place: &Place) -> Result<Cost, String> {
    let program = place.site.path(case.target.trim_start_matches('/'));
    let before = Usage::now();
    let sample = spawn::run(&program, 1, 1)?;
    let after = Usage::now();
    let each = |of: fn(&Usage) -> f64| (of(&after) - of(&before)) / sample.requests.max(1) as f64;
    Ok(Cost {
        time: sample.half * 1e3,
        user: Some(each(|usage| usage.user)),
        cost: Some(each(|usage| usage.user + usage.kernel)),
        faults: Some(each(|usage| usage.faults)),
    })
}

/// Of this process and of those that it has waited for, in microseconds.
#[derive(Default)]
struct Usage {
    user: f64,
    kernel: f64,
    faults: f64,
}

impl Usage {
    fn now() -> Usage {
        let mut sum = Usage::default();
        for usage in [UsageWho::RUSAGE_SELF, UsageWho::RUSAGE_CHILDREN].map(getrusage).iter().flatten() {
            sum.user += usage.user_time().num_microseconds() as f64;
            sum.kernel += usage.system_time().num_microseconds() as f64;
            sum.faults += usage.minor_page_faults() as f64;
        }
        sum
    }
}

fn row(title: &str, server: &str, cost: &Cost) -> String {
    let Cost { time, user, cost, faults } = cost;
    let kernel = cost.zip(*user).map(|(cost, user)| cost - user);
    let cells = [Some(*time), *user, kernel, *faults].map(|cell| cell.map_or("–".to_owned(), shown));
    line(title, [server.to_owned()].into_iter().chain(cells))
}
