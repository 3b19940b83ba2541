/** The part of the Amazon States Language that the lifecycle uses, read strictly: what is not known here is refused with its path. */
import * as z from 'zod';
import { expressionFault, isExpression, type Scope } from './expression.ts';

const comment = z.string().optional();
const next = z.string().min(1);
const expression = z.string().refine(isExpression, 'Not a JSONata expression: {% ... %}.');
const seconds = z.union([z.int().positive(), expression]);
const template = z.json();
const assign = z.record(z.string().regex(/^[a-zA-Z]\w*$/), template);

const errorNames = z
  .array(z.string().regex(/^(States\.(ALL|Timeout)|[A-Z]\w*)$/, 'Not an error that this runner knows.'))
  .min(1);

const retrier = z.strictObject({
  Comment: comment,
  ErrorEquals: errorNames,
  IntervalSeconds: z.int().positive().default(1),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().positive().optional(),
  MaxAttempts: z.int().min(0).default(3),
});
export type Retrier = z.output<typeof retrier>;

const catcher = z.strictObject({
  Comment: comment,
  ErrorEquals: errorNames,
  Assign: assign.optional(),
  Output: template.optional(),
  Next: next,
});
export type Catcher = z.output<typeof catcher>;

const lambda = 'arn:aws:states:::lambda:invoke';
export const waitsForToken = `${lambda}.waitForTaskToken`;

const task = z.strictObject({
  Type: z.literal('Task'),
  Comment: comment,
  Resource: z.enum([lambda, waitsForToken]),
  Arguments: z.strictObject({
    FunctionName: z.string().regex(/^\$\{\w+\}$/, 'Not a substitution that stands for a function.'),
    Payload: template,
  }),
  TimeoutSeconds: seconds,
  Assign: assign.optional(),
  Output: template.optional(),
  Retry: z.array(retrier).min(1).optional(),
  Catch: z.array(catcher).min(1).optional(),
  Next: next.optional(),
  End: z.literal(true).optional(),
});
export type TaskState = z.output<typeof task>;

const wait = z.strictObject({
  Type: z.literal('Wait'),
  Comment: comment,
  Seconds: seconds,
  Output: template.optional(),
  Next: next,
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  Comment: comment,
  Choices: z.array(z.strictObject({ Comment: comment, Condition: expression, Next: next })).min(1),
  Default: next,
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), Comment: comment });
const fail = z.strictObject({
  Type: z.literal('Fail'),
  Comment: comment,
  Error: z.string().min(1),
  Cause: z.string().min(1),
});

const state = z.discriminatedUnion('Type', [task, wait, choice, succeed, fail]);
export type State = z.output<typeof state>;

const machine = z.strictObject({
  Comment: comment,
  QueryLanguage: z.literal('JSONata'),
  StartAt: z.string(),
  States: z.record(z.string().min(1).max(80), state),
});
export type Definition = z.output<typeof machine>;

/** The definition, or an Error that names every place that this runner could not carry out as Step Functions would. */
export function readDefinition(source: unknown): Definition {
  const read = machine.safeParse(source);
  const faults = read.success
    ? [...linkFaults(read.data), ...expressionFaults(read.data)]
    : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  if (!read.success || faults.length > 0)
    throw new Error(`Not in the part of the States Language that this runner knows:\n${faults.join('\n')}`);
  return read.data;
}

function targetsOf(state: State): string[] {
  switch (state.Type) {
    case 'Task':
      return [...(state.Next ? [state.Next] : []), ...(state.Catch ?? []).map(({ Next }) => Next)];
    case 'Wait':
      return [state.Next];
    case 'Choice':
      return [state.Default, ...state.Choices.map(({ Next }) => Next)];
    default:
      return [];
  }
}

function linkFaults({ StartAt, States }: Definition): string[] {
  const unknown = (path: string, name: string) =>
    Object.hasOwn(States, name) ? [] : [`${path}: there is no state ${name}.`];
  const faults = unknown('StartAt', StartAt);
  for (const [name, state] of Object.entries(States)) {
    for (const target of targetsOf(state)) faults.push(...unknown(`States.${name}`, target));
    if (state.Type !== 'Task') continue;
    if ((state.Next === undefined) === (state.End === undefined))
      faults.push(`States.${name}: needs either Next or End.`);
    for (const list of ['Retry', 'Catch'] as const)
      faults.push(...catchAllFaults(`States.${name}.${list}`, state[list] ?? []));
  }
  return faults;
}

function catchAllFaults(path: string, list: { ErrorEquals: string[] }[]): string[] {
  const wrong = list.findIndex(
    ({ ErrorEquals }, i) =>
      ErrorEquals.includes('States.ALL') && (ErrorEquals.length > 1 || i < list.length - 1),
  );
  return wrong < 0 ? [] : [`${path}.${wrong}.ErrorEquals: States.ALL stands alone and last.`];
}

/** Every template of a state with what it may refer to. */
function templatesOf(path: string, state: State): [path: string, value: unknown, scope: Scope][] {
  const at = (field: string) => `${path}.${field}`;
  switch (state.Type) {
    case 'Task':
      return [
        [at('Arguments.Payload'), state.Arguments.Payload, 'before'],
        [at('TimeoutSeconds'), state.TimeoutSeconds, 'before'],
        [at('Output'), state.Output, 'result'],
        [at('Assign'), state.Assign, 'result'],
        ...(state.Catch ?? []).flatMap(({ Output, Assign }, i): [string, unknown, Scope][] => [
          [at(`Catch.${i}.Output`), Output, 'error'],
          [at(`Catch.${i}.Assign`), Assign, 'error'],
        ]),
      ];
    case 'Wait':
      return [
        [at('Seconds'), state.Seconds, 'before'],
        [at('Output'), state.Output, 'before'],
      ];
    case 'Choice':
      return state.Choices.map(({ Condition }, i) => [at(`Choices.${i}.Condition`), Condition, 'before']);
    default:
      return [];
  }
}

function expressionFaults({ States }: Definition): string[] {
  const assigned = new Set(
    Object.values(States).flatMap((state) =>
      state.Type === 'Task'
        ? [state.Assign, ...(state.Catch ?? []).map(({ Assign }) => Assign)].flatMap((a) =>
            Object.keys(a ?? {}),
          )
        : [],
    ),
  );
  return Object.entries(States).flatMap(([name, state]) =>
    templatesOf(`States.${name}`, state).flatMap(([path, value, scope]) =>
      stringsIn(path, value).flatMap(([at, text]) => {
        const fault = expressionFault(text, scope, assigned);
        return fault === undefined ? [] : [`${at}: ${fault}`];
      }),
    ),
  );
}

function stringsIn(path: string, value: unknown): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => stringsIn(`${path}.${key}`, inner));
}
