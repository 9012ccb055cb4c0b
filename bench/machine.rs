//! Where it was measured, and what.

use std::env;
use std::fs;
use std::process::{Command, Stdio};

use crate::place::Found;

/// The first line that a program says of itself.
pub fn version(found: &Found, arguments: &[&str]) -> String {
    let output = found.command().args(arguments).output();
    let said = output.map(|output| [output.stdout, output.stderr].concat()).unwrap_or_default();
    String::from_utf8_lossy(&said).lines().next().unwrap_or("unknown").trim().to_owned()
}

/// What is ready to run, on average of the last minute.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().unwrap_or("unknown").to_owned()
}

/// A list of Markdown: versions, system, processors, how it was measured.
pub fn about(versions: &[String], how: &str) -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lines: Vec<String> = versions.to_vec();
    lines.push(format!("{}, {processors} processors, {}", processor(), memory()));
    lines.push(format!("{}, {}, {}", system(), uname(), env::consts::ARCH));
    lines.push(format!("{how}; load of the machine at the end: {}", load()));
    lines.iter().map(|line| format!("- {line}\n")).collect()
}

fn processor() -> String {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or("unknown processor", |model| model.1).to_owned()
}

fn memory() -> String {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = text.split_whitespace().nth(1).and_then(|word| word.parse::<u64>().ok());
    kilobytes
        .map_or("unknown memory".to_owned(), |kilobytes| format!("{} GiB", kilobytes.div_ceil(1024 * 1024)))
}

fn system() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let name = text.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="));
    name.unwrap_or("unknown system").trim_matches('"').to_owned()
}

/// Name and version of the kernel, without what a distributor adds to that.
fn uname() -> String {
    let output = Command::new("uname").arg("-sr").stdin(Stdio::null()).output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    said.split('-').next().unwrap_or_default().trim().to_owned()
}
