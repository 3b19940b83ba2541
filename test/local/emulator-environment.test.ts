/** What a person is told when Python can't give the emulator its environment. */
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ensurePythonEnvironment } from '#local/emulator/environment.ts';
import { silentProgress } from '#local/progress.ts';

let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-environment-'));
  await mkdir(join(dir, 'bin'));
  await symlink('/bin/sh', join(dir, 'bin', 'sh'));
  vi.stubEnv('PATH', join(dir, 'bin'));
  vi.stubEnv('CURFEW_CACHE', join(dir, 'cache'));
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

describe('the emulator’s environment', () => {
  test('names what is missing where there is no python3', async () => {
    await expect(environment()).rejects.toThrow(
      /needs Python 3\.10 or newer, but there is no python3 on the PATH/,
    );
  });

  test('refuses a Python that is too old, saying which one it found', async () => {
    await command('python3', 'echo /opt/old/python3; echo 3.9.21');
    await expect(environment()).rejects.toThrow(
      /python3 \(\/opt\/old\/python3\) is 3\.9\.21\. Put a newer one first/,
    );
  });

  test('shows what Python said where it can’t make environments, and what to install', async () => {
    const python = join(dir, 'bin', 'python3');
    await command(
      'python3',
      `case "$*" in *venv*) echo "ensurepip is not available" >&2; exit 1;; *) echo ${python}; echo 3.12.1;; esac`,
    );
    await expect(environment()).rejects.toThrow(/ensurepip is not available[\s\S]*apt install python3-venv/);
  });

  test('shows what pip said where a package can’t be had, and keeps nothing half-made', async () => {
    const python = join(dir, 'bin', 'python3');
    const made = `mkdir -p "$3/bin"; printf '#!/bin/sh\\necho "No matching distribution found" >&2; exit 1\\n' > "$3/bin/python"; chmod +x "$3/bin/python"`;
    await command(
      'python3',
      `PATH=/usr/bin:/bin; case "$*" in *venv*) ${made};; *) echo ${python}; echo 3.12.1;; esac`,
    );
    await expect(environment()).rejects.toThrow(/pip install[\s\S]*No matching distribution found/);
    await expect(environment()).rejects.toThrow(/No matching distribution found/);
  });

  test('is made by uv where there is one', async () => {
    const python = join(dir, 'bin', 'python3');
    await command('python3', `echo ${python}; echo 3.12.1`);
    await command('uv', `echo "$@" >> ${join(dir, 'uv.log')}`);
    expect(await environment()).toMatch(/cache\/python-probe\/\w+\/bin\/python$/);
    const calls = (await readFile(join(dir, 'uv.log'), 'utf8')).trim().split('\n');
    expect(calls).toEqual([
      '--version',
      expect.stringMatching(`^venv .*--python ${python} `),
      expect.stringMatching(/^pip install .*--requirement .*requirements\.txt$/),
    ]);
  });
});

async function environment(): Promise<string> {
  const requirements = join(dir, 'requirements.txt');
  await writeFile(requirements, 'nothing==1.0.0\n');
  return ensurePythonEnvironment('probe', requirements, silentProgress());
}

async function command(name: string, script: string): Promise<void> {
  const file = join(dir, 'bin', name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}
