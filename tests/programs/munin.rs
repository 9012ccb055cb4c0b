//! munin's graphs: PATH_INFO names them, and they are not drawn again in vain.

use std::fs;

use nix::unistd::geteuid;
use svcd_tests::asking::asking;
use svcd_tests::{Server, Tree, skip};

use crate::tool::Place;
use crate::{installed, tool};

/// munin does nothing for the superuser.
const NOBODY: u32 = 65534;

/// What `munin-update` would have written about one machine.
const DATA: &str = "version 2.0\n\
    local;box:load.graph_title Load average\n\
    local;box:load.graph_order load\n\
    local;box:load.load.label load\n\
    local;box:load.load.update_rate 300\n";

const STORE: &str = "use Munin::Master::Utils; \
    munin_writeconfig_storable(\"$ARGV[0].storable\", munin_readconfig_raw($ARGV[0]))";

/// Fills a folder with a configuration and the numbers of one machine.
fn fill(folder: &str) -> Option<()> {
    let (perl, rrdtool, chmod) = (tool("perl")?, tool("rrdtool")?, tool("chmod")?);
    let numbers = format!("{folder}/local/box-load-load-g.rrd");
    let data = format!("{folder}/datafile");
    let configuration: String = ["dbdir", "htmldir", "logdir", "rundir", "cgitmpdir"]
        .map(|name| format!("{name} {folder}\n"))
        .concat();
    fs::create_dir(format!("{folder}/local")).expect("a new folder");
    fs::write(format!("{folder}/munin.conf"), configuration + "[local;box]\n").expect("a new file");
    fs::write(&data, DATA).expect("a new file");
    let place = Place::new();
    let archives = ["AVERAGE", "MIN", "MAX"].map(|kind| format!("RRA:{kind}:0.5:1:576"));
    // munin draws again what is older than five minutes; the numbers are not.
    let mut arguments = vec!["create", &numbers, "-b", "now+10min", "-s", "300", "DS:42:GAUGE:600:U:U"];
    arguments.extend(archives.iter().map(String::as_str));
    place.run(&rrdtool, &arguments).with(0);
    place.run(&perl, &["-e", STORE, &data]).with(0);
    place.run(&chmod, &["-R", "a+rwX", folder]).with(0);
    Some(())
}

#[test]
fn a_graph_is_drawn_once() {
    let Some(program) = installed("/usr/lib/munin/cgi/munin-cgi-graph") else { return };
    let tree = Tree::empty();
    let folder = tree.outside().display().to_string();
    let Some(()) = fill(&folder) else { return };
    let (alias, configuration) = (
        format!("--alias=/graph/={}", program.display()),
        format!("--cgi-env=MUNIN_CONFIG={folder}/munin.conf"),
    );
    let mut start = Server::with(tree).arguments(&[&alias, &configuration]);
    if geteuid().is_root() {
        start = start.user(NOBODY);
    }
    let server = match start.try_start() {
        Ok(server) => server,
        Err(why) => return skip("munin", &format!("another user cannot start the server: {why}")),
    };
    let target = "/graph/local/box/load-day.png";
    let graph = server.get(target).expect("an answer");
    graph.is(200).and_then(|()| graph.has("Content-Type", "image/png")).expect("a picture");
    assert!(graph.body.starts_with(b"\x89PNG\r\n\x1a\n"), "{} bytes", graph.body.len());
    let date = graph.need("Last-Modified").expect("it");
    let line = format!("If-Modified-Since: {date}");
    let same = server.ask(&asking("GET", target, &[&line])).expect("an answer");
    same.is(304).and_then(|()| same.has("Last-Modified", date)).expect("the same picture");
    let again = server.get(target).expect("an answer");
    assert!(again.body == graph.body, "the picture that was kept");
    let none = server.get("/graph/local/box/none-day.png").expect("an answer");
    assert_eq!((none.status, none.body.len()), (404, 0));
}
