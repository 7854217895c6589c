import * as z from 'zod/mini';

const text = z.string();
const texts = z.array(z.string());

/** Where a value comes from when neither a flag, the process environment nor an env file gives one; exactly one of these. */
export const EnvSource = z.strictObject({
  /** A file whose content is the value. */
  file: z.optional(text),
  /** A program and its arguments; what it prints is the value. */
  command: z.optional(texts),
  /** Name of a secret that the engine keeps. */
  engine_secret: z.optional(text),
});
export type EnvSource = z.infer<typeof EnvSource>;

/** One variable of the env contract: what it is for, where its value comes from, and what the value must be like. */
export const EnvVariable = z.strictObject({
  about: z.optional(text),
  /** Nothing starts without a value. */
  required: z.optional(z.boolean()),
  /** Value when nobody sets the variable. */
  default: z.optional(z.union([z.string(), z.number()])),
  /** The value is never shown. */
  secret: z.optional(z.boolean()),
  /** `text` when left out. `file` and `directory`: a path of this machine that must be there. */
  rule: z.optional(z.enum(['text', 'url', 'integer', 'enum', 'regex', 'path', 'file', 'directory'])),
  /** url: how its path ends. */
  ends_with: z.optional(text),
  /** Regular expression for the whole value; for a url the whole of it. */
  pattern: z.optional(text),
  /** integer: least and greatest number. */
  min: z.optional(z.number()),
  max: z.optional(z.number()),
  /** enum: the words that are allowed. */
  one_of: z.optional(texts),
  /** What an error says instead of podctl's own sentence about the rule. */
  message: z.optional(text),
  example: z.optional(text),
  /** `false`: only podctl uses the value; the container does not get it. */
  container: z.optional(z.boolean()),
  /** How `podctl env init` makes a value: `hex:32`, `base64:32`, `alnum:20`. */
  generate: z.optional(text),
  /** `podctl env init` leaves the sample's value out. */
  blank: z.optional(z.boolean()),
  source: z.optional(EnvSource),
  /** How the value reaches the container; `env` when left out. */
  deliver: z.optional(z.enum(['env', 'file', 'engine_secret'])),
  /** deliver = "file": path inside the container. */
  target: z.optional(text),
});
export type EnvVariable = z.infer<typeof EnvVariable>;

/** The env contract: variables by name. `false` takes away what an earlier layer declares. */
export const EnvContract = z.record(z.string(), z.union([EnvVariable, z.literal(false)]));
export type EnvContract = z.infer<typeof EnvContract>;
