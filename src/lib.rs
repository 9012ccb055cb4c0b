//! The pure floor of svcd: everything that can be decided from bytes alone.
//!
//! 1. Nothing here can name the operating system: the program's `sys` is
//!    another crate target, and `unsafe` is forbidden.
//! 2. Nothing here allocates or panics. A reader takes a slice and answers with
//!    parts of it; a writer fills a [`text::Buffer`] and remembers overflow.
//! 3. A refusal is a status and a reason ([`http::Refusal`]), never a bare
//!    failure: the built-in page and the log line say the same thing.
//! 4. What a client can do is bounded in [`limits`].
//!
//! In reading order: [`options`] (the command line), [`http`] (one message),
//! [`access`] (who may do what), [`listing`] (of a folder), [`cgi`] (what a
//! program is told, and what it answers), [`log_line`] (what is written about
//! it), [`text`] (small tools for all).
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod access;
pub mod cgi;
pub mod http;
pub mod limits;
pub mod listing;
pub mod log_line;
pub mod options;
pub mod text;
pub mod trace;
