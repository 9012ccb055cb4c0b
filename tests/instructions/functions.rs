//! In which functions instructions are, by the linker's map.

use std::collections::BTreeMap;
use std::fs;

use svcd_tests::program::workspace;

/// A function and where it is.
struct Function {
    address: u64,
    size: u64,
    name: String,
}

/// The `top` functions with the most of these instructions, and how often each was
/// entered. None: there is no map.
pub fn render(addresses: &[u64], top: usize) -> Option<String> {
    let map = fs::read_to_string(workspace().join("target/svcd-linux-aarch64.map")).ok()?;
    Some(table(&functions(&map), addresses, top))
}

/// From lld's map: addresses twice, size, alignment, and a name behind 17 spaces.
fn functions(map: &str) -> Vec<Function> {
    let function = |line: &str| {
        let (numbers, name) = line.split_once(&" ".repeat(17))?;
        let mut numbers = numbers.split_whitespace().map(|number| u64::from_str_radix(number, 16).ok());
        let (address, size) = (numbers.next()??, numbers.nth(1)??);
        let is_function = size > 0 && !name.starts_with(['$', ' ']);
        is_function.then(|| Function { address, size, name: name.to_owned() })
    };
    let mut functions: Vec<_> = map.lines().filter_map(function).collect();
    functions.sort_by_key(|function| function.address);
    functions
}

fn table(functions: &[Function], addresses: &[u64], top: usize) -> String {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for address in addresses {
        let place = functions.partition_point(|function| function.address <= *address);
        let found = functions[..place].last().filter(|of| *address < of.address + of.size);
        let count = counts.entry(found.map_or("?", |function| &function.name)).or_default();
        count.0 += 1;
        count.1 += usize::from(found.is_some_and(|function| function.address == *address));
    }
    let mut rows: Vec<_> = counts.into_iter().collect();
    rows.sort_by_key(|(name, count)| (usize::MAX - count.0, *name));
    let line =
        |(name, (count, entered)): &(&str, (usize, usize))| format!("{count:>7} {entered:>5}×  {name}\n");
    rows.iter().take(top).map(line).collect()
}

#[test]
fn instructions_belong_to_the_function_that_they_are_in() {
    let map = "             VMA              LMA     Size Align Out     In      Symbol\n\
        \x20       3c000100         3c000100    1fc3c     8 .text\n\
        \x20       3c000100         3c000100        c     4         /a/b.o:(.gate)\n\
        \x20       3c000100         3c000100        0     1                 $x\n\
        \x20       3c000100         3c000100        8     1                 a::b\n\
        \x20       3c000108         3c000108        4     1                 <c as d>::e\n";
    let functions = functions(map);
    let found = table(&functions, &[0x3c00_0100, 0x3c00_0104, 0x3c00_0108, 0x3c00_0100, 0x3c00_010c], 9);
    let expected = "      3     2×  a::b\n      1     1×  <c as d>::e\n      1     0×  ?\n";
    assert_eq!(found, expected);
}
