//! What an option is that the command line does not name.

use super::{Log, Options, Sandbox};
use crate::limits;
use crate::text::List;

pub fn options<'a>() -> Options<'a> {
    Options {
        binds: List::new(),
        port: 8080,
        reuseport: false,
        inetd: false,
        docroot: None,
        index: c"index.html",
        listing: true,
        clean_urls: false,
        fallback: None,
        errors: None,
        virtual_hosts: false,
        headers: List::new(),
        cache: None,
        media_types: List::new(),
        write: false,
        write_unprotected: false,
        auth: None,
        auth_write: None,
        hosts: List::new(),
        max_body: limits::MAX_BODY,
        min_rate: limits::MIN_RATE,
        sync: true,
        has_cgi: true,
        cgi: List::new(),
        aliases: List::new(),
        interpreters: List::new(),
        cgi_env: List::new(),
        cgi_pass_auth: false,
        cgi_auth: false,
        cgi_timeout: limits::CGI_TIMEOUT,
        cgi_limit: 0,
        cgi_cpu: 0,
        cgi_memory: 0,
        cgi_procs: 0,
        cgi_allow: List::new(),
        user: None,
        chroot: false,
        sandbox: Sandbox::On,
        max_conns: limits::MAX_CONNS,
        max_per_ip: 0,
        spare: 0,
        reuse: 1,
        header_timeout: limits::HEADER_TIMEOUT,
        idle_timeout: limits::IDLE_TIMEOUT,
        grace: limits::GRACE,
        log: Log::StandardOutput,
        #[cfg(feature = "trace")]
        trace: crate::trace::Settings::OFF,
    }
}
