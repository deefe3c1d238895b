# Machines from `ansible-inventory --list`. They are found again by name, because hosts have no id.
#
#   ansible-inventory --list | jq -f ansible.jq |
#     ssactl machine import --from json --key name --default status=unknown --default GPU=none
#
# Of a host's variables it takes cpus, mem, GPU, status and ip, else the facts that Ansible cached.
# It takes no others, because passwords are among them.

# A host without variables is not in hostvars, only in its groups.
. as $inventory
| ($inventory | del(._meta) | map_values(.hosts // [])) as $groups
| [($inventory._meta.hostvars // {} | keys[]), $groups[][]] | unique | map(
    . as $name
    | ($inventory._meta.hostvars[$name] // {}) as $vars
    | {
        name: $name,
        cpus: ($vars.cpus // $vars.ansible_processor_vcpus),
        mem: ($vars.mem // ($vars.ansible_memtotal_mb | if . then . * 1048576 else . end)),
        GPU: $vars.GPU,
        status: $vars.status,
        ip: ($vars.ip // $vars.ansible_host // $vars.ansible_default_ipv4.address // $name),
        groups: ([$groups | to_entries[] | select(.value | index($name)) | .key] - ["ungrouped"])
      }
    | with_entries(select(.value != null))
  )
