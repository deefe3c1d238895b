#!/usr/bin/python3
"""container/kube.yaml, for tests/container.sh.

kube.py check FILE: prints what the API of Kubernetes does not know, by the models of Debian's
python3-kubernetes.

kube.py pods FILE FOLDER: prints the pods of its Deployments, for podman. podman makes one replica,
so each replica is a pod. It knows no Service, so the only pod of a Deployment has the name of that
Deployment, as its Service has. It mounts no Secret and no projected volume, so a ConfigMap has
these files, from FOLDER. Its volumes and ports are those of the whole machine, so volumes have the
name of their pod, and no port is published. Its probes need curl in the image.

kube.py probes FILE: prints the probes of each Deployment: NAME KIND PATH, or NAME KIND COMMAND.
"""
import copy
import json
import pathlib
import sys

import kubernetes
import yaml


def lost(wanted, known, where=''):
    """Yields what is in wanted and not in known."""
    if isinstance(wanted, dict) and isinstance(known, dict):
        for key, value in wanted.items():
            yield from lost(value, known.get(key), f'{where}.{key}')
    elif isinstance(wanted, list) and isinstance(known, list) and len(wanted) == len(known):
        for i, value in enumerate(wanted):
            yield from lost(value, known[i], f'{where}[{i}]')
    elif wanted != known:
        yield f'{where}: {json.dumps(wanted)}'


def check(document):
    client = kubernetes.client.ApiClient()
    read = client._ApiClient__deserialize(copy.deepcopy(document), 'V1' + document['kind'])
    for fault in lost(document, client.sanitize_for_serialization(read)):
        print(document['kind'], document['metadata']['name'] + fault)


def pods(deployment, folder):
    name, count = deployment['metadata']['name'], deployment['spec']['replicas']
    for i in range(count):
        own = name if count == 1 else f'{name}-{i}'
        spec = copy.deepcopy(deployment['spec']['template']['spec'])
        for container in spec['containers']:
            for key in ('ports', 'readinessProbe', 'livenessProbe'):
                container.pop(key, None)
            for mount in container.get('volumeMounts', []):
                mount['name'] = f"{own}-{mount['name']}"
        for volume in spec.get('volumes', []):
            volume['name'] = f"{own}-{volume['name']}"
            sources = volume.pop('projected', {}).get('sources', [])
            items = [item for source in sources for kind in source.values() for item in kind['items']]
            files = {item['path']: pathlib.Path(folder, item['key']).read_text(encoding='utf-8') for item in items}
            if files:
                volume['configMap'] = {'name': volume['name']}
                yield {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': volume['name']}, 'data': files}
        yield {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': own}, 'spec': spec}


def probes(deployment):
    for container in deployment['spec']['template']['spec']['containers']:
        for kind in ('readinessProbe', 'livenessProbe'):
            probe = container.get(kind, {})
            if probe:
                words = probe['exec']['command'] if 'exec' in probe else [probe['httpGet']['path']]
                print(deployment['metadata']['name'], kind, *words)


command, path, *more = sys.argv[1:]
documents = list(yaml.safe_load_all(pathlib.Path(path).read_text(encoding='utf-8')))
deployments = [one for one in documents if one['kind'] == 'Deployment']
if command == 'check':
    for one in documents:
        check(one)
elif command == 'pods':
    print(yaml.dump_all([pod for one in deployments for pod in pods(one, *more)], sort_keys=False))
elif command == 'probes':
    for one in deployments:
        probes(one)
