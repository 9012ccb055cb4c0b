//! CGI/1.1 (RFC 3875): programs below a prefix, run for each request. Every test
//! writes the scripts that it needs into a tree of its own.

mod access;
mod aliases;
mod answers;
mod arguments;
mod bad_answers;
mod bodies;
mod daemons;
mod descriptors;
mod ends;
mod environment;
mod fields;
mod finding;
mod fork_bomb;
mod framing;
mod heavy;
mod large_bodies;
mod many;
mod methods;
mod nph;
mod path_info;
mod redirects;
mod settings;
mod sources;
mod standard_error;
mod streaming;
mod times;
mod unread_bodies;
mod usage;
