//! `http::weight`, `accept` and `coding` beside models that look at everything.

use svcd::http::coding::{self, Coding};
use svcd::http::field::Fields;
use svcd::http::{accept, weight};

/// A member's name in lower case, and its weight.
type Member = (Vec<u8>, u16);

pub fn check(fields: Fields) {
    let accept = members(fields, "Accept");
    const NAMES: &str = "text/html text/* */* application/json a br";
    for (name, weight) in NAMES.split(' ').zip(weight::lowest(fields, "Accept", NAMES.as_bytes())) {
        assert_eq!(weight, said(&accept, &[name]));
    }
    assert_eq!(accept::prefers_json(fields), prefers_json(&accept));
    let codings: Vec<Coding> = coding::accepted(fields).take(9).collect();
    assert_eq!(codings, accepted(&members(fields, "Accept-Encoding")));
}

/// The lowest weight of those with one of these names.
fn said(members: &[Member], names: &[&str]) -> Option<u16> {
    let of_name = members.iter().filter(|member| names.iter().any(|name| member.0 == name.as_bytes()));
    of_name.map(|member| member.1).min()
}

fn members(fields: Fields, name: &str) -> Vec<Member> {
    let values = fields.all(name).flat_map(|value| unquoted_split(value, b','));
    let parts = values.map(|member| unquoted_split(&member, b';'));
    parts
        .filter_map(|parts| {
            let mut parts = parts.iter().map(|part| crate::trim(part));
            let name = parts.next().filter(|name| !name.is_empty())?.to_ascii_lowercase();
            let weights = parts.filter_map(|part| {
                let value = part.strip_prefix(b"q=").or(part.strip_prefix(b"Q="))?;
                Some(std::str::from_utf8(value).map_or(0, thousandths))
            });
            Some((name, weights.min().unwrap_or(1000)))
        })
        .collect()
}

/// 0 for what is none.
fn thousandths(text: &str) -> u16 {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1")
        || decimals.len() > 3
        || !decimals.bytes().all(|byte| byte.is_ascii_digit())
    {
        return 0;
    }
    let value: u16 = format!("{whole}{decimals:0<3}").parse().expect("four digits");
    if value > 1000 { 0 } else { value }
}

/// Splits where no quoted-string is.
fn unquoted_split(text: &[u8], separator: u8) -> Vec<Vec<u8>> {
    let mut parts = vec![Vec::new()];
    let mut bytes = text.iter().copied();
    let mut is_quoted = false;
    while let Some(byte) = bytes.next() {
        if byte == separator && !is_quoted {
            parts.push(Vec::new());
            continue;
        }
        let part = parts.last_mut().expect("never empty");
        part.push(byte);
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\\' if is_quoted => part.extend(bytes.next()),
            _ => {}
        }
    }
    parts
}

fn prefers_json(members: &[Member]) -> bool {
    // Of the most specific range that says something, unless that is no.
    let wish = |names: [&str; 3]| {
        let found =
            names.iter().zip([2, 1, 0]).find_map(|(name, rank)| Some((said(members, &[name])?, rank)));
        found.filter(|(weight, _)| *weight > 0).unwrap_or((0, 0))
    };
    wish(["application/json", "application/*", "*/*"]) > wish(["text/html", "text/*", "*/*"])
}

fn accepted(members: &[Member]) -> Vec<Coding> {
    let plain = said(members, &["identity"]).unwrap_or(0);
    let weight = |coding: &Coding| {
        let names: &[&str] = match coding {
            Coding::Br => &["br"],
            Coding::Zstd => &["zstd"],
            Coding::Gzip => &["gzip", "x-gzip"],
        };
        said(members, names).or(said(members, &["*"])).unwrap_or(0)
    };
    let mut codings = Coding::ALL.to_vec();
    codings.retain(|coding| weight(coding) > 0 && weight(coding) >= plain);
    codings.sort_by_key(|coding| std::cmp::Reverse(weight(coding)));
    codings
}
