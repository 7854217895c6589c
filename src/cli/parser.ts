import { Command, CommanderError, Option } from 'commander';
import { PodctlError } from '../core/errors.js';
import { nearest } from '../core/nearest.js';
import type { Streams } from '../io/streams.js';
import { FLAGS, type FlagKey, type FlagSpec, LONG_FLAGS } from './flags.js';

/** The flags of one command line, typed once here. */
export type Flags = {
  readonly config?: string;
  readonly mode?: string;
  readonly profile?: string;
  readonly engine?: string;
  readonly via?: 'cli' | 'api';
  readonly port?: readonly string[];
  readonly ports?: string;
  readonly mount?: readonly string[];
  readonly env?: readonly string[];
  readonly envFile?: readonly string[];
  readonly image?: string;
  readonly tag?: string;
  readonly detach?: true;
  readonly iKnow?: true;
  readonly from?: string;
  readonly file?: string;
  readonly yes?: true;
  readonly resolve?: true;
  readonly dryRun?: true;
  readonly json?: true;
  readonly shell?: 'sh' | 'powershell' | 'cmd';
  readonly imageServer?: string;
  readonly imageProject?: string;
  readonly imageName?: string;
  readonly platform?: readonly string[];
  readonly buildArg?: readonly string[];
  readonly target?: string;
  readonly secret?: readonly string[];
  readonly cacheFrom?: readonly string[];
  readonly cacheTo?: readonly string[];
  readonly label?: readonly string[];
  readonly plainHttp?: true;
  readonly passwordStdin?: true;
  readonly passwordFile?: string;
  readonly passwordCommand?: string;
  readonly allEngines?: true;
  readonly withBase?: true;
  readonly only?: readonly string[];
  readonly pull?: true;
  readonly strictContext?: true;
  readonly locked?: true;
  readonly check?: true;
  /** commander reads `--no-cache` as `cache` being false. */
  readonly cache?: boolean;
  readonly new?: true;
  readonly user?: string;
  readonly workdir?: string;
  readonly build?: true;
  readonly mountSource?: true;
  readonly timeout?: string;
  readonly watch?: true;
  readonly reportDir?: string;
  /** commander reads `--no-services` as `services` being false. */
  readonly services?: boolean;
  readonly follow?: true;
  readonly tail?: string;
  readonly all?: true;
  readonly force?: true;
  readonly stop?: true;
  readonly pause?: true;
  readonly confirm?: string;
  readonly volume?: readonly string[];
  /** commander reads `--no-snapshot` as `snapshot` being false. */
  readonly snapshot?: boolean;
  readonly list?: true;
  readonly drop?: true;
  readonly composeFile?: readonly string[];
  readonly composeProfile?: readonly string[];
  readonly projectName?: string;
  readonly provider?: string;
  readonly olderThan?: string;
  readonly keep?: string;
  readonly volumes?: readonly string[];
  readonly images?: readonly string[];
  readonly buildCache?: true;
  readonly entrypoint?: string;
  /** commander reads `--no-tty` and `--no-deps` as these being false. */
  readonly tty?: boolean;
  readonly deps?: boolean;
  readonly rm?: true;
  readonly server?: string;
  readonly home?: string;
  readonly foreground?: true;
  readonly registry?: string;
  readonly domain?: string;
  readonly listen?: string;
  readonly apiPort?: string;
  readonly registryPort?: string;
  readonly proxyPort?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly trustedProxy?: readonly string[];
  readonly publicUrl?: string;
  readonly registryHost?: string;
  readonly s3Bucket?: string;
  readonly s3Region?: string;
  readonly s3Endpoint?: string;
  readonly s3PathStyle?: true;
  readonly anonymousTtl?: string;
  readonly trustPushers?: true;
  readonly limit?: readonly string[];
  readonly adopt?: true;
  readonly purge?: true;
  readonly admin?: true;
  readonly everywhere?: true;
  readonly pullOnly?: true;
  readonly cancel?: true;
  readonly for?: readonly string[];
  readonly may?: string;
  readonly expires?: string;
};

export type CommandWords = {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly FlagKey[];
  readonly examples?: readonly string[];
};

