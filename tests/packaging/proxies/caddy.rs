//! deploy/caddy/Caddyfile.

use std::fs;

use svcd_tests::{Server, until};

use super::front::{Front, Ports, Start, deploy};
use super::{Curl, NAME, addresses, as_each_in_front, three};

pub fn start(servers: &[Server; 3]) -> Option<Front> {
    Some(Start::of("caddy")?.start(|start, ports| configure(start, ports, servers)))
}

fn configure(start: &Start, ports: Ports, servers: &[Server; 3]) -> Vec<String> {
    let mut meanings = addresses(servers);
    // Nobody would give a certificate for this name.
    let site = format!("{NAME} {{\n\ttls {} {}", start.path("site.crt"), start.path("site.key"));
    meanings.extend([
        ("http_port 80".to_owned(), format!("http_port {}", ports.http)),
        ("https_port 443".to_owned(), format!("https_port {}", ports.https)),
        (format!("{NAME} {{"), site),
        ("/var/lib/caddy/admin.sock".to_owned(), start.path("admin.sock")),
    ]);
    let file = start.path("Caddyfile");
    fs::write(&file, start.filled("caddy/Caddyfile", &meanings)).expect("a new file");
    start.check(&with("validate", &file));
    with("run", &file).map(str::to_owned).to_vec()
}

/// A command of Caddy's for a file.
fn with<'a>(command: &'a str, file: &'a str) -> [&'a str; 5] {
    [command, "--config", file, "--adapter", "caddyfile"]
}

#[test]
fn caddy_in_front() {
    let servers = three("x-forwarded-for", &[]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    as_each_in_front(&front, &curl, &servers);
    // As `systemctl reload caddy` does it.
    let file = front.folder().join("Caddyfile");
    let text =
        fs::read_to_string(&file).expect("the file").replace("encode", "header X-Loaded anew\n\tencode");
    fs::write(&file, text).expect("the file");
    front.run(&[&with("reload", &file.display().to_string())[..], &["--force"]].concat());
    let head =
        curl.run(&["-D", "-", "-o", "/dev/null", &format!("https://{NAME}:{}/hello.txt", front.ports.https)]);
    assert!(head.contains("x-loaded: anew"), "{head}");
    let [a, b, c] = servers;
    a.stop();
    let code = |target: &str| {
        let url = format!("https://{NAME}:{}{target}", front.ports.https);
        curl.run(&["-o", "/dev/null", "-w", "%{http_code}", &url])
    };
    for number in 0..6 {
        assert_eq!(code(&format!("/hello.txt?{number}")), "200", "two are left");
    }
    b.stop();
    c.stop();
    until("the last of them to be missed", || (code("/hello.txt") == "503").then_some(()));
}

#[test]
fn the_file_for_caddy_is_as_caddy_writes_it() {
    let Some(start) = Start::of("caddy") else { return };
    let file = deploy("caddy/Caddyfile");
    let said = start.command().arg("fmt").arg(&file).output().expect("it can be executed");
    let text = fs::read_to_string(&file).expect("the file");
    assert_eq!(String::from_utf8_lossy(&said.stdout), text);
}
