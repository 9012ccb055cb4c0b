//! The figures as a picture that fits on a slide.

use svcd_bench::chart::{self, Bar, Kind, Panel};

use crate::measure::Figures;

/// A title, and what is told of each server.
type Wanted = (&'static str, fn(&Figures) -> Option<f64>);

const KIB: f64 = 1024.0;

/// On the disk and at rest; on a connection that is kept; on one of its own.
const ROWS: [[Wanted; 3]; 3] = [
    [
        ("program and libraries, KiB", |of| Some((of.size.program + of.size.of_libraries()) as f64 / KIB)),
        ("calls of the start", |of| count(&of.start)),
        ("memory at rest, KiB (PSS)", |of| of.memory),
    ],
    [
        ("calls of one more GET", |of| of.calls.kept.as_deref().and_then(count)),
        ("instructions of one more GET, thousands", |of| thousands(of.instructions.kept)),
        ("memory of a waiting connection, KiB (PSS)", |of| of.connection),
    ],
    [
        ("calls of a connection with one GET", |of| of.calls.own.as_deref().and_then(count)),
        ("its instructions, thousands", |of| thousands(of.instructions.own)),
        ("its page faults", |of| of.faults.own),
    ],
];

pub fn svg(all: &[Figures]) -> String {
    let panel = |(title, of): &Wanted| {
        let bar = |figures: &Figures| {
            let kind = if figures.is_ours { Kind::Ours } else { Kind::Other };
            of(figures).map(|length| Bar { name: figures.name.to_owned(), length, kind })
        };
        let mut bars: Vec<Bar> = all.iter().filter_map(bar).collect();
        bars.sort_by(|one, other| one.length.total_cmp(&other.length));
        Panel { title: (*title).to_owned(), bars }
    };
    let rows: Vec<Vec<Panel>> = ROWS.iter().map(|row| row.iter().map(panel).collect()).collect();
    chart::svg("a file of 1 KiB, by each server", &rows)
}

/// None: nobody has looked.
fn count<T>(processes: &[Vec<T>]) -> Option<f64> {
    (!processes.is_empty()).then(|| processes.iter().map(Vec::len).sum::<usize>() as f64)
}

fn thousands(count: Option<f64>) -> Option<f64> {
    count.map(|count| count / 1e3)
}
