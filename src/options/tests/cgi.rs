//! Options of programs.

use super::*;

fn prefixes(arguments: &[&'static CStr]) -> Vec<&'static [u8]> {
    served(arguments).prefixes().collect()
}

#[test]
fn programs_are_below_cgi_bin_unless_it_is_said_otherwise() {
    for (arguments, expected) in [
        (&[][..], &[&b"cgi-bin"[..]][..]),
        (&[c"--cgi", c"/cgi-bin/"], &[b"cgi-bin"]),
        (&[c"--cgi=cgi-bin"], &[b"cgi-bin"]),
        (&[c"--cgi=/a", c"--cgi=b/"], &[b"a", b"b"]),
        (&[c"--cgi=/a/b c/%41/"], &[b"a/b c/%41"]),
        (&[c"--no-cgi"], &[]),
        (&[c"--no-cgi", c"--cgi=/a"], &[]),
    ] {
        assert_eq!(prefixes(arguments), expected, "{arguments:?}");
    }
    assert_eq!(prefixes(&[c"--cgi=a"; limits::PREFIXES]).len(), limits::PREFIXES);
    refused(&[c"--cgi=a"; limits::PREFIXES + 1], "--cgi=a");
    for bad in ["", "/", "//", "//a", "/a//", "a//b", ".", "/..", "/a/../b", "/.a/", "/a/.b"] {
        refused_value("--cgi", bad);
    }
}

#[test]
fn an_alias_is_a_path_and_a_program() {
    for (argument, key, program) in [
        (c"/git/=/usr/lib/git-core/git-http-backend", &b"git"[..], c"/usr/lib/git-core/git-http-backend"),
        (c"/a/b/=/c", b"a/b", c"/c"),
        (c"/=/c", b"", c"/c"),
        (c"/a/=/c=d", b"a", c"/c=d"),
    ] {
        let aliases = served(&[c"--alias=/x/=/y", c"--alias", argument]).aliases;
        let aliases: Vec<_> = aliases.iter().copied().collect();
        let first = Mapping { key: b"x", program: c"/y" };
        assert_eq!(aliases, [first, Mapping { key, program }], "{argument:?}");
    }
    refused(&[c"--alias=/a/=/b"; limits::ADDITIONS + 1], "--alias=/a/=/b");
    for bad in [
        "", "=", "/a/", "/a/=", "/a/=b", "/a/=/", "/a/=/b/", "a/=/b", "/a=/b", "a=/b", "//=/b", "/a//=/b",
        "/../=/b", "/.a/=/b", "=/b",
    ] {
        refused_value("--alias", bad);
    }
}

#[test]
fn an_interpreter_is_for_an_extension() {
    for argument in [c".php=/usr/bin/php-cgi", c"php=/usr/bin/php-cgi"] {
        let interpreters = served(&[c"--cgi-run=.x=/y", c"--cgi-run", argument]).interpreters;
        let second = interpreters.iter().nth(1).copied();
        assert_eq!(second, Some(Mapping { key: b"php", program: c"/usr/bin/php-cgi" }), "{argument:?}");
    }
    refused(&[c"--cgi-run=a=/b"; limits::ADDITIONS + 1], "--cgi-run=a=/b");
    for bad in ["", ".", "=/b", ".=/b", "..a=/b", "a.b=/c", "a", "a=", "a=b", "a/b=/c", "a=/b/"] {
        refused_value("--cgi-run", bad);
    }
}

#[test]
fn a_variable_has_a_name_that_a_shell_could_have() {
    for argument in [c"A", c"A=", c"_a1=b=c", c"GIT_PROJECT_ROOT=/srv/git", c"A=\xff \n"] {
        let variables = served(&[c"--cgi-env=X", c"--cgi-env", argument]).cgi_env;
        assert_eq!(
            variables.iter().copied().collect::<Vec<_>>(),
            [b"X", argument.to_bytes()],
            "{argument:?}"
        );
    }
    refused(&[c"--cgi-env=A"; limits::ADDITIONS + 1], "--cgi-env=A");
    for bad in ["", "=", "=a", "1A=b", "A-B=c", "A B", " A=b", "\u{e4}=b"] {
        refused_value("--cgi-env", bad);
    }
}

#[test]
fn limits_of_programs() {
    let options = served(&[]);
    assert!(options.has_cgi && !options.cgi_pass_auth);
    assert!(options.aliases.is_empty() && options.interpreters.is_empty() && options.cgi_env.is_empty());
    assert_eq!((options.cgi_timeout, options.cgi_limit), (60, 0));
    assert_eq!((options.cgi_cpu, options.cgi_memory, options.cgi_procs), (0, 0, 0));
    assert!(served(&[c"--cgi-pass-auth"]).cgi_pass_auth);
    assert!(!options.cgi_auth && served(&[c"--cgi-auth"]).cgi_auth);
    assert!(!served(&[c"--no-cgi"]).has_cgi);
    let options = served(&[
        c"--cgi-timeout=1",
        c"--cgi-limit=2",
        c"--cgi-cpu=3",
        c"--cgi-memory=4m",
        c"--cgi-procs=5",
        c"--idle-timeout=6",
    ]);
    assert_eq!((options.cgi_timeout, options.cgi_limit, options.idle_timeout), (1, 2, 6));
    assert_eq!((options.cgi_cpu, options.cgi_memory, options.cgi_procs), (3, 4 << 20, 5));
    for bad in ["0", "86401", "", "1s"] {
        refused_value("--cgi-timeout", bad);
    }
    for bad in ["-1", "86401", "", "1s"] {
        refused_value("--cgi-limit", bad);
        refused_value("--cgi-cpu", bad);
    }
    for bad in ["", "-1", "1t", "1.5g"] {
        refused_value("--cgi-memory", bad);
    }
    for bad in ["", "-1", "1k", "4294967296"] {
        refused_value("--cgi-procs", bad);
    }
}
