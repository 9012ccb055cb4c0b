//! deploy/kubernetes and deploy/nomad: right by the schemas of the API, in agreement with
//! each other, and with command lines that svcd takes.

mod kubernetes;
mod nomad;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use svcd_tests::program::workspace;
use svcd_tests::{Server, Tree, skip};

/// Reads what the field writes, and gives JSON.
const YAML: &str = "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))";
const HCL: &str = "import hcl2, json, sys; print(json.dumps(hcl2.load(sys.stdin)))";

pub fn deploy(name: &str) -> PathBuf {
    workspace().join("deploy").join(name)
}

/// The Python with the packages of requirements.txt. None, with a note, if there is none.
fn python() -> Option<PathBuf> {
    let python = workspace().join(".venv/bin/python");
    let find = "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))";
    let mut command = Command::new(&python);
    command.args(["-c", find, "hcl2", "kubernetes_validate", "yaml"]).stderr(Stdio::null());
    if command.status().is_ok_and(|status| status.success()) {
        return Some(python);
    }
    skip("manifests", "no Python with kubernetes-validate and python-hcl2: linker/setup.sh proxies");
    None
}

/// What a command writes; it must end well.
fn output(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}{errors}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The same, with a text as its input.
fn fed(command: &mut Command, text: &str) -> String {
    let folder = Tree::empty();
    let file = folder.file("text", text.as_bytes());
    output(command.stdin(File::open(file).expect("the file")))
}

fn read(python: &Path, script: &str, text: &str) -> Value {
    let json = fed(Command::new(python).args(["-c", script]), text);
    serde_json::from_str(&json).expect("JSON")
}

/// The words of a list.
fn words(value: &Value) -> Vec<String> {
    let list = value.as_array().unwrap_or_else(|| panic!("a list: {value}"));
    list.iter().map(|word| word.as_str().expect("a word").trim_matches('"').to_owned()).collect()
}

/// The value of an option.
fn option<'a>(arguments: &'a [String], name: &str) -> &'a str {
    let found = arguments.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='));
    found.unwrap_or_else(|| panic!("{name} in {arguments:?}"))
}

/// The image's own words come before the arguments if nobody says which program it is.
fn is_svcd(program: &Value) {
    assert_eq!(words(program), ["/svcd"]);
}

/// svcd starts with these, and says at the path of the probes that it is well. The folder
/// and the address are other ones here.
fn start(arguments: &[String], path: &str) {
    let place = |word: &String| match word.as_str() {
        "--bind=0.0.0.0:8080" => Some("--bind=127.0.0.1:0".to_owned()),
        "/srv" => None,
        _ => Some(word.clone()),
    };
    let own: Vec<String> = arguments.iter().filter_map(place).collect();
    assert!(own.iter().all(|word| word.starts_with("--")), "{own:?}");
    assert_eq!(own.len() + 1, arguments.len(), "one folder, and the address: {arguments:?}");
    let own: Vec<&str> = own.iter().map(String::as_str).collect();
    let server = Server::with(Tree::small()).arguments(&own).start();
    server.assert_serving();
    assert_eq!(server.get(path).expect("an answer").status, 200, "{path}");
}
