import { PodctlError } from '../../core/errors.js';
import type { Processes } from '../../engine/process.js';
import type { Files } from '../../io/files.js';
import { type Chain, firewallChains, firewallChains6, removal, repair } from './firewall-rules.js';

export type FirewallDeps = {
  readonly processes: Processes;
  readonly files: Files;
  readonly instance: string;
};

const TIMEOUT_MS = 60_000;
const WAIT = ['-w', '10'];

/** The rules that keep containers to themselves; asked for again and again, because engines put theirs before ours when they start. */
export class Firewall {
  readonly #deps: FirewallDeps;

  constructor(deps: FirewallDeps) {
    this.#deps = deps;
  }

  /** Set what is missing. True: something was. Throws PodctlError('HOST_SETTING') where it cannot be set. */
  async ensure(): Promise<boolean> {
    const changes: boolean[] = [];
    for (const { program, chains } of await this.#families()) {
      changes.push(await this.#change(program, repair(await this.#state(program), chains)));
    }
    return changes.includes(true);
  }

  async remove(): Promise<void> {
    for (const { program, chains } of await this.#families()) {
      await this.#change(program, removal(await this.#state(program), chains));
    }
  }

  async #families(): Promise<readonly { readonly program: string; readonly chains: readonly Chain[] }[]> {
    const { files, instance } = this.#deps;
    const resolvers = resolversOf((await files.readText('/etc/resolv.conf')) ?? '');
    const four = { program: 'iptables', chains: firewallChains(instance, resolvers) };
    const six = (await files.stat('/proc/net/if_inet6')) !== null;
    return six ? [four, { program: 'ip6tables', chains: firewallChains6(instance) }] : [four];
  }

  async #state(program: string): Promise<string> {
    return this.#run(program, [...WAIT, '-S']);
  }

  async #change(program: string, text: string | null): Promise<boolean> {
    if (text === null) return false;
    await this.#run(`${program}-restore`, [...WAIT, '--noflush'], text);
    return true;
  }

  async #run(file: string, args: readonly string[], input?: string): Promise<string> {
    const ended = await this.#deps.processes.run({ file, args, timeout: TIMEOUT_MS, input });
    if (ended.exitCode === 0) return ended.stdout;
    throw new PodctlError('HOST_SETTING', `\`${file}\` failed: ${ended.stderr.trim().split('\n')[0] ?? ''}`, {
      hint: 'RAC sets its firewall as root with iptables',
    });
  }
}

/** Name servers of this machine that containers are told too; those on loopback are reached by the engine itself. */
export function resolversOf(text: string): readonly string[] {
  const found = [...text.matchAll(/^\s*nameserver\s+(\d{1,3}(?:\.\d{1,3}){3})\s*$/gm)].map((match) => match[1] ?? '');
  return [...new Set(found)].filter((address) => !address.startsWith('127.'));
}
