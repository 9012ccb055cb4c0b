//! Python: a program of its own making, and a WSGI application.

use svcd_tests::asking::asking;
use svcd_tests::tree::{MODIFIED, pseudo_random};

use crate::{Host, add_program, tool, with_program};

/// As the programs were that `python -m http.server --cgi` ran.
const FORM: &str = r#"#!/usr/bin/env python3
import email, hashlib, os, sys, urllib.parse
length = int(os.environ.get('CONTENT_LENGTH') or 0)
content = sys.stdin.buffer.read(length)
kind = os.environ.get('CONTENT_TYPE', '')
print('Content-Type: text/plain; charset=utf-8\n')
for name, values in sorted(urllib.parse.parse_qs(os.environ['QUERY_STRING']).items()):
    print('query', name, values)
if kind == 'application/x-www-form-urlencoded':
    for name, values in sorted(urllib.parse.parse_qs(content.decode()).items()):
        print('form', name, values)
elif kind.startswith('multipart/form-data'):
    message = email.message_from_bytes(b'Content-Type: ' + kind.encode() + b'\n\n' + content)
    for part in message.get_payload():
        value = part.get_payload(decode=True)
        print('part', part.get_param('name', header='Content-Disposition'), part.get_filename(),
              len(value), hashlib.sha256(value).hexdigest())
print('rest', len(sys.stdin.buffer.read()))
"#;

/// The validator fails for a server that bends the rules.
const APPLICATION: &str = r#"#!/usr/bin/env python3
import hashlib
from wsgiref import util, validate
from wsgiref.handlers import CGIHandler
def application(environ, start_response):
    url = util.request_uri(environ)
    if environ['REQUEST_METHOD'] == 'POST':
        total, left = hashlib.sha256(), int(environ['CONTENT_LENGTH'])
        while left:
            part = environ['wsgi.input'].read(min(left, 65536))
            total.update(part)
            left -= len(part)
        text = total.hexdigest()
    else:
        text = url
    start_response('203 Heard Elsewhere', [('Content-Type', 'text/plain'), ('X-Path', environ['PATH_INFO'])])
    return [text.encode(), b'\n']
CGIHandler().run(validate.validator(application))
"#;

fn host() -> Option<Host> {
    tool("python3")?;
    tool("curl")?;
    let tree = with_program("form.py", FORM);
    add_program(&tree, "application.py", APPLICATION);
    let host = Host::new(tree, &[]);
    host.place.write("data.bin", &pseudo_random(6_000_000), MODIFIED);
    Some(host)
}

fn sha256(host: &Host) -> String {
    let sum = tool("sha256sum").expect("it is with the other small tools");
    host.run(&sum, &["data.bin"]).with(0).split(' ').next().expect("a sum").to_owned()
}

#[test]
fn forms() {
    let Some(host) = host() else { return };
    let url = "http://{}/cgi-bin/form.py?x=1&x=2";
    let query = "query x ['1', '2']\n";
    assert_eq!(host.curl(&[url]), format!("{query}rest 0\n"));
    for field in ["X-Nothing: 1", "Transfer-Encoding: chunked"] {
        let said = host.curl(&["-d", "a=b+c", "-H", field, url]);
        assert_eq!(said, format!("{query}form a ['b c']\nrest 0\n"), "{field}");
    }
    let said = host.curl(&["-F", "note=n", "-F", "file=@data.bin", url]);
    let note = "1b16b1df538ba12dc3f97edbb85caa7050d46c148134290feba80f8236c83db9";
    let parts = format!("part note None 1 {note}\npart file data.bin 6000000 {}\n", sha256(&host));
    assert_eq!(said, format!("{query}{parts}rest 0\n"));
}

#[test]
fn a_wsgi_application() {
    let Some(host) = host() else { return };
    let said = host.curl(&["--data-binary", "@data.bin", "http://{}/cgi-bin/application.py/"]);
    assert_eq!(said, format!("{}\n", sha256(&host)));
    let request = asking("GET", "/cgi-bin/application.py/a%20b/?c=d", &[]);
    let answer = host.server.ask(&request).expect("an answer");
    assert_eq!((answer.status, answer.reason.as_str()), (203, "Heard Elsewhere"));
    assert_eq!(answer.field("X-Path"), Some("/a b/"));
    assert_eq!(answer.text(), "http://svcd.test/cgi-bin/application.py/a%20b/?c=d\n");
    // PATH_INFO is there, though nothing is behind the name.
    let answer = host.server.get("/cgi-bin/application.py").expect("an answer");
    assert_eq!((answer.status, answer.field("X-Path")), (203, Some("")));
    assert_eq!(host.server.stop().stderr.lines().count(), 1, "nothing but where it listens");
}
