//! PUT and DELETE by clients that people use, with nginx's module for the same
//! beside where it is there.

use std::time::Instant;

use svcd_tests::skip;
use svcd_tests::tree::big;

use crate::curl;
use crate::desk::{Desk, LONG};
use crate::tool::{Place, files_below, find};

/// What curl prints of an answer.
const CODE: [&str; 4] = ["-o", "got", "-w", "%{http_code} "];

fn by_curl(desk: &Desk, arguments: &[&str]) -> String {
    desk.both(0, &[&CODE, arguments].concat())
}

#[test]
fn curl_stores_and_deletes() {
    let Some(desk) = Desk::new("curl", curl::ALWAYS, &[]) else { return };
    let cases: [(&[&str], &str); 16] = [
        (&["-T", "new.txt", "http://{}/new.txt"], "201 "),
        (&["-T", "new.txt", "http://{}/hello.txt"], "204 "),
        // It adds the name itself.
        (&["-T", "new.txt", "http://{}/dir/"], "201 "),
        (&["-T", "big.bin", "http://{}/big%20one.bin"], "201 "),
        (&["-T", "big.bin", "-H", "Expect:", "http://{}/big%20one.bin"], "204 "),
        (&["-T", "new.txt", "-H", "Transfer-Encoding: chunked", "http://{}/chunked.txt"], "201 "),
        (&["-T", "big.bin", "-H", "Transfer-Encoding: chunked", "http://{}/chunked.bin"], "201 "),
        (&["-T", "/dev/null", "http://{}/empty.txt"], "201 "),
        (&["-T", "new.txt", "--http1.0", "http://{}/old.txt"], "201 "),
        (&["-X", "PUT", "--data-binary", "@new.txt", "http://{}/data.txt"], "201 "),
        (&["-T", "{new.txt,big.bin}", "http://{}/dir/"], "204 201 "),
        (&["-X", "PUT", "-d", "x", "http://{}/dir/"], "409 "),
        (&["-T", "new.txt", "http://{}/dir"], "409 "),
        (&["-X", "DELETE", "http://{}/new.txt"], "204 "),
        (&["-X", "DELETE", "http://{}/new.txt"], "404 "),
        (&["-X", "DELETE", "http://{}/none/new.txt"], "404 "),
    ];
    for (arguments, right) in cases {
        assert_eq!(by_curl(&desk, arguments), right, "{arguments:?}");
    }
    for (name, right) in [("big one.bin", big()), ("chunked.bin", big()), ("chunked.txt", b"new\n")] {
        assert!(desk.stored(name) == right, "{name}");
    }
    assert_eq!((desk.stored("empty.txt"), desk.stored("data.txt")), (b"".to_vec(), b"new\n".to_vec()));
}

#[test]
fn curl_stores_what_another_command_writes() {
    const SCRIPT: &str = "head -c 3000000 big.bin |
        curl -q -sS --noproxy '*' --max-time 25 -o got -w '%{http_code}' -T - http://$0/piped.bin";
    let (Some(_), Some(desk)) = (find("curl"), Desk::new("sh", &["-c", SCRIPT], &[])) else { return };
    assert_eq!(desk.both(0, &["{}"]), "201");
    assert!(desk.stored("piped.bin") == big()[..3_000_000]);
}

#[test]
fn curl_waits_for_100() {
    let Some(desk) = Desk::new("curl", curl::ALWAYS, &["--max-body", "5242880"]) else { return };
    let upload = |more: &[&str]| {
        let always = ["-v", "-o", "got", "-w", "%{http_code} %{size_upload}", "--expect100-timeout", "20"];
        let began = Instant::now();
        let ended = desk.run(&[&always, more, &["-H", "Expect: 100-continue"]].concat());
        assert!(began.elapsed().as_secs() < 15, "{more:?}: it has waited in vain: {}", ended.stderr);
        (ended.stdout, ended.stderr.contains("< HTTP/1.1 100 Continue"))
    };
    let url = "http://{}/big.bin";
    assert_eq!(upload(&["-T", "big.bin", url]), ("201 5242880".to_owned(), true));
    // What is refused is not sent.
    let only_new = ["-T", "big.bin", "-H", "If-None-Match: *", url];
    assert_eq!(upload(&only_new), ("412 0".to_owned(), false));
    assert_eq!(upload(&["-T", "big.bin", "http://{}/none/big.bin"]), ("409 0".to_owned(), false));
    desk.server.tree.folder("more");
    let longer = ["-F", "one=@big.bin", "-X", "PUT", "http://{}/more/big.bin"];
    assert_eq!(upload(&longer), ("413 0".to_owned(), false));
    // Its length is not known before it is there.
    let chunked = ["-T", "big.bin", "-H", "Transfer-Encoding: chunked", url];
    let (said, was_told) = upload(&chunked);
    assert!(said.starts_with("204 ") && was_told, "{said}");
}

