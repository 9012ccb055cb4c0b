//! The job for Nomad.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use super::{HCL, deploy, is_svcd, option, python, read, start, words};

/// What a job's file may have in a block, as far as it is used here: Nomad's reference of
/// the job specification, and of its driver for Docker.
const KNOWN: &[(&str, &[&str])] = &[
    ("variable", &["type", "default", "description"]),
    ("job", &["type", "region", "datacenters", "update", "group", "meta"]),
    (
        "update",
        &[
            "max_parallel",
            "canary",
            "auto_promote",
            "auto_revert",
            "health_check",
            "min_healthy_time",
            "healthy_deadline",
        ],
    ),
    ("group", &["count", "spread", "network", "shutdown_delay", "service", "task", "restart", "volume"]),
    ("spread", &["attribute", "weight"]),
    ("network", &["port", "mode"]),
    ("port", &["to", "static"]),
    ("service", &["name", "provider", "port", "tags", "check"]),
    ("check", &["type", "path", "interval", "timeout", "port"]),
    ("task", &["driver", "user", "config", "kill_signal", "kill_timeout", "resources", "volume_mount"]),
    (
        "config",
        &[
            "image",
            "ports",
            "readonly_rootfs",
            "cap_drop",
            "security_opt",
            "pids_limit",
            "args",
            "command",
            "entrypoint",
        ],
    ),
    ("resources", &["cpu", "memory"]),
];

/// Blocks that have a name.
const NAMED: [&str; 5] = ["variable", "job", "group", "port", "task"];

/// The names of all fields and blocks below `value` that `kind` has not got.
fn unknown(kind: &str, value: &Value, found: &mut BTreeSet<String>) {
    let known = KNOWN.iter().find(|row| row.0 == kind).map_or(&[][..], |row| row.1);
    for (name, value) in value.as_object().expect("a block") {
        if name.starts_with("__") {
            continue;
        }
        if !known.contains(&name.as_str()) {
            found.insert(format!("{kind}.{name}"));
        }
        blocks(name, value).into_iter().for_each(|block| unknown(name, block, found));
    }
}

/// The blocks of a kind; none if the value is that of a field.
fn blocks<'a>(kind: &str, value: &'a Value) -> Vec<&'a Value> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let list = list.iter().filter(|block| block.is_object());
    if NAMED.contains(&kind) {
        return list
            .flat_map(|block| block.as_object().into_iter().flat_map(|named| named.values()))
            .collect();
    }
    list.collect()
}

/// The only block of a kind.
fn only<'a>(value: &'a Value, kind: &str) -> &'a Value {
    match blocks(kind, &value[kind])[..] {
        [block] => block,
        _ => panic!("not one {kind}: {}", value[kind]),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text").trim_matches('"')
}

fn seconds(value: &Value) -> u32 {
    text(value).strip_suffix('s').and_then(|number| number.parse().ok()).expect("seconds")
}

#[test]
fn the_job_for_nomad_is_one_that_svcd_and_nomad_take() {
    let Some(python) = python() else { return };
    let file = fs::read_to_string(deploy("nomad/svcd.nomad.hcl")).expect("the job");
    let all = read(&python, HCL, &file);
    let mut found = BTreeSet::new();
    for kind in ["variable", "job"] {
        blocks(kind, &all[kind]).into_iter().for_each(|block| unknown(kind, block, &mut found));
    }
    assert_eq!(found, BTreeSet::new(), "Nomad has no such thing");

    let group = only(only(&all, "job"), "group");
    let (service, task) = (only(group, "service"), only(group, "task"));
    let (config, port) = (only(task, "config"), only(only(group, "network"), "port"));
    let arguments = words(&config["args"]);
    is_svcd(&config["entrypoint"]);
    let path = text(&only(service, "check")["path"]);
    assert_eq!(option(&arguments, "--health"), path);
    assert!(arguments.contains(&"--no-inode".to_owned()), "copies have inodes of their own: {arguments:?}");
    assert!(option(&arguments, "--bind").ends_with(&format!(":{}", port["to"])));
    let grace: u32 = option(&arguments, "--grace").parse().expect("seconds");
    assert!(seconds(&task["kill_timeout"]) >= grace + 2, "2 s are for programs");
    let most: i64 = option(&arguments, "--max-conns").parse().expect("a number");
    assert!(config["pids_limit"].as_i64().is_some_and(|limit| limit > most), "a process for each");
    assert_eq!(words(&config["ports"]), [text(&service["port"])]);
    // As Nomad does before it starts it.
    let proxies = blocks("variable", &all["variable"]).into_iter().next_back().expect("a variable");
    let proxies = text(&proxies["default"]);
    let arguments: Vec<String> =
        arguments.iter().map(|word| word.replace("${var.proxies}", proxies)).collect();
    start(&arguments, path);
}
