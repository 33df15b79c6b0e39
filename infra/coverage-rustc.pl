#!/usr/bin/perl
# The compiler of coverage.sh: cargo asks it for the crates of this workspace, and the compiler itself for all others. (A shell would drop
# variables whose names have a dash, as CARGO_BIN_EXE_duet-relay has.)
use strict;
use warnings;
exec @ARGV, '-C', 'instrument-coverage' or die "coverage-rustc: $!";