#[test]
fn curl_keeps_its_connection() {
    let Some(desk) = Desk::new("curl", curl::ALWAYS, &[]) else { return };
    let each = ["-w", "%{http_code} %{num_connects}\n", "-o", "got", "http://{}/kept.txt"];
    let next = ["--next", "-sS", "--noproxy", "*"];
    let requests: [&[&str]; 5] =
        [&["-T", "big.bin"], &[], &["-T", "new.txt"], &["-X", "DELETE"], &["-H", "X: y"]];
    let arguments: Vec<&str> = requests
        .iter()
        .enumerate()
        .flat_map(|(place, request)| [if place == 0 { &[][..] } else { &next[..] }, request, &each].concat())
        .collect();
    assert_eq!(desk.both(0, &arguments), "201 1\n200 0\n204 0\n204 0\n404 0\n");
}

/// A line of a users file as this tool makes it: for the user of its name.
fn made_by(tool: &str, arguments: &[&str], password: &str) -> Option<String> {
    let Some(path) = find(tool) else {
        skip(&format!("a password of {tool}"), "it is not installed here");
        return None;
    };
    let line = Place::new().run(&path, &[arguments, &[password]].concat()).with(0);
    let line = line.trim_end();
    Some(if tool == "htpasswd" { format!("{line}\n") } else { format!("{tool}:{line}\n") })
}

#[test]
fn users_as_every_tool_makes_them() {
    let passwords = ["open sesame", "with:colon", "\u{e4}\u{20ac}", &"long".repeat(20)];
    let makers: [(&str, &[&str]); 4] = [
        ("openssl", &["passwd", "-5"]),
        ("htpasswd", &["-nb2", "htpasswd"]),
        ("htpasswd", &["-nb2r", "20000", "slow"]),
        ("mkpasswd", &["-m", "sha-256"]),
    ];
    let mut users = "# one line for each maker\n\n".to_owned();
    let mut pairs = Vec::new();
    for ((tool, arguments), password) in makers.into_iter().zip(passwords) {
        if let Some(line) = made_by(tool, arguments, password) {
            let user = line.split(':').next().unwrap_or_default().to_owned();
            assert!(line.contains(":$5$"), "{line}");
            pairs.push(format!("{user}:{password}"));
            users += &line;
        }
    }
    if pairs.is_empty() {
        return skip("passwords", "nothing here makes any");
    }
    let Some(desk) = Desk::with_users("curl", curl::ALWAYS, &[], Some(&users)) else { return };
    let upload = |more: &[&str]| by_curl(&desk, &[more, &["-T", "new.txt", "http://{}/new.txt"]].concat());
    assert_eq!(upload(&[]), "401 ", "nobody");
    for pair in &pairs {
        assert_eq!(upload(&["-u", pair]), "201 ", "{pair}");
        assert_eq!(by_curl(&desk, &["-u", pair, "-X", "DELETE", "http://{}/new.txt"]), "204 ", "{pair}");
        // It asks first without; then the same as before.
        assert_eq!(upload(&["--anyauth", "-u", pair]), "201 ", "{pair}");
        assert_eq!(by_curl(&desk, &["-X", "DELETE", "http://{}/new.txt"]), "401 ");
        assert_eq!(by_curl(&desk, &["-u", pair, "-X", "DELETE", "http://{}/new.txt"]), "204 ", "{pair}");
    }
    assert_eq!(upload(&["-u", &format!("{}x", pairs[0])]), "401 ", "a wrong password");
    assert_eq!(upload(&["-u", "nobody:x"]), "401 ", "a wrong user");
    assert_eq!(by_curl(&desk, &["http://{}/hello.txt"]), "200 ", "reading needs none");
    let log = desk.server.stop().stdout;
    let refused = log.lines().filter(|line| line.contains("\" 401 ")).count();
    assert_eq!(refused, 3 + 2 * pairs.len(), "{log}");
    let user = pairs[0].split(':').next().unwrap_or_default();
    assert!(log.contains(&format!(" - {user} [")), "the log names who it was: {log}");
}

