/** `curfew audit`: verifies the log of all that happened, proves one request from it, and pins the key that signs it. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { publicKeyPem } from '#adapters/kms-public-key.ts';
import { type SignedCheckpoint, signedCheckpointSchema } from '#domain/audit-log/log-objects.ts';
import type { LogSource } from '#domain/audit-log/log-source.ts';
import { faultOfProof, proveRequest, requestProofSchema } from '#domain/audit-log/request-proof.ts';
import { type Verified, verifyLog } from '#domain/audit-log/verify-log.ts';
import { canonicalJson } from '#domain/digest.ts';
import { InvalidInput } from '#domain/errors.ts';
import { bucketLog } from '../audit/bucket-log.ts';
import { dirLog } from '../audit/dir-log.ts';
import { exitOfDrift } from '../failures.ts';
import { openSession, type Session } from '../session.ts';
import { requestId } from './show.ts';

interface Place {
  bucket?: string;
  dir?: string;
}
interface VerifyOptions extends Place {
  key: string;
  since?: string;
  asOf?: string;
  checkpoint?: string;
}

const keyFile = 'curfew-audit-key.pem';

export function auditCommand(): Command {
  return new Command('audit')
    .description('Verify the log of everything that happened, and prove a request from it.')
    .addCommand(verifyCommand())
    .addCommand(proofCommand())
    .addCommand(checkProofCommand())
    .addCommand(pinKeyCommand());
}

const placed = (command: Command) =>
  command
    .option('--bucket <name>', "the locked bucket: output AuditBucket of your platform team's stack")
    .option('--dir <dir>', 'a copy of it, such as `aws s3 sync` makes');

function verifyCommand(): Command {
  return placed(new Command('verify'))
    .description('Say whether anything of the log was changed, left out, added or put elsewhere, and what.')
    .option('--key <file>', 'public key of the deployment, as pinned', keyFile)
    .option('--since <instant>', 'read only events that were sealed from then on: 2026-11-01T00:00:00.000Z')
    .option('--as-of <instant>', 'when the copy was made: the log must have been alive then')
    .option('--checkpoint <file>', 'a checkpoint that was kept elsewhere: the log must go on from it')
    .action(async (options: VerifyOptions, command: Command) => {
      const session = openSession(command);
      const { isSigned } = checkpointKeys(textOf(options.key));
      const known = options.checkpoint === undefined ? undefined : checkpointIn(options.checkpoint);
      const asOf = options.asOf ?? (options.bucket === undefined ? undefined : new Date().toISOString());
      const verified = await verifyLog(await sourceAt(session, options), {
        isSigned,
        ...(known && { known }),
        ...(options.since !== undefined && { since: instant(options.since) }),
        ...(asOf !== undefined && { asOf: instant(asOf) }),
        onProgress: ({ checkpoints, leaves }) =>
          session.terminal.live(`${checkpoints} checkpoints, ${leaves} events`),
      });
      session.terminal.live('');
      tell(session, verified, asOf !== undefined || known !== undefined);
      if (verified.faultCount > 0) process.exitCode = exitOfDrift;
    });
}

function tell({ terminal }: Session, verified: Verified, isEndKnown: boolean): void {
  const { faults, faultCount, checkpoints, leaves, events, waiting, last } = verified;
  terminal.json(verified);
  terminal.print(
    `${checkpoints} checkpoints, ${leaves} events sealed, ${events} of them read and compared, ${waiting} wait to be sealed.`,
  );
  if (last) terminal.print(`The last checkpoint is number ${last.number} of ${last.at}, root ${last.root}.`);
  if (!isEndKnown)
    terminal.print('Whether the log goes on behind it was not checked: that takes --as-of or --checkpoint.');
  for (const { kind, key, says } of faults) terminal.print(`${terminal.style('red', kind)} ${key}: ${says}`);
  if (faultCount > faults.length) terminal.print(`... and ${faultCount - faults.length} more.`);
  terminal.print(
    faultCount === 0
      ? terminal.style('green', 'No fault.')
      : `${faultCount} fault${faultCount === 1 ? '' : 's'}. docs/audit/README.md says what each kind means.`,
  );
}

function proofCommand(): Command {
  return placed(new Command('proof'))
    .description(
      'Print the proof that the events of a request are in the log: a small file that is checked by itself.',
    )
    .argument('<id>', 'id of the request')
    .action(async (id: string, options: Place, command: Command) => {
      const session = openSession(command);
      const proof = await proveRequest(await sourceAt(session, options), requestId(id));
      process.stdout.write(`${canonicalJson(proof)}\n`);
    });
}

function checkProofCommand(): Command {
  return new Command('check-proof')
    .description('Check such a file, with nothing but the public key.')
    .argument('<file>')
    .option('--key <file>', 'public key of the deployment, as pinned', keyFile)
    .action((file: string, { key }: { key: string }, command: Command) => {
      const { terminal } = openSession(command);
      const { isSigned } = checkpointKeys(textOf(key));
      const proof = requestProofSchema.safeParse(jsonIn(file));
      if (!proof.success) throw new InvalidInput(`${file} is no proof that \`curfew audit proof\` made.`);
      const fault = faultOfProof(proof.data, isSigned);
      const { checkpoint } = proof.data.checkpoint;
      const told = `${proof.data.events.length} events, in the log of ${checkpoint.deployment} up to ${checkpoint.at}`;
      terminal.json({ holds: fault === undefined, fault, checkpoint });
      terminal.print(fault === undefined ? `It holds: ${told}.` : `It does not hold. ${fault}`);
      if (fault !== undefined) process.exitCode = exitOfDrift;
    });
}

function pinKeyCommand(): Command {
  return new Command('pin-key')
    .description("Write the deployment's public key into a file, to be kept in your own repository.")
    .requiredOption('--key-arn <arn>', "output LogKeyArn of your platform team's stack")
    .option('--file <file>', 'a key that stands there stays; the new one is put behind it', keyFile)
    .action(async ({ keyArn, file }: { keyArn: string; file: string }, command: Command) => {
      const session = openSession(command);
      const credentials = await session.identity.credentials();
      const pem = await publicKeyPem(keyArn, { region: keyArn.split(':')[3] ?? '', credentials });
      const before = textIfThere(file);
      if (!before.includes(pem.trim())) writeFileSync(file, `${before}${pem}`);
      session.terminal.print(`${file} holds the key. Commit it: whoever verifies takes it from there.`);
    });
}

async function sourceAt({ identity }: Session, { bucket, dir }: Place): Promise<LogSource> {
  if ((bucket === undefined) === (dir === undefined))
    throw new InvalidInput('Where is the log? Give --bucket <name> or --dir <dir>.');
  if (dir !== undefined) return dirLog(dir);
  return bucketLog(bucket ?? '', await identity.region(), identity);
}

function checkpointIn(file: string): SignedCheckpoint {
  const signed = signedCheckpointSchema.safeParse(jsonIn(file));
  if (signed.success) return signed.data;
  throw new InvalidInput(`${file} is no checkpoint.`);
}

function instant(text: string): string {
  if (Number.isNaN(Date.parse(text)))
    throw new InvalidInput(`"${text}" is no instant such as 2026-11-01T00:00:00Z.`);
  return new Date(text).toISOString();
}

function jsonIn(file: string): unknown {
  try {
    return JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof SyntaxError) throw new InvalidInput(`${file} holds no JSON.`);
    throw error;
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new InvalidInput(`Can't read ${file}: ${(error as Error).message}`);
  }
}

function textIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
