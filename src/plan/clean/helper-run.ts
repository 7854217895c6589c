import { LABEL } from '../../core/project.js';
import { option } from '../../render/argv/flags.js';
import { argvOf, head } from '../../render/argv/way.js';
import { formatCsv } from '../../spec/csv.js';
import { wayOf } from '../make-step.js';
import type { PlanFrame } from '../run-input.js';

/** Where a helper's container has what it works on. */
const AT = '/podctl-data';

export type HelperRun = {
  readonly image: string;
  /** A path of the engine's host, or a volume's name. */
  readonly on: { readonly type: 'bind' | 'volume'; readonly source: string };
  readonly program: string;
  /** Words before the place that it works on. */
  readonly args: readonly string[];
  readonly project: string;
};

/** argv of a short-lived container that works on one folder or volume as root of its own, without network, from an image that is there. */
export function helperRun(frame: PlanFrame, { image, on, program, args, project }: HelperRun): readonly string[] {
  const { engine } = frame;
  return [
    ...argvOf([
      ...head(wayOf(frame)),
      { text: 'run', at: 'rule/verb' },
      { text: '--rm', at: 'rule/verb' },
      ...option('--network', 'none', 'rule/verb'),
      ...option('--pull', 'never', 'rule/verb'),
      ...option('--label', `${LABEL.project}=${project}`, 'labels'),
      ...option('--user', '0:0', 'user'),
      // Only outside the remapping is root somebody who may do this.
      ...option('--userns', engine.usernsRemap ? 'host' : null, 'userns'),
      ...option('--security-opt', engine.selinux ? 'label=disable' : null, 'security'),
      ...option('--mount', formatCsv([`type=${on.type}`, `source=${on.source}`, `target=${AT}`]), 'mount'),
      ...option('--entrypoint', program, 'entrypoint'),
    ]),
    image,
    ...args,
    AT,
  ];
}

/** argv that prints the running containers which have a volume mounted, whoever's they are. */
export function volumeUsers(frame: PlanFrame, volume: string): readonly string[] {
  return argvOf([
    ...head(wayOf(frame)),
    { text: 'ps', at: 'rule/verb' },
    ...option('--filter', `volume=${volume}`, 'rule/verb'),
    ...option('--format', '{{.Names}}', 'rule/verb'),
  ]);
}