#[test]
fn wget_stores_and_deletes() {
    const ALWAYS: &[&str] = &["--no-config", "--no-proxy", "-nv", "--timeout=20", "--tries=1", "-O", "got"];
    let Some(users) = made_by("openssl", &["passwd", "-5"], "open sesame") else { return };
    let Some(desk) = Desk::with_users("wget", ALWAYS, &[], Some(&users)) else { return };
    let user = ["--user=openssl", "--password=open sesame"];
    let with = |more: &[&'static str]| [&user[..], more].concat();
    let put = ["--method=PUT", "--body-file=big.bin", "http://{}/new.bin"];
    desk.both(6, &put);
    desk.both(0, &with(&put));
    assert!(desk.stored("new.bin") == big());
    desk.both(0, &with(&["--method=PUT", "--body-data=other", "http://{}/new.bin"]));
    assert_eq!(desk.stored("new.bin"), b"other");
    desk.both(8, &with(&["--method=PUT", "--body-data=x", "http://{}/dir/"]));
    // It reads the 401 only when all of its first try is sent.
    let long = ["--method=PUT", "--body-file=long.bin", "http://{}/long.bin"];
    desk.both(0, &with(&long));
    assert_eq!(desk.stored("long.bin").len(), LONG);
    desk.both(0, &with(&["--method=DELETE", "http://{}/new.bin"]));
    desk.both(8, &with(&["--method=DELETE", "http://{}/new.bin"]));
}

#[test]
fn httpie_stores_and_deletes() {
    const ALWAYS: &[&str] = &["--ignore-stdin", "--check-status", "--timeout=25", "--print="];
    let Some(users) = made_by("openssl", &["passwd", "-5"], "open sesame") else { return };
    let Some(desk) = Desk::with_users("http", ALWAYS, &[], Some(&users)) else { return };
    let user = "--auth=openssl:open sesame";
    desk.both(4, &["PUT", "http://{}/new.bin", "@big.bin"]);
    desk.both(0, &[user, "PUT", "http://{}/new.bin", "@big.bin"]);
    assert!(desk.stored("new.bin") == big());
    desk.both(0, &[user, "--chunked", "PUT", "http://{}/chunked.bin", "@big.bin"]);
    assert!(desk.stored("chunked.bin") == big());
    desk.both(0, &[user, "PUT", "http://{}/data.json", "name=value"]);
    assert_eq!(desk.stored("data.json"), b"{\"name\": \"value\"}");
    desk.both(0, &[user, "DELETE", "http://{}/new.bin"]);
    desk.both(4, &[user, "DELETE", "http://{}/new.bin"]);
}

#[test]
fn the_library_of_python_stores_and_deletes() {
    const SCRIPT: &str = r#"
import http.client, sys, urllib.error, urllib.request
host = sys.argv[1]
one = http.client.HTTPConnection(host, timeout=25)
def ask(method, target, body=None, fields={}):
    one.request(method, target, body=body, headers=fields)
    answer = one.getresponse()
    return answer.status, answer.headers, answer.read()
one.connect()
first = one.sock
status, fields, body = ask('PUT', '/new.txt', b'one\n', {'If-None-Match': '*'})
assert (status, fields['Location'], body) == (201, '/new.txt', b''), (status, fields)
tag, date = fields['ETag'], fields['Last-Modified']
status, fields, body = ask('GET', '/new.txt')
assert (status, fields['ETag'], fields['Last-Modified'], body) == (200, tag, date, b'one\n'), fields
# A file, and a generator: of known length, and in chunks.
status, fields, body = ask('PUT', '/new.txt', open('big.bin', 'rb'), {'If-Match': tag})
assert (status, body) == (204, b''), (status, fields)
status, fields, body = ask('PUT', '/chunks.txt', (b'%d\n' % i for i in range(5000)))
assert status == 201, status
assert ask('GET', '/chunks.txt')[2] == b''.join(b'%d\n' % i for i in range(5000))
assert ask('DELETE', '/chunks.txt', None, {'If-Match': fields['ETag']})[0] == 204
assert ask('GET', '/chunks.txt')[0] == 404
# Who has seen the first content must not write over the second.
assert ask('DELETE', '/new.txt', None, {'If-Match': tag})[0] == 412
assert one.sock is first, 'one connection for all of this'
assert ask('PUT', '/new.txt', b'two\n', {'If-Match': tag})[0] == 412
request = urllib.request.Request(f'http://{host}/hello.txt', data=b'urllib\n', method='PUT')
assert urllib.request.urlopen(request, timeout=25).status == 204
"#;
    let Some(desk) = Desk::new("python3", &["-I", "-c", SCRIPT], &[]) else { return };
    desk.run(&["{}"]).with(0);
    assert!(desk.stored("new.txt") == big());
    assert_eq!(desk.stored("hello.txt"), b"urllib\n");
}

#[test]
fn what_only_svcd_refuses() {
    let Some(desk) = Desk::new("curl", curl::ALWAYS, &[]) else { return };
    let cases: [(&[&str], &str); 8] = [
        (&["-T", "new.txt", "-C", "2", "http://{}/hello.txt"], "400"),
        (&["-T", "new.txt", "-H", "Content-Encoding: gzip", "http://{}/hello.txt"], "415"),
        (&["-T", "new.txt", "-H", "If-None-Match: *", "http://{}/hello.txt"], "412"),
        (&["-T", "new.txt", "http://{}/.hidden"], "403"),
        (&["-T", "new.txt", "http://{}/none/new.txt"], "409"),
        (&["-T", "new.txt", "-H", "Origin: http://site.example", "http://{}/hello.txt"], "403"),
        (&["-T", "new.txt", "-H", "Host: site.example", "http://{}/hello.txt"], "421"),
        (&["-X", "PUT", "http://{}/hello.txt"], "411"),
    ];
    for (arguments, right) in cases {
        let arguments = [&["-o", "got", "-w", "%{http_code}"], arguments].concat();
        assert_eq!(desk.run(&arguments).with(0), right, "{arguments:?}");
    }
    assert_eq!(desk.stored("hello.txt"), b"hello, world\n", "nothing was changed");
    assert_eq!(files_below(&desk.server.tree.root()).len(), 2, "nothing was left behind");
}
