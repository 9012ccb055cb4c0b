//! The options of programs on the command line.

use svcd_tests::scripts::{ENV, server, tree, variables_of};
use svcd_tests::{Program, Server, Tree, each, some};

const OPTIONS: &[&str] = &[
    "--cgi PREFIX",
    "--no-cgi",
    "--alias URL=PROG",
    "--cgi-run EXT=PROG",
    "--cgi-env NAME[=V]",
    "--cgi-pass-auth",
    "--cgi-auth",
    "--cgi-timeout S",
    "--cgi-limit S",
    "--cgi-cpu S",
    "--cgi-memory BYTES",
    "--cgi-procs N",
];

#[test]
fn help_names_them() {
    let help = Program::chosen().run(&["--help"]).stdout;
    let missing: Vec<&&str> = OPTIONS.iter().filter(|option| !help.contains(**option)).collect();
    assert!(missing.is_empty(), "{missing:?} in {help}");
    assert!(help.lines().all(|line| line.len() <= 80), "{help}");
}

#[test]
fn usage_errors() {
    const ROWS: &[(&str, &[&str])] = &[
        ("--cgi without value", &["--cgi"]),
        ("an empty prefix", &["--cgi="]),
        ("the root as a prefix", &["--cgi", "/"]),
        ("slashes as a prefix", &["--cgi", "//"]),
        ("a dot segment", &["--cgi", "/a/./b/"]),
        ("two dots", &["--cgi", "/../a/"]),
        ("a hidden name", &["--cgi", "/.cgi/"]),
        ("a hidden name inside", &["--cgi", "/a/.b/"]),
        ("too many prefixes", &["--cgi=/a/"; 9]),
        ("--no-cgi with a value", &["--no-cgi=yes"]),
        ("--alias without value", &["--alias"]),
        ("an alias without a program", &["--alias", "/git/"]),
        ("an alias of nothing", &["--alias", "=/bin/sh"]),
        ("an alias without its last slash", &["--alias", "/git=/bin/sh"]),
        ("an alias without its first slash", &["--alias", "git/=/bin/sh"]),
        ("an alias to a relative name", &["--alias", "/git/=bin/sh"]),
        ("an alias to no name", &["--alias", "/git/="]),
        ("--cgi-run without value", &["--cgi-run"]),
        ("an interpreter without an extension", &["--cgi-run", "=/bin/sh"]),
        ("a dot alone", &["--cgi-run", ".=/bin/sh"]),
        ("an extension without an interpreter", &["--cgi-run", ".php"]),
        ("an extension with an empty one", &["--cgi-run", ".php="]),
        ("an interpreter with a relative name", &["--cgi-run", ".php=php-cgi"]),
        ("--cgi-env without value", &["--cgi-env"]),
        ("an empty name", &["--cgi-env", ""]),
        ("a value without a name", &["--cgi-env", "=a"]),
        ("a name with a digit in front", &["--cgi-env", "1A=b"]),
        ("a name with a dash", &["--cgi-env", "A-B=c"]),
        ("a name with a space", &["--cgi-env", "A B=c"]),
        ("too many variables", &["--cgi-env=A=b"; 17]),
        ("--cgi-pass-auth with a value", &["--cgi-pass-auth=yes"]),
        ("--cgi-auth with a value", &["--cgi-auth=users"]),
        ("--cgi-timeout without value", &["--cgi-timeout"]),
        ("no time at all", &["--cgi-timeout="]),
        ("a time in letters", &["--cgi-timeout", "x"]),
        ("a negative time", &["--cgi-timeout=-1"]),
        ("a time with a unit", &["--cgi-timeout", "1s"]),
        ("a long time", &["--cgi-timeout", "99999999999"]),
        ("a limit in letters", &["--cgi-limit", "x"]),
        ("a negative limit", &["--cgi-limit=-1"]),
        ("cpu in letters", &["--cgi-cpu", "x"]),
        ("memory in letters", &["--cgi-memory", "x"]),
        ("memory with an unknown unit", &["--cgi-memory", "1x"]),
        ("processes in letters", &["--cgi-procs", "x"]),
        ("negative processes", &["--cgi-procs=-1"]),
        ("beginning of an option", &["--cgi-ti", "1"]),
    ];
    let tree = Tree::small();
    let root = tree.root().display().to_string();
    each(some(ROWS).map(|row| (row.0, row)), |(_, arguments)| {
        let words = [&["-p", "0"], *arguments, &[root.as_str()]].concat();
        // An option that takes a value would take the root for it.
        let words = if arguments.len() == 1 && !arguments[0].contains('=') && arguments[0] != "--no-cgi" {
            &words[..words.len() - 1]
        } else {
            &words[..]
        };
        let ended = Program::chosen().run(words);
        let is_one_line = ended.stderr.starts_with("svcd: ") && ended.stderr.lines().count() == 1;
        if ended.status.code() == Some(2) && is_one_line { Ok(()) } else { Err(format!("{ended:?}")) }
    });
}

#[test]
fn what_is_accepted() {
    let rows: [(&str, &[&str]); 10] = [
        ("the default", &[]),
        ("with both slashes", &["--cgi", "/cgi-bin/"]),
        ("without the last", &["--cgi=/cgi-bin"]),
        ("twice", &["--cgi", "/cgi-bin/", "--cgi=/other/"]),
        ("times", &["--cgi-timeout", "86400", "--cgi-limit", "86400"]),
        ("no limit", &["--cgi-limit=0", "--cgi-cpu=0"]),
        ("limits", &["--cgi-cpu", "60", "--cgi-procs", "20000"]),
        ("a variable with an equals sign", &["--cgi-env", "A=b=c"]),
        ("a variable of underscores", &["--cgi-env", "__=x", "--cgi-env=_a1="]),
        ("as many variables as there may be", &["--cgi-env=A=b"; 16]),
    ];
    each(some(rows).map(|row| (row.0, row)), |(_, arguments)| {
        let server = Server::with(tree(&[("env", ENV)])).arguments(arguments).try_start()?;
        variables_of(&server, "/cgi-bin/env").map(drop)
    });
    for memory in ["0", "123", "512k", "64m", "4g"] {
        // Nothing is run: an emulator would bind itself by it.
        let server = server(&[], &["--cgi-memory", memory]);
        server.assert_serving();
    }
    let server = server(&[("env", ENV)], &["--cgi-env", "A=b=c", "--cgi-env", "A_1=x y"]);
    let found = variables_of(&server, "/cgi-bin/env").expect("an environment");
    assert_eq!((found["A"].as_str(), found["A_1"].as_str()), ("b=c", "x y"));
}
