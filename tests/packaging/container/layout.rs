//! What is in the images, before anything of them is run.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::image::{VERSION, built, words};

#[test]
fn two_builds_give_the_same_bytes() {
    let Some(built) = built("images of containers, twice") else { return };
    let [one, other] = built.archives();
    assert!(one == other, "{} and {} bytes", one.len(), other.len());
    assert!(one.len() > 100_000);
}

#[test]
fn every_blob_is_what_its_name_says() {
    let Some(built) = built("blobs of images") else { return };
    assert_eq!(built.json("oci-layout"), json!({ "imageLayoutVersion": "1.0.0" }));
    let mut count = 0;
    for entry in fs::read_dir(built.folder().join("blobs/sha256")).expect("blobs").flatten() {
        let bytes = fs::read(entry.path()).expect("a blob");
        let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(digest, entry.file_name().to_string_lossy());
        count += 1;
    }
    // For each tag an index, and for each processor a manifest, a configuration; four layers.
    assert_eq!(count, 2 * (1 + 2 * 2) + 4);
}

#[test]
fn both_tags_say_how_they_are_to_be_run() {
    let Some(built) = built("configurations of images") else { return };
    for tag in [VERSION.to_owned(), format!("{VERSION}-cgi")] {
        for architecture in ["amd64", "arm64"] {
            let (image, layers) = built.image(&tag, architecture);
            assert_eq!((&image["os"], &image["architecture"]), (&json!("linux"), &json!(architecture)));
            let config = &image["config"];
            assert_eq!(config["User"], "65534:65534");
            assert_eq!(config["StopSignal"], "SIGTERM");
            assert_eq!(config["ExposedPorts"], json!({ "8080/tcp": {} }));
            assert_eq!(words(&config["Entrypoint"]), ["/svcd", "-b", "0.0.0.0"]);
            assert_eq!(words(&config["Cmd"]), ["/srv"]);
            assert_eq!(config["Labels"]["org.opencontainers.image.version"], VERSION);
            let bytes: u64 = layers.iter().filter_map(|layer| layer["size"].as_u64()).sum();
            assert!(bytes < 100_000, "{tag} {architecture} has {bytes} bytes");
            let files: Vec<String> = layers.iter().flat_map(|layer| names(&built.blob(layer))).collect();
            let has = |name: &str| files.iter().any(|file| file == name);
            assert!(has("svcd") && has("srv/"), "{files:?}");
            assert_eq!(
                has("srv/cgi-bin/cgi") && has("srv/cgi-bin/11-cgi"),
                tag.ends_with("-cgi"),
                "{files:?}"
            );
            // Not the shell, not a library: only what was named.
            assert!(files.len() <= if tag.ends_with("-cgi") { 7 } else { 2 }, "{files:?}");
        }
    }
}

#[test]
fn the_time_of_the_images_is_the_one_that_was_asked_for() {
    let Some(built) = built("the time of images") else { return };
    let (image, _) = built.image(VERSION, "amd64");
    assert_eq!(image["created"], Value::from("2023-11-14T22:13:20Z"));
}

fn names(layer: &std::path::Path) -> Vec<String> {
    let output = Command::new("tar").arg("-tzf").arg(layer).output().expect("tar");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}
