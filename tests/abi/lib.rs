//! Compile-time comparison of `src/sys/<os>` with independent tables.
//!
//! The files of the program are included as they are. Whoever changes a number
//! in them and is wrong gets a failing assertion with its name here.
#![no_std]
#![allow(dead_code, unused_imports)]

/// `same!(ours: A, B; libc)`: our constants against those of the libc crate.
macro_rules! same {
    ($ours:path: $($name:ident)*) => {
        $(const _: () = {
            use $ours as ours;
            assert!(ours::$name as i64 == libc::$name as i64, stringify!($name));
        };)*
    };
}

/// Offset and size of a field of ours against one of the libc crate's.
macro_rules! same_field {
    ($ours:ty, $libc:ty: $($field:ident)*) => {
        const _: () = assert!(size_of::<$ours>() == size_of::<$libc>(), stringify!($ours));
        $(const _: () = assert!(
            core::mem::offset_of!($ours, $field) == core::mem::offset_of!($libc, $field),
            stringify!($field)
        );)*
    };
}

#[cfg(target_os = "linux")]
mod linux;

#[cfg(target_os = "macos")]
mod darwin;
