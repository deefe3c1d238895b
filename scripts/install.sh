#!/bin/sh
# scripts/install.sh install|uninstall
#
# Does the work of `make install` and `make uninstall`, from one list of files, so that the second
# one removes what the first one put there, and nothing else. The Makefile sets what is used here:
# DESTDIR, PREFIX, DATA, UNIT, SERVICE_USER, SETTINGS, PORT and CGI_BIN.
set -eu
umask 022
cd "$(dirname "$0")/.."
read -r programs <scripts/programs
lib=$PREFIX/lib/simpleserverapi units=$PREFIX/lib/systemd/system share=$PREFIX/share

# Columns: mode | folder | files. What does not exist is left out: /swagger/ before `make docs`, and
# ssactl where it was not built.
table() {
    cat <<EOT
755 | $lib/cgi-bin     | $(for program in $programs; do printf "%s " "$CGI_BIN/$program"; done)
755 | $lib/scripts     | scripts/lighttpd-vars.sh scripts/scgi-servers.sh scripts/scgi-sockets.sh scripts/scgi-start.sh
644 | $lib/scripts     | scripts/connections.lua scripts/defaults.sh scripts/programs
644 | $lib/www         | www/openapi.json
644 | $lib/www/errors  | www/errors/*.html
644 | $lib/www/console | www/console/*
644 | $lib/www/docs    | www/docs/*
644 | $lib/www/swagger | www/swagger/index.html www/swagger/init.js www/swagger/page.css www/swagger/swagger-ui-bundle.js www/swagger/swagger-ui.css
644 | $lib             | lighttpd.conf
644 | $lib/conf.d      | conf.d/*.conf
755 | $PREFIX/sbin     | ${CGI_BIN%cgi-bin}sbin/ssactl
644 | $share/man/man1  | man/*.1
644 | $share/man/man5  | man/*.5
644 | $share/man/man7  | man/*.7
644 | $share/man/man8  | man/*.8
644 | $share/bash-completion/completions     | completions/ssactl
644 | $share/doc/simpleserverapi/examples    | data/machines.json
EOT
}

folder() { [ -d "$1" ] || install -d "$1"; }

# put MODE FILE TARGET: by rename, so that a running service finds the old file or the new one, and
# always a whole one.
put() {
    folder "${3%/*}"
    install -m "$1" "$2" "${3%/*}/.${3##*/}.new"
    mv -f "${3%/*}/.${3##*/}.new" "$3"
}

install_all() {
    each install_one
    new=$(mktemp)
    trap 'rm -f "$new"' EXIT
    for unit in systemd/*.in; do
        # shellcheck disable=SC2153  # UNIT comes from the Makefile
        sed "s|@LIB@|$lib|g; s|@DATA@|$DATA|g; s|@UNIT@|$UNIT|g; s|@USER@|$SERVICE_USER|g
            s|@SETTINGS@|$SETTINGS|g; s|@PORT@|$PORT|g" "$unit" >"$new"
        put 644 "$new" "$DESTDIR$units/$(unit_name "$unit")"
    done
    # The data belong to whoever runs the service: what is there stays. Both files are empty at
    # first, because the shipped users have published passwords, and the shipped machines do not
    # exist. Only root can read them before the folder is given to the service's user.
    [ -d "$DESTDIR$DATA" ] || install -d -m 750 "$DESTDIR$DATA"
    for file in "$DESTDIR$DATA/users.json" "$DESTDIR$DATA/machines.json"; do
        # A link may lead to a folder that is not mounted now. The folder may be the service's: the
        # file is made only if nothing has its name, so that root writes through no link.
        if [ ! -e "$file" ] && [ ! -L "$file" ]; then
            new_data=$(mktemp -u "$file.XXXXXXXXXX")
            (umask 027 && set -C && echo '[]' >"$new_data")
            mv -T "$new_data" "$file"
        fi
    done
}

install_one() { # MODE FOLDER FILE
    [ ! -e "$3" ] || put "$1" "$3" "$DESTDIR$2/${3##*/}"
}

# Folders that other software uses too are left, also when they are empty.
uninstall_all() {
    each uninstall_one
    for unit in systemd/*.in; do rm -f "$DESTDIR$units/$(unit_name "$unit")"; done
    for folder in cgi-bin conf.d scripts www/errors www/console www/docs www/swagger www data .; do
        remove_empty "$DESTDIR$lib/$folder"
    done
    remove_empty "$DESTDIR$share/doc/simpleserverapi/examples"
    remove_empty "$DESTDIR$share/doc/simpleserverapi"
}

uninstall_one() { # MODE FOLDER FILE
    rm -f "$DESTDIR$2/${3##*/}"
}

remove_empty() { [ ! -d "$1" ] || rmdir --ignore-fail-on-non-empty "$(realpath "$1")"; }

unit_name() { # systemd/ssa@.socket.in
    set -- "${1#systemd/ssa}"
    echo "$UNIT${1%.in}"
}

# each FUNCTION: calls it with MODE FOLDER FILE, for each file of the table.
each() {
    function=$1
    table | while IFS='|' read -r mode folder files; do
        # shellcheck disable=SC2086  # no quotes: the columns lose their padding, patterns get names
        set -- $mode $folder $files
        mode=$1 folder=$2
        shift 2
        for file; do
            # A pattern that matches nothing stays as it is.
            case $file in *\**) ;; *) "$function" "$mode" "$folder" "$file" ;; esac
        done
    done
}

case ${1-} in
install | uninstall) "$1_all" ;;
*)
    echo "usage: scripts/install.sh install|uninstall" >&2
    exit 2
    ;;
esac
