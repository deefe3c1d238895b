"""Compares a Markdown document with its translation, and prints each block that only one of them
has. The exit status is 1 if there is such a block.

    translation.py ORIGINAL TRANSLATION

A block is a heading, code, the row of a table, the item of a list, or a paragraph. In each one the
translator may change the words and their order, but no inline code, link, image or number. Code
stays as it is, except the comments of shell code."""

import difflib
import os
import re
import sys

# A heading, a row, an item and a fence end the paragraph before them without an empty line.
BLOCK = re.compile(r"""
      ^```(?P<language>.*)\n (?P<fenced>(?:.*\n)*?) ```$
    | (?<=\n\n) (?P<indented>(?:[ ]{4}.*\n)+)
    | ^(?P<level>\#+)[ ] (?P<heading>.*)
    | ^(?P<row>[|].*)
    | ^(?P<item>[ ]*[-*+][ ].* (?:\n(?![ ]*[-*+][ ]|\#+[ ]|[|]|```).+)*)
    | ^(?P<paragraph>.+        (?:\n(?![ ]*[-*+][ ]|\#+[ ]|[|]|```).+)*)""", re.M | re.X)

# An address in plain text is a link up to the next space on GitHub, Chinese letters and all.
MARK = re.compile(r"""
      (?P<code>`[^`]+`)
    | (?P<image>!?)\[(?P<words>[^]]*)\]\((?P<target>[^)]*)\)
    | <img\ src="(?P<picture>[^"]*)"
    | (?P<address>https?://[^\s<>]*[^\s<>.,:;!?"')])
    | (?P<number>\d+(?:[.,]\d+)*)""", re.X)

# Quotes are here because a # in them begins no comment.
COMMENT = re.compile(r"""'[^']*'|"(?:\\.|[^"\\])*"|\\.|(?P<comment>(?<!\S)\#.*)""")

PIPE = re.compile(r'(?<!\\)[|]')


def marks(text, name):
    """Inline code, links, images and numbers, in the order of the text."""
    for match in MARK.finditer(text):
        if match['target']:
            yield from marks(match['words'], name)
            yield ('image ' if match['image'] else 'link ') + name(match['target'])
        else:
            yield ' '.join(match[0].split())


def kept(block, name):
    """What a translation keeps of a block."""
    def in_any_order(text):
        return ' '.join(sorted(set(marks(text, name))))

    if block['fenced'] is not None:
        code = block['fenced']
        if block['language'] == 'sh':
            code = COMMENT.sub(lambda m: '#' if m['comment'] else m[0], code)
        return 'code %s\n%s' % (block['language'], code)
    if block['indented']:
        return 'code\n' + block['indented']
    if block['row']:
        # The values of a row may be in the order of the names in its first cell.
        first, *others = PIPE.split(block['row'])[1:-1]
        return ' | '.join(['row ' + ' '.join(marks(first, name)), *map(in_any_order, others)])
    kind = 'heading ' + block['level'] if block['heading'] else block.lastgroup
    return kind + ' ' + in_any_order(block[0])


def outline(path, other):
    """Each block of the document `path`: its line and what a translation keeps of it."""
    with open(path, encoding='utf-8') as f:
        text = f.read()
    blocks = list(BLOCK.finditer(text))
    # GitHub makes the anchor of a heading in this way.
    anchors = ['#' + re.sub(r'[^\w -]', '', block['heading'].lower()).replace(' ', '-') for block in blocks if block['heading']]

    def name(target):
        if target in anchors:
            return 'to heading %d' % (anchors.index(target) + 1)
        if target.startswith('#'):
            return '%s, which %s does not have' % (target, path)
        return 'to the other language' if target == os.path.basename(other) else target

    for block in blocks:
        yield text.count('\n', 0, block.start()) + 1, kept(block, name)


def main():
    paths = sys.argv[1:3]
    sides = [list(outline(path, other)) for path, other in zip(paths, reversed(paths))]
    same = True
    matcher = difflib.SequenceMatcher(None, *([what for _, what in side] for side in sides), autojunk=False)
    for tag, *spans in matcher.get_opcodes():
        if tag == 'equal':
            continue
        same = False
        for path, side, begin, end in zip(paths, sides, spans[::2], spans[1::2]):
            for line, what in side[begin:end]:
                print('%s:%d: %s' % (path, line, what))
    print('%d blocks' % len(sides[0]))
    sys.exit(0 if same else 1)


main()
