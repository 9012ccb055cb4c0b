//! The layout of the OCI that packaging/container/build.sh makes (image-spec 1.0).

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;
use svcd_tests::{Tree, program, skip};

use crate::service::find;

pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Two of them, built one after the other.
pub struct Built {
    trees: [Tree; 2],
}

/// None, with a note, where nothing here can build them.
pub fn built(what: &str) -> Option<&'static Built> {
    static BUILT: LazyLock<Result<Built, String>> = LazyLock::new(build);
    match &*BUILT {
        Ok(built) => Some(built),
        Err(why) => {
            skip(what, why);
            None
        }
    }
}

fn build() -> Result<Built, String> {
    if find("buildah").or_else(|| find("podman")).is_none() {
        return Err("there is no buildah or podman".to_owned());
    }
    if !nix::unistd::geteuid().is_root() {
        return Err("only root can build them everywhere".to_owned());
    }
    let trees = [Tree::empty(), Tree::empty()];
    for tree in &trees {
        let mut script = Command::new(program::workspace().join("packaging/container/build.sh"));
        script.arg(tree.root()).env("SOURCE_DATE_EPOCH", "1700000000").stdin(Stdio::null());
        let output = script.output().expect("build.sh");
        let text =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        assert!(output.status.success(), "{text}");
    }
    Ok(Built { trees })
}

impl Built {
    pub fn archives(&self) -> [Vec<u8>; 2] {
        [0, 1].map(|number| fs::read(self.archive(number)).expect("an archive"))
    }

    /// The file of the first or the second.
    pub fn archive(&self, number: usize) -> PathBuf {
        self.trees[number].path(format!("svcd-{VERSION}-oci.tar"))
    }

    pub fn folder(&self) -> PathBuf {
        self.trees[0].path("image")
    }

    pub fn json(&self, path: &str) -> Value {
        let bytes = fs::read(self.folder().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn blob(&self, descriptor: &Value) -> PathBuf {
        let digest = descriptor["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:"));
        self.folder().join("blobs/sha256").join(digest.unwrap_or_else(|| panic!("no digest in {descriptor}")))
    }

    fn follow(&self, descriptor: &Value) -> Value {
        let bytes = fs::read(self.blob(descriptor)).expect("a blob");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// The image of a tag for a processor: what is to be run, and its layers.
    pub fn image(&self, tag: &str, architecture: &str) -> (Value, Vec<Value>) {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let manifests = list(&self.json("index.json")["manifests"]);
        let name = "org.opencontainers.image.ref.name";
        let tagged = manifests.iter().find(|entry| entry["annotations"][name] == tag).expect("the tag");
        let platforms = list(&self.follow(tagged)["manifests"]);
        let is_right = |entry: &&Value| entry["platform"]["architecture"] == architecture;
        let manifest = self.follow(platforms.iter().find(is_right).expect("the processor"));
        (self.follow(&manifest["config"]), list(&manifest["layers"]))
    }
}

/// The words of a list.
pub fn words(list: &Value) -> Vec<String> {
    let words = list.as_array().into_iter().flatten();
    words.map(|word| word.as_str().expect("a word").to_owned()).collect()
}
