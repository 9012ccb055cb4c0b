//! The command line.

use core::ffi::CStr;
use core::net::{IpAddr, Ipv4Addr};

use crate::limits;
use crate::text::{address, decimal};

/// How to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options<'a> {
    pub bind: IpAddr,
    /// 0 lets the kernel choose.
    pub port: u16,
    /// None: `www` when there is one, else the current folder.
    pub docroot: Option<&'a CStr>,
    pub index: &'a CStr,
    pub max_conns: u32,
    pub log: Log<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Log<'a> {
    StandardOutput,
    File(&'a CStr),
    None,
}

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command<'a> {
    Serve(Options<'a>),
    Help,
    Version,
}

/// What is printed as `argument value: problem`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageError<'a> {
    pub argument: &'a [u8],
    /// Empty when the argument holds its value itself.
    pub value: &'a [u8],
    pub problem: &'static str,
}

pub const VERSION: &str = concat!("svcd ", env!("CARGO_PKG_VERSION"), "\n");

pub const HELP: &str = "\
usage: svcd [OPTIONS] [DOCROOT]     `svcd .` serves the current folder
  DOCROOT              folder to serve; default ./www when there is one, else .
  -b, --bind ADDR      IPv4 or IPv6 address; default 127.0.0.1
  -p, --port PORT      default 8080; 0 lets the kernel choose
      --index NAME     file that stands for its folder; default index.html
      --max-conns N    connections at a time; default 256
      --log FILE       log requests to FILE; - is standard output, the default
  -q, --quiet          log nothing
  -h, --help           print this and exit
  -V, --version        print the version and exit
";

#[derive(Clone, Copy)]
enum Name {
    Bind,
    Port,
    Index,
    MaxConns,
    Log,
    Quiet,
    Help,
    Version,
}

const MAX_CONNS_RANGE: &str = "--max-conns is a number from 1 to 4096";

/// Short letter (0: none), long name, whether a value follows.
static TABLE: &[(u8, &[u8], bool, Name)] = &[
    (b'b', b"bind", true, Name::Bind),
    (b'p', b"port", true, Name::Port),
    (0, b"index", true, Name::Index),
    (0, b"max-conns", true, Name::MaxConns),
    (0, b"log", true, Name::Log),
    (b'q', b"quiet", false, Name::Quiet),
    (b'h', b"help", false, Name::Help),
    (b'V', b"version", false, Name::Version),
];

/// Reads the arguments behind the program's name.
pub fn parse<'a>(mut arguments: impl Iterator<Item = &'a CStr>) -> Result<Command<'a>, UsageError<'a>> {
    let mut options = Options {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: 8080,
        docroot: None,
        index: c"index.html",
        max_conns: limits::MAX_CONNS,
        log: Log::StandardOutput,
    };
    let mut only_operands = false;
    let error = |argument, problem| UsageError { argument, value: b"", problem };
    while let Some(argument) = arguments.next() {
        let bytes = argument.to_bytes();
        if only_operands || !bytes.starts_with(b"-") || bytes == b"-" {
            if options.docroot.replace(argument).is_some() {
                return Err(error(bytes, "only one DOCROOT is served"));
            }
            continue;
        }
        if bytes == b"--" {
            only_operands = true;
            continue;
        }
        let (name, takes_value, attached) = look_up(argument)?;
        let value = match (takes_value, attached) {
            (true, Some(value)) => value,
            (true, None) => arguments.next().ok_or(error(bytes, "this option needs a value"))?,
            (false, Some(_)) => return Err(error(bytes, "this option takes no value")),
            (false, None) => c"",
        };
        match name {
            Name::Help => return Ok(Command::Help),
            Name::Version => return Ok(Command::Version),
            _ => set(&mut options, name, value).map_err(|problem| {
                let value = if attached.is_some() { b"" } else { value.to_bytes() };
                UsageError { argument: bytes, value, problem }
            })?,
        }
    }
    Ok(Command::Serve(options))
}

/// The option that `argument` names, whether it takes a value, and the value
/// attached to it: `--name=VALUE` or `-nVALUE`.
fn look_up(argument: &CStr) -> Result<(Name, bool, Option<&CStr>), UsageError<'_>> {
    let bytes = argument.to_bytes();
    for (short, long, takes_value, name) in TABLE {
        let rest = match bytes {
            [b'-', b'-', rest @ ..] => rest.strip_prefix(*long),
            [b'-', letter, rest @ ..] if letter == short => Some(rest),
            _ => None,
        };
        let attached = match rest {
            Some([]) => None,
            Some([b'=', value @ ..]) if bytes.starts_with(b"--") => Some(value),
            Some(value) if !bytes.starts_with(b"--") => Some(value),
            _ => continue,
        };
        return Ok((*name, *takes_value, attached.map(|value| suffix(argument, value.len()))));
    }
    Err(UsageError { argument: bytes, value: b"", problem: "unknown option; svcd --help lists them" })
}

/// The last `len` bytes of `text`.
fn suffix(text: &CStr, len: usize) -> &CStr {
    let bytes = text.to_bytes_with_nul();
    let tail = bytes.len().checked_sub(len + 1).and_then(|start| bytes.get(start..));
    tail.and_then(|tail| CStr::from_bytes_until_nul(tail).ok()).unwrap_or_default()
}

fn set<'a>(options: &mut Options<'a>, name: Name, value: &'a CStr) -> Result<(), &'static str> {
    let bytes = value.to_bytes();
    match name {
        Name::Bind => options.bind = address::parse(bytes).ok_or("not an IPv4 or IPv6 address")?,
        Name::Port => {
            let port = decimal::parse(bytes).and_then(|port| u16::try_from(port).ok());
            options.port = port.ok_or("a port is a number from 0 to 65535")?;
        }
        Name::Index => {
            if bytes.is_empty() || bytes.starts_with(b".") || bytes.contains(&b'/') {
                return Err("an index is a file name that does not begin with a dot");
            }
            options.index = value;
        }
        Name::MaxConns => {
            let range = 1..=limits::MAX_CONNS_CEILING as u64;
            let number = decimal::parse(bytes).filter(|number| range.contains(number));
            options.max_conns = number.ok_or(MAX_CONNS_RANGE)? as u32;
        }
        Name::Log => {
            options.log = match bytes {
                b"" => return Err("--log needs a file name"),
                b"-" => Log::StandardOutput,
                _ => Log::File(value),
            }
        }
        Name::Quiet => options.log = Log::None,
        Name::Help | Name::Version => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests;
