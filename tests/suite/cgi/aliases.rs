//! Programs from elsewhere: `--alias` and `--cgi-run`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use svcd_tests::asking::{asking, status};
use svcd_tests::scripts::{ENV, have, is_no_source, source, tree, variables, variables_of};
use svcd_tests::{Server, each};

/// With a program beside the root that answers for what is below `/git/`.
fn start(arguments: &[&str]) -> Server {
    let tree = tree(&[("env", ENV)]);
    let program = tree.outside().join("backend");
    fs::write(&program, source(ENV)).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
    tree.file("git/file.txt", b"a file below the URL");
    let alias = format!("/git/={}", program.display());
    Server::with(tree).arguments(&["--alias", &alias]).arguments(arguments).start()
}

#[test]
fn a_program_answers_for_all_below_a_path() {
    let server = start(&[]);
    let program = server.tree.outside().join("backend").display().to_string();
    let rows = [
        ("/git/", "/"),
        ("/git/a.git/info/refs", "/a.git/info/refs"),
        ("/git/a.git/info/refs?service=x", "/a.git/info/refs"),
        ("/git/file.txt", "/file.txt"),
        ("/git/.git/HEAD", "/.git/HEAD"),
        ("/git//a", "//a"),
        ("//git/a%2Fb", "/a/b"),
        ("/%67it/a", "/a"),
        ("/dir/../git/a", "/a"),
        ("/git/a/../b", "/b"),
    ];
    each(rows.map(|row| (row.0, row)), |(target, info)| {
        let found = variables_of(&server, target)?;
        let names = [
            ("SCRIPT_NAME", Some("/git")),
            ("PATH_INFO", Some(info)),
            ("SCRIPT_FILENAME", Some(program.as_str())),
            ("REQUEST_METHOD", Some("GET")),
        ];
        have(&found, &names)
    });
    let answer = server.get("/git").expect("an answer");
    assert!([200, 301, 404].contains(&answer.status), "{}", answer.status);
    for target in ["/gitty/a", "/gi/a", "/git/../missing"] {
        assert_eq!(server.get(target).map(|answer| answer.status), Ok(404), "{target}");
    }
    server.assert_serving();
    assert_eq!(variables_of(&server, "/cgi-bin/env").map(drop), Ok(()), "the prefix stays");
    let answer = server.ask(&asking("DELETE", "/git/file.txt", &[])).expect("an answer");
    assert_eq!(variables(&answer).expect("an environment")["REQUEST_METHOD"], "DELETE");
    assert!(server.tree.path("git/file.txt").exists());
}

#[test]
fn no_programs_are_none_of_an_alias_either() {
    let server = start(&["--no-cgi"]);
    let answer = server.get("/git/file.txt").expect("a file");
    assert_eq!((answer.status, answer.text().as_str()), (200, "a file below the URL"));
    assert_eq!(server.get("/git/x").map(|answer| answer.status), Ok(404));
    assert_eq!(server.get("/cgi-bin/env").map(|answer| answer.body), Ok(source(ENV).into_bytes()));
}

/// Name and rest are the path of the request, without a slash too many.
#[test]
fn a_program_that_answers_for_all_paths() {
    let tree = tree(&[]);
    let program = tree.outside().join("all");
    fs::write(&program, source(&format!("echo heard >&2\n{ENV}"))).expect("a script");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
    let alias = format!("--alias=/={}", program.display());
    let server = Server::with(tree).arguments(&[&alias]).start();
    for (target, info) in [("/", "/"), ("/a/b?c", "/a/b"), ("/hello.txt", "/hello.txt"), ("//a", "//a")] {
        let found = variables_of(&server, target).expect(target);
        let names = [("SCRIPT_NAME", Some("")), ("PATH_INFO", Some(info))];
        assert_eq!(have(&found, &names), Ok(()), "{target}");
    }
    assert!(server.stop().stderr.contains("svcd: all: heard\n"));
}

