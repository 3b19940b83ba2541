/** `npm run demo`: access to a real cluster is asked for, approved by mail, used with real kubectl, and gone when its time is up. */
import { parseArgs } from 'node:util';
import { parseDuration } from '#domain/duration.ts';
import { startLocalCloud, worked } from '#local/cloud.ts';
import { howToPlay, untilInterrupted } from '#local/how-to-play.ts';
import { progressTo, spokenDuration } from '#local/progress.ts';
import { Stage } from './stage.ts';
import { tellStory } from './story.ts';
import { tellTimeline } from './timeline.ts';

const usage = `Usage: npm run demo [-- --keep] [-- --for 60s]

  --keep      leave the local cloud running afterwards, to play with, until Ctrl-C
  --for TIME  how long the access in the story lasts (default 60s, at least 15s)`;

function options(): { keep: boolean; seconds: number } {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean' },
      for: { type: 'string', default: '60s' },
      help: { type: 'boolean' },
    },
  });
  const seconds = parseDuration(values.for) ?? 0;
  if (values.help || seconds < 15) {
    console.error(usage);
    process.exit(values.help ? 0 : 2);
  }
  return { keep: values.keep === true, seconds };
}

async function main(): Promise<void> {
  const { keep, seconds } = options();
  const began = performance.now();
  const stage = new Stage();
  const progress = progressTo(process.stdout);
  stage.line(
    'Curfew, the whole loop on this machine: a real Kubernetes API server, and the stack as `cdk deploy` puts it up.',
  );
  const cloud = await startLocalCloud({ progress, company: worked });
  try {
    stage.line(`Ready after ${spokenDuration(performance.now() - began)}.`);
    const story = await tellStory(stage, cloud, seconds);
    await tellTimeline(stage, cloud, story);
    if (keep) {
      stage.line(howToPlay(cloud));
      await untilInterrupted();
    }
  } finally {
    await progress.step('Stopping everything', () => cloud.stop());
  }
  stage.line(`Nothing is left running. The whole demo took ${spokenDuration(performance.now() - began)}.`);
}

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : error}`);
  // At once: a command of the story may still be waiting, and ends with us.
  process.exit(1);
}
