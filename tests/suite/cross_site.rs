//! Writes that another site has made a browser send, and names that lead here
//! by mistake: refused before anything else is looked at.

use svcd_tests::asking::{asking, status};
use svcd_tests::writing::{self, delete, put, refused, server_of};
use svcd_tests::{Server, Tree, each};

/// A PUT and a DELETE with these lines: both pass, or both are refused.
fn writes(server: &Server, target: &str, lines: &[&str], right: u16) -> Result<(), String> {
    if right == 0 {
        status(&server.ask(&put(target, b"abc", lines))?, &[201]).map_err(|why| format!("PUT: {why}"))?;
        return status(&server.ask(&delete(target, lines))?, &[204]).map_err(|why| format!("DELETE: {why}"));
    }
    refused(server, &put(target, b"abc", lines), &[right]).map_err(|why| format!("PUT: {why}"))?;
    let gone = target.replace("/new.txt", "/hello.txt");
    refused(server, &delete(gone, lines), &[right]).map_err(|why| format!("DELETE: {why}")).map(drop)
}

/// That it passes.
const PASSES: u16 = 0;

#[test]
fn what_the_browser_says_of_the_site() {
    const ROWS: &[(&str, u16)] = &[
        ("same-origin", PASSES),
        ("none", PASSES),
        ("same-site", 403),
        ("cross-site", 403),
        ("", 403),
        ("other", 403),
        ("same-origin, cross-site", 403),
        ("same-originx", 403),
        ("nonesuch", 403),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(value, right)| {
        writes(&server, "/new.txt", &[&format!("Sec-Fetch-Site: {value}")], *right)?;
        writes(&server, "/new.txt", &[&format!("sec-fetch-site:{value}")], *right)
    });
    let both = ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: cross-site"];
    assert_eq!(writes(&server, "/new.txt", &both, 403), Ok(()));
}

#[test]
fn the_origin_is_the_server_itself() {
    // Host, Origin, and whether a write passes.
    const ROWS: &[(&str, &str, u16)] = &[
        ("localhost", "http://localhost", PASSES),
        ("localhost", "https://localhost", PASSES),
        ("localhost:8080", "http://localhost:8080", PASSES),
        ("localhost:8080", "https://localhost:8080", PASSES),
        ("localhost", "http://LocalHost", PASSES),
        ("LOCALHOST:8080", "http://localhost:8080", PASSES),
        ("localhost", "http://localhost:80", PASSES),
        ("localhost:80", "http://localhost", PASSES),
        ("localhost:80", "http://localhost:80", PASSES),
        ("localhost", "https://localhost:443", PASSES),
        ("localhost:443", "https://localhost", PASSES),
        ("127.0.0.1:8080", "http://127.0.0.1:8080", PASSES),
        ("[::1]:8080", "http://[::1]:8080", PASSES),
        ("[::1]", "http://[::1]", PASSES),
        ("app.localhost", "http://app.localhost", PASSES),
        ("localhost", "http://localhost:443", 403),
        ("localhost", "https://localhost:80", 403),
        ("localhost:443", "http://localhost", 403),
        ("localhost:80", "https://localhost", 403),
        ("localhost:8080", "http://localhost", 403),
        ("localhost", "http://localhost:8080", 403),
        ("localhost:8080", "http://localhost:8081", 403),
        ("localhost:8080", "http://localhost:80", 403),
        ("localhost:8080", "http://localhost:80800", 403),
        ("localhost", "http://127.0.0.1", 403),
        ("127.0.0.1", "http://localhost", 403),
        ("127.0.0.1", "http://127.0.0.2", 403),
        ("127.0.0.1", "http://[::1]", 403),
        ("app.localhost", "http://localhost", 403),
        ("localhost", "http://app.localhost", 403),
        ("localhost", "http://evil.example", 403),
        ("localhost", "http://localhost.evil.example", 403),
        ("localhost", "http://evil-localhost", 403),
        ("localhost", "http://evil.example/localhost", 403),
        ("localhost", "http://localhost@evil.example", 403),
        ("localhost", "http://evil.example#localhost", 403),
        ("localhost", "http://user@localhost", 403),
        ("localhost", "http://localhost/", 403),
        ("localhost", "http://", 403),
        ("localhost", "http:localhost", 403),
        ("localhost", "//localhost", 403),
        ("localhost", "localhost", 403),
        ("localhost", "ftp://localhost", 403),
        ("localhost", "file://", 403),
        ("localhost", "moz-extension://localhost", 403),
        ("localhost", "null", 403),
        ("localhost", "*", 403),
        ("localhost", "", 403),
        ("localhost", "http://localhost http://evil.example", 403),
        ("localhost", "http://localhost, http://localhost", 403),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (format!("{} of {:?}", row.0, row.1), row)), |(host, origin, right)| {
        let lines = [format!("Host: {host}"), format!("Origin: {origin}")];
        writes(&server, "/new.txt", &[&lines[0], &lines[1]], *right)
    });
}

