//! The upload form of the site, and pages that must not be able to write.

use std::fs;

use serde_json::{Value, json};
use svcd_tests::tree::pseudo_random;
use svcd_tests::{Server, Tree, skip, until};

use crate::commands::{copy, output, write_users};
use crate::devtools::{Browser, executable};
use crate::{FACTS, VIEWPORTS, array, check, save_screenshots, site, visit};

const READY: &str = "This server takes files.";
const NEW: &str = "Stored. There was no such file before.";
const REPLACED: &str = "Stored, in place of what was there.";

/// A browser, unless there is none.
fn browser(what: &str) -> Option<Browser> {
    let Some(executable) = executable() else {
        skip(what, "no Chromium found; $CHROMIUM can name one");
        return None;
    };
    Some(Browser::start(&executable))
}

fn origin(server: &Server) -> String {
    format!("http://{}", server.address)
}

/// Opens the page and waits for what it says about the server.
fn open(browser: &mut Browser, origin: &str, says: &str) {
    let problems = visit(browser, &format!("{origin}/write/"), origin, 200).problems;
    assert!(problems.is_empty(), "{problems:#?}");
    wait_for(browser, says);
}

fn content(browser: &mut Browser, id: &str) -> String {
    let content = browser.evaluate(&format!("document.getElementById('{id}').textContent"));
    content.as_str().unwrap_or_default().to_owned()
}

fn wait_for(browser: &mut Browser, says: &str) {
    until(says, || content(browser, "said").starts_with(says).then_some(()));
}

/// Clicks, and waits for what the page says then.
fn click(browser: &mut Browser, id: &str, says: &str) {
    browser.evaluate(&format!("document.getElementById('{id}').click()"));
    wait_for(browser, says);
}

fn is_visible(browser: &mut Browser, selector: &str) -> bool {
    browser.evaluate(&format!("document.querySelector('{selector}').checkVisibility()")) == true
}

#[test]
fn a_file_is_uploaded_replaced_and_deleted() {
    let Some(mut browser) = browser("an upload by a browser") else { return };
    let server = Server::with(copy(&site())).arguments(&["--write"]).start();
    let origin = origin(&server);
    let bytes = pseudo_random(6_000_000);
    let beside = Tree::empty();
    let first = beside.file("one/a b%#\u{e9}.bin", &bytes);
    let second = beside.file("two/a b%#\u{e9}.bin", b"second\n");
    let stored = server.tree.path("samples/a b%#\u{e9}.bin");
    open(&mut browser, &origin, READY);

    // Slowly enough that something is to be seen on the way.
    let slow = json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 6e6 });
    browser.call("Network.emulateNetworkConditions", slow);
    browser.evaluate(
        "window.seen = [];
        const bar = document.getElementById('progress');
        new MutationObserver(() => seen.push(bar.value)).observe(bar, { attributes: true });",
    );
    browser.choose_file("#file", &first);
    let name = browser.evaluate("document.getElementById('name').value");
    assert_eq!(name, "/samples/a b%#\u{e9}.bin", "the name of the file behind the folder");
    click(&mut browser, "send", NEW);
    let seen = browser.evaluate("seen");
    let seen: Vec<f64> = array(&seen).iter().filter_map(Value::as_f64).collect();
    assert!(seen.iter().any(|percent| (1.0..100.0).contains(percent)), "the way of the bar: {seen:?}");
    assert!(seen.is_sorted() && seen.last() == Some(&100.0), "{seen:?}");
    assert_eq!(content(&mut browser, "status"), "201 Created");
    assert_eq!(content(&mut browser, "location"), "/samples/a%20b%25%23%C3%A9.bin");
    let got = server.get("/samples/a%20b%25%23%C3%A9.bin").expect("the file");
    assert!(got.body == bytes, "the bytes that were sent");
    assert_eq!(got.need("ETag"), Ok(content(&mut browser, "etag").as_str()), "the tag of the next GET");
    let same = browser.evaluate(
        "Promise.all([
            fetch(document.getElementById('link').href).then(got => got.arrayBuffer()),
            document.getElementById('file').files[0].arrayBuffer(),
        ]).then(([got, sent]) => {
            const bytes = new Uint8Array(sent);
            return bytes.length === got.byteLength && new Uint8Array(got).every((byte, at) => byte === bytes[at]);
        })",
    );
    assert_eq!(same, true, "the link leads to the file");
    for (viewport, width, height, mobile) in VIEWPORTS {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        let facts = browser.evaluate(FACTS);
        assert_eq!(check(&facts, width), Vec::<String>::new(), "{viewport}, with the answer");
        save_screenshots(&mut browser, viewport, "/write-answered/", &facts);
    }

    browser.choose_file("#file", &second);
    click(&mut browser, "send", "Nothing was changed: there is a file of that name.");
    assert_eq!(content(&mut browser, "status"), "412 Precondition Failed");
    assert!(fs::read(&stored).is_ok_and(|found| found == bytes), "what was there");
    browser.evaluate("document.getElementById('replace').checked = true");
    click(&mut browser, "send", REPLACED);
    assert!(fs::read(&stored).is_ok_and(|found| found == b"second\n"), "what was sent last");

    // Somebody else has been here since.
    fs::write(&stored, b"third, and not from here\n").expect("the stored file");
    click(&mut browser, "delete", "Nothing was changed: it is no longer the file");
    assert!(stored.exists());
    click(&mut browser, "send", REPLACED);
    click(&mut browser, "delete", "Deleted.");
    assert!(!stored.exists());
    assert!(!is_visible(&mut browser, "#stored"), "there is nothing left to follow or to delete");

    let thrown =
        browser.take_events().into_iter().filter(|event| event["method"] == "Runtime.exceptionThrown");
    assert_eq!(thrown.collect::<Vec<_>>(), Vec::<Value>::new());
    let log = server.stop().stdout;
    let writes: Vec<&str> =
        log.lines().filter(|line| line.contains("\"PUT ") || line.contains("\"DELETE ")).collect();
    let statuses = ["201", "412", "204", "412", "204", "204"];
    assert_eq!(writes.len(), statuses.len(), "{writes:#?}");
    for (line, status) in writes.iter().zip(statuses) {
        assert!(line.contains(&format!("HTTP/1.1\" {status} ")), "{status}: {line}");
    }
}

