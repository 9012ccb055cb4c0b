//! What the server gives up when everything is open: programs that it does not
//! have, its user, and whatever the system can keep it from.

use core::ffi::CStr;

use svcd::limits;
use svcd::options::{Bind, Log, Options, Sandbox};
use svcd::text::Buffer;

#[cfg(feature = "escape")]
use svcd::http::{Refusal, Request};

#[cfg(feature = "escape")]
use super::client::Client;
use super::{About, RunError, Site};
use crate::sys::fs::{self, Root};
use crate::sys::sandbox::{self, ALL, CREATE, EXECUTE, EXISTS, Needs, READ, REMOVE, Ruleset, WRITE};
use crate::sys::{Errno, OwnedFd};

/// What all programs find their parts in, a NUL behind each; not every system has
/// all of it.
const SYSTEM: &[u8] = b"/usr\0/bin\0/sbin\0/lib\0/lib64\0/etc\0/opt\0/proc\0";

/// What everybody may write to.
const DEVICES: &[u8] = b"/dev/null\0/dev/zero\0/dev/full\0/dev/random\0/dev/urandom\0/dev/tty\0";

/// What was reached; `message::sandbox` tells it.
pub struct Reached {
    /// The version of Landlock; None: programs run, and may use all files.
    pub files: Result<Option<usize>, Errno>,
    /// How many system calls are left.
    pub calls: Result<usize, Errno>,
    pub has_programs: bool,
}

impl Reached {
    /// Whether something was given up that another program would need.
    pub fn is_any(&self) -> bool {
        self.calls.is_ok() || matches!(self.files, Ok(Some(_)))
    }
}

/// Whether programs are run. In the sandbox that is decided at the start, so that
/// what is never needed can be given up: it takes --alias, or a folder of programs.
#[inline(never)]
pub fn has_programs(options: &Options, root: &Root) -> bool {
    let is_there = |prefix: &[u8]| {
        let mut room = [0; limits::PATH];
        let mut name = Buffer::new(&mut room);
        name.push(prefix);
        fs::c_str(&mut name).and_then(|name| root.search(name)).is_ok()
    };
    options.has_cgi
        && !options.chroot
        && (options.sandbox == Sandbox::Off
            || options.virtual_hosts
            || !options.aliases.is_empty()
            || options.prefixes().any(is_there))
}

/// Whether all that programs may write is there.
pub fn check_allowed<'a>(options: &Options<'a>) -> Result<(), RunError<'a>> {
    options.cgi_allow.iter().try_for_each(|path| match fs::open_any(path) {
        Ok(_) => Ok(()),
        Err(errno) => Err(RunError::Call(errno.of("openat"), About::Path(path))),
    })
}

/// Gives up what can be given up; None: nothing was wanted.
#[inline(never)]
pub fn enter<'a>(site: &Site<'a>) -> Result<Option<Reached>, RunError<'a>> {
    let options = site.options;
    let is_wanted = options.sandbox != Sandbox::Off;
    if options.sandbox == Sandbox::Require && !EXISTS {
        return Err(Errno::ENOSYS.of("--sandbox=require").into());
    }
    let is_limited = is_wanted && !(site.has_programs && options.cgi_allow.is_empty());
    let rules = is_limited.then(|| rules(site, options)).transpose();
    if options.chroot {
        site.root.enter()?;
    }
    if let Some((user, group)) = options.user {
        sandbox::become_user(user, group)?;
    }
    if !is_wanted {
        return Ok(None);
    }
    let files = sandbox::keep_privileges().and(rules);
    let files = files.and_then(|rules| rules.map(Ruleset::enter).transpose());
    let closed = if site.has_programs { sandbox::close_other_gates(site.environment) } else { Ok(()) };
    let needs = Needs {
        write: options.write,
        programs: site.has_programs,
        log: matches!(options.log, Log::File(_)),
        sockets: options.binds.iter().any(|bind| matches!(bind, Bind::Unix(_))),
        spare: options.spare > 0,
        walk: site.root.is_walked(),
    };
    let calls = sandbox::limit_calls(needs);
    if options.sandbox == Sandbox::Require {
        closed.map_err(|errno| errno.of("munmap"))?;
        calls.map_err(|errno| errno.of("seccomp"))?;
        files.map_err(|errno| errno.of("landlock"))?.ok_or(RunError::Unlimited)?;
    }
    Ok(Some(Reached { files, calls, has_programs: site.has_programs }))
}

/// What may be done with which files.
#[inline(never)]
fn rules(site: &Site, options: &Options) -> Result<Ruleset, Errno> {
    let rules = Ruleset::new(site.has_programs)?;
    let write = if options.write { WRITE } else { 0 };
    let execute = if site.has_programs { EXECUTE } else { 0 };
    rules.allow(site.root.borrow(), READ | write | execute)?;
    if let Some(errors) = &site.errors {
        rules.allow(errors.borrow(), READ)?;
    }
    for bind in options.binds.iter() {
        if let Bind::Unix(path) = bind {
            // Its file goes at the end.
            allow(&rules, fs::in_folder_of(path.to_bytes(), &fs::open_any), REMOVE)?;
        }
    }
    if let Log::File(path) = options.log {
        // It is made anew after it was renamed.
        allow(&rules, fs::in_folder_of(path.to_bytes(), &fs::open_any), CREATE)?;
    }
    if site.has_programs {
        for mapping in options.aliases.iter().chain(options.interpreters.iter()) {
            allow(&rules, fs::open_any(mapping.program), READ | EXECUTE)?;
        }
        for path in options.cgi_allow.iter() {
            allow(&rules, fs::open_any(path), ALL)?;
        }
        for (paths, rights) in [(SYSTEM, READ | EXECUTE), (DEVICES, READ | WRITE)] {
            for path in paths.split_inclusive(|byte| *byte == 0) {
                let path = CStr::from_bytes_with_nul(path).unwrap_or_default();
                allow(&rules, fs::open_any(path), rights)?;
            }
        }
    }
    Ok(rules)
}

/// What is not there needs no rule.
#[inline(never)]
fn allow(rules: &Ruleset, file: Result<OwnedFd, Errno>, rights: u64) -> Result<(), Errno> {
    file.map_or(Ok(()), |file| rules.allow(file.borrow(), rights))
}

/// Tries what `/.escape/NAME` names, and says in an answer what came of it.
#[cfg(feature = "escape")]
pub fn attempt(client: &Client, request: &Request) -> Option<Refusal> {
    let name = request.target.strip_prefix(b"/.escape/")?;
    let vdso = client.site.environment.auxiliary(33);
    Some(match sandbox::attempt(name, vdso) {
        Some(Ok(())) => Refusal::EscapeDone,
        Some(Err(Errno::EACCES)) => Refusal::EscapeEacces,
        Some(Err(Errno::EPERM)) => Refusal::EscapeEperm,
        Some(Err(_)) => Refusal::EscapeError,
        None => Refusal::EscapeUnknown,
    })
}
