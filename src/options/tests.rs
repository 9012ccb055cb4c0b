use core::net::Ipv4Addr;

use super::*;

mod cgi;
mod running;
mod sandbox;
mod writing;

fn parsed<'a>(arguments: &[&'a CStr]) -> Result<Command, UsageError<'a>> {
    parse(arguments.iter().copied(), &mut Options::default())
}

fn served<'a>(arguments: &[&'a CStr]) -> Options<'a> {
    let mut options = Options::default();
    assert_eq!(parse(arguments.iter().copied(), &mut options), Ok(Command::Serve), "{arguments:?}");
    options
}

#[test]
fn nothing_means_the_defaults() {
    let options = served(&[]);
    assert!(options.binds.is_empty() && options.headers.is_empty() && options.media_types.is_empty());
    assert!(options.listing && !options.clean_urls && !options.virtual_hosts);
    assert_eq!((options.header_timeout, options.idle_timeout), (10, 15));
    assert_eq!((options.fallback, options.errors, options.cache), (None, None, None));
    assert_eq!((options.port, options.max_conns), (8080, 256));
    assert_eq!((options.docroot, options.index), (None, c"index.html"));
    assert_eq!(options.log, Log::StandardOutput);
    assert!(!options.write && !options.write_unprotected && options.sync && options.hosts.is_empty());
    assert_eq!((options.auth, options.auth_write), (None, None));
    assert_eq!((options.max_body, options.min_rate), (1 << 30, 1024));
}

#[test]
fn every_spelling_of_an_option() {
    for arguments in
        [&[c"-p", c"81"][..], &[c"-p81"], &[c"--port", c"81"], &[c"--port=81"], &[c"-p80", c"-p81"]]
    {
        assert_eq!(served(arguments).port, 81, "{arguments:?}");
    }
    assert!(!served(&[c"--no-listing"]).listing);
    assert!(served(&[c"--clean-urls"]).clean_urls);
    assert!(served(&[c"--virtual-hosts"]).virtual_hosts);
    assert_eq!(served(&[c"--errors", c"/e"]).errors, Some(c"/e"));
    assert_eq!(served(&[c"--fallback", c"a/b.c"]).fallback, Some(c"a/b.c"));
    assert_eq!(served(&[c"--fallback=/a"]).fallback, Some(c"a"));
    assert_eq!(served(&[c"--cache=0"]).cache, Some(0));
    assert_eq!(served(&[c"--cache", c"31536000"]).cache, Some(31_536_000));
    assert_eq!(served(&[c"--header-timeout", c"1"]).header_timeout, 1);
    assert_eq!(served(&[c"--idle-timeout=86400"]).idle_timeout, 86400);
    assert_eq!(served(&[c"--index=a.htm"]).index, c"a.htm");
    assert_eq!(served(&[c"--max-conns", c"4096"]).max_conns, 4096);
    assert_eq!(served(&[c"--log", c"f"]).log, Log::File(c"f"));
    assert_eq!(served(&[c"--log=f", c"--log=-"]).log, Log::StandardOutput);
    assert_eq!(served(&[c"-q"]).log, Log::None);
    assert_eq!(served(&[c"--quiet"]).log, Log::None);
    assert!(served(&[c"--write"]).write && !served(&[c"--write"]).write_unprotected);
    assert!(served(&[c"--write-unprotected"]).write_unprotected && !served(&[c"--write-unprotected"]).write);
    assert_eq!(served(&[c"--auth", c"u"]).auth, Some(c"u"));
    assert_eq!(served(&[c"--auth=u"]).auth_write, None);
    assert_eq!(served(&[c"--auth-write", c"u"]).auth_write, Some(c"u"));
    assert_eq!(served(&[c"--auth-write=u"]).auth, None);
    assert!(!served(&[c"--no-sync"]).sync);
    assert_eq!(served(&[c"--min-rate=0"]).min_rate, 0);
    assert_eq!(served(&[c"--min-rate", c"4294967295"]).min_rate, u32::MAX);
    assert_eq!(served(&[c"d"]).docroot, Some(c"d"));
    assert_eq!(served(&[c"-"]).docroot, Some(c"-"));
    assert_eq!(served(&[c"--", c"-d"]).docroot, Some(c"-d"));
    for help in [c"-h", c"--help"] {
        assert_eq!(parsed(&[c"-p0", help, c"--nonsense"]), Ok(Command::Help));
    }
    assert_eq!(parsed(&[c"-V"]), Ok(Command::Version));
}

