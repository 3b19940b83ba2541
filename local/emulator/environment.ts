/** The emulator's own Python environment: pinned packages, kept in the cache, made once. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheKey } from '#local/cache.ts';
import { run } from '#local/processes.ts';
import type { Detail, Progress } from '#local/progress.ts';

const requirementsFile = fileURLToPath(new URL('requirements.txt', import.meta.url));
const oldestPython = [3, 10] as const;

/** The path of the environment's python. Makes the environment on first use; throws with what to install if it can't. */
export function ensureEmulator(progress: Progress): Promise<string> {
  return ensurePythonEnvironment('emulator', requirementsFile, progress);
}

/** The python of an environment that holds exactly the packages of `requirements`, from the cache or made now. */
export async function ensurePythonEnvironment(
  name: string,
  requirements: string,
  progress: Progress,
): Promise<string> {
  const python = await findPython();
  const key = cacheKey(
    await readFile(requirements),
    python.path,
    python.version,
    `${process.platform} ${process.arch}`,
  );
  const build = (dir: string) =>
    progress.step(`Installing the Python packages of the ${name}`, 'once; up to a minute', (detail) =>
      install(python.path, requirements, dir, detail),
    );
  const dir = await cached(`python-${name}`, key, build, () =>
    progress.note(`Waiting for another process that installs the Python packages of the ${name}.`),
  );
  return join(dir, 'bin', 'python');
}

async function install(python: string, requirements: string, dir: string, detail: Detail): Promise<void> {
  const own = join(dir, 'bin', 'python');
  const uv = await run({ command: 'uv', args: ['--version'] }).then(
    ({ code }) => code === 0,
    () => false,
  );
  if (uv) {
    await told('uv', ['venv', '--quiet', '--allow-existing', '--python', python, dir], detail);
    await told('uv', ['pip', 'install', '--python', own, '--requirement', requirements], detail);
    return;
  }
  await told(python, ['-m', 'venv', dir], detail).catch((error: Error) => {
    throw new Error(
      `${error.message}\nPython can't make virtual environments here. Install its venv module (Debian, Ubuntu: apt install python3-venv), or uv.`,
    );
  });
  await told(
    own,
    ['-m', 'pip', 'install', '--no-input', '--disable-pip-version-check', '-r', requirements],
    detail,
  );
}

/** The python3 on the PATH and its version, such as "3.11.7". Throws if there is none or it is too old. */
async function findPython(): Promise<{ path: string; version: string }> {
  const wanted = `Python ${oldestPython.join('.')} or newer`;
  const ask = 'import sys; print(sys.executable); print("%d.%d.%d" % sys.version_info[:3])';
  const answer = await run({ command: 'python3', args: ['-c', ask] }).catch((cause: unknown) => {
    throw new Error(
      `The local cloud needs ${wanted}, but there is no python3 on the PATH. Install it and try again.`,
      { cause },
    );
  });
  const [path = '', version = ''] = answer.stdout.trim().split('\n');
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (answer.code !== 0 || !version) {
    throw new Error(`The local cloud needs ${wanted}, but python3 does not run:\n${answer.stderr.trim()}`);
  }
  if (major < oldestPython[0] || (major === oldestPython[0] && minor < oldestPython[1])) {
    throw new Error(
      `The local cloud needs ${wanted}, but python3 (${path}) is ${version}. Put a newer one first on the PATH.`,
    );
  }
  return { path, version };
}

/** Runs a command; if it fails, the error carries what it said. */
async function told(command: string, args: readonly string[], detail: Detail): Promise<void> {
  const { code, stdout, stderr } = await run({ command, args, onLine: (line) => detail(line.trim()) });
  if (code === 0) return;
  throw new Error(`${command} ${args.join(' ')} failed (exit code ${code}):\n${(stderr || stdout).trim()}`);
}
