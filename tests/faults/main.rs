//! Calls of the server that fail: every call that it makes, with every error that
//! the call can end with, the first time, the second time and every third time.
//! strace(1) makes them fail while clients ask for something of every kind, and when
//! the server starts and ends.
//!
//! Never may a client wait for ever, be told what is not true, or take a part for
//! the whole; never may the server spin, lose a descriptor or a child, or end.
//!
//! `make faults` tries all cases. Otherwise it is one of so many: `FAULTS=1` are all
//! too. `FAULTS_ONLY` tries those whose name holds it.

mod client;
mod errors;
mod inetd;
mod judge;
mod matrix;
mod smoke;
mod start;
mod stop;
mod tool;
mod victim;
mod waiting;

use std::collections::BTreeSet;

use svcd_tests::skip;

use matrix::{Case, Method};
use start::How;
use tool::{can, is_rig};
use victim::{Kind, Victim};

#[test]
fn whichever_call_fails_nobody_is_deceived_and_the_server_goes_on() {
    if can("calls that fail") {
        try_all("requests", Kind::Usual, Victim::start(Kind::Usual).cases());
    }
}

#[test]
fn whichever_call_fails_on_an_older_kernel_or_is_rare_nobody_is_deceived() {
    if is_strace("calls that fail on an older kernel, or are rare") {
        let usual = Victim::start(Kind::Usual);
        for (what, kind) in [("requests on an older kernel", Kind::Older), ("rare requests", Kind::Rare)] {
            try_all(what, kind, Victim::start(kind).cases_beside(&usual));
        }
    }
}

/// What needs more than the rig has.
fn is_strace(what: &str) -> bool {
    if is_rig() {
        skip(what, "only with strace");
    }
    !is_rig() && can(what)
}

fn try_all(what: &str, kind: Kind, cases: Vec<Case>) {
    let (attempt, is_sound) = (Victim::attempt, Victim::is_sound);
    matrix::run(what, cases, &Method { begin: || Victim::start(kind), attempt, is_sound });
}

#[test]
fn whichever_call_fails_a_start_is_whole_or_says_why() {
    if can("calls of a start that fail") {
        try_starts("starts", How::Usual, start::cases(How::Usual));
        try_starts("starts with a socket of somebody else", How::Handed, start::handed_cases());
    }
    if is_strace("calls of a strict start that fail") {
        try_starts("strict starts", How::Strict, start::strict_cases());
    }
}

fn try_starts(what: &str, how: How, cases: Vec<Case>) {
    let (begin, attempt) = (|| (), |(): &(), case: &_| start::attempt(how, case));
    matrix::run(what, cases, &Method { begin, attempt, is_sound: |()| true });
}

#[test]
fn whichever_call_fails_an_end_comes() {
    if can("calls of an end that fail") {
        let (begin, attempt) = (|| (), |(): &(), case: &_| stop::attempt(case));
        matrix::run("ends", stop::cases(), &Method { begin, attempt, is_sound: |()| true });
    }
}

#[test]
fn whichever_call_fails_the_one_client_of_inetd_is_not_deceived() {
    if can("calls of a server for one connection that fail") {
        let (begin, attempt) = (|| (), |(): &(), case: &_| inetd::attempt(case));
        matrix::run("one connection", inetd::cases(), &Method { begin, attempt, is_sound: |()| true });
    }
}

#[test]
fn whichever_call_fails_while_processes_wait_somebody_serves() {
    if can("calls of processes that wait that fail") {
        let (begin, attempt) = (|| (), |(): &(), case: &_| waiting::attempt(case));
        matrix::run("waiting", waiting::cases(), &Method { begin, attempt, is_sound: |()| true });
    }
}

/// The program's own list of calls.
const TABLE: &str = include_str!("../../src/sys/linux/table.rs");

#[test]
fn every_call_of_the_program_is_among_them() {
    if !is_strace("the calls that can fail") {
        return;
    }
    let mut made: BTreeSet<String> = [How::Usual, How::Strict, How::Handed]
        .into_iter()
        .flat_map(start::calls)
        .chain(inetd::calls())
        .chain(stop::calls())
        .chain(waiting::calls())
        .map(|call| call.name)
        .collect();
    for kind in [Kind::Usual, Kind::Older, Kind::Rare] {
        made.extend(Victim::start(kind).counts.into_keys().map(|key| key.1));
    }
    let rows = TABLE.split_once("table! {\n").expect("the table").1.lines().take_while(|line| *line != "}");
    let rows: Vec<_> = rows.filter_map(|line| line.split_whitespace().next()).collect();
    assert!(rows.contains(&"accept4"), "{rows:?}");
    let missing: Vec<_> = rows.iter().filter(|row| !made.contains(**row)).collect();
    assert!(missing.is_empty(), "nothing makes these fail: {missing:?}");
}
