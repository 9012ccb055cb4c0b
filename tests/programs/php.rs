//! php-cgi, by `--cgi-run`.

use std::fs;

use svcd_tests::tree::{MODIFIED, pseudo_random};
use svcd_tests::{Tree, asking};

use crate::{Host, tool};

/// Says what it was sent.
const FORM: &str = r#"<?php
header('Content-Type: text/plain; charset=utf-8');
foreach ($_GET as $name => $value) echo "get $name=$value\n";
foreach ($_POST as $name => $value) echo "post $name=$value\n";
foreach ($_FILES as $name => $file)
    echo "file $name {$file['name']} {$file['type']} {$file['error']} {$file['size']} ",
        sha1_file($file['tmp_name']), "\n";
if (in_array($_SERVER['REQUEST_METHOD'], ['PUT', 'PATCH', 'DELETE']))
    echo $_SERVER['REQUEST_METHOD'], ' ', sha1_file('php://input'), "\n";
"#;

const SESSION: &str = r#"<?php
ini_set('session.save_path', $_SERVER['SESSIONS']);
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
echo $_SESSION['visits'];
"#;

/// What a framework asks of its server: a front controller that everything is below.
const FRONT: &str = r#"<?php
switch ($_SERVER['PATH_INFO'] ?? '') {
case '/moved': header('Location: /cgi-bin/front.php/there?x=1'); break;
case '/permanent': header('Location: https://svcd.test/', true, 301); break;
case '/teapot': http_response_code(418); echo 'short and stout'; break;
case '/nothing': http_response_code(204); break;
case '/same': http_response_code(304); header('ETag: "one"'); break;
case '/cookies': setcookie('a', '1'); setcookie('b', '2'); break;
case '/user': echo $_SERVER['PHP_AUTH_USER'] ?? 'nobody'; break;
case '/broken': throw new Exception('broken on purpose');
default: echo json_encode(array_intersect_key($_SERVER, array_flip(['SCRIPT_NAME', 'PATH_INFO',
    'PHP_SELF', 'QUERY_STRING', 'REQUEST_URI', 'SCRIPT_FILENAME', 'DOCUMENT_ROOT'])), JSON_UNESCAPED_SLASHES);
}
"#;

fn host(options: &[&str]) -> Option<Host> {
    let run = format!("--cgi-run=.php={}", tool("php-cgi")?.display());
    tool("curl")?;
    let tree = Tree::empty();
    for (name, text) in [("form.php", FORM), ("session.php", SESSION), ("front.php", FRONT)] {
        tree.file(format!("cgi-bin/{name}"), text.as_bytes());
    }
    let sessions = tree.outside().display().to_string();
    let sessions = format!("--cgi-env=SESSIONS={sessions}");
    Some(Host::new(tree, &[&[run.as_str(), &sessions], options].concat()))
}

/// By the tool that everyone has.
fn sha1(host: &Host, name: &str) -> String {
    let sum = tool("sha1sum").expect("it is with the other small tools");
    host.run(&sum, &[name]).with(0).split(' ').next().expect("a sum").to_owned()
}

#[test]
fn a_form() {
    let Some(host) = host(&[]) else { return };
    let expected = "get q=a b\npost name=J\u{f6}rg & co\npost more=1=2\n";
    for field in ["X-Nothing: 1", "Transfer-Encoding: chunked", "Expect: 100-continue"] {
        let arguments = ["--data-urlencode", "name=J\u{f6}rg & co", "-d", "more=1%3D2", "-H", field];
        let said = host.curl(&[&arguments[..], &["http://{}/cgi-bin/form.php?q=a+b"]].concat());
        assert_eq!(said, expected, "{field}");
    }
}

#[test]
fn files_that_are_uploaded() {
    let Some(host) = host(&[]) else { return };
    host.place.write("small.txt", b"small\n", MODIFIED);
    host.place.write("large.bin", &pseudo_random(1_900_000), MODIFIED);
    let expected = format!(
        "post title=two files\nfile one small.txt text/plain 0 6 {}\n\
        file two a b.bin application/octet-stream 0 1900000 {}\n",
        sha1(&host, "small.txt"),
        sha1(&host, "large.bin")
    );
    let form = ["-F", "title=two files", "-F", "one=@small.txt", "-F", "two=@large.bin;filename=a b.bin"];
    for field in ["X-Nothing: 1", "Expect:"] {
        let said = host.curl(&[&form[..], &["-H", field, "http://{}/cgi-bin/form.php"]].concat());
        assert_eq!(said, expected, "{field}");
    }
}

