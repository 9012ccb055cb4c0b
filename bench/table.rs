//! The figures in order: of all rounds the median, the least and the most.

#[cfg(test)]
mod tests;

use std::fmt;

use crate::load::{Manner, Sample};
use crate::servers;

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
#[derive(Clone)]
pub struct Figure {
    pub name: &'static str,
    of: fn(&Sample) -> Option<f64>,
    /// Of two figures the one that is better.
    better: fn(f64, f64) -> f64,
}

pub const RATE: Figure = Figure { name: "requests/s", of: |sample| Some(sample.rate), better: f64::max };

pub const COST: Figure =
    Figure { name: "µs of processor time for each", of: |sample| sample.cost, better: f64::min };

const FIGURES: [Figure; 4] = [
    RATE,
    COST,
    Figure { name: "ms for half of them", of: |sample| Some(sample.half), better: f64::min },
    Figure { name: "ms for 99 of 100", of: |sample| Some(sample.most), better: f64::min },
];

/// With whom the first server is compared.
#[derive(Clone, Copy)]
pub enum Other {
    /// Not with what is no server.
    Best,
    Nginx,
    Floor,
}

impl Other {
    const ALL: [Other; 3] = [Other::Best, Other::Nginx, Other::Floor];

    pub fn name(self) -> &'static str {
        match self {
            Other::Best => "best other",
            Other::Nginx => servers::NGINX,
            Other::Floor => "floor",
        }
    }

    fn is(self, server: &str) -> bool {
        match self {
            Other::Best => !servers::is_own(server) && !servers::FLOORS.contains(&server),
            Other::Nginx => server == servers::NGINX,
            Other::Floor => servers::FLOORS.contains(&server),
        }
    }
}

