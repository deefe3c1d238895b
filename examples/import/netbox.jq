# Machines from NetBox's API: /api/dcim/devices/ or /api/virtualization/virtual-machines/.
#
#   curl -H "Authorization: Token $TOKEN" 'https://netbox.example/api/dcim/devices/?role=compute&limit=0' |
#     jq -f netbox.jq | ssactl machine import --from json --default GPU=none --default ip=none
#
# A virtual machine has vcpus and memory. A device has neither; give it the custom fields cpus, mem
# (in MB) and gpu; one without them is named and skipped. A device and a virtual machine can have the
# same id: to have both, import each with --key name and without the ids (jq 'map(del(.id))').

if .next then error("netbox.jq: this is one page of several; ask with a larger limit") else . end
| .results | map(
    (.custom_fields // {}) as $custom
    | {
        id,
        name: (.name // .display),
        cpus: (.vcpus // $custom.cpus),
        mem: ((.memory // $custom.mem) | if . then . * 1048576 else . end),
        GPU: $custom.gpu,
        status: .status.value,
        ip: (.primary_ip.address | if . then sub("/[0-9]+$"; "") else . end),
        site: .site.name,
        rack: .rack.name,
        role: (.role // .device_role).name,
        tags: [.tags[]?.name]
      }
    | with_entries(select(.value != null))
  )
