import { isPlainTable, listIn, tableIn, textIn } from './plain.js';
import type { ComposeSource } from './source.js';

/** The variable that a published port comes from. `whole`: its value may hold the address too. */
export type PortVariable = { readonly name: string; readonly whole: boolean };

// `${NAME:-127.0.0.1:3306}:3306`, `$NAME:3306`, and the same after an address.
const SHORT = /^(?:((?:[\d.]+|\[[0-9a-fA-F:]+\])):)?\$(?:\{(\w+)(?::?[-?][^{}]*)?\}|(\w+)):(\d+)(?:\/tcp)?$/;
const ALONE = /^\$(?:\{(\w+)(?::?[-?][^{}]*)?\}|(\w+))$/;

/** The variable that alone decides a service's host port for a container port; null: the files fix it, or in no such simple way. */
export function portVariable(
  sources: readonly ComposeSource[],
  { service, target }: { readonly service: string; readonly target: string },
): PortVariable | null {
  const entries = sources.flatMap(({ data }) => listIn(tableIn(tableIn(data['services'])[service])['ports']));
  const own = entries.filter((entry) => targetOf(entry) === target);
  const [entry] = own;
  if (own.length !== 1) return null;
  if (isPlainTable(entry)) {
    const [, braced, bare] = ALONE.exec(textIn(entry['published']) ?? '') ?? [];
    const name = braced ?? bare;
    return name === undefined ? null : { name, whole: false };
  }
  const [, address, braced, bare] = SHORT.exec(textIn(entry) ?? '') ?? [];
  const name = braced ?? bare;
  return name === undefined ? null : { name, whole: address === undefined };
}

function targetOf(entry: unknown): string | null {
  if (isPlainTable(entry)) return textIn(entry['target']);
  return /:?(\d+)(?:\/\w+)?$/.exec(textIn(entry) ?? '')?.[1] ?? null;
}
