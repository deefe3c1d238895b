# docs/scaling.md: what so many sessions need. The model of tests/bench needs no server.
load helpers

setup() { cd "$ROOT" || return; }

@test "the model of the sizes: its parts, the measured point within 5 %, the figure in docs" {
  run /usr/bin/python3 -B tests/bench/scale_model.py check
  echo "$output"
  [[ $status == 0 && $output == *' sessions, 1 a user: the model differs by '* ]]
}
