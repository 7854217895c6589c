// @ts-check
// RAC: waking beside the engine's own start, a push until it is served beside the push alone, many names beside few, tokens beside bare signatures.
import { execFileSync } from 'node:child_process';
import { proxyRows } from './rac-proxy.mjs';
import { bundle, fetchPrograms, load, rowOf, runStand, start } from './stands.mjs';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./measure.mjs').Row} Row */
/** @typedef {{ readonly a: number[], readonly b: number[] }} Pairs */
/** @typedef {{ readonly name: string, readonly run: (runs: number | undefined) => Promise<readonly Row[]> }} Measure */

/** @returns {readonly Measure[]} */
export function racMeasures(/** @type {Desk} */ desk) {
  return [
    ...desk.engines.map((engine) => ({ name: `rac wake, ${engine}`, run: wakeRows(desk, engine) })),
    ...desk.engines.map((engine) => ({ name: `rac push, ${engine}`, run: pushRows(desk, engine) })),
    ...desk.engines.map((engine) => ({ name: `rac names, ${engine}`, run: namesRows(desk, engine) })),
    { name: 'rac proxy', run: proxyRows(desk) },
    { name: 'rac tokens', run: tokenRow() },
  ];
}

/** @type {Readonly<Record<string, Readonly<Record<string, number>>>>} */
const WAKE_GOALS = {
  docker: { holder: 0.45, paused: 1.3, removed: 1.15 },
  podman: { holder: 0.65, paused: 1.3, removed: 1.15 },
};
const PEERS = { holder: 'start', paused: 'unpause', removed: 'create and start' };

/** @returns {Measure['run']} */
function wakeRows(/** @type {Desk} */ desk, /** @type {'docker' | 'podman'} */ engine) {
  return async (runs = 11) => {
    /** @type {Record<'holder' | 'paused' | 'removed', Pairs> & { simultaneous: { lost: number, starts: number, ms: number } }} */
    const result = await runStand(desk, 'wake-stand', [engine, runs]);
    const rows = /** @type {const} */ (['holder', 'paused', 'removed']).map((tier) =>
      rowOf(result[tier], {
        name: `first answer from ${tier}, ${engine}, against the API's ${PEERS[tier]}`,
        goal: WAKE_GOALS[engine]?.[tier] ?? 1,
        unit: 'ms',
      }),
    );
    const { lost, starts, ms } = result.simultaneous;
    process.stderr.write(`1,000 first requests at once, ${engine}: all answered after ${ms.toFixed(0)} ms\n`);
    const at = `1,000 first requests at once, ${engine}`;
    return [
      ...rows,
      rowOf({ a: [starts], b: [1] }, { name: `${at}: the engine's starts`, exactly: 1, unit: '' }),
      rowOf({ a: [lost], b: [0] }, { name: `${at}: lost`, exactly: 0, unit: '' }),
    ];
  };
}

/** @returns {Measure['run']} */
function pushRows(/** @type {Desk} */ desk, /** @type {'docker' | 'podman'} */ engine) {
  return async (runs = 7) => {
    /** @type {Record<'first' | 'next' | 'push', Pairs>} */
    const result = await runStand(desk, 'push-stand', [engine, runs]);
    const of = (/** @type {string} */ what) => `${what}, ${engine}, against ${engine} push alone`;
    return [
      rowOf(result.first, { name: of('push of a new name to its first answer'), most: 500, unit: 'ms' }),
      rowOf(result.next, { name: of('push of a next release to its first answer'), most: 500, unit: 'ms' }),
      rowOf(result.push, { name: of('push to RAC'), unit: 'ms' }),
    ];
  };
}

const NAMES = 2_000;
/** Flat: with a hundred times the names, at most a tenth slower. */
const FLAT = 1.1;

/** @returns {Measure['run']} */
function namesRows(/** @type {Desk} */ desk, /** @type {'docker' | 'podman'} */ engine) {
  return async () => {
    /** @type {Record<'holder' | 'removed' | 'route' | 'slowest' | 'memory' | 'busy' | 'registry' | 'containers', Pairs> & { sleeping: number }} */
    const result = await runStand(desk, 'names-stand', [engine, NAMES]);
    const of = (/** @type {string} */ what) => `${what}, ${engine}, ${NAMES} names against 20`;
    const { sleeping } = result;
    process.stderr.write(`a sleeping name, ${engine}: ${sleeping.toFixed(2)} kB of memory\n`);
    return [
      rowOf(result.holder, { name: of('first answer from holder'), goal: FLAT, unit: 'ms' }),
      rowOf(result.removed, { name: of('first answer from removed'), goal: FLAT, unit: 'ms' }),
      rowOf(result.route, { name: of('answer of a name in use'), goal: FLAT, unit: 'ms' }),
      rowOf(result.slowest, { name: of('p99 of it'), unit: 'ms' }),
      rowOf(result.memory, { name: of('memory of the service'), unit: 'MB' }),
      rowOf(result.busy, { name: of('processor of the service, an idle minute'), unit: 'ms' }),
      rowOf(result.registry, { name: of('processor of the registry, an idle minute'), unit: 'ms' }),
      rowOf(result.containers, { name: of('containers on the engine'), goal: 1, unit: '' }),
    ];
  };
}

/** Requests, and signatures, that are under way. */
const AT_ONCE = [1, 16];

/** @returns {Measure['run']} */
function tokenRow() {
  return async (runs = 5) => {
    await fetchPrograms();
    const file = await bundle('token-stand');
    const server = start([process.execPath, file, 'serve']);
    try {
      const port = Number(await server.line);
      const url = `http://127.0.0.1:${port}/token?service=rac-registry&scope=repository:me/app:push,pull`;
      return AT_ONCE.map((atOnce) => {
        /** @type {Pairs} */ const figures = { a: [], b: [] };
        for (let run = -1; run < runs; run++) {
          const { rate } = load(url, atOnce, `127.0.0.1:${port}`);
          const signed = Number(execFileSync(process.execPath, [file, 'sign', String(atOnce)], { encoding: 'utf8' }));
          if (run < 0) continue;
          figures.a.push(rate);
          figures.b.push(signed);
        }
        const name = `tokens, ${atOnce} at a time, against the signatures of jose alone`;
        return rowOf(figures, { name, least: 0.5, unit: '/s' });
      });
    } finally {
      server.stop();
    }
  };
}
