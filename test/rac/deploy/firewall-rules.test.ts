import { describe, expect, it } from 'vitest';
import { resolversOf } from '../../../src/rac/deploy/firewall.js';
import { firewallChains, firewallChains6, removal, repair } from '../../../src/rac/deploy/firewall-rules.js';

const CHAINS = firewallChains('a5aba7ee', ['10.9.9.9']);
const DOCKERS = ['-P INPUT ACCEPT', '-P FORWARD DROP', '-N DOCKER-USER', '-A FORWARD -j DOCKER-USER'];

/** What `iptables -S` prints after a text was restored on top of a state: enough of its rules for these tests. */
function applied(state: readonly string[], text: string): readonly string[] {
  let lines = [...state];
  for (const line of text.split('\n')) {
    const [, flag = '', rest = ''] = /^(-[ADIFX]|:)\s*(.*)$/.exec(line) ?? [];
    const [chain = ''] = rest.split(' ');
    if (flag === ':')
      lines = [...lines.filter((one) => !one.startsWith(`-A ${chain} `) && one !== `-N ${chain}`), `-N ${chain}`];
    if (flag === '-A') lines = [...lines, line];
    if (flag === '-D') lines = lines.toSpliced(lines.indexOf(`-A ${rest}`), 1);
    if (flag === '-I') {
      const first = lines.findIndex((one) => one.startsWith(`-A ${chain} `));
      lines = lines.toSpliced(first === -1 ? lines.length : first, 0, `-A ${chain} ${rest.replace(`${chain} 1 `, '')}`);
    }
    if (flag === '-F') lines = lines.filter((one) => !one.startsWith(`-A ${chain} `));
    if (flag === '-X') lines = lines.filter((one) => one !== `-N ${chain}`);
  }
  return lines;
}

const set = (state: readonly string[]) => applied(state, repair(state.join('\n'), CHAINS) ?? '');

describe('the firewall', () => {
  it("stands before the engine's own rules", () => {
    expect(set(DOCKERS).filter((line) => /^-A (INPUT|FORWARD) /.test(line))).toEqual([
      '-A FORWARD -i raca5aba7+ -j RAC-OUT-a5aba7',
      '-A FORWARD -o raca5aba7+ -j RAC-TO-a5aba7',
      '-A FORWARD -j DOCKER-USER',
      '-A INPUT -i raca5aba7+ -j RAC-IN-a5aba7',
    ]);
  });

  it('is left alone where it is right', () => {
    expect(repair(set(DOCKERS).join('\n'), CHAINS)).toBeNull();
  });

  it.each([
    [
      'the engine has put its rules first',
      (lines: readonly string[]) => [
        '-A FORWARD -j DOCKER-USER',
        ...lines.filter((line) => !line.endsWith('DOCKER-USER')),
      ],
    ],
    ['a jump is gone', (lines: readonly string[]) => lines.filter((line) => !line.startsWith('-A INPUT'))],
    ['a rule is gone', (lines: readonly string[]) => lines.filter((line) => !line.includes('169.254.0.0/16'))],
    [
      'a rule is weaker',
      (lines: readonly string[]) => lines.map((line) => line.replace('-d 10.0.0.0/8', '-d 10.0.0.0/16')),
    ],
    ['somebody lets all through first', (lines: readonly string[]) => ['-A RAC-IN-a5aba7 -j ACCEPT', ...lines]],
    ['everything was flushed', () => ['-P INPUT ACCEPT']],
  ])('is set again when %s', (_, spoil) => {
    const spoilt = spoil(set(DOCKERS));
    expect(repair(spoilt.join('\n'), CHAINS)).not.toBeNull();
    const mended = set(spoilt);
    expect(repair(mended.join('\n'), CHAINS)).toBeNull();
    expect(mended.filter((line) => line === '-A INPUT -i raca5aba7+ -j RAC-IN-a5aba7')).toHaveLength(1);
  });

  it('stands beside that of another RAC', () => {
    const other = firewallChains('0123456789', []);
    const both = applied(set(DOCKERS), repair(set(DOCKERS).join('\n'), other) ?? '');
    expect(repair(both.join('\n'), CHAINS)).toBeNull();
    expect(repair(both.join('\n'), other)).toBeNull();
    const one = applied(both, removal(both.join('\n'), CHAINS) ?? '');
    expect(one.join('\n')).not.toContain('a5aba7');
    expect(repair(one.join('\n'), other)).toBeNull();
  });

  it('goes without a rest, and only once', () => {
    const gone = applied(set(DOCKERS), removal(set(DOCKERS).join('\n'), CHAINS) ?? '');
    expect(gone.toSorted()).toEqual(DOCKERS.toSorted());
    expect(removal(gone.join('\n'), CHAINS)).toBeNull();
  });

  it('lets name servers be asked, and nothing else of private networks', () => {
    const [, out] = CHAINS;
    expect(out?.rules.slice(0, 4)).toEqual([
      '-m conntrack --ctstate RELATED,ESTABLISHED -j RETURN',
      '-d 10.9.9.9/32 -p udp -m udp --dport 53 -j RETURN',
      '-d 10.9.9.9/32 -p tcp -m tcp --dport 53 -j RETURN',
      '-o rac+ -j REJECT --reject-with icmp-port-unreachable',
    ]);
    expect(out?.rules.filter((rule) => rule.includes('RETURN'))).toHaveLength(3);
  });

  it('lets nothing of IPv6 through', () => {
    expect(firewallChains6('a5aba7ee').flatMap(({ rules }) => rules)).toEqual([
      '-j REJECT --reject-with icmp6-port-unreachable',
    ]);
  });

  it('knows the name servers of a machine', () => {
    expect(
      resolversOf(
        '# x\nnameserver 10.0.0.2\nnameserver 127.0.0.53\n nameserver fe80::1\nnameserver 10.0.0.2\nsearch a\n',
      ),
    ).toEqual(['10.0.0.2']);
  });
});
