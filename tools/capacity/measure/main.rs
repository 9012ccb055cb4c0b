//! Measures what the model is made of and checked with; `UPDATE=1` keeps it in docs/scale.csv.

mod arrivals;
mod measure;

use std::env;
use std::fs;
use std::process::ExitCode;

use svcd_capacity::figures::write;
use svcd_tests::program::workspace;

fn main() -> ExitCode {
    match told() {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("svcd-measure: {why}");
            ExitCode::FAILURE
        }
    }
}

fn told() -> Result<String, String> {
    let text = write(&measure::all()?);
    if env::var("UPDATE").is_ok_and(|value| value == "1") {
        fs::write(workspace().join("docs/scale.csv"), &text).map_err(|error| error.to_string())?;
    }
    Ok(text)
}
