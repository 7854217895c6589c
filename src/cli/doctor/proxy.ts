import type { Finding } from '../../plan/doctor/finding.js';
import { judgeProxy } from '../../plan/doctor/proxy.js';
import type { Desk } from './desk.js';

const NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'].flatMap((name) => [name, name.toLowerCase()]);

/** Proxy variables of this shell, beside what the engine and its containers go through. */
export async function lookAtProxy({ found, details, context, room }: Desk): Promise<readonly Finding[]> {
  const { env } = context.world.host;
  const shell = Object.fromEntries(
    NAMES.flatMap((name) => ((env[name] ?? '') === '' ? [] : [[name, env[name] ?? '']])),
  );
  const engine = found?.facts ?? null;
  // Without a variable there is nothing to compare, and no need to ask.
  const daemon = Object.keys(shell).length === 0 ? null : ((await details())?.proxies ?? null);
  const containers = engine?.name === 'docker' ? await room.clientProxies() : null;
  return judgeProxy({ shell, engine, daemon, containers });
}
