//! The demo site in a real browser: every page that can be reached from `/`, at
//! the width of a desk and of a phone.
//!
//! - `CHROMIUM`: the browser, where it has another name than usual.
//! - `SVCD_SCREENSHOTS`: the folder for the pictures; default
//!   `target/screenshots`.
//!
//! A link on the site can promise what it leads to: `data-status` (default 200)
//! is the first status of the answer, `type` (default text/html) its media
//! type. A `<pre data-status>` holds a command line whose answer has that status;
//! `data-server` holds the options that its server needs. A line of status 0
//! prepares the others. Options with `--trace` are for the flavour that has them.

mod commands;
mod devtools;
mod explained;
mod listing;
mod pictures;
mod programs;
mod trace;
mod writing;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use svcd_tests::log_line::LogLine;
use svcd_tests::{Server, Tree, note, skip};

use commands::{Line, Sessions};
use devtools::Browser;
use pictures::{save_screenshots, screenshots};

const VIEWPORTS: [(&str, u32, u32, bool); 2] = [("desktop", 1280, 800, false), ("phone", 390, 844, true)];

/// What the checks want to know of a page.
const FACTS: &str = "({
    title: document.title,
    h1: document.querySelectorAll('h1').length,
    width: document.documentElement.scrollWidth,
    inner: innerWidth,
    height: document.documentElement.scrollHeight,
    ids: [...document.querySelectorAll('[id]')].map(element => element.id),
    links: [...document.querySelectorAll('a[href], link[href]')].map(link => ({
        url: link.href.replace(/#.*/, ''),
        fragment: link.hash ? link.hash.slice(1) : '',
        status: Number(link.dataset.status || 200),
        type: link.type || (link.rel === 'stylesheet' ? 'text/css' : 'text/html'),
    })),
    commands: [...document.querySelectorAll('pre[data-status]')].map(pre => ({
        line: pre.textContent,
        status: Number(pre.dataset.status),
        server: pre.dataset.server || '',
    })),
})";

/// What a link promises.
#[derive(Clone, Debug)]
struct Promise {
    status: u64,
    media_type: String,
}

/// What came of following it.
#[derive(Default)]
struct Visit {
    /// Of the page itself; more than one when it was redirected.
    statuses: Vec<u64>,
    media_type: String,
    problems: Vec<String>,
}

/// What the walks over the site have found.
#[derive(Default)]
struct Findings {
    problems: Vec<String>,
    /// Ids of each page, and what links expect to be there.
    ids: BTreeMap<String, BTreeSet<String>>,
    fragments: BTreeSet<(String, String)>,
    commands: Sessions,
    /// Request lines that are refused as promised.
    refused: BTreeSet<String>,
}

#[test]
fn the_site_keeps_its_promises_in_a_browser() {
    let Some(executable) = devtools::executable() else {
        return skip("the site in a browser", "no Chromium found; $CHROMIUM can name one");
    };
    let site = site();
    let server = Server::with(Tree::empty()).root(Some(&site)).start();
    let origin = format!("http://{}", server.address);
    let mut browser = Browser::start(&executable);
    let mut findings = Findings::default();
    for (name, width, height, mobile) in VIEWPORTS {
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        browser.call("Emulation.setDeviceMetricsOverride", metrics);
        let links = walk(&mut browser, &origin, name, width, &mut findings);
        note(&format!("{name}: {links} links followed"));
    }
    drop(browser);
    let Findings { mut problems, ids, fragments, commands, refused } = findings;
    for (page, id) in fragments {
        if !ids.get(&page).is_some_and(|ids| ids.contains(&id)) {
            problems.push(format!("nothing has the id of {page}#{id}"));
        }
    }
    problems.extend(commands::run(&commands, &site));
    note(&format!("{} command lines run", commands.values().map(Vec::len).sum::<usize>()));
    assert!(commands.len() > 1);
    problems.extend(refused_unseen(&server.stop().stdout, &refused));
    assert!(problems.is_empty(), "{problems:#?}");
}

/// What the browser was refused without telling anybody, as an icon can be.
fn refused_unseen(log: &str, promised: &BTreeSet<String>) -> Vec<String> {
    let lines = log.lines().map(|line| LogLine::parse(line).unwrap_or_else(|why| panic!("{why}")));
    let of_browser = lines.filter(|line| line.status >= 400 && line.user_agent.contains("Mozilla"));
    let unseen = of_browser.filter(|line| !promised.contains(&line.request));
    unseen.map(|line| format!("{} for {:?}", line.status, line.request)).collect()
}

