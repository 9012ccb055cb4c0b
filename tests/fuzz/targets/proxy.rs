#![cfg_attr(fuzzing, no_main)]

svcd_fuzz::target!(svcd_fuzz::proxy::check);
