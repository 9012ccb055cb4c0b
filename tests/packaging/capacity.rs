//! docs/scale.md: the model is held against what was measured, and the tables of the page
//! are what it says. `UPDATE=1` writes them.

use std::collections::BTreeMap;
use std::fs;

use svcd_capacity::figures::{Figure, all, one, parse};
use svcd_capacity::node::{Client, Costs, Node};
use svcd_capacity::queue::{closed, erlang_b};
use svcd_tests::document::Part;
use svcd_tests::program::workspace;

/// How far the model may be from what was measured; docs/scale.md says the same.
const OF_CURVE: f64 = 0.35;
const OF_LOST: f64 = 0.02;
const OF_BENCH: f64 = 0.20;

/// Seconds that each client waits before it asks, in tools/capacity/measure.rs.
const THINK: f64 = 0.02;

fn text(name: &str) -> String {
    fs::read_to_string(workspace().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn figures() -> Vec<Figure> {
    parse(&text("docs/scale.csv"))
}

fn figure(kind: &str) -> f64 {
    one(&figures(), kind).unwrap_or_else(|| panic!("docs/scale.csv has no {kind}"))
}

/// What stands between two comments of the page is this.
fn page(begin: &'static str, end: &'static str, text: &str) {
    Part { file: "docs/scale.md", begin, end }.is(text).unwrap_or_else(|why| panic!("{why}"));
}

fn table(titles: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    let rule = titles.iter().map(|_| "---:".to_owned()).collect::<Vec<_>>();
    rows.into_iter().fold(line(&titles) + &line(&rule), |text, row| text + &line(&row))
}

fn error(model: f64, measured: f64) -> f64 {
    model / measured - 1.0
}

fn percent(part: f64) -> String {
    format!("{:+.0} %", part * 100.0)
}

/// Clients who wait, ask on a new connection, and wait again: the server's processor and
/// their own are the queues. What a connection takes of each was measured once.
#[test]
fn the_model_says_how_many_connections_there_are() {
    let figures = figures();
    let demands = ["connection", "client"].map(figure);
    let mut rows = Vec::new();
    for curve in all(&figures, "connections of clients") {
        let model = closed(curve.at as usize, THINK, &demands);
        let far = error(model, curve.measured);
        assert!(far.abs() < OF_CURVE, "{} clients: {model}, measured {}", curve.at, curve.measured);
        let [measured, model] = [curve.measured, model].map(|rate| format!("{rate:.0}"));
        rows.push(vec![format!("{:.0}", curve.at), measured, model, percent(far)]);
    }
    assert!(rows.len() >= 6, "a curve");
    let titles = ["clients", "measured: connections/s", "model: connections/s", "off by"];
    page("<!-- begin curve -->", "<!-- end curve -->", &table(&titles, rows));
}

/// Who comes and finds all places taken.
#[test]
fn erlang_says_how_many_are_turned_away() {
    let figures = figures();
    let mut rows = Vec::new();
    for lost in all(&figures, "lost of 32 places") {
        let model = erlang_b(lost.at, 32);
        assert!(
            (model - lost.measured).abs() < OF_LOST,
            "{} in 32: {model}, measured {}",
            lost.at,
            lost.measured
        );
        let parts = [model, lost.measured].map(|part| format!("{:.1} %", part * 100.0));
        rows.push(vec![format!("{:.0}", lost.at), parts[1].clone(), parts[0].clone()]);
    }
    assert!(rows.len() >= 4, "a curve");
    let titles = ["connections at a time that would be there", "measured: 503", "model: 503"];
    page("<!-- begin lost -->", "<!-- end lost -->", &table(&titles, rows));
}

/// Medians of a case of docs/bench-all.csv, by number of connections: requests a second,
/// and seconds of processor time for each.
fn bench(case: &str, server: &str) -> BTreeMap<u32, (f64, f64)> {
    let mut found: BTreeMap<u32, (Vec<f64>, Vec<f64>)> = BTreeMap::new();
    let csv = text("docs/bench-all.csv");
    for line in csv.lines().filter_map(|line| line.strip_prefix(&format!("{case},{server},"))) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |place: usize| cells[place].parse::<f64>().expect("a number");
        if cells[1] == "true" && cells[0] != "1" {
            let of = found.entry(cells[0].parse().expect("a number")).or_default();
            of.0.push(number(3));
            of.1.push(number(6) / 1e6);
        }
    }
    let median = |mut list: Vec<f64>| {
        list.sort_by(f64::total_cmp);
        list[list.len() / 2]
    };
    found
        .into_iter()
        .map(|(connections, (rates, used))| (connections, (median(rates), median(used))))
        .collect()
}

/// Two processors are busy with server and client. What the client takes for a request is
/// known from nginx' row: then svcd's own time says how many there are.
#[test]
fn the_model_says_what_the_bench_measured() {
    let mut rows = Vec::new();
    for case in ["file of 1 KiB", "file of 100 KiB", "listing of 100 files", "304 Not Modified"] {
        let (own, other) = (bench(case, "svcd"), bench(case, "nginx"));
        for (connections, (rate, used)) in own {
            let (rate_of_other, used_of_other) = other[&connections];
            let client = 2.0 / rate_of_other - used_of_other;
            let model = 2.0 / (used + client);
            let far = error(model, rate);
            assert!(far.abs() < OF_BENCH, "{case}, {connections}: {model}, measured {rate}");
            rows.push(vec![
                case.to_owned(),
                connections.to_string(),
                format!("{rate:.0}"),
                format!("{model:.0}"),
                percent(far),
            ]);
        }
    }
    assert_eq!(rows.len(), 5, "four cases, and one of them with 256 connections too");
    let titles = ["kept connections", "at a time", "measured: requests/s", "model: requests/s", "off by"];
    page("<!-- begin bench -->", "<!-- end bench -->", &table(&titles, rows));
}

fn costs() -> Costs {
    Costs {
        connection: figure("connection"),
        parent: figure("parent"),
        request: figure("request"),
        memory: figure("memory"),
    }
}

const MIB: f64 = 1024.0 * 1024.0;

#[test]
fn the_page_says_what_nodes_can_do() {
    let nodes = [
        ("1 processor, 64 MiB, 256", Node { processors: 1, memory: 64.0 * MIB, places: 256 }),
        ("2 processors, 512 MiB, 4096", Node { processors: 2, memory: 512.0 * MIB, places: 4096 }),
        ("16 processors, 512 MiB, 4096", Node { processors: 16, memory: 512.0 * MIB, places: 4096 }),
    ];
    assert!(nodes.iter().all(|(_, node)| node.places <= svcd::limits::MAX_CONNS_CEILING), "svcd takes them");
    let clients = [
        ("one request, then it closes: 20 ms", Client { requests: 1.0, hold: 0.02 }),
        ("a page of 12 files, kept: 17 s", Client { requests: 12.0, hold: 17.0 }),
        ("a proxy: 1,000 requests in 60 s", Client { requests: 1000.0, hold: 60.0 }),
    ];
    let costs = costs();
    let rows = nodes.iter().flat_map(|(node, has)| {
        clients.iter().map(|(client, wants)| {
            let found = has.capacity(&costs, wants);
            let numbers = [found.connections, found.requests, found.held].map(rounded);
            let [connections, requests, held] = numbers;
            vec![
                (*node).to_owned(),
                (*client).to_owned(),
                connections,
                requests,
                held,
                found.bound.text().to_owned(),
            ]
        })
    });
    let titles = ["node, --max-conns", "each client", "connections/s", "requests/s", "at a time", "bound by"];
    page("<!-- begin nodes -->", "<!-- end nodes -->", &table(&titles, rows));
    // The command of the page.
    let [(_, _), (_, node), ..] = nodes;
    let said = node.capacity(&costs, &Client { requests: 12.0, hold: 17.0 }).text();
    assert!(text("docs/scale.md").contains(&format!("svcd-capacity 2 512 4096 12 17\n{said}\n")), "{said}");
    let row = |of: &str, value: String| vec![of.to_owned(), value];
    let micro = |seconds: f64| format!("{:.0} µs", seconds * 1e6);
    let rows = [
        row("processor time of a connection with one request of 1 KiB", micro(costs.connection)),
        row("of that, in the one process that accepts", micro(costs.parent)),
        row("processor time of one more request on it", micro(costs.request)),
        row(
            "memory of a connection that waits, as a container counts it",
            format!("{:.0} KiB", costs.memory / 1024.0),
        ),
        row(
            "most connections a second of one svcd, whatever the processors",
            format!("{:.0}", 1.0 / costs.parent),
        ),
    ];
    page("<!-- begin costs -->", "<!-- end costs -->", &table(&["one processor", "measured"], rows));
}

/// Two digits are all that the model is worth.
fn rounded(number: f64) -> String {
    let unit = 10f64.powf((number.max(1.0).log10().floor() - 1.0).max(0.0));
    format!("{:.0}", (number / unit).round() * unit)
}

/// What deploy/ gives a container is enough for its connections.
#[test]
fn limits_of_containers_are_enough_for_their_connections() {
    for (file, name, unit) in
        [("kubernetes/base/deployment.yaml", "memory: ", "Mi"), ("nomad/svcd.nomad.hcl", "memory = ", "")]
    {
        let text = text(&format!("deploy/{file}"));
        let after = |from: &str| -> Vec<f64> {
            let rest =
                text.split(from).skip(1).map(|rest| rest.split(['"', '\n']).next().unwrap_or_default());
            rest.filter_map(|word| word.trim().trim_end_matches(unit).parse().ok()).collect()
        };
        let (limit, most) = (after(name).into_iter().fold(0.0, f64::max), after("--max-conns=")[0]);
        let needed = most * figure("memory") / MIB;
        assert!(
            limit > needed * 1.3,
            "{file}: {limit} MiB for {most} connections, which take {needed:.0} MiB"
        );
    }
}
