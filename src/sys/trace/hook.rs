//! What stands in front of the gate.

use svcd::trace::{Summary, matches};

use super::view::View;
use super::{Rooms, Signature, State, summary, with};
use crate::sys::gate::Returned;
use crate::sys::os::{self, Call, arch};

/// Now, in nanoseconds, where somebody wants to know.
fn clock(state: &State) -> u64 {
    let settings = state.settings;
    if settings.relative || settings.times || settings.summary != Summary::None {
        os::trace::now()
    } else {
        0
    }
}

/// Whether `number` is the signalfd that was made last.
fn is_signals(state: &State, view: &View) -> bool {
    state.signals >= 0 && view.argument(0) as i32 == state.signals
}

/// In front of the gate's instruction: see there for the arguments.
///
/// # Safety
/// As for `gate::call`.
pub unsafe extern "C" fn trap(
    a0: usize,
    a1: usize,
    a2: usize,
    a3: usize,
    a4: usize,
    a5: usize,
    number: usize,
) -> Returned {
    let arguments = [a0, a1, a2, a3, a4, a5];
    let mut view = begin(number, arguments);
    // SAFETY: the caller answers for it.
    let returned = unsafe { arch::trap(a0, a1, a2, a3, a4, a5, number) };
    view.come_back(&returned);
    end(number, &view);
    returned
}

/// The same for a process that begins elsewhere, in the same memory: `make` makes it,
/// with `flags` and a stack of its own, and comes back when it has become another program
/// or has ended.
#[cfg(target_os = "linux")]
pub fn spawn(number: usize, flags: usize, stack: usize, make: impl FnOnce() -> Returned) -> Returned {
    let mut view = View::new([flags, stack, 0, 0, 0, 0], 0);
    let (pid, was_before) = with(|state, _| {
        state.spawning = true;
        (core::mem::replace(&mut state.pid, 0), state.before)
    });
    let began = with(|state, _| clock(state));
    let returned = make();
    view.come_back(&returned);
    with(|state, rooms| {
        state.spawning = false;
        if core::mem::replace(&mut state.executing, false) {
            // Nobody else can tell that it has succeeded.
            state.counts.count(Call::execve as usize, 0, false);
            finish(state, rooms, &View::new([0; 6], 0), b"0");
        }
        (state.pid, state.before, state.began) = (pid, was_before, began);
        if let Some(signature) = wanted(state, number) {
            let prefix = prefix(state);
            rooms.line.begin(signature, &mut view, prefix);
        }
    });
    end(number, &view);
    returned
}

fn signature(number: usize) -> Option<&'static Signature> {
    os::trace::SIGNATURES.iter().find(|signature| signature.call as usize == number)
}

fn wanted(state: &State, number: usize) -> Option<&'static Signature> {
    let is_wanted = |row: &&Signature| matches(state.settings.set, row.name.as_bytes(), row.class);
    signature(number).filter(|_| state.is_on).filter(is_wanted)
}

/// What stands in front of a call: the process, and how long after the last one it is.
fn prefix(state: &mut State) -> (i32, Option<u64>) {
    if state.pid == 0 {
        state.pid = os::trace::pid();
    }
    let since = state.began.saturating_sub(state.before);
    (state.pid, state.settings.relative.then_some(since / 1000))
}

/// Writes down what goes in.
#[inline(never)]
fn begin(number: usize, arguments: [usize; 6]) -> View {
    with(|state, rooms| {
        let mut view = View::new(arguments, state.settings.limit);
        let Some(signature) = wanted(state, number) else { return view };
        state.began = clock(state);
        let prefix = prefix(state);
        rooms.line.begin(signature, &mut view, prefix);
        let is_exit = number == Call::exit as usize;
        if number == Call::execve as usize && state.spawning {
            state.executing = true;
        } else if is_exit || number == Call::execve as usize {
            // Perhaps nobody will be there when it is over.
            finish(state, rooms, &view, b"?");
        }
        if is_exit {
            state.counts.count(number, 0, false);
            if state.pid == state.owner {
                summary::tell(&state.counts, &state.output);
            }
        }
        view
    })
}

/// Writes down what has come out.
#[inline(never)]
fn end(number: usize, view: &View) {
    with(|state, rooms| {
        if is_child(number, view) {
            state.pid = 0;
            return;
        }
        note_signals(state, number, view);
        let Some(signature) = wanted(state, number) else { return };
        state.executing = false;
        if number == Call::execve as usize {
            // It has failed; the first part was written already, unless that waited.
            rooms.line.reopen();
        }
        let shows_signals = number == Call::read as usize && is_signals(state, view);
        rooms.line.arguments(signature, view, shows_signals);
        finish(state, rooms, view, b"");
    });
}

/// The one of the two processes that has been made just now.
fn is_child(number: usize, view: &View) -> bool {
    os::trace::FORK as usize == number && os::trace::is_child(view)
}

/// A signalfd is known by its number, as long as it has it.
fn note_signals(state: &mut State, number: usize, view: &View) {
    if number == Call::close as usize && is_signals(state, view) {
        state.signals = -1;
    } else if let Some(made) = view.result().filter(|_| os::trace::makes_signals(number)) {
        state.signals = made as i32;
    }
}

/// Ends the line and lets it go. `instead` of a result, if it is not empty.
fn finish(state: &mut State, rooms: &mut Rooms, view: &View, instead: &[u8]) {
    let settings = state.settings;
    let took = clock(state).saturating_sub(state.began);
    state.before = state.began;
    if let Some(outcome) = view.outcome() {
        state.counts.count(rooms.line.number(), took, outcome.is_err());
    }
    rooms.line.end(view, instead, settings.times.then_some(took / 1000).filter(|_| instead.is_empty()));
    rooms.record.push(rooms.line.text());
    if settings.summary != Summary::Only && !state.output.write(&rooms.line) {
        // Nobody reads it any more.
        state.is_on = false;
    }
}
