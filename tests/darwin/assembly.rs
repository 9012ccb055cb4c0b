//! Holds the assembly that `$SOURCE` names, so that rustc alone is the
//! assembler. There is no `core` here, hence the built-in macros by hand.
#![feature(no_core, rustc_attrs)]
#![allow(internal_features)]
#![no_core]
#![no_std]
#![no_main]

#[rustc_builtin_macro]
macro_rules! env {
    ($($words:tt)*) => {};
}
#[rustc_builtin_macro]
macro_rules! global_asm {
    ($($words:tt)*) => {};
}
#[rustc_builtin_macro]
macro_rules! include_str {
    ($($words:tt)*) => {};
}

global_asm!(include_str!(env!("SOURCE")));
