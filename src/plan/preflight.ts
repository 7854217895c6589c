import type { ErrorCode, Problem } from '../core/errors.js';
import type { Origins } from '../core/origin.js';
import { formatKey } from '../core/place.js';
import type { EngineFacts } from '../spec/facts.js';
import type { ContainerSpec, Mount, PublishedPort } from '../spec/spec.js';
import type { ImagePresence, PathFacts, PortAnswer, PortQuestion, PreflightAnswers } from './host-answers.js';
import { judgeContent, mountContents } from './mount-contents.js';
import { engineSecrets, judgeSecret } from './preflight-secrets.js';
import type { Refusal } from './refusal.js';

/** One thing that would make the start fail; `code` is the kind of failure. */
export type PreflightProblem = { readonly code: ErrorCode; readonly problem: Problem };

/** Such a thing, with what to do about it. */
export function preflightProblem(code: ErrorCode, message: string, hint: string): PreflightProblem {
  return { code, problem: { message, hint } };
}

export type PreflightContext = {
  readonly engine: Pick<EngineFacts, 'name' | 'arch' | 'emulates' | 'assumed'>;
  /** `arch` null: the image was not inspected; `entrypoint` null: nor was that, or it has none. */
  readonly image: {
    readonly presence: ImagePresence;
    readonly buildable: string | null;
    readonly arch: string | null;
    readonly entrypoint: readonly string[] | null;
  };
  /** Which of the two are terminals. */
  readonly terminal: { readonly stdin: boolean; readonly stdout: boolean };
  readonly detach: boolean;
  readonly origins: Origins;
  /** Ports that a stale container of this very command holds: it goes before the start. */
  readonly ownPorts: readonly number[];
};

/** Everything that has to be looked at on the host before a start. */
export function preflightQuestions(
  spec: ContainerSpec,
  entrypoint: readonly string[] | null,
): {
  readonly paths: readonly string[];
  readonly ports: readonly PortQuestion[];
  /** Names of secrets that the engine must keep. */
  readonly secrets: readonly string[];
} {
  const paths = spec.mounts.filter((mount) => mount.type === 'bind').map((mount) => mount.source);
  const devices = spec.devices.map((device) => device.split(':')[0] ?? '').filter((path) => path.startsWith('/'));
  const ports = spec.ports.flatMap(({ key, address, hostPort, protocol }) =>
    hostPort === null || protocol !== 'tcp' ? [] : [{ key, address, port: hostPort }],
  );
  const contents = mountContents(spec, entrypoint).map(({ path }) => path);
  return { paths: [...new Set([...paths, ...contents, ...devices])], ports, secrets: engineSecrets(spec) };
}

/** All that would make the start fail, in one pass. */
export function preflight(
  spec: ContainerSpec,
  answers: PreflightAnswers,
  context: PreflightContext,
): readonly PreflightProblem[] {
  const { origins } = context;
  return [
    ...spec.mounts.flatMap((mount) =>
      located(`mounts/${mount.key}`, judgeSource(mount, answers.paths[mount.source]), origins),
    ),
    ...judgeContents(spec, answers, context),
    ...spec.devices.flatMap((device, index) => located(`devices/${index}`, judgeDevice(device, answers), origins)),
    ...spec.ports.flatMap((port) =>
      located(`ports/${port.key}`, judgePort(port, answers.ports[port.key], context), origins),
    ),
    ...spec.secrets.flatMap((secret) =>
      located(`secrets/${secret.name}`, judgeSecret(secret, answers, context), origins),
    ),
    ...twice(spec.ports),
    ...located('image', judgeImage(spec, context), origins),
    ...judgeTerminal(spec, context),
  ];
}

