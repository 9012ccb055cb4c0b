//! Which of two media types a client prefers (RFC 9110 12.5.1).

use super::field::Fields;
use super::weight;

/// True when the client wants `application/json` more than `text/html`, or as
/// much but by a range that says more: `application/json, */*` is what programs
/// send. Whoever does not care gets HTML. Of a type, the most specific media
/// range tells, whatever its parameters; what is in none is not wanted.
pub fn prefers_json(fields: Fields) -> bool {
    let said = weight::lowest(fields, "Accept", b"application/json application/* text/html text/* */*");
    let [json, application, html, text, any, _] = said;
    let rank = |exact: Option<u16>, of_type: Option<u16>| {
        let with = |weight: Option<u16>, specificity| weight.map(|weight| (weight, specificity));
        let found = with(exact, 2).or(with(of_type, 1)).or(with(any, 0));
        found.filter(|(weight, _)| *weight > 0).unwrap_or((0, 0))
    };
    rank(json, application) > rank(html, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_for_those_who_want_it_more() {
        for (value, expected) in [
            ("application/json", true),
            ("APPLICATION/Json", true),
            ("application/*", true),
            ("application/json, */*", true),
            ("application/json, */*;q=0.5", true),
            ("application/json, text/plain, */*", true),
            ("application/json;q=0.9, text/html;q=0.8", true),
            ("application/json;q=0.001", true),
            ("application/json; charset=utf-8", true),
            ("application/json;version=2;q=0.5, text/html;q=0.4", true),
            ("text/html;q=0, */*", true),
            ("text/html;q=x, */*", true),
            ("*/*;q=0.9, text/*;q=0.1", true),
            ("text/*;q=0.5, text/html;q=0.3, application/json;q=0.4", true),
            ("text/html;x=\",\";q=0.1, application/json;q=0.2", true),
            ("", false),
            ("*/*", false),
            ("*/*;q=0", false),
            ("text/html", false),
            ("text/*", false),
            ("text/html, application/json", false),
            ("application/json, text/html", false),
            ("application/json;q=0.5, text/html;q=0.5", false),
            ("application/json;q=0.5, text/*", false),
            ("application/json;q=0", false),
            ("application/json;q=0, */*;q=0.1", false),
            ("application/json;q=x", false),
            ("application/*;q=0.9, application/json;q=0.1, text/html;q=0.5", false),
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false),
            ("application/ld+json", false),
            ("application/jsonx", false),
            ("application/json/x", false),
            ("xapplication/json", false),
            ("*/json", false),
            ("json", false),
            ("*", false),
        ] {
            let lines = format!("Accept: {value}\r\n");
            assert_eq!(prefers_json(Fields::new(lines.as_bytes())), expected, "{value:?}");
        }
        assert!(!prefers_json(Fields::new(b"")));
        assert!(prefers_json(Fields::new(b"Accept: text/html;q=0.5\r\nAccept: application/json\r\n")));
    }
}
