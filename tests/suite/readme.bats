# The documents: README.zh-CN.md says what the README says, as far as tools/translation.py can
# compare two languages, and no link or name of a file leads nowhere.
load helpers

setup() { cd "$ROOT" || return; }

@test "the Chinese README has the blocks of the English one, with the same code, links and numbers" {
  run -0 python3 tests/tools/translation.py README.md README.zh-CN.md
  # All of it was read.
  ((${lines[-1]% blocks} > 40))
}

@test "VERSION is also that of the Debian package" {
  [[ $(head -n 1 debian/changelog) == "simpleserverapi ($(<VERSION)) "* ]]
}

@test "no link of a document leads nowhere, and none to a heading that is gone" {
  run -0 python3 -EsSB - *.md docs/*.md tests/README.md <<'END'
import os, re, sys
def text(path): return open(path, encoding='utf-8').read()
def anchors(path):  # as GitHub makes them
    return [re.sub(r'[^\w -]', '', line.lower()).replace(' ', '-') for line in re.findall(r'^#+ (.*)', text(path), re.M)]
for path in sys.argv[1:]:
    for link in re.findall(r'\]\((?!\w+:)([^)]*)\)', text(path)):
        file, _, anchor = link.partition('#')
        target = os.path.join(os.path.dirname(path), file) if file else path
        if not os.path.exists(target) or anchor and anchor not in anchors(target):
            print(f'{path}: {link}')
END
  echo "$output"
  [ -z "$output" ]
}

@test "each file of the project that a document names is there" {
  run -0 python3 -EsSB - {README,SECURITY,CONTRIBUTING}.md docs/architecture.md tests/README.md <<'END'
import glob, re, sys
there = [path for folder in ['*', 'libcommon/**', 'cgi-bin/*', 'sbin/*', 'scripts/*', 'conf.d/*', 'www/**', 'tests/**', 'man/*', 'systemd/*']
         for path in glob.glob(folder, recursive=True)]
for document in sys.argv[1:]:
    # A name in capitals stands for any.
    for name in re.findall(r'`((?:[a-z][\w-]*/)*[a-z][\w.@-]*\.(?:[ch]|js|py|sh|conf|bats|rows))`', open(document, encoding='utf-8').read()):
        if not any(path == name or path.endswith('/' + name) for path in there) and not re.search('[A-Z]{2}', name):
            print(f'{document}: {name}')
END
  echo "$output"
  [ -z "$output" ]
}

@test "the defaults in docs/settings.md are in the code" {
  run -0 python3 -EsSB - <<'END'
import re
defaults = dict(re.findall(r'\{"(\w+)", CONFIG_\w+, "([^"]+)"', open('libcommon/core/config.c').read()))
defaults |= dict(re.findall(r'\$\{(\w+):=([^}]*)\}', open('scripts/defaults.sh').read()))
for name in 'SSA_WORKERS', 'SSA_DATA_DIR':  # by processors; beside the program
    del defaults[name]
rows = [re.split(r' *(?<!\\)[|] *', line) for line in open('docs/settings.md', encoding='utf-8') if line.startswith('| `')]
documented = {name: value for row in rows
              for name, value in zip(re.findall(r'`(\w+)`', row[1]), row[2].replace('`', '').split(', '))}
for name, value in defaults.items():
    if documented.get(name) != value:
        print(f'{name}: {value} in the code, {documented.get(name)} in docs/settings.md')
if len(defaults) < 11:
    print('only', *defaults)
END
  echo "$output"
  [ -z "$output" ]
}

# Servers whose configuration cannot read the list: Debian's lighttpd, nginx, Apache, systemd.
@test "wherever the programs are listed, they are those of scripts/programs" {
  run -0 python3 -EsSB - debian/60-simpleserverapi.conf docs/operating.md docs/day-two.md <<'END'
import re, sys
programs = set(open('scripts/programs').read().split())
one = '(?:%s)' % '|'.join(programs)
lists = 0
for path in sys.argv[1:]:
    text = open(path, encoding='utf-8').read()
    found = [set(re.findall(one, words)) for words in re.findall(
        rf'{one}(?:[|]{one})+|{one}(?: {one})+|@{one}\S*(?: \S*@{one}\S*)+', text)]
    for pattern in r'"/api/(\w+)"', r'"\^/api/(\w+)\S*" "unix', r'/(\w+)[.]sock["|]':  # one a line
        found += [set(re.findall(pattern, text))] if re.search(pattern, text) else []
    for names in found:
        if names != programs:
            print(f'{path}:', *sorted(names))
    lists += len(found)
if lists < 12:
    print('only', lists, 'lists were found')
END
  echo "$output"
  [ -z "$output" ]
}

