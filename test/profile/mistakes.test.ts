import { describe, expect, test } from 'vitest';
import { EXIT_CODE } from '../../src/core/errors.js';
import { parseProfile } from '../../src/profile/parse.js';
import { Profile } from '../../src/profile/schema.js';
import { failure, LEAST, load, problems } from './desk.js';

const TOP_KEYS = Object.keys(Profile.shape).join(', ');

type Row = { readonly name: string; readonly toml: readonly string[]; readonly problems: readonly string[] };

// One text is podctl.toml; of two, the first is base.toml. Each problem is `line:column key: message (hint)`.
const LAYER: readonly Row[] = [
  {
    name: 'unknown key at the top',
    toml: ['nmae = "t"'],
    problems: ['1:1 nmae: `nmae` is not a known key (did you mean `name`?)'],
  },
  {
    name: 'container key at the top',
    toml: ['mounts = {}\ninit = true'],
    problems: [
      '1:1 mounts: `mounts` is not a known key (`mounts` belongs in [container])',
      '2:1 init: `init` is not a known key (`init` belongs in [container])',
    ],
  },
  {
    name: 'container key in a mode',
    toml: ['[modes.a]\nmounts = {}'],
    problems: ['2:1 modes.a.mounts: `mounts` is not a known key (`mounts` belongs in [modes.a.container])'],
  },
  {
    name: 'unknown key of a mount',
    toml: ['[container.mounts.data]\ntype = "volume"\ntarget = "/d"\nreadonly = true'],
    problems: ['4:1 container.mounts.data.readonly: `readonly` is not a known key (did you mean `read_only`?)'],
  },
  {
    name: 'dash for underscore',
    toml: ['[container]\nstop-timeout = "10s"'],
    problems: ['2:1 container.stop-timeout: `stop-timeout` is not a known key (did you mean `stop_timeout`?)'],
  },
  {
    name: 'unknown key far from all',
    toml: ['[container]\nfrobnicate = 1'],
    problems: [
      '2:1 container.frobnicate: `frobnicate` is not a known key (known keys: image, hostname, user, runs_as, groups, userns, workdir, entrypoint, init, tty, env, env_files, mounts, ports, labels, resources, network, network_aliases, extra_hosts, dns, devices, gpus, cap_add, cap_drop, security, privileged, read_only, pid, ipc, stop_signal, stop_timeout, health, ready, restart)',
    ],
  },
  {
    name: 'wrong type text',
    toml: ['[container]\ninit = "yes"'],
    problems: ['2:1 container.init: must be true or false, and is text'],
  },
  {
    name: 'wrong type list',
    toml: ['[commands.go]\nargs = "a b"'],
    problems: ['2:1 commands.go.args: must be a list in [ ], and is text'],
  },
  {
    name: 'wrong type element',
    toml: ['[commands.go]\nargs = ["a", 1]'],
    problems: ['2:14 commands.go.args[1]: must be text in quotes, and is a number'],
  },
  { name: 'wrong type table', toml: ['container = 1'], problems: ['1:1 container: must be a table, and is a number'] },
  {
    name: 'mount as text',
    toml: ['[container.mounts]\ndata = "/a:/b"'],
    problems: ['2:1 container.mounts.data: must be a table, or false (takes it away), and is text'],
  },
  {
    name: 'port as true',
    toml: ['[container.ports]\nhttp = true'],
    problems: [
      '2:1 container.ports.http: must be a table, or a number, or text in quotes, or false (takes it away), and is true',
    ],
  },
  {
    name: 'env true',
    toml: ['[container.env]\nDEBUG = true'],
    problems: [
      '2:1 container.env.DEBUG: must be text in quotes, or a number, or false (takes it away), or a table, and is true',
    ],
  },
  { name: 'date', toml: ['name = 2024-01-01'], problems: ['1:1 name: must be text in quotes, and is a date'] },
  {
    name: 'nan',
    toml: ['[container.resources]\ncpus = nan'],
    problems: ['2:1 container.resources.cpus: must be a number, or text in quotes, and is no usable number'],
  },
  {
    name: 'enum typo',
    toml: ['[container]\ntty = "atuo"'],
    problems: ['2:1 container.tty: must be one of auto, always, never, and is `atuo` (did you mean `auto`?)'],
  },
  {
    name: 'enum far',
    toml: ['[modes.a]\nexposure = "secret"'],
    problems: ['2:1 modes.a.exposure: must be one of public, private, and is `secret`'],
  },
  {
    name: 'enum type',
    toml: ['[container.mounts.a]\ntype = 1\ntarget = "/a"'],
    problems: ['2:1 container.mounts.a.type: must be one of bind, volume, tmpfs, auto, and is a number'],
  },
  {
    name: 'bad profile name',
    toml: ['name = "My Profile"'],
    problems: ['1:1 name: `My Profile` is not a name (use small letters, digits, `-`, `_` and `.`)'],
  },
  {
    name: 'missing key of env_files',
    toml: ['[container]\nenv_files = [{ required = false }]'],
    problems: ['2:14 container.env_files[0].path: this key is missing (write path = …)'],
  },
  {
    name: 'missing type of a config key',
    toml: ['[config.keys."a.b"]\nrequired = true'],
    problems: ['1:14 config.keys."a.b".type: this key is missing (write type = …)'],
  },
  {
    name: 'duration',
    toml: ['[container]\nstop_timeout = "10 seconds"'],
    problems: [
      '2:1 container.stop_timeout: `10 seconds` is not a duration (write for instance 500ms, 30s, 1m30s or 2h)',
    ],
  },
  {
    name: 'health duration',
    toml: ['[container.health]\ninterval = "soon"'],
    problems: ['2:1 container.health.interval: `soon` is not a duration (write for instance 500ms, 30s, 1m30s or 2h)'],
  },
  {
    name: 'size',
    toml: ['[container.resources]\nmemory = "512q"'],
    problems: [
      '2:1 container.resources.memory: `512q` is not a size (write a number and b, k, m, g or t, for instance 512m)',
    ],
  },
  {
    name: 'tmpfs size',
    toml: ['[container.mounts.a]\ntype = "tmpfs"\ntarget = "/a"\nsize = "big"'],
    problems: [
      '4:1 container.mounts.a.size: `big` is not a size (write a number and b, k, m, g or t, for instance 512m)',
    ],
  },
  {
    name: 'cpus',
    toml: ['[container.resources]\ncpus = "two"'],
    problems: ['2:1 container.resources.cpus: `two` is not a number of processors (write for instance 2 or 0.5)'],
  },
  {
    name: 'cpus zero',
    toml: ['[container.resources]\ncpus = 0'],
    problems: ['2:1 container.resources.cpus: `0` is not a number of processors (write for instance 2 or 0.5)'],
  },
  {
    name: 'pids',
    toml: ['[container.resources]\npids = 1.5'],
    problems: ['2:1 container.resources.pids: `1.5` is not a number of processes (write a whole number, or -1)'],
  },
  {
    name: 'ulimit',
    toml: ['[container.resources.ulimits]\nnofile = "many"'],
    problems: [
      '2:1 container.resources.ulimits.nofile: `many` is not a limit (write soft or soft:hard, for instance "1024:4096")',
    ],
  },
  {
    name: 'port short',
    toml: ['[container.ports]\nhttp = "80x"'],
    problems: [
      '2:1 container.ports.http: `80x` is not a port mapping (write [[ADDRESS:]HOST:]CONTAINER[/udp], for instance 127.0.0.1:8080:80)',
    ],
  },
  {
    name: 'port out of range',
    toml: ['[container.ports]\nhttp = 70000'],
    problems: ['2:1 container.ports.http: `70000` is not a port mapping (a port is a number from 1 to 65535)'],
  },
  {
    name: 'port host',
    toml: ['[container.ports.http]\ncontainer = 80\nhost = "localhost:http"'],
    problems: [
      '3:1 container.ports.http.host: `localhost:http` is not a port mapping (write PORT or ADDRESS:PORT, for instance 5000 or 127.0.0.1:5000)',
    ],
  },
  {
    name: 'port container',
    toml: ['[container.ports.http]\ncontainer = "8080:80"'],
    problems: [
      '2:1 container.ports.http.container: `8080:80` is not a port (write a number from 1 to 65535; the host half goes in `host`)',
    ],
  },
  {
    name: 'port address',
    toml: ['[container.ports.http]\ncontainer = 80\nhost = "300.1.1.1:80"'],
    problems: [
      '3:1 container.ports.http.host: `300.1.1.1:80` is not a port mapping (the address must be an IPv4 address or an IPv6 address in brackets)',
    ],
  },
  {
    name: 'signal',
    toml: ['[container]\nstop_signal = "SIGFOO"'],
    problems: ['2:1 container.stop_signal: `SIGFOO` is not a signal (write for instance SIGTERM, INT or 15)'],
  },
  {
    name: 'signal number',
    toml: ['[container]\nstop_signal = "65"'],
    problems: ['2:1 container.stop_signal: `65` is not a signal (write for instance SIGTERM, INT or 15)'],
  },
  {
    name: 'restart',
    toml: ['[container]\nrestart = "sometimes"'],
    problems: [
      '2:1 container.restart: `sometimes` is not a restart policy (write no, always, unless-stopped, on-failure or on-failure:N)',
    ],
  },
  {
    name: 'user',
    toml: ['[container]\nuser = "a b"'],
    problems: ['2:1 container.user: `a b` is not a user (write a name, uid or uid:gid, or `host`)'],
  },
  {
    name: 'workdir',
    toml: ['[container]\nworkdir = "app"'],
    problems: ['2:1 container.workdir: `app` is not an absolute path (paths in the container begin with /)'],
  },
  {
    name: 'image name',
    toml: ['[images.app]\nname = "My/App"'],
    problems: [
      '2:1 images.app.name: `My/App` is not an image name (write [host[:port]/]name[:tag], the name in lower case, for instance ghcr.io/team/app:dev)',
    ],
  },
  {
    name: 'image tag',
    toml: ['[images.app]\ntag = "a b"'],
    problems: ['2:1 images.app.tag: `a b` is not an image tag (use letters, digits, `_`, `.` and `-`)'],
  },
  {
    name: 'platform',
    toml: ['[images.app]\nplatform = "arm"'],
    problems: ['2:1 images.app.platform: `arm` is not a platform (write os/architecture, for instance linux/amd64)'],
  },
  {
    name: 'capability',
    toml: ['[container]\ncap_add = ["NET_ADMIN", "net-raw"]'],
    problems: ['2:25 container.cap_add[1]: `net-raw` is not a capability (write for instance NET_ADMIN)'],
  },
  {
    name: 'gpus',
    toml: ['[container]\ngpus = "some"'],
    problems: ['2:1 container.gpus: `some` is not a choice of GPUs (write all, a number, or device=NAME)'],
  },
  {
    name: 'device',
    toml: ['[container]\ndevices = ["kvm"]'],
    problems: [
      '2:12 container.devices[0]: `kvm` is not a device (write /dev/NAME[:/dev/INSIDE[:rwm]] or VENDOR/CLASS=NAME)',
    ],
  },
  {
    name: 'dns',
    toml: ['[container]\ndns = ["one.one"]'],
    problems: ['2:8 container.dns[0]: `one.one` is not an address (write an IP address)'],
  },
  {
    name: 'extra host',
    toml: ['[container.extra_hosts]\ndb = "database"'],
    problems: ['2:1 container.extra_hosts.db: `database` is not an address (write an IP address or host-gateway)'],
  },
  {
    name: 'a user by name where a number is needed',
    toml: ['[container]\nruns_as = "panoptes"'],
    problems: [
      '2:1 container.runs_as: `panoptes` is not a numeric user (write uid or uid:gid, for instance "1000:1000")',
    ],
  },
  {
    name: 'contents outside the mount',
    toml: ['[container.mounts.src]\ntype = "bind"\nsource = "."\ntarget = "/app"\ncontains = ["ok/file", "../x"]'],
    problems: [
      '5:24 container.mounts.src.contains[1]: `../x` is not a path below the mount (write it relative to the source, without ..)',
    ],
  },
  {
    name: 'hostname',
    toml: ['[container]\nhostname = "a_b"'],
    problems: ['2:1 container.hostname: `a_b` is not a host name (use letters, digits, `-` and `.`, at most 63)'],
  },
  {
    name: 'relative target',
    toml: ['[container.mounts.a]\ntype = "volume"\ntarget = "data"'],
    problems: ['3:1 container.mounts.a.target: `data` is not an absolute path (paths in the container begin with /)'],
  },
  {
    name: 'mode of tmpfs',
    toml: ['[container.mounts.a]\ntype = "tmpfs"\ntarget = "/a"\nmode = "rwx"'],
    problems: ['4:1 container.mounts.a.mode: `rwx` is not a file mode (write it in octal digits, for instance "1777")'],
  },
  {
    name: 'ready path',
    toml: ['[container.ready]\npath = "health"\n[container.ports]\nhttp = 80'],
    problems: ['2:1 container.ready.path: `health` is not a path of a web address (begin it with /)'],
  },
  {
    name: 'retries',
    toml: ['[container.health]\nretries = "few"'],
    problems: ['2:1 container.health.retries: `few` is not a number of tries (write a whole number)'],
  },
  {
    name: 'pattern',
    toml: ['[config.keys.a]\ntype = "string"\npattern = "("'],
    problems: [
      '3:1 config.keys.a.pattern: `(` is not a pattern (Invalid regular expression: /(/u: Unterminated group)',
    ],
  },
  {
    name: 'empty list entry',
    toml: ['[lists]\nr = ["a", ""]'],
    problems: ['2:11 lists.r[1]: a list entry is empty (take it out of the list)'],
  },
  {
    name: 'dotted list entry',
    toml: ['[lists]\nr = ["../a"]'],
    problems: [
      '2:6 lists.r[0]: `../a` is not a list entry (entries may not begin or end with a slash, nor hold `.` or `..` as a folder)',
    ],
  },
  {
    name: 'list entry slash',
    toml: ['[lists]\nr = ["/a"]'],
    problems: [
      '2:6 lists.r[0]: `/a` is not a list entry (entries may not begin or end with a slash, nor hold `.` or `..` as a folder)',
    ],
  },
  {
    name: 'env name',
    toml: ['[container.env]\n"A=B" = "1"'],
    problems: ['2:1 container.env."A=B": `A=B` is not a good name (a variable has a name, without `=` and spaces)'],
  },
  {
    name: 'env name space',
    toml: ['[container.env]\n"A B" = "1"'],
    problems: ['2:1 container.env."A B": `A B` is not a good name (a variable has a name, without `=` and spaces)'],
  },
  {
    name: 'mount key',
    toml: ['[container.mounts."a/b"]\ntype = "volume"\ntarget = "/a"'],
    problems: ['1:19 container.mounts."a/b": `a/b` is not a good name (use letters, digits, `-`, `_` and `.`)'],
  },
  {
    name: 'command name',
    toml: ['[commands.Serve]\nabout = "x"'],
    problems: ['1:11 commands.Serve: `Serve` is not a good name (use small letters, digits, `-` and `_`)'],
  },
  {
    name: 'reserved',
    toml: ['[commands.run]\nabout = "x"'],
    problems: ["1:11 commands.run: `run` is one of podctl's own commands (call it for instance run_app)"],
  },
  {
    name: 'reserved folded',
    toml: ['[commands.test_image]\nabout = "x"'],
    problems: [
      "1:11 commands.test_image: `test_image` is one of podctl's own commands (call it for instance test_image_app)",
    ],
  },
  {
    name: 'reserved alias',
    toml: ['[commands.serve]\naliases = ["up"]'],
    problems: ["2:12 commands.serve.aliases[0]: `up` is one of podctl's own commands (call it for instance up_app)"],
  },
  {
    name: 'proto',
    toml: ['[container.env]\n"__proto__" = "1"'],
    problems: ['2:1 container.env.__proto__: `__proto__` cannot be a key (choose another name)'],
  },
  {
    name: 'proto table',
    toml: ['["__proto__"]\na = 1'],
    problems: [`1:2 __proto__: \`__proto__\` is not a known key (known keys: ${TOP_KEYS})`],
  },
  {
    name: 'constructor',
    toml: ['[constructor]\na = 1'],
    problems: [`1:2 constructor: \`constructor\` is not a known key (known keys: ${TOP_KEYS})`],
  },
  {
    name: 'NUL',
    toml: ['[container.env]\nA = "a\\u0000b"'],
    problems: ['2:1 container.env.A: a text with a NUL character reaches no program'],
  },
  {
    name: 'bad variable',
    toml: ['[container]\nworkdir = "${1}"'],
    problems: [
      '2:1 container.workdir: `${1}` is not a variable (a variable is written ${NAME}; for a plain dollar write $$)',
    ],
  },
  {
    name: 'open variable',
    toml: ['[container]\nworkdir = "${A"'],
    problems: ['2:1 container.workdir: `${A` is not a variable (close it: ${A})'],
  },
  {
    name: 'open default',
    toml: ['[container]\nworkdir = "${A:-x"'],
    problems: ['2:1 container.workdir: `${A:-x` is not a variable (a closing } is missing)'],
  },
  {
    name: 'bad operator',
    toml: ['[container]\nworkdir = "${A:=x}"'],
    problems: [
      '2:1 container.workdir: `${A:=x}` is not a variable (after the name come }, :-default, :?message, :+other or %/*; for a plain dollar write $$)',
    ],
  },
  {
    name: 'unknown name',
    toml: ['[container.mounts.a]\ntype = "bind"\nsource = "{projekt}/a"\ntarget = "/a"'],
    problems: [
      '3:1 container.mounts.a.source: `{projekt}` is not a named value (did you mean {project}? For the plain text write {{projekt})',
    ],
  },
  {
    name: 'unknown name far',
    toml: ['[commands.go]\nargs = ["{nothing_known}"]'],
    problems: [
      '2:9 commands.go.args[0]: `{nothing_known}` is not a named value (known are {config}, {project}, {uid}, {gid}, {user}, {home}, {mode}, {command}, {profile}, {git}, {each}; for the plain text write {{nothing_known})',
    ],
  },
  {
    name: 'each outside',
    toml: ['[commands.go]\nargs = ["{each}"]'],
    problems: [
      '2:9 commands.go.args[0]: `{each}` has no value here (only a mount with `each`, or `shown` with `shown_each`, walks through a list)',
    ],
  },
  {
    name: 'name in default',
    toml: ['[commands.go]\nargs = ["${A:-{modus}}"]'],
    problems: [
      '2:9 commands.go.args[0]: `{modus}` is not a named value (known are {config}, {project}, {uid}, {gid}, {user}, {home}, {mode}, {command}, {profile}, {git}, {each}; for the plain text write {{modus})',
    ],
  },
  {
    name: 'bare dollar',
    toml: ['[container.mounts.a]\ntype = "bind"\nsource = "$HOME/a"\ntarget = "/a"'],
    problems: [
      '3:1 container.mounts.a.source: `$HOME` is not filled in here (write ${HOME}, or $$HOME for a plain dollar)',
    ],
  },
  {
    name: 'several at once',
    toml: ['[container]\ninit = 1\nstop_timeout = "x"\nfoo = 1\n[modes.a]\nexposur = "public"'],
    problems: [
      '2:1 container.init: must be true or false, and is a number',
      '3:1 container.stop_timeout: `x` is not a duration (write for instance 500ms, 30s, 1m30s or 2h)',
      '4:1 container.foo: `foo` is not a known key (known keys: image, hostname, user, runs_as, groups, userns, workdir, entrypoint, init, tty, env, env_files, mounts, ports, labels, resources, network, network_aliases, extra_hosts, dns, devices, gpus, cap_add, cap_drop, security, privileged, read_only, pid, ipc, stop_signal, stop_timeout, health, ready, restart)',
      '6:1 modes.a.exposur: `exposur` is not a known key (did you mean `exposure`?)',
    ],
  },
  {
    name: 'inline table',
    toml: ['container = { mounts = { a = { type = "volume", target = "x" } } }'],
    problems: ['1:49 container.mounts.a.target: `x` is not an absolute path (paths in the container begin with /)'],
  },
  {
    name: 'dotted keys',
    toml: ['container.mounts.a.type = "volume"\ncontainer.mounts.a.target = "x"'],
    problems: ['2:20 container.mounts.a.target: `x` is not an absolute path (paths in the container begin with /)'],
  },
  {
    name: 'array of tables',
    toml: ['[[container.env_files]]\npath = "a"\n[[container.env_files]]\npth = "b"\npath = "b"'],
    problems: ['4:1 container.env_files[1].pth: `pth` is not a known key (did you mean `path`?)'],
  },
  {
    name: 'unicode key',
    toml: ['[container.env]\n"größe" = true'],
    problems: [
      '2:1 container.env."größe": must be text in quotes, or a number, or false (takes it away), or a table, and is true',
    ],
  },
  {
    name: 'unicode before',
    toml: ['[container]\nlabels = { "ü" = "ä", b = 1 }'],
    problems: ['2:23 container.labels.b: must be text in quotes, or false (takes it away), and is a number'],
  },
];

