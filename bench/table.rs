//! The figures in order: of all rounds the median, the least and the most.

use std::fmt;

use crate::load::{Manner, Sample};
use crate::{servers, spawn};

/// One load.
pub struct Row {
    pub case: &'static str,
    pub server: &'static str,
    pub manner: Manner,
    pub round: usize,
    pub sample: Sample,
}

pub struct Table<'a> {
    pub rows: &'a [Row],
    /// In their order; the others are compared with the first.
    pub servers: &'a [&'a str],
    pub clients: &'a [usize],
}

/// What of a sample is shown.
struct Figure {
    name: &'static str,
    of: fn(&Sample) -> Option<f64>,
    /// Of two figures the one that is better.
    better: fn(f64, f64) -> f64,
}

const FIGURES: [Figure; 2] = [
    Figure { name: "requests/s", of: |sample| Some(sample.rate), better: f64::max },
    Figure { name: "µs of processor time for each", of: |sample| sample.cost, better: f64::min },
];

impl Table<'_> {
    /// For each case and each figure a table, with the first server's median by the
    /// best other's.
    pub fn markdown(&self, cases: &[&str]) -> String {
        let tables = cases.iter().flat_map(|case| FIGURES.map(|figure| self.of_case(case, &figure)));
        tables.flatten().collect::<Vec<_>>().join("\n")
    }

    /// Every figure of every round.
    pub fn csv(&self) -> String {
        let titles =
            ["case,server,connections,kept,round", "requests_per_second,p50_ms,p99_ms,cpu_us,failures\n"];
        let mut text = titles.join(",");
        for Row { case, server, manner, round, sample } in self.rows {
            let Manner { connections, kept } = manner;
            let Sample { rate, half, most, failures, cost, .. } = sample;
            let cost = cost.map(|cost| format!("{cost:.1}")).unwrap_or_default();
            text += &format!("{case},{server},{connections},{kept},{round},");
            text += &format!("{rate:.1},{half:.3},{most:.3},{cost},{failures}\n");
        }
        text
    }

    /// None if there is no such figure.
    fn of_case(&self, case: &str, figure: &Figure) -> Option<String> {
        let manners = self.manners();
        let title = |manner: &Manner| {
            let Manner { connections, kept } = manner;
            format!("{connections} {}", if *kept { "kept" } else { "closed" })
        };
        let mut text = line(&format!("{case}: {}", figure.name), manners.iter().map(title));
        text += &line("---", manners.iter().map(|_| "---:".to_owned()));
        let mut any = false;
        for server in self.servers {
            let cells: Vec<_> =
                manners.iter().map(|manner| self.cell(case, server, *manner, figure)).collect();
            if cells.iter().any(Option::is_some) {
                let shown = |cell: Option<Cell>| cell.map_or("–".to_owned(), |cell| cell.to_string());
                text += &line(server, cells.into_iter().map(shown));
                any = true;
            }
        }
        let ratio = |manner: &Manner| match self.ratio(case, *manner, figure) {
            Some((ratio, other)) => format!("**{ratio:.2}** ({other})"),
            None => "–".to_owned(),
        };
        let first = self.servers.first()?;
        text += &line(&format!("{first} / best other"), manners.iter().map(ratio));
        any.then_some(text)
    }

    fn manners(&self) -> Vec<Manner> {
        let all = [true, false].into_iter();
        all.flat_map(|kept| self.clients.iter().map(move |&connections| Manner { connections, kept }))
            .collect()
    }

    /// Of all rounds; None if there is nothing.
    fn cell(&self, case: &str, server: &str, manner: Manner, figure: &Figure) -> Option<Cell> {
        let rows =
            self.rows.iter().filter(|row| (row.case, row.server, row.manner) == (case, server, manner));
        let mut figures: Vec<f64> = rows.clone().filter_map(|row| (figure.of)(&row.sample)).collect();
        figures.sort_by(f64::total_cmp);
        let middle = figures.get(figures.len() / 2)?;
        Some(Cell {
            least: *figures.first()?,
            median: (middle + figures.get((figures.len() - 1) / 2)?) / 2.0,
            most: *figures.last()?,
            failed: rows.map(|row| row.sample.failures).sum::<u64>() > 0,
        })
    }

    /// Not with ourselves, and not with what is no server.
    fn ratio(&self, case: &str, manner: Manner, figure: &Figure) -> Option<(f64, &str)> {
        let of = |server: &str| self.cell(case, server, manner, figure).map(|cell| cell.median);
        let (first, others) = self.servers.split_first()?;
        let others = others.iter().filter(|other| ![servers::BEFORE, spawn::NAME].contains(other));
        let medians = others.filter_map(|other| Some((of(other)?, *other)));
        let best = medians.reduce(|a, b| if (figure.better)(a.0, b.0) == a.0 { a } else { b })?;
        Some((of(first)? / best.0, best.1))
    }
}

struct Cell {
    least: f64,
    median: f64,
    most: f64,
    failed: bool,
}

impl fmt::Display for Cell {
    /// With a star if something failed.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cell { least, median, most, failed } = self;
        write!(out, "{median:.0} ({least:.0}–{most:.0}){}", if *failed { "\\*" } else { "" })
    }
}

fn line(first: &str, cells: impl Iterator<Item = String>) -> String {
    format!("| {first} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
}

#[cfg(test)]
mod tests {
    use super::{Manner, Row, Sample, Table};

    fn row(server: &'static str, kept: bool, round: usize, rate: f64, failures: u64) -> Row {
        let sample = Sample { requests: 1, rate, half: 1.0, most: 2.0, failures, cost: None };
        Row { case: "page", server, manner: Manner { connections: 8, kept }, round, sample }
    }

    #[test]
    fn medians_are_compared_with_the_best_server_of_the_column() {
        let rows = [
            row("ours", true, 0, 300.0, 0),
            row("ours", true, 1, 200.0, 0),
            row("ours", true, 2, 900.0, 0),
            row("ours", false, 0, 100.0, 0),
            row("one", true, 0, 200.0, 0),
            row("other", true, 0, 100.0, 0),
            row("other", true, 1, 140.0, 3),
            row("other", false, 0, 200.0, 0),
            row(crate::spawn::NAME, false, 0, 1000.0, 0),
        ];
        let servers = ["ours", "one", "other", "absent", crate::spawn::NAME];
        let table = Table { rows: &rows, servers: &servers, clients: &[8] };
        let expected = "\
| page: requests/s | 8 kept | 8 closed |
| --- | ---: | ---: |
| ours | 300 (200–900) | 100 (100–100) |
| one | 200 (200–200) | – |
| other | 120 (100–140)\\* | 200 (200–200) |
| spawn alone | – | 1000 (1000–1000) |
| ours / best other | **1.50** (one) | **0.50** (other) |
";
        assert_eq!(table.markdown(&["page"]), expected);
        let csv = table.csv();
        assert_eq!(csv.lines().count(), 1 + rows.len());
        assert_eq!(csv.lines().nth(7), Some("page,other,8,true,1,140.0,1.000,2.000,,3"));
    }
}
