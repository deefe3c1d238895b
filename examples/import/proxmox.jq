# Virtual machines and containers of a Proxmox cluster, with the vmid as the id. Templates are left
# out, and so are nodes, storages and pools.
#
#   pvesh get /cluster/resources --output-format json | jq -f proxmox.jq |
#     ssactl machine import --from json --default GPU=none --default ip=none
#
# Proxmox does not list addresses and GPUs there. What you write into machines.json stays at the next
# import.

map(
  select((.type == "qemu" or .type == "lxc") and ((.template // 0) | . == 0 or . == false))
  | {
      id: .vmid,
      name,
      cpus: .maxcpu,
      mem: .maxmem,
      status,
      maxdisk,
      node,
      type,
      pool,
      tags: ((.tags // "") | [splits("[;, ]+")] | map(select(. != "")))
    }
  | with_entries(select(.value != null))
)
