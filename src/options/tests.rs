use super::*;

fn parsed<'a>(arguments: &[&'a CStr]) -> Result<Command<'a>, UsageError<'a>> {
    parse(arguments.iter().copied())
}

fn served<'a>(arguments: &[&'a CStr]) -> Options<'a> {
    match parsed(arguments) {
        Ok(Command::Serve(options)) => options,
        other => panic!("{arguments:?}: {other:?}"),
    }
}

#[test]
fn nothing_means_the_defaults() {
    let options = served(&[]);
    assert_eq!(options.bind, IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert_eq!((options.port, options.max_conns), (8080, 256));
    assert_eq!((options.docroot, options.index), (None, c"index.html"));
    assert_eq!(options.log, Log::StandardOutput);
}

#[test]
fn every_spelling_of_an_option() {
    for arguments in
        [&[c"-p", c"81"][..], &[c"-p81"], &[c"--port", c"81"], &[c"--port=81"], &[c"-p80", c"-p81"]]
    {
        assert_eq!(served(arguments).port, 81, "{arguments:?}");
    }
    assert_eq!(served(&[c"-b", c"::1"]).bind, IpAddr::V6(core::net::Ipv6Addr::LOCALHOST));
    assert_eq!(served(&[c"--index=a.htm"]).index, c"a.htm");
    assert_eq!(served(&[c"--max-conns", c"4096"]).max_conns, 4096);
    assert_eq!(served(&[c"--log", c"f"]).log, Log::File(c"f"));
    assert_eq!(served(&[c"--log=f", c"--log=-"]).log, Log::StandardOutput);
    assert_eq!(served(&[c"-q"]).log, Log::None);
    assert_eq!(served(&[c"--quiet"]).log, Log::None);
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
fn numbers_in_texts_are_the_limits() {
    assert!(MAX_CONNS_RANGE.ends_with(&format!(" {}", limits::MAX_CONNS_CEILING)));
    assert!(HELP.contains(&format!("default {}\n", limits::MAX_CONNS)));
}

#[test]
fn the_help_names_every_option() {
    for (short, long, _, _) in TABLE {
        assert!(HELP.contains(&format!("--{}", str::from_utf8(long).unwrap())));
        assert!(*short == 0 || HELP.contains(&format!("-{}, --", *short as char)));
    }
}
