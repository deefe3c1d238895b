#!/bin/sh
# push-data.sh NODE...
#
# Brings users.json and machines.json of this folder to all nodes, as root or as a user who may
# write to the folder there. First every node gets both files under other names. If that fails
# anywhere, nothing has changed for a client. Then each node renames them, so that every request
# sees a whole file.
set -eu
data=${DATA:-/usr/local/lib/simpleserverapi/data} group=${GROUP:-ssa}

# A broken file would take all nodes out of the balancer.
for file in users.json machines.json; do
    jq -e 'type == "array"' "$file" >/dev/null || { echo "push-data.sh: $file is not a JSON array" >&2; exit 1; }
done
for node; do
    for file in users.json machines.json; do
        ssh "$node" "install -m 640 -g $group /dev/stdin $data/.$file.new" <"$file"
    done
done
failed=0
for node; do
    ssh "$node" "cd $data && mv .machines.json.new machines.json && mv .users.json.new users.json" ||
        { echo "push-data.sh: $node may have the old files: run this again" >&2; failed=1; }
done
exit $failed
