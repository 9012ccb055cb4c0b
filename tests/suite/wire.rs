//! Transcripts: what a client sends and gets, byte by byte, one rule in each
//! pair of files in `wire/`. Their names begin with the section of RFC 9110 or
//! RFC 9112 that has the rule; `harness/transcript.rs` says how to read them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use svcd_tests::{Server, each, transcript};

#[test]
fn transcripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("suite/wire");
    let files = fs::read_dir(&folder).expect("a folder of transcripts").flatten();
    let files: Vec<String> = files.filter_map(|file| file.file_name().into_string().ok()).collect();
    let name = |file: &String| Some(file.strip_suffix(".in").or(file.strip_suffix(".out"))?.to_owned());
    let names: BTreeSet<String> = files.iter().filter_map(name).collect();
    assert!(names.len() >= 25, "{} transcripts", names.len());
    let server = Server::start(&["--header-timeout", "1"]);
    each(names.iter().map(|name| (name, name)), |name| {
        let read = |kind: &str| {
            let path = folder.join(format!("{name}.{kind}"));
            fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))
        };
        transcript::play(&mut server.connect(), &read("in")?, &read("out")?)
    });
}
