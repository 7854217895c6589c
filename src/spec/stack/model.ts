/** The stack as the rooms right of the profile see it. */
export type {
  ComposeModel,
  ComposeMount,
  ComposePort,
  ComposeService,
} from '../../profile/compose/model.js';
