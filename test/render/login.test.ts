import { expect, it } from 'vitest';
import { renderLogin, renderLogout } from '../../src/render/argv/login.js';
import { argvOf, type Way } from '../../src/render/argv/way.js';

const way = (engine: Way['engine'], globals: readonly string[] = []): Way => ({
  engine,
  version: '1',
  program: engine,
  globals,
});
const request = { registry: 'r.example:5000', user: 'ann', plainHttp: true };

it.each<[name: string, argv: readonly string[], wanted: readonly string[]]>([
  [
    'docker, whose daemon knows itself where TLS is not needed',
    argvOf(renderLogin(way('docker', ['--context', 'x']), request)),
    ['docker', '--context', 'x', 'login', '--username', 'ann', '--password-stdin', 'r.example:5000'],
  ],
  [
    'podman',
    argvOf(renderLogin(way('podman'), request)),
    ['podman', 'login', '--tls-verify=false', '--username', 'ann', '--password-stdin', 'r.example:5000'],
  ],
  [
    'nerdctl',
    argvOf(renderLogin(way('nerdctl'), request)),
    ['nerdctl', 'login', '--insecure-registry', '--username', 'ann', '--password-stdin', 'r.example:5000'],
  ],
  [
    'with TLS',
    argvOf(renderLogin(way('podman'), { ...request, plainHttp: false })),
    ['podman', 'login', '--username', 'ann', '--password-stdin', 'r.example:5000'],
  ],
  [
    "docker's own registry",
    argvOf(renderLogin(way('docker'), { ...request, registry: 'docker.io' })),
    ['docker', 'login', '--username', 'ann', '--password-stdin'],
  ],
  ['logout', argvOf(renderLogout(way('podman'), 'ghcr.io')), ['podman', 'logout', 'ghcr.io']],
  ["logout of docker's own", argvOf(renderLogout(way('docker'), 'docker.io')), ['docker', 'logout']],
])('%s', (_name, argv, wanted) => {
  expect(argv).toEqual(wanted);
});
