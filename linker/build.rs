//! Tells the linker how to make a program of nothing but our own code.
//!
//! The arguments are for the binary alone: the library and its tests are linked
//! like any other crate's. What the compiler has to know is in
//! `freestanding.toml`; where the parts of the Linux program go, in `linux.ld`.

use std::{env, fs};

fn main() {
    let var = |name: &str| env::var(name).unwrap_or_default();
    let here = format!("{}/linker", var("CARGO_MANIFEST_DIR"));
    let map = format!("{}/svcd.map", var("OUT_DIR"));
    let release = var("PROFILE") == "release";

    match (var("CARGO_CFG_TARGET_OS").as_str(), var("CARGO_CFG_TARGET_ARCH").as_str()) {
        ("linux", "aarch64" | "x86_64") => {
            // Nobody relocates the program when it starts. rustc asks for the
            // same today; if it ever asked for PIE, every table would read as zeros.
            link("--no-pie");
            // The layout.
            link(&format!("-T{here}/linux.ld"));
            // A program that svcd runs must not be where svcd itself is.
            for step in steps() {
                println!("cargo::rustc-link-arg-bin={step}=--defsym=elsewhere=0x400000");
            }
            if release {
                // The kernel reads the program headers only. No section headers
                // also means no symbols.
                link("-znosectionheader");
                // What linux.ld has no place for is there by mistake.
                link("--orphan-handling=error");
                link_svcd(&format!("-Map={map}"));
            }
        }
        ("macos", "aarch64") => {
            // Darwin starts no program without libSystem. There is a stub of it
            // in this folder; nothing in it is called.
            link(&format!("-L{here}"));
            link("-lSystem");
            if release {
                // No names of our own functions, and not even that of the entry:
                // it is a load command.
                link("-x");
                link("-no_exported_symbols");
                // Nor the list of where they begin, which is for debuggers.
                link("-no_function_starts");
                link_svcd("-map");
                link_svcd(&map);
            }
        }
        // The library's tests run anywhere; the program has no gate there.
        _ => {}
    }

    for file in ["build.rs", "linux.ld", "libSystem.tbd"] {
        println!("cargo::rerun-if-changed=linker/{file}");
    }
    println!("cargo::rerun-if-changed=examples");
}

/// The programs of the course, whose names begin with a number.
fn steps() -> impl Iterator<Item = String> {
    let folders =
        ["examples", "examples/solutions"].into_iter().filter_map(|folder| fs::read_dir(folder).ok());
    let names = folders.flatten().flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let steps = names.filter_map(|name| name.strip_suffix(".rs").map(str::to_owned));
    steps.filter(|step| step.starts_with(|first: char| first.is_ascii_digit()))
}

fn link(argument: &str) {
    println!("cargo::rustc-link-arg-bins={argument}");
}

/// For the map, which tells `make size` which function takes how much: the other
/// programs would write theirs over it.
fn link_svcd(argument: &str) {
    println!("cargo::rustc-link-arg-bin=svcd={argument}");
}
