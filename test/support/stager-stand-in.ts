import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DEBIAN_PACKAGES } from './debian-packages.js';
import type { ImageRecipe, TestEngine } from './engines.js';
import { freePort } from './machine.js';

const HOME = fileURLToPath(new URL('stager', import.meta.url));

/** Images of the two servers, and the base that the application is built on; made once per engine. */
export type StagerImages = { readonly mysql: string; readonly minio: string; readonly python: string };

/** A real MariaDB that behaves as the official MySQL image does, an S3 server with MinIO's rules, and Python with a MySQL client. */
export async function stagerImages(engine: TestEngine): Promise<StagerImages> {
  const base = await engine.debian(DEBIAN_PACKAGES);
  const [mysql, minio] = [
    await engine.build(recipe('mysql', { base, files: ['entrypoint.sh', 'my.cnf'] })),
    await engine.build(recipe('minio', { base, files: ['minio'] })),
  ];
  return { mysql, minio, python: base };
}

function recipe(
  name: string,
  { base, files }: { readonly base: string; readonly files: readonly string[] },
): ImageRecipe {
  const text = (file: string): string => readFileSync(join(HOME, name, file), 'utf8');
  return {
    name: `stager-${name}`,
    containerfile: text('Containerfile').replace('ARG BASE\n', '').replace('$BASE', base),
    files: Object.fromEntries(files.map((file) => [file, text(file)])),
  };
}

/** A checkout of the application's repository: compose file, sample.env, and the folder `flask` built on `python`. */
export function stagerCheckout(folder: string, { python }: Pick<StagerImages, 'python'>): void {
  cpSync(join(HOME, 'project'), folder, { recursive: true });
  const scripts = join(folder, 'flask/utils');
  for (const name of readdirSync(scripts)) chmodSync(join(scripts, name), 0o755);
  const file = join(folder, 'flask/Dockerfile');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^FROM .*/, `FROM ${python}`));
}

/** A `.env` with everything filled in, ports that are free now, and the images of the test. */
export async function stagerEnv(
  { mysql, minio }: Pick<StagerImages, 'mysql' | 'minio'>,
  { app }: { readonly app: string },
): Promise<Readonly<Record<string, string>>> {
  const port = async (): Promise<string> => `127.0.0.1:${await freePort()}`;
  return {
    MYSQL_DATABASE: 'stager',
    MYSQL_USER: 'ann',
    MYSQL_PASSWORD: 'anns-word',
    MYSQL_ROOT_PASSWORD: 'roots-word',
    MYSQL_VOLUME: './mysql',
    MINIO_REGION_NAME: 'hpc4health',
    MINIO_ACCESS_KEY: 'access',
    MINIO_SECRET_KEY: 'secret-key',
    MINIO_VOLUME: './minio',
    ST_SECRET_KEY: 'a-key',
    ENABLE_OIDC: '',
    MYSQL_IMAGE: mysql,
    MINIO_IMAGE: minio,
    APP_IMAGE: app,
    MYSQL_HOST_PORT: await port(),
    MINIO_HOST_PORT: await port(),
    CONSOLE_HOST_PORT: await port(),
    FLASK_HOST_PORT: await port(),
  };
}

/** Writes the file that compose reads. */
export function writeEnv(folder: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''));
}
