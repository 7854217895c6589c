import { revealed, Secret } from '../core/secret.js';
import type { EnvVar } from '../spec/spec.js';

/** The two ways a value reaches the container without standing on an argv. */
export type SplitEnv = {
  /** Content of the `--env-file`; null when no variable needs one. A Secret as soon as one value is. */
  readonly file: string | Secret | null;
  /** Named by `--env NAME`; the value goes into the environment of the engine's process. */
  readonly inline: Readonly<Record<string, string | Secret>>;
};

/** Decide for each variable whether a line of an env file carries it unchanged. A later variable of one name wins. */
export function splitEnv(env: readonly EnvVar[]): SplitEnv {
  const last = new Map(env.map((variable) => [variable.name, variable.value]));
  const inFile = [...last].filter(([, value]) => fitsEnvFile(revealed(value)));
  const inline = [...last].filter(([, value]) => !fitsEnvFile(revealed(value)));
  const text = inFile.map(([name, value]) => `${name}=${revealed(value)}\n`).join('');
  const secret = inFile.some(([, value]) => value instanceof Secret);
  return {
    file: inFile.length === 0 ? null : secret ? new Secret(text) : text,
    inline: Object.fromEntries(inline),
  };
}

function fitsEnvFile(value: string): boolean {
  return !/[\r\n]/.test(value);
}