const SHAPES: readonly Row[] = [
  {
    name: 'inline table over several lines',
    toml: ['container = {\n  init = 1,\n}'],
    problems: ['2:3 container.init: must be true or false, and is a number'],
  },
  {
    name: 'number, list and text for tables',
    toml: ['[container]\nenv = 5\nmounts = []\nports = "80"\n'],
    problems: [
      '2:1 container.env: must be a table, and is a number',
      '3:1 container.mounts: must be a table, and is a list',
      '4:1 container.ports: must be a table, and is text',
    ],
  },
  {
    name: 'array of tables for a table',
    toml: ['[[container]]\ninit = true'],
    problems: ['1:3 container: must be a table, and is a list'],
  },
  {
    name: 'text for an image',
    toml: ['[images]\napp = "x"'],
    problems: ['2:1 images.app: must be a table, or false (takes it away), and is text'],
  },
  {
    name: 'text for a list',
    toml: ['[lists]\na = "x"'],
    problems: ['2:1 lists.a: must be a list in [ ], and is text'],
  },
  { name: 'list for modes', toml: ['modes = ["a"]'], problems: ['1:1 modes: must be a table, and is a list'] },
  {
    name: 'number for a health check',
    toml: ['[container.health]\ntest = 5'],
    problems: ['2:1 container.health.test: must be text in quotes, or a list in [ ], and is a number'],
  },
  {
    name: 'number for an env file',
    toml: ['[container]\nenv_files = [5]'],
    problems: ['2:14 container.env_files[0]: must be text in quotes, or a table, and is a number'],
  },
  {
    name: 'true for a table that false takes away',
    toml: ['[container]\nready = true'],
    problems: ['2:1 container.ready: must be a table, or false (takes it away), and is true'],
  },
];

