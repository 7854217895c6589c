const PURE = '^src/(core|profile|spec|render|plan)/';
const OUTPUTS = '^src/render/(argv|engine-api)';

/** A layer may import only itself and the layers named. */
function layer(from, ...to) {
  return {
    name: `${from}-imports-only-${to.join('-') || 'itself'}`,
    comment: 'Data goes one way; docs/layout.md draws the order of the layers.',
    severity: 'error',
    from: { path: `^src/${from}/` },
    to: { path: '^src/', pathNot: `^src/(${[from, ...to].join('|')})/` },
  };
}

/** Packages that only one layer may import. */
function only(where, name, packages) {
  return {
    name,
    severity: 'error',
    from: { path: '^(src|bin)/', pathNot: where },
    to: { path: `node_modules/(${packages.join('|')})/` },
  };
}

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    layer('core'),
    layer('profile', 'core'),
    layer('spec', 'core', 'profile'),
    layer('render', 'core', 'spec'),
    layer('plan', 'core', 'spec', 'render'),
    layer('io', 'core'),
    layer('engine', 'core', 'spec', 'render', 'plan', 'io'),
    layer('rac', 'core', 'spec', 'io', 'engine'),
    {
      name: 'rac-is-a-wing-of-its-own',
      comment:
        'The long-running part: only its commands start it, and they talk to it through its HTTP API. rooms.ts has doors to it, which open when they are used.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/((rac|cli/rac)/|cli/rooms[.]ts$)' },
      to: { path: '^src/rac/' },
    },
    only('^src/rac/', 'server-packages-only-in-rac', [
      'hono',
      '@hono/node-server',
      'jose',
      '@peculiar/x509',
      '@node-rs/argon2',
      'prom-client',
    ]),
    {
      name: 'outputs-do-not-know-each-other',
      severity: 'error',
      from: { path: OUTPUTS },
      to: { path: OUTPUTS, pathNot: '^src/render/$1' },
    },
    {
      name: 'pure-layers-use-no-node-builtin',
      comment: 'No clock, env, files, cwd or platform left of the engine: they come in as values.',
      severity: 'error',
      from: { path: PURE },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-layers-use-only-zod-toml-and-yaml',
      severity: 'error',
      from: { path: PURE },
      to: { path: 'node_modules/', pathNot: 'node_modules/(zod|smol-toml|toml-eslint-parser|yaml)/' },
    },
    only('^src/engine/', 'processes-and-engine-api-only-in-engine', ['execa', 'dockerode']),
    only('^src/cli/', 'terminal-libraries-only-in-cli', ['commander', 'listr2', 'chalk', '@clack/prompts']),
    only('^src/io/', 'watching-only-in-io', ['chokidar']),
    only('^src/io/', 'databases-and-archives-only-in-io', ['libsql', 'tar-stream']),
    only('^src/profile/', 'schemas-only-in-profile', ['zod', 'smol-toml', 'toml-eslint-parser']),
    only('^src/(profile|render)/', 'yaml-only-in-profile-and-render', ['yaml']),
    {
      name: 'no-raw-child-process',
      comment: 'execa with an argument array is the one way to start a process.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'sockets-only-in-probe-and-net',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(engine/probe|io/net|rac/)' },
      to: { path: '^(node:)?(http|https|net|tls)$' },
    },
    {
      name: 'files-only-in-io-and-engine',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(io|engine|rac)/' },
      to: { path: '^(node:)?(fs|fs/promises|os)$' },
    },
    {
      name: 'bin-imports-only-main',
      severity: 'error',
      from: { path: '^bin/' },
      to: { pathNot: '(^|/)(dist|src)/(cli/)?main\\.(cjs|ts)$|^package\\.json$', dependencyTypesNot: ['core'] },
    },
    { name: 'product-does-not-import-test', severity: 'error', from: { path: '^(src|bin)/' }, to: { path: '^test/' } },
    {
      name: 'test-imports-no-other-test',
      severity: 'error',
      from: { path: '^test/' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'product-imports-only-bundled-packages',
      comment: 'The build bundles these, so users install nothing else; a new one is a decision in docs/decisions.',
      severity: 'error',
      from: { path: '^(src|bin)/' },
      to: {
        path: 'node_modules/',
        pathNot:
          'node_modules/(zod|smol-toml|toml-eslint-parser|yaml|execa|dockerode|@types/dockerode|commander|listr2|chalk|@clack/prompts|chokidar|tar-stream|libsql|hono|@hono/node-server|jose|@peculiar/x509|reflect-metadata|@node-rs/argon2|prom-client)/',
      },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^dist/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.mjs', '.js'],
    },
  },
};