#[test]
fn a_large_file_that_is_refused_while_it_is_sent() {
    let Some(mut browser) = browser("a refusal of a large file") else { return };
    let server = Server::with(copy(&site())).arguments(&["--write", "--max-body", "1m"]).start();
    let origin = origin(&server);
    let beside = Tree::empty();
    beside.hole("large.bin", 40_000_000);
    open(&mut browser, &origin, READY);
    browser.choose_file("#file", &beside.path("large.bin"));
    click(&mut browser, "send", "Nothing was changed: the file is longer than this server takes.");
    assert_eq!(content(&mut browser, "status"), "413 Content Too Large");
    assert!(!is_visible(&mut browser, "#stored"));
}

#[test]
fn a_server_that_takes_nothing_and_a_browser_without_scripts() {
    let Some(mut browser) = browser("a page that cannot upload") else { return };
    let server = Server::with(copy(&site())).start();
    let origin = origin(&server);
    open(&mut browser, &origin, "This server does not take files now. Start it as svcd --write www");
    assert!(!is_visible(&mut browser, "#upload"));
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    let problems = visit(&mut browser, &format!("{origin}/write/"), &origin, 200).problems;
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(is_visible(&mut browser, "noscript p"), "the page says what is missing");
    assert!(!is_visible(&mut browser, "#upload"));
}

#[test]
fn a_browser_asks_for_the_password() {
    let Some(mut browser) = browser("a password in a browser") else { return };
    let tree = copy(&site());
    let users = tree.outside().join("users");
    if !write_users(&users, "anna", "open sesame: \u{e9}") {
        return skip("a password in a browser", "neither openssl nor htpasswd in PATH");
    }
    let users = users.display().to_string();
    let server = Server::with(tree).arguments(&["--write", "--auth-write", &users]).start();
    let origin = origin(&server);
    let beside = Tree::empty();
    let file = beside.file("notes.txt", &pseudo_random(300_000));
    let stored = server.tree.path("samples/notes.txt");
    open(&mut browser, &origin, READY);
    browser.choose_file("#file", &file);

    browser.call("Fetch.enable", json!({ "handleAuthRequests": true }));
    let cancelled = json!({ "response": "CancelAuth" });
    let asked =
        upload(&mut browser, &[cancelled], "Nothing was changed: the server wants a user and a password.");
    assert_eq!((asked, content(&mut browser, "status")), (1, "401 Unauthorized".to_owned()));
    assert!(!stored.exists());
    let wrong = json!({ "response": "ProvideCredentials", "username": "anna", "password": "sesame" });
    let right =
        json!({ "response": "ProvideCredentials", "username": "anna", "password": "open sesame: \u{e9}" });
    assert_eq!(upload(&mut browser, &[wrong, right], NEW), 2);
    browser.call("Fetch.disable", json!({}));
    assert!(fs::read(&stored).is_ok_and(|found| found == pseudo_random(300_000)));
    // It knows the password now.
    click(&mut browser, "delete", "Deleted.");
    assert!(!stored.exists());
    let log = server.log().so_far();
    let delete = log.lines().find(|line| line.contains("\"DELETE ")).unwrap_or_default();
    assert!(delete.contains(" - anna [") && delete.contains("\" 204 "), "{delete}");
}