/** A commander command with the given flags of podctl's one table. It prints nothing itself and never ends the process. */
export function makeCommand(words: CommandWords, streams: Streams): Command {
  const command = new Command(`podctl ${words.name}`)
    .description(words.about)
    .helpOption('-h, --help', FLAGS.help.about)
    .allowExcessArguments(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => streams.print('stdout', text),
      writeErr: () => undefined,
      outputError: () => undefined,
      getOutHelpWidth: () => (streams.isTerminal('stdout') ? streams.stdout.columns : undefined) ?? 100,
      getOutHasColors: () => false,
    });
  // `-f` is --follow where a command has that; there --compose-file is written out.
  const taken = words.flags.includes('follow') ? FLAGS.composeFile.long : null;
  for (const key of words.flags) command.addOption(makeOption(FLAGS[key], FLAGS[key].long !== taken));
  if (words.examples !== undefined && words.examples.length > 0) {
    command.addHelpText('after', `\nExamples:\n${words.examples.map((example) => `  $ ${example}\n`).join('')}`);
  }
  return command;
}

/** Parse and run; resolves when the command's action is done. Throws PodctlError('USAGE') for a line it cannot read. */
export async function runCommand(command: Command, words: readonly string[]): Promise<void> {
  try {
    await command.parseAsync([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw usageError(error, command);
  }
}

function makeOption(flag: FlagSpec, hasShort: boolean): Option {
  const short = flag.short === undefined || !hasShort ? '' : `-${flag.short}, `;
  if (flag.value === undefined) return new Option(`${short}--${flag.long}`, flag.about);
  const option = new Option(`${short}--${flag.long} <${flag.value}>`, flag.about);
  const read = (value: string) => checkValue(flag, value);
  if (flag.many === true) {
    return option.argParser<readonly string[]>((value, earlier) => [...(earlier ?? []), read(value)]);
  }
  return option.argParser(read);
}

function checkValue(flag: FlagSpec, value: string): string {
  const name = `\`--${flag.long}\``;
  if (value === '' || LONG_FLAGS.some((long) => `--${long}` === value)) {
    const got = value === '' ? 'it is empty' : `\`${value}\` is the next flag`;
    throw new PodctlError('USAGE', `${name} needs a value, but ${got}`, {
      hint: `write --${flag.long} ${flag.value}`,
    });
  }
  if (flag.choices !== undefined && !flag.choices.includes(value)) {
    const meant = nearest(value, flag.choices);
    throw new PodctlError('USAGE', `${name} cannot be \`${value}\``, {
      hint: meant === undefined ? `write one of ${flag.choices.join(', ')}` : `did you mean ${meant}?`,
    });
  }
  return value;
}

function usageError(error: CommanderError, command: Command): PodctlError {
  const quoted = /'([^']*)'/.exec(error.message)?.[1] ?? '';
  const help = `${command.name()} --help lists what can be given`;
  if (error.code === 'commander.unknownOption') return unknownOption(quoted, command);
  if (error.code === 'commander.optionMissingArgument') {
    const [flag = quoted] = quoted.replace(/^-\w, /, '').split(' ');
    return new PodctlError('USAGE', `\`${flag}\` needs a value`, { hint: help });
  }
  if (error.code === 'commander.missingArgument') {
    return new PodctlError('USAGE', `${quoted} is missing`, { hint: help });
  }
  if (error.code === 'commander.excessArguments') {
    const most = command.registeredArguments.length;
    const message = `\`${command.name()}\` takes ${most === 0 ? 'no arguments' : most === 1 ? 'one argument' : `${most} arguments`}`;
    return new PodctlError('USAGE', message, { hint: help });
  }
  return new PodctlError('USAGE', error.message.replace(/^error: /, ''), { hint: help });
}

function unknownOption(flag: string, command: Command): PodctlError {
  const known = command.options.map((option) => option.long ?? '').filter((long) => long !== '');
  const meant = flag.startsWith('--') ? nearest(flag, [...known, '--help']) : undefined;
  const elsewhere = LONG_FLAGS.some((long) => `--${long}` === flag);
  const message = elsewhere ? `\`${command.name()}\` has no use for \`${flag}\`` : `unknown option \`${flag}\``;
  if (meant !== undefined) return new PodctlError('USAGE', message, { hint: `did you mean ${meant}?` });
  const variadic = command.registeredArguments.some((argument) => argument.variadic && argument.name() === 'ARGS');
  const rest = variadic ? "; arguments for the container's own program stand after --" : '';
  return new PodctlError('USAGE', message, { hint: `${command.name()} --help lists the options${rest}` });
}
