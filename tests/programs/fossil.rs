//! Fossil as a program of a web server, which is its own client too.

use svcd_tests::Tree;
use svcd_tests::tree::{MODIFIED, pseudo_random};

use crate::{Host, add_program, tool};

#[test]
fn a_clone_a_push_and_the_pages() {
    let Some(fossil) = tool("fossil") else { return };
    let tree = Tree::empty();
    let file = tree.outside().join("origin.fossil").display().to_string();
    add_program(&tree, "origin", &format!("#!{}\nrepository: {file}\n", fossil.display()));
    let host = Host::new(tree, &[]);
    let run = |arguments: &[&str]| host.run(&fossil, arguments).with(0);
    run(&["init", "--admin-user", "ann", "--project-name", "Seeds", &file]);
    run(&["user", "password", "ann", "sesame", "-R", &file]);

    run(&[
        "clone",
        "--save-http-password",
        "http://ann:sesame@{}/cgi-bin/origin",
        "copy.fossil",
        "--admin-user",
        "ann",
    ]);
    run(&["open", "copy.fossil", "--workdir", "copy", "--user", "ann"]);
    host.place.write("copy/data.bin", &pseudo_random(3_000_000), MODIFIED);
    let inside = |arguments: &[&str]| run(&[arguments, &["--chdir", "copy", "--user", "ann"]].concat());
    inside(&["add", "data.bin"]);
    // It is pushed at once.
    inside(&["commit", "-m", "Add data.bin", "--no-warnings", "--no-prompt"]);
    assert!(run(&["timeline", "-R", &file, "-t", "ci"]).contains("Add data.bin"), "it has come");

    run(&["clone", "http://{}/cgi-bin/origin", "again.fossil", "--admin-user", "eve"]);
    run(&["open", "again.fossil", "--workdir", "again", "--user", "eve"]);
    let files = host.place.files();
    assert!(files["again/data.bin"].0 == pseudo_random(3_000_000), "the same file");

    let home = host.server.get("/cgi-bin/origin").expect("an answer");
    assert_eq!(home.status, 302, "{}", home.text());
    assert!(home.need("Location").expect("it").contains("/cgi-bin/origin/"));
    let timeline = host.page("/cgi-bin/origin/timeline");
    assert!(timeline.text().contains("Add data.bin") && timeline.text().contains("Seeds"));
    let links = host.follow("/cgi-bin/origin/timeline", "/cgi-bin/origin/");
    assert!(links > 5, "{links} links");
    let raw = host.page("/cgi-bin/origin/raw?ci=tip&filename=data.bin");
    assert!(raw.body == pseudo_random(3_000_000), "{} bytes", raw.body.len());
    let style = host.page("/cgi-bin/origin/style.css");
    let held = style.need("ETag").unwrap_or("").to_owned();
    if !held.is_empty() {
        let line = format!("If-None-Match: {held}");
        let request = svcd_tests::asking::asking("GET", "/cgi-bin/origin/style.css", &[&line]);
        assert_eq!(host.server.ask(&request).expect("an answer").status, 304);
    }
    assert_eq!(host.server.get("/cgi-bin/origin/none").expect("an answer").status, 404);
}