# fault SCRIPT TEXT...: sed makes a fault in the translation. The comparison must find it, and print
# the texts.
fault() {
  local text
  sed -E "$1" "$zh.true" >"$zh"
  run -1 cmp -s "$zh.true" "$zh"
  run -1 python3 tests/tools/translation.py "$en" "$zh"
  for text in "${@:2}"; do
    [[ $output == *"$text"* ]] || { echo "no \"$text\" in: $output" && return 1; }
  done
}

@test "the comparison finds what is missing or different, and nothing in a true translation" {
  en=$BATS_TEST_TMPDIR/en.md zh=$BATS_TEST_TMPDIR/zh.md
  cat >"$en" <<'END'
# Soup

[中文](zh.md)

Open http://127.0.0.1:8000 and read [the table](#the-table). Pots have 2 to 12 litres, says
[the book](book.md) in `pots`.

![A pot.](pot.png) <img src="lid.png" alt="A lid.">

```sh
cook --salt '1 # 2'  # not too much
```

    eat

## The table

| name | meaning |
|---|---|
| `SALT`, `OIL` | `1` or `2` |
| `HEAT` | at most `9`, see [the book](book.md#heat) |

- the first
- the second, in two
  lines, with `water`
END
  cat >"$zh" <<'END'
# 汤

[English](en.md)

打开 <http://127.0.0.1:8000>，并阅读[表格](#表格)。[书](book.md)的 `pots` 一节说，锅的容量为 2 至 12 升。

![锅。](pot.png) <img src="lid.png" alt="锅盖。">

```sh
cook --salt '1 # 2'  # 不要太多
```

    eat

## 表格

| 名称 | 含义 |
|---|---|
| `SALT`、`OIL` | `2` 或 `1` |
| `HEAT` | 见[书](book.md#heat)，最大 `9` |

- 第一项
- 第二项，需要 `water`
END
  run -0 python3 tests/tools/translation.py "$en" "$zh"
  [ "$output" = '13 blocks' ]
  mv "$zh" "$zh.true"
  fault '/^## /d' 'en.md:16: heading ##'
  fault 's/^## /### /' 'en.md:16: heading ##' 'zh.md:15: heading ###'
  fault "s/'1 # 2'/'1 # 3'/" $'cook --salt \'1 # 3\'  #\n'
  fault 's/ # 不.*//' $'cook --salt \'1 # 2\' \n'
  fault 's/^```sh/```/' 'en.md:10: code sh'
  fault 's/^    eat/    drink/' '    eat' '    drink'
  fault '/^\| `HEAT`/d' 'en.md:21: row `HEAT` | `9` link book.md#heat'
  fault 's/`SALT`、`OIL`/`OIL`、`SALT`/' 'zh.md:19: row `OIL` `SALT` | `1` `2`'
  fault 's/^\|---\|---/&|---/' $'zh.md:18: row  |  | \n'
  fault 's/book\.md\)的/cook.md)的/' 'link book.md' 'link cook.md'
  fault 's/#表格/#the-table/' 'link #the-table, which '
  fault 's/#表格/#汤/' 'link to heading 2' 'link to heading 1'
  fault 's/\(en\.md/(zh.md/' 'link to the other language' 'link zh.md'
  fault 's/pot\.png/lid.png/' 'image pot.png' 'image lid.png'
  fault 's/"lid\.png/"pot.png/' '<img src="lid.png"' '<img src="pot.png"'
  fault 's/[<>]//g' 'http://127.0.0.1:8000，并阅读'
  fault '/^- 第一/d' 'en.md:23: item'
  fault '/^打开/d' 'en.md:5: paragraph 12 2 `pots` http://127.0.0.1:8000'
  fault 's/`water`/`wine`/' 'item `water`' 'item `wine`'
  fault 's/12 升/13 升/' 'paragraph 12' 'paragraph 13'
}
