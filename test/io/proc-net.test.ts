import { describe, expect, it } from 'vitest';
import { parseListening } from '../../src/io/proc-net.js';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

function line(address: string, state: string, inode = '100'): string {
  return `   0: ${address} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 ${inode} 1 0000 100 0 0 10 0\n`;
}

describe('parseListening', () => {
  it.each([
    ['0100007F:1388', '127.0.0.1', 5000],
    ['00000000:0050', '0.0.0.0', 80],
    ['0B00007F:A001', '127.0.0.11', 40_961],
    ['00000000000000000000000000000000:1F90', '::', 8080],
    ['00000000000000000000000001000000:1F90', '::1', 8080],
    ['0000000000000000FFFF00000100007F:0050', '127.0.0.1', 80],
    ['B80D01200000000000000000010000AC:0050', '2001:db8::ac00:1', 80],
  ])('%s is %s port %i', (field, address, port) => {
    expect(parseListening(HEAD + line(field, '0A'))).toEqual([{ address, port, inode: '100' }]);
  });

  it('leaves connections out, and both headers of two tables in one text', () => {
    const text =
      HEAD + line('0100007F:1388', '01') + line('00000000:0016', '0A', '7') + HEAD + line('0100007F:0019', '0A', '8');
    expect(parseListening(text).map(({ port, inode }) => [port, inode])).toEqual([
      [22, '7'],
      [25, '8'],
    ]);
  });

  it('gives nothing for an empty or foreign text', () => {
    expect(parseListening('')).toEqual([]);
    expect(parseListening('cat: /proc/net/tcp: No such file\nwhat is this\n')).toEqual([]);
  });
});
