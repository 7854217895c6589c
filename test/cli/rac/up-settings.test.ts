import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';

const AT = '/home/ann/.local/state/podctl/rac';

// Everything but a wrong setting would look for an engine, which a test of settings has none of.
async function up(args: readonly string[], files: Record<string, string> = {}, env: Record<string, string> = {}) {
  const run = await runCli(['rac', 'up', ...args], {
    files,
    host: { env: { PATH: '', ...env } },
    engine: { facts: null },
  });
  return run;
}

describe('settings of podctl rac up', () => {
  it.each([
    ['--api-port 0', '`--api-port 0` is not a port'],
    ['--registry-port 70000', '`--registry-port 70000` is not a port'],
    ['--proxy-port http', '`--proxy-port http` is not a port'],
    ['--listen example.com', '`--listen example.com` is not an address'],
    ['--domain a..b', '`--domain a..b` is not a domain'],
    ['--trusted-proxy 10.0.0.0/33', '`--trusted-proxy 10.0.0.0/33` is no address or range of them'],
    ['--trusted-proxy proxy', '`--trusted-proxy proxy` is no address or range of them'],
    ['--public-url rac.example.com', '`--public-url` has to be scheme and host'],
    ['--public-url https://u:p@rac.example.com', '`--public-url` has to be scheme and host'],
    ['--registry-host https://x', '`--registry-host https://x` is no host'],
    ['--anonymous-ttl soon', '`soon` is not a duration'],
    ['--anonymous-ttl 1s', '`--anonymous-ttl 1s` is too short'],
    ['--limit memory=1k', '`--limit memory=1k` is no such limit'],
    ['--limit memry=1g', 'there is no limit `memry=1g`'],
    ['--limit queue', 'there is no limit `queue`'],
    ['--tls-cert cert.pem', 'a certificate and its key go together'],
    ['--tls-cert none.pem --tls-key none.key', '`/home/ann/sky/none.pem` is not there'],
    ['--s3-region eu', 'S3 needs a bucket'],
    ['--s3-bucket b --s3-endpoint 127.0.0.1:9000', '`--s3-endpoint` has to be scheme and host'],
    ['--s3-bucket b', 'the variable `AWS_ACCESS_KEY_ID`, which holds a key of S3, is not set'],
  ])('%s', async (line, message) => {
    const { code, stderr, memory } = await up(line.split(' '));
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(`error: ${message}`)]);
    expect(memory.volume.existsSync(`${AT}/settings.json`)).toBe(false);
  });

  it('takes no folder that is somebody else’s', async () => {
    const { stderr, memory } = await up([], { [`${AT}/thesis.tex`]: '' });
    expect(stderr).toContain(`${AT} is not empty, and RAC needs a folder of its own`);
    expect(memory.volume.existsSync(`${AT}/settings.json`)).toBe(false);
    expect((await up([], { [`${AT}/logins.json`]: '{}' })).stderr).not.toContain('is not empty');
  });

  it('says which port is taken by whom', async () => {
    const run = await runCli(['rac', 'up', '--api-port', '5000'], {
      engine: { facts: null, taken: { 5000: 'nginx' } },
    });
    expect(run.stderr).toContain("port 5000 for RAC's API is taken: nginx (process 77) has it");
  });

  it('refuses one port for two parts', async () => {
    const { stderr } = await up(['--api-port', '5000', '--registry-port', '5000']);
    expect(stderr).toContain('cannot both have port 5000');
  });
});

it('rac install with layers in S3 wants their keys where the service finds them', async () => {
  const settings = JSON.stringify({
    storage: {
      kind: 's3',
      bucket: 'b',
      accessKeyVariable: 'AWS_ACCESS_KEY_ID',
      secretKeyVariable: 'AWS_SECRET_ACCESS_KEY',
    },
  });
  const { stderr } = await runCli(['rac', 'install'], {
    files: { [`${AT}/settings.json`]: settings, [`${AT}/service.env`]: 'AWS_ACCESS_KEY_ID=a\n' },
    engine: { facts: null },
  });
  expect(stderr).toContain(`the service needs the keys of S3 in \`${AT}/service.env\``);
});

describe('the actions of podctl rac', () => {
  it.each([
    [['rac', 'upp'], '`rac` cannot `upp`'],
    [['rac', 'down', 'now'], '`rac down` has no use for `now`'],
    [['rac', 'down', '--engine', 'docker'], '`podctl rac down` has no use for `--engine`'],
    [['rac', 'releases'], '`rac releases` needs more words'],
    [['rac', 'keys', 'turn'], '`rac keys` cannot `turn`'],
    [['rac', 'releases', 'a'], 'no RAC runs on this machine'],
    [['rac', 'install'], 'RAC has no settings here yet'],
  ])('%j', async (argv, message) => {
    const { code, stderr } = await runCli(argv);
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining(`error: ${message}`)]);
  });

  it('status of no RAC is an answer', async () => {
    const { code, stdout } = await runCli(['rac', 'status']);
    expect([code, stdout]).toEqual([3, 'RAC is not up\n']);
  });

  it('down of no RAC is fine', async () => {
    const { code, stderr } = await runCli(['rac', 'down']);
    expect([code, stderr]).toEqual([0, 'RAC is not up\n']);
  });
});