#[test]
fn both_fields_count() {
    let (own, other) = ("Origin: http://localhost", "Origin: http://evil.example");
    let rows: [(&str, &[&str], u16); 7] = [
        ("both good", &[own, "Sec-Fetch-Site: same-origin"], PASSES),
        ("another site", &[own, "Sec-Fetch-Site: cross-site"], 403),
        ("the same site", &[own, "Sec-Fetch-Site: same-site"], 403),
        ("another origin", &[other, "Sec-Fetch-Site: same-origin"], 403),
        ("by hand, from elsewhere", &[other, "Sec-Fetch-Site: none"], 403),
        ("two origins", &[own, other], 403),
        ("the same twice", &[own, own], 403),
    ];
    let server = writing::server(&[]);
    each(rows.map(|row| (row.0, row)), |(_, lines, right)| writes(&server, "/new.txt", lines, right));
    // No browser sends these.
    let lines = ["X-Origin: http://evil.example", "Referer: http://evil.example/", "Sec-Fetch-Mode: cors"];
    assert_eq!(writes(&server, "/new.txt", &lines, PASSES), Ok(()), "other fields");
}

#[test]
fn hosts_that_are_meant() {
    const ROWS: &[(&str, u16)] = &[
        ("localhost", PASSES),
        ("localhost:8080", PASSES),
        ("localhost:", PASSES),
        ("LocalHost", PASSES),
        ("localhost.", PASSES),
        ("localhost.:80", PASSES),
        ("app.localhost", PASSES),
        ("a.b.localhost:80", PASSES),
        ("App.LOCALHOST.", PASSES),
        ("127.0.0.1", PASSES),
        ("127.0.0.1:8080", PASSES),
        ("10.0.0.7", PASSES),
        ("192.0.2.255:80", PASSES),
        ("[::1]", PASSES),
        ("[::1]:8080", PASSES),
        ("[2001:db8::7]", PASSES),
        ("[::ffff:127.0.0.1]", PASSES),
        // A name that leads to 127.0.0.1 may be anybody's.
        ("svcd.test", 421),
        ("evil.example", 421),
        ("evil.example:8080", 421),
        ("localhost.evil.example", 421),
        ("notlocalhost", 421),
        ("localhosts", 421),
        ("localhost.localdomain", 421),
        ("127.0.0.1.evil.example", 421),
        ("127.0.0.1.nip.io", 421),
        ("127-0-0-1.example", 421),
        ("1.2.3", 421),
        ("127.1", 421),
        ("2130706433", 421),
        ("0x7f.0.0.1", 421),
        ("256.0.0.1", 421),
        ("127.0.0.1.1", 421),
        ("127.0.0.1x", 421),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(host, right)| {
        writes(&server, "/new.txt", &[&format!("Host: {host}")], *right)
    });
    let answer = server.ask(&put("/new.txt", b"abc", &["Host: evil.example"])).expect("an answer");
    assert_eq!(answer.reason, "Misdirected Request");
}

#[test]
fn hosts_of_the_command_line() {
    const ROWS: &[(&str, u16)] = &[
        ("svcd.test", PASSES),
        ("svcd.test:8080", PASSES),
        ("SVCD.Test", PASSES),
        ("svcd.test.", PASSES),
        ("two.example", PASSES),
        ("two.example.:80", PASSES),
        ("localhost", PASSES),
        ("127.0.0.1", PASSES),
        ("www.svcd.test", 421),
        ("test", 421),
        ("svcd.test.evil.example", 421),
        ("xsvcd.test", 421),
        ("svcd-test", 421),
        ("evil.example", 421),
    ];
    let server = writing::server(&["--host", "svcd.test", "--host=Two.Example"]);
    each(ROWS.iter().map(|row| (row.0, row)), |(host, right)| {
        writes(&server, "/new.txt", &[&format!("Host: {host}")], *right)
    });
    let lines = ["Host: svcd.test:8080", "Origin: https://svcd.test:8080"];
    assert_eq!(writes(&server, "/new.txt", &lines, PASSES), Ok(()), "its own origin");
    let lines = ["Host: svcd.test", "Origin: http://two.example"];
    assert_eq!(writes(&server, "/new.txt", &lines, 403), Ok(()), "one is not the other");
}

