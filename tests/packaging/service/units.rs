//! What systemd says of the units, and Python of the property lists.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use svcd_tests::{Program, Tree, skip};

use super::{find, packaging};

/// The units and a drop-in, with a program that is there. The words that have systemd
/// look at them.
fn units(drop_in: Option<&str>) -> Tree {
    let tree = Tree::empty();
    let program = Program::chosen().command().get_program().to_owned();
    for name in ["svcd.service", "svcd.socket"] {
        let text = fs::read_to_string(packaging("systemd").join(name)).expect("a unit");
        let start = format!("ExecStart={}", Path::new(&program).display());
        fs::write(tree.path(name), text.replace("ExecStart=svcd", &start)).expect("a new file");
    }
    if let Some(name) = drop_in {
        fs::create_dir(tree.path("svcd.service.d")).expect("a new folder");
        fs::copy(packaging("systemd").join(name), tree.path("svcd.service.d").join(name)).expect("a copy");
    }
    tree
}

/// Whether it ended well, and what it wrote.
fn analyze(tree: &Tree, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new("systemd-analyze");
    command.args(arguments).env("SYSTEMD_UNIT_PATH", format!("{}:", tree.root().display()));
    let output = command.stdin(Stdio::null()).output().expect("systemd-analyze");
    let bytes = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&bytes).into_owned())
}

fn is_there(what: &str) -> bool {
    let found = find("systemd-analyze").is_some();
    if !found {
        skip(what, "there is no systemd-analyze");
    }
    found
}

#[test]
fn systemd_finds_no_fault_in_the_units() {
    if !is_there("units of systemd") {
        return;
    }
    for drop_in in [None, Some("write.conf"), Some("cgi.conf")] {
        let tree = units(drop_in);
        let (good, text) = analyze(&tree, &["verify", "--man=no", "svcd.service", "svcd.socket"]);
        // It also looks at units of this system that these need.
        let told: Vec<&str> = text.lines().filter(|line| line.contains("svcd")).collect();
        assert!(good && told.is_empty(), "{drop_in:?}: {text}");
    }
}

/// Tenths of 10, the worst. As systemd 252 counts it; other versions look at more.
#[test]
fn little_is_exposed() {
    if !is_there("exposure of the unit") {
        return;
    }
    for (drop_in, most) in [(None, 3), (Some("write.conf"), 3), (Some("cgi.conf"), 13)] {
        let tree = units(drop_in);
        let threshold = format!("--threshold={most}");
        let (good, text) = analyze(&tree, &["security", "--offline=true", &threshold, "svcd.service"]);
        assert!(good && text.contains("Overall exposure level"), "{drop_in:?}: {text}");
    }
}

#[test]
fn property_lists_name_options_that_there_are() {
    let Some(python) = find("python3") else { return skip("property lists", "there is no python3") };
    for name in ["org.svcd.plist", "org.svcd.inetd.plist"] {
        let script = "import json, plistlib, sys; print(json.dumps(plistlib.load(open(sys.argv[1], 'rb'))))";
        let mut command = Command::new(&python);
        let output =
            command.args(["-c", script]).arg(packaging("launchd").join(name)).output().expect("python3");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        let list: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(list["Label"].as_str(), name.strip_suffix(".plist"));
        let words: Vec<&str> =
            list["ProgramArguments"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let user = words.iter().skip_while(|word| **word != "--user").nth(1);
        assert_eq!(user, Some(&"70:70"), "{name}: launchd starts it as root");
        let (program, arguments) = words.split_first().expect("a program");
        assert_eq!(*program, "/usr/local/bin/svcd");
        // The folder is not here: all options are understood when it comes to that.
        let (_, options) = arguments.split_last().expect("a folder");
        let log = Tree::empty().outside().join("log").display().to_string();
        let options = options.iter().map(|word| if word.starts_with("/var/log") { &log } else { *word });
        let ended = Program::chosen().run(&options.chain(["/nowhere"]).collect::<Vec<_>>());
        assert_eq!(ended.status.code(), Some(1), "{name}: {}", ended.stderr);
        assert!(ended.stderr.contains("/nowhere: ENOENT"), "{name}: {}", ended.stderr);
    }
}
