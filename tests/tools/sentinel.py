"""A false sentinel on a port of the loopback.

    sentinel.py PORT silent                     accepts, and never answers
    sentinel.py PORT HOST PORT [FIELD=VALUE…]   says that this is the master

    id=NAME                        its own id; the number of its port unless told
    replicas=PORT[:FLAGS[:PRIORITY]]…  with commas; flags such as slave, or s_down+disconnected
    called=HOST                    how it calls their host, 127.0.0.1 unless told
    others=NAME[:FLAGS]…           the ids of the sentinels that it knows
    flags=FLAGS                    of the master"""

import selectors
import socket
import sys

import resp


def listed(text):
    """The parts of a list with commas, each as a list of at least three words."""
    return [(part.split(':') + ['', ''])[:3] for part in text.split(',') if part]


def answer(command, host, port, fields):
    replicas, others = listed(fields['replicas']), listed(fields['others'])
    match command:
        case 'MYID':
            return fields['id']
        case 'GET-MASTER-ADDR-BY-NAME':
            return [host, port]
        case 'MASTER':
            return ['name', 'ssa', 'ip', host, 'port', port, 'flags', fields['flags'], 'num-slaves', str(len(replicas)),
                    'num-other-sentinels', str(len(others))]
        case 'REPLICAS':
            return [['ip', fields['called'], 'port', at, 'flags', ','.join(['slave', *flags.split('+')]), 'slave-priority',
                     priority or '100'] for at, flags, priority in replicas]
        case 'SENTINELS':
            return [['runid', name, 'flags', ','.join(['sentinel', *flags.split('+')])] for name, flags, _ in others]


def main():
    """In one thread: the programs wait 200 ms for an answer, also on a busy machine."""
    host, port, *given = sys.argv[2:] + ['']
    fields = {'id': sys.argv[1], 'replicas': '', 'called': '127.0.0.1', 'others': '', 'flags': 'master'}
    fields |= dict(field.split('=') for field in given if field)
    ready = selectors.DefaultSelector()
    listener = socket.create_server(('127.0.0.1', int(sys.argv[1])))
    ready.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in ready.select():
            if key.fileobj is listener:
                ready.register(listener.accept()[0], selectors.EVENT_READ)
                continue
            try:
                data = key.fileobj.recv(65536)
                if host != 'silent':
                    key.fileobj.sendall(b''.join(resp.encode(answer(words[1], host, port, fields)) for words in resp.commands(data)))
            except ConnectionError:
                data = b''
            if not data:
                ready.unregister(key.fileobj)
                key.fileobj.close()


main()
