//! How each machine's registers are looked at: by gdb(1) with the real kernel, in the
//! log of qemu, and between the rig and its engine.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use svcd_tests::program::{dist, workspace};
use svcd_tests::{Program, Tree, deadline};

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Machine {
    LinuxX86,
    LinuxArm,
    DarwinArm,
}

pub type Registers = BTreeMap<String, u64>;

/// A trap, in the order of the program. Without `after` it has not come back.
pub struct Sample {
    pub before: Registers,
    pub after: Option<Registers>,
}

impl Machine {
    pub fn name(self) -> &'static str {
        match self {
            Machine::LinuxX86 => "x86_64 Linux",
            Machine::LinuxArm => "aarch64 Linux",
            Machine::DarwinArm => "aarch64 Darwin",
        }
    }

    /// Where the number of the call is, and where its arguments are.
    pub fn registers(self) -> (&'static str, [&'static str; 6]) {
        let arm = ["x0", "x1", "x2", "x3", "x4", "x5"];
        match self {
            Machine::LinuxX86 => ("rax", ["rdi", "rsi", "rdx", "r10", "r8", "r9"]),
            Machine::LinuxArm => ("x8", arm),
            Machine::DarwinArm => ("x16", arm),
        }
    }
}

/// Of a program with its arguments on a machine.
type Run = (Machine, &'static str, &'static [&'static str]);

/// What was looked at already.
#[derive(Default)]
pub struct Runs(Vec<(Run, Result<Vec<Sample>, String>)>);

impl Runs {
    /// All traps of a program; why not, if this machine cannot.
    pub fn of(
        &mut self,
        machine: Machine,
        name: &'static str,
        arguments: &'static [&'static str],
    ) -> Result<&[Sample], &str> {
        let run = (machine, name, arguments);
        let place = self.0.iter().position(|known| known.0 == run).unwrap_or_else(|| {
            let program = |machine: &str| dist().join(format!("examples/{name}-{machine}"));
            let found = match machine {
                Machine::LinuxX86 => x86(&program("linux-x86_64"), arguments),
                Machine::LinuxArm => arm(&program("linux-aarch64"), arguments),
                Machine::DarwinArm => darwin(&program("darwin-aarch64"), arguments),
            };
            // An older or a newer tool may not be able to.
            let found = found.and_then(|all| {
                let is_told = all.iter().any(|sample| !sample.before.is_empty());
                is_told.then_some(all).ok_or("no trap was told".to_owned())
            });
            self.0.push((run, found));
            self.0.len() - 1
        });
        self.0[place].1.as_deref().map_err(String::as_str)
    }
}

/// Where the linker puts the file: linker/build.rs.
const BASE: u64 = 0x40_0000;

/// The only trap of a program.
fn trap(program: &Path, instruction: &[u8], align: usize) -> Result<u64, String> {
    let bytes = fs::read(program).map_err(|why| format!("{}: {why}", program.display()))?;
    let found = bytes.windows(instruction.len()).enumerate().skip(232);
    let mut places =
        found.filter(|(at, bytes)| at % align == 0 && *bytes == instruction).map(|(at, _)| at as u64);
    let place = places.next().ok_or("no trap")?;
    assert_eq!(places.next(), None, "{}: a second trap", program.display());
    Ok(BASE + place)
}

/// Runs it to its end; a server, until nothing more comes, because it waits for somebody
/// then. What was written to `log`.
fn run(command: &mut Command, log: &Path) -> Result<String, String> {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    let mut child = command.spawn().map_err(|why| format!("{command:?}: {why}"))?;
    let (mut length, mut since) = (0, Instant::now());
    while !child.try_wait().is_ok_and(|ended| ended.is_some()) {
        let now = fs::metadata(log).map_or(0, |file| file.len());
        if now != length {
            (length, since) = (now, Instant::now());
        }
        let is_begun_server = length > 0 && format!("{command:?}").contains("08-hello");
        let patience = if is_begun_server { Duration::from_secs(2) } else { deadline() };
        if since.elapsed() > patience {
            break;
        }
        thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    fs::read_to_string(log).map_err(|why| format!("{command:?}: {why}"))
}

fn parsed<'a>(words: impl Iterator<Item = &'a str>) -> Registers {
    let pairs = words.filter_map(|word| word.split_once('='));
    pairs.filter_map(|(name, value)| Some((name.to_owned(), u64::from_str_radix(value, 16).ok()?))).collect()
}

/// From lines that begin with `before` and `after`.
fn paired(text: &str) -> Vec<Sample> {
    let mut samples: Vec<Sample> = Vec::new();
    for line in text.lines() {
        let mut words = line.split_whitespace();
        match words.next() {
            Some("before") => samples.push(Sample { before: parsed(words), after: None }),
            Some("after") => {
                if let Some(last) = samples.last_mut() {
                    last.after = Some(parsed(words));
                }
            }
            _ => {}
        }
    }
    samples
}

fn x86(program: &Path, arguments: &[&str]) -> Result<Vec<Sample>, String> {
    if Program::chosen().machine() != "linux-x86_64" {
        return Err("this is another machine".to_owned());
    }
    let names = "rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15";
    let format: String = names.split(' ').map(|name| format!(" {name}=%lx")).collect();
    let values: String = names.split(' ').map(|name| format!(", ${name}")).collect();
    let at = trap(program, &[0x0f, 0x05], 1)?;
    let tree = Tree::empty();
    let (log, script) = (tree.base().join("log"), tree.base().join("script"));
    let lines = format!(
        "set pagination off\nset confirm off\nset logging file {}\nset logging redirect on\n\
         starti\nbreak *{at}\nset logging enabled on\nwhile 1\ncontinue\nprintf \"before{format}\\n\"{values}\n\
         stepi\nprintf \"after{format}\\n\"{values}\nend\n",
        log.display()
    );
    fs::write(&script, lines).expect("a script");
    let mut gdb = Command::new("gdb");
    gdb.args(["-q", "-nx", "-batch", "-x"]).arg(&script).arg("--args").arg(program).args(arguments);
    Ok(paired(&run(gdb.stderr(Stdio::null()), &log)?))
}

fn arm(program: &Path, arguments: &[&str]) -> Result<Vec<Sample>, String> {
    let at = trap(program, &[0x01, 0x00, 0x00, 0xd4], 4)?;
    let tree = Tree::empty();
    let log = tree.base().join("log");
    let mut qemu = Command::new("qemu-aarch64-static");
    // One instruction at a time: the second name is that of newer versions.
    qemu.envs([("QEMU_SINGLESTEP", "1"), ("QEMU_ONE_INSN_PER_TB", "1")]).args(["-d", "cpu,nochain"]);
    // To standard error, where nobody else writes: a log of its own would be a
    // descriptor more. With a child it has to be one, in which each state stays whole.
    if program.to_string_lossy().contains("06-fork") {
        qemu.arg("-D").arg(&log).stderr(Stdio::null());
    } else {
        qemu.stderr(File::create(&log).expect("a file"));
    }
    let text = run(qemu.arg(program).args(arguments), &log)?;
    let mut samples: Vec<Sample> = Vec::new();
    // The registers before each instruction.
    for state in text.split(" PC=").skip(1) {
        let words = state.replace("X0", "x").replace('X', "x");
        let (pc, rest) = words.split_once(' ').unwrap_or_default();
        let pc = u64::from_str_radix(pc, 16).unwrap_or_default();
        let mut registers = parsed(rest.split_whitespace());
        registers.retain(|name, _| name.starts_with('x'));
        if registers.len() < 31 {
            continue;
        }
        if pc == at {
            samples.push(Sample { before: registers, after: None });
        } else if pc == at + 4 {
            // A child writes to the same log: which call it was is told by its number. Behind
            // a fork both come back, the child with 0.
            let number = registers.get("x8");
            let of = samples.iter_mut().rev().find(|sample| sample.before.get("x8") == number);
            let of = of.filter(|sample| sample.after.is_none() || registers.get("x0") > Some(&0));
            if let Some(sample) = of {
                sample.after = Some(registers);
            }
        }
    }
    Ok(samples)
}

fn darwin(program: &Path, arguments: &[&str]) -> Result<Vec<Sample>, String> {
    let tree = Tree::empty();
    let log = tree.base().join("log");
    let tests = workspace().join("tests");
    let mut python = Command::new(workspace().join(".venv/bin/python"));
    python.arg(tests.join("course/registers.py")).arg(tests.join("darwin/rig")).arg(&log).arg(program);
    Ok(paired(&run(python.args(arguments).stderr(Stdio::null()), &log)?))
}
