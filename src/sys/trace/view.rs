//! A call's arguments and results, and the memory that they point to.

use core::ffi::{CStr, c_char};
use core::{ptr, slice};

use crate::sys::errno::Errno;
use crate::sys::gate::{self, Returned};

/// A call that is under way, or has come back.
///
/// Only `trap` makes one, of the arguments that a typed call has given to the gate.
/// Its caller has promised that whatever the kernel takes for an address there is valid
/// for what the call reads or writes; the functions here read no more of it than that,
/// while the gate has not returned to the owner of the memory. That is the reason behind
/// each SAFETY note here.
pub struct View {
    arguments: [usize; 6],
    /// Of an argument that the call overwrites, what was there before.
    pub entered: usize,
    returned: Option<Returned>,
    /// Bytes of a buffer that are shown.
    pub limit: usize,
}

impl View {
    pub fn new(arguments: [usize; 6], limit: usize) -> View {
        View { arguments, entered: 0, returned: None, limit }
    }

    pub fn come_back(&mut self, returned: &Returned) {
        self.returned = Some(Returned { first: returned.first, second: returned.second });
    }

    pub fn argument(&self, place: usize) -> usize {
        self.arguments.get(place).copied().unwrap_or(0)
    }

    /// The result, if the call did not fail.
    pub fn result(&self) -> Option<usize> {
        self.outcome()?.ok()
    }

    #[allow(dead_code, reason = "Linux has one result")]
    pub fn second(&self) -> usize {
        self.returned.as_ref().map_or(0, |returned| returned.second)
    }

    /// None: the call has not come back.
    pub fn outcome(&self) -> Option<Result<usize, Errno>> {
        let Returned { first, second } = *self.returned.as_ref()?;
        Some(gate::result(Returned { first, second }).map(|returned| returned.first))
    }

    /// `len` bytes that an argument points to; the call reads or writes so many.
    pub fn bytes(&self, place: usize, len: usize) -> &[u8] {
        let address = self.argument(place);
        if address == 0 || len == 0 {
            return &[];
        }
        // SAFETY: see `View`: so many bytes are valid, and nobody writes to them while
        // they are shown.
        unsafe { slice::from_raw_parts(ptr::with_exposed_provenance(address), len) }
    }

    /// Those of a struct of integers that an argument points to, and how many of them
    /// there are; None: it is a null pointer.
    pub fn words<const N: usize>(&self, place: usize) -> Option<[u64; N]> {
        let mut words = [0; N];
        let (chunks, _) = self.bytes(place, 8 * N).as_chunks();
        let pairs = words.iter_mut().zip(chunks);
        (self.argument(place) != 0)
            .then(|| pairs.for_each(|(word, bytes)| *word = u64::from_ne_bytes(*bytes)))?;
        Some(words)
    }

    /// The 32-bit number that an argument points to.
    pub fn half(&self, place: usize) -> Option<u32> {
        self.bytes(place, 4).first_chunk().map(|bytes| u32::from_ne_bytes(*bytes))
    }

    /// A struct of integers that an argument points to.
    ///
    /// # Safety
    /// Every value of its bytes is one, and the call reads or writes a whole one there.
    pub unsafe fn at<T>(&self, place: usize) -> Option<T> {
        let address = self.argument(place);
        let pointer = ptr::with_exposed_provenance::<T>(address);
        // SAFETY: see `View`, and the caller has said so; it may be unaligned.
        (address != 0).then(|| unsafe { pointer.read_unaligned() })
    }

    /// The string that an argument points to.
    pub fn string(&self, place: usize) -> Option<&[u8]> {
        c_string(self.argument(place))
    }

    /// The strings that an array of pointers names, which ends in a null pointer.
    pub fn strings(&self, place: usize) -> impl Iterator<Item = &[u8]> {
        let array = ptr::with_exposed_provenance::<usize>(self.argument(place));
        // SAFETY: see `View`: there are pointers up to a null pointer, at which the
        // iterator ends. A null array has none.
        let pointers = (0..).map_while(move |at| (!array.is_null()).then(|| unsafe { *array.add(at) }));
        pointers.map_while(c_string)
    }
}

fn c_string<'a>(address: usize) -> Option<&'a [u8]> {
    if address == 0 {
        return None;
    }
    let string = ptr::with_exposed_provenance::<c_char>(address);
    // SAFETY: see `View`: where a call takes a string, there is one up to its NUL.
    Some(unsafe { CStr::from_ptr(string) }.to_bytes())
}
