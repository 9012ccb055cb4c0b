//! The integration suite: what svcd promises, one module per promise.
//!
//! It runs the program that `$SVCD` names (see `harness/lib.rs`) and talks to
//! it over sockets. Every test has a server and a tree of its own, so they run
//! in any order and at once. Some only wait for the server's own time limits:
//! with `-- --test-threads 8` they wait beside the others.

mod activation;
mod addresses;
mod auth;
mod bodies;
mod cgi;
mod cgi_example;
mod codings;
mod command_line;
mod conditions;
mod content;
mod crawl;
mod cross_site;
mod delete;
mod docroot;
mod error_pages;
mod exhaustion;
mod expect;
mod first_process;
mod garbage;
mod grace;
mod hangup;
mod health;
mod inetd;
mod keep_alive;
mod known_mistakes;
mod large_files;
mod leftovers;
mod lifecycle;
mod limits;
mod listing;
mod log;
mod lost_lines;
mod malformed;
mod many_connections;
mod options_method;
mod paths;
mod peers;
mod per_address;
mod pipelining;
mod put;
mod put_conditions;
mod put_disk;
mod put_expect;
mod put_faults;
mod put_killed;
mod put_refusals;
mod put_storm;
mod ranges;
mod redirect;
mod refusals;
mod sandbox;
mod slow_readers;
mod spare;
mod start_up;
mod static_files;
mod status;
mod stopping;
mod timeouts;
mod trusted;
mod upgrade;
mod virtual_hosts;
mod wire;
