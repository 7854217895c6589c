import { PodctlError } from '../../core/errors.js';
import { escapeControl } from '../../core/text.js';
import type { Diagnosis } from '../../engine/diagnose.js';
import type { FoundEngine } from '../../engine/engine.js';
import type { ContainerFacts } from '../../spec/facts.js';
import type { ReadyProbe } from '../../spec/request.js';
import type { Context } from '../context.js';

// Long enough for a Python server that compiles its modules at the first start.
const READY_TIMEOUT_MS = 60_000;

/** A container that was started in the background. `ready` null: it has no port that could answer. */
export type Started = {
  readonly id: string;
  readonly name: string;
  readonly ready: ReadyProbe | null;
  readonly found: FoundEngine;
  readonly json: boolean;
};

/** Print the id, wait until the port answers, and print the URL. Throws TRY_AGAIN with the reason when it stays silent. */
export async function finishDetached(started: Started, context: Context): Promise<number> {
  const { id, name, json } = started;
  if (!json) context.output.text(`${id}\n`);
  const url = started.ready === null ? null : await waitForUrl(started, started.ready, context);
  if (json) context.output.json({ id, name, url });
  else if (url !== null) context.output.text(`${url}\n`);
  return 0;
}

async function waitForUrl({ name, found }: Started, ready: ReadyProbe, context: Context): Promise<string> {
  const { host, files, clock } = context.world;
  const { makeObserver } = await context.rooms.observe();
  const { address, containerPort } = ready.port;
  const port = ready.port.hostPort ?? (await chosenPort(name, containerPort, makeObserver(found, { host })));
  const { waitReady } = await context.rooms.ready();
  const target = { container: name, address, port, containerPort, path: ready.path };
  const result = await waitReady(
    { ...target, timeout: ready.timeout ?? READY_TIMEOUT_MS },
    { found, host, files, clock },
  );
  if (!result.ready) throw silent(name, result.diagnosis, context);
  return `http://${shownAddress(address)}:${port}${ready.path ?? ''}`;
}

// Without a number in the profile the engine picked a free port.
async function chosenPort(
  name: string,
  containerPort: number,
  observer: { readonly container: (name: string) => Promise<ContainerFacts | null> },
): Promise<number> {
  const facts = await observer.container(name);
  const published = facts?.ports.find((port) => port.containerPort === containerPort);
  if (published !== undefined) return published.hostPort;
  throw new PodctlError('TRY_AGAIN', `the container \`${name}\` ended before its port was known`, {
    hint: 'podctl logs shows what it said',
  });
}

function silent(name: string, { sentence, hint, logs }: Diagnosis, { output }: Context): PodctlError {
  if (logs.length > 0) output.note(`last lines of ${name}:`);
  for (const line of logs) output.note(`  | ${escapeControl(line)}`);
  return new PodctlError('TRY_AGAIN', sentence, { hint: `${hint}; podctl down removes the container` });
}

// A browser cannot go to "every address".
function shownAddress(address: string): string {
  if (address === '0.0.0.0' || address === '') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}
