import { PodctlError } from '../../core/errors.js';
import type { Secret } from '../../core/secret.js';
import { escapeControl } from '../../core/text.js';
import { asText } from '../../engine/json.js';
import { nameOf, type Principal } from '../accounts/principal.js';
import type { Audit } from '../store/audit.js';
import type { Store } from '../store/store.js';
import { ENV_NAME } from './labels.js';
import type { Seal } from './seal.js';

/** A variable as lists show it: values never leave RAC again but into the container. */
export type Variable = { readonly key: string; readonly setAt: number; readonly setBy: string };

/** Variables of names, encrypted at rest. They win over `rac.env.*` and the image's own. */
export type Variables = {
  readonly list: (name: string) => readonly Variable[];
  /** Throws PodctlError('BAD_DATA') for what is no name of a variable, REFUSED for too many or too long ones. Takes effect with `Releases.settle`. */
  readonly set: (name: string, values: Readonly<Record<string, Secret>>, who: Principal) => void;
  /** Unknown keys are passed over; gives those that were there. */
  readonly unset: (name: string, keys: readonly string[], who: Principal) => readonly string[];
  /** For the container only. */
  readonly reveal: (name: string) => Readonly<Record<string, Secret>>;
};

export type VariablesDeps = {
  readonly store: Store;
  readonly audit: Audit;
  readonly seal: Seal;
  readonly now: () => number;
};

const MOST = 100;
const LONGEST = 32 * 1024;

export function openVariables({ store, audit, seal, now }: VariablesDeps): Variables {
  return {
    list: (name) =>
      store.all('SELECT key, set_at, set_by FROM variable WHERE name = ? ORDER BY key', name).map((row) => ({
        key: asText(row['key']),
        setAt: Number(row['set_at']),
        setBy: asText(row['set_by']),
      })),
    set: (name, values, who) => setAll({ store, audit, seal, now }, { name, values, who }),
    unset: (name, keys, who) => {
      const gone = keys.filter((key) => store.run('DELETE FROM variable WHERE name = ? AND key = ?', name, key) > 0);
      if (gone.length > 0) audit.write({ who, action: 'env-unset', subject: name, detail: gone.join(' ') });
      return gone;
    },
    reveal: (name) =>
      Object.fromEntries(
        store
          .all('SELECT key, sealed FROM variable WHERE name = ?', name)
          .map((row) => [asText(row['key']), seal.open(asText(row['sealed']), placeOf(name, asText(row['key'])))]),
      ),
  };
}

type Setting = { readonly name: string; readonly values: Readonly<Record<string, Secret>>; readonly who: Principal };

function setAll({ store, audit, seal, now }: VariablesDeps, { name, values, who }: Setting): void {
  const wanted = Object.entries(values);
  for (const [key, value] of wanted) check(key, value);
  const there = store.all('SELECT key FROM variable WHERE name = ?', name).map((row) => asText(row['key']));
  const count = new Set([...there, ...wanted.map(([key]) => key)]).size;
  if (count > MOST)
    throw new PodctlError('REFUSED', `a name has ${MOST} variables at most`, { hint: 'remove some first' });
  store.transaction(() => {
    for (const [key, value] of wanted) {
      store.run(
        `INSERT INTO variable (name, key, sealed, set_at, set_by) VALUES (?, ?, ?, ?, ?)
           ON CONFLICT (name, key) DO UPDATE SET sealed = excluded.sealed, set_at = excluded.set_at, set_by = excluded.set_by`,
        name,
        key,
        seal.close(value, placeOf(name, key)),
        now(),
        nameOf(who),
      );
    }
    audit.write({ who, action: 'env-set', subject: name, detail: wanted.map(([key]) => key).join(' ') });
  });
}

// A name of the registry holds no blank.
function placeOf(name: string, key: string): string {
  return `${name} ${key}`;
}

function check(key: string, value: Secret): void {
  if (!ENV_NAME.test(key)) {
    throw new PodctlError('BAD_DATA', `\`${escapeControl(key.slice(0, 80))}\` is no name of a variable`, {
      hint: 'letters, digits and _, and no digit first',
    });
  }
  const text = value.reveal();
  if (text.includes('\0'))
    throw new PodctlError('BAD_DATA', `the value of \`${key}\` holds a null byte`, { hint: 'encode it' });
  if (Buffer.byteLength(text) <= LONGEST) return;
  throw new PodctlError('REFUSED', `the value of \`${key}\` is longer than ${LONGEST / 1024} KiB`, {
    hint: 'keep it in a volume',
  });
}
