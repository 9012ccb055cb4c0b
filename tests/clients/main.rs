//! Clients that people use: what these cannot do with svcd, it cannot do.
//!
//! Where nginx is installed, the same command is run with it as the server too:
//! it must end with the same code and leave the same files.

mod curl;
mod desk;
mod libraries;
mod nginx;
mod tool;
mod wget;
mod writing;

use std::path::PathBuf;

use svcd_tests::{Server, Tree, skip};

use nginx::Nginx;
use tool::{Ended, Place, find};

/// A tool, a server, and an nginx to compare with.
pub struct Bench {
    tool: PathBuf,
    /// Given before all other arguments.
    always: &'static [&'static str],
    pub server: Server,
    nginx: Option<Nginx>,
}

/// An nginx for this tree, with these directives; a note if there is none.
fn beside(tree: &Tree, directives: &str) -> Option<Nginx> {
    let nginx = Nginx::start(&tree.root(), directives);
    if nginx.is_none() {
        skip("the comparison with nginx", "it is not installed here, or does not start");
    }
    nginx
}

impl Bench {
    /// None, with a note, if the tool is not installed.
    pub fn new(tool: &str, always: &'static [&'static str], tree: Tree) -> Option<Bench> {
        let Some(path) = find(tool) else {
            skip(tool, "it is not installed here");
            return None;
        };
        let server = Server::with(tree).start();
        let nginx = beside(&server.tree, "");
        Some(Bench { tool: path, always, server, nginx })
    }

    /// Runs the tool in `place`; `{}` in an argument is the server's address.
    pub fn run(&self, place: &Place, arguments: &[&str]) -> Ended {
        self.run_with(place, &self.server.address.to_string(), arguments)
    }

    fn run_with(&self, place: &Place, address: &str, arguments: &[&str]) -> Ended {
        let arguments: Vec<String> = arguments.iter().map(|word| word.replace("{}", address)).collect();
        let words = self.always.iter().copied().chain(arguments.iter().map(String::as_str));
        place.run(&self.tool, &words.collect::<Vec<_>>())
    }

    /// Runs the tool in a place that `prepare` has filled, and the same with
    /// nginx as the server; both must end alike. Gives the place of svcd, and
    /// what the tool said there.
    pub fn compare(&self, prepare: impl Fn(&Place), arguments: &[&str]) -> (Place, Ended) {
        let place = Place::new();
        prepare(&place);
        let ended = self.run(&place, arguments);
        let Some(nginx) = &self.nginx else { return (place, ended) };
        let other = Place::new();
        prepare(&other);
        let of_nginx = self.run_with(&other, &nginx.address.to_string(), arguments);
        let said = format!("{}{}", ended.stdout, ended.stderr);
        assert_eq!(
            ended.status.code(),
            of_nginx.status.code(),
            "{arguments:?}: nginx ends otherwise: {said}"
        );
        let (found, right) = (place.files(), other.files());
        let names = |files: &std::collections::BTreeMap<String, (Vec<u8>, u64)>| -> Vec<String> {
            // A recursive wget names its folder after the server.
            let plain = |name: &String| name.replace(&self.server.address.to_string(), "{}");
            files.keys().map(|name| plain(&name.replace(&nginx.address.to_string(), "{}"))).collect()
        };
        assert_eq!(names(&found), names(&right), "{arguments:?}: other files than with nginx");
        for ((name, one), other) in found.iter().zip(right.values()) {
            assert!(one.0 == other.0, "{arguments:?}: {name} has other bytes than with nginx");
        }
        (place, ended)
    }
}
