use super::{COST, Manner, RATE, Row, Sample, Table, counted};

fn row(server: &'static str, kept: bool, round: usize, rate: f64, failures: u64) -> Row {
    let sample = Sample { requests: 1, rate, half: 1.0, most: 2.0, failures, cost: None };
    Row { case: "page", server, manner: Manner { connections: 8, kept }, round, sample }
}

fn rows() -> [Row; 11] {
    [
        row("ours", true, 0, 300.0, 0),
        row("ours", true, 1, 200.0, 0),
        row("ours", true, 2, 900.0, 0),
        row("ours", false, 0, 100.0, 0),
        row("nginx", true, 0, 100.0, 0),
        row("one", true, 0, 200.0, 0),
        row("other", true, 0, 100.0, 0),
        row("other", true, 1, 140.0, 3),
        row("other", false, 0, 200.0, 0),
        row("fast and wrong", true, 0, 9999.0, 1),
        row(crate::spawn::NAME, false, 0, 1000.0, 0),
    ]
}

const SERVERS: [&str; 7] = ["ours", "nginx", "one", "other", "fast and wrong", "absent", crate::spawn::NAME];

#[test]
fn medians_are_compared_with_the_best_server_of_the_column() {
    let rows = rows();
    let table = Table { rows: &rows, servers: &SERVERS, clients: &[8, 32] };
    let expected = "\
| page: requests/s | 8 kept | 8 closed |
| --- | ---: | ---: |
| ours | 300 (200–900) | 100 (100–100) |
| nginx | 100 (100–100) | – |
| one | 200 (200–200) | – |
| other | 120 (100–140)\\* | 200 (200–200) |
| fast and wrong | 9999 (9999–9999)\\* | – |
| spawn alone | – | 1000 (1000–1000) |
| ours / best other | **1.50** (one) | **0.50** (other) |
| ours / nginx | **3.00** | – |
| ours / floor | – | **0.10** |
";
    assert_eq!(table.of_case("page", &RATE).as_deref(), Some(expected));
    assert_eq!(table.of_case("page", &COST), None, "nobody could count it");
    let csv = table.csv();
    assert_eq!(csv.lines().count(), 1 + rows.len());
    assert_eq!(csv.lines().nth(8), Some("page,other,8,true,1,140.0,1.000,2.000,,3"));
}

#[test]
fn a_summary_has_the_connections_in_the_middle_or_as_many_as_there_are() {
    let rows = rows();
    let table = Table { rows: &rows, servers: &SERVERS, clients: &[1, 8, 32] };
    let lines = table.summary(&["page", "absent"]);
    let lines: Vec<_> = lines.lines().skip(2).collect();
    let expected = [
        "| page, kept | 300 | 1.50 | 3.00 | – | – | – | – | – |",
        "| page, closed | 100 | 0.50 | – | 0.10 | – | – | – | – |",
    ];
    assert_eq!(lines, expected);
    let table = Table { clients: &[8, 32], ..table };
    let lines = table.summary(&["page"]);
    assert!(
        lines.starts_with("| 32 connections |") && lines.contains("| page, closed, 8 at a time |"),
        "{lines}"
    );
}

#[test]
fn what_was_counted_has_no_fraction() {
    let rows = [(7.0, "7"), (44_507.0, "44507"), (12.25, "12.2"), (0.5, "0.50"), (0.0, "0")];
    for (value, expected) in rows {
        assert_eq!(counted(value), expected);
    }
}
