// Runs one of the project's programs on a fresh checkout: installs the dependencies first where that is needed, and goes on
// with the Node.js the project brings. Plain JavaScript that any Node.js from 18 on runs, since nothing is installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const node = join(bin, process.platform === 'win32' ? 'node.cmd' : 'node');
const stampFile = join(root, 'node_modules', '.curfew-installed');
const lock = join(root, '.curfew-install.lock');

const [major = 0] = process.versions.node.split('.').map(Number);
if (major < 18)
  fail(`Node.js ${process.versions.node} is too old to begin with. Install Node.js 18 or newer, with npm.`);

const [program, ...args] = process.argv.slice(2);
if (!program) fail('Usage: node local/setup/run.mjs PROGRAM [ARGUMENTS]');

await installOnce();
run(program, args);

/** What the installed packages have to match. */
function wanted() {
  const hash = createHash('sha256');
  for (const file of ['package.json', 'package-lock.json']) hash.update(readFileSync(join(root, file)));
  return hash.digest('hex');
}

function installed() {
  return existsSync(node) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted();
}

/** Two at once from one checkout: one installs, the other waits. */
async function installOnce() {
  let told = false;
  while (!installed()) {
    if (takeLock()) {
      try {
        if (!installed()) install();
      } finally {
        rmSync(lock, { recursive: true, force: true });
      }
      return;
    }
    if (!told) say('Another run installs the dependencies; waiting for it.');
    told = true;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function takeLock() {
  try {
    mkdirSync(lock);
  } catch {
    if (ownerIsGone()) rmSync(lock, { recursive: true, force: true });
    return false;
  }
  writeFileSync(join(lock, 'pid'), String(process.pid));
  return true;
}

function ownerIsGone() {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0);
    return false;
  } catch (error) {
    if (error.code === 'EPERM') return false;
    // No number in it yet: its owner is about to write one, or died before it could.
    return (
      error.code === 'ESRCH' ||
      Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0) > 10_000
    );
  }
}

function install() {
  // npm empties the folder that a link leads to, under whoever else uses it.
  if (lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink())
    fail(
      'node_modules is a symbolic link, and what it leads to is not what package-lock.json asks for. Replace it by a folder.',
    );
  say('Installing dependencies (npm ci: the AWS SDK, CDK and Node.js 24; once, about a minute) ...');
  const began = Date.now();
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (npm.error)
    fail(
      `npm could not be started (${npm.error.message}). It comes with Node.js: install it and run this again.`,
    );
  if (npm.status !== 0) fail(`npm ci failed (exit code ${npm.status ?? npm.signal}); what it said is above.`);
  if (!existsSync(node)) {
    fail(
      'The package "node" did not bring its program: was its install script forbidden? Run: npm rebuild node',
    );
  }
  writeFileSync(stampFile, wanted());
  say(`Dependencies installed: ${Math.round((Date.now() - began) / 1000)} s.`);
}

function run(file, rest) {
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
  const child = spawn(node, [join(root, file), ...rest], { stdio: 'inherit', env });
  // A terminal sends Ctrl-C to both; a kill reaches only this process. The child decides how it ends.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`${node} could not be started: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)));
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

function fail(text) {
  say(text);
  process.exit(1);
}
