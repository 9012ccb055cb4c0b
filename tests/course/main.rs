//! The course: each program of examples/ does what its step says, on the machine that
//! `$SVCD` is for, and docs/course shows what really happens.

mod book;
#[allow(dead_code)]
#[path = "../freestanding/census.rs"]
mod census;
#[allow(dead_code)]
#[path = "../freestanding/elf.rs"]
mod elf;
mod excerpts;
mod freestanding;
mod ladder;
#[allow(dead_code)]
#[path = "../freestanding/macho.rs"]
mod macho;
mod registers;
mod servers;
mod shell;
mod sizes;
mod volatile;
