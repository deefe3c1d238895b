"""A false sentinel on a port of the loopback.

    sentinel.py PORT silent                     accepts, and never answers
    sentinel.py PORT HOST PORT [FIELD=VALUE…]   says that this is the master

The fields are those of SENTINEL MASTER (port, flags, config-epoch, num-other-sentinels), `voted`,
the epoch of its last vote, and `other`, the ports of other sentinels, with commas."""

import socket
import sys
import threading

import resp


def answer(command, host, port, fields):
    match command:
        case 'GET-MASTER-ADDR-BY-NAME':
            return [host, port]
        case 'MASTER':
            return ['name', 'ssa', 'ip', host] + [
                word for name in ('port', 'flags', 'config-epoch', 'num-other-sentinels') for word in (name, fields[name])]
        case 'IS-MASTER-DOWN-BY-ADDR':
            return [0, '*', int(fields['voted'])]
        case 'SENTINELS':
            return [['name', 'other', 'ip', '127.0.0.1', 'port', other] for other in fields['other'].split(',') if other]


def serve(connection, host, port, fields):
    with connection, connection.makefile('rwb') as stream:
        while words := resp.read_command(stream):
            if host != 'silent':
                stream.write(resp.encode(answer(words[1], host, port, fields)))
                stream.flush()


def main():
    host, port, *given = sys.argv[2:] + ['']
    fields = {'port': port, 'other': '', 'flags': 'master', 'config-epoch': '0', 'num-other-sentinels': '0', 'voted': '0'}
    fields |= dict(field.split('=') for field in given if field)
    with socket.create_server(('127.0.0.1', int(sys.argv[1]))) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, host, port, fields), daemon=True).start()


main()
