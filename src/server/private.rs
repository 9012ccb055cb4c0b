//! Files that the server itself uses, and that clients must not get.

use core::ffi::CStr;

use svcd::access::users::Users;
use svcd::cgi::script;
use svcd::http::target;
use svcd::limits;
use svcd::options::Options;
use svcd::text::{split, without_last};

use super::{About, RunError};
use crate::sys::fs::{self, Root};
use crate::sys::{Errno, Fd};

/// Reads a file of users, once and for all: who changes it starts the server
/// anew. `room` keeps it.
pub fn read_users<'a>(
    path: Option<&'a CStr>,
    root: &Root,
    room: &'a mut [u8; limits::USERS],
) -> Result<Option<Users<'a>>, RunError<'a>> {
    let Some(path) = path else { return Ok(None) };
    check(path, None, root)?;
    let failed = |call| move |errno: Errno| RunError::Call(errno.of(call), About::Path(path));
    let file = fs::open_read(path).map_err(failed("openat"))?;
    check(path, Some(file.borrow()), root)?;
    let len = fs::read_full(file.borrow(), room).map_err(failed("read"))?;
    let text = room.get(..len).filter(|text| text.len() < limits::USERS);
    let text = text.ok_or(Errno::EFBIG).map_err(failed("read"))?;
    Users::parse(text).map(Some).map_err(|malformed| RunError::Users(path, malformed))
}

/// Refuses a file in DOCROOT, unless its name hides it there. Once it is open,
/// it is the place that counts to which links have led.
pub fn check<'a>(path: &'a CStr, open: Option<Fd>, root: &Root) -> Result<(), RunError<'a>> {
    let mut room = [0; limits::PATH];
    let real = open.and_then(|file| fs::path(file, &mut room).ok()).unwrap_or(path.to_bytes());
    let name = split(real, b'/').last().unwrap_or_default();
    match root.holds(real) {
        Ok(true) if !name.starts_with(b".") => Err(RunError::Exposed(path)),
        Ok(_) => Ok(()),
        Err(errno) => Err(RunError::Call(errno.of("openat"), About::Path(path))),
    }
}

/// Refuses a program of --alias or --cgi-run in DOCROOT where it is a file as any other:
/// it would be sent, and with --write be replaced. Below the address of a program, or
/// under a name that hides it, it is neither.
pub fn check_programs<'a>(options: &Options<'a>, root: &Root) -> Result<(), RunError<'a>> {
    let mappings = options.aliases.iter().chain(options.interpreters.iter());
    let is_exposed = |program| options.has_cgi && !options.chroot && is_file_of(program, options, root);
    match mappings.map(|mapping| mapping.program).find(|program| is_exposed(program)) {
        Some(program) => Err(RunError::Exposed(program)),
        None => Ok(()),
    }
}

/// A program that is not there is a failure of the request for it. Nor is it known where
/// one is without /proc, which no program starts without.
#[inline(never)]
fn is_file_of(program: &CStr, options: &Options, root: &Root) -> bool {
    let (mut room, mut root_room) = ([0; limits::PATH], [0; limits::PATH]);
    let Ok(file) = fs::open_any(program) else { return false };
    let (Ok(path), Ok(top)) = (fs::path(file.borrow(), &mut room), root.path(&mut root_room)) else {
        return false;
    };
    let Some(mut path) = path.strip_prefix(without_last(top, b'/')).filter(|path| path.starts_with(b"/"))
    else {
        return false;
    };
    if options.virtual_hosts {
        path = script::next_segment(path).map_or(path, |(_, path)| path);
    }
    let is_hidden = path.strip_prefix(b"/").is_some_and(target::is_hidden);
    !is_hidden && !options.is_for_program(path)
}
