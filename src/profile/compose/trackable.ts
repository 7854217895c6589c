import { isPlainTable, listIn, tableIn, textIn } from './plain.js';
import type { ComposeSource } from './source.js';

/** All that compose files take in from outside themselves: variables, and files of variables as they are written. */
export type TakenIn = { readonly variables: readonly string[]; readonly envFiles: readonly string[] };

// What brings in files that podctl does not follow, or asks a registry whenever the stack starts.
const UNTRACKED = ['extends', 'label_file', 'provider', 'develop'];
const PULLS_AT_START = new Set(['always', 'daily', 'weekly', 'build', 'refresh']);

/** What compose files take in; null where not all of it can be followed. */
export function takenIn(sources: readonly ComposeSource[]): TakenIn | null {
  const envFiles: string[] = [];
  for (const { data, tags } of sources) {
    if (data['include'] !== undefined || tags.length > 0) return null;
    const things = [...Object.values(tableIn(data['secrets'])), ...Object.values(tableIn(data['configs']))];
    if (things.some((thing) => tableIn(thing)['environment'] !== undefined)) return null;
    for (const service of Object.values(tableIn(data['services'])).map(tableIn)) {
      const policy = textIn(service['pull_policy']) ?? '';
      const pulls = PULLS_AT_START.has(policy) || policy.startsWith('every_') || policy.includes('$');
      if (pulls || UNTRACKED.some((key) => service[key] !== undefined)) return null;
      const files = envFilesOf(service['env_file']);
      if (files.some((file) => file.includes('$'))) return null;
      envFiles.push(...files);
    }
  }
  const variables = sources.flatMap((source) => source.variables.map(({ name }) => name));
  return { variables: [...new Set(variables)], envFiles: [...new Set(envFiles)] };
}

function envFilesOf(value: unknown): readonly string[] {
  const list = Array.isArray(value) ? listIn(value) : value === undefined ? [] : [value];
  return list.map((entry) => textIn(isPlainTable(entry) ? entry['path'] : entry) ?? '$');
}
