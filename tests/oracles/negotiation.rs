//! `http::coding` and `http::accept` beside a model that is told what was meant
//! and not how it was written.

use proptest::prelude::*;
use svcd::http::coding::{self, Coding};
use svcd::http::{accept, weight};

/// A member as it is meant: a name, and a weight in thousandths.
type Member = (&'static str, Option<u32>);

fn members(names: Vec<&'static str>) -> impl Strategy<Value = Vec<Member>> {
    let weight = prop_oneof![
        2 => Just(None),
        1 => Just(Some(0)),
        1 => Just(Some(1000)),
        2 => prop::sample::select(vec![1, 10, 200, 250, 500, 999]).prop_map(Some),
    ];
    prop::collection::vec((prop::sample::select(names), weight), 0..7)
}

/// How one member may be written: case, spaces, zeros, a field line of its own.
#[derive(Clone, Debug)]
struct Style {
    is_upper: bool,
    space: &'static str,
    zeros: bool,
    new_line: bool,
    empty: bool,
}

fn styles() -> impl Strategy<Value = Vec<Style>> {
    let space = prop::sample::select(vec!["", " ", "\t", "  "]);
    let style = (any::<bool>(), space, any::<bool>(), prop::bool::weighted(0.2), prop::bool::weighted(0.2));
    let style = style.prop_map(|(is_upper, space, zeros, new_line, empty)| Style {
        is_upper,
        space,
        zeros,
        new_line,
        empty,
    });
    prop::collection::vec(style, 7)
}

fn lines(name: &str, members: &[Member], styles: &[Style]) -> String {
    let mut lines = format!("{name}: ");
    for ((member, weight), style) in members.iter().zip(styles) {
        let Style { is_upper, space, zeros, new_line, empty } = style;
        lines += &if *is_upper { member.to_uppercase() } else { member.to_string() };
        if let Some(weight) = weight {
            let number = format!("{}.{:03}", weight / 1000, weight % 1000);
            let short = number.trim_end_matches('0').trim_end_matches('.');
            lines += &format!("{space};{space}q={}", if *zeros { &number } else { short });
        }
        lines += &if *new_line { format!("\r\n{name}: ") } else { format!("{space},{space}") };
        lines += if *empty { ", " } else { "" };
    }
    lines + "\r\n"
}

/// The lowest weight given to one of `names`.
fn lowest(members: &[Member], names: &[&str]) -> Option<u32> {
    members.iter().filter(|member| names.contains(&member.0)).map(|member| member.1.unwrap_or(1000)).min()
}

fn codings(members: &[Member]) -> Vec<Coding> {
    let any = lowest(members, &["*"]).unwrap_or(0);
    let plain = lowest(members, &["identity"]).unwrap_or(0);
    let all = [(Coding::Br, &["br"][..]), (Coding::Zstd, &["zstd"]), (Coding::Gzip, &["gzip", "x-gzip"])];
    let mut accepted: Vec<_> = all
        .iter()
        .map(|(coding, names)| (lowest(members, names).unwrap_or(any), *coding))
        .filter(|(weight, _)| *weight > 0 && *weight >= plain)
        .collect();
    // A stable sort: the server's order remains among equals.
    accepted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    accepted.into_iter().map(|(_, coding)| coding).collect()
}

/// The weight of the most specific range that has one, and how specific it is.
fn media_weight(members: &[Member], ranges: [&str; 3]) -> (u32, i32) {
    let mut weights =
        (0..).zip(ranges).filter_map(|(place, range)| Some((lowest(members, &[range])?, -place)));
    weights.next().filter(|weight| weight.0 > 0).unwrap_or((0, 0))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    #[test]
    fn codings_are_chosen_by_what_was_meant(
        members in members(vec!["br", "zstd", "gzip", "x-gzip", "identity", "*", "deflate", "xbr", "gzipx"]),
        styles in styles(),
    ) {
        let head = super::head(&lines("Accept-Encoding", &members, &styles));
        let accepted: Vec<_> = coding::accepted(super::fields(&head)).collect();
        prop_assert_eq!(accepted, codings(&members), "{}", head.escape_ascii());
    }

    #[test]
    fn json_is_chosen_by_what_was_meant(
        members in members(vec![
            "text/html", "application/json", "text/*", "application/*", "*/*", "text/plain", "application/xml",
        ]),
        styles in styles(),
    ) {
        let head = super::head(&lines("Accept", &members, &styles));
        let json = media_weight(&members, ["application/json", "application/*", "*/*"]);
        let html = media_weight(&members, ["text/html", "text/*", "*/*"]);
        // What nobody accepts is not preferred, however much was said about it.
        let json = if json.0 == 0 { (0, i32::MIN) } else { json };
        prop_assert_eq!(accept::prefers_json(super::fields(&head)), json > html, "{}", head.escape_ascii());
    }

    #[test]
    fn whatever_is_sent_has_an_answer(value in "[a-z*/;q=.,01 \\\\\"]{0,40}") {
        let head = super::head(&format!("Accept: {value}\r\nAccept-Encoding: {value}\r\n"));
        let fields = super::fields(&head);
        let said = weight::lowest(fields, "Accept", b"a b */*");
        prop_assert!(said.iter().flatten().all(|weight| *weight <= 1000));
        prop_assert!(coding::accepted(fields).count() <= 3);
        accept::prefers_json(fields);
    }
}
