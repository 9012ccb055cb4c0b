//! The base and both overlays.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use svcd_tests::program::workspace;
use svcd_tests::skip;

use crate::service::find;

use super::{YAML, deploy, fed, is_svcd, option, output, python, read, start, words};

/// Of Kubernetes' API: the newest that the validator knows well, and the first that has
/// all that is used here without an alpha gate.
const VERSIONS: [&str; 2] = ["1.37", "1.30"];

/// Each file of the base is whole in itself.
const BASE: [&str; 6] = ["deployment", "service", "hpa", "pdb", "ingress", "networkpolicy"];

/// Everything that would be applied.
struct Manifests(Vec<Value>);

impl Manifests {
    fn of(python: &Path, text: &str) -> Manifests {
        Manifests(read(python, YAML, text).as_array().expect("documents").clone())
    }

    fn one(&self, kind: &str) -> &Value {
        let mut found = self.0.iter().filter(|manifest| manifest["kind"] == kind);
        let one = found.next().unwrap_or_else(|| panic!("no {kind}"));
        assert!(found.next().is_none(), "several of {kind}");
        one
    }

    fn container(&self) -> &Value {
        &self.one("Deployment")["spec"]["template"]["spec"]["containers"][0]
    }
}

fn base() -> String {
    let files = BASE.map(|name| deploy(&format!("kubernetes/base/{name}.yaml")));
    files.map(|file| fs::read_to_string(file).expect("a file of the base")).join("---\n")
}

/// What kustomize makes of an overlay. None, with a note, if there is none here.
fn overlay(name: &str) -> Option<String> {
    let folder = deploy("kubernetes/overlays").join(name);
    for words in [&["kustomize", "build"][..], &["kubectl", "kustomize"]] {
        if let Some(program) = find(words[0]) {
            return Some(output(Command::new(program).args(&words[1..]).arg(&folder)));
        }
    }
    skip(&format!("the overlay {name}"), "neither kustomize nor kubectl is here");
    None
}

/// How many manifests there are, all of them right.
fn validate(python: &Path, text: &str) -> usize {
    let mut command = Command::new(python);
    command.arg(workspace().join("tests/packaging/manifests/validate.py")).args(VERSIONS);
    fed(&mut command, text).trim().parse().expect("a number")
}

#[test]
fn manifests_are_right_by_the_schemas_of_the_api() {
    let Some(python) = python() else { return };
    assert_eq!(validate(&python, &base()), BASE.len());
    for (name, more) in [("baked", 0), ("shared", 1)] {
        if let Some(text) = overlay(name) {
            assert_eq!(validate(&python, &text), BASE.len() + more, "{name}");
        }
    }
}

#[test]
fn svcd_takes_the_arguments_of_the_deployment() {
    let Some(python) = python() else { return };
    let manifests = Manifests::of(&python, &base());
    let container = manifests.container();
    let path = container["readinessProbe"]["httpGet"]["path"].as_str().expect("a path");
    let arguments = words(&container["args"]);
    is_svcd(&container["command"]);
    assert_eq!(option(&arguments, "--health"), path, "the probe asks for it");
    start(&arguments, path);
    // Whoever is in it is believed: that are not all of a site's addresses.
    let (network, how) = option(&arguments, "--trusted").split_once('=').expect("a network, and how");
    let bits: u32 = network.split_once('/').and_then(|(_, bits)| bits.parse().ok()).expect("its length");
    assert!(bits >= 16 && how == "x-forwarded-for", "{network}={how}");
}

