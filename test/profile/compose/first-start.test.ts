import { describe, expect, it, test } from 'vitest';
import { breakage } from '../../../src/profile/compose/breakage.js';
import { type FirstStart, judgeFirstStart } from '../../../src/profile/compose/first-start.js';
import { readComposeFile } from '../../../src/profile/compose/source.js';
import { parseDotenv } from '../../../src/profile/dotenv.js';
import type { Variables } from '../../../src/profile/resolved.js';

const COMPOSE = `services:
  mysql:
    image: mysql:8.0
    environment:
      MYSQL_PASSWORD:
      MYSQL_LOG: \${MYSQL_LOG}
    ports:
      - "\${MYSQL_HOST_PORT:-127.0.0.1:3306}:3306"
    volumes:
      - \${MYSQL_VOLUME}:/var/lib/mysql
  app:
    image: app
    environment:
      URL: mysql://\${MYSQL_USER}:\${MYSQL_PASSWORD}@mysql
      KEY: \${KEY:?say which}
`;
const SAMPLE = 'MYSQL_USER=\nMYSQL_PASSWORD=\nMYSQL_VOLUME=./mysql\nKEY=\nMYSQL_LOG=debug\nOTHER=\n';

function judge({ env, ...more }: Partial<FirstStart> & { readonly env: string | null }, process: Variables = {}) {
  const entries = env === null ? [] : parseDotenv({ file: '.env', text: env }, {}).entries;
  const read = entries.map(({ name, value, file, line }) => [name, { value: value ?? '', file, line }] as const);
  const problems = judgeFirstStart({
    sources: [readComposeFile({ file: 'compose.yaml', text: COMPOSE })],
    variables: { ...Object.fromEntries(read), ...process },
    services: null,
    envFile: { file: '.env', text: env },
    sample: { file: 'sample.env', text: SAMPLE },
    contract: {},
    ...more,
  });
  return problems.map(({ message, at }) => [message, at?.file, at?.line]);
}

describe('the first start', () => {
  test('without an env file: what breaks the files, and what the sample leaves blank', () => {
    expect(judge({ env: null })).toEqual([
      ['`MYSQL_VOLUME` is not set anywhere: the volume would be `:/var/lib/mysql`', 'compose.yaml', 10],
      ['`KEY` is not set anywhere: the compose file asks for it', 'compose.yaml', 15],
      ['`MYSQL_PASSWORD` is not set anywhere: sample.env leaves it to you', 'compose.yaml', 5],
      ['`MYSQL_USER` is not set anywhere: sample.env leaves it to you', 'compose.yaml', 14],
    ]);
  });

  test('without sample and env file: what breaks the files alone', () => {
    expect(judge({ env: null, sample: null }).map(([message]) => message)).toEqual([
      '`MYSQL_VOLUME` is not set anywhere: the volume would be `:/var/lib/mysql`',
      '`KEY` is not set anywhere: the compose file asks for it',
    ]);
  });

  test('the sample copied and not edited: its blanks, at their lines', () => {
    expect(judge({ env: `${SAMPLE.replaceAll('\n', '\r\n')}\n` })).toEqual([
      ['`KEY` is empty: the compose file asks for it (used in compose.yaml:15:12)', '.env', 4],
      ['`MYSQL_PASSWORD` is empty: .env is sample.env as it came (used in compose.yaml:5:7)', '.env', 2],
      ['`MYSQL_USER` is empty: .env is sample.env as it came (used in compose.yaml:14:12)', '.env', 1],
    ]);
  });

  test('an edited file may leave blank what breaks nothing', () => {
    expect(judge({ env: SAMPLE.replace('KEY=', 'KEY=k') })).toEqual([]);
  });

  test('the process environment counts, blanks that somebody chose too', () => {
    const chosen = { MYSQL_USER: { value: '' }, MYSQL_PASSWORD: { value: 'x' }, KEY: { value: 'k' } };
    expect(judge({ env: SAMPLE }, chosen)).toEqual([]);
    expect(judge({ env: SAMPLE }, { ...chosen, MYSQL_VOLUME: { value: '' } })).toEqual([
      ['`MYSQL_VOLUME` is empty (process environment): the volume would be `:/var/lib/mysql`', 'compose.yaml', 10],
    ]);
  });

  test('what a contract knows is left to it, unless the file breaks', () => {
    const contract = { KEY: { required: true }, MYSQL_USER: {}, MYSQL_VOLUME: {} };
    const names = judge({ env: null, contract }).map(([message]) => String(message).split('`')[1]);
    expect(names).toEqual(['MYSQL_VOLUME', 'MYSQL_PASSWORD']);
  });

  test('blanks of services that do not start do not count; what breaks the file does', () => {
    const names = judge({ env: null, services: new Set(['mysql']) }).map(([message]) => String(message).split('`')[1]);
    expect(names).toEqual(['MYSQL_VOLUME', 'KEY', 'MYSQL_PASSWORD']);
  });
});

it.each([
  [['services', 'a', 'volumes', 0], ':/data', 'the volume would be `:/data`'],
  [['services', 'a', 'volumes', 0], './x:', 'the volume would be `./x:`'],
  [['services', 'a', 'volumes', 0], './x:/data:ro', null],
  [['services', 'a', 'volumes', 0, 'source'], '', 'the volume would have no source'],
  [['services', 'a', 'image'], 'app:', 'the image would be `app:`'],
  [['services', 'a', 'image'], '/app:1', 'the image would be `/app:1`'],
  [['services', 'a', 'image'], '127.0.0.1:5000/app:1', null],
  [['services', 'a', 'image'], 'app@sha256:0', null],
  [['services', 'a', 'ports', 0], '127.0.0.1:80:', 'the port would be `127.0.0.1:80:`'],
  [['services', 'a', 'ports', 0], ':80', null],
  [['services', 'a', 'env_file'], '', 'the env file would have no name'],
  [['services', 'a', 'environment', 'A'], '', null],
  [['networks', 'a', 'name'], '', null],
])('%s as "%s"', (path, text, expected) => {
  expect(breakage(path, text)).toBe(expected);
});