/// Clicks on the button and gives these answers, one after the other, to the
/// questions for a password, until the page says this. Returns how many there were.
fn upload(browser: &mut Browser, answers: &[Value], says: &str) -> usize {
    browser.take_events();
    browser.evaluate("document.getElementById('send').click()");
    let mut asked = 0;
    until(says, || {
        for event in browser.take_events() {
            let id = &event["params"]["requestId"];
            if event["method"] == "Fetch.requestPaused" {
                browser.call("Fetch.continueRequest", json!({ "requestId": id }));
            } else if event["method"] == "Fetch.authRequired" {
                let challenge = &event["params"]["authChallenge"];
                assert_eq!((&challenge["scheme"], &challenge["realm"]), (&json!("basic"), &json!("svcd")));
                let answer = json!({ "requestId": id, "authChallengeResponse": answers[asked] });
                browser.call("Fetch.continueWithAuth", answer);
                asked += 1;
            }
        }
        content(browser, "said").starts_with(says).then_some(())
    });
    asked
}

/// What a page of `origin` is told when it asks for something elsewhere: the
/// status, or that the browser keeps the answer to itself.
fn ask(browser: &mut Browser, method: &str, url: &str) -> String {
    let got = browser.evaluate(&format!(
        "fetch('{url}', {{ method: '{method}', body: '{method}' === 'PUT' ? 'new' : undefined }})
            .then(got => String(got.status), () => 'kept')"
    ));
    got.as_str().unwrap_or_default().to_owned()
}

#[test]
fn pages_of_other_origins_cannot_write() {
    let Some(mut browser) = browser("pages of other origins") else { return };
    let page = |tree: Tree| {
        tree.file("page.html", b"<!doctype html><title>page</title><link rel=icon href='data:,'>");
        tree.file("file.txt", b"old");
        tree
    };
    let other = Server::with(page(Tree::empty())).start();
    let ports = |server: &Server| server.address.port();
    // One that answers no preflight, and one whose fields let every page do
    // everything: then it is the server itself that says no.
    let fields = ["Access-Control-Allow-Origin: *", "Access-Control-Allow-Methods: PUT, DELETE"];
    for fields in [&fields[..0], &fields] {
        let mut arguments = vec!["--write"];
        arguments.extend(fields.iter().flat_map(|field| ["--header", field]));
        let server = Server::with(page(Tree::empty())).arguments(&arguments).start();
        let right = if fields.is_empty() { "kept" } else { "403" };
        let target = format!("http://127.0.0.1:{}/file.txt", ports(&server));
        let pages = [
            format!("http://127.0.0.1:{}", ports(&other)),
            format!("http://localhost:{}", ports(&other)),
            format!("http://localhost:{}", ports(&server)),
            format!("http://site.example:{}", ports(&server)),
        ];
        for origin in &pages {
            visit(&mut browser, &format!("{origin}/page.html"), origin, 200);
            for method in ["PUT", "DELETE"] {
                assert_eq!(ask(&mut browser, method, &target), right, "{method} from {origin}, {fields:?}");
            }
        }
        // Its own page under a name that anybody may let point here.
        let own = format!("http://site.example:{}", ports(&server));
        assert_eq!(ask(&mut browser, "PUT", &format!("{own}/file.txt")), "421");
        assert_eq!(ask(&mut browser, "DELETE", &format!("{own}/file.txt")), "421");
        assert!(fs::read(server.tree.path("file.txt")).is_ok_and(|found| found == b"old"), "{fields:?}");
        // A request that was not sent needs no refusal; of a 421 a browser makes
        // sure by asking again.
        let log = server.log().so_far();
        let sent = |status: &str| {
            let writes = log.lines().filter(|line| line.contains("\"PUT ") || line.contains("\"DELETE "));
            writes.filter(|line| line.contains(&format!("HTTP/1.1\" {status}"))).count()
        };
        assert_eq!(sent("403"), if fields.is_empty() { 0 } else { 2 * pages.len() }, "{log}");
        assert_eq!(sent("2"), 0, "{log}");
        // Its own pages may, under both names of this machine.
        for host in ["127.0.0.1", "localhost"] {
            let own = format!("http://{host}:{}", ports(&server));
            visit(&mut browser, &format!("{own}/page.html"), &own, 200);
            assert_eq!(ask(&mut browser, "PUT", &format!("{own}/file.txt")), "204", "{own}");
        }
        assert!(fs::read(server.tree.path("file.txt")).is_ok_and(|found| found == b"new"));
    }
}

/// The makers of passwords write what the tests above rely on.
#[test]
fn a_line_of_htpasswd_is_like_one_of_openssl() {
    let (Some(one), Some(other)) =
        (output("openssl", &["passwd", "-5", "x"]), output("htpasswd", &["-nb2", "a", "x"]))
    else {
        return skip("lines of openssl and htpasswd", "one of them is not installed here");
    };
    assert!(one.starts_with("$5$") && other.starts_with("a:$5$"), "{one}{other}");
}