/** One refusal for all problems: it has the first one's exit code. null when there is nothing to refuse. */
export function preflightRefusal(found: readonly PreflightProblem[]): Refusal | null {
  const [first] = found;
  if (first === undefined) return null;
  const problems = found.map((one) => one.problem);
  const { message, hint } = first.problem;
  if (found.length === 1) return { kind: 'refused', code: first.code, message, hint, problems };
  return {
    kind: 'refused',
    code: first.code,
    message: `the container cannot start: ${found.length} problems`,
    problems,
  };
}

/** The spec without optional mounts whose source is missing. */
export function withoutMissing(spec: ContainerSpec, answers: PreflightAnswers): ContainerSpec {
  return { ...spec, mounts: spec.mounts.filter((mount) => !(mount.optional && isMissing(mount, answers))) };
}

/** Keys of the mounts whose missing folder is to be made. */
export function missingToCreate(spec: ContainerSpec, answers: PreflightAnswers): ReadonlySet<string> {
  return new Set(spec.mounts.filter((mount) => mount.create && isMissing(mount, answers)).map((mount) => mount.key));
}

function isMissing(mount: Mount, answers: PreflightAnswers): boolean {
  return mount.type === 'bind' && answers.paths[mount.source]?.kind === null;
}

function judgeSource(mount: Mount, facts: PathFacts | undefined): PreflightProblem | null {
  if (mount.type !== 'bind' || facts === undefined) return null;
  const what = mount.key.startsWith('flag/') ? '`--mount`' : `mount \`${mount.key}\``;
  if (facts.kind === null) {
    if (mount.optional || mount.create) return null;
    const link = facts.links.at(-1);
    const dangling = link === undefined ? '' : `; the link \`${link.path}\` leads to \`${link.target}\``;
    return preflightProblem(
      'MISSING_INPUT',
      `${what}: nothing is at \`${mount.source}\`${dangling}`,
      missingHint(mount),
    );
  }
  if (mount.kind === null || mount.kind === facts.kind) return null;
  const hint = `the profile wants ${article(mount.kind)} for \`${mount.target}\`: name one`;
  return preflightProblem(
    'MISSING_INPUT',
    `${what}: \`${mount.source}\` is ${article(facts.kind)}, not ${article(mount.kind)}`,
    hint,
  );
}

function judgeContents(
  spec: ContainerSpec,
  { paths }: PreflightAnswers,
  { image, origins }: PreflightContext,
): readonly PreflightProblem[] {
  return mountContents(spec, image.entrypoint).flatMap((content) => {
    const facts = { content: paths[content.path], source: paths[content.mount.source] };
    const found = judgeContent(content, facts);
    return found === null
      ? []
      : located(`mounts/${content.mount.key}`, { code: 'MISSING_INPUT', problem: found }, origins);
  });
}

// Engines differ here: docker's -v would make an empty folder owned by root, podman stops. podctl stops before either.
function missingHint(mount: Mount): string {
  const what = mount.kind === null ? 'path' : mount.kind;
  return `make that ${what}, or name another one${mount.kind === 'file' ? '' : '; `create = true` in the profile has podctl make a folder'}`;
}

function judgeDevice(device: string, answers: PreflightAnswers): PreflightProblem | null {
  const path = device.split(':')[0] ?? '';
  if (answers.paths[path]?.kind !== null) return null;
  return preflightProblem(
    'MISSING_INPUT',
    `device \`${path}\` is not there`,
    'see whether its driver is loaded, or take it out of `devices`',
  );
}

function judgePort(
  port: PublishedPort,
  answer: PortAnswer | undefined,
  context: PreflightContext,
): PreflightProblem | null {
  if (answer === undefined || answer.free || port.hostPort === null || context.ownPorts.includes(port.hostPort))
    return null;
  const at = `${port.address.includes(':') ? `[${port.address}]` : port.address}:${port.hostPort}`;
  if (answer.why === 'no-address') {
    return preflightProblem(
      'CANNOT_CREATE',
      `port \`${port.key}\`: this machine has no address \`${port.address}\``,
      'publish on 127.0.0.1, or on an address of this machine',
    );
  }
  if (answer.why === 'denied') {
    return preflightProblem(
      'CANNOT_CREATE',
      `port \`${port.key}\`: this user may not open ${at}`,
      'choose a port from 1024 up with `--port`',
    );
  }
  const holder =
    answer.holder === null ? 'another program' : `\`${answer.holder.program}\` (process ${answer.holder.pid})`;
  return preflightProblem(
    'CANNOT_CREATE',
    `port \`${port.key}\`: ${at} is taken by ${holder}`,
    'choose another one with `--port`, or end that program',
  );
}

