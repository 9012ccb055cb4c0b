//! Running a program.

use core::ffi::{CStr, c_char, c_void};
use core::ptr;

use super::calls;
use super::errno::{Errno, Failure};
use super::fd::{Fd, OwnedFd};
use super::os::{self, constant};
use super::process;

/// Words and variables that a program can get at the most.
pub const STRINGS: usize = 1024;

/// Bytes for pointers to them, and a stack for the new process.
pub const ROOM: usize = 32 * 1024;

/// The pointers' part: two lists that end in null, and what aligning them takes.
const POINTERS: usize = (2 * (STRINGS + 1) + 1) * size_of::<usize>();

const _: () = assert!(ROOM - POINTERS >= process::STACK);

/// Signals that may have been ignored when the server was started, those of a terminal
/// among them; a program gets their default actions.
const DEFAULT: [u32; 6] = [
    constant::SIGHUP,
    constant::SIGINT,
    constant::SIGQUIT,
    constant::SIGTERM,
    constant::SIGPIPE,
    constant::SIGXFSZ,
];

/// Resources of a program; 0: as many as the server has.
#[derive(Clone, Copy)]
pub struct Limits {
    /// Seconds of processor time.
    pub cpu: u32,
    /// Bytes of address space.
    pub memory: u64,
    /// Processes of its user, those of others among them.
    pub processes: u32,
}

/// A program, and what it gets.
pub struct Image<'a> {
    /// Where it runs.
    pub folder: Fd<'a>,
    /// From there, or absolute.
    pub path: &'a CStr,
    /// Each with its NUL, one behind the other; the first is its name.
    pub arguments: &'a [u8],
    /// `NAME=VALUE`, in the same way.
    pub environment: &'a [u8],
    pub limits: Limits,
}

/// A program that runs, alone in its group.
pub struct Running {
    /// Of the process and of its group.
    pub pid: i32,
    /// Its standard input; writing does not wait.
    pub input: OwnedFd,
    /// Its standard output.
    pub output: OwnedFd,
    /// Its standard error.
    pub errors: OwnedFd,
}

/// Starts a program. When that fails in the new process, that says so with
/// `tell`, on the program's standard error, and exits with 127.
///
/// E2BIG: more than [`STRINGS`] arguments or variables.
pub fn run(image: &Image, room: &mut [u8; ROOM], tell: fn(Failure)) -> Result<Running, Errno> {
    let (input, server_input) = os::pipe()?;
    let (server_output, output) = os::pipe()?;
    let (server_errors, errors) = os::pipe()?;
    calls::fcntl(server_input.borrow(), constant::F_SETFL, constant::O_NONBLOCK)?;
    let (pointers, stack) = room.split_at_mut_checked(POINTERS).ok_or(Errno::E2BIG)?;
    // SAFETY: any bytes are a pointer, which nothing follows but the kernel, and
    // that only those which were put there.
    let (_, pointers, _) = unsafe { pointers.align_to_mut::<*const c_char>() };
    let (arguments, pointers) = point(image.arguments, pointers).ok_or(Errno::E2BIG)?;
    let (environment, _) = point(image.environment, pointers).ok_or(Errno::E2BIG)?;
    let prepared = Prepared {
        image,
        standard: [input.borrow(), output.borrow(), errors.borrow()],
        arguments,
        environment,
        tell,
    };
    // SAFETY: `begin` only reads what it is given, which is there until this
    // function returns, and its frames are smaller than the stack.
    let pid = unsafe { process::spawn(begin, (&raw const prepared).cast(), stack) }?;
    Ok(Running { pid, input: server_input, output: server_output, errors: server_errors })
}

/// All that the new process needs, made by the old one: it has little room.
struct Prepared<'a> {
    image: &'a Image<'a>,
    standard: [Fd<'a>; 3],
    arguments: &'a [*const c_char],
    environment: &'a [*const c_char],
    tell: fn(Failure),
}

extern "C" fn begin(_: usize, _: usize, _: usize, _: usize, prepared: *const c_void) -> ! {
    // SAFETY: `run` has given a Prepared, which stays as it is meanwhile.
    let prepared = unsafe { &*prepared.cast::<Prepared>() };
    (prepared.tell)(become_program(prepared));
    process::exit(127)
}

/// Returns only with an error.
fn become_program(prepared: &Prepared) -> Failure {
    let Prepared { image, standard, arguments, environment, .. } = *prepared;
    let prepare = || {
        // First what can be told of on the new standard error. The numbers are
        // not those of a pipe: the server was started with them open, see
        // `fs::Root::open`.
        for (fd, number) in standard.iter().zip([0, 1, 2]) {
            os::dup_to(*fd, number).map_err(|errno| errno.of("dup2"))?;
        }
        calls::setpgid(0, 0).map_err(|errno| errno.of("setpgid"))?;
        calls::fchdir(image.folder).map_err(|errno| errno.of("fchdir"))?;
        let Limits { cpu, memory, processes } = image.limits;
        for (resource, limit) in [
            (constant::RLIMIT_CPU, u64::from(cpu)),
            (constant::RLIMIT_AS, memory),
            (constant::RLIMIT_NPROC, u64::from(processes)),
        ] {
            if limit > 0 {
                os::set_limit(resource, limit).map_err(|errno| errno.of("setrlimit"))?;
            }
        }
        DEFAULT
            .iter()
            .try_for_each(|signal| os::set_default_action(*signal))
            .and_then(|()| os::unblock())
            .map_err(|errno| errno.of("sigaction"))
    };
    if let Err(failure) = prepare() {
        return failure;
    }
    // SAFETY: this process will be the program, or exit; nothing of it uses
    // another descriptor than the three that stay open. Its parent's stay open
    // there.
    unsafe { os::close_all(3) };
    calls::execve(image.path, arguments, environment).of("execve")
}

/// Points at each of the strings in `block`, and puts a null pointer behind the
/// last; the second is the room that is left. None: there are more than
/// [`STRINGS`].
fn point<'a>(
    block: &[u8],
    pointers: &'a mut [*const c_char],
) -> Option<(&'a [*const c_char], &'a mut [*const c_char])> {
    let mut count = 0;
    let mut rest = block;
    while let Ok(string) = CStr::from_bytes_until_nul(rest) {
        *pointers.get_mut(count).filter(|_| count < STRINGS)? = string.as_ptr();
        rest = rest.get(string.count_bytes() + 1..).unwrap_or_default();
        count += 1;
    }
    *pointers.get_mut(count)? = ptr::null();
    let (used, left) = pointers.split_at_mut_checked(count + 1)?;
    Some((used, left))
}
