import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Public and private releases of the demo tree; a file in each names it, so that a page can prove what it saw. */
export const PUBLIC_RELEASES = ['fuji', 'iron'] as const;
export const PRIVATE_RELEASES = ['daily', 'jura'] as const;

/** A project folder as the DESI document has it: config.toml here, the data tree beside it. Returns the tree's path. */
export function makeDesiProject(folder: string): { readonly redux: string } {
  const redux = join(folder, 'data', 'redux');
  for (const release of [...PUBLIC_RELEASES, ...PRIVATE_RELEASES]) {
    mkdirSync(join(redux, release), { recursive: true });
    writeFileSync(join(redux, release, 'spectra.txt'), `${release} spectra\n`);
  }
  writeFileSync(join(folder, 'config.toml'), '[cache]\npath = "/cache"\nmax_age = 60\nmax_size = "1gb"\n');
  return { redux };
}

/**
 * The stand-in server: `/cgi-bin/list` shows what lies below /desi/spectro/redux, `/args` the arguments that arrived, one per line.
 * `clean_cache` ends with the code in $CODE; `server` listens on port 5000, or where LISTEN says.
 */
const SERVE = `#!/bin/sh
mkdir -p /www/cgi-bin
for argument in "$@"; do printf '%s\\n' "$argument"; done > /www/args
cat > /www/cgi-bin/list <<'PAGE'
#!/bin/sh
printf 'Content-Type: text/plain\\r\\n\\r\\n'
ls /desi/spectro/redux
PAGE
chmod +x /www/cgi-bin/list
case "$1" in
  server) ln -s /desi /www/desi; exec httpd -f -p "\${LISTEN:-0.0.0.0:5000}" -h /www ;;
  clean_cache) cat /www/args; exit "\${CODE:-0}" ;;
  emergency_clean_cache) echo leaving >&2; exit 9 ;;
  *) echo "no such command: $1" >&2; exit 64 ;;
esac
`;

/** Entrypoints as images have them; `shell` is the DESI image's own form, `first` its later one, which drops arguments. */
const ENTRYPOINTS = {
  shell: 'ENTRYPOINT /serve $@',
  exec: 'ENTRYPOINT ["/serve"]',
  first: 'ENTRYPOINT /serve $1',
} as const;

export type EntrypointForm = keyof typeof ENTRYPOINTS;

/** Containerfile and files of the stand-in image with one form of entrypoint. */
export function desiStandIn(
  base: string,
  form: EntrypointForm,
): { containerfile: string; files: Record<string, string> } {
  const lines = [
    `FROM ${base}`,
    'COPY serve /serve',
    'RUN chmod 755 /serve && mkdir -p /desi/spectro/redux /config /www /tmp',
    'VOLUME /cache',
    ENTRYPOINTS[form],
  ];
  return { containerfile: `${lines.join('\n')}\n`, files: { serve: SERVE } };
}
