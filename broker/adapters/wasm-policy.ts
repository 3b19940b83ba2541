/** Evaluates a policy in Rego that was compiled to WebAssembly, within bounds of time and memory. */
import { createContext, Script } from 'node:vm';
import { type LoadedPolicy, loadPolicy } from '@open-policy-agent/opa-wasm';
import type { PolicyInput } from '#domain/policy/organisation.ts';
import { type Evaluate, PolicyFault } from './judged-organisation.ts';
import { hostBuiltins, timeBuiltins } from './rego-builtins.ts';

export interface WasmPolicyOptions {
  /** The policy's `data`. */
  data: object;
  /** Longest evaluation: 2000 ms. */
  timeoutMs?: number;
  /** Most memory of an evaluation, in pages of 64 KiB: 1024, which is 64 MiB. */
  maxPages?: number;
}

const entrypoint = 'curfew/access/verdict';
const kibibytesInPage = 64;
/** In pages. A module is refused that is given less than it was compiled to begin with; what is not written to costs nothing. */
export const policyMemory = { initial: 256, maximum: 1_024 };

/**
 * Loaded once, for as long as the process lives and nothing fails. Each call rejects with PolicyFault for what is no
 * policy, or one that calls built-in functions which do not exist here (`http.send`, `time.now_ns` ...).
 */
export function wasmPolicy(
  bytes: Uint8Array,
  { data, timeoutMs = 2_000, maxPages = policyMemory.maximum }: WasmPolicyOptions,
): Evaluate {
  const memory = { initial: Math.min(policyMemory.initial, maxPages), maximum: maxPages };
  const load = async () => {
    const policy = await loadPolicy(bytes, { ...memory }, timeBuiltins);
    checkNames(policy);
    policy.setData(data);
    return policy;
  };
  let loaded: Promise<LoadedPolicy> | undefined;
  return async function evaluate(input): Promise<unknown> {
    loaded ??= load();
    const mine = loaded;
    try {
      const policy = await mine;
      if (loaded === mine) return resultOf(within(timeoutMs, policy, input));
    } catch (error) {
      // What was stopped half-way has a memory that nobody vouches for.
      if (loaded === mine) loaded = undefined;
      throw wordsFor(error, { timeoutMs, maxPages });
    }
    return evaluate(input); // Another request broke it while this one waited.
  };
}

/** Rego itself leaves a built-in function that the host lacks to be found when it is first called. */
function checkNames(policy: LoadedPolicy): void {
  const missing = Object.keys(calledBuiltins(policy)).filter((name) => !hostBuiltins.has(name));
  if (missing.length > 0)
    throw new PolicyFault(
      `it calls ${missing.sort().join(', ')}, which can't be had inside the function that decides`,
    );
}

/** The built-in functions that the module leaves to its host, as opa-wasm reads them itself but does not tell. */
function calledBuiltins({ wasmInstance, mem }: LoadedPolicy): Record<string, number> {
  const { exports } = wasmInstance as unknown as { exports: Record<string, (address?: number) => number> };
  const { builtins, opa_json_dump: dump } = exports;
  if (!builtins || !dump) throw new PolicyFault('it is a WebAssembly module, but no policy in Rego');
  const start = dump(builtins());
  const memory = new Uint8Array(mem.buffer);
  return JSON.parse(new TextDecoder().decode(memory.subarray(start, memory.indexOf(0, start))));
}

/** The one call that Node can interrupt while it runs in this thread; WebAssembly is interrupted in its loops too. */
const script = new Script('answer = evaluate()');
const context = createContext({ evaluate: undefined, answer: undefined });

function within(timeoutMs: number, policy: LoadedPolicy, input: PolicyInput): unknown {
  context.evaluate = () => policy.evaluate(input, entrypoint);
  try {
    script.runInContext(context, { timeout: timeoutMs });
    return context.answer;
  } finally {
    context.evaluate = context.answer = undefined;
  }
}

/** One result for the one entry point; none where its rule is undefined. */
function resultOf(answer: unknown): unknown {
  if (!Array.isArray(answer) || answer.length > 1)
    throw new PolicyFault('it answered in no form that opa knows');
  return answer[0]?.result;
}

interface Bounds {
  timeoutMs: number;
  maxPages: number;
}

function wordsFor(error: unknown, { timeoutMs, maxPages }: Bounds): PolicyFault {
  if (error instanceof PolicyFault) return error;
  if (codeOf(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
    return new PolicyFault(`it took longer than ${timeoutMs} ms`);
  if (error === 'opa_malloc: failed' || error instanceof RangeError || nameOf(error) === 'LinkError')
    return new PolicyFault(`it needed more than ${(maxPages * kibibytesInPage) / 1024} MiB of memory`);
  // What the compiled policy aborts with is fixed when it is compiled: a place in a file, and what Rego calls it.
  const place =
    typeof error === 'string' && /^[\w./-]+\.rego:\d+:\d+: [\w ,-]+$/.test(error) ? error : undefined;
  if (nameOf(error) === 'CompileError') return new PolicyFault('it is no WebAssembly module');
  return new PolicyFault(place ? `it failed at ${place}` : 'it failed while it was evaluated');
}

function nameOf(error: unknown): string | undefined {
  return error instanceof Error ? error.name : undefined;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
