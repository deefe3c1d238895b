# Nodes of Slurm. They are found again by name, because nodes have no id.
#
#   scontrol show nodes --json | jq -f slurm.jq | ssactl machine import --from json --key name
#
# The status is the base state in lower case, and then what else holds: "idle", "idle+drain".

# "gpu:a100:4(S:0-1),gpu:t4:2,shard:8" is a100 x4, t4 x2. "gpu:4" has no type.
def gpus:
  [splits(",(?![^(]*\\))") | select(startswith("gpu:"))
    | sub("\\(.*"; "") | split(":")
    | "\(if length > 2 then .[1] else "gpu" end) x\(.[-1])"]
  | if . == [] then "none" else join(", ") end;

.nodes | map({
  name,
  cpus,
  mem: (.real_memory * 1048576),
  # An array since Slurm 23.02; before, a text, with the rest in state_flags.
  status: ([.state, .state_flags // []] | flatten | join("+") | ascii_downcase),
  GPU: ((.gres // "") | gpus),
  ip: (.address // .name),
  partitions
} | with_entries(select(.value != null)))
