//! What LLVM calls on Apple's targets beside memcpy and its family, which come
//! from `compiler_builtins`.

use core::ptr::write_volatile;

/// Zeros, as `memset` with 0. Volatile writes, since any other loop would be
/// turned into a call of this very function.
///
/// # Safety
/// `to` must be valid for `len` bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn bzero(to: *mut u8, len: usize) {
    for place in 0..len {
        // SAFETY: within the bytes that the caller answers for.
        unsafe { write_volatile(to.add(place), 0) };
    }
}
