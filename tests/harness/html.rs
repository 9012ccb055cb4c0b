//! As much of HTML as a listing has: its links, resolved as a browser does.

/// The values of every `href` in the page, character references resolved.
pub fn hrefs(page: &str) -> Vec<String> {
    let attributes = page.split("href=\"").skip(1).filter_map(|rest| rest.split_once('"'));
    attributes.map(|(value, _)| resolved(value)).collect()
}

/// The text between tags, character references resolved, one piece a line.
pub fn text(page: &str) -> String {
    let pieces = page.split('<').skip(1).filter_map(|tag| tag.split_once('>'));
    let pieces = pieces.map(|(_, text)| resolved(text)).filter(|text| !text.trim().is_empty());
    pieces.collect::<Vec<_>>().join("\n")
}

/// Where a link of the page at `base` leads: a path with its query. Err if it
/// is not a relative reference that stays on this server.
pub fn target(base: &str, href: &str) -> Result<String, String> {
    let path_end = href.find(['?', '#']).unwrap_or(href.len());
    let (path, rest) = href.split_at(path_end);
    let first = path.split('/').next().unwrap_or_default();
    if first.contains(':') || href.starts_with("//") || href.contains('\\') {
        return Err(format!("{href:?} leads away from here"));
    }
    if let Some(bad) = href.chars().find(|c| !c.is_ascii_graphic() || "\"<>`{}|^".contains(*c)) {
        return Err(format!("{href:?} has a {bad:?} that no URI may have"));
    }
    if href.contains('#') {
        return Err(format!("{href:?} has a fragment"));
    }
    let base_path = base.split('?').next().unwrap_or_default();
    let folder = &base_path[..=base_path.rfind('/').unwrap_or(0)];
    Ok(match (path.starts_with('/'), path.is_empty()) {
        (true, _) => href.to_owned(),
        (_, true) => format!("{base_path}{rest}"),
        _ => format!("{}{rest}", without_dots(&format!("{folder}{path}"))),
    })
}

/// RFC 3986 5.2.4, for a path with a slash at its start.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut folder = false;
    for segment in path.split('/').skip(1) {
        folder = matches!(segment, "" | "." | "..");
        match segment {
            ".." => drop(segments.pop()),
            "" | "." => {}
            name => segments.push(name),
        }
    }
    let slash = if folder && !segments.is_empty() { "/" } else { "" };
    format!("/{}{slash}", segments.join("/"))
}

fn resolved(text: &str) -> String {
    let named =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#34;", "\""), ("&#39;", "'"), ("&#x27;", "'")];
    let text = named.into_iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
    text.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_and_resolved() {
        let page = "<p><a href=\"a%20b\">a b</a> <a href=\"?C=N&amp;O=D\">&lt;x&gt;</a></p>";
        assert_eq!(hrefs(page), ["a%20b", "?C=N&O=D"]);
        assert_eq!(text(page), "a b\n<x>");
        assert_eq!(target("/d/", "a%20b"), Ok("/d/a%20b".to_owned()));
        assert_eq!(target("/d/?C=N", "?C=S"), Ok("/d/?C=S".to_owned()));
        assert_eq!(target("/d/", "./x:y"), Ok("/d/x:y".to_owned()));
        assert_eq!(target("/d/", "/"), Ok("/".to_owned()));
        assert_eq!(target("/d/e/", "./../"), Ok("/d/".to_owned()));
        assert_eq!(target("/d/", "../../x"), Ok("/x".to_owned()));
        assert_eq!(target("/d/", "./"), Ok("/d/".to_owned()));
        for bad in ["javascript:alert(1)", "//host/", "a b", "a\\b", "x#y", "<b>"] {
            assert!(target("/d/", bad).is_err(), "{bad}");
        }
    }
}
