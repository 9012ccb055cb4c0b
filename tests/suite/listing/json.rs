//! Listings for programs.

use std::collections::BTreeSet;

use serde_json::Value;
use svcd_tests::asking::{asking, both, status};
use svcd_tests::tree::MODIFIED;
use svcd_tests::{Server, clock, each};

use super::{ODD, tree};

#[test]
fn in_json() {
    let server = Server::with(tree()).start();
    let answer = both(&server, "/list/", &["Accept: application/json"]).expect("an answer");
    assert!(answer.need("Content-Type").is_ok_and(|kind| kind.starts_with("application/json")));
    let list: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let list = list.as_array().expect("an array");
    let names: BTreeSet<&str> = list.iter().filter_map(|entry| entry["name"].as_str()).collect();
    let right: BTreeSet<&str> = ODD.iter().copied().chain(["sub folder", "sub<b>"]).collect();
    let stripped: BTreeSet<&str> = names.iter().map(|name| name.trim_end_matches('/')).collect();
    assert_eq!((stripped, list.len()), (right, ODD.len() + 2));
    let entry =
        |name: &str| list.iter().find(|entry| entry["name"].as_str().is_some_and(|is| is.starts_with(name)));
    let file = entry("javascript").expect("a file");
    assert_eq!((&file["type"], &file["size"]), (&Value::from("file"), &Value::from(19)));
    let modified = &file["mtime"];
    let right =
        [Value::from(MODIFIED), Value::from(clock::imf_fixdate(MODIFIED)), "2024-02-29T01:06:05Z".into()];
    assert!(right.contains(modified), "mtime: {modified}");
    assert_eq!(entry("sub folder").expect("a folder")["type"], Value::from("directory"));
}

#[test]
fn json_only_for_those_who_prefer_it() {
    const ROWS: &[(&str, bool)] = &[
        ("X: y", false),
        ("Accept:", false),
        ("Accept: */*", false),
        ("Accept: text/html", false),
        ("Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
        ("Accept: text/html, application/json;q=0.5", false),
        ("Accept: application/json;q=0", false),
        ("Accept: application/jsonp", false),
        ("Accept: text/plain", false),
        ("Accept: application/json", true),
        ("Accept: APPLICATION/JSON", true),
        ("Accept: application/json, text/html;q=0.9", true),
        ("Accept: application/json, */*;q=0.5", true),
        ("Accept: text/html;q=0.5, application/json;q=0.6", true),
    ];
    let server = Server::with(tree()).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(line, json)| {
        let answer = both(&server, "/list/", &[line])?;
        status(&answer, &[200])?;
        let kind = answer.need("Content-Type")?;
        let vary = answer.need("Vary")?.split(',').any(|name| name.trim().eq_ignore_ascii_case("accept"));
        if !vary {
            return Err(format!("Vary: {:?}", answer.field("Vary")));
        }
        if kind.starts_with("application/json") == *json { Ok(()) } else { Err(kind.to_owned()) }
    });
    let file = server.ask(&asking("GET", "/hello.txt", &["Accept: application/json"])).expect("an answer");
    assert_eq!(file.text(), "hello, world\n", "a file is what it is");
}
