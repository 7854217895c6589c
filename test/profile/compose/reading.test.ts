import { describe, expect, it } from 'vitest';
import { fileAsks } from '../../../src/profile/compose/asks.js';
import { mergeSources } from '../../../src/profile/compose/merge-files.js';
import { readConfigOutput } from '../../../src/profile/compose/read-config.js';
import { readModel } from '../../../src/profile/compose/read-model.js';
import { readShortMount, readShortPort } from '../../../src/profile/compose/short-forms.js';
import { readComposeFile } from '../../../src/profile/compose/source.js';

const places = { folder: '/p', home: '/home/ann', flavour: 'posix' } as const;

// As compose 1.29.2 and 2.26.1 print the same file; see the acceptance test for the programs themselves.
const V1 = `networks:
  back: {}
services:
  mysql:
    depends_on:
      init:
        condition: service_completed_successfully
    environment:
      MYSQL_DATABASE: dbx
    healthcheck:
      interval: 5s
      retries: 3
      test:
      - CMD
      - "true"
    image: mysql:8.0
    ports:
    - 127.0.0.1:3306:3306/tcp
    - published: 53
      target: 53
      protocol: udp
    restart: on-failure
    volumes:
    - /p/mysql:/var/lib/mysql:rw
    - data:/x:ro
version: '3.9'
volumes:
  data: {}
`;
const V2 = JSON.stringify({
  name: 'p',
  services: {
    mysql: {
      depends_on: { init: { condition: 'service_completed_successfully', required: true } },
      environment: { MYSQL_DATABASE: 'dbx' },
      healthcheck: { test: ['CMD', 'true'], interval: '5s', retries: 3 },
      image: 'mysql:8.0',
      networks: { default: null },
      ports: [
        { mode: 'ingress', host_ip: '127.0.0.1', target: 3306, published: '3306', protocol: 'tcp' },
        { mode: 'ingress', target: 53, published: '53', protocol: 'udp' },
      ],
      restart: 'on-failure',
      volumes: [
        { type: 'bind', source: '/p/mysql', target: '/var/lib/mysql', bind: { create_host_path: true } },
        { type: 'volume', source: 'data', target: '/x', read_only: true, volume: {} },
      ],
    },
  },
  volumes: { data: { name: 'p_data' } },
});

