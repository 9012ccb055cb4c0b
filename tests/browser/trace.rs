//! The page of the site that shows the calls of a request, with the flavour of the
//! program that tells them, with the usual one, and without a script.

use serde_json::{Value, json};
use svcd_tests::program::built;
use svcd_tests::{Program, Server, Tree, note, skip, until};

use crate::devtools::{Browser, executable};
use crate::{FACTS, VIEWPORTS, array, check, number, save_screenshots, site, text, visit};

/// Of the list: each line, the ids that it leads to, and what is said of it.
const LINES: &str = "[...document.querySelectorAll('#calls li')].map(item => ({
    line: item.querySelector('code')?.textContent ?? item.textContent,
    leads: Boolean(document.querySelector(item.querySelector('a')?.hash || '#none')),
    said: [...item.querySelectorAll('p')].map(text => text.textContent.trim()),
}))";

/// What stands between two requests on a connection is another one's for the second.
/// The page's own are the first and every second one from there.
const DISTURBED: &str = "window.usual = window.fetch;
    window.disturb = COUNT;
    window.fetch = async (target, options) => {
        if (target === '/.svcd/trace' && window.disturb-- > 0) {
            await (await window.usual('/robots.txt', { cache: 'no-store' })).arrayBuffer();
        }
        return window.usual(target, options);
    };";

/// The program that tells its calls; None: it was not built, or this is none that it runs on.
pub fn flavour() -> Option<Program> {
    let file = built("svcd-trace");
    if !file.is_file() {
        skip("the flavour that tells its calls", "it was not built; see `make trace`");
        return None;
    }
    Some(Program::at(&file.canonicalize().expect("an existing file has a name")))
}

/// The site by this program.
pub fn serve(program: &Program, arguments: &[&str]) -> Server {
    Server::with(Tree::empty()).root(Some(&site())).program(program).arguments(arguments).start()
}

const TOLD: [&str; 3] = ["--trace", "-o", "/dev/null"];

