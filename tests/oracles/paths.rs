//! `http::target::resolve` and `percent-encoding`, and what must hold for any
//! path whatever.

use std::path::{Component, Path};

use percent_encoding::percent_decode;
use proptest::prelude::*;
use svcd::http::target;
use svcd::text::{Buffer, percent};

fn resolve(path: &[u8]) -> Option<Vec<u8>> {
    let mut room = [0; 4096];
    let mut name = Buffer::new(&mut room);
    target::resolve(path, &mut name).ok().map(|()| name.bytes().to_vec())
}

/// Paths that are made of what is dangerous in paths.
fn dangerous() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "/", ".", "..", "a", "b", "%2e", "%2E%2e", "%2f", "%25", "%", "%00", "%zz", "//", "\\", "%5c",
        "\u{e9}", "%c3", "..;", "...", "~", " ", "?", "%0a",
    ]);
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| format!("/{}", pieces.concat()).into_bytes())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn a_name_never_leaves_the_root(path in dangerous()) {
        if let Some(name) = resolve(&path) {
            let text = String::from_utf8_lossy(&name).into_owned();
            prop_assert!(!text.starts_with('/') && !text.contains('\0'), "{text:?}");
            for component in Path::new(&text).components() {
                prop_assert!(matches!(component, Component::Normal(_)), "{text:?}");
            }
        }
    }

    #[test]
    fn resolving_a_resolved_name_changes_nothing(path in dangerous()) {
        if let Some(name) = resolve(&path) {
            let mut room = vec![0; 16384];
            let mut encoded = Buffer::new(&mut room);
            encoded.push(b"/");
            percent::push_path(&mut encoded, &name);
            prop_assert_eq!(resolve(encoded.bytes()), Some(name));
        }
    }

    #[test]
    fn segments_are_decoded_as_percent_encoding_does(
        segments in prop::collection::vec(prop::collection::vec(32u8..=255, 1..12), 1..6),
    ) {
        let plain: Vec<_> = segments.iter().map(|segment| {
            let mut segment = segment.clone();
            segment.retain(|byte| !matches!(byte, b'/' | 127));
            segment.insert(0, b'x');
            segment
        }).collect();
        let name = plain.join(&b'/');
        let mut room = vec![0; 4096];
        let mut encoded = Buffer::new(&mut room);
        encoded.push(b"/");
        percent::push_path(&mut encoded, &name);
        prop_assert_eq!(&percent_decode(&encoded.bytes()[1..]).collect::<Vec<_>>(), &name);
        prop_assert_eq!(resolve(encoded.bytes()), Some(name));
    }
}
