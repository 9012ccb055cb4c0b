//! HTTPie, the clients of Python's library, and git over plain files.

use std::path::Path;

use svcd_tests::Tree;
use svcd_tests::tree::{MODIFIED, big};

use crate::Bench;
use crate::tool::{Place, find};

#[test]
fn httpie() {
    const ALWAYS: &[&str] = &["--ignore-stdin", "--check-status", "--timeout=25"];
    let Some(bench) = Bench::new("http", ALWAYS, Tree::standard()) else { return };
    let (_, ended) = bench.compare(|_| {}, &["--body", "GET", "http://{}/hello.txt"]);
    assert_eq!(ended.with(0), "hello, world\n");
    let (place, ended) = bench.compare(|_| {}, &["--download", "-o", "got", "http://{}/big.bin"]);
    ended.with(0);
    assert!(place.files()["got"].0 == big());
    let cut = |place: &Place| place.write("got", &big()[..999_999], MODIFIED);
    let (place, ended) = bench.compare(cut, &["--download", "-c", "-o", "got", "http://{}/big.bin"]);
    ended.with(0);
    assert!(place.files()["got"].0 == big(), "it goes on where it was cut");
    let (_, ended) = bench.compare(|_| {}, &["http://{}/missing"]);
    ended.with(4);
    let head = bench.run(&Place::new(), &["--print=h", "HEAD", "http://{}/dir/"]).with(0);
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let list = bench.run(&Place::new(), &["--body", "http://{}/bare/", "Accept:application/json"]).with(0);
    assert!(list.contains("\"file.txt\""), "{list}");
}

#[test]
fn the_library_of_python() {
    const SCRIPT: &str = r#"
import http.client, json, sys, urllib.error, urllib.request
host = sys.argv[1]
one = http.client.HTTPConnection(host, timeout=25)
def ask(method, target, fields={}):
    one.request(method, target, headers=fields)
    answer = one.getresponse()
    return answer.status, answer.headers, answer.read()
one.connect()
first = one.sock
status, fields, body = ask('GET', '/hello.txt')
assert (status, body) == (200, b'hello, world\n'), (status, body)
for held in ({'If-None-Match': fields['ETag']}, {'If-Modified-Since': fields['Last-Modified']}):
    status, _, body = ask('GET', '/hello.txt', held)
    assert (status, body) == (304, b''), (status, body)
status, fields, body = ask('GET', '/big.bin', {'Range': 'bytes=1000-1999'})
assert (status, len(body)) == (206, 1000), (status, len(body))
status, fields, body = ask('HEAD', '/big.bin')
assert (status, fields['Content-Length'], body) == (200, '5242880', b''), (status, body)
assert ask('GET', '/missing')[0] == 404
assert ask('GET', '/bare/')[0] == 200
assert one.sock is first, 'one connection for all of this'
open('got', 'wb').write(ask('GET', '/big.bin')[2])
try:
    urllib.request.urlopen(f'http://{host}/missing', timeout=25)
except urllib.error.HTTPError as error:
    assert error.code == 404, error
assert urllib.request.urlopen(f'http://{host}/dir', timeout=25).url.endswith('/dir/')
"#;
    let Some(bench) = Bench::new("python3", &["-I", "-c", SCRIPT], Tree::standard()) else { return };
    let (place, ended) = bench.compare(|_| {}, &["{}"]);
    ended.with(0);
    assert!(place.files()["got"].0 == big());
}

#[test]
fn git_over_plain_files() {
    const ALWAYS: &[&str] = &["-c", "http.proxy=", "clone", "-q"];
    let Some(git) = find("git") else { return svcd_tests::skip("git", "it is not installed here") };
    let tree = Tree::empty();
    make_repository(&git, &tree);
    let Some(bench) = Bench::new("git", ALWAYS, tree) else { return };
    let place = Place::new();
    bench.run(&place, &["http://{}/site.git", "copy"]).with(0);
    assert_eq!(place.files()["copy/hello.txt"].0, b"hello, world\n");
    let place = Place::new();
    bench.run(&place, &["http://{}/missing.git", "copy"]).with(128);
}

/// A bare repository with one commit, as `site.git` of the tree.
fn make_repository(git: &Path, tree: &Tree) {
    let place = Place::new();
    place.write("hello.txt", b"hello, world\n", MODIFIED);
    let person = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
    let bare = tree.path("site.git").display().to_string();
    let commands: [&[&str]; 5] = [
        &["init", "-q", "."],
        &["add", "hello.txt"],
        &["commit", "-q", "-m", "first"],
        &["clone", "-q", "--bare", ".", &bare],
        &["-C", &bare, "update-server-info"],
    ];
    for command in commands {
        place.run(git, &[&person, command].concat()).with(0);
    }
}
