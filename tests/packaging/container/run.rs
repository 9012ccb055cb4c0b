//! The images run by podman and crun, as people run them; in a machine of its own, so that
//! nothing of it stays behind.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use serde_json::Value;
use svcd_tests::{Response, process, skip, until};

use super::image::{VERSION, built};
use crate::service::load::get;
use crate::service::machine::Machine;
use crate::service::{find, is_documented};

const PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

/// What podman needs; a folder to serve, with another mounted in it.
const PREPARE: &str = r#"
mkdir -p etc/containers srv/site/mounted
echo '{"default":[{"type":"insecureAcceptAnything"}]}' >etc/containers/policy.json
cp -r "$IMAGE" image
echo hello >srv/site/hello.txt
mount -t tmpfs -o mode=755 mounted srv/site/mounted
echo inner >srv/site/mounted/inner.txt
"#;

/// Its limits are given, as a machine like this one may not raise its own.
const PODMAN: &str = "podman --storage-driver=vfs --cgroup-manager=cgroupfs --runtime=crun run --rm --cgroups=disabled \
    --ulimit=nofile=1024:1024 --ulimit=nproc=1024:1024 --network=host";

/// Nothing but what it needs.
const STRICT: &str = "--read-only --cap-drop=all --security-opt=no-new-privileges";

pub struct Container {
    machine: Machine,
    /// Its first process, as this system counts.
    id: u32,
}

/// None, with a note, where it cannot be run.
fn run(what: &str, prepare: &str, options: &str, tag: &str, arguments: &str) -> Option<Container> {
    let built = built(what)?;
    for tool in ["podman", "crun"] {
        if find(tool).is_none() {
            skip(what, &format!("there is no {tool}"));
            return None;
        }
    }
    let image = built.folder();
    let prepare = format!("IMAGE='{}'\n{PREPARE}{prepare}", image.display());
    let script = format!(
        "{PODMAN} {options} oci:/image:{tag} {arguments} >/run/stdout 2>/run/stderr; echo $? >/run/status; sleep 1000"
    );
    let machine = Machine::start(what, &prepare, &["sh", "-c", &script])?;
    let id = until("svcd in a container", || {
        let ended = machine.text("/run/status");
        assert!(ended.is_empty(), "{ended}: {}", machine.text("/run/stderr"));
        machine.text("/run/stderr").contains("svcd: sandbox: ").then(|| first_svcd(&machine)).flatten()
    });
    Some(Container { machine, id })
}

/// The oldest process of that name in the machine.
fn first_svcd(machine: &Machine) -> Option<u32> {
    let inside = String::from_utf8(machine.try_run(&["pgrep", "-o", "-x", "svcd"]).stdout).ok()?;
    let wanted = format!("\t{}", inside.trim());
    let processes = fs::read_dir("/proc").ok()?.flatten();
    let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    ids.find(|id| {
        let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let of = |name| status.lines().find(|line: &&str| line.starts_with(name)).unwrap_or_default();
        // Its numbers from here inwards: this system's, the machine's, the container's.
        of("Name:").ends_with("\tsvcd") && of("NSpid:").ends_with(&format!("{wanted}\t1"))
    })
}

impl Container {
    fn get(&self, target: &str) -> Response {
        let answer = self.machine.network().within(|| get(PORT, target));
        answer.unwrap_or_else(|why| panic!("{target}: {why}: {}", self.machine.text("/run/stderr")))
    }

    fn status(&self, name: &str) -> String {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id)).expect("a process");
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(":\t"));
        line.unwrap_or_else(|| panic!("no {name}")).to_owned()
    }

    /// The line that says what svcd has given up.
    fn sandbox(&self) -> String {
        let text = self.machine.text("/run/stderr");
        text.lines().find_map(|line| line.strip_prefix("svcd: sandbox: ")).unwrap_or_default().to_owned()
    }

    /// SIGTERM, as the image asks for, and the code that podman passes on.
    fn stop(self) -> String {
        let inside = self.machine.run(&["pgrep", "-o", "-x", "svcd"]);
        self.machine.run(&["kill", "-TERM", inside.trim()]);
        until("the end of the container", || {
            let code = self.machine.text("/run/status");
            (!code.is_empty()).then_some(code)
        })
    }
}

