//! `svcd-capacity PROCESSORS MIB PLACES REQUESTS HOLD` says what such a node can do, by the
//! figures of docs/scale.csv.

use std::env;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use svcd_capacity::figures::{one, parse};
use svcd_capacity::node::{Client, Costs, Node};

fn main() -> ExitCode {
    match told() {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("svcd-capacity: {why}");
            ExitCode::FAILURE
        }
    }
}

fn told() -> Result<String, String> {
    let numbers: Option<Vec<f64>> = env::args().skip(1).map(|word| word.parse().ok()).collect();
    let [processors, memory, places, requests, hold] = numbers.unwrap_or_default()[..] else {
        return Err(
            "five numbers: processors, MiB, --max-conns, requests on a connection, seconds".to_owned()
        );
    };
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scale.csv");
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let figures = parse(&text);
    let figure = |kind: &str| one(&figures, kind).ok_or(format!("docs/scale.csv has no {kind}"));
    let costs = Costs {
        connection: figure("connection")?,
        parent: figure("parent")?,
        request: figure("request")?,
        memory: figure("memory")?,
    };
    let node =
        Node { processors: processors as usize, memory: memory * 1024.0 * 1024.0, places: places as usize };
    Ok(node.capacity(&costs, &Client { requests, hold }).text())
}