#[test]
fn the_host_of_an_absolute_target_counts() {
    const ROWS: &[(&str, &[&str], u16)] = &[
        ("http://localhost/new.txt", &["Host: evil.example"], PASSES),
        ("http://localhost:8080/new.txt", &["Host: a", "Origin: http://localhost:8080"], PASSES),
        ("HTTP://LOCALHOST/new.txt", &["Origin: http://localhost"], PASSES),
        ("http://evil.example/new.txt", &["Host: localhost"], 421),
        ("http://localhost/new.txt", &["Host: evil.example", "Origin: http://evil.example"], 403),
        ("http://localhost:8080/new.txt", &["Origin: http://localhost"], 403),
    ];
    let server = writing::server(&[]);
    each(ROWS.iter().map(|row| (format!("{} {:?}", row.0, row.1), row)), |(target, lines, right)| {
        writes(&server, target, lines, *right)
    });
}

#[test]
fn old_clients_have_no_host() {
    let server = writing::server(&[]);
    let put = |lines: &str| format!("PUT /new.txt HTTP/1.0\r\n{lines}Content-Length: 3\r\n\r\nabc");
    let rows = [
        ("no Host", "", &[201][..]),
        ("a Host", "Host: localhost\r\n", &[204]),
        ("another Host", "Host: evil.example\r\n", &[421]),
        ("another site", "Sec-Fetch-Site: cross-site\r\n", &[403]),
        // Nothing says which origin the server itself is.
        ("an origin", "Origin: http://localhost\r\n", &[403]),
    ];
    each(rows.map(|row| (row.0, row)), |(_, lines, right)| {
        status(&server.ask(put(lines).as_bytes())?, right)
    });
}

#[test]
fn virtual_hosts_are_known() {
    let tree = Tree::small();
    for host in ["one.example", "localhost"] {
        tree.file(format!("{host}/hello.txt"), b"hello, world\n");
    }
    let server = server_of(tree, &["--virtual-hosts"]);
    const ROWS: &[(&[&str], u16)] = &[
        (&["Host: one.example"], PASSES),
        (&["Host: One.Example.:80"], PASSES),
        (&["Host: one.example", "Origin: https://one.example"], PASSES),
        (&["Host: localhost"], PASSES),
        (&["Host: one.example", "Origin: http://localhost"], 403),
        (&["Host: two.example"], 404),
        (&["Host: two.example", "Sec-Fetch-Site: cross-site"], 403),
        (&["Host: 127.0.0.1"], 404),
    ];
    each(ROWS.iter().map(|row| (format!("{:?}", row.0), row)), |(lines, right)| {
        // Nobody's hello.txt is asked for, so the connection is not used again.
        let wrote = server.ask(&put("/new.txt", b"abc", lines))?;
        let deleted = server.ask(&delete("/new.txt", lines))?;
        let right = if *right == PASSES { [201, 204] } else { [*right; 2] };
        if [wrote.status, deleted.status] == right {
            Ok(())
        } else {
            Err(format!("{} and {}", wrote.status, deleted.status))
        }
    });
}

#[test]
fn reading_is_free_to_all() {
    let server = writing::server(&[]);
    let lines = ["Host: evil.example", "Origin: http://evil.example", "Sec-Fetch-Site: cross-site"];
    for (method, right) in [("GET", 200), ("HEAD", 200), ("OPTIONS", 204)] {
        let answer = server.ask(&asking(method, "/hello.txt", &lines)).expect("an answer");
        assert_eq!(answer.status, right, "{method}");
        assert_eq!(answer.field("Access-Control-Allow-Origin"), None, "{method}");
    }
    let preflight = [lines[1], "Access-Control-Request-Method: PUT", "Host: localhost"];
    let answer = server.ask(&asking("OPTIONS", "/new.txt", &preflight)).expect("an answer");
    let allowed =
        answer.fields.iter().any(|field| field.0.to_ascii_lowercase().starts_with("access-control"));
    assert!(!allowed, "{:?}", answer.fields);
}
