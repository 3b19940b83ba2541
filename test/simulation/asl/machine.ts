/** A state machine made ready to run: its definition read strictly, every expression compiled once. */
import {
  type Catcher,
  type Definition,
  readDefinition,
  type TaskState,
  waitsForToken,
} from './definition.ts';
import { compile, type Template } from './expression.ts';

export interface ReadyCatcher {
  Next: string;
  assign: Template | undefined;
  output: Template | undefined;
}

export interface ReadyTask {
  Type: 'Task';
  state: TaskState;
  functionName: string;
  waits: boolean;
  timeout: Template;
  payload: Template;
  assign: Template | undefined;
  output: Template | undefined;
  catchers: ReadyCatcher[];
}

export type Ready =
  | ReadyTask
  | { Type: 'Wait'; seconds: Template; output: Template | undefined; Next: string }
  | { Type: 'Choice'; choices: { condition: Template; Next: string }[]; Default: string }
  | { Type: 'Succeed' }
  | { Type: 'Fail'; Error: string; Cause: string };

export interface Machine {
  startAt: string;
  states: ReadonlyMap<string, Ready>;
}

/** `functions`: what each `${Substitution}` stands for. */
export function readMachine(source: unknown, functions: Record<string, string>): Machine {
  const definition = readDefinition(source);
  const states = Object.entries(definition.States).map(
    ([name, state]) => [name, ready(`States.${name}`, state, functions)] as const,
  );
  return { startAt: definition.StartAt, states: new Map(states) };
}

const optional = (path: string, template: unknown) =>
  template === undefined ? undefined : compile(path, template);

function ready(path: string, state: Definition['States'][string], functions: Record<string, string>): Ready {
  switch (state.Type) {
    case 'Task':
      return readyTask(path, state, functions);
    case 'Wait':
      return {
        Type: 'Wait',
        seconds: compile(`${path}.Seconds`, state.Seconds),
        output: optional(`${path}.Output`, state.Output),
        Next: state.Next,
      };
    case 'Choice': {
      const choices = state.Choices.map(({ Condition, Next }, i) => ({
        condition: compile(`${path}.Choices.${i}.Condition`, Condition),
        Next,
      }));
      return { Type: 'Choice', choices, Default: state.Default };
    }
    default:
      return state;
  }
}

function readyTask(path: string, state: TaskState, functions: Record<string, string>): ReadyTask {
  const substitution = state.Arguments.FunctionName.slice(2, -1);
  const functionName = Object.hasOwn(functions, substitution) ? functions[substitution] : undefined;
  if (functionName === undefined)
    throw new Error(`${path}.Arguments.FunctionName: nothing stands for \${${substitution}}.`);
  const readyCatcher = ({ Next, Assign, Output }: Catcher, i: number): ReadyCatcher => ({
    Next,
    assign: optional(`${path}.Catch.${i}.Assign`, Assign),
    output: optional(`${path}.Catch.${i}.Output`, Output),
  });
  return {
    Type: 'Task',
    state,
    functionName,
    waits: state.Resource === waitsForToken,
    timeout: compile(`${path}.TimeoutSeconds`, state.TimeoutSeconds),
    payload: compile(`${path}.Arguments.Payload`, state.Arguments.Payload),
    assign: optional(`${path}.Assign`, state.Assign),
    output: optional(`${path}.Output`, state.Output),
    catchers: (state.Catch ?? []).map(readyCatcher),
  };
}
