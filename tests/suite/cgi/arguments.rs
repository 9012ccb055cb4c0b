//! The words of an indexed query (RFC 3875 4.4).

use svcd_tests::scripts::server;
use svcd_tests::server::request;
use svcd_tests::{Response, each};

const ARGUMENTS: &str = "printf 'Content-Type: text/plain\\n\\n%s' \"$#\"\n\
    for word in \"$@\"; do printf '[%s]' \"$word\"; done\n\
    printf ' %s' \"$QUERY_STRING\"\n";

fn text(answer: Result<Response, String>) -> Result<String, String> {
    let answer = answer?;
    answer.is(200)?;
    Ok(answer.text())
}

#[test]
fn words_of_a_query_without_an_equals_sign() {
    const ROWS: &[(&str, &str)] = &[
        ("", "0"),
        ("?", "0"),
        ("?a", "1[a]"),
        ("?a+b", "2[a][b]"),
        ("?a%20b+c", "2[a b][c]"),
        ("?a%2Bb", "1[a+b]"),
        ("?a%3Db", "1[a=b]"),
        ("?%41+%C3%A4", "2[A][\u{e4}]"),
        ("?a&b", "1[a&b]"),
        ("?$(id)+;x+'\"", "3[$(id)][;x]['\"]"),
        ("?a=b", "0"),
        ("?a+b=c", "0"),
        ("?=", "0"),
        ("?a%zz", "0"),
        ("?a+%", "0"),
        ("?a%00b", "0"),
    ];
    let server = server(&[("arguments", ARGUMENTS)], &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(query, words)| {
        let found = text(server.get(format!("/cgi-bin/arguments{query}")))?;
        let right = format!("{words} {}", query.strip_prefix('?').unwrap_or_default());
        if found == right { Ok(()) } else { Err(format!("expected {right:?}, got {found:?}")) }
    });
    let many = format!("/cgi-bin/arguments/info?{}z", "y+".repeat(60));
    assert!(text(server.get(many)).is_ok_and(|text| text.starts_with("61[y][y]")));
}

#[test]
fn only_of_get_and_head() {
    let server = server(&[("arguments", ARGUMENTS)], &[]);
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let found = text(server.ask(&request(method, b"/cgi-bin/arguments?a+b")));
        assert_eq!(found, Ok("0 a+b".to_owned()), "{method}");
    }
}

#[test]
fn words_are_no_options_of_an_interpreter() {
    // PHP once took `?-s` for its option to show the source.
    let tree = svcd_tests::scripts::tree(&[]);
    tree.file("cgi-bin/x.sh", svcd_tests::scripts::source(ARGUMENTS).as_bytes());
    let server = svcd_tests::Server::with(tree).arguments(&["--cgi-run", ".sh=/bin/sh"]).start();
    for query in ["?-s", "?-n+-v", "?-c+id"] {
        let answer = server.get(format!("/cgi-bin/x.sh{query}")).expect("an answer");
        assert!(answer.status == 200 && answer.text().ends_with(&query[1..]), "{query}: {}", answer.text());
        assert_eq!(svcd_tests::scripts::is_no_source(&answer), Ok(()), "{query}");
    }
}
