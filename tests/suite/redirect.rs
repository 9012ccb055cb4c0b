//! A folder without its slash is redirected to itself, and to nowhere else.

use svcd_tests::{Server, Tree, each};

fn tree() -> Tree {
    let tree = Tree::standard();
    for name in [
        "with space",
        "a+b",
        "per%cent",
        "quo\"te",
        "\u{e4}\u{540d}",
        "evil.example",
        "\\evil.example",
        "<b>",
    ] {
        tree.file(format!("{name}/index.html"), name.as_bytes());
    }
    tree
}

#[test]
fn location() {
    const ROWS: &[(&str, &str)] = &[
        ("/dir", "/dir/"),
        ("/dir?", "/dir/?"),
        ("/dir?a=b&c=%20d", "/dir/?a=b&c=%20d"),
        ("/dir?next=/x/../y?z", "/dir/?next=/x/../y?z"),
        ("/bare", "/bare/"),
        ("/dir/../bare", "/bare/"),
        ("/./dir", "/dir/"),
        ("//dir", "/dir/"),
        ("/%64ir", "/dir/"),
        ("/with%20space", "/with%20space/"),
        ("/a+b", "/a+b/"),
        ("/per%25cent", "/per%25cent/"),
        ("/quo%22te", "/quo%22te/"),
        ("/%C3%A4%e5%90%8d", "/%C3%A4%E5%90%8D/"),
        ("/\u{e4}\u{540d}", "/%C3%A4%E5%90%8D/"),
        ("http://elsewhere.example/dir?q", "/dir/?q"),
    ];
    let server = Server::with(tree()).start();
    each(ROWS.iter().map(|row| (row.0, row)), |(target, location)| {
        let response = server.get(target)?;
        if response.status != 301 {
            return Err(format!("status {}", response.status));
        }
        response.has("Location", location)?;
        let there = server.get(response.need("Location")?)?;
        if there.status == 200 { Ok(()) } else { Err(format!("leads to {}", there.status)) }
    });
}

#[test]
fn never_to_another_host() {
    const ROWS: &[&str] = &[
        "//evil.example",
        "///evil.example",
        "////evil.example",
        "//evil.example/..;",
        "//evil.example/..",
        "//evil.example/%2e%2e",
        "/.//evil.example",
        "/x/..//evil.example",
        "/dir/../..//evil.example",
        "/%2Fevil.example",
        "/%2fevil.example",
        "/dir/..%2F/evil.example",
        "/\\evil.example",
        "/%5Cevil.example",
        "/%5cevil.example",
        "/\\/evil.example",
        "http:////evil.example",
        "http://a//evil.example",
        "http://a/\\evil.example",
        "/%09/evil.example",
        "/%0d%0aLocation:%20http://evil.example",
    ];
    let server = Server::with(tree()).start();
    each(ROWS.iter().map(|target| (target, target)), |target| {
        let response = server.get(target)?;
        match response.field("Location") {
            // Browsers read a backslash as a slash, so `/\host` is another host too.
            Some(location) if !location.starts_with('/') || location[1..].starts_with(['/', '\\']) => {
                Err(format!("Location: {location}"))
            }
            Some(_) if response.status == 301 => Ok(()),
            None if [200, 400, 403, 404].contains(&response.status) => Ok(()),
            _ => Err(format!("status {}", response.status)),
        }
    });
}

#[test]
fn a_folder_named_like_a_host_is_a_folder() {
    let server = Server::with(tree()).start();
    let rows = [
        ("//evil.example", "/evil.example/"),
        ("/x/..//evil.example", "/evil.example/"),
        ("http://a//evil.example", "/evil.example/"),
        ("/%5Cevil.example", "/%5Cevil.example/"),
    ];
    each(rows.map(|row| (row.0, row)), |(target, location)| server.get(target)?.has("Location", location));
}

#[test]
fn the_page_of_a_redirect_holds_no_markup_of_the_client() {
    let server = Server::with(tree()).start();
    for target in ["/dir?<script>alert(1)</script>", "/%3Cb%3E?\"'<b>", "/<b>"] {
        let response = server.get(target).expect("an answer");
        let text = response.text().to_ascii_lowercase();
        assert!(!text.contains("<script") && !text.contains("<b>"), "{target}: {text}");
        assert!([301, 400].contains(&response.status), "{target}: {}", response.status);
    }
}
