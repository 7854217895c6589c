import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realProcesses } from '../../src/engine/process.js';
import { realHost } from '../../src/io/host.js';
import type { Principal } from '../../src/rac/accounts/principal.js';
import { describeEngines } from '../support/engines.js';
import { until } from '../support/machine.js';
import { ask, openRacBed, type RacBed } from '../support/rac-bed.js';

const OWNER: Principal = { kind: 'anonymous', address: '127.0.0.1' };
const METADATA = '169.254.169.254';
const MIB = 1024 * 1024;

/** A request by hand, which ends by itself where nobody answers. */
function fetchBy(address: string, port: number | string, path = '/'): string {
  return `printf 'GET ${path} HTTP/1.0\\r\\n\\r\\n' | nc -w 3 ${address} ${port}`;
}

/** A web page of the host's own on every address, as badly secured services are. */
function openService(): Promise<{ readonly server: Server; readonly port: number }> {
  return new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.end('HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\nsecret');
    });
    server.listen(0, '0.0.0.0', () => {
      const address = server.address();
      resolve({ server, port: typeof address === 'object' && address !== null ? address.port : 0 });
    });
  });
}

describeEngines("the box of a stranger's container", (engine) => {
  let bed: RacBed;
  let service: Awaited<ReturnType<typeof openService>>;
  let neighbour = '';
  let gateway = '';
  const { run } = realProcesses(realHost(process));
  const metadata = (verb: 'add' | 'delete') =>
    run({ file: 'ip', args: ['address', verb, `${METADATA}/32`, 'dev', 'lo'] });
  const hosts = Object.values(networkInterfaces()).flatMap((all) => all ?? []);

  beforeAll(async () => {
    bed = await openRacBed(engine, { memory: 64 * MIB, pids: 64, cpus: 0.5, disk: 64 * MIB });
    service = await openService();
    await metadata('add');
    const web = ['EXPOSE 8080', 'CMD ["sh","-c","echo hello > /index.html; exec httpd -f -p 8080 -h /"]'];
    await bed.push('other', { lines: web });
    await bed.push('mine', { lines: ['VOLUME /data', ...web] });
    neighbour = (await bed.rac().lifecycle.wake('other')).address;
    gateway = (await inside('ip route | sed -n "s/^default via \\([^ ]*\\).*/\\1/p"')).said.trim();
  });
  afterAll(async () => {
    await metadata('delete');
    service.server.close();
    await bed.close();
  });

  /** What a shell in the container says, and how it ends. */
  async function inside(script: string, name = 'mine'): Promise<{ readonly code: number; readonly said: string }> {
    const session = await bed.rac().releases.exec(name, { argv: ['sh', '-c', `(${script}) 2>&1`], tty: true }, OWNER);
    const chunks: Buffer[] = [];
    for await (const chunk of session.stream) chunks.push(Buffer.from(chunk as Uint8Array));
    return { code: await session.exitCode(), said: Buffer.concat(chunks).toString('utf8').replaceAll('\r', '') };
  }

  it('lets it talk to itself, and lets RAC in: the probes below work where they may', async () => {
    expect(await inside(fetchBy('127.0.0.1', 8080, '/index.html'))).toEqual({
      code: 0,
      said: expect.stringContaining('\nhello\n'),
    });
    expect(await ask(await bed.rac().lifecycle.wake('mine'), '/index.html')).toBe('200 hello');
    expect(await ask({ address: neighbour, port: 8080 }, '/index.html')).toBe('200 hello');
    for (const address of ['127.0.0.1', METADATA])
      expect(await ask({ address, port: service.port })).toBe('200 secret');
    expect(gateway).toMatch(/^10\./);
  });

  // Side by side: what is dropped on the way is waited for.
  describe.concurrent('keeps it away from the network around it', () => {
    const registryPort = () => bed.registry.address.split(':')[1] ?? '';
    const near = () => neighbour.replace(/\d+$/, (last) => String(Number(last) - 1));
    const places: readonly (readonly [string, () => string])[] = [
      ['another application by its address', () => fetchBy(neighbour, 8080, '/index.html')],
      ['the host through the gateway', () => fetchBy(gateway, service.port)],
      ['the registry through the gateway', () => fetchBy(gateway, registryPort(), '/v2/')],
      ['the registry on its own loopback', () => fetchBy('127.0.0.1', registryPort(), '/v2/')],
      ['the host on its own loopback', () => fetchBy('127.0.0.1', service.port)],
      ['the metadata service of a cloud', () => fetchBy(METADATA, service.port, '/latest/meta-data/')],
      ['the host through the gateway of the neighbour', () => fetchBy(near(), service.port)],
      ['the engine of other containers', () => fetchBy('172.17.0.1', service.port)],
    ];
    it.each(places)('%s', async (_, script) => {
      const { code, said } = await inside(script());
      expect([code, said.replace(/^nc: .*$/m, '').trim()]).toEqual([1, '']);
    });

    it('another application by a name', async () => {
      const filters = [`label=podctl.rac=${bed.instance}`, 'label=podctl.rac.role=holder'];
      const listed = await engine.run(['ps', ...filters.flatMap((one) => ['--filter', one]), '--format', '{{.Names}}']);
      const holders = listed.stdout.split('\n').filter((name) => name !== '');
      expect(holders.length).toBeGreaterThan(1);
      const own = (await bed.rac().lifecycle.wake('mine')).address;
      for (const name of ['other', ...holders]) {
        const { code, said } = await inside(`nslookup ${name}`);
        expect([name, said.includes(neighbour)]).toEqual([name, false]);
        // It may know itself.
        expect(code !== 0 || said.includes(own), said).toBe(true);
      }
    });

    it("the host's other addresses, also of IPv6", async () => {
      const mine = hosts.filter(({ internal, scopeid }) => !internal && (scopeid === undefined || scopeid === 0));
      expect(mine.length).toBeGreaterThan(0);
      for (const { address } of mine) {
        const { code, said } = await inside(fetchBy(address, service.port));
        expect([address, code, said.includes('secret')]).toEqual([address, 1, false]);
      }
    });

    it('has no other interface, and no address of IPv6 on its own', async () => {
      const { said } = await inside('ls -1 /sys/class/net; cat /proc/net/if_inet6');
      expect(said.split('\n').filter((line) => line.startsWith('eth') || line.startsWith('fe80'))).toEqual(['eth0']);
    });
  });

  describe('gives it nothing of the host', () => {
    const refused: readonly (readonly [string, string, string])[] = [
      ['no engine socket', 'ls /var/run/docker.sock /run/docker.sock /run/podman/podman.sock', 'No such file'],
      ['no folder of the host', 'ls /var/lib/docker /var/lib/containers /root/.ssh /home', 'No such file'],
      ['no devices made', 'mknod /tmp-disk b 8 0', 'not permitted'],
      ['no disks', 'ls /dev/sda /dev/vda /dev/mem', 'No such file'],
      ['no mounts', 'mount -t tmpfs none /data', 'denied|not permitted|must be superuser'],
      ["no mounts of the kernel's tables", 'mount -t proc proc /data', 'denied|not permitted'],
      ['no raw packets', 'ping -c 1 -W 1 127.0.0.1', 'not permitted|denied|permission'],
      ['no change of the network', 'ip link set eth0 down', 'not permitted'],
      ['no change of routes', 'ip route add 1.2.3.4 dev lo', 'not permitted'],
      ['no settings of the kernel', 'echo 1 > /proc/sys/kernel/panic', 'Read-only|denied|nonexistent'],
      ['no magic keys', 'echo b > /proc/sysrq-trigger', 'Read-only|denied|nonexistent'],
      ['no host name', 'hostname mine', 'not permitted'],
      ['no clock', 'date -s 2000-01-01; date +%Y | grep 2000', 'not permitted'],
      ['no other root', 'mkdir /jail && chroot /jail /bin/sh', 'not permitted'],
      ['no namespaces', 'unshare -m true', 'not permitted'],
      ['no other namespaces', 'nsenter -t 1 -n -m true', 'not permitted|denied'],
      ['no control groups', 'mkdir /sys/fs/cgroup/memory/mine', 'Read-only|denied|No such file'],
      [
        'no escape by a helper of the kernel',
        'echo /x > /proc/sys/kernel/core_pattern',
        'Read-only|denied|nonexistent',
      ],
      ['no kernel modules', 'echo x > /x.ko; insmod /x.ko', 'not permitted|denied'],
    ];
    // All in one shell: each look into a container starts a program of the engine.
    const ends: { readonly code: number; readonly said: string }[] = [];
    beforeAll(async () => {
      const { said } = await inside(refused.map(([, script]) => `(${script}); echo "<ended $?>"`).join('\n'));
      const parts = [...said.matchAll(/([\s\S]*?)<ended (\d+)>\n/g)];
      ends.push(...parts.map(([, text = '', code]) => ({ code: Number(code), said: text })));
    });
    it.each(refused.map(([what, , words], index) => [what, words, index] as const))('%s', (_, words, index) => {
      const { code, said } = ends[index] ?? { code: 0, said: 'nothing' };
      expect(code, said).not.toBe(0);
      expect(said).toMatch(new RegExp(words));
    });

    it('no processes of the host, and so nothing to trace', async () => {
      const { said } = await inside('for f in /proc/[0-9]*/cmdline; do tr "\\0" " " < $f; echo; done');
      expect(said).toContain('httpd -f -p 8080');
      expect(said).not.toMatch(/dockerd|podman|conmon|containerd|vitest/);
    });

    it('no rights to take: capabilities and setuid programs', async () => {
      const { said } = await inside('grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/1/status');
      // CHOWN, DAC_OVERRIDE, FOWNER, KILL, SETGID, SETUID, NET_BIND_SERVICE; filtered system calls.
      expect(
        said
          .split('\n')
          .slice(0, 4)
          .map((line) => line.replaceAll(/\s+/g, ' ')),
      ).toEqual(['CapEff: 00000000000004eb', 'CapBnd: 00000000000004eb', 'NoNewPrivs: 1', 'Seccomp: 2']);
    });
  });

  describe('bounds what it takes', () => {
    it('processes', async () => {
      const { said } = await inside('i=0; while [ $i -lt 200 ]; do sleep 5 & i=$((i+1)); done; echo all of them');
      expect(said).toMatch(/can't fork|Resource temporarily unavailable/);
      await until(
        async () => (await ask(await bed.rac().lifecycle.wake('mine'), '/index.html')) === '200 hello',
        60_000,
      );
    });

    it('memory', async () => {
      const { said } = await inside('dd if=/dev/zero of=/dev/null bs=200M count=1; echo ended $?');
      expect(said).not.toContain('ended 0');
      expect(await ask(await bed.rac().lifecycle.wake('mine'), '/index.html')).toBe('200 hello');
    });

    it('processors', async () => {
      const { said } = await inside('cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max');
      expect(said).toContain('50000');
    });

    it('one file, at once', async () => {
      // In one go: the limit of all its files is near, and a look at them in between would stop it.
      const { said } = await inside(
        'dd if=/dev/zero of=/data/big bs=1M count=100; echo "$? $(stat -c %s /data/big)"; rm /data/big',
      );
      const [code, size] = said.trim().split('\n').at(-1)?.split(' ') ?? [];
      expect(code, said).not.toBe('0');
      expect(Number(size)).toBeLessThanOrEqual(64 * MIB);
    });

    it('its disk, a little later', async () => {
      const filled = inside('for i in 1 2 3; do dd if=/dev/zero of=/data/$i bs=1M count=40; done');
      // What is stopped meanwhile ends this shell, or lets it in no more.
      await filled.catch((error: unknown) => error);
      await until(
        () => bed.rac().releases.state('mine')?.problem?.startsWith('it was stopped: it uses') === true,
        120_000,
      );
      expect(bed.rac().releases.state('mine')?.problem).toMatch(/uses .* of disk, more than the 67\.1 MB/);
      await until(() => bed.rac().lifecycle.tierOf('mine') === 'removed', 60_000);
      expect(bed.rac().lifecycle.find('mine.localhost')).toMatchObject({ ok: false });
    });
  });
});