/// Follows every link, once; returns how many there are.
fn walk(browser: &mut Browser, origin: &str, viewport: &str, width: u32, findings: &mut Findings) -> usize {
    let home = format!("{origin}/");
    let mut known = BTreeSet::from([home.clone()]);
    let mut queue = vec![(home, Promise { status: 200, media_type: "text/html".to_owned() })];
    while let Some((url, promise)) = queue.pop() {
        let path = &url[origin.len()..];
        if promise.status >= 400 {
            findings.refused.insert(format!("GET {path} HTTP/1.1"));
        }
        let visit = visit(browser, &url, origin, promise.status);
        let mut problems = visit.problems;
        if visit.statuses.first() != Some(&promise.status) {
            problems.push(format!("{} promised, answered {:?}", promise.status, visit.statuses));
        }
        if visit.media_type != promise.media_type {
            problems.push(format!("{} promised, sent as {}", promise.media_type, visit.media_type));
        }
        if visit.media_type == "text/html" {
            let facts = browser.evaluate(FACTS);
            problems.extend(check(&facts, width));
            if promise.status == 200 && path.ends_with('/') {
                save_screenshots(browser, viewport, path, &facts);
            }
            for link in array(&facts["links"]) {
                let target = text(&link["url"]);
                if !target.starts_with(origin) {
                    continue;
                }
                if link["fragment"] != "" {
                    findings.fragments.insert((target.clone(), text(&link["fragment"])));
                }
                if known.insert(target.clone()) {
                    queue.push((
                        target,
                        Promise { status: number(&link["status"]), media_type: text(&link["type"]) },
                    ));
                }
            }
            let ids = array(&facts["ids"]).iter().map(text).collect();
            // At another width a page has the same lines.
            if findings.ids.insert(url.clone(), ids).is_none() {
                for command in array(&facts["commands"]) {
                    let line = Line { text: text(&command["line"]), status: number(&command["status"]) };
                    findings.commands.entry(text(&command["server"])).or_default().push(line);
                }
            }
        }
        findings.problems.extend(problems.into_iter().map(|problem| format!("{viewport}, {url}: {problem}")));
    }
    known.len()
}

fn check(facts: &Value, width: u32) -> Vec<String> {
    let mut problems = Vec::new();
    if facts["title"] == "" {
        problems.push("no title".to_owned());
    }
    if facts["h1"] != 1 {
        problems.push(format!("{} h1 instead of one", facts["h1"]));
    }
    // A phone that is given something too wide zooms out: innerWidth grows with it.
    let (inner, scroll) = (facts["inner"].as_u64(), facts["width"].as_u64());
    if inner != Some(width.into()) || scroll > inner {
        problems.push(format!("{scroll:?} pixels wide in a window of {inner:?} instead of {width}"));
    }
    problems
}

/// Loads `url` and waits until nothing is under way any more. A promised error
/// is no problem, and that the browser's console mentions it neither.
fn visit(browser: &mut Browser, url: &str, origin: &str, promised: u64) -> Visit {
    browser.take_events();
    let page = browser.call("Page.navigate", json!({ "url": url }))["loaderId"].take();
    browser.wait_for(&format!("the load of {url}"), |events| {
        let loaded = events.iter().any(|event| event["method"] == "Page.loadEventFired");
        loaded && requests(events, &page).is_subset(&ended(events))
    });
    let events = browser.take_events();
    let own = requests(&events, &page);
    let mut visit = Visit::default();
    for event in &events {
        let params = &event["params"];
        match event["method"].as_str().unwrap_or_default() {
            "Network.requestWillBeSent" => {
                if params["requestId"] == page {
                    visit.statuses.extend(params["redirectResponse"]["status"].as_u64());
                }
                let target = text(&params["request"]["url"]);
                if !target.starts_with(origin) && !target.starts_with("data:") {
                    visit.problems.push(format!("asked for {target}"));
                }
            }
            "Network.responseReceived" => {
                let response = &params["response"];
                let status = number(&response["status"]);
                if params["requestId"] == page {
                    visit.statuses.push(status);
                    visit.media_type = text(&response["mimeType"]);
                } else if status >= 400 {
                    visit.problems.push(format!("{status} for {}", response["url"]));
                }
            }
            "Network.loadingFailed" if own.contains(&text(&params["requestId"])) => {
                visit.problems.push(format!("a request failed: {params}"))
            }
            "Runtime.exceptionThrown" => visit.problems.push(format!("an exception: {params}")),
            "Runtime.consoleAPICalled" if is_bad(&params["type"]) => {
                visit.problems.push(format!("console: {}", params["args"]));
            }
            "Log.entryAdded" if is_bad(&params["entry"]["level"]) => {
                let entry = &params["entry"];
                if promised < 400 || entry["source"] != "network" || entry["url"] != url {
                    visit.problems.push(format!("console: {entry}"));
                }
            }
            _ => {}
        }
    }
    visit
}

/// The requests of one page. One that the page before it has made after its load,
/// for an icon, may be cut off by this load, and then nothing tells of its end.
fn requests(events: &[Value], page: &Value) -> BTreeSet<String> {
    let sent = events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    let own = sent.filter(|event| event["params"]["loaderId"] == *page);
    own.map(|event| text(&event["params"]["requestId"])).collect()
}

fn ended(events: &[Value]) -> BTreeSet<String> {
    let ends = ["Network.loadingFinished", "Network.loadingFailed"];
    let ended = events.iter().filter(|event| ends.iter().any(|end| event["method"] == *end));
    ended.map(|event| text(&event["params"]["requestId"])).collect()
}

fn is_bad(level: &Value) -> bool {
    ["error", "warning", "assert"].iter().any(|bad| level == bad)
}

fn site() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../www")
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or(0)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
