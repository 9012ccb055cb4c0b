//! Rows of calls as text: a name, how many calls, and their names in order.

use svcd_tests::strace::{Call, folded};

/// What one process does for one thing.
#[derive(Debug)]
pub struct Row {
    pub name: &'static str,
    pub calls: Vec<Call>,
}

/// Where the number of calls ends, and the width of all.
const NUMBER: usize = 40;
const WIDTH: usize = 112;

/// A line for each row, or more where it is long. A call several times in turn is
/// there once, with its number.
pub fn render(rows: &[Row]) -> String {
    let line = |row: &Row| {
        let width = NUMBER.saturating_sub(row.name.len());
        let mut text = format!("{}{:>width$} ", row.name, row.calls.len());
        let mut column = NUMBER + 1;
        for word in folded(row.calls.iter().map(|call| call.name.as_str())) {
            let length = 1 + word.chars().count();
            if column + length > WIDTH {
                text = format!("{text}\n{:NUMBER$} ", "");
                column = NUMBER + 1;
            }
            text = format!("{text} {word}");
            column += length;
        }
        text + "\n"
    };
    rows.iter().map(line).collect()
}

/// The name and the number of each row in a text of [`render`].
pub fn counts(text: &str) -> Vec<(String, usize)> {
    let count = |line: &str| {
        let (head, _) = line.split_at_checked(NUMBER)?;
        let (name, number) = head.trim_end().rsplit_once(' ')?;
        Some((name.trim_end().to_owned(), number.parse().ok()?))
    };
    text.lines().filter_map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use svcd_tests::strace::calls_in;

    #[test]
    fn rows_are_folded_and_broken_and_counted() {
        let text = "close(1) = 0\nclose(2) = 0\nread(3) = 0\nclose(4) = 0\n".to_owned();
        let long = "clock_gettime(1) = 0\nread(3) = 0\n".repeat(5);
        let rows = [
            Row { name: "short", calls: calls_in(&text) },
            Row { name: "none", calls: Vec::new() },
            Row { name: "a long one", calls: calls_in(&long) },
        ];
        let text = render(&rows);
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], format!("short{:>35}  close ×2 read close", 4));
        assert_eq!(lines.len(), 4, "{text}");
        assert!(lines.iter().all(|line| line.chars().count() <= WIDTH), "{text}");
        let found = counts(&text);
        let found: Vec<_> = found.iter().map(|row| (row.0.as_str(), row.1)).collect();
        assert_eq!(found, [("short", 4), ("none", 0), ("a long one", 10)]);
    }
}
