//! What stands where a file shall be stored, or on the way there: folders,
//! nothing, links, and what is no file.

use svcd_tests::asking::status;
use svcd_tests::writing::{self, put, put_chunks, refused, server_of};
use svcd_tests::{Tree, each, note};

fn tree() -> Tree {
    let tree = Tree::small();
    tree.folder("empty");
    tree.link("link", "hello.txt");
    tree.link("link-to-folder", "dir");
    tree.link("link-to-nothing", "nothing");
    tree.link("link-to-itself", "link-to-itself");
    tree.link("link-outside", "../outside/secret.txt");
    tree.link("link-to-outside", "../outside");
    tree.link("link-absolute", "/etc/passwd");
    tree.link("dir/link-up", "..");
    tree.fifo("fifo");
    tree.socket("socket");
    if let Err(why) = tree.null_device("device") {
        note(&format!("PUT to a device is not tried: {why}"));
    }
    tree
}

#[test]
fn folders_and_missing_folders_are_a_conflict() {
    const TARGETS: &[&str] = &[
        "/missing/x",
        "/missing/y/x",
        "/dir/missing/x",
        "/missing/",
        "/hello.txt/x",
        "/hello.txt/x/y",
        "/hello.txt/",
        "/",
        "//",
        "/?query",
        "/dir",
        "/dir/",
        "/dir/.",
        "/dir/..",
        "/dir/./",
        "/%64ir",
        "/bare",
        "/bare/",
        "/empty",
        "/empty/",
        "/new/",
        "/dir/new/",
        "/new//",
        "http://localhost",
        "http://localhost/",
    ];
    let server = server_of(tree(), &[]);
    each(TARGETS.iter().map(|target| (target, target)), |target| {
        refused(&server, &put(target, b"abc", &[]), &[409])?;
        refused(&server, &put(target, b"", &[]), &[409])?;
        refused(&server, &put_chunks(target, b"3\r\nabc\r\n0\r\n\r\n", &[]), &[409]).map(drop)
    });
}

#[test]
fn what_is_no_regular_file_is_forbidden() {
    const ROWS: &[(&str, &[u16])] = &[
        ("/link", &[403]),
        ("/link-to-folder", &[403]),
        ("/link-to-folder/inner.txt", &[403]),
        ("/link-to-folder/new.txt", &[403]),
        ("/link-to-nothing", &[403]),
        ("/link-to-nothing/x", &[403]),
        ("/link-to-itself", &[403]),
        ("/link-to-itself/x", &[403]),
        ("/link-outside", &[403]),
        ("/link-to-outside", &[403]),
        ("/link-to-outside/secret.txt", &[403]),
        ("/link-to-outside/new.txt", &[403]),
        ("/link-absolute", &[403]),
        ("/dir/link-up", &[403]),
        ("/dir/link-up/hello.txt", &[403]),
        ("/dir/link-up/new.txt", &[403]),
        ("/fifo", &[403]),
        ("/socket", &[403]),
        // A slash behind it asks for a folder, and nothing can be below it.
        ("/link-to-folder/", &[403, 409]),
        ("/link/x", &[403, 409]),
        ("/fifo/x", &[403, 409]),
        ("/socket/x", &[403, 409]),
        ("/fifo/", &[403, 409]),
    ];
    let server = server_of(tree(), &[]);
    each(ROWS.iter().map(|row| (row.0, row)), |(target, right)| {
        refused(&server, &put(target, b"abc", &[]), right)?;
        refused(&server, &put_chunks(target, b"3\r\nabc\r\n0\r\n\r\n", &[]), right).map(drop)
    });
    if std::fs::metadata(server.tree.path("device")).is_ok() {
        refused(&server, &put("/device", b"abc", &[]), &[403]).expect("a device");
    }
}

#[test]
fn nothing_outside_of_the_root() {
    const TARGETS: &[&str] = &[
        "/../outside/secret.txt",
        "/../outside/new.txt",
        "/../../../../../../../../../tmp/svcd-test-new",
        "/dir/../../outside/new.txt",
        "/%2e%2e/outside/new.txt",
        "/.%2e/outside/new.txt",
        "/..%2foutside/new.txt",
        "/..\\outside\\new.txt",
        "/%252e%252e/outside/new.txt",
        "//../outside/new.txt",
    ];
    let server = writing::server(&[]);
    each(TARGETS.iter().map(|target| (target, target)), |target| {
        refused(&server, &put(target, b"abc", &[]), &[400, 403, 409]).map(drop)
    });
}

/// The folder of error pages, as it may be spelled.
const PAGES: &[&str] = &[
    "/errors/404.html",
    "/errors/new.html",
    "/errors/sub/x.html",
    "/errors/sub/new.html",
    "/%65rrors/404.html",
    "/./errors/404.html",
    "//errors//404.html",
    "/dir/../errors/404.html",
    "/errors/./404.html",
    "/errors/sub/../404.html",
    "/missing/../errors/404.html",
    "http://localhost/errors/404.html",
    "/errors/404.html?query",
];

#[test]
fn the_folder_of_error_pages_is_closed() {
    for (folder, below) in [("errors", ""), ("dir/errors", "/dir")] {
        let tree = tree();
        tree.file(format!("{folder}/404.html"), b"lost\n");
        tree.file(format!("{folder}/sub/x.html"), b"x\n");
        let path = tree.path(folder).display().to_string();
        let server = server_of(tree, &["--errors", &path]);
        each(PAGES.iter().map(|target| (format!("{below}{target}"), target)), |target| {
            let target = match target.strip_prefix("http://localhost") {
                Some(rest) => format!("http://localhost{below}{rest}"),
                None => format!("{below}{target}"),
            };
            refused(&server, &put(&target, b"abc", &[]), &[403]).map_err(|why| format!("PUT: {why}"))?;
            let gone = writing::delete(&target, &[]);
            refused(&server, &gone, &[403]).map_err(|why| format!("DELETE: {why}")).map(drop)
        });
        // Itself it is a folder; in other letters it is the same one, or none.
        for target in ["/errors", "/errors/", "/errors/missing/x", "/ERRORS/404.html", "/Errors/new.html"] {
            let request = put(format!("{below}{target}"), b"abc", &[]);
            refused(&server, &request, &[403, 409]).expect(target);
        }
        // A name that only begins so is another one.
        for target in ["/errors.html", "/errors2", "/errorsx"] {
            let answer = server.ask(&put(format!("{below}{target}"), b"abc", &[])).expect("an answer");
            assert_eq!(status(&answer, &[201]), Ok(()), "{below}{target}");
        }
    }
}

#[test]
fn error_pages_elsewhere_close_nothing() {
    let tree = tree();
    tree.file("errors/404.html", b"a file of the site\n");
    let folder = tree.outside().join("errors");
    std::fs::create_dir(&folder).expect("a folder");
    let server = server_of(tree, &["--errors", &folder.display().to_string()]);
    let answer = server.ask(&put("/errors/404.html", b"abc", &[])).expect("an answer");
    assert_eq!(writing::is_stored(&server, &answer, 204, "/errors/404.html", b"abc"), Ok(()));
}
