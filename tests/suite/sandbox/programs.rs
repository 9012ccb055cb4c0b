//! Programs are in the same sandbox, but not kept from what they need.

use svcd_tests::{Server, each, scripts};

use super::has_all;

/// Tries a line of shell, and says whether that has worked.
const TRY: &str = "printf 'Content-Type: text/plain\\n\\n'\n\
    if (eval \"$(cat)\") >/dev/null 2>&1; then echo yes; else echo no; fi\n";

fn works(server: &Server, line: &str) -> Result<String, String> {
    let head = format!("POST /cgi-bin/try HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n", line.len());
    let answer = server.ask(format!("{head}{line}").as_bytes())?;
    answer.is(200)?;
    Ok(answer.text().trim().to_owned())
}

#[test]
fn with_cgi_allow_they_use_what_is_allowed_and_nothing_else() {
    if !has_all("programs that are kept from files") {
        return;
    }
    let tree = scripts::tree(&[("try", TRY)]);
    let allowed = tree.outside().join("allowed");
    let denied = tree.outside().join("denied");
    for folder in [&allowed, &denied] {
        std::fs::create_dir(folder).expect("a folder");
        std::fs::write(folder.join("file"), "x").expect("a file");
    }
    let start = Server::with(tree);
    let server = start.arguments(&["--cgi-allow", &allowed.display().to_string()]).start();
    let (allowed, denied) = (allowed.display(), denied.display());
    let root = server.tree.root();
    let rows = [
        (format!("cat {allowed}/file"), "yes"),
        (format!("echo >{allowed}/new && mkdir {allowed}/d && mv {allowed}/new {allowed}/d/new"), "yes"),
        (format!("cp /bin/true {allowed}/true && {allowed}/true"), "yes"),
        (format!("cat {denied}/file"), "no"),
        (format!("ls {denied}"), "no"),
        (format!("echo >{denied}/new"), "no"),
        (format!("rm {denied}/file"), "no"),
        ("cat ../hello.txt".to_owned(), "yes"),
        (format!("echo >{}/new", root.display()), "no"),
        ("cat /etc/passwd".to_owned(), "yes"),
        ("echo >/etc/svcd-test".to_owned(), "no"),
        ("echo >/dev/null".to_owned(), "yes"),
        ("head -c 1 /dev/urandom".to_owned(), "yes"),
        ("(sleep 0) & wait".to_owned(), "yes"),
    ];
    each(rows.map(|(line, expected)| (line.clone(), (line, expected))), |(line, expected)| {
        let found = works(&server, &line)?;
        if found == expected { Ok(()) } else { Err(format!("expected {expected}: {found}")) }
    });
}

#[test]
fn without_it_they_use_what_their_user_may() {
    let tree = scripts::tree(&[("try", TRY)]);
    let file = tree.outside().join("file");
    let server = Server::with(tree).start();
    for line in [format!("echo x >{0} && cat {0} && rm {0}", file.display()), "cat /etc/passwd".to_owned()] {
        assert_eq!(works(&server, &line).as_deref(), Ok("yes"), "{line}");
    }
}

/// They make calls that the server never makes, and are not taken for it.
#[test]
fn they_make_any_call() {
    let server = Server::with(scripts::tree(&[("try", TRY)])).start();
    for line in
        ["mkdir d && rmdir d", "cd / && pwd", "ulimit -n 100", "umask 077", "ln -s a b && rm b", "kill -0 $$"]
    {
        assert_eq!(works(&server, line).as_deref(), Ok("yes"), "{line}");
    }
}
