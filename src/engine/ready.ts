import { PodctlError } from '../core/errors.js';
import { escapeControl } from '../core/text.js';
import type { Clock } from '../io/clock.js';
import type { Files } from '../io/files.js';
import type { Host } from '../io/host.js';
import { knock } from '../io/net-port.js';
import { type ListeningSocket, parseListening } from '../io/proc-net.js';
import type { Tools } from './ask.js';
import { type Diagnosis, diagnose, exited, plainDiagnosis } from './diagnose.js';
import type { FoundEngine } from './engine.js';
import { toContainer } from './inspect.js';
import { asObject, asText, type Json } from './json.js';
import { makeSource, reachOf } from './observe.js';
import { probe } from './probe.js';
import { realProcesses } from './process.js';

/** A published TCP port that should answer. `path`: ask over HTTP; null: a connection that stays open is enough. */
export type ReadyTarget = {
  readonly container: string;
  readonly address: string;
  readonly port: number;
  readonly containerPort: number;
  readonly path: string | null;
  /** Milliseconds. */
  readonly timeout: number;
};

export type ReadyDeps = {
  readonly found: FoundEngine;
  readonly host: Host;
  readonly files: Files;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly tools?: (Tools & { readonly knock: typeof knock }) | undefined;
};

/** `waited` in milliseconds. */
export type Readiness =
  | { readonly ready: true; readonly waited: number }
  | { readonly ready: false; readonly waited: number; readonly diagnosis: Diagnosis };

// A program that listens in the wrong place will not come to the right one by itself. One on another port may still be about to
// open its real one, so that it gets longer.
const PATIENCE_MS: Partial<Record<Diagnosis['kind'], number>> = { 'loopback-only': 5_000, 'other-port': 20_000 };
const SUSPECT_EVERY_MS = 2_500;

/** Wait until a started container's port answers; when its time is up, it ended or it listens elsewhere, find out why it stays silent. */
export async function waitReady(target: ReadyTarget, deps: ReadyDeps): Promise<Readiness> {
  const look = new Look(target, deps);
  const begin = deps.clock.now();
  const waited = (): number => deps.clock.now() - begin;
  let suspectAt = SUSPECT_EVERY_MS;
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 500)) {
    if (await look.answers()) return { ready: true, waited: waited() };
    const over = waited() >= target.timeout || deps.signal?.aborted === true;
    if (over || !(await look.runs())) return { ready: false, waited: waited(), diagnosis: await look.why() };
    if (waited() >= suspectAt) {
      const suspect = await look.why();
      if (waited() >= (PATIENCE_MS[suspect.kind] ?? Number.POSITIVE_INFINITY)) {
        return { ready: false, waited: waited(), diagnosis: suspect };
      }
      suspectAt = waited() + SUSPECT_EVERY_MS;
    }
    await deps.clock.sleep(pause, deps.signal);
  }
}

const HOLD_MS = 200;
const HTTP_TIMEOUT_MS = 2_000;
const LOG_LINES = 10;

class Look {
  readonly #target: ReadyTarget;
  readonly #deps: ReadyDeps;
  readonly #tools: Tools & { readonly knock: typeof knock };
  #status: number | null = null;

  constructor(target: ReadyTarget, deps: ReadyDeps) {
    this.#target = target;
    this.#deps = deps;
    this.#tools = deps.tools ?? { probe, knock, run: realProcesses(deps.host).run };
  }

