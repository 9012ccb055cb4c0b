//! A package needs one target beside its tests.
