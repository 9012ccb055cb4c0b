//! The trace flavour (`--features trace`): the program prints its own system calls.
//!
//! Every call goes through one gate, so this is where strace(1) has ptrace(2): [`trap`]
//! stands in front of the gate's instruction, writes down what goes in, lets the call
//! happen and writes down what has come out. What it does itself, it does by raw calls
//! that nobody traces (`own`, `os::trace`), and memory it has of its own: no call of the
//! program is changed by being looked at, but for the descriptors above its own.
//!
//! A line is one write(2), so that the lines of many processes do not mix.

mod hook;
mod line;
mod output;
pub mod own;
mod record;
pub mod show;
pub mod socket;
mod summary;
pub mod view;

use core::cell::UnsafeCell;

use svcd::trace::{Class, Settings, Summary, unknown};

use super::errno::Failure;
use super::os::{self, Call};
#[cfg(target_os = "linux")]
pub use hook::spawn;
pub use hook::trap;
use line::Line;
use output::Output;
use record::Record;
use show::Argument;
use summary::Counts;

/// A call: its name, the classes of it, how its arguments are shown.
pub struct Signature {
    pub call: Call,
    pub name: &'static str,
    pub class: Class,
    pub arguments: &'static [Argument],
}

/// What there is of the trace in a process. A child by fork(2) has its own; one by
/// [`spawn`] has its parent's, which waits for it.
struct State {
    is_on: bool,
    settings: Settings<'static>,
    output: Output,
    counts: Counts,
    /// 0: of a process that nobody has asked yet.
    pid: i32,
    /// Whose trace it is: it tells the summary.
    owner: i32,
    /// When the call began, and the one before, in nanoseconds.
    began: u64,
    before: u64,
    /// The signalfd that was made last; -1: none.
    signals: i32,
    /// A process of [`spawn`] runs.
    spawning: bool,
    /// It is about to become another program: its line is written when it has.
    executing: bool,
}

/// What is large of it: zeros, which are not in the program's file.
struct Rooms {
    line: Line,
    record: Record,
}

struct Cell<T>(UnsafeCell<T>);

// SAFETY: the program has one thread.
unsafe impl<T> Sync for Cell<T> {}

/// In front of the working memory, which is larger than one instruction reaches over.
#[cfg_attr(target_os = "linux", unsafe(link_section = ".bss.first"))]
static ROOMS: Cell<Rooms> = Cell(UnsafeCell::new(Rooms { line: Line::EMPTY, record: Record::EMPTY }));

static STATE: Cell<State> = Cell(UnsafeCell::new(State {
    is_on: false,
    settings: Settings::OFF,
    output: Output::NONE,
    counts: Counts::NONE,
    pid: 0,
    owner: 0,
    began: 0,
    before: 0,
    signals: -1,
    spawning: false,
    executing: false,
}));

/// Hands the state to somebody who makes no call but raw ones.
fn with<T>(work: impl FnOnce(&mut State, &mut Rooms) -> T) -> T {
    // SAFETY: this is the only place that names the two. `work` does not come back
    // here: only `trap` and `spawn` do, through the gate, where raw calls do not go. A
    // process that shares this memory runs between two uses of its parent's.
    let (state, rooms) = unsafe { (&mut *STATE.0.get(), &mut *ROOMS.0.get()) };
    work(state, rooms)
}

/// Begins to trace; before the first call that is to be seen.
pub fn start(settings: Settings<'static>) -> Result<(), Failure> {
    if !settings.is_on {
        return Ok(());
    }
    with(|state, _| {
        state.output = Output::open(&settings)?;
        if settings.summary != Summary::None {
            state.counts = Counts::new()?;
        }
        state.owner = os::trace::pid();
        state.settings = settings;
        if settings.relative {
            state.before = os::trace::now();
        }
        state.is_on = true;
        Ok(())
    })
}

/// A word of `set` that is no call of this system and no class.
pub fn unknown_word(set: &[u8]) -> Option<&[u8]> {
    unknown(set, |word| os::trace::SIGNATURES.iter().any(|signature| signature.name.as_bytes() == word))
}

pub fn is_on() -> bool {
    with(|state, _| state.is_on)
}

/// The descriptor that the trace goes to: it is nobody else's, and must stay open where
/// all others are closed.
pub fn descriptor() -> Option<u32> {
    with(|state, _| state.output.descriptor().filter(|_| state.is_on))
}

/// Nothing was served yet.
pub fn begin_connection() {
    with(|_, rooms| rooms.record.clear());
}

/// From here on, the calls serve the next request.
pub fn begin_request() {
    with(|_, rooms| rooms.record.begin());
}

/// The calls that have served the request before, as text.
pub fn request_before(take: impl FnOnce(&[u8])) {
    with(|_, rooms| take(rooms.record.before()));
}
