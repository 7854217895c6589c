import { createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { type Files, realFiles } from '../../src/io/files.js';
import { canListen, knock } from '../../src/io/net-port.js';
import { findHolder, portState } from '../../src/io/port-holder.js';

async function listening(onConnection: Parameters<typeof createServer>[1]): Promise<{ server: Server; port: number }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

const close = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

describe('real ports', () => {
  it('a taken port is not free, and on Linux its holder is this very process', async () => {
    const { server, port } = await listening(() => undefined);
    try {
      const state = await portState({ address: '127.0.0.1', port }, { platform: process.platform, files: realFiles() });
      const pid = state.free ? null : (state.holder?.pid ?? null);
      expect(state).toMatchObject({ free: false, why: 'taken' });
      expect(pid).toBe(process.platform === 'linux' ? process.pid : null);
      const everywhere = await canListen('0.0.0.0', port);
      expect(everywhere).toBe('taken');
    } finally {
      await close(server);
    }
    expect(await portState({ address: '127.0.0.1', port }, { platform: 'linux', files: realFiles() })).toEqual({
      free: true,
    });
  });

  it('an address of another machine cannot be listened on', async () => {
    expect(await canListen('203.0.113.9', 8080)).toBe('no-address');
  });

  const manners: [string, (socket: Socket) => unknown, string][] = [
    ['keeps the line', () => undefined, 'open'],
    ['greets', (socket) => socket.write('hello\n'), 'open'],
    ['hangs up at once', (socket) => socket.end(), 'closed'],
    ['breaks the line', (socket) => socket.resetAndDestroy(), 'closed or refused'],
  ];
  it.each(manners)('knock at somebody who %s', async (_what, onConnection, answer) => {
    const { server, port } = await listening((socket) => {
      socket.on('error', () => undefined);
      onConnection(socket);
    });
    try {
      // A line that breaks at once may do so before or after it stood.
      expect(answer.split(' or ')).toContain(await knock({ address: '127.0.0.1', port, holdMs: 100 }));
    } finally {
      server.close();
    }
  });

  it('knock where nobody listens', async () => {
    const { server, port } = await listening(() => undefined);
    await close(server);
    expect(await knock({ address: '127.0.0.1', port, holdMs: 100 })).toBe('refused');
  });
});

describe('whether a port is free by the table of the kernel', () => {
  const row = (address: string, state: string): string =>
    `   0: ${address} 00000000:0000 ${state} 00000000:00000000 0\n`;
  const head = '  sl  local_address rem_address   st\n';
  const listens = row('0100007F:1388', '0A');
  const question = (tcp: string, tcp6: string | null = null) => {
    const asked: boolean[] = [];
    const readTable: Files['readTable'] = (path, isEnough) => {
      const text = path.endsWith('6') ? tcp6 : tcp;
      asked.push(isEnough(text ?? ''));
      return Promise.resolve(text);
    };
    return {
      asked,
      platform: 'linux',
      files: { ...realFiles(), readTable, list: () => Promise.resolve(null) },
    } as const;
  };

  it('free: nobody listens there', async () => {
    const table = question(`${head}${row('0100007F:1F90', '0A')}${row('0100007F:1388', '06')}`);
    expect(await portState({ address: '127.0.0.1', port: 5000 }, table)).toEqual({ free: true });
  });

  it('is enough when the first connection comes: listening sockets stand before it', async () => {
    const table = question(`${head}${listens}${row('0100007F:1F90', '01')}`, `${head}${listens}`);
    await portState({ address: '127.0.0.1', port: 5001 }, table);
    expect(table.asked).toEqual([true, false]);
  });

  it('where somebody listens, also for every address or by IPv6, it is tried', async () => {
    const { server, port } = await listening(() => undefined);
    try {
      const hex = port.toString(16).toUpperCase().padStart(4, '0');
      const any6 = `${'0'.repeat(32)}:${hex}`;
      const tables = [question(head + row(`0100007F:${hex}`, '0A')), question(head + row(`00000000:${hex}`, '0A'))];
      for (const table of [...tables, question(head, head + row(any6, '0A'))]) {
        // oxlint-disable-next-line no-await-in-loop -- a few cases in turn
        expect(await portState({ address: '127.0.0.1', port }, table)).toMatchObject({ free: false, why: 'taken' });
      }
    } finally {
      server.close();
    }
  });
});

describe('findHolder on a made-up /proc', () => {
  const table = [
    '  sl  local_address rem_address   st',
    '   0: 0100007F:1388 00000000:0000 0A 0:0 0:0 0 0 0 4711 1',
    '   1: 00000000:0050 00000000:0000 0A 0:0 0:0 0 0 0 4712 1',
  ].join('\n');
  const links: Record<string, string> = { '/proc/31/fd/5': 'socket:[4711]', '/proc/31/fd/0': '/dev/null' };
  const files: Files = {
    ...realFiles(),
    readText: (path) => Promise.resolve({ '/proc/net/tcp': table, '/proc/31/comm': 'httpd\n' }[path] ?? null),
    list: (path) => {
      if (path === '/proc') return Promise.resolve(['1', '30', '31', 'self', 'sys']);
      if (path === '/proc/1/fd') return Promise.reject(new PodctlError('IO', 'permission denied'));
      return Promise.resolve(path === '/proc/31/fd' ? ['0', '5'] : null);
    },
    readLink: (path) => Promise.resolve(links[path] ?? null),
  };

  it('names process and program, past processes that may not be looked at', async () => {
    expect(await findHolder({ address: '127.0.0.1', port: 5000 }, files)).toEqual({ pid: 31, program: 'httpd' });
  });

  it('an address that means all of them clashes with each', async () => {
    expect(await findHolder({ address: '0.0.0.0', port: 5000 }, files)).toEqual({ pid: 31, program: 'httpd' });
    expect(await findHolder({ address: '127.0.0.2', port: 5000 }, files)).toBeNull();
  });

  it('a holder that cannot be seen is unknown', async () => {
    expect(await findHolder({ address: '127.0.0.1', port: 80 }, files)).toBeNull();
  });

  it('is not asked where there is no /proc', async () => {
    const question = { platform: 'darwin', files, listen: () => Promise.resolve('taken' as const) } as const;
    expect(await portState({ address: '127.0.0.1', port: 5000 }, question)).toEqual({
      free: false,
      why: 'taken',
      holder: null,
    });
  });
});