  async answers(): Promise<boolean> {
    const { port, path } = this.#target;
    const address = reachable(this.#target.address);
    // A forwarder accepts connections also while nobody listens behind it; those close at once.
    if (path === null) return (await this.#tools.knock({ address, port, holdMs: HOLD_MS })) === 'open';
    const shown = address.includes(':') ? `[${address}]` : address;
    try {
      const reply = await this.#tools.probe(`tcp://${shown}:${port}`, { path, timeout: HTTP_TIMEOUT_MS });
      this.#status = reply.status;
      return reply.status < 500;
    } catch (error) {
      if (error instanceof PodctlError) return false;
      throw error;
    }
  }

  async runs(): Promise<boolean> {
    const container = await this.#inspect();
    return container !== null && !['exited', 'dead', 'removing'].includes(toContainer(container).state);
  }

  async why(): Promise<Diagnosis> {
    const container = await this.#inspect();
    if (container === null) {
      const hint = 'run it without --detach to see what it says';
      return plainDiagnosis('gone', 'the container ended and was removed before its port answered', hint);
    }
    const facts = toContainer(container);
    if (facts.state !== 'running') return exited(facts.exitCode, await this.#lastLines());
    if (this.#status !== null) {
      const sentence = `the port answers, but with status ${this.#status}`;
      return { ...plainDiagnosis('bad-status', sentence, 'see `podctl logs`'), logs: await this.#lastLines() };
    }
    const sockets = await this.#sockets(container);
    if (sockets === null) {
      const sentence = `nothing answers on port ${this.#target.port}, and podctl could not look inside the container`;
      return plainDiagnosis('unknown', sentence, 'see `podctl logs`');
    }
    // With the host's network, sockets of every other program of the host would be seen too.
    const shared = asText(asObject(container['HostConfig'])['NetworkMode']) === 'host';
    const seen = shared ? sockets.filter(({ port }) => port === this.#target.containerPort) : sockets;
    return { ...diagnose(seen, this.#target.containerPort), logs: await this.#lastLines() };
  }

  #inspect(): Promise<Json | null> {
    return makeSource(reachOf(this.#deps.found), this.#tools).inspect('container', this.#target.container);
  }

  async #sockets(container: Json): Promise<readonly ListeningSocket[] | null> {
    return (await this.#socketsFromHost(container)) ?? this.#socketsFromInside();
  }

  async #socketsFromHost(container: Json): Promise<readonly ListeningSocket[] | null> {
    const { found, host, files } = this.#deps;
    const { Pid: pid } = asObject(container['State']);
    if (host.platform !== 'linux' || found.facts.vm || typeof pid !== 'number' || pid === 0) return null;
    try {
      // The number may mean another process where podctl itself runs in a container: its control group tells.
      const groups = (await files.readText(`/proc/${pid}/cgroup`)) ?? '';
      if (!groups.includes(asText(container['Id']))) return null;
      const tables = await Promise.all([
        files.readText(`/proc/${pid}/net/tcp`),
        files.readText(`/proc/${pid}/net/tcp6`),
      ]);
      return tables[0] === null ? null : tables.flatMap((text) => parseListening(text ?? ''));
    } catch (error) {
      if (error instanceof PodctlError) return null;
      throw error;
    }
  }

  async #socketsFromInside(): Promise<readonly ListeningSocket[] | null> {
    // The second file is missing where IPv6 is off; what the first one holds is enough then.
    const text = await this.#engine(['exec', this.#target.container, 'cat', '/proc/net/tcp', '/proc/net/tcp6']);
    return text.includes('local_address') ? parseListening(text) : null;
  }

  async #lastLines(): Promise<readonly string[]> {
    const text = await this.#engine(['logs', '--tail', String(LOG_LINES), this.#target.container]);
    const lines = text.split('\n').map((line) => escapeControl(line.trimEnd()));
    return lines.filter((line) => line !== '').slice(-LOG_LINES);
  }

  async #engine(args: readonly string[]): Promise<string> {
    const { program, globals } = this.#deps.found.connection;
    try {
      const ended = await this.#tools.run({ file: program, args: [...globals, ...args], timeout: 10_000 });
      return args[0] === 'logs' ? `${ended.stdout}\n${ended.stderr}` : ended.stdout;
    } catch (error) {
      // Without the program there is less to tell, but the verdict stands.
      if (error instanceof PodctlError) return '';
      throw error;
    }
  }
}

// An address that means every interface is reached through the loopback one.
function reachable(address: string): string {
  if (address === '0.0.0.0' || address === '') return '127.0.0.1';
  return address === '::' ? '::1' : address;
}
