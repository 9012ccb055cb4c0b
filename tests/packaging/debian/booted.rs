//! The commands of docs/releases.md on a Debian that systemd has booted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use svcd_tests::asking::asking;
use svcd_tests::document::Part;
use svcd_tests::{Connection, skip, until};

use crate::release::{field, version};
use crate::service::machine::Machine;

const SYSTEMD: &str = "/usr/lib/systemd/systemd";
const PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// A /usr to install to, in place of one that cannot be written, with no svcd and no
/// units in it; dpkg's books; targets that start nothing.
const PREPARE: &str = r#"
mkdir upper work
if mount -t overlay -o "lowerdir=/usr,upperdir=$PWD/upper,workdir=$PWD/work" overlay usr; then
    : >etc/overlay
    rm -f usr/local/bin/svcd usr/bin/svcd usr/sbin/policy-rc.d
    mount -t tmpfs -o mode=755 units usr/lib/systemd/system
fi
mkdir -p var/lib/dpkg/info var/lib/dpkg/updates var/lib/apt/lists/partial var/cache/apt/archives/partial \
    var/log/apt etc/apt/apt.conf.d etc/systemd/system
: >var/lib/dpkg/status
for name in sysinit basic sockets multi-user shutdown up; do
    printf '[Unit]\nDefaultDependencies=no\n' >"etc/systemd/system/$name.target"
done
echo hello >srv/www/index.html
"#;

fn get(machine: &Machine) -> Result<(u16, String), String> {
    machine.network().within(|| {
        let request = asking("GET", "/", &[]);
        let mut connection = Connection::try_open(PORT).map_err(|error| error.to_string())?;
        connection.try_send(&request).map_err(|error| error.to_string())?;
        connection.answer(&request).map(|answer| (answer.status, answer.text()))
    })
}

fn main_process(machine: &Machine) -> String {
    machine.run(&["systemctl", "show", "-P", "MainPID", "svcd"])
}

/// The commands for Debian; root is who runs them.
fn documented() -> Vec<String> {
    let part = Part { file: "docs/releases.md", begin: "## Debian and Ubuntu", end: "## macOS" };
    let text = part.read().expect("the commands");
    let block = field(&text, "```\n", "```");
    block.lines().map(|line| line.strip_prefix("sudo ").unwrap_or(line).to_owned()).collect()
}

/// The package that they name.
fn named() -> String {
    format!("svcd_{}_amd64.deb", version())
}

#[test]
fn systemd_starts_a_package_when_it_is_told_to_and_knows_of_a_newer_one() {
    let what = "a package under systemd";
    let Some(package) = super::own_package() else { return };
    if !Path::new(SYSTEMD).exists() {
        return skip(what, "there is no systemd");
    }
    let name = Path::new(&package).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let prepare = format!("{PREPARE}cp '{package}' '{name}'\n");
    let paths = "SYSTEMD_UNIT_PATH=/etc/systemd/system:/usr/lib/systemd/system";
    let command =
        ["env", paths, "SYSTEMD_GENERATOR_PATH=/none", SYSTEMD, "--unit=up.target", "--show-status=0"];
    let Some(machine) = Machine::start(what, &prepare, &command) else { return };
    if !machine.path("/etc/overlay").exists() {
        return skip(what, "the kernel has no overlays");
    }
    let is_up = || machine.try_run(&["systemctl", "is-active", "--quiet", "up.target"]).status.success();
    until("systemd to have booted", || is_up().then_some(()));

    // Nobody but root is there.
    let apt = |words: &str| {
        machine.run(&["env", "LC_ALL=C", "sh", "-ec", &format!("cd / && exec apt-get {words}")])
    };
    let mut commands = documented().into_iter();
    let install = commands.next().expect("the first command");
    let words = install.strip_prefix("apt-get ").expect("of apt").replace(&named(), &name);
    apt(&words);
    assert!(get(&machine).is_err(), "it is started unasked");
    for command in commands {
        machine.run(&["sh", "-ec", &command]);
    }
    let hello = Ok((200, "hello\n".to_owned()));
    assert_eq!(get(&machine), hello);

    let before = main_process(&machine);
    apt(&format!("--reinstall {words}"));
    assert_eq!(get(&machine), hello);
    let after = main_process(&machine);
    assert_ne!(before, after, "the old program is still running");

    apt("--yes purge svcd");
    assert!(get(&machine).is_err(), "it still listens");
    let links = machine.run(&["find", "/etc/systemd/system", "/var/lib/systemd", "-name", "*svcd*"]);
    assert_eq!(links, "");
}