const WHOLE: readonly Row[] = [
  {
    name: 'no name',
    toml: ['images.app.name = "app"'],
    problems: ['1:1: the profile has no name (write name = "…" at the top, or extend a profile that has one)'],
  },
  {
    name: 'no image',
    toml: ['name = "t"\n[commands.go]\nabout = "x"'],
    problems: ['1:1: the profile has no image (write [images.NAME] with name = "…")'],
  },
  {
    name: 'several images and none chosen',
    toml: ['name = "t"\n[images.a]\n[images.b]'],
    problems: ['1:1: the container names none of the images (write image = "…" in [container]: a, b)'],
  },
  {
    name: 'unknown image',
    toml: [LEAST + '[container]\nimage = "ap"'],
    problems: ['5:1 container.image: no image is called `ap` (did you mean `app`?)'],
  },
  {
    name: 'unknown image far',
    toml: [LEAST + '[container]\nimage = "zzzz"'],
    problems: ['5:1 container.image: no image is called `zzzz` (known images: app)'],
  },
  {
    name: 'unknown base',
    toml: [LEAST + '[images.b]\nbase = "apq"\n[container]\nimage = "b"'],
    problems: ['5:1 images.b.base: no image is called `apq` (did you mean `app`?)'],
  },
  {
    name: 'base cycle',
    toml: ['name = "t"\n[images.a]\nbase = "b"\n[images.b]\nbase = "a"\n[container]\nimage = "a"'],
    problems: [
      '3:1 images.a.base: the image `a` is built on itself: a → b → a (take one `base` out)',
      '5:1 images.b.base: the image `b` is built on itself: b → a → b (take one `base` out)',
    ],
  },
  {
    name: 'base of itself',
    toml: ['name = "t"\n[images.a]\nbase = "a"'],
    problems: ['3:1 images.a.base: the image `a` is built on itself: a → a (take one `base` out)'],
  },
  {
    name: 'base_arg without base',
    toml: ['name = "t"\n[images.a]\nbase_arg = "BASE"'],
    problems: ['3:1 images.a.base_arg: `base_arg` needs `base` (name the image that this one is built on: base = "…")'],
  },
  {
    name: 'default mode unknown',
    toml: [LEAST + 'default_mode = "publik"\n[modes.public]\n[modes.private]'],
    problems: ['4:1 default_mode: no mode is called `publik` (did you mean `public`?)'],
  },
  {
    name: 'default mode without modes',
    toml: ['default_mode = "x"\nname = "t"\nimages.app.name = "app"\ncommands.go.about = "go"\n'],
    problems: ['1:1 default_mode: no mode is called `x` (the profile has no modes)'],
  },
  ...['', 'hidden = []'].map((hidden) => ({
    name: `a public mode that hides nothing (${hidden})`,
    toml: [`${LEAST}[modes.p]\nexposure = "public"\n${hidden}`],
    problems: [
      '5:1 modes.p.exposure: `exposure = "public"` hides nothing, so nothing would be refused (name the folders that must stay out of reach: hidden = ["/data/private"])',
    ],
  })),
  {
    name: 'shown_each unknown list',
    toml: [LEAST + '[lists]\nreleases = ["a"]\n[modes.p]\nshown = ["/d/{each}"]\nshown_each = "release"'],
    problems: ['8:1 modes.p.shown_each: no list is called `release` (did you mean `releases`?)'],
  },
  {
    name: 'shown without list',
    toml: [LEAST + '[modes.p]\nshown = ["/d/{each}"]'],
    problems: ['5:1 modes.p.shown: `{each}` has no list to walk through (name the list: shown_each = "…")'],
  },
  {
    name: 'mount without target',
    toml: [LEAST + '[container.mounts.a]\ntype = "volume"'],
    problems: ['4:19 container.mounts.a: the mount has no target (write target = "/…", the path in the container)'],
  },
  {
    name: 'mount without type',
    toml: [LEAST + '[container.mounts.a]\ntarget = "/a"'],
    problems: ['4:19 container.mounts.a: the mount has no type (write type = "bind", "volume" or "tmpfs")'],
  },
  {
    name: 'bind without source',
    toml: [LEAST + '[container.mounts.a]\ntype = "bind"\ntarget = "/a"'],
    problems: ['4:19 container.mounts.a: the bind has no source (write source = "…", the path on this machine)'],
  },
  {
    name: 'bind with empty source',
    toml: [LEAST + '[container.mounts.a]\ntype = "bind"\nsource = ""\ntarget = "/a"'],
    problems: ['4:19 container.mounts.a: the bind has no source (write source = "…", the path on this machine)'],
  },
  {
    name: 'tmpfs with source',
    toml: [LEAST + '[container.mounts.a]\ntype = "tmpfs"\nsource = "x"\ntarget = "/a"'],
    problems: ['6:1 container.mounts.a.source: a tmpfs has no `source` (take it out)'],
  },
  {
    name: 'path as a volume',
    toml: [LEAST + '[container.mounts.a]\nsource = "/srv/data"\ntype = "volume"\ntarget = "/a"\n'],
    problems: [
      '5:1 container.mounts.a.source: `/srv/data` is not a name of a volume (for a path of this machine write type = "bind")',
    ],
  },
  {
    name: 'bad name of a volume',
    toml: [LEAST + '[container.mounts.a]\nsource = "a b"\ntype = "volume"\ntarget = "/a"\n'],
    problems: [
      '5:1 container.mounts.a.source: `a b` is not a name of a volume (use letters, digits, `_`, `.` and `-`)',
    ],
  },
  {
    name: 'size of a bind',
    toml: [LEAST + '[container.mounts.a]\ntype = "bind"\nsource = "/s"\ntarget = "/a"\nsize = "1m"'],
    problems: ['8:1 container.mounts.a.size: a bind has no `size` (`size` belongs to a tmpfs)'],
  },
  {
    name: 'kind of a volume',
    toml: [LEAST + '[container.mounts.a]\nkind = "file"\ntype = "volume"\ntarget = "/a"\n'],
    problems: ['5:1 container.mounts.a.kind: a volume has no `kind` (`kind` belongs to a bind)'],
  },
  {
    name: 'driver of a tmpfs',
    toml: [LEAST + '[container.mounts.a]\ntype = "tmpfs"\ntarget = "/a"\ndriver = "local"'],
    problems: ['7:1 container.mounts.a.driver: a tmpfs has no `driver` (`driver` belongs to a volume)'],
  },
  {
    name: 'two mounts on one target',
    toml: [
      LEAST +
        '[container.mounts.a]\ntype = "volume"\ntarget = "/a"\n[container.mounts.b]\ntype = "volume"\ntarget = "/x/../a/"',
    ],
    problems: [
      '9:1 container.mounts.b.target: the mounts `a` and `b` have one target, `/a` (give each mount a target of its own)',
    ],
  },
  {
    name: 'two mounts on one target in a mode',
    toml: [
      LEAST +
        '[container.mounts.a]\ntype = "volume"\ntarget = "/a"\n[modes.m.container.mounts.b]\ntype = "volume"\ntarget = "/a"\n',
    ],
    problems: [
      '9:1 modes.m.container.mounts.b.target: the mounts `a` and `b` have one target, `/a` (give each mount a target of its own)',
    ],
  },
  {
    name: 'unknown list',
    toml: [
      LEAST + '[lists]\nreleases = []\n[container.mounts.a]\neach = "relases"\ntype = "volume"\ntarget = "/a/{each}"',
    ],
    problems: ['7:1 container.mounts.a.each: no list is called `relases` (did you mean `releases`?)'],
  },
  {
    name: 'each without a list',
    toml: [LEAST + '[container.mounts.a]\ntype = "bind"\nsource = "/s/{each}"\ntarget = "/a"'],
    problems: ['6:1 container.mounts.a.source: `{each}` has no list to walk through (name the list: each = "…")'],
  },
  {
    name: 'each without {each} in the target',
    toml: [
      LEAST +
        '[lists]\nr = ["x"]\n[container.mounts.a]\neach = "r"\ntype = "bind"\nsource = "/s/{each}"\ntarget = "/a"',
    ],
    problems: [
      '10:1 container.mounts.a.target: every entry of the list would get the same target (put {each} into the target)',
    ],
  },
  {
    name: 'port without container',
    toml: [LEAST + '[container.ports.http]\nhost = 80'],
    problems: [
      '4:18 container.ports.http: the port has no `container` (write container = NUMBER, the port that the program listens on)',
    ],
  },
  {
    name: 'ready of an unknown port',
    toml: [LEAST + '[container.ports]\nhttp = 80\n[container.ready]\nport = "htpp"'],
    problems: ['7:1 container.ready.port: no port is called `htpp` (did you mean `http`?)'],
  },
  {
    name: 'ready without a port to ask',
    toml: [LEAST + '[container.ready]\ntimeout = "5s"'],
    problems: ['4:12 container.ready: `ready` names no port (write port = "…", a key of [container.ports])'],
  },
  {
    name: 'value and from',
    toml: [LEAST + '[container.env.A]\nvalue = "1"\nfrom = "B"'],
    problems: [
      '6:1 container.env.A.from: `value` and `from` exclude each other (for a default write value = "${NAME:-…}")',
    ],
  },
  {
    name: 'two commands by folding',
    toml: [LEAST + '[commands.a-b]\n[commands.a_b]'],
    problems: [
      '5:11 commands.a_b: `a_b` and `a-b` are one command: dashes and underscores are the same (give each command a name of its own)',
    ],
  },
  {
    name: 'an alias that is a command',
    toml: [LEAST + '[commands.a]\naliases = ["go"]'],
    problems: ['5:12 commands.a.aliases[0]: two commands are called `go` (give each command a name of its own)'],
  },
  {
    name: 'false that takes nothing',
    toml: [LEAST + '[container.mounts]\ncache = false'],
    problems: [
      '5:1 container.mounts.cache: `false` takes `cache` away, but no earlier layer sets it (check the name; for the text false write "false")',
    ],
  },
  {
    name: 'false for an environment value',
    toml: [LEAST + '[container.env]\nDEBUG = false'],
    problems: [
      '5:1 container.env.DEBUG: `false` takes `DEBUG` away, but no earlier layer sets it (check the name; for the text false write "false")',
    ],
  },
  {
    name: 'false in a mode that takes nothing',
    toml: [LEAST + '[container.mounts.data]\ntype = "volume"\ntarget = "/a"\n[modes.m.container.mounts]\ndato = false'],
    problems: [
      '8:1 modes.m.container.mounts.dato: `false` takes `dato` away, but no earlier layer sets it (check the name; for the text false write "false")',
    ],
  },
  {
    name: 'false for a command that is not there',
    toml: [LEAST + 'commands.stop2 = false'],
    problems: [
      '4:10 commands.stop2: `false` takes `stop2` away, but no earlier layer sets it (check the name; for the text false write "false")',
    ],
  },
  {
    name: 'all at once',
    toml: [
      LEAST +
        '[container]\nimage = "x"\n[container.mounts.a]\n[container.mounts.b]\ntype = "bind"\ntarget = "/b"\n[modes.m]\nshown_each = "r"',
    ],
    problems: [
      '5:1 container.image: no image is called `x` (known images: app)',
      '6:19 container.mounts.a: the mount has no type (write type = "bind", "volume" or "tmpfs")',
      '6:19 container.mounts.a: the mount has no target (write target = "/…", the path in the container)',
      '7:19 container.mounts.b: the bind has no source (write source = "…", the path on this machine)',
      '11:1 modes.m.shown_each: no list is called `r` (the profile has no lists)',
    ],
  },
  {
    name: 'mistake of an overlay is placed in its layer',
    toml: [
      LEAST + '[container.mounts.a]\ntype = "volume"\ntarget = "/a"\n',
      'extends = "base"\n[container.mounts.b]\ntype = "volume"\ntarget = "/a"\n',
    ],
    problems: [
      '4:1 container.mounts.b.target: the mounts `a` and `b` have one target, `/a` (give each mount a target of its own)',
    ],
  },
  {
    name: 'mistake of the base is placed in the base',
    toml: [LEAST + '[container.mounts.a]\ntype = "volume"', 'extends = "base"'],
    problems: [
      'base.toml:4:19 container.mounts.a: the mount has no target (write target = "/…", the path in the container)',
    ],
  },
  {
    name: 'an overlay that makes a base key wrong',
    toml: [
      LEAST + '[container.mounts.a]\ntype = "tmpfs"\ntarget = "/a"\nsize = "1m"',
      'extends = "base"\n[container.mounts.a]\ntype = "volume"',
    ],
    problems: ['base.toml:7:1 container.mounts.a.size: a volume has no `size` (`size` belongs to a tmpfs)'],
  },
];

