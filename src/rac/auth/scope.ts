/** One scope as a client asked for it. */
export type Scope = {
  readonly type: string;
  /** In `repository(plugin)`: `plugin`. */
  readonly class: string | undefined;
  readonly name: string;
  readonly actions: readonly string[];
};

/** More than one push with all its mounts asks for. */
export const MOST_SCOPES = 64;
const LONGEST_SCOPE = 600;
const TYPE = /^([a-z0-9]+)(?:\(([a-z0-9]+)\))?$/;
const ACTION = /^(?:[a-z]+|\*)$/;

/**
 * Read the scopes of a request: each text may hold several, with spaces between. Asking for the same thing twice is one question. null:
 * one of them is none, or there are too many.
 */
export function readScopes(texts: readonly string[]): readonly Scope[] | null {
  const words = texts.flatMap((text) => text.split(' ')).filter((word) => word !== '');
  if (words.length > MOST_SCOPES) return null;
  const scopes = new Map<string, Scope>();
  for (const word of words) {
    const scope = readScope(word);
    if (scope === null) return null;
    const key = `${scope.type}(${scope.class ?? ''}):${scope.name}`;
    const actions = [...new Set([...(scopes.get(key)?.actions ?? []), ...scope.actions])];
    scopes.set(key, { ...scope, actions });
  }
  return [...scopes.values()];
}

// The name may hold colons (`host:port/app`): the type ends at the first one, the actions begin after the last.
function readScope(word: string): Scope | null {
  const [first, last] = [word.indexOf(':'), word.lastIndexOf(':')];
  if (word.length > LONGEST_SCOPE || first < 0 || first === last) return null;
  const [, type, kind] = TYPE.exec(word.slice(0, first)) ?? [];
  const actions = word
    .slice(last + 1)
    .split(',')
    .filter((action) => action !== '');
  if (type === undefined || !actions.every((action) => ACTION.test(action))) return null;
  return { type, class: kind, name: word.slice(first + 1, last), actions };
}
