//! docs/scale.csv: what was measured, a row for each figure.

/// One row. What `at` is, and whether there is a `model`, is each kind's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub kind: String,
    /// What it was measured at: a rate, or offered connections.
    pub at: f64,
    pub measured: f64,
}

pub const TITLES: &str = "kind,at,measured";

pub fn parse(text: &str) -> Vec<Figure> {
    let row = |line: &str| {
        let mut cells = line.split(',');
        let (kind, at, measured) = (cells.next()?, cells.next()?, cells.next()?);
        Some(Figure { kind: kind.to_owned(), at: at.parse().ok()?, measured: measured.parse().ok()? })
    };
    text.lines().filter_map(row).collect()
}

pub fn write(figures: &[Figure]) -> String {
    let row = |figure: &Figure| format!("{},{:.4},{:.6}\n", figure.kind, figure.at, figure.measured);
    figures.iter().map(row).fold(format!("{TITLES}\n"), |text, row| text + &row)
}

/// The only figure of a kind.
pub fn one(figures: &[Figure], kind: &str) -> Option<f64> {
    figures.iter().find(|figure| figure.kind == kind).map(|figure| figure.measured)
}

/// All of a kind.
pub fn all<'a>(figures: &'a [Figure], kind: &'a str) -> impl Iterator<Item = &'a Figure> {
    figures.iter().filter(move |figure| figure.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::{Figure, all, one, parse, write};

    #[test]
    fn what_is_written_is_read() {
        let figure = |kind: &str, at, measured| Figure { kind: kind.to_owned(), at, measured };
        let figures = [figure("a", 1.0, 0.25), figure("b", 0.0, 3.0), figure("a", 2.0, 0.5)];
        assert_eq!(parse(&write(&figures)), figures);
        assert_eq!(one(&figures, "b"), Some(3.0));
        assert_eq!(all(&figures, "a").map(|figure| figure.at).collect::<Vec<_>>(), [1.0, 2.0]);
    }
}
