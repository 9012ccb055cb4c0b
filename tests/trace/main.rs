//! The trace flavour: what it prints of its own calls is what others see of them.
//!
//! On Linux that is strace(1), line by line; of Darwin's program it is the rig that plays
//! Darwin, which has another form: names, order and results must agree.

mod asked;
mod documented;
mod lines;
mod options;
mod rig;
mod smoke;
mod strace;

use svcd_tests::program::is_rig;
use svcd_tests::strace::usable;

use crate::lines::Calls;
use crate::smoke::{Kind, Traced};

#[test]
fn of_files_programs_and_writes() {
    agrees(Kind::Programs);
}

/// All of the sandbox, and a log that is made anew.
#[test]
fn of_a_server_that_gives_up_most() {
    agrees(Kind::Files);
}

/// Processes that wait for connections, and serve several of them.
#[test]
fn of_processes_that_are_reused() {
    agrees(Kind::Reuse);
}

/// Both of them ask who they are: the program for itself, and for the trace.
fn without_own_id(mut calls: Calls) -> Calls {
    calls.values_mut().for_each(|of| of.retain(|call| lines::name(call) != "getpid"));
    calls
}

/// Each process's lines, with what somebody else says of them.
fn agrees(kind: Kind) {
    if !is_rig() && !usable("strace beside the trace") {
        return;
    }
    let played = Traced::start(kind).play();
    let seen = if is_rig() { rig::seen(&played) } else { strace::seen(&played) };
    let (own, seen) = (without_own_id(lines::own(&played.text)), without_own_id(seen));
    assert!(own.len() >= kind.processes(), "{} processes only:\n{}", own.len(), played.text);
    let mut wrong = Vec::new();
    for (id, own) in &own {
        let seen = seen.get(id).map_or(&[][..], Vec::as_slice);
        let is_same = if is_rig() { rig::is_same } else { strace::is_same };
        let place = own.iter().zip(seen).position(|(own, seen)| !is_same(own, seen));
        let place = place.or_else(|| (own.len() != seen.len()).then_some(own.len().min(seen.len())));
        if let Some(place) = place {
            let line = |of: &[String]| of.get(place).map_or("nothing".to_owned(), String::clone);
            wrong.push(format!("{id}, call {place}:\n  own:  {}\n  seen: {}", line(own), line(seen)));
        }
    }
    // Nobody makes calls of which there is no line at all.
    wrong.extend(seen.keys().filter(|id| !own.contains_key(id)).map(|id| format!("{id} has no lines")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
