//! The filter of system calls (seccomp(2)), made of the table of calls.
//!
//! A server without programs makes these calls and no others, wherever in its
//! memory the instruction may be. What a program is allowed that the server runs
//! nobody can say; the kernel knows it by the address of the instruction. The
//! server has one instruction that traps, the gate: a call from there must be in
//! the table, and one from elsewhere in the server's code, as in the middle of
//! another instruction, is none of the server's. Nothing else can become code: no
//! call that makes memory executable is in the table, and whoever writes into the
//! code by /proc/self/mem has no other address for it. So what comes from another
//! address comes from a program.

use svcd::text::Buffer;

use super::table::{CALLS, Call, LOG, PROGRAMS, SERVE, SOCKETS, SPARE, WALK, WRITE};
use super::{arch, calls, constant};
use crate::sys::errno::Errno;
use crate::sys::sandbox::Needs;
use crate::sys::start::Environment;

/// `struct sock_filter`: 16 bits of code, 8 bits each for the steps to skip if a
/// comparison is true or false, and the operand.
const fn step(code: u32, skip: u32, otherwise: u32, operand: u32) -> u64 {
    (code | skip << 16 | otherwise << 24) as u64 | (operand as u64) << 32
}

const fn load(offset: usize) -> u64 {
    step(constant::BPF_LD | constant::BPF_W | constant::BPF_ABS, 0, 0, offset as u32)
}

const fn equal(value: u32, skip: u32, otherwise: u32) -> u64 {
    step(constant::BPF_JMP | constant::BPF_JEQ | constant::BPF_K, skip, otherwise, value)
}

const fn at_least(value: u32, skip: u32) -> u64 {
    step(constant::BPF_JMP | constant::BPF_JGE | constant::BPF_K, skip, 0, value)
}

const fn and(mask: u32) -> u64 {
    step(constant::BPF_ALU | constant::BPF_AND | constant::BPF_K, 0, 0, mask)
}

const ALLOW: u64 = step(constant::BPF_RET, 0, 0, constant::SECCOMP_RET_ALLOW);
const KILL: u64 = step(constant::BPF_RET, 0, 0, constant::SECCOMP_RET_KILL_PROCESS);

// `struct seccomp_data`: number, processor, address, arguments.
const NUMBER: usize = 0;
const PROCESSOR: usize = 4;
const ADDRESS: usize = 8;
const ARGUMENTS: usize = 16;

/// Steps of the longest filter.
const STEPS: usize = 18 + 2 * CALLS.len() + 4 * 8;

unsafe extern "C" {
    // The instruction behind the one that traps, see `arch`; the linker's names for
    // both ends of the executable memory.
    static behind_gate: u8;
    static code_begin: u8;
    static code_end: u8;
}

const OPENS_TO_WRITE: u32 = constant::O_WRONLY | constant::O_RDWR | constant::O_CREAT | constant::O_TRUNC;

/// What a call's argument must be, as far as it does not lie in memory: the place
/// of the argument, the bits of it that count, their value.
fn condition(number: u16, needs: Needs) -> Option<(usize, u32, u32)> {
    const CLONE: u16 = Call::clone as u16;
    const FCNTL: u16 = Call::fcntl as u16;
    const IOCTL: u16 = Call::ioctl as u16;
    const OPENAT: u16 = Call::openat as u16;
    const PRCTL: u16 = Call::prctl as u16;
    const PRLIMIT64: u16 = Call::prlimit64 as u16;
    match number {
        CLONE if needs.programs => {
            Some((0, !(constant::CLONE_VM | constant::CLONE_VFORK), constant::SIGCHLD))
        }
        CLONE => Some((0, u32::MAX, constant::SIGCHLD)),
        // These, and F_DUPFD and F_SETLK, which are harmless.
        FCNTL => Some((1, !(constant::F_SETFL | constant::F_SETFD), 0)),
        IOCTL => Some((1, u32::MAX, constant::SIOCOUTQ)),
        OPENAT if !needs.write && !needs.log => Some((2, OPENS_TO_WRITE, 0)),
        PRCTL => Some((0, u32::MAX, constant::PR_SET_CHILD_SUBREAPER)),
        // Of this process only.
        PRLIMIT64 => Some((0, u32::MAX, 0)),
        _ => None,
    }
}

/// From now on every other call ends the process. Returns how many are left.
#[inline(never)]
pub fn limit_calls(needs: Needs) -> Result<usize, Errno> {
    let bit = |needed: bool, bit: u8| if needed { bit } else { 0 };
    let when = SERVE
        | bit(needs.write, WRITE)
        | bit(needs.programs, PROGRAMS)
        | bit(needs.log, LOG)
        | bit(needs.spare, SPARE)
        | bit(needs.sockets, SOCKETS)
        | bit(needs.walk, WALK);
    let mut room = [0; 8 * STEPS];
    let mut filter = Buffer::new(&mut room);
    if needs.programs {
        // Addresses of the server have 32 bits: see linux.ld.
        let low = |address: *const u8| address as usize as u32;
        put(&mut filter, &[load(ADDRESS + 4), equal(0, 1, 0), ALLOW, load(ADDRESS)]);
        put(&mut filter, &[equal(low(&raw const behind_gate), 4, 0)]);
        put(&mut filter, &[at_least(low(&raw const code_end), 1)]);
        put(&mut filter, &[at_least(low(&raw const code_begin), 1), ALLOW, KILL]);
    }
    put(&mut filter, &[load(PROCESSOR), equal(arch::AUDIT_ARCH, 1, 0), KILL, load(NUMBER)]);
    // What a tracer puts there that lets a call fail (strace --inject), of which 16
    // bits are left on aarch64; it is none.
    put(&mut filter, &[equal(u32::MAX, 0, 1), ALLOW, equal(0xffff, 0, 1), ALLOW]);
    // The trace asks who writes a line.
    #[cfg(feature = "trace")]
    put(&mut filter, &[equal(Call::getpid as u32, 0, 1), ALLOW]);
    let mut count = 0;
    for (number, _) in CALLS.iter().filter(|call| call.1 & when != 0) {
        let condition = condition(*number, needs);
        let skip = if condition.is_some() { 5 } else { 1 };
        put(&mut filter, &[equal(u32::from(*number), 0, skip)]);
        if let Some((place, mask, value)) = condition {
            put(&mut filter, &[load(ARGUMENTS + 8 * place), and(mask), equal(value, 1, 0), KILL]);
        }
        put(&mut filter, &[ALLOW]);
        count += 1;
    }
    put(&mut filter, &[KILL]);
    calls::prctl_seccomp(filter.bytes()).map(|()| count)
}

#[inline(never)]
fn put(filter: &mut Buffer, steps: &[u64]) {
    steps.iter().for_each(|step| filter.push(&step.to_ne_bytes()));
}

/// Pages that the kernel's own code in this process may have.
const VDSO_PAGES: usize = 16;

/// Takes the vDSO out of this process, which has instructions that trap. Nothing
/// here uses it; programs get their own.
pub fn close_other_gates(environment: Environment) -> Result<(), Errno> {
    let Some(vdso) = environment.auxiliary(constant::AT_SYSINFO_EHDR as usize) else { return Ok(()) };
    let mut result = Ok(());
    // Nobody tells its size, and the kernel takes all of it or nothing.
    for pages in 1..=VDSO_PAGES {
        // SAFETY: nothing in the program refers to this memory, and less than the
        // whole is refused.
        result = unsafe { calls::munmap(vdso, pages * 4096) };
        if result.is_ok() {
            break;
        }
    }
    result
}
