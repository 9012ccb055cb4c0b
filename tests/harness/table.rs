//! Tests that are tables: one line per case, every failing line told by name.

use std::fmt::Display;

use crate::pace::is_tried;
use crate::server::Server;

/// Checks every row, then fails once with all the rows that did not hold.
pub fn each<N: Display, R>(
    rows: impl IntoIterator<Item = (N, R)>,
    mut check: impl FnMut(R) -> Result<(), String>,
) {
    let mut count = 0;
    let mut wrong = Vec::new();
    for (name, row) in rows {
        count += 1;
        if let Err(why) = check(row) {
            wrong.push(format!("  {name}: {why}"));
        }
    }
    assert!(count > 0, "a table without rows proves nothing");
    assert!(wrong.is_empty(), "{} of {count} rows failed:\n{}", wrong.len(), wrong.join("\n"));
}

/// Of many rows that are alike, those that are tried here; see [`is_tried`].
pub fn some<R>(rows: impl IntoIterator<Item = R>) -> impl Iterator<Item = R> {
    rows.into_iter().enumerate().filter(|(number, _)| is_tried(*number)).map(|(_, row)| row)
}

/// What is sent, and the statuses that are right answers (several where the
/// specifications leave the choice).
pub type Exchange<'a> = (&'a str, &'a [u8], &'a [u16]);

/// Sends each row over a connection of its own and compares the status.
pub fn statuses(server: &Server, rows: &[Exchange]) {
    each(rows.iter().map(|row| (row.0, row)), |(_, request, expected)| {
        let response = server.ask(request)?;
        if expected.contains(&response.status) {
            return Ok(());
        }
        let shown = String::from_utf8_lossy(&request[..request.len().min(120)]);
        Err(format!("expected {expected:?}, got {} for {shown:?}", response.status))
    });
}
