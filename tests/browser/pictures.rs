//! Pictures of the pages, for people to look at.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::devtools::Browser;
use crate::text;

/// The whole page, by day and by night.
pub fn save_screenshots(browser: &mut Browser, viewport: &str, path: &str, facts: &Value) {
    let name = path.trim_matches('/').replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let name = if name.is_empty() { "home" } else { &name };
    for scheme in ["light", "dark"] {
        let feature = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.call("Emulation.setEmulatedMedia", feature);
        let clip = json!({ "x": 0, "y": 0, "width": facts["width"], "height": facts["height"], "scale": 1 });
        let whole = json!({ "captureBeyondViewport": true, "clip": clip });
        let picture = text(&browser.call("Page.captureScreenshot", whole)["data"]);
        let file = screenshots().join(format!("{viewport}-{scheme}-{name}.png"));
        fs::write(&file, STANDARD.decode(picture).expect("base64")).expect("a file for a screenshot");
    }
}

/// Where they go.
pub fn screenshots() -> PathBuf {
    let folder = match env::var_os("SVCD_SCREENSHOTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/screenshots"),
    };
    fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder
}
