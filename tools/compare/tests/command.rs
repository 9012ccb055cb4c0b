//! `svcd-compare` for the program of this machine, and for the same one as a person would
//! name it, by a command line.

use std::process::{Command, Stdio};

use serde_json::Value;
use svcd_tests::program::{dist, workspace};
use svcd_tests::{Program, skip};

#[test]
fn one_that_a_command_line_starts_is_compared_like_one_that_is_known() {
    let what = "servers side by side";
    let program = Program::chosen();
    if !cfg!(target_os = "linux") || program.is_emulated() {
        skip(what, "only Linux shows what a server does, of programs that it runs itself");
        return;
    }
    let file = program.command().get_program().to_string_lossy().into_owned();
    let known = format!("svcd-linux-{}", std::env::consts::ARCH);
    let mut command = Command::new(env!("CARGO_BIN_EXE_svcd-compare"));
    command.arg(known).arg(format!("mine={file} -q --sandbox=off -b 127.0.0.1:{{port}} {{site}}"));
    let output =
        command.env_remove("UPDATE").env("ROUNDS", "2").stdin(Stdio::null()).output().expect("svcd-compare");
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}");
    for line in ["| svcd | ", "| mine | "] {
        assert!(said.contains(line), "no row {line}: {said}");
    }

    let kept = workspace().join("target/bench/compare.json");
    let text = std::fs::read_to_string(&kept).expect("what it wrote");
    let value: Value = serde_json::from_str(&text).expect("JSON");
    let bytes = std::fs::metadata(dist().join(&file)).expect("the program").len();
    let servers = value["servers"].as_array().expect("servers");
    assert_eq!(servers.len(), 2, "{text}");
    for server in servers {
        let name = &server["name"];
        assert_eq!(server["bytes"]["program"], bytes, "{name}");
        assert_eq!(server["bytes"]["libraries"], 0, "{name}: it has none");
        assert!(server["pss_kib"]["at_rest"].as_f64().is_some_and(|kib| kib > 10.0), "{name}: {server}");
        assert_eq!(server["keeps_connections"], true, "{name}");
        if server["missing"].as_array().is_some_and(Vec::is_empty) {
            let instructions = server["instructions"]["kept"].as_f64();
            assert!(instructions.is_some_and(|count| count > 1000.0), "{name}: {server}");
            assert!(server["instructions"]["own_connection"].as_f64() > instructions, "{name}: {server}");
            // Where every kernel goes the same way, whatever the sandbox.
            let calls = &server["calls"]["kept"]["processes"][0];
            assert_eq!(calls[0], "recvfrom", "{name}: {calls}");
            assert_eq!(
                calls.as_array().and_then(|calls| calls.last()),
                Some(&"close".into()),
                "{name}: {calls}"
            );
        } else {
            skip(what, &server["missing"].to_string());
        }
    }
    assert_eq!(servers[0]["calls"]["kept"], servers[1]["calls"]["kept"]);
    assert_eq!(servers[0]["name"], "svcd");
    assert_eq!(servers[1]["name"], "mine");
}

#[test]
fn who_is_not_there_is_told() {
    for (word, expected) in
        [("mine=/nowhere/server", "mine: there is no /nowhere/server"), ("nobody", "there is nobody")]
    {
        let mut command = Command::new(env!("CARGO_BIN_EXE_svcd-compare"));
        let output = command.arg(word).stdin(Stdio::null()).output().expect("svcd-compare");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && told.contains(expected), "{word}: {told}");
    }
}
