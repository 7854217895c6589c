import * as z from 'zod/mini';

const text = z.string();
const texts = z.array(z.string());
const number = z.union([z.number(), z.string()]);

/** What podctl waits for at one service of the stack. */
export const StackService = z.strictObject({
  /** Port inside the container that must answer; without it the health check counts, else its published ports. */
  port: z.optional(number),
  /** Path to ask over HTTP. */
  path: z.optional(text),
  timeout: z.optional(text),
  /** The service does one job and ends; 0 is done. */
  one_shot: z.optional(z.boolean()),
});
export type StackService = z.infer<typeof StackService>;

/** The project's compose files, and how they are run. */
export const Stack = z.strictObject({
  /** Relative to the project; found as compose finds them when left out. */
  files: z.optional(texts),
  provider: z.optional(z.enum(['compose-v2', 'compose-v1', 'podman compose', 'podman-compose', 'nerdctl compose'])),
  /** Profiles of the compose files. */
  profiles: z.optional(texts),
  services: z.optional(z.record(z.string(), z.union([StackService, z.literal(false)]))),
});
export type Stack = z.infer<typeof Stack>;
