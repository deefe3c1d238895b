# The programs of examples/import/: what labs have becomes records of machines.json. The sources of
# fixtures/import/ have the shapes that the documentation of these programs shows.
load helpers
load ctl
load snippets

setup() { fresh; }

# import SOURCE PROGRAM [OPTION...]: with --from json, as the comments of the programs show it.
import() { ctl machine import --from json "${@:3}" < <(jq -f "$ROOT/examples/import/$2.jq" "$ROOT/tests/fixtures/import/$1"); }

# has FILTER RECORDS: machines.json has these (jq 1.7 leaves 4.0 as it is; a sum is 4).
has() { json "map([.id, .name, .cpus + 0, .mem, .status, .GPU, .ip$1])" "[${2//'] ['/],[}]" "$machines"; }

# twice SOURCE PROGRAM RECORDS OPTION...: imports it into an empty machines.json, and once more when
# the machines are in an old state, with a member that the source does not have, beside another one.
twice() {
  local other
  echo '[]' >"$machines"
  import "$1" "$2" "${@:4}"
  # Only hosts that say nothing and a power strip are skipped, and each is named with its faults.
  case $1 in
  ansible.json) [[ $status == 1 && $stderr == *'skipped: record 3: cpus missing, mem missing' ]] ;;
  netbox-devices.json) [[ $status == 1 && $stderr == *'skipped: record 2: cpus missing, mem missing' ]] ;;
  *) done_with 0 ;;
  esac || said
  has '' "$3"
  write_machines "$(jq -c '. + [.[0] | .id = 999 | .name = "other"] | map(.cpus = 0 | .ip = "old" | .GPU = "mine" | .note = "kept")' "$machines")"
  other=$(jq -c '.[-1] | [.id, .name, .cpus, .mem, .status, .GPU, .ip, .note]' "$machines")
  import "$1" "$2" "${@:4}"
  [[ $output == *', 0 added, 0 removed, '* ]] || said
  # A default does not replace what is there.
  local gpu='.[5]' ip='.[6]'
  case $1 in
  proxmox.json) ip='"old"' gpu='"mine"' ;;
  ansible.json) gpu='(if .[5] == "none" then "mine" else .[5] end)' ;;
  netbox-vms.json) gpu='"mine"' ;;
  esac
  has ', .note' "$(jq -rn "[$(sed 's/\] \[/],[/g' <<<"$3")] | map(.[5] = $gpu | .[6] = $ip | . + [\"kept\"] | tojson) | join(\" \")") $other"
}

@test "import from Ansible, NetBox, Proxmox and Slurm, into an empty machines.json and an existing one" {
  local defaults=(--default GPU=none --default ip=none)
  twice ansible.json ansible '[1,"aim001",64,549755813888,"running","A100","192.168.1.101"] [2,"aim002",32,137438953472,"unknown","RTX 4090","192.168.1.102"] [3,"ci01",8,16762535936,"unknown","none","2001:db8::7"]' \
    --key name --default status=unknown --default GPU=none
  [[ $(<"$machines") != *do-not-import* && $(<"$machines") != *ansible_* ]]
  json '.[] | select(.name == "aim002") | .groups' '["build","gpu"]' "$machines"
  twice netbox-devices.json netbox '[88,"aim001",256,1099511627776,"active","A100 x8","172.17.1.1"]' "${defaults[@]}"
  json '.[0] | [.tags, .site, .rack, .role]' '[["training"],"Lab 3","R7","Compute"]' "$machines"
  twice netbox-vms.json netbox '[88,"ci01",4,8589934592,"staged","none","2001:db8::7"]' "${defaults[@]}"
  twice proxmox.json proxmox '[100,"ci01",4,8589934592,"running","none","none"] [200,"aim200",24,137438953472,"stopped","none","none"] [301,"dns",1,536870912,"running","none","none"]' "${defaults[@]}"
  json '.[0] | [.tags, .node, .type, .pool, .maxdisk]' '[["build","linux"],"node1","qemu","lab",34359738368]' "$machines"
  twice slurm.json slurm '[1,"compute-0",128,536870912000,"mixed","a100 x4, t4 x2","10.216.61.171"] [2,"compute-1",8,16762535936,"down+drain+dynamic_norm","none","compute-1"]' --key name
  twice slurm-21.json slurm '[1,"old-0",2,1073741824,"idle+drain","gpu x2","old-0"]' --key name
}

@test "no single page of several is taken from NetBox" {
  run -5 jq -f "$ROOT/examples/import/netbox.jq" <<<'{"count":51,"next":"https://netbox.example/api/dcim/devices/?offset=50","results":[]}'
  [[ $output == *'one page of several'* ]]
}

@test "the fixture of Ansible is what ansible-inventory prints" {
  needs ansible-inventory
  diff <(ansible-inventory -i "$ROOT/tests/fixtures/import/inventory.ini" --list | jq -S .) <(jq -S . "$ROOT/tests/fixtures/import/ansible.json")
}
