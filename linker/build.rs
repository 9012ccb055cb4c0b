use std::env;
fn main() {
    let dir = env::var("CARGO_MANIFEST_DIR").unwrap();
    let os = env::var("CARGO_CFG_TARGET_OS").unwrap();
    let args: Vec<String> = match os.as_str() {
        "linux" => [
            "-nostdlib",
            "-s",
            "--no-pie",
            "-z",
            "noseparate-code",
            "-z",
            "norelro",
            "--build-id=none",
            "--no-eh-frame-hdr",
            "-z",
            "noexecstack",
            "--no-rosegment",
            "--gc-sections",
            "--icf=all",
        ]
        .iter()
        .map(|s| s.to_string())
        .collect(),
        "macos" => vec![
            format!("-L{dir}/linker"),
            "-lSystem".into(),
            "-e".into(),
            "_main".into(),
            "-dead_strip".into(),
            "-S".into(),
            "-x".into(),
        ],
        other => panic!("{other}"),
    };
    for a in args {
        println!("cargo::rustc-link-arg-bins={a}");
    }
    println!("cargo::rerun-if-changed=linker");
}