const SYNTAX: readonly Row[] = [
  {
    name: 'text without quotes',
    toml: ['name = t'],
    problems: ['1:8: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })'],
  },
  {
    name: 'open quote',
    toml: ['name = "t\nabout = "x"'],
    problems: [
      '1:10: this is not TOML: control characters are not allowed in strings (close the text with its quote on the same line; text of several lines stands in three quotes)',
    ],
  },
  {
    name: 'backslash in a path',
    toml: ['[container.mounts.a]\nsource = "C:\\data\\x"'],
    problems: [
      "2:14: this is not TOML: unrecognised escape sequence (a backslash begins an escape: write \\\\, or put the text in 'single quotes')",
    ],
  },
  {
    name: 'key without value',
    toml: ['name = "t"\nabout ='],
    problems: ['2:8: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })'],
  },
  {
    name: 'no equals sign',
    toml: ['name = "t"\nabout "x"'],
    problems: [
      '2:7: this is not TOML: illegal character in key (write key = value; a header ends with ], and a key with other signs stands in quotes)',
    ],
  },
  {
    name: 'table twice',
    toml: ['[container]\ninit = true\n[container]\ntty = "auto"'],
    problems: [
      '3:2: this is not TOML: trying to redefine an already defined table or value (the same key or table stands further up; put both into one)',
    ],
  },
  {
    name: 'key twice',
    toml: ['name = "t"\nname = "u"'],
    problems: [
      '2:1: this is not TOML: trying to redefine an already defined table or value (the same key or table stands further up; put both into one)',
    ],
  },
  {
    name: 'open list',
    toml: ['[commands.go]\nargs = ["a",\n'],
    problems: ['3:1: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })'],
  },
  {
    name: 'open table header',
    toml: ['[container\ninit = true'],
    problems: [
      '1:11: this is not TOML: illegal character in key (write key = value; a header ends with ], and a key with other signs stands in quotes)',
    ],
  },
  {
    name: 'open inline table',
    toml: ['container = { init = true'],
    problems: ['1:26: this is not TOML: expected comma or end of structure (a comma or a closing bracket is missing)'],
  },
  {
    name: 'big number',
    toml: ['[container.ports]\nhttp = 99999999999999999999'],
    problems: [
      '2:8: this is not TOML: integer value cannot be represented losslessly (write a smaller number, or the number as text in quotes)',
    ],
  },
  {
    name: 'Windows line endings',
    toml: ['name = "t"\r\n[container]\r\ninit = 1\r\n'],
    problems: ['3:1 container.init: must be true or false, and is a number'],
  },
  {
    name: 'Windows line endings and bad syntax',
    toml: ['name = "t"\r\nabout = x\r\n'],
    problems: ['2:9: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })'],
  },
  {
    name: 'byte order mark',
    toml: ['\ufeffnmae = "t"'],
    problems: ['1:1 nmae: `nmae` is not a known key (did you mean `name`?)'],
  },
  {
    name: 'byte order mark and bad syntax',
    toml: ['\ufeffname = t'],
    problems: ['1:8: this is not TOML: invalid value (text stands in quotes, a list in [ ], a table in { })'],
  },
  {
    name: 'tabs',
    toml: ['[container]\n\tinit = 1'],
    problems: ['2:2 container.init: must be true or false, and is a number'],
  },
  {
    name: 'quoted keys',
    toml: ['["container"]\n"init" = 1\n\'tty\' = "x"'],
    problems: [
      '2:1 container.init: must be true or false, and is a number',
      '3:1 container.tty: must be one of auto, always, never, and is `x`',
    ],
  },
  {
    name: 'key after text of several lines',
    toml: ['about = """\na\nb\n"""\nnmae = "t"'],
    problems: ['5:1 nmae: `nmae` is not a known key (did you mean `name`?)'],
  },
  {
    name: 'list over several lines',
    toml: ['[commands.go]\nargs = [\n  "a",\n  2,\n]'],
    problems: ['4:3 commands.go.args[1]: must be text in quotes, and is a number'],
  },
  {
    name: 'nested inline table in a list',
    toml: ['[container]\nenv_files = [\n  "a",\n  { path = 1 },\n]'],
    problems: ['4:5 container.env_files[1].path: must be text in quotes, and is a number'],
  },
  {
    name: 'dotted header with spaces',
    toml: ['[ container . resources ]\nmemory = "x"'],
    problems: [
      '2:1 container.resources.memory: `x` is not a size (write a number and b, k, m, g or t, for instance 512m)',
    ],
  },
  {
    name: 'header that passes through',
    toml: ['[modes.a.container]\ninit = 1\n[modes.a]\nabot = "x"'],
    problems: [
      '2:1 modes.a.container.init: must be true or false, and is a number',
      '4:1 modes.a.abot: `abot` is not a known key (did you mean `about`?)',
    ],
  },
];

