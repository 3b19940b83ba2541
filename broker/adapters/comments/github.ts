/** Comments on issues of GitHub: people's words as code, in which nobody is mentioned and nothing is linked. */
import type { CommentApi } from './comment-api.ts';

export const githubComments: CommentApi = {
  headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  authorization: ({ token }) => `Bearer ${token}`,
  write({ ticket, text, quoted }) {
    const [, repository, number] =
      /^([a-z0-9-]{1,39}\/[a-z0-9][\w.-]{0,99})#([0-9]{1,9})$/i.exec(ticket) ?? [];
    if (repository === undefined || number === undefined || repository.includes('..')) return undefined;
    const lines = [text, ...(quoted === undefined ? [] : [quoted])].map(
      (line) => `\`${line.replaceAll('`', "'")}\``,
    );
    return {
      method: 'POST',
      path: `/repos/${repository}/issues/${number}/comments`,
      body: { body: lines.join('\n\n') },
    };
  },
};