/// Whoever names a port or chooses pods means the same.
#[test]
fn manifests_agree_with_each_other() {
    let Some(python) = python() else { return };
    let manifests = Manifests::of(&python, &base());
    let deployment = &manifests.one("Deployment")["spec"];
    let labels = &deployment["template"]["metadata"]["labels"];
    assert!(labels.as_object().is_some_and(|labels| !labels.is_empty()));
    let service = &manifests.one("Service")["spec"];
    let policy = &manifests.one("NetworkPolicy")["spec"];
    for (who, chosen) in [
        ("Deployment", &deployment["selector"]["matchLabels"]),
        ("Service", &service["selector"]),
        ("PodDisruptionBudget", &manifests.one("PodDisruptionBudget")["spec"]["selector"]["matchLabels"]),
        ("NetworkPolicy", &policy["podSelector"]["matchLabels"]),
        (
            "spread",
            &deployment["template"]["spec"]["topologySpreadConstraints"][0]["labelSelector"]["matchLabels"],
        ),
    ] {
        assert_eq!(chosen, labels, "{who} chooses other pods");
    }

    let container = manifests.container();
    let port = &container["ports"][0];
    let bind = words(&container["args"]);
    let bind = option(&bind, "--bind");
    assert!(bind.ends_with(&format!(":{}", port["containerPort"])), "{bind} and {port}");
    let rule = &manifests.one("Ingress")["spec"]["rules"][0];
    let backend = &rule["http"]["paths"][0]["backend"]["service"];
    for (who, named) in [
        ("readinessProbe", &container["readinessProbe"]["httpGet"]["port"]),
        ("livenessProbe", &container["livenessProbe"]["tcpSocket"]["port"]),
        ("Service", &service["ports"][0]["targetPort"]),
        ("NetworkPolicy", &policy["ingress"][0]["ports"][0]["port"]),
    ] {
        assert_eq!(named, &port["name"], "{who} names another port");
    }
    assert_eq!(backend["port"]["name"], service["ports"][0]["name"]);
    assert_eq!(backend["name"], manifests.one("Service")["metadata"]["name"]);
    let scaled = &manifests.one("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"];
    for field in ["kind", "apiVersion"] {
        assert_eq!(scaled[field], manifests.one("Deployment")[field], "{field}");
    }
    assert_eq!(scaled["name"], manifests.one("Deployment")["metadata"]["name"]);
    assert!(deployment["replicas"].is_null(), "how many is the HorizontalPodAutoscaler's to say");
    let tls = &manifests.one("Ingress")["spec"]["tls"][0]["hosts"];
    assert_eq!(words(tls), [rule["host"].as_str().expect("a host")], "TLS for the name that is served");
}

/// What is under way has time to end, and nothing is allowed that svcd can do without.
#[test]
fn the_deployment_gives_time_and_takes_rights() {
    let Some(python) = python() else { return };
    let manifests = Manifests::of(&python, &base());
    let pod = &manifests.one("Deployment")["spec"]["template"]["spec"];
    let container = manifests.container();
    let arguments = words(&container["args"]);
    let grace: i64 = option(&arguments, "--grace").parse().expect("seconds");
    let sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_i64().expect("seconds");
    let period = pod["terminationGracePeriodSeconds"].as_i64().expect("seconds");
    assert!(period >= sleep + grace + 2, "{period} s for {sleep} s, --grace={grace} and 2 s for programs");
    let probe = &container["readinessProbe"];
    let missed = probe["periodSeconds"].as_i64().zip(probe["failureThreshold"].as_i64()).expect("numbers");
    assert!(sleep >= missed.0 * missed.1, "nobody finds out within {sleep} s that it is not ready");

    let (of_pod, of_container) = (&pod["securityContext"], &container["securityContext"]);
    assert_eq!(of_pod["runAsNonRoot"], true);
    assert_ne!(of_pod["runAsUser"], 0);
    assert_eq!(of_pod["seccompProfile"]["type"], "RuntimeDefault");
    assert_eq!(of_container["allowPrivilegeEscalation"], false);
    assert_eq!(of_container["readOnlyRootFilesystem"], true);
    assert_eq!(words(&of_container["capabilities"]["drop"]), ["ALL"]);
    assert_eq!(pod["automountServiceAccountToken"], false);
}

#[test]
fn each_overlay_says_where_the_files_are() {
    let Some(python) = python() else { return };
    let Some(baked) = overlay("baked") else { return };
    let baked = Manifests::of(&python, &baked);
    let mut arguments = words(&baked.container()["args"]);
    assert!(arguments.contains(&"--no-inode".to_owned()), "copies have inodes of their own: {arguments:?}");
    start(&arguments, option(&arguments, "--health"));
    let folder = arguments.pop().expect("a folder");
    let file = fs::read_to_string(deploy("kubernetes/overlays/baked/Containerfile")).expect("it");
    assert!(
        file.lines().any(|line| line.starts_with("COPY ") && line.ends_with(&folder)),
        "{folder}: {file}"
    );
    let name = baked.container()["image"].as_str().expect("a name");
    assert!(file.contains(name), "the image that is made has the name that is used");

    let Some(shared) = overlay("shared") else { return };
    let shared = Manifests::of(&python, &shared);
    let mount = &shared.container()["volumeMounts"][0];
    assert_eq!(mount["mountPath"], folder.as_str());
    assert_eq!(mount["readOnly"], true);
    let volume = &shared.one("Deployment")["spec"]["template"]["spec"]["volumes"][0];
    assert_eq!(volume["name"], mount["name"]);
    let claim = &shared.one("PersistentVolumeClaim")["metadata"]["name"];
    assert_eq!(&volume["persistentVolumeClaim"]["claimName"], claim);
}
