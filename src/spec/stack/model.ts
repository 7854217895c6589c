/** The stack as the rooms right of the profile see it. */
export type {
  ComposeHealth,
  ComposeModel,
  ComposeMount,
  ComposePort,
  ComposeService,
  ComposeThing,
} from '../../profile/compose/model.js';
