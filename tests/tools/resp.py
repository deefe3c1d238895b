"""Redis's protocol (RESP 2), from the side of a server."""

import io


def read_command(stream):
    """The words of the next command. None: no more follow."""
    line = stream.readline()
    if not line.startswith(b'*'):
        return None
    return [stream.read(int(stream.readline()[1:]) + 2)[:-2].decode() for _ in range(int(line[1:]))]


def commands(data):
    """All commands of a batch, which is so small that it came in one piece."""
    stream = io.BytesIO(data)
    while words := read_command(stream):
        yield words


def encode(reply):
    """A list, a number or a text as a reply."""
    if isinstance(reply, list):
        return b'*%d\r\n' % len(reply) + b''.join(map(encode, reply))
    if isinstance(reply, int):
        return b':%d\r\n' % reply
    return b'$%d\r\n%s\r\n' % (len(reply), reply.encode())