#[test]
fn what_is_wrong_is_named() {
    for (arguments, printed) in [
        (&[c"-x"][..], "-x"),
        (&[c"--portx", c"1"], "--portx"),
        (&[c"--por", c"1"], "--por"),
        (&[c"--p=1"], "--p=1"),
        (&[c"-p"], "-p"),
        (&[c"--port"], "--port"),
        (&[c"-q1"], "-q1"),
        (&[c"--quiet=1"], "--quiet=1"),
        (&[c"-p", c"70000"], "-p 70000"),
        (&[c"-p", c""], "-p "),
        (&[c"-p", c"x"], "-p x"),
        (&[c"--port="], "--port="),
        (&[c"-b", c"1.2.3.4.5"], "-b 1.2.3.4.5"),
        (&[c"--max-conns", c"0"], "--max-conns 0"),
        (&[c"--max-conns", c"4097"], "--max-conns 4097"),
        (&[c"--index", c"a/b"], "--index a/b"),
        (&[c"--index", c".a"], "--index .a"),
        (&[c"--log="], "--log="),
        (&[c"a", c"b"], "b"),
    ] {
        match parsed(arguments) {
            Err(error) => {
                let whole = [error.argument, error.value].join(&b' ');
                let whole = String::from_utf8(whole).unwrap();
                // An argument without a value of its own is printed alone.
                assert_eq!(whole.trim_end(), printed.trim_end(), "{arguments:?}");
            }
            Ok(command) => panic!("{arguments:?}: {command:?}"),
        }
    }
}

#[test]
fn each_bind_is_one_more_address() {
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let all: IpAddr = "::".parse().unwrap();
    for (argument, bind) in [
        (c"127.0.0.1", Bind::Ip(local, None)),
        (c"127.0.0.1:81", Bind::Ip(local, Some(81))),
        (c"::", Bind::Ip(all, None)),
        (c"[::]", Bind::Ip(all, None)),
        (c"[::]:0", Bind::Ip(all, Some(0))),
        (c"unix:/run/s", Bind::Unix(c"/run/s")),
        (c"unix:s", Bind::Unix(c"s")),
    ] {
        let binds = served(&[c"-b", c"0.0.0.0", c"-b", argument]).binds;
        let any = Bind::Ip(IpAddr::V4(Ipv4Addr::UNSPECIFIED), None);
        assert_eq!(binds.iter().copied().collect::<Vec<_>>(), [any, bind], "{argument:?}");
    }
    assert_eq!(served(&[c"-b1.1.1.1"; limits::BINDS]).binds.iter().count(), limits::BINDS);
    refused(&[c"-b1.1.1.1"; limits::BINDS + 1], "-b1.1.1.1");
    for bad in ["", "unix:", "unix", "localhost", "::1:x", "[::1", "1.2.3.4:65536", "/run/s"] {
        refused_value("--bind", bad);
    }
}

#[test]
fn a_header_is_a_field_line_that_the_server_does_not_write() {
    for line in [c"X: y", c"X:y", c"x-Y: a b\tc", c"Content-Security-Policy: x", c"Via: \xe9", c"A: :"] {
        let headers = served(&[c"--header", line]).headers;
        assert_eq!(headers.iter().copied().collect::<Vec<_>>(), [line.to_bytes()], "{line:?}");
    }
    assert_eq!(served(&[c"--header=A: b"; limits::ADDITIONS]).headers.iter().count(), limits::ADDITIONS);
    refused(&[c"--header=A: b"; limits::ADDITIONS + 1], "--header=A: b");
    for bad in [
        "",
        "X",
        "X:",
        "X: ",
        ": y",
        "X :y",
        "X y: z",
        "X:  y",
        "X: y ",
        "X:\ty",
        "X: a\r\nB: c",
        "\u{e9}: y",
    ] {
        refused_value("--header", bad);
    }
    for own in [
        "Connection: close",
        "CONTENT-LENGTH: 1",
        "transfer-encoding: chunked",
        "Date: x",
        "TE: x",
        "WWW-Authenticate: x",
    ] {
        refused_value("--header", own);
    }
}

#[test]
fn headers_have_a_limit_together() {
    let half = |len: usize| std::ffi::CString::new(format!("A: {}", "b".repeat(len - 3))).unwrap();
    let (first, fits) = (half(limits::ADDED_FIELDS / 2), half(limits::ADDED_FIELDS / 2 - 4));
    served(&[c"--header", &first, c"--header", &fits]);
    let over = half(limits::ADDED_FIELDS / 2 - 3);
    assert!(parsed(&[c"--header", &first, c"--header", &over]).is_err());
}