describe.each([
  { what: 'one layer', rows: LAYER },
  { what: 'the shape of tables', rows: SHAPES },
  { what: 'all layers together', rows: WHOLE },
  { what: 'TOML itself', rows: SYNTAX },
])('mistakes of $what', ({ rows }) => {
  test.each(rows)('$name', async ({ toml, problems: expected }) => {
    expect(await problems(...toml)).toEqual(expected);
  });
});

describe('the error', () => {
  test('one mistake is the message itself', async () => {
    const error = await failure(() => parseProfile({ file: 'podctl.toml', text: 'nmae = "t"' }));
    expect(error).toMatchObject({
      code: 'BAD_DATA',
      message: '`nmae` is not a known key',
      hint: 'did you mean `name`?',
    });
    expect(EXIT_CODE[error.code]).toBe(65);
  });

  test('several mistakes have a headline', async () => {
    const error = await failure(() => parseProfile({ file: 'podctl.toml', text: 'a1 = 1\nb1 = 1' }));
    expect(error.message).toBe('`podctl.toml` has mistakes: 2 problems');
    expect(error.problems).toHaveLength(2);
  });

  test('mistakes of the whole are BAD_DATA too', async () => {
    const error = await failure(() => load(LEAST, '[container.mounts.a]'));
    expect(error.code).toBe('BAD_DATA');
    expect(error.message).toBe('`podctl.toml` has mistakes: 2 problems');
  });

  test('a key named __proto__ changes no object', async () => {
    await failure(() => parseProfile({ file: 'p', text: '[container.env."__proto__"]\nvalue = "x"' }));
    expect(Object.hasOwn(Object.prototype, 'value')).toBe(false);
  });
});
