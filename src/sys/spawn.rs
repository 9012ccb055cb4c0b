//! Running a program.

use core::ffi::{CStr, c_char};
use core::ptr;

use super::calls;
use super::errno::{Errno, Failure};
use super::fd::{Fd, OwnedFd};
use super::os::{self, constant};
use super::process::{self, Fork};

/// Words and variables that a program can get at the most.
pub const STRINGS: usize = 1024;

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

/// Starts a program. When that fails after the fork, the new process says so
/// with `tell`, on the program's standard error, and exits with 127.
///
/// E2BIG: more than [`STRINGS`] arguments or variables.
pub fn run(image: &Image, tell: fn(Failure)) -> Result<Running, Errno> {
    let (input, server_input) = os::pipe()?;
    let (server_output, output) = os::pipe()?;
    let (server_errors, errors) = os::pipe()?;
    calls::fcntl(server_input.borrow(), constant::F_SETFL, constant::O_NONBLOCK)?;
    match process::fork()? {
        Fork::Child => {
            tell(become_program(image, [input.borrow(), output.borrow(), errors.borrow()]));
            process::exit(127)
        }
        Fork::Parent(pid) => {
            // Both sides do this, so that it is done whoever runs first.
            let _ = calls::setpgid(pid, pid);
            Ok(Running { pid, input: server_input, output: server_output, errors: server_errors })
        }
    }
}

/// Returns only with an error.
fn become_program(image: &Image, standard: [Fd; 3]) -> Failure {
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
        os::unblock().map_err(|errno| errno.of("sigaction"))
    };
    if let Err(failure) = prepare() {
        return failure;
    }
    let (mut arguments, mut environment) = ([ptr::null(); STRINGS + 1], [ptr::null(); STRINGS + 1]);
    let arguments = point(image.arguments, &mut arguments);
    let environment = point(image.environment, &mut environment);
    // SAFETY: this process will be the program, or exit; nothing of it uses
    // another descriptor than the three that stay open.
    unsafe { os::close_all(3) };
    match (arguments, environment) {
        (Some(arguments), Some(environment)) => {
            calls::execve(image.path, arguments, environment).of("execve")
        }
        _ => Errno::E2BIG.of("execve"),
    }
}

/// Points at each of the strings in `block`, and puts a null pointer behind the
/// last. None: there are more than fit.
fn point<'a>(block: &[u8], pointers: &'a mut [*const c_char; STRINGS + 1]) -> Option<&'a [*const c_char]> {
    let mut count = 0;
    let mut rest = block;
    while let Ok(string) = CStr::from_bytes_until_nul(rest) {
        *pointers.get_mut(count).filter(|_| count < STRINGS)? = string.as_ptr();
        rest = rest.get(string.count_bytes() + 1..).unwrap_or_default();
        count += 1;
    }
    pointers.get(..=count)
}
