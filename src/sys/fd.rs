//! File descriptors, owned and borrowed.

use core::marker::PhantomData;
use core::mem::ManuallyDrop;

use super::calls;

/// A descriptor that somebody else keeps open for `'a`.
#[derive(Clone, Copy)]
pub struct Fd<'a>(i32, PhantomData<&'a OwnedFd>);

impl Fd<'static> {
    /// Descriptors 0, 1 and 2 are the process's own for all its life; where the
    /// program was started without them, see `fs::Root::open`.
    pub const STDIN: Fd<'static> = Fd(0, PhantomData);
    pub const STDOUT: Fd<'static> = Fd(1, PhantomData);
    pub const STDERR: Fd<'static> = Fd(2, PhantomData);

    /// A number that is no descriptor but means something to a call, such as
    /// AT_FDCWD.
    pub(super) const fn special(number: i32) -> Self {
        Fd(number, PhantomData)
    }
}

impl Fd<'_> {
    /// The register that the kernel reads it from: sign-extended.
    pub(super) fn register(self) -> usize {
        self.0 as isize as usize
    }

    pub fn number(self) -> i32 {
        self.0
    }
}

/// A descriptor that is closed when it goes out of scope.
///
/// The error of that close(2) is not looked at: nothing here writes through
/// such a descriptor what close could still lose, and the descriptor is gone
/// whatever close says.
pub struct OwnedFd(i32);

impl OwnedFd {
    /// Takes over what a call that makes descriptors returned.
    pub(super) fn new(returned: usize) -> Self {
        OwnedFd(returned as i32)
    }

    pub fn borrow(&self) -> Fd<'_> {
        Fd(self.0, PhantomData)
    }

    /// Closes it in a process that ends without dropping it; nobody may use it any
    /// more.
    pub fn close_in_child(&self) {
        // SAFETY: the caller has no other borrow that is used behind this, and does
        // not drop the value, so that a new descriptor of this number stays open.
        let _ = unsafe { calls::close(self.borrow()) };
    }

    /// Leaves it open until the process ends, which saves a call.
    pub fn leak(self) -> Fd<'static> {
        Fd(ManuallyDrop::new(self).0, PhantomData)
    }
}

impl Drop for OwnedFd {
    fn drop(&mut self) {
        // SAFETY: this value owned the descriptor, borrows of it have ended, and
        // the value is gone after this.
        let _ = unsafe { calls::close(self.borrow()) };
    }
}
