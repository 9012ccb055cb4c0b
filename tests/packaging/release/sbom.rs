//! The SBOM of each target, compared with what the linker and Cargo.lock say.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use svcd_tests::program::{dist, workspace};
use svcd_tests::skip;

use super::{NAMES, attempt, field, made, run, sha256, unpacked, version};

const VALIDATE: &str = "
import sys
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
for path in sys.argv[1:]:
    error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(path).read())
    if error:
        sys.exit(f'{path}: {error}')
";

/// The text of a field that is there.
fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

fn sbom(name: &str) -> Option<Value> {
    let path = made()?.join(format!("svcd-{}-{name}.cdx.json", version()));
    Some(serde_json::from_slice(&fs::read(path).expect("an SBOM")).expect("JSON"))
}

/// Names and versions of what is linked.
fn components(sbom: &Value) -> BTreeSet<(String, String)> {
    let components = sbom["components"].as_array().expect("a list");
    components.iter().map(|part| (text(part, "name").to_owned(), text(part, "version").to_owned())).collect()
}

#[test]
fn an_sbom_is_valid_by_its_schema() {
    let Some(folder) = made() else { return };
    // Not the import itself, which takes as long as all the rest.
    let find = "import importlib.util, sys; sys.exit(not all(map(importlib.util.find_spec, sys.argv[1:])))";
    if attempt(&[".venv/bin/python", "-c", find, "cyclonedx", "jsonschema"], &[]).is_err() {
        return skip(
            "the schema of SBOMs",
            "no Python with cyclonedx and jsonschema: linker/setup.sh packages",
        );
    }
    let path = |name| folder.join(format!("svcd-{}-{name}.cdx.json", version())).display().to_string();
    let paths = NAMES.map(path);
    run(&[".venv/bin/python", "-c", VALIDATE, &paths[0], &paths[1], &paths[2]], &[]);
}

/// The crates whose functions are in a program, by the linker's map: `Cs`, a number of
/// the crate, `_`, and its name with its length before it.
fn linked(map: &str) -> BTreeSet<String> {
    let mut crates = BTreeSet::new();
    for (place, _) in map.match_indices("Cs") {
        let rest = map[place + 2..].trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        let Some(rest) = rest.strip_prefix('_') else { continue };
        let name = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
        let len: usize = rest[..rest.len() - name.len()].parse().unwrap_or(0);
        // A name that begins with a digit has an underscore before it.
        if let Some(name) = name.get(..len).filter(|name| !name.is_empty()) {
            crates.insert(name.to_owned());
        }
    }
    crates
}

#[test]
fn an_sbom_names_every_crate_that_the_linker_has_seen() {
    for name in NAMES {
        let Some(sbom) = sbom(name) else { return };
        let named: BTreeSet<String> =
            components(&sbom).into_iter().map(|(name, _)| name.replace('-', "_")).collect();
        let map = fs::read_to_string(dist().join(format!("../target/svcd-{name}.map"))).expect("a map");
        let mut linked = linked(&map);
        assert!(linked.remove("svcd"), "{name}: the map does not name svcd: {linked:?}");
        assert!(linked.contains("sha2"), "{name}: the map does not name sha2: {linked:?}");
        let missing: Vec<_> = linked.difference(&named).collect();
        assert!(missing.is_empty(), "{name}: the SBOM lacks {missing:?}");
        // What is linked on Linux only is not on Darwin.
        assert_eq!(named.contains("linux_raw_sys"), name.starts_with("linux"), "{name}: {named:?}");
        // What only the tests use is in none.
        assert!(!named.contains("nix") && !named.contains("proptest"), "{name}: {named:?}");
    }
}

#[test]
fn checksums_of_an_sbom_are_those_of_cargo_and_of_the_programs() {
    let lock = fs::read_to_string(workspace().join("Cargo.lock")).expect("Cargo.lock");
    for name in NAMES {
        let Some(sbom) = sbom(name) else { return };
        for part in sbom["components"].as_array().expect("a list") {
            let Some(sum) = part["hashes"][0]["content"].as_str() else {
                assert!(["core", "compiler_builtins"].contains(&text(part, "name")), "{name}: {part}");
                continue;
            };
            let own = format!("name = \"{}\"\nversion = \"{}\"\n", text(part, "name"), text(part, "version"));
            assert_eq!(field(&field(&lock, &own, "\n["), "checksum = \"", "\""), sum, "{name}: {part}");
        }
        let files = sbom["metadata"]["component"]["components"].as_array().expect("a list");
        let sums: Vec<_> = files.iter().map(|file| text(&file["hashes"][0], "content").to_owned()).collect();
        let programs = ["svcd", "svcd-trace"].map(|kind| dist().join(format!("{kind}-{name}")));
        let right = programs.map(|path| sha256(&fs::read(path).expect("a program")));
        assert_eq!(sums, right, "{name}");
    }
}

#[test]
fn every_crate_has_its_licence_in_the_tarball_and_in_the_package() {
    let Some(folder) = made() else { return };
    let copyright = fs::read_to_string(workspace().join("packaging/debian/copyright")).expect("copyright");
    for name in NAMES {
        let Some(sbom) = sbom(name) else { return };
        let place = unpacked(folder, name);
        let licences = fs::read_to_string(place.path("share/doc/svcd/LICENSES-OF-CRATES")).expect("licences");
        // BSD asks for it.
        assert!(licences.contains("Redistributions in binary form must reproduce"), "{name}");
        for (part, version) in components(&sbom) {
            let entry = field(&licences, &format!("\n{part} {version}: "), "\n=====");
            assert!(entry.len() > 5, "{name}: {part}");
            let mut words =
                copyright.split(|letter: char| !letter.is_ascii_alphanumeric() && !"-_".contains(letter));
            let is_named = words.any(|word| word == part);
            // The packages are for Linux.
            assert!(
                is_named || name.starts_with("darwin"),
                "packaging/debian/copyright does not name {part}"
            );
        }
    }
}
