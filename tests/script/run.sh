#!/usr/bin/env bash
# Goal: the script ./kafkascope sets up, builds and runs as it promises, and says clearly when it
# cannot. Method: the real script over a toy project in a temporary folder, with tools replaced by
# stand-ins where a real one would change the machine. Usage: run.sh PATH-OF-KAFKASCOPE-SCRIPT
set -uo pipefail

script=$(readlink -f "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export KAFKASCOPE_NO_INSTALL=1
tools=$PATH  # where the script under test looks for its tools
failures=0

check() { # check WHAT CONDITION…
  local what=$1
  shift
  if "$@"; then
    echo "ok      $what"
  else
    echo "FAILED  $what"
    sed 's/^/        | /' "$work/out" "$work/err" 2>/dev/null
    failures=$((failures + 1))
  fi
}

toy() { # toy DIR: a project with the real script and a program that prints its arguments
  mkdir -p "$1/engine" "$1/viewer" "$1/tests"
  cp "$script" "$1/kafkascope"
  cat >"$1/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(toy LANGUAGES C)
add_executable(kafkascope engine/main.c)
set_target_properties(kafkascope PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
enable_testing()
add_test(NAME good COMMAND kafkascope)
add_test(NAME bad COMMAND kafkascope fail)
CMAKE
  cat >"$1/CMakePresets.json" <<'JSON'
{ "version": 3, "configurePresets": [
  { "name": "release", "generator": "Ninja", "binaryDir": "${sourceDir}/build/release" } ] }
JSON
  cat >"$1/engine/main.c" <<'C'
#include <stdio.h>
#include <string.h>
int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) printf("<%s>\n", argv[i]);
  return argc > 1 && strcmp(argv[1], "fail") == 0 ? 7 : 0;
}
C
}

call() { # call DIR ARGS…: runs the script there; output in out and err, status in $status
  local dir=$1
  shift
  (cd / && PATH=$tools "$dir/kafkascope" "$@") >"$work/out" 2>"$work/err"
  status=$?
}
status_is() { [[ $status -eq $1 ]]; }
out_is() { [[ $(cat "$work/out") == "$1" ]]; }
err_has() { grep -qF -- "$1" "$work/err"; }
err_lacks() { ! err_has "$1"; }
out_ends_with_summary() { grep -qE '^[0-9]+% tests passed, [0-9]+ tests failed' "$work/out"; }

# Tools that must not be asked, or that would change the machine, come from here.
stand_in() { # stand_in DIR NAME BODY
  mkdir -p "$1"
  printf '#!/bin/bash\n%s\n' "$3" >"$1/$2"
  chmod +x "$1/$2"
}

a=$work/a
toy "$a"
call "$a" one "two words" ''
check "the first call builds and hands on every argument" out_is $'<one>\n<two words>\n<>'
check "what the set-up says goes to standard error" err_has "configuring build/release"

stand_in "$work/broken" cmake 'exit 99'
stand_in "$work/broken" ninja 'exit 99'
tools=$work/broken:$PATH
call "$a" again
check "the second call asks neither CMake nor Ninja" out_is '<again>'
check "and says nothing of its own" test ! -s "$work/err"
tools=$PATH

call "$a" fail
check "the program's exit status is the script's" status_is 7

sed -i 's/<%s>/[%s]/' "$a/engine/main.c"
call "$a" changed
check "a changed source is built before it runs" out_is '[changed]'

call "$a" test good
check "tests that pass give status 0" status_is 0
check "and end with ctest's summary" out_ends_with_summary
call "$a" test
check "a failing test gives another status" test "$status" -ne 0
check "and still ends with ctest's summary" out_ends_with_summary
call "$a" test nothing-is-called-so
check "a filter that matches nothing is a failure" test "$status" -ne 0
call "$a" test --fast
check "an unknown option is named" err_has "test knows no option '--fast'"
call "$a" test one two
check "a second filter is refused" err_has "'two' is too many"
call "$a" test --preset nightly
check "an unknown preset is named" err_has "not 'nightly'"

echo 'int main(void) { return }' >"$a/engine/main.c"
call "$a" run
check "a build that fails does not run the old program" status_is 1
check "and says so in a line" err_has "kafkascope: the build failed"

b=$work/b
toy "$b"
call "$b" first
mv "$b" "$work/moved"
call "$work/moved" second
check "a clone that has moved is configured again" out_is '<second>'

ln -s "$work/moved/kafkascope" "$work/link"
(cd "$work" && ./link third) >"$work/out" 2>"$work/err"
check "the script may be called through a link" out_is '<third>'

# A world in which nothing is installed, and apt-get only writes down what it is asked.
bare=$work/bare
mkdir -p "$bare"
for tool in bash awk cat cp dirname env find flock grep id mkdir mv readlink rm touch tr; do
  ln -sf "$(command -v $tool)" "$bare/$tool"
done
c=$work/c
toy "$c"
tools=$bare
call "$c"
check "without tools the packages of the system are named" err_has "cmake is missing"

unset KAFKASCOPE_NO_INSTALL
stand_in "$bare" dpkg-query 'exit 1'
stand_in "$bare" apt-get "echo \"\$@\" >>'$work/apt'; exit 1"
rm "$bare/id"
stand_in "$bare" id 'echo 1000'
call "$c"
check "neither root nor sudo: the command to run is given" \
  err_has "as root, run: apt-get install --no-install-recommends g++ cmake"
check "and nothing is installed" test ! -e "$work/apt"
stand_in "$bare" id 'echo 0'
call "$c"
check "as root the missing packages are installed" grep -q 'install .*ninja-build' "$work/apt"
check "each with its reason" err_has "reads labs, writes results"
check "but not those that only tests need" bash -c "! grep -q kcat '$work/apt'"
check "a failing apt-get ends it with a line" err_has "apt-get could not install them"

echo "$failures failures"
[[ $failures -eq 0 ]]
