import { asObject, asText, asTextRecord, parseJson } from '../../engine/json.js';
import type { Clock } from '../../io/clock.js';
import { RAC_LABEL } from './box.js';
import type { Calls } from './calls.js';

export type DieDeps = {
  readonly calls: Calls;
  readonly clock: Clock;
  readonly died: (container: string) => Promise<void>;
  readonly unhealthy: (container: string) => Promise<void>;
  /** The engine does not answer. */
  readonly away: () => Promise<void>;
  /** The engine answers again after it was away. */
  readonly back: () => Promise<void>;
};

const PAUSE_MS = 1_000;

/** Listen to the engine until the signal: a container that ends is known at once, and so is an engine that was restarted. */
export async function listen(deps: DieDeps, signal: AbortSignal): Promise<void> {
  const { calls, clock, away, back } = deps;
  const filters = encodeURIComponent(
    JSON.stringify({ type: ['container'], label: [`${RAC_LABEL.instance}=${calls.owned.instance}`] }),
  );
  for (let lives = 0; !signal.aborted; lives += 1) {
    try {
      const source = await calls.api.stream({ method: 'GET', path: `/events?filters=${filters}`, signal });
      if (lives > 0) await back();
      await hearAll(source, deps);
    } catch {
      // The next round sees when it is back.
      if (!signal.aborted) await away();
    }
    await clock.sleep(PAUSE_MS, signal);
  }
}

async function hearAll(source: AsyncIterable<Uint8Array>, deps: DieDeps): Promise<void> {
  let rest = '';
  for await (const chunk of source) {
    const lines = `${rest}${Buffer.from(chunk).toString('utf8')}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) await hear(line, deps);
  }
}

async function hear(line: string, { calls, died, unhealthy }: DieDeps): Promise<void> {
  const event = asObject(parseJson(line));
  const actor = asObject(event['Actor']);
  if (asTextRecord(actor['Attributes'])[RAC_LABEL.instance] !== calls.owned.instance) return;
  const action = asText(event['Action']);
  // Podman calls it `died`.
  if (action === 'die' || action === 'died') await died(asText(actor['ID']));
  else if (action.startsWith('health_status') && action.endsWith('unhealthy')) await unhealthy(asText(actor['ID']));
}