#[test]
fn methods_that_would_change_files() {
    let Some(host) = host(&["--write"]) else { return };
    host.place.write("large.bin", &pseudo_random(3_000_000), MODIFIED);
    let expected = sha1(&host, "large.bin");
    for method in ["PUT", "PATCH", "DELETE"] {
        let arguments = ["-X", method, "--data-binary", "@large.bin", "http://{}/cgi-bin/form.php"];
        assert_eq!(host.curl(&arguments), format!("{method} {expected}\n"));
    }
    let kept = fs::read(host.server.tree.path("cgi-bin/form.php")).expect("it is there");
    assert!(kept == FORM.as_bytes(), "no file was written");
}

#[test]
fn a_session() {
    let Some(host) = host(&[]) else { return };
    for visit in ["1", "2", "3"] {
        assert_eq!(host.curl(&["-b", "jar", "-c", "jar", "http://{}/cgi-bin/session.php"]), visit);
    }
    assert_eq!(host.curl(&["http://{}/cgi-bin/session.php"]), "1", "somebody else");
}

#[test]
fn what_php_says_in_its_head() {
    let Some(host) = host(&[]) else { return };
    for (path, status, reason, field, value) in [
        ("/moved", 302, "Found", "Location", Some("/cgi-bin/front.php/there?x=1")),
        ("/permanent", 301, "Moved Permanently", "Location", Some("https://svcd.test/")),
        ("/teapot", 418, "I'm a teapot", "X-Powered-By", None),
        ("/nothing", 204, "No Content", "Content-Length", None),
        ("/same", 304, "Not Modified", "ETag", Some("\"one\"")),
        ("", 200, "OK", "Content-Type", Some("text/html; charset=UTF-8")),
    ] {
        let target = format!("/cgi-bin/front.php{path}");
        for answer in [host.server.get(&target), host.server.head(&target)] {
            let answer = answer.expect("an answer");
            assert_eq!((answer.status, answer.reason.as_str()), (status, reason), "{path}");
            if field != "X-Powered-By" {
                assert_eq!(answer.field(field), value, "{path}");
            }
        }
    }
    let cookies = host.curl(&["-D", "-", "http://{}/cgi-bin/front.php/cookies"]);
    assert_eq!(cookies.matches("Set-Cookie: ").count(), 2, "{cookies}");
    let broken = host.server.get("/cgi-bin/front.php/broken").expect("an answer");
    assert_eq!(broken.status, 500);
}

#[test]
fn where_php_thinks_it_is() {
    let Some(host) = host(&[]) else { return };
    let said = host.page("/cgi-bin/front.php/a%20b/c?d=%20e").text();
    let root = host.server.tree.root();
    let root = root.display();
    let expected = format!(
        r#"{{"PATH_INFO":"/a b/c","QUERY_STRING":"d=%20e","SCRIPT_NAME":"/cgi-bin/front.php","DOCUMENT_ROOT":"{root}","REQUEST_URI":"/cgi-bin/front.php/a%20b/c?d=%20e","SCRIPT_FILENAME":"{root}/cgi-bin/front.php","PHP_SELF":"/cgi-bin/front.php/a b/c"}}"#
    );
    let sorted = |text: &str| {
        let mut parts: Vec<String> = text.trim_matches(['{', '}']).split(",\"").map(str::to_owned).collect();
        parts.iter_mut().for_each(|part| *part = part.trim_start_matches('"').to_owned());
        parts.sort();
        parts
    };
    assert_eq!(sorted(&said), sorted(&expected));
}

#[test]
fn a_source_is_never_sent() {
    let Some(host) = host(&["--write"]) else { return };
    for target in [
        "/cgi-bin/form.php",
        "/cgi-bin/form%2ephp",
        "/cgi-bin//form.php",
        "/x/../cgi-bin/./form.php",
        "/%63gi-bin/form.php/",
        "/CGI-BIN/form.php",
        "/cgi-bin/form.php%00",
        "/cgi-bin/form.php.",
        "/cgi-bin/form.php%20",
    ] {
        let lines = ["Range: bytes=0-9"];
        for answer in [host.server.get(target), host.server.ask(&asking::asking("GET", target, &lines))] {
            let answer = answer.unwrap_or_else(|why| panic!("{target}: {why}"));
            assert!(!answer.text().contains("<?php"), "{target}");
        }
    }
}

#[test]
fn a_password_that_php_asks_for_itself() {
    for (options, said) in [(&["--cgi-pass-auth"][..], "ann"), (&[], "nobody")] {
        let Some(host) = host(options) else { return };
        assert_eq!(host.curl(&["-u", "ann:secret", "http://{}/cgi-bin/front.php/user"]), said);
    }
}
