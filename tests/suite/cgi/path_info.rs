//! Where the name of the program ends, and what is made of the rest (RFC 3875
//! 4.1.5, 4.1.6, 4.1.13).

use svcd_tests::each;
use svcd_tests::scripts::{ENV, have, server, variables_of};

#[test]
fn what_is_behind_the_program() {
    type Row<'a> = (&'a str, &'a str, &'a str);
    const ROWS: &[Row] = &[
        ("/cgi-bin/env", "/cgi-bin/env", ""),
        ("/cgi-bin/env?/x", "/cgi-bin/env", ""),
        ("/cgi-bin/env/", "/cgi-bin/env", "/"),
        ("/cgi-bin/env//", "/cgi-bin/env", "//"),
        ("/cgi-bin/env/a/b", "/cgi-bin/env", "/a/b"),
        ("/cgi-bin/env/a/b/", "/cgi-bin/env", "/a/b/"),
        ("/cgi-bin/env/a%2Fb", "/cgi-bin/env", "/a/b"),
        ("/cgi-bin/env/a%2fb%3Fc%23", "/cgi-bin/env", "/a/b?c#"),
        ("/cgi-bin/env//a//b", "/cgi-bin/env", "//a//b"),
        ("/cgi-bin/env/a+b", "/cgi-bin/env", "/a+b"),
        ("/cgi-bin/env/a%20b", "/cgi-bin/env", "/a b"),
        ("/cgi-bin/env/a%252Fb", "/cgi-bin/env", "/a%2Fb"),
        ("/cgi-bin/env/%C3%A4", "/cgi-bin/env", "/\u{e4}"),
        ("/cgi-bin/env/=&;'\"$(id)`", "/cgi-bin/env", "/=&;'\"$(id)`"),
        ("/cgi-bin/env/.git/HEAD", "/cgi-bin/env", "/.git/HEAD"),
        ("/cgi-bin/env/a/../b", "/cgi-bin/env", "/b"),
        ("/cgi-bin/env/a/%2e%2E/b", "/cgi-bin/env", "/b"),
        ("/cgi-bin/env/./a/./b", "/cgi-bin/env", "/a/b"),
        ("/cgi-bin/env/...", "/cgi-bin/env", "/..."),
        ("/cgi-bin/env/env/env", "/cgi-bin/env", "/env/env"),
        ("/cgi-bin/dir/env/x", "/cgi-bin/dir/env", "/x"),
        ("/cgi-bin/dir/../env/x", "/cgi-bin/env", "/x"),
        ("/x/../cgi-bin/env/y", "/cgi-bin/env", "/y"),
        ("//cgi-bin//env//x", "/cgi-bin/env", "//x"),
        ("/%63gi-bin/%65nv/x", "/cgi-bin/env", "/x"),
        ("/./cgi-bin/./env", "/cgi-bin/env", ""),
        ("http://svcd.test/cgi-bin/env/x?y", "/cgi-bin/env", "/x"),
        ("/cgi-bin/with%20space/x", "/cgi-bin/with space", "/x"),
    ];
    let server = server(&[("env", ENV), ("dir/env", ENV), ("with space", ENV)], &[]);
    let root = server.tree.root().display().to_string();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, name, info)| {
        let found = variables_of(&server, target)?;
        let file = format!("{root}{name}");
        let names =
            [("SCRIPT_NAME", Some(*name)), ("SCRIPT_FILENAME", Some(&*file)), ("PATH_INFO", Some(*info))];
        have(&found, &names)?;
        let translated = (!info.is_empty()).then(|| format!("{root}{info}"));
        match (found.get("PATH_TRANSLATED"), &translated) {
            (None, None) => Ok(()),
            // Whether slashes are doubled says nothing to a file system.
            (Some(found), Some(right)) if squeezed(found) == squeezed(right) => Ok(()),
            (found, right) => Err(format!("PATH_TRANSLATED: expected {right:?}, got {found:?}")),
        }
    });
}

fn squeezed(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    format!("{}{}", parts.join("/"), if path.ends_with('/') { "/" } else { "" })
}

#[test]
fn nothing_is_translated_to_outside_of_the_root() {
    let server = server(&[("env", ENV)], &[]);
    let targets = ["/..%2f..%2fetc/passwd", "/%2e%2e%2f%2e%2e%2fetc", "/a/..%2F..%2F..", "/..%2f"];
    each(targets.map(|target| (target, target)), |target| {
        let answer = server.get(format!("/cgi-bin/env{target}"))?;
        if [400, 403, 404].contains(&answer.status) {
            return Ok(());
        }
        let found = svcd_tests::scripts::variables(&answer)?;
        match found.get("PATH_TRANSLATED") {
            Some(path) if path.split('/').any(|part| part == "..") => Err(path.clone()),
            _ => Ok(()),
        }
    });
}

#[test]
fn a_path_that_is_too_long_is_refused() {
    let server = server(&[("env", ENV)], &[]);
    let info = format!("/{}", "x".repeat(2000));
    let found = variables_of(&server, &format!("/cgi-bin/env{info}")).expect("an environment");
    assert_eq!(found["PATH_INFO"], info);
    let answer = server.get(format!("/cgi-bin/env/{}", "x".repeat(7000))).expect("an answer");
    assert!([200, 414, 431].contains(&answer.status), "{}", answer.status);
    server.assert_serving();
}
