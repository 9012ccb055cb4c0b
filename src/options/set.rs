//! From an option's value to the field of [`Options`].

use core::ffi::CStr;

use super::table::Name;
use super::{Log, Options, Sandbox, suffix, value};
use crate::access::trusted::Trusted;
use crate::limits;
use crate::text::{find, without_first};

/// Sets what `name` stands for to `value`, or says what is wrong with that.
#[inline(never)]
pub fn set<'a>(options: &mut Options<'a>, name: Name, value: &'a CStr) -> Result<(), &'static str> {
    let bytes = value.to_bytes();
    match name {
        Name::Bind => pushed(options.binds.push(value::bind(value)?))?,
        Name::Port => {
            let most = u16::MAX.into();
            options.port = value::number(bytes, 0, most, "a port is a number from 0 to 65535")? as u16;
        }
        Name::Reuseport => options.reuseport = true,
        Name::Inetd => options.inetd = true,
        Name::Index => {
            if !value::is_path(bytes) || find(bytes, b'/').is_some() {
                return Err("an index is a file name that does not begin with a dot");
            }
            options.index = value;
        }
        Name::NoListing => options.listing = false,
        Name::CleanUrls => options.clean_urls = true,
        Name::Fallback => {
            let path = without_first(bytes, b'/');
            if !value::is_path(path) {
                return Err("a fallback is a file of DOCROOT, and no name in it begins with a dot");
            }
            options.fallback = Some(suffix(value, path.len()));
        }
        Name::Errors => options.errors = Some(value),
        Name::VirtualHosts => options.virtual_hosts = true,
        Name::Header => value::header(bytes, &mut options.headers)?,
        Name::Cache => {
            options.cache = Some(value::number(bytes, 0, limits::CACHE_CEILING, value::CACHE)?);
        }
        Name::NoInode => options.inode = false,
        Name::Mime => pushed(options.media_types.push(value::media_type(bytes)?))?,
        Name::Write => options.write = true,
        Name::WriteUnprotected => options.write_unprotected = true,
        Name::Auth => options.auth = Some(value),
        Name::AuthWrite => options.auth_write = Some(value),
        Name::Host => pushed(options.hosts.push(value::host(bytes)?))?,
        Name::MaxBody => options.max_body = value::size(bytes)?,
        Name::MinRate => options.min_rate = value::number(bytes, 0, u32::MAX, value::MIN_RATE)?,
        Name::NoSync => options.sync = false,
        Name::NoCgi => options.has_cgi = false,
        Name::Cgi => pushed(options.cgi.push(value::prefix(bytes)?))?,
        Name::Alias | Name::CgiRun => {
            let (mapping, list) = match name {
                Name::Alias => (value::alias(value)?, &mut options.aliases),
                _ => (value::interpreter(value)?, &mut options.interpreters),
            };
            pushed(list.push(mapping))?;
        }
        Name::CgiEnv => pushed(options.cgi_env.push(value::variable(bytes)?))?,
        Name::CgiPassAuth => options.cgi_pass_auth = true,
        Name::CgiAuth => options.cgi_auth = true,
        Name::CgiLimit | Name::CgiCpu | Name::Grace => {
            let seconds = value::number(bytes, 0, limits::TIMEOUT_CEILING, value::CGI_LIMIT)?;
            match name {
                Name::CgiLimit => options.cgi_limit = seconds,
                Name::Grace => options.grace = seconds,
                _ => options.cgi_cpu = seconds,
            }
        }
        Name::CgiMemory => options.cgi_memory = value::size(bytes)?,
        Name::CgiProcs => options.cgi_procs = value::number(bytes, 0, u32::MAX, value::CGI_PROCS)?,
        Name::CgiAllow => pushed(options.cgi_allow.push(value))?,
        Name::User => options.user = Some(value::user(bytes)?),
        Name::Chroot => options.chroot = true,
        Name::Sandbox => {
            options.sandbox = match bytes {
                b"off" => Sandbox::Off,
                b"on" => Sandbox::On,
                b"require" => Sandbox::Require,
                _ => return Err("--sandbox is off, on or require"),
            }
        }
        Name::MaxConns => {
            let most = limits::MAX_CONNS_CEILING as u32;
            options.max_conns = value::number(bytes, 1, most, value::MAX_CONNS)?;
        }
        Name::MaxPerIp => options.max_per_ip = value::number(bytes, 0, u32::MAX, value::MAX_PER_IP)?,
        Name::Trusted => pushed(options.trusted.push(Trusted::parse(bytes).ok_or(value::TRUSTED)?))?,
        Name::Health => options.health = Some(value::url(bytes)?),
        Name::Spare => options.spare = value::number(bytes, 0, limits::SPARE_CEILING, value::SPARE)?,
        Name::Reuse => options.reuse = value::number(bytes, 1, u32::MAX, value::REUSE)?,
        Name::HeaderTimeout | Name::IdleTimeout | Name::CgiTimeout => {
            let seconds = value::number(bytes, 1, limits::TIMEOUT_CEILING, value::TIMEOUT)?;
            match name {
                Name::HeaderTimeout => options.header_timeout = seconds,
                Name::IdleTimeout => options.idle_timeout = seconds,
                _ => options.cgi_timeout = seconds,
            }
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

fn pushed(is_pushed: bool) -> Result<(), &'static str> {
    if is_pushed { Ok(()) } else { Err(value::FULL) }
}