fn open(browser: &mut Browser, server: &Server) {
    let origin = format!("http://{}", server.address);
    let problems = visit(browser, &format!("{origin}/trace/"), &origin, 200).problems;
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The page by the flavour that tells its calls; None: something for that is not here.
fn shown(what: &str, arguments: &[&str]) -> Option<(Server, Browser)> {
    let Some(executable) = executable() else {
        skip(what, "no Chromium found; $CHROMIUM can name one");
        return None;
    };
    let server = serve(&flavour()?, arguments);
    let mut browser = Browser::start(&executable);
    open(&mut browser, &server);
    Some((server, browser))
}

fn said(browser: &mut Browser) -> String {
    text(&browser.evaluate("document.getElementById('said').textContent"))
}

/// Chooses what to ask for, asks, and waits for what the page says.
fn ask(browser: &mut Browser, choice: u64) -> String {
    browser.evaluate(&format!("document.getElementById('what').selectedIndex = {choice}"));
    browser.evaluate("document.getElementById('send').click()");
    until("an answer", || {
        browser.evaluate("!document.getElementById('send').disabled").as_bool().filter(|is| *is)
    });
    said(browser)
}

fn is_visible(browser: &mut Browser, selector: &str) -> bool {
    browser.evaluate(&format!("document.querySelector('{selector}').checkVisibility()")) == true
}

/// The list is the one that was recorded, and says so.
fn assert_recorded(browser: &mut Browser) {
    let lines = browser.evaluate(LINES);
    assert!(array(&lines).len() > 5, "{lines:#}");
    for line in array(&lines) {
        assert!(text(&line["line"]).starts_with("8019 ") && line["leads"] == true, "{line}");
        assert_eq!(array(&line["said"]).len(), 1, "{line}");
    }
    assert!(is_visible(browser, "#recorded") && !is_visible(browser, "#live"));
}

/// Widths and pictures of the page as it is now.
fn look(browser: &mut Browser, name: &str) {
    for (viewport, width, height, mobile) in VIEWPORTS {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        let facts = browser.evaluate(FACTS);
        assert_eq!(check(&facts, width), Vec::<String>::new(), "{viewport}, {name}");
        save_screenshots(browser, viewport, name, &facts);
    }
}

/// What each choice asks for: the request line, the status, and a call that shows it.
const CHOICES: [(&str, &str, &str, &[&str]); 8] = [
    ("GET", "/samples/trap.s", "200 OK", &["openat", "read", "sendto"]),
    ("HEAD", "/samples/trap.s", "200 OK", &["openat", "sendto"]),
    ("GET", "/samples/trap.s", "304 Not Modified", &["openat", "sendto"]),
    ("GET", "/samples/trap.s", "206 Partial Content", &["openat", "sendfile"]),
    ("GET", "/samples", "a redirect", &["openat", "sendto"]),
    ("GET", "/samples/", "200 OK", &["getd", "sendto"]),
    ("GET", "/nowhere", "404 Not Found", &["ENOENT", "sendto"]),
    ("GET", "/cgi-bin/hello", "200 OK", &["pipe", "execve", "poll", "wait4"]),
];

#[test]
fn the_calls_of_a_request_are_shown_while_it_is_made() {
    let Some((_server, mut browser)) = shown("calls in a browser", &TOLD) else { return };
    assert_recorded(&mut browser);
    assert!(is_visible(&mut browser, "#ask"));
    let choices = number(&browser.evaluate("document.querySelectorAll('#what option').length"));
    assert_eq!(choices, CHOICES.len() as u64);
    for (choice, (method, path, status, calls)) in (0..).zip(CHOICES) {
        let told = ask(&mut browser, choice);
        assert!(told.starts_with(&format!("{method} {path}: {status}, by ")), "{told}");
        assert!(is_visible(&mut browser, "#live") && !is_visible(&mut browser, "#recorded"));
        let lines = browser.evaluate(LINES);
        let lines = array(&lines);
        let all: Vec<String> = lines.iter().map(|line| text(&line["line"])).collect();
        let request = format!("\"{method} {path}?");
        assert!(all.iter().any(|line| line.contains("recvfrom(") && line.contains(&request)), "{all:#?}");
        for call in calls {
            assert!(all.iter().any(|line| line.contains(call)), "{call} is not in {all:#?}");
        }
        assert_explained(lines);
        note(&told);
        if choice == 0 {
            look(&mut browser, "/trace-file/");
        }
    }
    look(&mut browser, "/trace-program/");
    let thrown =
        browser.take_events().into_iter().filter(|event| event["method"] == "Runtime.exceptionThrown");
    assert_eq!(thrown.collect::<Vec<_>>(), Vec::<Value>::new());
}

/// Each call leads to what it is for, and the first of its name says it.
fn assert_explained(lines: &[Value]) {
    let mut seen = Vec::new();
    for line in lines {
        let of = text(&line["line"]);
        let name =
            of.split(' ').nth(1).and_then(|rest| rest.split('(').next()).unwrap_or_default().to_owned();
        assert_eq!(line["leads"], true, "{of} leads to no explanation");
        if !seen.contains(&name) {
            assert!(array(&line["said"]).iter().any(|said| text(said).len() > 20), "nothing is said of {of}");
            seen.push(name);
        }
    }
}

#[test]
fn a_trace_of_another_request_is_not_shown() {
    let Some((server, mut browser)) = shown("another's calls in a browser", &TOLD) else { return };
    browser.evaluate(&DISTURBED.replace("COUNT", "3"));
    let told = ask(&mut browser, 0);
    assert!(told.contains("Asked ") && told.contains(" times, until both"), "{told}");
    assert!(is_visible(&mut browser, "#live"));
    browser.evaluate("window.disturb = 1000");
    let told = ask(&mut browser, 0);
    assert!(
        told.starts_with("Each time the browser has asked for the trace on another connection"),
        "{told}"
    );
    assert_recorded(&mut browser);
    drop(server);

    let Some(program) = flavour() else { return };
    let server = serve(&program, &["--trace=openat2,openat,sendto", "-o", "/dev/null"]);
    open(&mut browser, &server);
    let told = ask(&mut browser, 0);
    assert!(told.starts_with("The trace does not tell what was received"), "{told}");
    assert_recorded(&mut browser);
    server.stop();
    let told = ask(&mut browser, 0);
    assert!(told.starts_with("The server does not answer."), "{told}");
    assert_recorded(&mut browser);
}

#[test]
fn times_do_not_hide_the_calls() {
    let Some((_server, mut browser)) = shown("times of calls in a browser", &["-r", "-T", "-o", "/dev/null"])
    else {
        return;
    };
    let told = ask(&mut browser, 0);
    assert!(told.contains("200 OK, by "), "{told}");
    let lines = browser.evaluate(LINES);
    for line in array(&lines) {
        let line = (text(&line["line"]), &line["leads"]);
        assert!(line.1 == true && line.0.contains(" 0.") && line.0.ends_with('>'), "{line:?}");
    }
}

#[test]
fn without_the_flavour_and_without_a_script_there_is_what_was_recorded() {
    let Some(executable) = executable() else {
        return skip("recorded calls in a browser", "no Chromium found; $CHROMIUM can name one");
    };
    let server = serve(Program::chosen(), &[]);
    let mut browser = Browser::start(&executable);
    open(&mut browser, &server);
    assert_recorded(&mut browser);
    let told = ask(&mut browser, 0);
    assert!(told.starts_with("This server does not tell its calls"), "{told}");
    assert_recorded(&mut browser);
    look(&mut browser, "/trace-untold/");
    browser.call("Emulation.setScriptExecutionDisabled", json!({ "value": true }));
    open(&mut browser, &server);
    assert_recorded(&mut browser);
    assert!(is_visible(&mut browser, "noscript p"), "the page says what is missing");
    assert!(!is_visible(&mut browser, "#ask"));
    look(&mut browser, "/trace-still/");
}
