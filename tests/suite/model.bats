# The programs against a second description of what they promise: tests/model. hypothesis makes the
# inputs, the same ones in each run of `make test`, and others in each run of `make test-full`.
# seconds: 20
load helpers

# model NAME EXAMPLES IN_FULL
model() {
  local -a how=("$2")
  [[ ${SSA_TEST_FULL-} != 1 ]] || how=("$3" random)
  /usr/bin/python3 -EsB "$ROOT/tests/model/$1.py" "${how[@]}" # fd 3 tells run.py that it goes on
}

@test "random queries over random machines: the bytes that the model answers" { model queries 300 2000; }

@test "logins, renewals, logouts, limits and edits in any order: what the model answers" { model sessions 120 700; }
