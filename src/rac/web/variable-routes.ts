import { Hono } from 'hono';
import { PodctlError } from '../../core/errors.js';
import { Secret } from '../../core/secret.js';
import { type Asked, managedName } from './ask-rights.js';
import { jsonBody } from './body.js';
import type { WebDeps } from './deps.js';
import type { RacEnv } from './request.js';

/** `/api/v1/names/:name/variables`: values go in, and none comes out. */
export function variableRoutes({ variables, releases }: WebDeps, asked: Asked): Hono<RacEnv> {
  const app = new Hono<RacEnv>();
  app.get('/names/:name/variables', (context) => {
    const { name } = managedName(context, asked);
    return context.json({ podctl: 1, variables: variables.list(name) });
  });
  app.patch('/names/:name/variables', async (context) => {
    const { name } = managedName(context, asked);
    const { set = {}, unset = [] } = await jsonBody(context);
    const values = valuesOf(set);
    const keys = keysOf(unset);
    const who = context.get('principal');
    if (Object.keys(values).length > 0) variables.set(name, values, who);
    const gone = keys.length === 0 ? [] : variables.unset(name, keys, who);
    await releases.settle(name);
    return context.json({ podctl: 1, set: Object.keys(values), unset: gone });
  });
  return app;
}

// No error here may repeat a value.
function valuesOf(set: unknown): Readonly<Record<string, Secret>> {
  if (typeof set !== 'object' || set === null || Array.isArray(set)) {
    throw new PodctlError('USAGE', '`set` has to be an object of texts');
  }
  return Object.fromEntries(
    Object.entries(set).map(([key, value]): [string, Secret] => {
      if (typeof value !== 'string') throw new PodctlError('USAGE', 'every value of `set` has to be a text');
      return [key, new Secret(value)];
    }),
  );
}

function keysOf(unset: unknown): readonly string[] {
  if (Array.isArray(unset) && unset.every((key) => typeof key === 'string')) return unset;
  throw new PodctlError('USAGE', '`unset` has to be a list of texts');
}
