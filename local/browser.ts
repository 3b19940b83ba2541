/** A headless Chromium for the tests of the review page: the machine's own, else the one that npm brought. */
import { spawnSync } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, chromium } from 'playwright-core';
import { cached, cacheKey } from './cache.ts';
import { run } from './processes.ts';

export interface Chromium {
  executable: string;
  /** What it needs besides the environment of this process. */
  environment: Record<string, string>;
}

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** By `CHROME_PATH`, by its usual names on PATH, then from npm. Throws saying what to do where there is none that runs. */
export async function findChromium(variables: NodeJS.ProcessEnv = process.env): Promise<Chromium> {
  const told = variables.CHROME_PATH;
  if (told) {
    if (await isExecutable(told)) return { executable: told, environment: {} };
    throw new Error(
      'CHROME_PATH does not name a program that can be run. Correct it, or unset it to have one found.',
    );
  }
  for (const folder of (variables.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const executable = join(folder, name);
      if (folder !== '' && (await isExecutable(executable))) return { executable, environment: {} };
    }
  }
  return chromiumFromNpm();
}

/** Finds its fonts beside itself, since the cache may be anywhere. */
const fontsConf = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

/** Unpacked once into the cache: browser, the libraries a bare machine lacks, and a font. */
async function chromiumFromNpm(): Promise<Chromium> {
  const archives = new URL('../bin/', import.meta.resolve('@sparticuz/chromium'));
  const version = await readFile(new URL('../package.json', archives), 'utf8');
  const dir = await cached('chromium', cacheKey(version, fontsConf, process.arch), async (target) => {
    const archive = (name: string) => fileURLToPath(new URL(name, archives));
    const executable = join(target, 'chromium');
    await pipeline(
      createReadStream(archive('chromium.br')),
      createBrotliDecompress(),
      createWriteStream(executable),
    );
    await chmod(executable, 0o755);
    await unpack(archive('al2023.tar.br'), target);
    await unpack(archive('fonts.tar.br'), target);
    await writeFile(join(target, 'fonts.conf'), fontsConf);
  });
  const executable = join(dir, 'chromium');
  const environment = { LD_LIBRARY_PATH: join(dir, 'lib'), FONTCONFIG_FILE: join(dir, 'fonts.conf') };
  const { status } = spawnSync(executable, ['--version'], { env: { ...process.env, ...environment } });
  if (status === 0) return { executable, environment };
  throw new Error(
    'No Chromium was found, and the one from npm does not run on this machine. ' +
      'Install one (Debian and Ubuntu: `apt-get install chromium`) or name it in CHROME_PATH.',
  );
}

async function unpack(archive: string, dir: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  const tar = join(dir, 'unpacked.tar');
  await pipeline(createReadStream(archive), createBrotliDecompress(), createWriteStream(tar));
  const { code } = await run({ command: 'tar', args: ['-xf', tar, '--no-same-owner', '-C', dir] });
  if (code !== 0) throw new Error('Unpacking the browser failed. Is there room on the disk?');
  await rm(tar);
}

/** Shows pages of our own on loopback only, so it runs without its sandbox, which root and containers do not have. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export async function launchChromium(): Promise<Browser> {
  const { executable, environment } = await findChromium();
  return chromium.launch({
    executablePath: executable,
    args: flags,
    env: { ...(process.env as Record<string, string>), ...environment },
  });
}