/// It would be sent as a file, and replaced by PUT.
#[test]
fn a_program_must_not_be_a_file_of_the_site() {
    let program = |name: &str| {
        let tree = tree(&[("env", ENV)]);
        let path = tree.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(&path, source(ENV)).expect("a script");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("chmod");
        (tree, path.display().to_string())
    };
    let rows = [
        ("another path", "app.sh", "--alias=/app/=", false),
        ("a folder of its own", "app/run.sh", "--alias=/app/=", true),
        ("in another case", "APP/run.sh", "--alias=/app/=", true),
        ("with programs", "cgi-bin/all", "--alias=/app/=", true),
        ("of all paths", "app.sh", "--alias=/=", true),
        ("hidden", ".app.sh", "--alias=/app/=", true),
        ("an interpreter", "bin/shell", "--cgi-run=sh=", false),
        ("an interpreter with programs", "cgi-bin/shell", "--cgi-run=sh=", true),
    ];
    each(rows.map(|row| (row.0, row)), |(_, name, option, may)| {
        let (tree, path) = program(name);
        match Server::with(tree).arguments(&[&format!("{option}{path}")]).try_start() {
            Ok(_) if may => Ok(()),
            Err(why) if !may && why.contains(&format!("{path}: it lies in DOCROOT")) => Ok(()),
            other => Err(format!("{:?}", other.map(drop))),
        }
    });
    // By a link it is the same file.
    let (tree, path) = program("app.sh");
    let link = tree.outside().join("link");
    std::os::unix::fs::symlink(&path, &link).expect("a link");
    let alias = format!("--alias=/app/={}", link.display());
    assert!(Server::with(tree).arguments(&[&alias]).try_start().is_err());
    // Each host has folders of programs of its own.
    let (tree, path) = program("a.example/cgi-bin/all");
    let alias = format!("--alias=/app/={path}");
    assert!(Server::with(tree).arguments(&["--virtual-hosts", &alias]).try_start().is_ok());
}

#[test]
fn several_aliases_each_with_its_program() {
    let tree = tree(&[]);
    let mut arguments = Vec::new();
    for name in ["one", "two"] {
        let program = tree.outside().join(name);
        let text = format!("printf 'Content-Type: text/plain\\n\\n%s' \"{name} $(pwd -P) $PATH_INFO\"");
        fs::write(&program, source(&text)).expect("a script");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("chmod");
        arguments.push(format!("--alias=/{name}/={}", program.display()));
    }
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let server = Server::with(tree).arguments(&words).start();
    for name in ["one", "two"] {
        let text = server.get(format!("/{name}/x")).expect("an answer").text();
        // Its working directory is the folder that it is in.
        assert_eq!(text, format!("{name} {} /x", server.tree.outside().display()));
    }
}

#[test]
fn an_interpreter_for_an_extension() {
    let tree = tree(&[("env", ENV), ("marked.sh", ENV)]);
    tree.file("cgi-bin/plain.sh", source(ENV).as_bytes());
    tree.file("cgi-bin/dir/plain.sh", source("printf 'Content-Type: text/plain\\n\\n'; pwd -P").as_bytes());
    tree.file("cgi-bin/other.txt", source(ENV).as_bytes());
    tree.file("cgi-bin/.sh", source(ENV).as_bytes());
    tree.file("cgi-bin/sh", source(ENV).as_bytes());
    tree.file("elsewhere.sh", b"a file");
    let server = Server::with(tree).arguments(&["--cgi-run", ".sh=/bin/sh"]).start();
    let root = server.tree.root().display().to_string();
    let rows = [
        ("/cgi-bin/plain.sh", "/cgi-bin/plain.sh", ""),
        ("/cgi-bin/plain.sh/a/b", "/cgi-bin/plain.sh", "/a/b"),
        ("/cgi-bin/plain.s%68?x=y", "/cgi-bin/plain.sh", ""),
        ("/cgi-bin/marked.sh", "/cgi-bin/marked.sh", ""),
        ("/cgi-bin/env/plain.sh", "/cgi-bin/env", "/plain.sh"),
    ];
    each(rows.map(|row| (row.0, row)), |(target, name, info)| {
        let found = variables_of(&server, target)?;
        let file = format!("{root}{name}");
        let names =
            [("SCRIPT_NAME", Some(name)), ("SCRIPT_FILENAME", Some(&*file)), ("PATH_INFO", Some(info))];
        have(&found, &names)?;
        have(&found, &[("REDIRECT_STATUS", Some("200"))])
    });
    assert_eq!(
        server.get("/cgi-bin/dir/plain.sh").map(|answer| answer.text()),
        Ok(format!("{root}/cgi-bin/dir\n"))
    );
    let rows: [(&str, &[u16]); 5] = [
        ("/cgi-bin/other.txt", &[403]),
        ("/cgi-bin/sh", &[403]),
        ("/cgi-bin/.sh", &[404]),
        ("/cgi-bin/missing.sh", &[404]),
        ("/elsewhere.sh", &[200]),
    ];
    each(rows.map(|row| (row.0, row)), |(target, right)| {
        let answer = server.get(target)?;
        status(&answer, right)?;
        is_no_source(&answer)
    });
}