impl Table<'_> {
    /// For each case and each figure a table, with the first server's median by those of others.
    pub fn markdown(&self, cases: &[&str]) -> String {
        let tables = cases.iter().flat_map(|case| FIGURES.iter().map(|figure| self.of_case(case, figure)));
        tables.flatten().collect::<Vec<_>>().join("\n")
    }

    /// A line for each case, kept and closed.
    pub fn summary(&self, cases: &[&str]) -> String {
        let first = self.servers.first().copied().unwrap_or_default();
        let connections = self.middle();
        let compared = [RATE, COST].into_iter().flat_map(|figure| {
            let of = |other: Other| format!("/ {}", other.name());
            [format!("{first}: {}", figure.name)].into_iter().chain(Other::ALL.map(of))
        });
        let mut text = line(&format!("{connections} connections"), compared.clone());
        text += &line("---", compared.map(|_| "---:".to_owned()));
        for case in cases {
            let mut manners = self.usual(case);
            manners.retain(|manner| self.cell(case, first, *manner, &RATE).is_some());
            for manner in manners {
                let cells = [RATE, COST].into_iter().flat_map(|figure| {
                    let own = self.cell(case, first, manner, &figure);
                    let own = own.map_or("–".to_owned(), |cell| shown(cell.median));
                    let ratio = |other| self.ratio(case, manner, &figure, other);
                    let ratios = Other::ALL.map(|other| {
                        ratio(other).map_or("–".to_owned(), |ratio| format!("{:.2}", ratio.0))
                    });
                    [own].into_iter().chain(ratios)
                });
                text += &line(&self.title(case, manner), cells);
            }
        }
        text
    }

    /// Kept and closed, with the number of connections in the middle, or with the most of
    /// those below it that there are.
    pub fn usual(&self, case: &str) -> Vec<Manner> {
        let mut found = self.manners(case);
        found.retain(|manner| manner.connections <= self.middle());
        let most = found.iter().map(|manner| manner.connections).max();
        found.retain(|manner| Some(manner.connections) == most);
        found
    }

    /// With the number of connections, if it is not that in the middle.
    pub fn title(&self, case: &str, manner: Manner) -> String {
        let Manner { connections, .. } = manner;
        let number = (connections != self.middle()).then(|| format!(", {connections} at a time"));
        format!("{case}, {}{}", manner.name(), number.unwrap_or_default())
    }

    /// A number of connections that is neither the least nor the most.
    pub fn middle(&self) -> usize {
        self.clients.get(self.clients.len() / 2).copied().unwrap_or_default()
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

    /// The servers that have a figure without failures, with its median.
    pub fn medians(&self, case: &str, manner: Manner, figure: &Figure) -> Vec<(&str, f64)> {
        let of = |server| self.median(case, server, manner, figure);
        self.servers.iter().filter_map(|server| Some((*server, of(server)?))).collect()
    }

    /// None if there is no such figure.
    fn of_case(&self, case: &str, figure: &Figure) -> Option<String> {
        let manners = self.manners(case);
        let title = |manner: &Manner| format!("{} {}", manner.connections, manner.name());
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
        let first = self.servers.first()?;
        for other in Other::ALL {
            let ratios: Vec<_> =
                manners.iter().map(|manner| self.ratio(case, *manner, figure, other)).collect();
            if ratios.iter().all(Option::is_none) {
                continue;
            }
            let shown = |ratio: Option<(f64, &str)>| match (ratio, other) {
                (Some((ratio, server)), Other::Best) => format!("**{ratio:.2}** ({server})"),
                (Some((ratio, _)), _) => format!("**{ratio:.2}**"),
                (None, _) => "–".to_owned(),
            };
            text += &line(&format!("{first} / {}", other.name()), ratios.into_iter().map(shown));
        }
        any.then_some(text)
    }

    /// Those that a case was measured in.
    fn manners(&self, case: &str) -> Vec<Manner> {
        let all = [true, false].into_iter();
        let all =
            all.flat_map(|kept| self.clients.iter().map(move |&connections| Manner { connections, kept }));
        let is_there =
            |manner: &Manner| self.rows.iter().any(|row| (row.case, row.manner) == (case, *manner));
        all.filter(is_there).collect()
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
            // One in a thousand is what a load breaks off at its end.
            failed: {
                let (failures, requests) = rows.fold((0, 0), |(failures, requests), row| {
                    (failures + row.sample.failures, requests + row.sample.requests)
                });
                failures > requests / 1000
            },
        })
    }

    /// None also if requests failed: a refusal is soon made.
    fn median(&self, case: &str, server: &str, manner: Manner, figure: &Figure) -> Option<f64> {
        self.cell(case, server, manner, figure).filter(|cell| !cell.failed).map(|cell| cell.median)
    }

    /// The first server by another one, and which that is.
    fn ratio(&self, case: &str, manner: Manner, figure: &Figure, other: Other) -> Option<(f64, &str)> {
        let (first, others) = self.servers.split_first()?;
        let first = self.cell(case, first, manner, figure)?.median;
        let others = others.iter().filter(|server| other.is(server));
        let medians = others.filter_map(|other| Some((self.median(case, other, manner, figure)?, *other)));
        let best = medians.reduce(|a, b| if (figure.better)(a.0, b.0) == a.0 { a } else { b })?;
        Some((first / best.0, best.1))
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
        let star = if *failed { "\\*" } else { "" };
        write!(out, "{} ({}–{}){star}", shown(*median), shown(*least), shown(*most))
    }
}

/// With as many digits as it takes to tell one from another.
pub fn shown(figure: f64) -> String {
    match figure {
        ..10.0 => format!("{figure:.2}"),
        ..100.0 => format!("{figure:.1}"),
        _ => format!("{figure:.0}"),
    }
}

/// The same, but what was counted has no fraction.
pub fn counted(figure: f64) -> String {
    if figure.fract() == 0.0 { format!("{figure:.0}") } else { shown(figure) }
}

pub fn line(first: &str, cells: impl Iterator<Item = String>) -> String {
    format!("| {first} | {} |\n", cells.collect::<Vec<_>>().join(" | "))
}
