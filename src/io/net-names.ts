/** `found`: the name has an address; `unknown`: a name server answered that it has none; `silent`: none answered. */
export type NameAnswer = 'found' | 'unknown' | 'silent';

const SILENT = new Set(['ETIMEOUT', 'ECONNREFUSED', 'ECANCELLED']);

/**
 * Ask this machine's name servers for an address. Not through the system's own resolver: it waits many seconds for a dead server, and
 * podctl could not end before it does.
 */
export async function askName(name: string, milliseconds: number): Promise<NameAnswer> {
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver({ timeout: milliseconds, tries: 1 });
  const timer = setTimeout(() => resolver.cancel(), milliseconds);
  try {
    return (await resolver.resolve4(name)).length > 0 ? 'found' : 'unknown';
  } catch (error) {
    return SILENT.has(error instanceof Error && 'code' in error ? String(error.code) : '') ? 'silent' : 'unknown';
  } finally {
    clearTimeout(timer);
  }
}