#[test]
fn it_serves_a_volume_as_nobody_without_a_capability_or_anything_to_write() {
    let options = format!("{STRICT} -v /srv/site:/srv:ro");
    let Some(container) = run("a container", "", &options, VERSION, "") else { return };
    let answer = container.get("/hello.txt");
    assert_eq!((answer.status, answer.text().as_str()), (200, "hello\n"));
    // A mount in a volume is a folder like others.
    assert_eq!(container.get("/mounted/inner.txt").text(), "inner\n");
    assert_eq!(container.status("Uid"), "65534\t65534\t65534\t65534");
    for set in ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"] {
        assert_eq!(container.status(set), "0000000000000000", "{set}");
    }
    assert_eq!(
        (container.status("NoNewPrivs"), container.status("Seccomp")),
        ("1".to_owned(), "2".to_owned())
    );
    let mounts = fs::read_to_string(format!("/proc/{}/mounts", container.id)).expect("mounts");
    for place in [" / ", " /srv "] {
        let line = mounts
            .lines()
            .find(|line| line.contains(place))
            .unwrap_or_else(|| panic!("no{place}in {mounts}"));
        assert!(line.contains(" ro,"), "{line}");
    }
    // The profile of seccomp that podman has does not stand in the way of svcd's own.
    let sandbox = container.sandbox();
    assert!(sandbox.starts_with("landlock ") && is_documented(&sandbox), "{sandbox}");
    let is_logged = || container.machine.text("/run/stdout").contains("\"GET /hello.txt HTTP/1.1\" 200 6 ");
    until("a line of the log", || is_logged().then_some(()));
    assert_eq!(container.stop(), "0\n");
}

/// Takes calls out of the profile that podman has.
fn profile_without(calls: &[&str]) -> Option<String> {
    let text = fs::read_to_string("/usr/share/containers/seccomp.json").ok()?;
    let mut profile: Value = serde_json::from_str(&text).expect("a profile");
    for rule in profile["syscalls"].as_array_mut().into_iter().flatten() {
        if let Some(names) = rule["names"].as_array_mut() {
            names.retain(|name| !calls.iter().any(|call| name == call));
        }
    }
    Some(profile.to_string())
}

#[test]
fn an_older_profile_of_seccomp_takes_away_landlock_and_nothing_else() {
    let what = "a container with an older profile";
    let calls =
        ["openat2", "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self", "close_range"];
    let Some(profile) = profile_without(&calls) else { return skip(what, "podman's profile is not here") };
    let prepare = format!("cat >srv/profile <<'END'\n{profile}\nEND\n");
    let options = format!("{STRICT} --security-opt=seccomp=/srv/profile -v /srv/site:/srv:ro");
    let Some(container) = run(what, &prepare, &options, VERSION, "") else { return };
    assert_eq!(container.get("/hello.txt").text(), "hello\n");
    assert_eq!(container.get("/mounted/inner.txt").text(), "inner\n");
    let sandbox = container.sandbox();
    assert!(sandbox.starts_with("no landlock: ENOSYS ") && is_documented(&sandbox), "{sandbox}");
    assert_eq!(container.stop(), "0\n");
}

#[test]
fn the_second_image_runs_its_programs() {
    let Some(container) = run("a container with programs", "", STRICT, &format!("{VERSION}-cgi"), "") else {
        return;
    };
    assert!(container.get("/").text().contains("/cgi-bin/cgi/path?query"));
    for program in ["cgi", "11-cgi"] {
        let answer = container.get(&format!("/cgi-bin/{program}/path?query"));
        assert!(answer.status == 200 && answer.text().contains("query"), "{program}: {}", answer.text());
    }
    assert_eq!(container.stop(), "0\n");
}

/// The shell is this system's; what it leaves behind is process 1's to bury.
#[test]
fn orphans_of_programs_are_buried() {
    let script = "mkdir srv/site/cgi-bin\ncat >srv/site/cgi-bin/leave <<'END'\n#!/bin/sh\n\
        printf 'Content-Type: text/plain\\n\\n'\nsetsid sleep 0.3 >/dev/null 2>&1 &\necho left\nEND\n\
        chmod 755 srv/site/cgi-bin/leave\n";
    let parts = ["bin", "lib", "lib64"].iter().filter(|part| Path::new("/usr").join(part).exists());
    let volumes: String = parts.map(|part| format!("-v /usr/{part}:/{part}:ro ")).collect();
    let options = format!("{STRICT} -v /usr:/usr:ro {volumes} -v /srv/site:/srv:ro");
    let Some(container) = run("orphans in a container", script, &options, VERSION, "") else { return };
    for _ in 0..3 {
        assert_eq!(container.get("/cgi-bin/leave").text(), "left\n");
    }
    until("all of them to be buried", || process::children(container.id).is_empty().then_some(()));
    assert_eq!(container.get("/hello.txt").text(), "hello\n");
    assert_eq!(container.stop(), "0\n");
}
