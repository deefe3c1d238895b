# The programs of examples/import/: what labs have becomes records of machines.json. The sources of
# fixtures/import/ have the shapes that the documentation of these programs shows.
load helpers
load ctl
load snippets

setup() {
  fresh
  machines=$DATA_DIR/machines.json
}

# Each row: a source, the program, the options of the import, and what machines.json then has.
rows() {
  cat <<'END'
ansible.json        | ansible | --key name --default status=unknown --default GPU=none | [1,"aim001",64,549755813888,"running","A100","192.168.1.101"] [2,"aim002",32,137438953472,"unknown","RTX 4090","192.168.1.102"] [3,"ci01",8,16762535936,"unknown","none","2001:db8::7"]
netbox-devices.json | netbox  | --default GPU=none --default ip=none                   | [88,"aim001",256,1099511627776,"active","A100 x8","172.17.1.1"]
netbox-vms.json     | netbox  | --default GPU=none --default ip=none                   | [88,"ci01",4,8589934592,"staged","none","2001:db8::7"]
proxmox.json        | proxmox | --default GPU=none --default ip=none                   | [100,"ci01",4,8589934592,"running","none","none"] [200,"aim200",24,137438953472,"stopped","none","none"] [301,"dns",1,536870912,"running","none","none"]
slurm.json          | slurm   | --key name                                             | [1,"compute-0",128,536870912000,"mixed","a100 x4, t4 x2","10.216.61.171"] [2,"compute-1",8,16762535936,"down+drain+dynamic_norm","none","compute-1"]
slurm-21.json       | slurm   | --key name                                             | [1,"old-0",2,1073741824,"idle+drain","gpu x2","old-0"]
END
}

# import SOURCE PROGRAM [OPTION...]: with --from json, as the comments of the programs show it.
import() {
  typed=$(jq -f "$ROOT/examples/import/$2.jq" "$ROOT/tests/fixtures/import/$1")
  ctl machine import --from json "${@:3}"
}

has() { # RECORD...: machines.json has these (jq 1.7 leaves 4.0 as it is; a sum is 4)
  local got
  got=$(jq -c '.[] | [.id, .name, .cpus + 0, .mem, .status, .GPU, .ip]' "$machines")
  [[ $got == "$1" ]] || {
    diff <(printf '%s\n' "$1") <(echo "$got")
    return 1
  }
}

# each_row FUNCTION: calls it with the source, the program, the options and the records.
each_row() {
  local source program options records words count=0
  while IFS='|' read -r source program options records; do
    read -ra words <<<"$options"
    records=${records# }
    "$1" "${source%% *}" "${program// /}" "${records//'] ['/]$'\n'[}" "${words[@]}" || {
      echo "$source: $status $output$stderr"
      return 1
    }
    ((count += 1))
  done < <(rows)
  ((count == 6))
}

into_nothing() {
  echo '[]' >"$machines"
  import "$1" "$2" "${@:4}"
  has "$3" || return 1
  # Only hosts that say nothing and a power strip are skipped, and each is named with its faults.
  case $1 in
    ansible.json) [[ $status == 1 && $stderr == *'skipped: record 3: cpus missing, mem missing' ]] ;;
    netbox-devices.json) [[ $status == 1 && $stderr == *'skipped: record 2: cpus missing, mem missing' ]] ;;
    *) done_with 0 ;;
  esac
}

@test "import from Ansible, NetBox, Proxmox and Slurm into an empty machines.json" {
  each_row into_nothing
  # What becomes of the rest.
  import proxmox.json proxmox --default GPU=none --default ip=none
  [ "$(jq -c '.[] | select(.id == 100) | [.tags, .node, .type, .pool, .maxdisk]' "$machines")" = '[["build","linux"],"node1","qemu","lab",34359738368]' ]
  import netbox-devices.json netbox
  [ "$(jq -c '.[] | select(.id == 88) | [.tags, .site, .rack, .role]' "$machines")" = '[["training"],"Lab 3","R7","Compute"]' ]
  import ansible.json ansible --key name --default status=unknown
  [ "$(jq -c '.[] | select(.name == "aim002") | .groups' "$machines")" = '["build","gpu"]' ]
}

# The machines are there in an old state, with a member that the source does not have, and so is
# another one.
into_others() {
  into_nothing "$@" || return 1
  jq -c '. + [.[0] | .id = 999 | .name = "other"] | map(.cpus = 0 | .ip = "old" | .GPU = "mine" | .note = "kept")' \
    "$machines" >"$machines.new"
  mv "$machines.new" "$machines"
  local other
  other=$(jq -c '.[-1]' "$machines")
  import "$1" "$2" "${@:4}"
  [[ $output == *', 0 added, 0 removed, '* ]] || return 1
  # The source has these; a default does not replace what is there.
  local gpu='.[5]' ip='.[6]'
  [[ $2 != proxmox ]] || ip='"old"' gpu='"mine"'
  [[ $1 != ansible.json ]] || gpu='(if .[5] == "none" then "mine" else .[5] end)'
  [[ $1 != netbox-vms.json ]] || gpu='"mine"'
  local members='[.id, .name, .cpus + 0, .mem, .status, .GPU, .ip, .note]' want
  want=$(jq -c ".[5] = $gpu | .[6] = $ip | . + [\"kept\"]" <<<"$3" && jq -c "$members" <<<"$other")
  [ "$(jq -c ".[] | $members" "$machines")" = "$want" ]
}

@test "import into an existing machines.json: what the source does not have stays" {
  each_row into_others
}

@test "import from Ansible takes no password, and from NetBox no single page of several" {
  echo '[]' >"$machines"
  import ansible.json ansible --key name --default status=unknown --default GPU=none
  [[ $(<"$machines") == *aim001* && $(<"$machines") != *do-not-import* && $(<"$machines") != *ansible_* ]]
  run -5 jq -f "$ROOT/examples/import/netbox.jq" <<<'{"count":51,"next":"https://netbox.example/api/dcim/devices/?offset=50","results":[]}'
  [[ $output == *'one page of several'* ]]
}

@test "the fixture of Ansible is what ansible-inventory prints" {
  needs ansible-inventory
  diff <(ansible-inventory -i "$ROOT/tests/fixtures/import/inventory.ini" --list | jq -S .) <(jq -S . "$ROOT/tests/fixtures/import/ansible.json")
}
