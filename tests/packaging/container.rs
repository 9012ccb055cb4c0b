//! Images of containers: built twice, looked at, and run.

#[cfg(target_os = "linux")]
mod baked;
mod image;
mod layout;
#[cfg(target_os = "linux")]
mod run;
#[cfg(target_os = "linux")]
mod unpacked;
