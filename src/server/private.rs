//! Files that the server itself uses, and that clients must not get.

use core::ffi::CStr;

use svcd::access::users::Users;
use svcd::limits;
use svcd::text::split;

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