function twice(ports: readonly PublishedPort[]): readonly PreflightProblem[] {
  return ports.flatMap((port, index) => {
    const other = ports
      .slice(0, index)
      .find(
        (earlier) =>
          earlier.hostPort !== null &&
          earlier.hostPort === port.hostPort &&
          earlier.protocol === port.protocol &&
          sharesAddress(earlier, port),
      );
    if (other === undefined) return [];
    return [
      preflightProblem(
        'BAD_DATA',
        `ports \`${other.key}\` and \`${port.key}\` both want ${port.hostPort} of the host`,
        'give one of them another host port',
      ),
    ];
  });
}

function sharesAddress(a: PublishedPort, b: PublishedPort): boolean {
  const any = ['0.0.0.0', '::'];
  return a.address === b.address || any.includes(a.address) || any.includes(b.address);
}

function judgeImage(spec: ContainerSpec, { image, engine }: PreflightContext): PreflightProblem | null {
  if (image.presence === 'missing' && image.buildable !== null) {
    return preflightProblem(
      'UNAVAILABLE',
      `the image \`${spec.image}\` is not there yet`,
      'build it with `podctl build`',
    );
  }
  if (image.presence === 'missing' && spec.pull === 'never') {
    return preflightProblem(
      'UNAVAILABLE',
      `the image \`${spec.image}\` is not there, and the profile says never to pull it`,
      'load or build the image, or take `pull = "never"` out',
    );
  }
  const arch = archOf(image.arch ?? spec.platform?.split('/')[1] ?? engine.arch);
  if (engine.assumed || [engine.arch, ...engine.emulates].map(archOf).includes(arch)) return null;
  return preflightProblem(
    'UNAVAILABLE',
    `the image \`${spec.image}\` is made for \`${arch}\`, and this engine runs \`${engine.arch}\``,
    'build or pull it for this machine, or install emulation (binfmt with qemu)',
  );
}

/** One name for a processor: images and kernels write the same one differently. */
export function archOf(name: string): string {
  const plain = name.toLowerCase().split('/')[0] ?? '';
  return (
    { x86_64: 'amd64', x64: 'amd64', aarch64: 'arm64', i386: '386', i686: '386', armv7l: 'arm', armhf: 'arm' }[plain] ??
    plain
  );
}

function judgeTerminal(spec: ContainerSpec, { terminal, detach }: PreflightContext): readonly PreflightProblem[] {
  if (!spec.tty || detach || (terminal.stdin && terminal.stdout)) return [];
  const side = terminal.stdin ? 'stdout' : 'stdin';
  return [
    preflightProblem(
      'USAGE',
      `a terminal is asked for, and ${side} is none`,
      'run it from a terminal, or write `tty = "auto"` in the profile',
    ),
  ];
}

function located(pointer: string, found: PreflightProblem | null, origins: Origins): readonly PreflightProblem[] {
  if (found === null) return [];
  const origin = (origins[pointer] ?? []).find((one) => one.kind === 'profile');
  if (origin === undefined) return [found];
  const { file, line, column, path } = origin;
  const at = { file, line, column, key: formatKey(path), path };
  return [{ ...found, problem: { ...found.problem, at } }];
}

function article(kind: 'file' | 'directory' | 'socket' | 'other'): string {
  return kind === 'other' ? 'something else' : `a ${kind}`;
}
