//! The scripts for other managers, run by their own programs: OpenRC's, and
//! start-stop-daemon, which System V's init has on Debian.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::process::Command;

use svcd_tests::{program, skip};

use super::load;
use super::machine::Machine;

const PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 80);

/// A first process that buries orphans.
const WAIT: [&str; 3] = ["sh", "-c", "while :; do sleep 1000 & wait; done"];

/// OpenRC as its packages have it, over what is in /usr; nothing was booted by it.
const OPENRC: &str = r#"
echo hello >srv/www/hello.txt
for folder in lib sbin; do
    mount -t overlay -o "lowerdir=$PACKAGING/../target/bench/root/$folder:/usr/$folder" rc "usr/$folder"
done
mkdir -p etc/init.d etc/conf.d run/openrc
for state in daemons exclusive failed hotplugged inactive options scheduled started starting stopping tmp wasinactive; do
    mkdir "run/openrc/$state"
done
touch run/openrc/softlevel etc/fstab etc/insserv.conf
printf '#!/sbin/openrc-run\nstart() { :; }\n' >etc/init.d/localmount
chmod 755 etc/init.d/localmount
cp "$PACKAGING/openrc/svcd" etc/init.d/svcd
"#;

const SYSTEM_V: &str = r#"
echo hello >srv/www/hello.txt
mkdir -p etc/init.d etc/default
cp "$PACKAGING/rc.d/svcd" etc/init.d/svcd
"#;

#[test]
fn shells_understand_the_scripts() {
    let Some(shellcheck) = super::find("shellcheck") else {
        return skip("scripts for services", "there is no shellcheck");
    };
    for name in ["openrc/svcd", "rc.d/svcd"] {
        let output = Command::new(&shellcheck).arg(super::packaging(name)).output().expect("shellcheck");
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn openrc_supervises_it() {
    let what = "OpenRC";
    if !program::workspace().join("target/bench/root/sbin/openrc-run").exists() {
        return skip(what, "`linker/setup.sh images` unpacks it on Debian");
    }
    let Some(machine) = Machine::start(what, OPENRC, &WAIT) else { return };
    let service = |verb| machine.run(&["/etc/init.d/svcd", verb]);
    service("start");
    serves(&machine);
    // Somebody ends it roughly: it comes back.
    let first = machine.run(&["pgrep", "-o", "-x", "svcd"]);
    machine.run(&["kill", "-KILL", first.trim()]);
    svcd_tests::until("another svcd", || {
        let now = machine.try_run(&["pgrep", "-o", "-x", "svcd"]).stdout;
        (!now.is_empty() && now != first.as_bytes()).then_some(())
    });
    serves(&machine);
    reopens_restarts_and_stops(&machine);
}

#[test]
fn the_script_of_system_v_starts_stops_and_tells() {
    let what = "the script of rc.d";
    if super::find("start-stop-daemon").is_none() {
        return skip(what, "there is no start-stop-daemon");
    }
    let Some(machine) = Machine::start(what, SYSTEM_V, &WAIT) else { return };
    let service = |verb| machine.run(&["/etc/init.d/svcd", verb]);
    service("start");
    service("start");
    serves(&machine);
    assert_eq!(service("status"), "svcd runs\n");
    reopens_restarts_and_stops(&machine);
    // A mistake is told, and none that runs.
    machine.run(&["sh", "-c", "echo DOCROOT=/nowhere >/etc/default/svcd"]);
    let failed = machine.try_run(&["/etc/init.d/svcd", "start"]);
    let told = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success() && told.contains("openat2 /nowhere: ENOENT"), "{told}");
    machine.run(&["/etc/init.d/svcd", "stop"]);
}

fn reopens_restarts_and_stops(machine: &Machine) {
    machine.run(&["mv", "/var/log/svcd/access.log", "/var/log/svcd/access.log.1"]);
    machine.run(&["/etc/init.d/svcd", "reopen"]);
    svcd_tests::until("a new log", || machine.path("/var/log/svcd/access.log").exists().then_some(()));
    machine.run(&["/etc/init.d/svcd", "restart"]);
    serves(machine);
    stops(machine);
}

/// As another user than root, and says so in the log.
fn serves(machine: &Machine) {
    let answer =
        svcd_tests::until("an answer", || machine.network().within(|| load::get(PORT, "/hello.txt")).ok());
    assert_eq!(answer.text(), "hello\n", "{}", machine.text("/var/log/svcd/error.log"));
    // A link that a program put in the folder would be followed by root.
    let owners = machine.run(&["stat", "-c", "%u:%g %a", "/var/log/svcd", "/var/log/svcd/access.log"]);
    assert_eq!(owners, "0:0 755\n65534:65534 644\n");
    let id = machine.run(&["pgrep", "-o", "-x", "svcd"]);
    let status = machine.text(&format!("/proc/{}/status", id.trim()));
    assert!(status.contains("\nUid:\t65534\t65534\t65534\t65534\n"), "{status}");
    let is_logged =
        || machine.text("/var/log/svcd/access.log").contains("\"GET /hello.txt HTTP/1.1\" 200 6 ");
    svcd_tests::until("a line of the log", || is_logged().then_some(()));
}

fn stops(machine: &Machine) {
    machine.run(&["/etc/init.d/svcd", "stop"]);
    assert!(machine.try_run(&["pgrep", "-x", "svcd"]).stdout.is_empty(), "it still runs");
    let status = machine.try_run(&["/etc/init.d/svcd", "status"]).status;
    assert_eq!(status.code(), Some(3), "a stopped service is 3");
}
