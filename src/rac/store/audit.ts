import { nameOf, type Principal } from '../accounts/principal.js';
import type { Store } from './store.js';

/** `action` is a verb of RAC (`claim`, `push`, `rollback`, `login-failed`), `subject` a name of the registry or an account. */
export type AuditEntry = {
  readonly who: Principal | 'rac';
  readonly action: string;
  readonly subject: string;
  readonly detail?: string;
};

export type AuditRow = {
  readonly at: number;
  readonly actor: string;
  readonly address: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: string;
};

export type Audit = {
  readonly write: (entry: AuditEntry) => void;
  /** Newest first. */
  readonly of: (subject: string, limit: number) => readonly AuditRow[];
};

export function openAudit(store: Store, now: () => number): Audit {
  return {
    write: ({ who, action, subject, detail = '' }) => {
      const [actor, address] = who === 'rac' ? ['rac', ''] : [nameOf(who), who.address];
      store.run(
        'INSERT INTO audit (at, actor, address, action, subject, detail) VALUES (?, ?, ?, ?, ?, ?)',
        now(),
        actor,
        address,
        action,
        subject,
        detail,
      );
    },
    of: (subject, limit) =>
      store.all('SELECT * FROM audit WHERE subject = ? ORDER BY sequence DESC LIMIT ?', subject, limit).map((row) => ({
        at: Number(row['at']),
        actor: String(row['actor']),
        address: String(row['address']),
        action: String(row['action']),
        subject: String(row['subject']),
        detail: String(row['detail']),
      })),
  };
}
