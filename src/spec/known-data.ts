/** Where a well-known image keeps its data, and the number of the user that its server changes to. */
export type KnownData = { readonly target: string; readonly uid: number; readonly gid: number };

const DEBIAN = { uid: 999, gid: 999 };

// Official images on Debian.
const KNOWN: Readonly<Record<string, KnownData>> = {
  mysql: { target: '/var/lib/mysql', ...DEBIAN },
  mariadb: { target: '/var/lib/mysql', ...DEBIAN },
  percona: { target: '/var/lib/mysql', uid: 1001, gid: 1001 },
  postgres: { target: '/var/lib/postgresql', ...DEBIAN },
  mongo: { target: '/data/db', ...DEBIAN },
  redis: { target: '/data', ...DEBIAN },
  valkey: { target: '/data', ...DEBIAN },
  rabbitmq: { target: '/var/lib/rabbitmq', ...DEBIAN },
  minio: { target: '/data', uid: 0, gid: 0 },
};

/** What is known of an image by its name, wherever it was pulled from; null: nothing. */
export function knownData(image: string): KnownData | null {
  const name =
    image
      .replace(/@.*$/, '')
      .replace(/:[^:/]*$/, '')
      .split('/')
      .at(-1) ?? '';
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known === undefined) return null;
  // Only PostgreSQL's number on Alpine is one that its makers promise.
  if (!image.includes('alpine')) return known;
  return name === 'postgres' ? { ...known, uid: 70, gid: 70 } : { ...known, uid: 0, gid: 0 };
}

/** Whether a mount target of an image is where that image keeps its data. */
export function isDataTarget(image: string, target: string): boolean {
  const known = knownData(image);
  return known !== null && (target === known.target || target.startsWith(`${known.target}/`));
}