describe('what a provider prints', () => {
  it('is the same stack, whichever of them prints it', () => {
    const [one, two] = [readConfigOutput(V1, places), readConfigOutput(V2, places)];
    expect(one.services).toEqual(two.services);
    expect(two.services['mysql']).toEqual({
      name: 'mysql',
      image: 'mysql:8.0',
      build: null,
      containerName: null,
      ports: [
        { address: '127.0.0.1', published: '3306', target: '3306', protocol: 'tcp' },
        { address: null, published: '53', target: '53', protocol: 'udp' },
      ],
      mounts: [
        { type: 'bind', source: '/p/mysql', target: '/var/lib/mysql', readOnly: false, createsSource: true },
        { type: 'volume', source: 'data', target: '/x', readOnly: true, createsSource: false },
      ],
      dependsOn: [{ service: 'init', condition: 'service_completed_successfully', required: true }],
      healthcheck: {
        disabled: false,
        test: ['CMD', 'true'],
        interval: '5s',
        timeout: null,
        startPeriod: null,
        retries: 3,
      },
      restart: 'on-failure',
      profiles: [],
      variables: ['MYSQL_DATABASE'],
      envFiles: [],
      labels: {},
      user: null,
      networkMode: null,
      networks: ['default'],
      pullPolicy: null,
      scale: 1,
      stopGrace: null,
      watched: false,
    });
    expect(two.volumes).toEqual({ data: { key: 'data', name: 'p_data', external: false } });
    expect(one.networks).toEqual({ default: { key: 'default', name: null, external: false } });
  });

  it('keeps no values of variables', () => {
    expect(JSON.stringify(readConfigOutput(V2, places))).not.toContain('dbx');
  });

  it.each(['', 'nonsense', '[1]', '{'])('%j is no stack', (text) => {
    expect(() => readConfigOutput(text, places)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });
});

it('reads what people write', () => {
  const model = readModel(
    {
      services: {
        app: {
          build: './flask',
          env_file: ['a.env', { path: 'b.env', required: false }],
          labels: ['a=b', 'c'],
          depends_on: ['db'],
          network_mode: 'host',
          healthcheck: { test: 'curl x' },
          deploy: { replicas: 2 },
          stop_grace_period: '1m30s',
          develop: { watch: [{ path: '.' }] },
          tmpfs: '/tmp:size=1m',
          profiles: ['debug'],
          container_name: 'app',
          user: 1000,
        },
        db: { image: 'db', networks: ['back', 'out'], healthcheck: { disable: true }, volumes: ['/anon', '~/x:/y'] },
      },
      networks: { back: null, out: { external: true, name: 'outer' }, unused: {} },
    },
    places,
  );
  const { app, db } = model.services;
  expect(app).toMatchObject({
    build: { context: '/p/flask', dockerfile: null, target: null },
    envFiles: ['/p/a.env', '/p/b.env'],
    labels: { a: 'b', c: '' },
    dependsOn: [{ service: 'db', condition: 'service_started', required: true }],
    networkMode: 'host',
    networks: [],
    healthcheck: { disabled: false, test: ['CMD-SHELL', 'curl x'] },
    scale: 2,
    stopGrace: '1m30s',
    watched: true,
    profiles: ['debug'],
    containerName: 'app',
    user: '1000',
    mounts: [{ type: 'tmpfs', source: null, target: '/tmp', readOnly: false, createsSource: false }],
  });
  expect(db).toMatchObject({ healthcheck: { disabled: true }, networks: ['back', 'out'] });
  expect(db?.mounts.map(({ type, source }) => [type, source])).toEqual([
    ['volume', null],
    ['bind', '/home/ann/x'],
  ]);
  expect(model.networks).toEqual({
    back: { key: 'back', name: null, external: false },
    out: { key: 'out', name: 'outer', external: true },
  });
});

describe('short forms', () => {
  it.each([
    ['80', [null, null, '80', 'tcp']],
    ['8080:80', [null, '8080', '80', 'tcp']],
    ['127.0.0.1::80/udp', ['127.0.0.1', null, '80', 'udp']],
    ['[::1]:8080:80', ['::1', '8080', '80', 'tcp']],
    ['3000-3005:3000-3005', [null, '3000-3005', '3000-3005', 'tcp']],
  ])('port %s', (text, [address, published, target, protocol]) => {
    expect(readShortPort(text)).toEqual({ address, published, target, protocol });
  });

  it('a drive is no separator', () => {
    const mount = readShortMount(String.raw`C:\data:/data:ro`, 'C:\\p', { home: 'C:\\', flavour: 'windows' });
    expect(mount).toMatchObject({ type: 'bind', source: 'C:\\data', target: '/data', readOnly: true });
  });
});

describe('a file as it was written', () => {
  const source = readComposeFile({
    file: 'compose.yaml',
    text: `name: shop
x-app: &app
  environment:
    PASSED:
services:
  web:
    <<: *app
    image: "web:\${TAG:-1}"
    ports: ["\${PORT:?say which}:80", !reset 90]
    depends_on: {db: {condition: service_healthy, required: false}}
  db:
    environment: [BARE, "SET=\${DEEP:-\${DEEPER}}", "PRICE=$$5"]
    env_file: [{path: a.env}]
`,
  });

  it('tells which variables it uses, and how', () => {
    expect(
      source.variables.map(({ name, at, defaulted, required, passedOn }) => [
        name,
        at.line,
        ...[defaulted && 'defaulted', required && 'required', passedOn && 'passed on'].filter(Boolean),
      ]),
    ).toEqual([
      ['PASSED', 4, 'passed on'],
      ['TAG', 8, 'defaulted'],
      ['PORT', 9, 'required'],
      ['BARE', 12, 'passed on'],
      ['DEEP', 12, 'defaulted'],
      ['DEEPER', 12],
    ]);
  });

  it('tells what not every provider can take, with its place', () => {
    expect(fileAsks([source]).map(({ name, service, at }) => [name, service, at.line])).toEqual([
      ['name', null, 1],
      ['tags', null, 9],
      ['healthy', 'web', 10],
      ['optionalDependency', 'web', 10],
      ['longEnvFile', 'db', 13],
    ]);
  });

  it('is refused with its place when it is no YAML', () => {
    const read = () => readComposeFile({ file: 'compose.yaml', text: 'services:\n  a: [\n' });
    expect(read).toThrow(
      expect.objectContaining({
        code: 'BAD_DATA',
        problems: [expect.objectContaining({ at: { file: 'compose.yaml', line: 3, column: 1 } })],
      }),
    );
  });
});

it('later files go over earlier ones as compose lays them', () => {
  const files = [
    `services:
  a:
    image: "a:\${TAG}"
    ports: ["1:1"]
    volumes: ["./x:/x", "v:/v"]
    command: ["one"]
    environment: {A: "1"}
    depends_on: [b]
  b: {image: b}
volumes: {v: {}}
`,
    `services:
  a:
    image: "over:\${TAG}"
    ports: ["2:2"]
    volumes: ["./y:/x"]
    environment: [B=2]
    depends_on: {c: {condition: service_healthy}}
  c: {image: c}
volumes: {v: {external: true}}
`,
  ];
  const sources = files.map((text, index) => readComposeFile({ file: `${index}.yaml`, text }));
  const model = mergeSources(sources, { TAG: { value: '7' } }, places);
  const { a } = model.services;
  expect(Object.keys(model.services)).toEqual(['a', 'b', 'c']);
  expect(a?.image).toBe('over:7');
  expect(a?.ports.map(({ published }) => published)).toEqual(['1', '2']);
  expect(a?.mounts.map(({ source, target }) => `${source}:${target}`)).toEqual(['v:/v', '/p/y:/x']);
  expect(a?.variables).toEqual(['A', 'B']);
  expect(a?.dependsOn.map(({ service, condition }) => [service, condition])).toEqual([
    ['b', 'service_started'],
    ['c', 'service_healthy'],
  ]);
  expect(model.volumes).toEqual({ v: { key: 'v', name: 'v', external: true } });
});
