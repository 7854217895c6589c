import { asText } from '../../engine/json.js';
import { isRepository } from '../registry/repository.js';
import type { Store } from '../store/store.js';

/** What rights hang on. */
export type NameFacts = {
  /** Account; null: nobody has claimed it, or it is not there. */
  readonly owner: string | null;
  readonly private: boolean;
  /** Account whose name is the first part of this one: only it may use the name while nobody owns it. */
  readonly reservedFor: string | null;
  /** It was pushed or claimed. */
  readonly known: boolean;
};

/** null: a registry takes no such name. */
export function factsOf(store: Store, name: string): NameFacts | null {
  if (!isRepository(name)) return null;
  const row = store.get('SELECT owner, visibility FROM name WHERE name = ?', name);
  const owner = asText(row?.['owner']);
  return {
    owner: owner === '' ? null : owner,
    private: row?.['visibility'] === 'private',
    reservedFor: owner === '' ? accountNamed(store, name.split('/')[0] ?? '') : null,
    known: row !== undefined || isPushed(store, name),
  };
}

/** What a collaborator may do with a name. */
export function shareOf(store: Store, name: string, account: string): 'push' | 'pull' | null {
  const row = store.get('SELECT may_push FROM collaborator WHERE name = ? AND account = ?', name, account);
  if (row === undefined) return null;
  return row['may_push'] === 1 ? 'push' : 'pull';
}

function accountNamed(store: Store, name: string): string | null {
  return store.get('SELECT 1 FROM account WHERE name = ?', name) === undefined ? null : name;
}

// The notification is there before the push has ended; what is made of it comes a little later.
function isPushed(store: Store, name: string): boolean {
  return store.get('SELECT 1 FROM event WHERE name = ? AND done_at IS NULL', name) !== undefined;
}
