import type { Files } from '../../io/files.js';

/** A session or access token; `account` null: it came from PODCTL_RAC_TOKEN. */
export type Login = { readonly account: string | null; readonly token: string };

/** Logins by server, kept 0600 beside RAC's state. */
export type Logins = {
  readonly of: (server: string) => Login | null;
  readonly keep: (server: string, login: Login | null) => Promise<void>;
};

/** Read the kept logins; a file that cannot be read as such counts as empty. */
export async function openLogins(home: string, files: Files): Promise<Logins> {
  const path = `${home}/logins.json`;
  const read = async (): Promise<ReadonlyMap<string, Login>> => parse((await files.readText(path)) ?? '');
  const kept = await read();
  return {
    of: (server) => kept.get(server) ?? null,
    keep: async (server, login) => {
      const now = new Map(await read());
      if (login === null) now.delete(server);
      else now.set(server, login);
      await files.makeDirectory(home, 0o700);
      await files.writeText(path, `${JSON.stringify(Object.fromEntries(now), null, 2)}\n`, 0o600);
    },
  };
}

function parse(text: string): ReadonlyMap<string, Login> {
  const found = new Map<string, Login>();
  for (const [server, login] of Object.entries(objectIn(text))) {
    const { account, token } = Object.fromEntries(Object.entries(login ?? {}));
    if (typeof token === 'string') found.set(server, { account: typeof account === 'string' ? account : null, token });
  }
  return found;
}

function objectIn(text: string): Readonly<Record<string, object | null>> {
  try {
    const value: unknown = JSON.parse(text);
    const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    return Object.fromEntries(entries.filter((entry): entry is [string, object] => typeof entry[1] === 'object'));
  } catch {
    return {};
  }
}
