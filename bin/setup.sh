# Sourced by bin/trivet and bin/test: installs uv.lock into .venv and puts uv on PATH.
# If nothing has changed since the last run, it does nothing, so that it is quick.
# shellcheck shell=sh

: "${self:?}" # the script that sources this
root=$(CDPATH='' cd -- "$(dirname -- "$self")/.." && pwd -P)
cache=$root/.cache

fail() {
    printf '%s: %s\n' "${self##*/}" "$1" >&2
    exit 1
}

# find_python [CODE]: print the first Python 3.11 or later on PATH that can run CODE. A Python
# that does not start, such as a pyenv shim without its version, is skipped.
find_python() (
    IFS=:
    set -f
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        for directory in $PATH; do
            [ -x "$directory/$name" ] || continue
            "$directory/$name" -c "
import sys
if sys.version_info < (3, 11): sys.exit(1)
${1:-}
print(sys.executable)
" </dev/null 2>/dev/null && return 0
        done
    done
    return 1
)

# Set uv to the path of a uv that is new enough: the one on PATH, or else the one in the cache.
find_uv() {
    for uv in "$(command -v uv || :)" "$cache/uv/uv"; do
        [ -x "$uv" ] || continue
        version=$("$uv" --version 2>/dev/null) || continue
        version=${version#uv }
        minor=${version#*.}
        [ "${version%%.*}" -gt 0 ] 2>/dev/null || [ "${minor%%.*}" -ge 9 ] 2>/dev/null || continue
        return 0
    done
    return 1
}

# Install uv into the cache. It is installed into a temporary folder and then renamed, so that an
# interrupted run, or two runs at the same time, cannot leave a partial installation.
install_uv() {
    if python=$(find_python 'import pip'); then
        pip_into() { "$python" -m pip install --target "$@"; }
    elif python=$(find_python 'import ensurepip, venv'); then
        pip_into() {
            "$python" -m venv "$1" || return
            python=$1/bin/python
            shift
            "$python" -m pip install "$@"
        }
    elif python=$(find_python); then
        fail "$python has neither pip nor venv: install one of them (on Debian: apt install python3-venv), or uv."
    else
        fail "Could not find Python 3.11 or later on PATH. Install it, or uv."
    fi
    printf 'Fetching uv ...\n' >&2
    fresh=$(mktemp -d "$cache/uv.XXXXXX")
    trap 'rm -rf "$fresh"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' HUP TERM
    PIP_USER=0 PIP_REQUIRE_VIRTUALENV=0 pip_into "$fresh" --quiet --disable-pip-version-check \
        --no-input --root-user-action ignore 'uv>=0.13,<1' </dev/null >&2 ||
        fail "Could not install uv. Check the network, and set PIP_INDEX_URL if you use your own package index."
    mkdir -p "$cache/uv"
    mv -f "$fresh/bin/uvx" "$fresh/bin/uv" "$cache/uv/"
    rm -rf "$fresh"
    trap - EXIT INT HUP TERM
    uv=$cache/uv/uv
}

# Check whether uv is configured to use another index than the public one in uv.lock.
has_own_index() {
    [ -n "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}${UV_INDEX:-}${UV_EXTRA_INDEX_URL:-}${UV_FIND_LINKS:-}" ] ||
        grep -qsE 'index|find-links' /etc/uv/uv.toml "${XDG_CONFIG_HOME:-${HOME:-}/.config}/uv/uv.toml"
}

# Install the locked packages from the user's index: uv sync would fetch them from the addresses
# in uv.lock. Versions and checksums are still those of uv.lock.
sync_from_own_index() {
    "$uv" export --quiet --frozen "$1" --no-emit-project --output-file "$cache/requirements.txt" &&
        shift &&
        "$uv" venv --quiet --allow-existing "$@" .venv &&
        "$uv" pip install --quiet --python .venv --require-hashes --requirements "$cache/requirements.txt" &&
        "$uv" pip install --quiet --python .venv --no-deps --editable .
}

require_writable() {
    mkdir -p "$cache" 2>/dev/null && [ -w "$root" ] && [ -w "$cache" ] ||
        fail "$root cannot be written to, and the setup needs that: use your own checkout."
}

# Print the folder for temporary files. The tests create several hundred thousand small ones, so it
# is in memory if 16 GiB are available.
temporary_parent() {
    memory=$(awk '/^MemAvailable/ { print int($2 / 2 ^ 20) }' /proc/meminfo 2>/dev/null || echo 0)
    if [ "$memory" -ge 16 ] && [ -w /dev/shm ] &&
        findmnt -n -o OPTIONS /dev/shm | grep -qv noexec; then
        echo /dev/shm
    else
        echo "${TMPDIR:-/tmp}"
    fi
}

# set_up GROUP: `run` installs what the command needs, `dev` also the development group.
set_up() {
    find_uv || {
        require_writable
        install_uv
    }
    # pip and uv read the index from different variables; use the one that is set.
    if [ -n "${PIP_INDEX_URL:-}" ] && [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
        export UV_DEFAULT_INDEX="$PIP_INDEX_URL"
    fi
    # `trivet new` runs uv as well, to set up new projects.
    case :$PATH: in
        *:"${uv%/*}":*) ;;
        *) export PATH="${uv%/*}:$PATH" ;;
    esac

    state="$root $(cat "$root/pyproject.toml" "$root/uv.lock" | cksum)"
    if [ -x "$root/.venv/bin/python" ]; then
        for group in "$1" dev; do
            [ "$state" != "$(cat "$root/.venv/.state-$group" 2>/dev/null)" ] || return 0
        done
    fi

    require_writable
    printf 'Setting up %s ...\n' "$root/.venv" >&2
    (
        cd "$root" || exit
        # The scripts in .venv contain its path, so they do not work after the folder was moved.
        for stamp in .venv/.state-*; do
            [ ! -f "$stamp" ] || grep -qF "$root " "$stamp" || rm -rf .venv
        done
        rm -f .venv/.state-*
        unset VIRTUAL_ENV
        export UV_PROJECT_ENVIRONMENT="$root/.venv"
        [ -n "${HOME:-}" ] || export UV_CACHE_DIR="$cache/uv-cache"
        groups=--no-dev
        [ "$1" = run ] || groups=--all-groups
        set --
        if python=$(find_python); then
            export UV_PYTHON_DOWNLOADS=never
            set -- --python "$python"
        fi
        if has_own_index; then
            sync_from_own_index "$groups" "$@"
        elif [ "$groups" = --no-dev ]; then
            # --inexact keeps the packages that bin/test has installed.
            "$uv" sync --quiet --locked --no-dev --inexact "$@"
        else
            "$uv" sync --quiet --locked "$groups" "$@"
        fi
    ) </dev/null >&2 || {
        find_python >/dev/null || fail "no Python of 3.11 or later was found on PATH, and uv could not fetch one: install one."
        fail "the setup failed, see above: the first run needs the network, and UV_DEFAULT_INDEX if you use your own package index."
    }
    printf '%s\n' "$state" >"$root/.venv/.state-$1"
}
