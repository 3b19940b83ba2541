/** JSONata as Step Functions takes it, `{% ... %}`: checked against the few forms that the lifecycle uses, compiled once, evaluated. */
import jsonata from 'jsonata';

/** What `$states` holds: before the work of a state, after its success, or in a Catch. */
export type Scope = 'before' | 'result' | 'error';

export interface Bindings {
  states: {
    input: unknown;
    context: {
      State: { Name: string; EnteredTime: string; RetryCount: number };
      Task?: { Token: string };
    };
    result?: unknown;
    errorOutput?: { Error: string; Cause: string };
  };
  variables: Record<string, unknown>;
}

const brackets = /^\{%(.*)%\}$/s;
const functions = new Set(['max', 'ceil', 'floor', 'toMillis', 'merge', 'exists']);
const operators = new Set(['+', '-', '*', '/', '>', '>=', '<', '<=', '=', '!=', 'and', 'or']);
const contexts = new Set(['State.Name', 'State.EnteredTime', 'State.RetryCount', 'Task.Token']);
const fields: Record<Scope, readonly string[]> = {
  before: ['input', 'context'],
  result: ['input', 'context', 'result'],
  error: ['input', 'context', 'errorOutput'],
};

export function isExpression(text: string): boolean {
  return brackets.test(text);
}

/** Step Functions' name for an expression that fails or yields nothing. */
export class QueryEvaluationError extends Error {
  override readonly name = 'States.QueryEvaluationError';
}

interface Node {
  type: string;
  value?: unknown;
  steps?: Node[];
  arguments?: Node[];
  procedure?: Node;
  expressions?: Node[];
  lhs?: Node | [Node, Node][];
  rhs?: Node;
  condition?: Node;
  then?: Node;
  else?: Node;
}

const known: Record<string, readonly string[]> = {
  number: ['value'],
  string: ['value'],
  value: ['value'],
  variable: ['value'],
  name: ['value'],
  path: ['steps'],
  function: ['value', 'arguments', 'procedure'],
  binary: ['value', 'lhs', 'rhs'],
  unary: ['value', 'expressions', 'lhs'],
  block: ['expressions'],
  condition: ['condition', 'then', 'else'],
};

/** What this runner does not know in a text, or undefined. A text without `{%` is a plain string. */
export function expressionFault(
  text: string,
  scope: Scope,
  assigned: ReadonlySet<string>,
): string | undefined {
  const [, source] = brackets.exec(text) ?? [];
  if (source === undefined)
    return text.includes('{%') || text.includes('${') ? 'an expression or substitution amid text' : undefined;
  let root: Node;
  try {
    root = jsonata(source).ast() as Node;
  } catch (error) {
    return `not JSONata: ${(error as { message?: string }).message}`;
  }
  return nodeFault(root, scope, assigned);
}

function nodeFault(node: Node, scope: Scope, assigned: ReadonlySet<string>): string | undefined {
  const parts = known[node.type];
  if (!parts) return `JSONata's "${node.type}" is not known here`;
  const extra = Object.entries(node).find(
    ([key, value]) => value !== undefined && key !== 'type' && key !== 'position' && !parts.includes(key),
  )?.[0];
  if (extra) return `"${extra}" of JSONata's "${node.type}" is not known here`;
  const inner = (nodes: readonly (Node | undefined)[]) =>
    nodes.map((each) => each && nodeFault(each, scope, assigned)).find((fault) => fault !== undefined);
  switch (node.type) {
    case 'variable':
      return assigned.has(String(node.value)) ? undefined : `$${node.value} is never assigned`;
    case 'name':
      return 'a bare name looks into nothing: use $states or a variable';
    case 'path':
      return pathFault(node.steps ?? [], scope, assigned);
    case 'function': {
      const name = String(node.procedure?.value);
      if (node.procedure?.type !== 'variable' || !functions.has(name))
        return `the function $${name} is not known here`;
      return inner(node.arguments ?? []);
    }
    case 'binary':
      return operators.has(String(node.value))
        ? inner([node.lhs as Node, node.rhs])
        : `the operator ${node.value} is not known here`;
    case 'unary':
      if (node.value === '{') return inner((node.lhs as [Node, Node][]).flat());
      return node.value === '['
        ? inner(node.expressions ?? [])
        : `the operator ${node.value} is not known here`;
    case 'block':
      return node.expressions?.length === 1 ? inner(node.expressions) : 'a block of several expressions';
    case 'condition':
      return node.else ? inner([node.condition, node.then, node.else]) : 'a condition without an else';
    default:
      return undefined;
  }
}

function pathFault(steps: readonly Node[], scope: Scope, assigned: ReadonlySet<string>): string | undefined {
  const [root, ...rest] = steps;
  const odd = [root, ...rest].find(
    (step, i) => step?.type !== (i === 0 ? 'variable' : 'name') || Object.keys(step).length > 3,
  );
  if (odd || !root) return 'a path of more than a variable and names';
  const names = rest.map(({ value }) => String(value));
  if (root.value !== 'states')
    return assigned.has(String(root.value)) ? undefined : `$${root.value} is never assigned`;
  const [field = '', ...deeper] = names;
  if (!fields[scope].includes(field)) return `$states.${field} is not there in this place`;
  if (field === 'context' && !contexts.has(deeper.join('.')))
    return `$states.context.${deeper.join('.')} is not known here`;
  return undefined;
}

/** Evaluates a template: JSON in which some texts are expressions. */
export type Template = (bindings: Bindings) => Promise<unknown>;

/** Compiles a template; texts without an expression stand for themselves. */
export function compile(path: string, template: unknown): Template {
  if (typeof template === 'string') return compileText(path, template);
  if (typeof template !== 'object' || template === null) return async () => template;
  const parts = Object.entries(template).map(
    ([key, inner]) => [key, compile(`${path}.${key}`, inner)] as const,
  );
  return async (bindings) => {
    const made: Record<string, unknown> = {};
    for (const [key, part] of parts) made[key] = await part(bindings);
    return Array.isArray(template) ? Object.values(made) : made;
  };
}

function compileText(path: string, text: string): Template {
  const [, source] = brackets.exec(text) ?? [];
  if (source === undefined) return async () => text;
  const compiled = jsonata(source);
  return async ({ states, variables }) => {
    let value: unknown;
    try {
      value = await compiled.evaluate(undefined, { ...variables, states });
    } catch (error) {
      throw new QueryEvaluationError(`${path}: ${(error as { message?: string }).message}`);
    }
    if (value === undefined) throw new QueryEvaluationError(`${path}: the expression yields nothing.`);
    return value;
  };
}
