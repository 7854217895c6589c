import { parseDuration } from '../core/duration.js';
import { PodctlError } from '../core/errors.js';
import { checkServer, parseImageRef } from '../core/image-ref.js';
import { isPlatform } from '../core/platform.js';
import { parseHostEndpoint, parsePort } from '../core/port.js';
import { parseSize } from '../core/size.js';
import { checkLitestreamImage, checkReplica } from './litestream-words.js';

/** Judges one value that is text or a number; throws a PodctlError when it will not do. */
type Check = (text: string) => unknown;

const SIGNALS = new Set(
  (
    'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN TTOU URG XCPU ' +
    'XFSZ VTALRM PROF WINCH IO PWR SYS RTMIN RTMAX'
  )
    .split(' ')
    .flatMap((name) => [name, `SIG${name}`]),
);

const CHECKS: Readonly<Record<string, Check>> = {
  'lists/*/#': listEntry,
  'images/*/name': parseImageRef,
  'images/*/tag': expect(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/,
    'an image tag',
    'use letters, digits, `_`, `.` and `-`',
  ),
  'images/*/platform': platform,
  'images/*/platforms/#': platform,
  'images/*/server': checkServer,
  'images/*/project': (text) => text === '' || parseImageRef(`localhost/${text}`),
  'images/*/uid_arg': argument,
  'images/*/gid_arg': argument,
  'images/*/secrets/*/env': argument,
  'container/hostname': expect(
    /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/,
    'a host name',
    'use letters, digits, `-` and `.`, at most 63',
  ),
  'container/user': expect(/^[^\s:]+(:[^\s:]+)?$/, 'a user', 'write a name, uid or uid:gid, or `host`'),
  'container/runs_as': expect(/^\d+(:\d+)?$/, 'a numeric user', 'write uid or uid:gid, for instance "1000:1000"'),
  'container/mounts/*/contains/#': expect(
    /^(?![\\/])(?!(.*[\\/])?\.\.([\\/]|$))./,
    'a path below the mount',
    'write it relative to the source, without ..',
  ),
  'container/workdir': inside,
  'container/mounts/*/target': inside,
  'container/mounts/*/size': parseSize,
  'container/mounts/*/mode': expect(/^[0-7]{3,4}$/, 'a file mode', 'write it in octal digits, for instance "1777"'),
  'container/ports/*': parsePort,
  'container/ports/*/host': parseHostEndpoint,
  'container/ports/*/container': portNumber,
  'container/resources/memory': parseSize,
  'container/resources/memory_swap': (text) => (text === '-1' ? text : parseSize(text)),
  'container/resources/shm': parseSize,
  'container/resources/cpus': (text) => {
    if (!/^\d+(\.\d+)?$/.test(text) || Number(text) === 0) {
      throw bad(text, 'a number of processors', 'write for instance 2 or 0.5');
    }
  },
  'container/resources/pids': expect(/^(-1|[1-9]\d*)$/, 'a number of processes', 'write a whole number, or -1'),
  'container/resources/ulimits/*': expect(
    /^(-1|\d+)(:(-1|\d+))?$/,
    'a limit',
    'write soft or soft:hard, for instance "1024:4096"',
  ),
  'container/extra_hosts/*': expect(
    /^(host-gateway|[0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/,
    'an address',
    'write an IP address or host-gateway',
  ),
  'container/dns/#': expect(/^([0-9.]+|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*)$/, 'an address', 'write an IP address'),
  'container/devices/#': expect(
    /^(\/|[\w.-]+\/[\w.-]+=)/,
    'a device',
    'write /dev/NAME[:/dev/INSIDE[:rwm]] or VENDOR/CLASS=NAME',
  ),
  'container/gpus': expect(/^(all|\d+|device=.+)$/, 'a choice of GPUs', 'write all, a number, or device=NAME'),
  'container/cap_add/#': capability,
  'container/cap_drop/#': capability,
  'container/stop_signal': signal,
  'container/stop_timeout': parseDuration,
  'container/restart': expect(
    /^(no|always|unless-stopped|on-failure(:\d+)?)$/,
    'a restart policy',
    'write no, always, unless-stopped, on-failure or on-failure:N',
  ),
  'container/health/interval': parseDuration,
  'container/health/timeout': parseDuration,
  'container/health/start_period': parseDuration,
  'container/health/retries': expect(/^\d+$/, 'a number of tries', 'write a whole number'),
  'container/ready/path': expect(/^\//, 'a path of a web address', 'begin it with /'),
  'container/ready/timeout': parseDuration,
  'config/keys/*/pattern': regular,
  'env/*/pattern': regular,
  'env/*/ends_with': expect(/^\/(.*[^/\s?#])?$/, 'the end of a path', 'begin it with /, and end it without one'),
  'env/*/generate': expect(
    /^(hex|base64|alnum):[1-9]\d{0,3}$/,
    'a way to make a value',
    'write hex:32, base64:32 (bytes) or alnum:20 (letters)',
  ),
  'env/*/source/engine_secret': expect(
    /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
    'a name of a secret',
    'use letters, digits, `_`, `.` and `-`',
  ),
  'env/*/target': inside,
  'test/timeout': parseDuration,
  'test/source/target': inside,
  'test/reports/#/path': report,
  'test/services/*/ready/port': portNumber,
  'test/services/*/ready/path': expect(/^\//, 'a path of a web address', 'begin it with /'),
  'test/services/*/ready/timeout': parseDuration,
  'test/expect/exposed/#': expect(/^\d+(\/(tcp|udp|sctp))?$/, 'an exposed port', 'write for instance 8080 or 53/udp'),
  'test/expect/max_size': parseSize,
  'test/expect/files_present/#': inside,
  'test/expect/files_absent/#': inside,
  'data/*/file': inside,
  'data/*/password': variableName,
  'data/*/litestream/replica': checkReplica,
  'data/*/litestream/image': checkLitestreamImage,
  'data/*/litestream/endpoint': expect(
    /^https?:\/\/[^@\s$]+$/,
    'an address of a store',
    'write for instance http://minio:9000',
  ),
  'data/*/litestream/snapshot_interval': parseDuration,
  'data/*/litestream/retention': parseDuration,
  'data/*/litestream/access_key': variableName,
  'data/*/litestream/secret_key': variableName,
  'data/*/backup/keep_last': count,
  'data/*/backup/keep_daily': count,
  'data/*/backup/keep_weekly': count,
  'data/*/backup/keep_monthly': count,
};

function variableName(text: string): string {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) return text;
  throw bad(text, 'the name of a variable', 'write the name alone, for instance DB_PASSWORD');
}

/** What is wrong with a value at a place of this shape, or null. The text has no variables left. */
export function valueProblem(shape: string, text: string): PodctlError | null {
  if (text.includes('\0')) return new PodctlError('BAD_DATA', 'a text with a NUL character reaches no program');
  const check = Object.hasOwn(CHECKS, shape) ? CHECKS[shape] : undefined;
  try {
    check?.(text);
    return null;
  } catch (error) {
    if (error instanceof PodctlError) return error;
    throw error;
  }
}

function expect(pattern: RegExp, what: string, hint: string): Check {
  return (text) => {
    if (!pattern.test(text)) throw bad(text, what, hint);
  };
}

function regular(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw bad(text, 'a pattern', error instanceof Error ? error.message : undefined);
  }
}

function platform(text: string): void {
  if (isPlatform(text)) return;
  throw bad(text, 'a platform', 'write os/architecture, for instance linux/amd64');
}

function argument(text: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(text)) throw bad(text, 'a name of a variable', 'use letters, digits and `_`');
}

function inside(text: string): void {
  if (text.startsWith('/')) return;
  throw bad(text, 'an absolute path', 'paths in the container begin with /');
}

function portNumber(text: string): void {
  if (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535) return;
  throw bad(text, 'a port', 'write a number from 1 to 65535; the host half goes in `host`');
}

// Under its own name it is copied; a path that ends in dots or a slash has none.
function report(text: string): void {
  inside(text);
  if (!/(^|\/)\.{0,2}$/.test(text)) return;
  throw bad(text, 'a file or a folder by its name', 'write for instance /app/reports or /app/junit.xml');
}

function count(text: string): void {
  if (!/^\d{1,4}$/.test(text)) throw bad(text, 'a number of backups', 'write a whole number');
}

function capability(text: string): void {
  if (!/^[A-Za-z_]+$/.test(text)) throw bad(text, 'a capability', 'write for instance NET_ADMIN');
}

function signal(text: string): void {
  const numbered = /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 64;
  const realTime = /^(SIG)?RT(MIN\+\d+|MAX-\d+)$/i.test(text);
  if (numbered || realTime || SIGNALS.has(text.toUpperCase())) return;
  throw bad(text, 'a signal', 'write for instance SIGTERM, INT or 15');
}

// An empty entry, or one with dots, would make a mount of the list reach its neighbours and its parent.
function listEntry(text: string): void {
  if (text === '') throw new PodctlError('BAD_DATA', 'a list entry is empty', { hint: 'take it out of the list' });
  if (text.split(/[\\/]/).some((part) => part === '' || part === '.' || part === '..')) {
    throw bad(text, 'a list entry', 'entries may not begin or end with a slash, nor hold `.` or `..` as a folder');
  }
}

function bad(text: string, what: string, hint: string | undefined): PodctlError {
  return new PodctlError('BAD_DATA', `\`${text}\` is not ${what}`, hint === undefined ? {} : { hint });
}
