import { describe, expect, test } from 'vitest';
import { type ArgumentUse, argumentUse } from '../../src/spec/shell-script.js';

const none: ArgumentUse = { all: null, single: 0, fromZero: false };

describe('which of its arguments a script uses', () => {
  test.each<[string, ArgumentUse]>([
    ['python -m app', none],
    ['', none],
    ['python -m app "$@"', { ...none, all: 'exact' }],
    ['python -m app "${@}"', { ...none, all: 'exact' }],
    ['python -m app "x${@:2}y"', { ...none, all: 'exact' }],
    ['python -m app $@', { ...none, all: 'split' }],
    ['python -m app ${@}', { ...none, all: 'split' }],
    ['python -m app $*', { ...none, all: 'split' }],
    ['python -m app "$*"', { ...none, all: 'joined' }],
    ['python -m app "${*}"', { ...none, all: 'joined' }],
    ['echo $* && exec app "$@"', { ...none, all: 'exact' }],
    ['app $1', { ...none, single: 1 }],
    ['app "${1}" "$2"', { ...none, single: 2 }],
    ['app $1 $3', { ...none, single: 1 }],
    ['app ${1:-x}', { ...none, single: 1 }],
    ['app $10', { ...none, single: 1 }],
    ['app ${10}', none],
    ['app $2', none],
    ['echo $# ${#1} ${#}', none],
    ['"$0" "$@"', { all: 'exact', single: 0, fromZero: true }],
    ['exec $0 $@', { all: 'split', single: 0, fromZero: true }],
    ['exec "$0" "$1"', { all: null, single: 1, fromZero: true }],
    ['echo "$0: starting"; app "$@"', { ...none, all: 'exact' }],
    ['echo "$0"', none],
    [String.raw`app \$@ \"\$1`, none],
    [String.raw`app "\$@"`, none],
    [`app '$@'`, none],
    [`app '$@' "$@"`, { ...none, all: 'exact' }],
    [`app "'$@'"`, { ...none, all: 'exact' }],
    [`app $'it\\'s $1' $1`, { ...none, single: 1 }],
    [`exec bash -c 'run "$@"' -- x`, none],
    [`app 'never closed $@`, none],
    ['app # "$@"', none],
    ['# "$@"\napp "$@"', { ...none, all: 'exact' }],
    ['app a#b "$@"', { ...none, all: 'exact' }],
    ['app "$(echo "$@")"', { ...none, all: 'exact' }],
    ['app "$(echo \'$@\')"', none],
    ['(cd /x && app $1)', { ...none, single: 1 }],
    ['x=$((1 + 2)); app "$1"', { ...none, single: 1 }],
    ['case x in x) app "$@";; esac', { ...none, all: 'exact' }],
    ['app $HOME $x $$ $? $!', none],
  ])('%s', (script, use) => {
    expect(argumentUse(script)).toEqual(use);
  });
});