#[test]
fn a_media_type_follows_its_extension() {
    for (argument, stored) in [
        (c"a=b/c", c"a=b/c"),
        (c".a=b/c", c"a=b/c"),
        (c"h=text/html; charset=utf-8", c"h=text/html; charset=utf-8"),
        (c"h=text/html;charset=utf-8;x=y", c"h=text/html;charset=utf-8;x=y"),
        (c"j=application/ld+json; p=\"http://x/ y\"", c"j=application/ld+json; p=\"http://x/ y\""),
    ] {
        let types = served(&[c"--mime", argument]).media_types;
        assert_eq!(types.iter().copied().collect::<Vec<_>>(), [stored.to_bytes()], "{argument:?}");
    }
    refused(&[c"--mime=a=b/c"; limits::ADDITIONS + 1], "--mime=a=b/c");
    for bad in [
        "",
        "a",
        "=b/c",
        ".=b/c",
        "..a=b/c",
        "a.b=c/d",
        "a/b=c/d",
        "a=",
        "a=b",
        "a=/c",
        "a=b/",
        "a=b/c/d",
        "a=b/c ",
        "a= b/c",
        "a=b/c;",
        "a=b/c;x=y ",
        "a=b/c\r\nX: y",
        "a=b/c;x=\"\n\"",
    ] {
        refused_value("--mime", bad);
    }
    refused_value("--mime", &format!("a=b/{}", "c".repeat(limits::ADDED_FIELDS / 16)));
}

#[test]
fn a_fallback_is_a_visible_name_below_docroot() {
    for bad in ["", "/", "//a", "a//b", "a/", "..", "a/../b", ".a", "a/.b", "./a"] {
        refused_value("--fallback", bad);
    }
}

#[test]
fn times_have_their_range() {
    for bad in ["0", "86401", "-1", "", "1s", "4294967297", "18446744073709551617"] {
        refused_value("--header-timeout", bad);
        refused_value("--idle-timeout", bad);
    }
    for bad in ["-1", "31536001", "", "x"] {
        refused_value("--cache", bad);
    }
}

/// The last argument holds a value that is refused.
fn refused(arguments: &[&CStr], printed: &str) {
    let error = parsed(arguments).expect_err(printed);
    assert_eq!((error.argument, error.value), (printed.as_bytes(), &b""[..]));
}

fn refused_value(option: &str, value: &str) {
    let c_string = |text: &str| std::ffi::CString::new(text).unwrap();
    let error_of = |arguments: &[&CStr]| parsed(arguments).err().map(|error| error.problem);
    let apart = error_of(&[&c_string(option), &c_string(value)]);
    assert!(apart.is_some(), "{option} {value:?} is let through");
    assert_eq!(error_of(&[&c_string(&format!("{option}={value}"))]), apart);
}

#[test]
fn numbers_in_texts_are_the_limits() {
    let says = |text: &str, number: &dyn std::fmt::Display| {
        assert!(text.contains(&format!(" {number}")), "{text}: {number}");
    };
    says(value::MAX_CONNS, &limits::MAX_CONNS_CEILING);
    says(value::TIMEOUT, &limits::TIMEOUT_CEILING);
    says(value::CGI_LIMIT, &limits::TIMEOUT_CEILING);
    says(value::CACHE, &limits::CACHE_CEILING);
    says(value::ADDED_FIELDS, &limits::ADDED_FIELDS);
    for (of, default) in [
        ("--max-conns N", limits::MAX_CONNS),
        ("--header-timeout S", limits::HEADER_TIMEOUT),
        ("--idle-timeout S", limits::IDLE_TIMEOUT),
        ("--min-rate BPS", limits::MIN_RATE),
        ("--cgi-timeout S", limits::CGI_TIMEOUT),
    ] {
        let line = HELP.lines().find(|line| line.contains(of)).unwrap();
        assert!(line.ends_with(&format!("default {default}")), "{line}");
    }
    assert_eq!(limits::MAX_BODY, 1 << 30);
    assert!(HELP.contains("--max-body BYTES    largest body that PUT takes; default 1g;"));
}

#[test]
fn every_line_of_the_help_is_an_option() {
    let described: Vec<_> = HELP.lines().filter_map(|line| table::described(line.as_bytes())).collect();
    // Behind the usage and DOCROOT.
    assert_eq!(described.len(), HELP.lines().count() - 2);
    assert_eq!(described.len(), NAMES.len());
    // A space stands for no letter, not for one of that name.
    refused(&[c"- "], "- ");
    refused(&[c"--=x"], "--=x");
    let mut letters: Vec<&[u8]> =
        described.iter().map(|option| option.0).filter(|short| *short != b"  ").collect();
    letters.sort_unstable();
    assert_eq!(letters, [b"-V", b"-b", b"-h", b"-p", b"-q"]);
    assert!(HELP.lines().all(|line| line.len() <= 80));
}
