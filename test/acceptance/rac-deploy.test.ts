import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/core/secret.js';
import type { Principal } from '../../src/rac/accounts/principal.js';
import { describeEngines } from '../support/engines.js';
import { until } from '../support/machine.js';
import { ask, type BedImage, openRacBed, type RacBed } from '../support/rac-bed.js';
import { only } from '../support/soak.js';

const OWNER: Principal = {
  kind: 'account',
  account: 'ann',
  admin: false,
  by: 'session',
  scope: null,
  address: '127.0.0.1',
};

/** A web server that serves its volume, and notes each start there. */
function page(text: string, more: readonly string[] = []): BedImage {
  return {
    files: { '/start': `#!/bin/sh\necho ${text} >> /data/starts\nexec httpd -f -p 8080 -h /data\n` },
    lines: ['EXPOSE 8080', 'VOLUME /data', ...more, 'CMD ["/start"]'],
  };
}

/** One without data, which says who it is. */
function plain(text: string, more: readonly string[] = []): BedImage {
  return {
    files: { '/www/index.html': `${text}\n` },
    lines: ['EXPOSE 8080', ...more, 'CMD ["httpd","-f","-p","8080","-h","/www"]'],
  };
}

describeEngines('pushed images run', (engine) => {
  let bed: RacBed;
  beforeAll(async () => {
    bed = await openRacBed(engine);
  });
  afterAll(async () => {
    await bed.close();
  });
  const awake = async (name: string, path = '/') => ask(await bed.rac().lifecycle.wake(name), path);
  const newest = (name: string) => bed.rac().releases.list(name)[0];

  it('with nothing but EXPOSE and VOLUME; data stay over pushes, sleep and removal', async () => {
    await bed.push('me/data', page('one'));
    expect(newest('me/data')).toMatchObject({ state: 'ready', warnings: [], problem: null, current: true });
    expect(bed.rac().lifecycle.find('me--data.localhost')).toMatchObject({ ok: true, name: 'me/data' });
    expect(await awake('me/data', '/starts')).toBe('200 one');
    await bed.rac().lifecycle.stop('me/data');
    expect(bed.rac().lifecycle.tierOf('me/data')).toBe('holder');
    expect(await bed.rac().lifecycle.wake('me/data')).toMatchObject({ from: 'holder' });
    await bed.push('me/data', page('two'));
    expect(await awake('me/data', '/starts')).toBe('200 one\none\ntwo');
    await bed.rac().lifecycle.remove('me/data');
    expect(bed.rac().lifecycle.tierOf('me/data')).toBe('removed');
    expect(await bed.rac().lifecycle.wake('me/data')).toMatchObject({ from: 'removed' });
    expect(await awake('me/data', '/starts')).toBe('200 one\none\ntwo\ntwo');
  });

  it('pauses and goes on', async () => {
    await bed.push('me/pause', plain('hello'));
    await bed.rac().lifecycle.pause('me/pause');
    expect(bed.rac().lifecycle.tierOf('me/pause')).toBe('paused');
    expect(await bed.rac().lifecycle.wake('me/pause')).toMatchObject({ from: 'paused' });
    expect(await awake('me/pause')).toBe('200 hello');
    await bed.rac().lifecycle.pause('me/pause');
    await bed.rac().lifecycle.stop('me/pause');
    expect(await awake('me/pause')).toBe('200 hello');
  });

  it.each(only(engine, 'docker'))(
    'a new release takes over beside the old one, which ends when it is drained',
    async () => {
      await bed.push('me/roll', plain('one'));
      const old = await bed.rac().lifecycle.wake('me/roll');
      const changes: unknown[] = [];
      bed.rac().lifecycle.onChange((name, upstream) => {
        if (name === 'me/roll') changes.push(upstream?.release ?? null);
      });
      await bed.push('me/roll', plain('two'));
      expect(changes).toEqual([newest('me/roll')?.id]);
      expect(await awake('me/roll')).toBe('200 two');
      expect(await ask(old)).toBe('200 one');
      bed.rac().lifecycle.drained('me/roll', [old]);
      expect(await ask(old)).toBe('200 one');
      bed.rac().lifecycle.drained('me/roll', []);
      await until(async () => (await ask(old)).startsWith('failed'), 60_000);
      expect(
        bed
          .rac()
          .releases.list('me/roll')
          .map(({ state }) => state),
      ).toEqual(['ready', 'superseded']);
    },
  );

  it.each(only(engine, 'docker'))('rolls back, pins and unpins', async () => {
    const [two, one] = bed.rac().releases.list('me/roll');
    const back = await bed.rac().releases.rollback('me/roll', null, OWNER);
    expect([back.id, back.current]).toEqual([one?.id, true]);
    expect(await awake('me/roll')).toBe('200 one');
    await bed.rac().releases.pin('me/roll', null, OWNER);
    await bed.push('me/roll', plain('three'));
    expect(newest('me/roll')).toMatchObject({ state: 'ready', current: false });
    expect(await awake('me/roll')).toBe('200 one');
    expect(await bed.rac().releases.unpin('me/roll', OWNER)).toMatchObject({
      id: newest('me/roll')?.id,
      current: true,
    });
    expect(await awake('me/roll')).toBe('200 three');
    expect(two?.digest).not.toBe(one?.digest);
  });

  const failures: readonly (readonly [string, readonly string[], string])[] = [
    [
      'ends',
      ['CMD ["sh","-c","echo cannot open the database >&2; exit 3"]'],
      'it ended with exit code 3 before it answered\ncannot open the database',
    ],
    [
      'stays silent',
      ['LABEL rac.start-timeout=2s', 'CMD ["sh","-c","echo thinking; sleep 1000"]'],
      'it did not answer on port 8080 in time\nthinking',
    ],
  ];
  it.each(only(engine, 'docker').flatMap(() => failures))(
    'a push that %s leaves the old one, with its last lines told',
    async (_, lines, problem) => {
      const before = await awake('me/roll');
      await bed.push('me/roll', { lines: ['EXPOSE 8080', ...lines] });
      expect(newest('me/roll')).toMatchObject({ state: 'failed', problem, current: false });
      expect(await awake('me/roll')).toBe(before);
      expect(bed.rac().releases.state('me/roll')?.problem).toBe(problem);
    },
  );

  it.each(only(engine, 'podman'))('a failing push of one with data starts the old one again', async () => {
    const lines = ['EXPOSE 8080', 'VOLUME /data', 'CMD ["sh","-c","echo no >&2; exit 4"]'];
    await bed.push('me/data', { lines });
    expect(newest('me/data')).toMatchObject({
      state: 'failed',
      problem: 'it ended with exit code 4 before it answered\nno',
    });
    expect(bed.rac().lifecycle.tierOf('me/data')).toBe('running');
    expect(await awake('me/data', '/starts')).toContain('200 one');
  });

  it.each(only(engine, 'podman'))('holds a crash loop back, and tells why', async () => {
    const crashing =
      'if [ -e /data/crash ]; then echo broken >&2; exit 5; fi; touch /data/crash; exec httpd -f -p 8080 -h /data';
    await bed.push('me/crash', { lines: ['EXPOSE 8080', 'VOLUME /data', `CMD ["sh","-c","${crashing}"]`] });
    await bed.rac().lifecycle.stop('me/crash');
    const outcomes: string[] = [];
    for (let tries = 0; tries < 4; tries++) {
      outcomes.push(
        await bed
          .rac()
          .lifecycle.wake('me/crash')
          .then(
            () => 'woke',
            (error: Error) => error.message,
          ),
      );
    }
    const failed = '`me/crash` did not start: it ended with exit code 5 before it answered';
    expect(outcomes).toEqual([
      failed,
      failed,
      expect.stringMatching(/failed 2 times/),
      expect.stringMatching(/failed 2 times/),
    ]);
    expect(bed.rac().releases.state('me/crash')?.problem).toContain('broken');
  });

  it('hears at once of one that ends by itself', async () => {
    const waiting = 'httpd -p 8080 -h /bin; while [ ! -e /end ]; do sleep 0.1; done; rm /end; echo bye; exit 6';
    await bed.push('me/ends', { lines: ['EXPOSE 8080', `CMD ["sh","-c","${waiting}"]`] });
    const { release } = await bed.rac().lifecycle.wake('me/ends');
    const { stream } = await bed.rac().releases.exec('me/ends', { argv: ['touch', '/end'], tty: false }, OWNER);
    stream.resume();
    await until(() => bed.rac().lifecycle.tierOf('me/ends') === 'holder', 30_000);
    await until(() => bed.rac().releases.state('me/ends')?.problem === 'it ended by itself with exit code 6\nbye');
    expect(await bed.rac().lifecycle.wake('me/ends')).toMatchObject({ release, from: 'holder' });
  });

  it.each(only(engine, 'podman'))('follows labels, USER and variables', async () => {
    const script =
      'id -u > /www/who; echo $GREETING $TOKEN > /www/env; touch /keep/mine && exec httpd -f -p 9000 -h /www';
    await bed.push('me/labels', {
      folders: { '/www': 1234 },
      lines: [
        'EXPOSE 8000 9000/udp',
        'VOLUME /keep',
        'USER 1234',
        'LABEL rac.port=9000 rac.env.GREETING="good day" rac.memory=64m rac.idel=5s rac.cpus=0.5',
        `CMD ["sh","-c","${script}"]`,
      ],
    });
    expect(newest('me/labels')).toMatchObject({
      state: 'ready',
      warnings: ['label rac.idel is not known; did you mean rac.idle?'],
    });
    expect(await awake('me/labels', '/who')).toBe('200 1234');
    expect(await awake('me/labels', '/env')).toBe('200 good day');
    bed.rac().variables.set('me/labels', { TOKEN: new Secret('s3cret'), GREETING: new Secret('hi') }, OWNER);
    await bed.rac().releases.settle('me/labels');
    expect(await awake('me/labels', '/env')).toBe('200 hi s3cret');
    expect(JSON.stringify(bed.store.all('SELECT * FROM variable'))).not.toContain('s3cret');
  });

  it('shows logs and runs programs inside', async () => {
    await bed.push('me/logs', {
      lines: ['EXPOSE 8080', 'CMD ["sh","-c","echo out; echo err >&2; exec httpd -f -p 8080 -h /bin"]'],
    });
    await bed.rac().lifecycle.wake('me/logs');
    const lines: string[] = [];
    for await (const { stream, text } of bed.rac().releases.logs('me/logs', { follow: false, tail: 10 }))
      lines.push(`${stream} ${text}`);
    expect(lines.toSorted()).toEqual(['stderr err', 'stdout out']);
    const session = await bed.rac().releases.exec('me/logs', { argv: ['sh', '-c', 'cat; exit 9'], tty: false }, OWNER);
    session.stream.end('typed\n');
    const said: Buffer[] = [];
    for await (const chunk of session.stream) said.push(Buffer.from(chunk as Uint8Array));
    expect(Buffer.concat(said).toString('latin1')).toContain('typed');
    expect(await session.exitCode()).toBe(9);
  });

  it.each(only(engine, 'podman'))("stops and starts by its owner's word", async () => {
    await bed.rac().releases.stop('me/logs', OWNER);
    expect(bed.rac().lifecycle.find('me--logs.localhost')).toMatchObject({
      ok: false,
      reason: 'its owner has stopped it',
    });
    await expect(bed.rac().lifecycle.wake('me/logs')).rejects.toMatchObject({ code: 'REFUSED' });
    await bed.rac().releases.start('me/logs', OWNER);
    expect(await awake('me/logs')).toMatch(/^404|^200/);
  });

  it.each(only(engine, 'docker'))(
    'finds again what runs, starts nothing twice, and leaves other instances alone',
    async () => {
      const label = `podctl.rac=${bed.instance}`;
      const owned = [
        'ps',
        '--all',
        '--no-trunc',
        '--filter',
        `label=${label}`,
        '--filter',
        'label=podctl.rac.role=app',
      ];
      const list = async (...shown: readonly string[]) => {
        const { stdout } = await engine.run([...owned, ...shown]);
        return stdout.split('\n').toSorted();
      };
      // Releases that the tests before have replaced go when nobody uses them any more.
      bed.rac().lifecycle.drained('me/roll', []);
      const nameIn = engine.name === 'docker' ? '.Label' : 'index .Labels';
      await until(async () => {
        const names = await list('--format', `{{${nameIn} "podctl.rac.name"}}`);
        return new Set(names).size === names.length;
      });
      const other = await engine.run([
        'run',
        '--detach',
        '--label',
        'podctl.rac=00000000',
        '--label',
        'podctl.rac.role=app',
        '--network',
        'none',
        engine.busybox,
        'sleep',
        '1000',
      ]);
      const before = await list('--quiet');
      const tiers = ['me/data', 'me/pause', 'me/roll', 'me/logs'].map((name) => bed.rac().lifecycle.tierOf(name));
      await bed.rac().lifecycle.pause('me/pause');
      const first = bed.rac();
      await first.stop();
      await bed.restart();
      expect(await list('--quiet')).toEqual(before);
      expect(bed.rac().lifecycle.tierOf('me/pause')).toBe('paused');
      expect(['me/data', 'me/roll', 'me/logs'].map((name) => bed.rac().lifecycle.tierOf(name))).toEqual([
        tiers[0],
        tiers[2],
        tiers[3],
      ]);
      expect(await awake('me/pause')).toBe('200 hello');
      const kept = await engine.run(['inspect', '--format', '{{.State.Running}}', other.stdout.trim()]);
      expect(kept.stdout.trim()).toBe('true');
      await engine.run(['rm', '--force', other.stdout.trim()]);
    },
  );

  describe('what is no longer needed', () => {
    it.each(only(engine, 'docker'))('goes from engine and registry: older than three releases back', async () => {
      // Three ran before.
      for (const text of ['four', 'five']) {
        await bed.push('me/roll', plain(text));
        bed.rac().lifecycle.drained('me/roll', []);
      }
      const releases = () => bed.rac().releases.list('me/roll');
      await until(() => releases().filter(({ state }) => state === 'collected').length === 1, 180_000);
      const ran = releases().filter(({ state }) => state !== 'failed');
      const there = await Promise.all(ran.map(({ digest }) => bed.client.image('me/roll', digest)));
      expect(there.map((image) => image !== null)).toEqual([true, true, true, true, false]);
      const images = await engine.run(['images', '--quiet', `localhost/rac-${bed.instance}/me/roll`]);
      expect(images.stdout.trim().split('\n')).toHaveLength(4);
    });

    it.each(only(engine, 'podman'))('goes with a name that expires, with its data', async () => {
      await bed.push('stranger', page('x'));
      const volumes = async () =>
        (await engine.run(['volume', 'ls', '--quiet'])).stdout
          .split('\n')
          .filter((name) => name.startsWith(`rac-${bed.instance}-stranger.`));
      expect(await volumes()).toHaveLength(1);
      bed.store.run("UPDATE name SET expires_at = 1 WHERE name = 'stranger'");
      expect(await bed.rac().expire()).toEqual(['stranger']);
      expect(await volumes()).toEqual([]);
      expect(bed.rac().releases.state('stranger')).toBeNull();
      expect(await bed.registry.digest('stranger', '1')).toBeNull();
      expect((await engine.run(['images', '--quiet', `localhost/rac-${bed.instance}/stranger`])).stdout.trim()).toBe(
        '',
      );
    });
  });
});
