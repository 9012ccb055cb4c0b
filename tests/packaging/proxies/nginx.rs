//! deploy/nginx/svcd.conf.

use std::fs;
use std::process::Command;

use svcd_tests::{Server, skip, until};

use super::front::{Front, Ports, Start};
use crate::manifests::deploy;
use crate::release::files;

use super::{Curl, NAME, addresses, as_each_in_front, logged, three};

pub fn start(servers: &[Server; 3]) -> Option<Front> {
    Some(Start::of("nginx")?.start(|start, ports| configure(start, ports, servers)))
}

fn configure(start: &Start, ports: Ports, servers: &[Server; 3]) -> Vec<String> {
    let mut meanings = addresses(servers);
    meanings.extend([
        ("listen 80".to_owned(), format!("listen 127.0.0.1:{}", ports.http)),
        ("listen 443".to_owned(), format!("listen 127.0.0.1:{}", ports.https)),
        ("/etc/nginx/site.pem".to_owned(), start.path("site.pem")),
        ("/etc/nginx/site.key".to_owned(), start.path("site.key")),
        ("/var/lib/nginx/svcd".to_owned(), start.path("cache")),
    ]);
    fs::write(start.path("svcd.conf"), start.filled("nginx/svcd.conf", &meanings)).expect("a new file");
    // What a distribution's nginx.conf has around it.
    let base = start.folder.root().display().to_string();
    let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
    let temporary: String = kinds.map(|kind| format!("{kind}_temp_path {base}/{kind};")).concat();
    let around = format!(
        "daemon off; pid {base}/pid; error_log {base}/error.log;
        events {{ }}
        http {{ access_log off; {temporary} include {base}/svcd.conf; }}"
    );
    fs::write(start.path("nginx.conf"), around).expect("a new file");
    let (errors, file) = (start.path("error.log"), start.path("nginx.conf"));
    let arguments = ["-p", &base, "-e", &errors, "-c", &file];
    start.check(&[&["-t"], &arguments[..]].concat());
    arguments.map(str::to_owned).to_vec()
}

#[test]
fn nginx_in_front() {
    let servers = three("x-forwarded-for", &[]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    as_each_in_front(&front, &curl, &servers);
    // Whatever else somebody calls it, it does not repeat that, and svcd is not asked.
    let form = ["-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H", "Host: other.example"];
    for url in [
        format!("http://127.0.0.1:{}/other", front.ports.http),
        format!("https://{NAME}:{}/other", front.ports.https),
    ] {
        assert_eq!(curl.run(&[&form[..], &[&url]].concat()), "421 ", "{url}");
    }
    let asked = servers.iter().any(|server| server.log().so_far().contains("/other"));
    assert!(!asked, "svcd was asked in another name");
}

/// nginx makes the folder of its cache, but not the one around it.
#[test]
fn the_folder_around_the_cache_is_one_of_the_package() {
    let files = Command::new("dpkg").args(["-L", "nginx-common"]).output();
    let Some(files) = files.ok().filter(|output| output.status.success()) else {
        return skip("folders of nginx", "its package for Debian is not installed");
    };
    let text = fs::read_to_string(deploy("nginx/svcd.conf")).expect("it");
    let path = text.lines().find_map(|line| line.strip_prefix("proxy_cache_path ")).expect("a cache");
    let folder = path.split(' ').next().and_then(|path| path.rsplit_once('/')).expect("a path").0;
    let listed = String::from_utf8_lossy(&files.stdout).into_owned();
    assert!(listed.lines().any(|line| line == folder), "{folder} is not in {listed}");
}

#[test]
fn nginx_keeps_what_svcd_says_and_asks_again_with_the_etag() {
    let servers = three("x-forwarded-for", &["--cache", "2"]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    let url = |target: &str| format!("https://{NAME}:{}{target}", front.ports.https);
    let cache = |arguments: &[&str]| {
        let head = curl.run(&[&["-D", "-", "-o", "/dev/null"], arguments].concat());
        let line = head.lines().find_map(|line| line.strip_prefix("x-cache: ").map(str::to_owned));
        line.unwrap_or_default()
    };
    assert_eq!(cache(&[&url("/hello.txt")]), "MISS");
    assert_eq!(cache(&[&url("/hello.txt")]), "HIT");
    assert_eq!(logged(&servers, " /hello.txt HTTP/", 1).len(), 1, "the second one did not come here");
    until("the second to be over", || (cache(&[&url("/hello.txt")]) != "HIT").then_some(()));
    let lines = logged(&servers, " /hello.txt HTTP/", 2);
    assert!(
        lines.iter().any(|line| line.contains("\" 304 0 ")),
        "it was asked whether that is still right: {lines:?}"
    );
    // Programs have not said that theirs may be kept; and nobody gets what is another's.
    for _ in 0..2 {
        assert_eq!(cache(&[&url("/cgi-bin/env")]), "MISS");
        assert_eq!(cache(&["-u", "anna:secret", &url("/dir/inner.txt")]), "BYPASS");
    }
    assert_eq!(logged(&servers, " /dir/inner.txt HTTP/", 2).len(), 2);
    // A second name would have answers of its own.
    let key = format!("KEY: https{NAME}/hello.txt\n");
    let kept = files(&front.folder().join("cache"));
    assert!(kept.values().any(|bytes| bytes.windows(key.len()).any(|part| part == key.as_bytes())), "{key}");
}

#[test]
fn nginx_asks_another_one_and_then_gives_what_it_has() {
    let servers = three("x-forwarded-for", &["--cache", "2"]);
    let Some(front) = start(&servers) else { return };
    let Some(curl) = Curl::find(&front.folder(), front.ports.https) else { return };
    let url = |target: &str| format!("https://{NAME}:{}{target}", front.ports.https);
    let code = |target: &str| curl.run(&["-o", "/dev/null", "-w", "%{http_code}", &url(target)]);
    assert_eq!(code("/hello.txt"), "200");
    let [a, b, c] = servers;
    a.stop();
    for number in 0..6 {
        assert_eq!(code(&format!("/dir/inner.txt?{number}")), "200", "two are left");
    }
    b.stop();
    c.stop();
    assert_eq!(code("/hello.txt"), "200", "what it has");
    assert_eq!(code("/dir/inner.txt?new"), "502", "what it has not");
}
